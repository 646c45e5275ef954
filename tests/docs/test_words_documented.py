"""docs/words.md is true: its examples are found as it says, and it names every rule."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.discretion import OPENED_FIRST, shown_products
from maracuja.campaigns.schedule import Occurrence
from maracuja.campaigns.timeliness import unfounded, untimely, window_of
from maracuja.templates.definition import Template
from maracuja.templates.lints import Finding
from maracuja.templates.tone import Discreet, Rule, Tone
from maracuja.templates.tone_lints import HOUSE_CHARS, SENTENCE_WORDS, of_template

PAGE = (Path(__file__).parents[2] / "docs" / "words.md").read_text(encoding="utf-8")
SIGNS = {"error": "✗", "warning": "!", "note": "·"}


def section(title: str) -> str:
    """The part of the page below that heading."""
    return re.split(r"^## ", PAGE.partition(f"## {title}\n")[2], maxsplit=1, flags=re.M)[0]


def fenced(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def told(findings: list[Finding]) -> str:
    """The findings as the command prints them."""
    return "".join(
        f"{SIGNS[one.level]} {one.message}  {one.where}\n  why: {one.why}\n"
        f"  what to do: {one.fix}\n"
        for one in findings
    )


def test_the_tone_finds_what_the_page_shows() -> None:
    part = section("The tone of the brand")
    tone, template = (one for block in fenced(part, "yaml") for one in decode_text(block))
    assert isinstance(tone, Tone) and isinstance(template, Template)
    (shown,) = fenced(part, "text")
    assert told(of_template(template, [tone])) == shown


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(Tone)])
def test_every_field_is_documented(name: str) -> None:
    assert re.search(rf"`{name}`|\b{name}:", PAGE)


@pytest.mark.parametrize("rule", Rule)
def test_every_rule_has_its_row(rule: Rule) -> None:
    assert f"| `{rule.value}` |" in PAGE


def test_the_house_limits_are_named() -> None:
    part = section("Brevity")
    for number in (*HOUSE_CHARS.values(), SENTENCE_WORDS):
        assert re.search(rf"\b{number:,}\b", part)


def test_dates_and_endings_are_found_as_the_page_shows() -> None:
    part = section("Dates that are true")
    ((template,),) = (decode_text(block) for block in fenced(part, "yaml"))
    assert isinstance(template, Template)
    assert unfounded(template) == []
    tuesday = Occurrence(key="once", planned=datetime(2026, 3, 10, 9, tzinfo=UTC))
    found = untimely(template, window_of(tuesday, timedelta(days=6), "Europe/Kyiv"))
    (shown,) = fenced(part, "text")
    assert told(found) == shown
    short = untimely(template, window_of(tuesday, timedelta(days=2), "Europe/Kyiv"))
    assert [one.code for one in short] == ["moving_date"]


def test_lock_screens_hide_what_the_page_says() -> None:
    part = section("Lock screens")
    ((tone,),) = (decode_text(block) for block in fenced(part, "yaml"))
    assert isinstance(tone, Tone)
    below = re.search(r"# of your catalogue, with all below them: (.*)$", part, re.MULTILINE)
    assert below is not None
    shelf = pl.DataFrame({"id": ["a"], "category": [below[1]], "picture": [""]})
    assert shown_products(shelf, [tone], "telegram").is_empty()
    assert shown_products(shelf, [tone], "email").height == 1
    assert "Every channel but e-mail and the chat on your own pages" in part
    assert set(OPENED_FIRST) == {"email", "web_chat"}


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(Discreet)])
def test_every_field_of_what_is_discreet_is_documented(name: str) -> None:
    assert f"  {name}: [" in PAGE

"""docs/data_quality.md is true: its report, template, rules and definitions are the code's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from maracuja.campaigns.decoding import decode_text
from maracuja.campaigns.holds import BUILT_IN, HoldRule
from maracuja.channels.asking import WORDS, Wish
from maracuja.cli import facts
from maracuja.links.statements import STILL
from maracuja.runtime import quality
from maracuja.runtime.holding import ASKED_AGAIN_US
from maracuja.segments.computed import SILENT
from maracuja.store.engine import Store
from maracuja.templates.check import check
from maracuja.templates.definition import Template
from tests.unit.runtime.fact_shop import NOW, build, identify, project, send

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "data_quality.md").read_text(encoding="utf-8")
EXAMPLE = Path(__file__).parents[2] / "examples/definitions/templates/still-yours.yaml"


def test_the_report_is_what_the_command_prints(
    sqlite_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    ground = build(sqlite_store, tmp_path / "shop")
    calls = [
        identify("olena", city="Kyiv", first_name="Олена"),
        identify("ivan", city="12345", first_name="Test", days_ago=700),
        identify("taras", city="Lviv", first_name="Тарас", days_ago=800),
        identify("nina", first_name="Ніна"),
    ]
    send(sqlite_store, calls)
    project(ground)
    facts.say_quality(quality.report(ground, NOW))
    told = "\n".join(line.rstrip() for line in capsys.readouterr().out.strip("\n").splitlines())
    assert f"```text\n{told}\n```" in PAGE, told


def test_the_template_is_the_example_and_sound() -> None:
    source = EXAMPLE.read_text(encoding="utf-8")
    assert f"```yaml\n{source}```" in PAGE
    (template,) = decode_text(source)
    assert isinstance(template, Template)
    assert [one for one in check(template).findings if one.level == "error"] == []


def test_the_definitions_are_sound() -> None:
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.S):
        assert decode_text(block)


def test_every_rule_has_its_row() -> None:
    for rule in BUILT_IN:
        assert row_of(rule) in PAGE


def row_of(rule: HoldRule) -> str:
    def listed(names: tuple[str, ...]) -> str:
        return ", ".join(f"`{name}`" for name in names)

    return (
        f"| `{rule.id}`: {rule.name} | {listed(rule.opens)} | {listed(rule.closes)} |"
        f" {rule.lasts} |\n"
    )


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"every {ASKED_AGAIN_US // 3_600_000_000} hours" in PAGE
    assert f"within {quality.FRESH_DAYS} days" in PAGE
    assert f"less than {quality.VALID_BELOW:.0%}".replace("%", " %") in PAGE
    assert f"less than {quality.FRESH_BELOW:.0%}".replace("%", " %") in PAGE.replace("\n", " ")
    assert f"more than {quality.DISPUTED_ABOVE:.0%}".replace("%", " %") in PAGE
    assert "about `" + "`, `".join(STILL) + "`" in PAGE


def test_what_is_silent_is_named() -> None:
    page = (DOCS / "facts.md").read_text(encoding="utf-8")
    listed = ", ".join(f"`{name}`" for name in sorted(SILENT))
    assert listed in page.replace("\n  ", " ")


def test_the_words_of_the_wrong_person_are_these() -> None:
    for language, words in WORDS[Wish.WRONG_PERSON].items():
        assert f"| {language} | {', '.join(words)} |\n" in PAGE
    assert f"reply: {Wish.WRONG_PERSON.value}}}" in PAGE

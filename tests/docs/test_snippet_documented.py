"""docs/snippet.md is true: its lines are the tested ones, its tables those of the sources."""

from __future__ import annotations

import re

from maracuja.segments.computed_sql import MEASURED, MEASURES
from tests.acceptance.snippet_shop import SOURCES, STUB

PAGE = (SOURCES.parents[1] / "docs" / "snippet.md").read_text(encoding="utf-8")


def source(name: str) -> str:
    return (SOURCES / f"{name}.ts").read_text(encoding="utf-8")


def test_the_line_before_the_tag_is_the_tested_one() -> None:
    assert f"<script>{STUB}</script>" in PAGE


def test_every_attribute_of_the_tag_has_its_row_and_no_other() -> None:
    read = {
        re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", name)
        for part in ("core", "late", "push")
        for name in re.findall(r"settings\.(\w+)", source(part))
    } | set(re.findall(r'"(\w+)" in settings', source("core")))
    told = set(re.findall(r"`data-([a-z-]+)`", PAGE))
    assert told == read


def test_every_function_of_the_shop_has_its_row() -> None:
    events = re.findall(r'^  "([\w ]+)",$', source("shop"), re.M)
    rows = dict(re.findall(r"^\| `(\w+)\([^|]+\| `([\w ]+)` \|$", PAGE, re.M))
    assert list(rows.values()) == events
    for name, event in rows.items():
        first, *rest = event.split()
        assert name == first.lower() + "".join(word.title() for word in rest)


def test_the_events_it_tells_by_itself_are_named() -> None:
    for event in ("Product Dwelled", "Product List Dwelled", "Reviews Read", "Exit Intent"):
        assert f"`{event}`" in PAGE
    assert MEASURED == "Product Dwelled"
    assert f'"{MEASURES}"' in source("context")


def test_the_numbers_of_the_page_are_those_of_the_sources() -> None:
    for name, line, said in (
        ("dwell", "IDLE_MS = 30_000", "after half a minute without any of that"),
        ("delivery", "CALLS_MAX = 500", "up to 500"),
        ("reviews", "READ_S = 2", "in view for two seconds"),
        ("push", "ASK_AGAIN_DAYS = 90", "for 90 days not again"),
        ("push", "AFTER_S = 30", "after half a minute on a page"),
    ):
        assert line in source(name) and said in PAGE, said

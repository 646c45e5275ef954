"""docs/language.md is true: each example reads for each person as the page says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl
import pytest

from maracuja.config import Shop, make_config
from maracuja.language.money_patterns import written
from maracuja.model import Trait, TraitSource, pack_meta
from maracuja.templates.compiled import compiled
from maracuja.templates.definition import Template, Variant

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
SCHEMA = {
    "person.first_name": pl.String(),
    "person.gender": pl.String(),
    "meta.gender": pl.Int64(),
    "person.city": pl.String(),
    "person.bonus": pl.Float64(),
}
UNKNOWN = "—"


class Example(NamedTuple):
    """A template of the page, who reads it, what they read, and the shop's settings there."""

    language: str
    source: str
    who: str
    reads: str
    shop: Shop


def examples() -> list[Example]:
    found = []
    text = PAGE.read_text(encoding="utf-8")
    for block in re.finditer(r"^```liquid (\w+)\n([^`]*?)\n((?:→ .*\n)+)```", text, re.M):
        for line in block[3].splitlines():
            who, _, reads = line.removeprefix("→ ").partition(": ")
            shop = settings(text[: block.start()])
            found.append(Example(block[1], block[2], who, reads, shop))
    return found


def settings(before: str) -> Shop:
    """The shop with the settings that the page shows in the section so far."""
    shown = re.findall(r"^```toml\n(.*?)```", before.rpartition("\n## ")[2], re.M | re.S)
    given: dict[str, Any] = {}
    for block in shown:
        given |= tomllib.loads(block)["shop"]
    return make_config({"shop": given}).shop


def told(example: Example) -> str:
    row: dict[str, object] = dict.fromkeys(SCHEMA)
    who, _, gender = example.who.partition(", ")
    if gender:
        source, _, row["person.gender"] = gender.partition(" ")
        row["meta.gender"] = pack_meta(Trait(None, TraitSource[source.upper()], 1.0, 0))
    trait, _, value = who.partition(" ")
    if trait in ("city", "bonus"):
        row[f"person.{trait}"] = float(value) if trait == "bonus" else value
    elif who != UNKNOWN:
        row["person.first_name"] = who
    variant = Variant(language=example.language, text=example.source)
    constants = {"shop.money_patterns": written(example.shop.money_patterns)}
    text = compiled(Template(id="t", variants=(variant,)), SCHEMA, constants=constants)
    rendered = text.render(pl.DataFrame([row], schema=SCHEMA))
    if rendered.errors[0]:
        return f"no message, {rendered.errors[0]}"
    return rendered.bodies("text")[0].replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize("example", examples(), ids=lambda e: f"{e.language}-{e.who}")
def test_an_example_reads_as_the_page_says(example: Example) -> None:
    assert told(example) == example.reads


def test_every_example_is_read() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(examples()) == text.count("\n→ ") > 30
    assert {one.language for one in examples()} == {"ru", "uk", "en", "mn"}

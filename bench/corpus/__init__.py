"""Templates to render: the files here, the examples, and every one in docs of templates."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from maracuja import rng
from maracuja.templates import reference
from maracuja.templates.compiled import Compiled, compiled
from maracuja.templates.definition import SoldOut, Template, Variant, decode
from maracuja.templates.placeholders import lift_shared
from maracuja.templates.plan import RUNGS
from maracuja.templates.rowcode import Refused

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PEOPLE = 300
CONSTANTS = {
    "shop.name": "Лавка & Ко",
    "shop.url": "https://shop.example",
    "shop.currency": "RUB",
    "campaign.id": "c1",
    "campaign.name": "Весна",
}
ITEM = pl.Struct({"id": pl.String(), "title": pl.String(), "price": pl.Int64()})
SCHEMA: dict[str, Any] = {
    "person.first_name": pl.String(),
    "person.gender": pl.String(),
    "person.city": pl.String(),
    "person.vip": pl.Boolean(),
    "person.bonus": pl.Float64(),
    "facts.bonus": pl.Int64(),
    "facts.ratio": pl.Float64(),
    "facts.until": pl.Date(),
    "facts.seen": pl.Datetime("us"),
    "facts.tags": pl.List(pl.String()),
    "facts.last": pl.String(),
    "facts.left": pl.String(),
    "facts.viewed": pl.List(pl.String()),
    "facts.cart": pl.List(ITEM),
}
PRODUCTS = pl.DataFrame(
    {
        "id": ["a", "b", "c"],
        "title": ["Удочка «Щука»", "Сеть <5 м> & крюк", "Палатка"],
        "price": [159_300, 5_050, 1_234_567_800],
        "currency": ["RUB", "UAH", "MNT"],
        "stock": [3, None, 0],
        "url": ["https://shop.example/a?x=1&y=2", "https://shop.example/b", None],
        "picture": ["https://shop.example/a.jpg", None, None],
    }
)


def templates() -> dict[str, Template]:
    """name -> template of one variant."""
    found: dict[str, Template] = {}
    for path in sorted(HERE.glob("*.liquid")):
        part = path.name.split(".")[1]
        found[path.stem] = _single(path.stem, part, path.read_text())
    for path in sorted((ROOT / "examples" / "definitions" / "templates").glob("*.yaml")):
        whole = decode(path.read_text())
        for variant in whole.variants:
            name = f"{path.stem} {variant.language}"
            found[name] = Template(id=name, variants=(variant,), sold_out=whole.sold_out)
    text = (ROOT / "docs" / "templates.md").read_text()
    for n, (part, source) in enumerate(re.findall(r"```liquid (text|html)\n(.*?)```", text, re.S)):
        found[f"docs {n}"] = _single(f"docs {n}", part, source)
    text = (ROOT / "docs" / "language.md").read_text()
    for n, (language, source) in enumerate(re.findall(r"```liquid (\w\w)\n([^`]*?)\n→", text)):
        found[f"language {n}"] = _single(f"language {n}", "text", source, language)
    return found


def _single(name: str, part: str, source: str, language: str = "ru") -> Template:
    texts = {"text": source} if part == "text" else {"text": "-", "html": source}
    variant = Variant(language=language, **texts)
    return Template(id=name, variants=(variant,), sold_out=SoldOut.FALLBACK)


def people(count: int = PEOPLE) -> pl.DataFrame:
    """Seeded people of all sorts, with many things unknown."""
    draw = rng.stream(11, "corpus")
    names = ["Мария", "Иван", "Олена", "<b>O'Neil</b>", "", None]
    cities = ["Москва", "Казань", "Киев", "Одеса", "Новый Сад \n б", None]

    def one(options: list[Any]) -> Any:
        return options[draw.integers(0, len(options))]

    def item() -> dict[str, Any]:
        return {
            "id": one(["a", "b", "c", "gone", None]),
            "title": one(["Леска & блесна", "Сапоги", None]),
            "price": one([100, 159_300, None]),
        }

    rows = [
        {
            "person.first_name": one(names),
            "person.gender": one(["m", "f", None]),
            "person.city": one(cities),
            "person.vip": one([True, False, None]),
            "person.bonus": one([0.0, 40.0, 1500.0, 2.5, None]),
            "facts.bonus": one([-5, 0, 40, 1500, 1_234_567, None]),
            "facts.ratio": one([0.5, 4.5, 2.75, 1e-7, None]),
            "facts.until": one(
                [date(2026, 1, 1) + timedelta(days=int(draw.integers(0, 400))), None]
            ),
            "facts.seen": one([datetime(2026, 2, 3, 4, 5, 6, 7), datetime(2025, 1, 1), None]),
            "facts.tags": one([["Рыбалка", "рыбалка"], [], ["a", "b", "c", "d", "e"], None]),
            "facts.last": one(["a", "b", "c", "gone", None]),
            "facts.left": one(["a", "b", "c", None]),
            "facts.viewed": one([["a", "b"], ["c"], [], None]),
            "facts.cart": [item() for _ in range(draw.integers(0, 5))],
        }
        for _ in range(count)
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def agrees(made: Compiled, frame: pl.DataFrame) -> bool:
    """Whether every part of every person equals python-liquid's, refusals included."""
    rendered = made.render(frame, PRODUCTS)
    prepared = made.prepared(frame, PRODUCTS)
    catalogue = reference.catalogue(prepared.catalogue().values())
    parts = {part: rendered.bodies(part).to_list() for part in made.skeleton}
    links = dict(rendered.links)
    for n, row in enumerate(prepared.frame.to_dicts()):
        if prepared.refused[n] is not None:
            continue
        values = {name: row.get(name) for name in made.names.reads}
        space = reference.namespace({**values, **made.names.constants}, catalogue)
        try:
            texts = {
                part: reference.render(nodes, space, html=part == "html")
                for part, nodes in made.plan.nodes.items()
            }
        except Refused:
            if rendered.errors[n] is None:
                return False
            continue
        if rendered.errors[n] is not None:
            return False
        for part, text in texts.items():
            if lift_shared(text, part, links) != lift_shared(parts[part][n], part, links):
                return False
    return True


def check_corpus() -> tuple[dict[str, float], bool]:
    """The share of templates on each rung, and whether all their texts equal python-liquid's."""
    frame, rungs, equal = people(), Counter[str](), True
    for name, template in templates().items():
        made = compiled(template, SCHEMA, constants=CONSTANTS)
        rungs[made.rung] += 1
        if not agrees(made, frame):
            equal = False
            print(f"corpus: {name} differs from python-liquid")
    total = rungs.total()
    shares = {rung: round(rungs[rung] / total, 3) for rung in RUNGS}
    return {"templates": total, **shares}, equal

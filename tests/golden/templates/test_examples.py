"""The worked examples, word for word: each text stands in a file beside this one.

To take over a wanted change: `python tests/golden/templates/test_examples.py` writes the files.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
import yaml

from maracuja.model import Content, Privacy, Trait, TraitSource, pack_meta
from maracuja.templates.check import check, shown
from maracuja.templates.compiled import compiled, splice
from maracuja.templates.definition import Template, choose, decode
from maracuja.templates.twin import neutralise

HERE = Path(__file__).parent
DEFINITIONS = HERE.parents[2] / "examples" / "definitions" / "templates"
NOW = datetime(2026, 4, 20, tzinfo=UTC)
SHOP = {"shop.name": "Лавка «Маракуйя»", "shop.url": "https://shop.example"}
PRODUCTS = pl.DataFrame(
    {
        "id": ["rod", "line", "gone"],
        "title": ["Удочка «Щука» 2,4 м", "Леска 0,3 мм", "Палатка"],
        "price": [459_000, 35_050, 1],
        "currency": ["RUB", "UAH", "RUB"],
        "stock": [2, 120, 0],
        "url": ["https://shop.example/p/rod", "https://shop.example/p/line", None],
        "picture": ["https://shop.example/img/rod.jpg", None, None],
    }
)
SCHEMA = {
    "person.first_name": pl.String(),
    "person.gender": pl.String(),
    "person.city": pl.String(),
    "person.bonus": pl.Float64(),
    "facts.left": pl.String(),
}
CASES = [
    (template, language, person)
    for template in ("spring-collection", "anglers-cart", "passion-fruit")
    for language, people in (("ru", ("mariya", "ivan")), ("uk", ("olena", "taras")))
    for person in people
]


def example(name: str) -> Template:
    return decode((DEFINITIONS / f"{name}.yaml").read_text())


def frame(*people: dict[str, object], age_days: int = 10, confidence: float = 1.0) -> pl.DataFrame:
    rows = [{name: person.get(name.partition(".")[2]) for name in SCHEMA} for person in people]
    at_us = int((NOW.timestamp() - age_days * 86_400) * 1e6)
    meta = pack_meta(Trait(None, TraitSource.DECLARED, confidence, at_us))
    metas = [pl.lit(meta, pl.Int64).alias(f"meta.{name}") for name in ("first_name", "city")]
    return pl.DataFrame(rows, schema=SCHEMA).with_columns(metas)


def known(name: str) -> dict[str, object]:
    return yaml.safe_load((HERE / "people.yaml").read_text())[name]


def content(template: Template, language: str, people: pl.DataFrame) -> tuple[Content, str | None]:
    variant = choose(template, language, "email")
    made = compiled(template, SCHEMA, variant=variant, constants=SHOP)
    assert made.rung == "columns"
    rendered = made.render(people, PRODUCTS, now=NOW)
    row = rendered.slots.row(0, named=True) if rendered.slots.width else {}
    return shown(splice(rendered.skeleton, row), rendered.links), rendered.errors[0]


def told(case: tuple[str, str, str]) -> str:
    made, error = content(example(case[0]), case[1], frame(known(case[2])))
    assert error is None
    parts = [f"Subject: {made.subject}", f"Preheader: {made.preheader}", made.text]
    return "\n\n".join([*parts, made.html] if made.html else parts)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_worked_example(case):
    assert told(case) == (HERE / f"{'-'.join(case)}.txt").read_text()


def test_a_stale_or_unsure_name_is_not_used():
    template = example("passion-fruit")
    for people, reason in (
        (frame(known("mariya"), age_days=800), "stale:person.first_name"),
        (frame(known("mariya"), confidence=0.4), "unsure:person.first_name"),
        (frame(known("nobody")), "missing:person.first_name"),
    ):
        assert content(template, "ru", people)[1] == reason


def test_a_stale_city_falls_back_to_the_online_sale():
    made, error = content(example("spring-collection"), "ru", frame(known("mariya"), age_days=500))
    assert error is None
    assert "Открыть распродажу" in made.text
    assert "Тверская" not in made.text


def test_a_sold_out_product_is_not_offered():
    people = frame({**known("mariya"), "left": "gone"})
    assert content(example("anglers-cart"), "ru", people)[1] == "product_gone:products[facts.left]"


def test_an_over_personalised_greeting_is_pointed_at():
    template = decode((HERE / "over-personalised.yaml").read_text())
    findings = {
        finding.code: finding
        for finding in check(template, privacy={"person.diagnosis": Privacy.SENSITIVE}).findings
    }
    assert {"full_name", "exact_address", "contact_in_text", "too_personal", "sensitive"} <= set(
        findings
    )
    assert all(finding.why and finding.fix for finding in findings.values())


@pytest.mark.parametrize("name", ["spring-collection", "anglers-cart", "passion-fruit"])
def test_the_examples_pass_their_own_check(name):
    report = check(example(name), schema=SCHEMA)
    assert [f for f in report.findings if f.level != "note"] == []
    assert set(report.rungs) == {"columns"}


def test_the_generic_twin_of_the_collection_is_one_text_for_all():
    twin = neutralise(example("spring-collection"), SHOP)
    made = compiled(twin, SCHEMA, constants=SHOP)
    rendered = made.render(frame(known("mariya"), known("nobody")), PRODUCTS, now=NOW)
    assert rendered.slots.width == 0
    assert rendered.errors.to_list() == [None, None]
    assert "Мария" not in splice(rendered.skeleton, {}).text


if __name__ == "__main__":
    for one in CASES:
        (HERE / f"{'-'.join(one)}.txt").write_text(told(one))

"""Files of people, events and products: guessed, checked, and refused value by value."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.errors import BadInput
from maracuja.ingest.import_events import read_events
from maracuja.ingest.import_mapping import FileMapping, checked, consents, guess
from maracuja.ingest.import_people import infer_text_type, read_people
from maracuja.ingest.import_products import read_products
from maracuja.model import ConsentState, TraitType

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def rows(**columns: list[str | None]) -> pl.DataFrame:
    height = len(next(iter(columns.values())))
    return pl.DataFrame(
        {"line": list(range(2, 2 + height)), **columns},
        schema_overrides=dict.fromkeys(columns, pl.String),
    )


def test_headings_of_four_languages_are_known() -> None:
    headings = [
        "ID клиента",
        "Ел. пошта",
        "E-mail",
        "Мобільний",
        "Нэр",
        "Прізвище",
        "Любимый цвет",
    ]
    assert guess("people", headings).columns == {
        "ID клиента": "external_id",
        "Ел. пошта": "traits.Ел_пошта",
        "E-mail": "email",
        "Мобільний": "phone",
        "Нэр": "traits.first_name",
        "Прізвище": "traits.last_name",
        "Любимый цвет": "traits.Любимый_цвет",
    }


def test_what_is_exported_can_be_imported() -> None:
    headings = ["external_id", "traits.city", "consent.news.email", "consent.news.email.at"]
    assert list(guess("people", headings).columns.values()) == headings


@pytest.mark.parametrize(
    ("columns", "place"),
    [
        ({"nope": "email"}, "nope"),
        ({"a": "emial"}, "columns.a"),
        ({"a": "email", "b": "email"}, "columns"),
        ({"a": "traits.x"}, "columns"),
        ({"a": "email", "b": "consent.news.email.at"}, "consent.news.email"),
        ({"a": "email", "b": "consent.news.email.colour"}, "columns.b"),
    ],
)
def test_a_wrong_mapping_names_the_column(columns: dict[str, str], place: str) -> None:
    with pytest.raises(BadInput) as refusal:
        checked("people", FileMapping(columns=columns), ["a", "b"])
    assert place in str(refusal.value)


def test_a_bad_value_is_told_and_the_rest_is_taken() -> None:
    chunk = read_people(
        rows(
            id=["1", "2", None, "4"],
            email=[" A@B.com ", "bad", None, "x@y.zz"],
            phone=["067 000 00 01", "+380670000002", None, "12"],
            bonus=["1500", "2,5", "", "7"],
            born=["1990-01-02", "21.11.1980", None, None],
        ),
        FileMapping(
            columns={
                "id": "external_id",
                "email": "email",
                "phone": "phone",
                "bonus": "traits.bonus",
                "born": "traits.birthday",
            }
        ),
        {},
        NOW,
    )
    assert chunk.lines.to_list() == [2, 3, 5]
    assert chunk.identities["email"].to_list() == ["a@b.com", None, "x@y.zz"]
    assert chunk.identities["phone"].to_list() == ["+380670000001", "+380670000002", None]
    assert chunk.traits["bonus"].to_list() == [1500.0, 2.5, 7.0]
    assert chunk.traits["birthday"].to_list() == [date(1990, 1, 2), date(1980, 11, 21), None]
    assert [(r.line, r.column, r.whole) for r in chunk.refused] == [
        (3, "email", False),
        (5, "phone", False),
        (4, "", True),
    ]


def test_a_consent_without_source_and_date_is_unproven() -> None:
    mapping = FileMapping(
        columns={
            "id": "external_id",
            "news": "consent.news.email",
            "on": "consent.news.email.at",
            "from": "consent.news.email.source",
        }
    )
    (columns,) = consents(mapping)
    assert (columns.topic, columns.channel, columns.at) == ("news", "email", "on")
    chunk = read_people(
        rows(**{
            "id": list("123456"),
            "news": ["in", "in", "out", "да", "maybe", None],
            "on": ["2026-01-01", None, None, "2027-01-01", None, None],
            "from": ["form", "form", None, "form", None, None],
        }),
        mapping,
        {},
        NOW,
    )  # fmt: skip
    (found,) = chunk.consents
    assert found.rows["row"].to_list() == [0, 1, 2, 3]
    assert found.rows["state"].to_list() == [
        ConsentState.OPTED_IN,
        ConsentState.UNPROVEN,  # no date
        ConsentState.OPTED_OUT,  # leaving needs no proof
        ConsentState.UNPROVEN,  # a date that has not come
    ]
    assert [(r.line, r.value) for r in chunk.refused] == [(6, "maybe")]


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "2.5", "-3"], TraitType.NUMBER),
        (["01001", "2"], TraitType.TEXT),
        (["true", "False"], TraitType.BOOLEAN),
        (["2026-01-01", "31.12.2025"], TraitType.DATE),
        (["2026-01-01T10:00:00Z"], TraitType.TIME),
        (["a"], TraitType.TEXT),
        ([None], TraitType.TEXT),
    ],
)
def test_types_of_texts(texts: list[str | None], kind: TraitType) -> None:
    assert infer_text_type(pl.Series(texts, dtype=pl.String)) is kind


def test_a_few_typing_errors_do_not_make_dates_into_texts() -> None:
    assert infer_text_type(pl.Series(["2026-01-01"] * 99 + ["soon"])) is TraitType.DATE


def test_prices_become_minor_units_or_are_refused() -> None:
    headings = ["SKU", "Назва", "Ціна", "Остаток"]
    found = read_products(
        rows(
            SKU=["a", "b", "c", None, "a"],
            Назва=["Манго", None, "x", "y", "Манго 2"],
            Ціна=["1 299,50", "9.99 UAH", "дорого", "1", "1300"],
            Остаток=["3", None, "1", "1", "0"],
        ),
        guess("products", headings),
        "UAH",
    )  # fmt: skip
    assert found.products.select("id", "title", "price", "stock").rows() == [
        ("b", "b", 999, None),
        ("a", "Манго 2", 130000, 0),
    ]
    assert [(r.line, r.column) for r in found.refused] == [(5, "SKU"), (4, "Ціна")]


def test_rows_of_events_become_calls_that_count_once() -> None:
    mapping = guess("events", ["userId", "event", "date", "properties.price", "Категория"])
    table = rows(**{
        "userId": ["1", None, "3"],
        "event": ["Order Completed", "x", None],
        "date": ["2026-01-01T00:00:00Z"] * 3,
        "properties.price": ["10.5", "1", "1"],
        "Категория": ["007", None, None],
    })  # fmt: skip
    calls, refused = read_events(table, mapping, "orders.csv")
    (call,) = [json.loads(c) for c in calls]
    assert call["properties"] == {"price": 10.5, "Категория": "007"}
    assert (call["userId"], call["timestamp"]) == ("1", "2026-01-01T00:00:00Z")
    assert [r.line for r in refused] == [3, 4]
    assert calls == read_events(table, mapping, "orders.csv")[0]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
def test_any_text_is_taken_or_told(texts: list[str]) -> None:
    mapping = FileMapping(
        columns={"id": "external_id", "email": "email", "phone": "phone", "x": "traits.x"}
    )
    table = rows(id=list(texts), email=list(texts), phone=list(texts), x=list(texts))
    chunk = read_people(table, mapping, {"x": TraitType.NUMBER}, NOW)
    assert chunk.height + sum(r.whole for r in chunk.refused) == len(texts)
    read_products(table, FileMapping(columns={"id": "id", "x": "price"}), "UAH")
    read_events(table, FileMapping(columns={"id": "external_id", "x": "properties.a.b"}), "f")


def test_a_word_for_nobody_is_no_id_as_in_the_calls_of_programs() -> None:
    texts = {"id": ["c1", "null", "0", "Guest"], "email": [f"{n}@x.example" for n in "abcd"]}
    mapping = guess("people", ["id", "email"])
    chunk = read_people(rows(**texts), mapping, {}, NOW)
    assert chunk.identities["external_id"].to_list() == ["c1", None, None, None]
    assert [(r.line, r.value, r.whole) for r in chunk.refused] == [
        (3, "null", False),
        (4, "0", False),
        (5, "Guest", False),
    ]

from datetime import date, datetime

import msgspec
import numpy as np
import polars as pl
import pytest

from maracuja.ingest.columns import (
    COLUMNS_MAX,
    choose_types,
    flatten,
    infer_type,
    known_columns,
    make_columns,
    rest_column,
    type_column,
)
from maracuja.ingest.discover import discover, guess_privacy
from maracuja.ingest.times import parse_times
from maracuja.model import Privacy, TraitType


def test_nested_objects_are_flattened_with_dots() -> None:
    found = flatten([{"a": {"b": 1, "c": None}}, None, {"a": {"b": 2}, "d": []}], "properties.")
    assert {name: (s.rows, s.values) for name, s in found.items()} == {
        "properties.a.b": ([0, 2], [1, 2]),
        "properties.d": ([2], [[]]),
    }


def test_values_stay_with_their_events_whatever_else_these_say() -> None:
    found = flatten([{"id": 0}, {"id": 1, "x": 1}, {"id": 2}, {"id": 3, "x": 3}])
    columns = make_columns(found, {"id": TraitType.NUMBER, "x": TraitType.NUMBER}, 4, {})
    assert [column.to_list() for column in columns] == [[0, 1, 2, 3], [None, 1, None, 3]]


def test_the_same_name_twice_counts_once() -> None:
    (sparse,) = flatten([{"a.b": 1, "a": {"b": 2}}]).values()
    assert (sparse.rows, sparse.values) == ([0], [2])


def test_deep_objects_stay_whole() -> None:
    deep: object = 1
    for _ in range(9):
        deep = {"x": deep}
    ((name, sparse),) = flatten([deep]).items()  # type: ignore[list-item]
    assert name == "x.x.x.x.x"
    assert type(sparse.values[0]) is dict


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5], TraitType.NUMBER),
        ([True, False], TraitType.BOOLEAN),
        (["2026-01-31"], TraitType.DATE),
        (["2026-01-31T10:00:00Z", "2026-01-31 10:00"], TraitType.TIME),
        (["2026-01-31", "x"], TraitType.TEXT),
        (["a", 1], TraitType.TEXT),
        ([["a"], [1]], TraitType.LIST),
        ([{}], TraitType.OBJECT),
        ([True, 1], TraitType.TEXT),
    ],
)
def test_types_are_inferred(values: list[object], kind: TraitType) -> None:
    assert infer_type(values) is kind


def test_what_does_not_fit_goes_to_rest() -> None:
    payloads = [{"p": 1, "sku": "x"}, {"p": "cheap", "sku": 5}, {"p": "7.5", "New": True}]
    types = {"properties.p": TraitType.NUMBER, "properties.sku": TraitType.TEXT}
    rest: dict[int, dict[str, object]] = {}
    columns = make_columns(flatten(payloads, "properties."), types, 3, rest)
    assert {c.name: c.to_list() for c in columns} == {
        "properties.p": [1.0, None, 7.5],
        "properties.sku": ["x", None, None],
    }
    assert [t and msgspec.json.decode(t) for t in rest_column(rest, 3)] == [
        None,
        {"properties.p": "cheap", "properties.sku": 5},
        {"properties.New": True},
    ]


def test_columns_of_each_type() -> None:
    assert type_column(["2026-02-28", "2026-02-30", 5], TraitType.DATE).to_list() == [
        date(2026, 2, 28),
        None,
        None,
    ]
    assert type_column(["2026-02-28T10:00:00+02:00"], TraitType.TIME).to_list() == [
        datetime(2026, 2, 28, 8)
    ]
    assert type_column([True, 1], TraitType.BOOLEAN).to_list() == [True, None]
    assert type_column([["а", 1], {}], TraitType.LIST).to_list() == ['["а",1]', None]
    assert type_column([{"a": 10**30}], TraitType.OBJECT).to_list() == [f'{{"a":{10**30}}}']
    assert type_column([2**53, 2**53 + 1, 10**400, True], TraitType.NUMBER).to_list() == [
        2.0**53,
        None,
        None,
        None,
    ]


def test_names_that_differ_in_case_only_share_no_column() -> None:
    found = flatten([{"sku": "a"}, {"SKU": "b", "sku": "c"}], "properties.")
    assert choose_types(found, {}) == {"properties.SKU": TraitType.TEXT}
    assert choose_types(found, {"properties.Sku": TraitType.TEXT}) == {}


def test_columns_are_limited() -> None:
    payloads = [{f"k{i:03}": 1 for i in range(COLUMNS_MAX + 5)}]
    types = choose_types(flatten(payloads, "properties."), {"context.ip": TraitType.TEXT})
    assert len(types) == COLUMNS_MAX - 1
    assert "properties.k298" in types
    assert "properties.k299" not in types
    assert not choose_types(flatten([{"": 1, "a\x00": 1, "x" * 101: 1}], "properties."), {})


def test_columns_are_the_same_after_a_restart() -> None:
    own = {"properties.run": TraitType.NUMBER}
    batches = [
        flatten([{f"k{i:03}": 1 for i in range(200)}, {"SKU": "x"}], "properties."),
        flatten([{f"j{i:03}": True for i in range(200)}, {"sku": 1}], "properties."),
    ]
    columns = dict(own)
    seen = []
    for at, found in enumerate(batches):
        columns |= choose_types(found, columns)
        seen += [(at, name, infer_type(s.values)) for name, s in found.items()]
    assert len(columns) == COLUMNS_MAX
    assert known_columns(seen, own) == columns


def test_times_of_many_spellings() -> None:
    texts = pl.Series(["2026-11-21", "x", "2026-11-21T10:00:00", "20261121T100000Z", None])
    day = 1795219200000000
    ten = day + 36_000_000_000
    assert parse_times(texts).to_list() == [day, None, ten, ten, None]


def test_discovery_counts_by_event_and_keeps_no_personal_examples() -> None:
    found = flatten([{"price": 1, "email": "a@b.co"}, {"price": 2}, {"price": 3}], "properties.")
    rows = discover(
        found,
        np.array([0, 1, 1]),
        ["Tasted", "Bought"],
        scope="property",
        types={"properties.price": TraitType.NUMBER},
        span=(5, 9),
    )
    assert [(r.event, r.name, r.seen, r.samples, r.privacy) for r in rows] == [
        ("Bought", "price", 2, ("2",), Privacy.PUBLIC),
        ("Tasted", "email", 1, (), Privacy.PERSONAL),
        ("Tasted", "price", 1, ("1",), Privacy.PUBLIC),
    ]


@pytest.mark.parametrize(
    ("name", "privacy"),
    [
        ("first_name", Privacy.PERSONAL),
        ("lastName", Privacy.PERSONAL),
        ("shippingAddress", Privacy.PERSONAL),
        ("product_name", Privacy.PUBLIC),
        ("health_goal", Privacy.SENSITIVE),
        ("religion", Privacy.SENSITIVE),
        ("city", Privacy.PUBLIC),
        ("raceTime", Privacy.SENSITIVE),
    ],
)
def test_privacy_is_guessed_by_words(name: str, privacy: Privacy) -> None:
    assert guess_privacy(name) is privacy


def test_a_plain_name_is_a_persons_among_traits_only() -> None:
    assert guess_privacy("name") is Privacy.PERSONAL
    assert guess_privacy("name", scope="property") is Privacy.PUBLIC
    assert guess_privacy("contact", ("x@example.com",)) is Privacy.PERSONAL

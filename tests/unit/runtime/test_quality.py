"""The quality of what is known, recounted by hand; whose sources disagree, until they agree."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from maracuja.errors import NotFound
from maracuja.ingest.plausible import implausible
from maracuja.model import Trait, TraitSource, micros
from maracuja.runtime import quality
from maracuja.runtime.launch_ground import Ground
from maracuja.store import disputed, people
from maracuja.store.engine import Store
from tests.unit.runtime.fact_shop import NOW, build, identify, pid_of, project, send


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    found = build(store, tmp_path / "shop")
    calls = [
        identify("olena", city="Kyiv", first_name="Олена", shirt="M"),
        identify("ivan", city="12345", first_name="Test", days_ago=700),
        identify("taras", city="Lviv", first_name="Тарас", days_ago=800),
        identify("nina", first_name="Ніна"),
    ]
    send(store, calls)
    project(found)
    return found


def told(ground: Ground, name: str) -> quality.TraitQuality:
    return {one.name: one for one in quality.report(ground, NOW)}[name]


def tell(store: Store, who: str, name: str, value: Any, source: TraitSource, *, days: int) -> None:
    with store.write() as conn:
        pid = int(people.find(conn, ["external_id"], [who])[0])
        at_us = micros(NOW - timedelta(days=days))
        trait = Trait(value, source, 1.0, at_us)
        rev = people.next_rev(conn)
        people.change(conn, rev, [pid], set_traits=[{name: trait}], now_us=at_us)


def test_each_trait_is_counted(ground: Ground) -> None:
    city = told(ground, "city")
    assert (city.people, city.known, city.complete) == (6, 3, 0.5)
    assert (city.implausible, city.valid) == (1, pytest.approx(2 / 3))
    assert (city.fresh, city.median_days) == (pytest.approx(1 / 3), 700)
    assert city.sources == {"declared": 3}
    assert city.conflicting == 0
    assert [one.split(":")[0] for one in city.todo] == [
        "1 cannot be right",
        "Most are older than a year",
    ]
    assert "{{ links.still.city }}" in city.todo[1]
    names = told(ground, "first_name")
    assert (names.known, names.implausible) == (4, 1)
    shirt = told(ground, "shirt")
    assert shirt.complete == pytest.approx(1 / 6)
    assert shirt.todo == (
        "Most people lack it: ask for it in a form or a poll, or do without it.",
    )


def test_sources_that_disagree_are_found_until_they_agree(ground: Ground) -> None:
    store = ground.store
    tell(store, "olena", "city", "Odesa", TraitSource.IMPORTED, days=0)
    tell(store, "nina", "city", "Kyiv", TraitSource.OBSERVED, days=2)
    tell(store, "nina", "city", "Dnipro", TraitSource.DECLARED, days=1)
    assert told(ground, "city").conflicting == 2
    with store.read() as conn:
        nina = disputed.of(conn, pid_of(store, "nina"))
        assert [(one[0], one[1], one[2]) for one in nina] == [
            ("city", TraitSource.OBSERVED, "Kyiv")
        ]
    found = quality.of_trait(ground, "city", NOW)
    assert [one.why for one in found.doubts] == [
        "cannot be right", "imported says otherwise", "observed says otherwise",
    ]  # fmt: skip
    tell(store, "olena", "city", " kyiv ", TraitSource.IMPORTED, days=0)  # agrees
    tell(store, "nina", "city", "Kyiv", TraitSource.DECLARED, days=0)  # comes round
    assert told(ground, "city").conflicting == 0
    with store.read() as conn:
        assert disputed.of(conn, pid_of(store, "olena")) == []


def test_what_is_told_twice_by_one_source_is_no_dispute(ground: Ground) -> None:
    tell(ground.store, "olena", "city", "Odesa", TraitSource.DECLARED, days=0)
    assert told(ground, "city").conflicting == 0
    with ground.store.read() as conn:
        assert disputed.every(conn) == []


def test_a_trait_that_is_not_there(ground: Ground) -> None:
    with pytest.raises(NotFound):
        quality.of_trait(ground, "hat", NOW)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("email", ["a@b.co", "я@пошта.укр"], ["a@b", "a b@c.de", "@c.de", ""]),
        ("phone", ["+380671234567"], ["0671234567", "+0", "call me"]),
        ("first_name", ["Олена", "Jean-Luc", "O'Neil", "Ж"], ["x1", "a@b.co", "test", "—"]),
        ("city", ["Kyiv", "Івано-Франківськ"], ["04070", "n/a"]),
        ("language", ["uk", "pt-BR"], ["ukrainian language", "1"]),
        ("gender", ["f", "Male", "ж"], ["7", "Kyiv"]),
        ("shirt", ["M", "anything at all"], ["null", " "]),
    ],
)
def test_what_cannot_be_right(name: str, right: list[str], wrong: list[str]) -> None:
    values = pl.Series([*right, *wrong, None])
    expected = [False] * len(right) + [True] * len(wrong) + [False]
    assert implausible(name, values, NOW).to_list() == expected


def test_days_that_cannot_be() -> None:
    days = [date(1980, 3, 5), date(1970, 1, 1), date(2030, 1, 1), date(1850, 1, 1), None]
    expected = [False, True, True, True, False]
    assert implausible("birthday", pl.Series(days), NOW).to_list() == expected
    times = pl.Series([datetime(2020, 1, 1), datetime(2027, 1, 1)], dtype=pl.Datetime("us"))
    assert implausible("created_at", times, NOW).to_list() == [False, True]
    assert implausible("renews_on", pl.Series([date(2030, 1, 1)]), NOW).to_list() == [False]
    assert implausible("bonus", pl.Series([1.0, None]), NOW).to_list() == [False, False]

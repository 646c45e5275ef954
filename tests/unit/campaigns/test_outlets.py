"""Hours as people write them, and the nearest place by a great circle."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.campaigns.outlets import EARTH_KM, city_key, nearest, read_hours
from maracuja.errors import BadInput

HOURS = read_hours("mon-fri 09:00-13:00, 14:00-18:00; sat,sun 22:00-02:00; 2026-12-25 closed")


def test_hours_are_read_and_said() -> None:
    assert HOURS.said(date(2026, 11, 20)) == "09:00–13:00, 14:00–18:00"
    assert HOURS.said(date(2026, 12, 25)) is None
    assert read_hours("").told is False
    assert read_hours("daily 10:00-24:00").said(date(2026, 11, 22)) == "10:00–24:00"


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        ("2026-11-20 08:59", False), ("2026-11-20 09:00", True), ("2026-11-20 13:30", False),
        ("2026-11-20 17:59", True), ("2026-11-20 18:00", False),
        ("2026-11-21 23:00", True), ("2026-11-22 01:59", True), ("2026-11-23 01:00", True),
        ("2026-11-23 02:00", False), ("2026-12-25 10:00", False),
    ],
)  # fmt: skip
def test_open_at_a_time_also_over_midnight(at: str, is_open: bool) -> None:
    assert HOURS.open_at(datetime.fromisoformat(at)) is is_open


@pytest.mark.parametrize(
    "text", ["mon", "mon 9-18", "moon 09:00-18:00", "mon 25:00-26:00", "2026-13-01 closed", "x"]
)
def test_what_says_no_hours_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_hours(text)


def test_a_known_distance() -> None:
    kyiv, lviv = (50.4501, 30.5234), (49.8397, 24.0297)
    place, km = nearest(np.array([kyiv[0]]), np.array([kyiv[1]]), np.array([lviv]))
    assert place[0] == 0
    assert km[0] == pytest.approx(467.5, abs=0.1)


coordinates = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@given(
    st.lists(coordinates, min_size=1, max_size=8), st.lists(coordinates, min_size=1, max_size=8)
)
def test_nearest_is_the_least_of_all_distances(
    people: list[tuple[float, float]], places: list[tuple[float, float]]
) -> None:
    at = np.array(people)
    chosen, km = nearest(at[:, 0], at[:, 1], np.array(places))
    for n, one in enumerate(people):
        every = [far(one, place) for place in places]
        assert km[n] == pytest.approx(min(every), abs=1e-3)
        assert every[chosen[n]] == pytest.approx(min(every), abs=1e-3)


def far(a: tuple[float, float], b: tuple[float, float]) -> float:
    """One pair, by the angle between two vectors."""

    def vector(point: tuple[float, float]) -> np.ndarray:
        phi, lam = map(math.radians, point)
        return np.array(
            [math.cos(phi) * math.cos(lam), math.cos(phi) * math.sin(lam), math.sin(phi)]
        )

    u, v = vector(a), vector(b)
    return EARTH_KM * math.atan2(float(np.linalg.norm(np.cross(u, v))), float(u @ v))


def test_cities_are_compared_as_people_write_them() -> None:
    assert city_key("м. Київ") == city_key("КИЇВ") == city_key(" Київ ")
    assert city_key("г.Москва") == city_key("Москва")
    assert city_key("Мінськ") != city_key("м. Інськ")

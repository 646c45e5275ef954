"""Breakdowns: rows gathered, false finds held down, heterogeneity as by hand."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from scipy.stats import chi2, false_discovery_control

from maracuja.rng import stream
from maracuja.stats.breakdown import (
    OTHER,
    ROWS_MAX,
    UNKNOWN_VALUE,
    benjamini_hochberg,
    breakdown,
    heterogeneity_p,
    named,
)
from maracuja.stats.compare import Comparison, Measure, compare
from maracuja.stats.moments import SufficientStatistics


def rate(people: int, conversions: int) -> SufficientStatistics:
    return SufficientStatistics(
        n=people, sum=conversions, sum_squares=conversions, nonzero=conversions
    )


def pair(treated: int, control: int) -> Comparison:
    return compare(Measure.CONVERSIONS, rate(5_000, treated), rate(5_000, control), n_star=None)


def test_only_the_largest_values_have_their_own_rows() -> None:
    cities = pl.Series([f"city {i}" for i in range(30) for _ in range(30 - i)])
    shown = named(cities)
    assert shown.n_unique() == ROWS_MAX
    assert (shown == OTHER).sum() == sum(range(1, 12))


def test_missing_values_are_a_row_of_their_own() -> None:
    assert named(pl.Series(["f", None, "m"])).to_list() == ["f", UNKNOWN_VALUE, "m"]
    assert named(pl.Series([True, False])).to_list() == ["true", "false"]


def test_adjusted_p_are_scipys() -> None:
    ps = [0.03, 0.001, 0.2, 0.04, 0.9]
    assert benjamini_hochberg([*ps, None]) == pytest.approx([*false_discovery_control(ps), None])


def test_equal_rows_do_not_differ_and_unequal_ones_do() -> None:
    assert heterogeneity_p([pair(300, 200), pair(300, 200)]) == pytest.approx(1.0)
    differ = heterogeneity_p([pair(300, 200), pair(200, 300)])
    variance = (1 - 0.06) / (0.06 * 4_999) + (1 - 0.04) / (0.04 * 4_999)
    q = 2 * np.log(1.5) ** 2 / variance
    assert differ == pytest.approx(chi2.sf(q, 1))


def test_one_row_with_enough_data_cannot_differ() -> None:
    assert heterogeneity_p([pair(300, 200), pair(3, 2)]) is None


def test_among_many_rows_without_effect_hardly_any_is_shown() -> None:
    chance = stream(5, "breakdown")
    shown = 0
    for _ in range(100):
        people = pl.DataFrame(
            {
                "treated": chance.random(20_000) < 0.8,
                "conversions": (chance.random(20_000) < 0.1).astype(np.int8),
                "city": chance.integers(0, 15, 20_000),
            }
        )
        table = breakdown(people, "city", n_star=None, final=True)
        shown += any(row.shown for row in table.rows)
    assert shown <= 11

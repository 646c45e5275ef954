"""Sufficient statistics add up, and columns give what a loop would give."""

from __future__ import annotations

import statistics

import polars as pl
import pytest

from maracuja.stats.moments import NOBODY, SufficientStatistics, by_group, of_column

VALUES = [0, 3, 0, 1, 12, 5, 0, 2]


def test_a_column_gives_count_sum_squares_and_how_many_are_not_zero() -> None:
    assert of_column(pl.Series(VALUES)) == SufficientStatistics(
        n=8, sum=23.0, sum_squares=183.0, nonzero=5
    )


def test_mean_and_variance_are_the_textbook_ones() -> None:
    whole = of_column(pl.Series(VALUES))
    assert whole.mean == pytest.approx(statistics.mean(VALUES))
    assert whole.variance == pytest.approx(statistics.variance(VALUES))


def test_parts_add_up_to_the_whole() -> None:
    parts = [of_column(pl.Series(VALUES[at : at + 3])) for at in range(0, 8, 3)]
    assert sum(parts, NOBODY) == of_column(pl.Series(VALUES))


def test_nulls_are_not_people() -> None:
    assert of_column(pl.Series([True, None, False])).n == 2


def test_nobody_has_a_mean_of_zero_and_never_nan() -> None:
    empty = of_column(pl.Series([], dtype=pl.Int64))
    assert (empty, empty.mean, empty.variance) == (NOBODY, 0.0, 0.0)


def test_groups_are_those_of_the_keys() -> None:
    frame = pl.DataFrame({"arm": ["a", "b", "a"], "paid": [100, 0, 300], "bought": [1, 0, 1]})
    groups = by_group(frame, ["arm"], ["paid", "bought"])
    assert list(groups) == [("a",), ("b",)]
    assert groups["a",]["paid"].sum == 400
    assert groups["b",]["bought"].nonzero == 0

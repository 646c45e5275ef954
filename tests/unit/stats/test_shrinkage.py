"""Shrunken lifts: between the row's own and the common one, and as the model says."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from maracuja.rng import stream
from maracuja.stats.breakdown import breakdown, breakdowns
from maracuja.stats.compare import Comparison, Measure, compare
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.shrinkage import SPREAD, posterior, shrunken


def rate(people: int, conversions: int) -> SufficientStatistics:
    return SufficientStatistics(
        n=people, sum=conversions, sum_squares=conversions, nonzero=conversions
    )


def pair(treated: int, control: int, people: int = 5_000) -> Comparison:
    return compare(Measure.CONVERSIONS, rate(people, treated), rate(people, control), n_star=None)


def test_small_rows_move_far_and_large_ones_hardly() -> None:
    rows = [pair(500, 500), pair(510, 500), pair(24, 12, 120), pair(100_000, 70_000, 1_000_000)]
    shrunk = shrunken(rows)
    moved = [
        abs(one.value - row.lift.value)  # type: ignore[operator, union-attr]
        for one, row in zip(shrunk, rows, strict=True)
    ]
    assert moved[2] > 0.4
    assert moved[3] < 0.01
    wide, narrow = shrunk[2], rows[2].lift
    assert wide.high - wide.low < narrow.high - narrow.low  # type: ignore[operator, union-attr]


def test_rows_without_enough_data_are_left_out() -> None:
    some = shrunken([pair(300, 200), pair(3, 2), pair(290, 200)])
    assert some[1] is None
    assert some[0] is not None
    assert shrunken([pair(300, 200), pair(3, 2)]) == [None, None]
    assert shrunken([]) == []


def test_the_posterior_is_the_integral_over_the_spread() -> None:
    values, variances = np.array([0.3, -0.1, 0.05]), np.array([0.02, 0.01, 0.04])

    def given_spread(spread: float) -> tuple[float, float]:
        weights = 1 / (variances + spread**2)
        centre = float((weights * values).sum() / weights.sum())
        chance = np.prod(np.sqrt(weights)) / math.sqrt(weights.sum())
        chance *= math.exp(-(weights * (values - centre) ** 2).sum() / 2)
        chance *= math.exp(-((spread / SPREAD) ** 2) / 2)
        mean = centre + spread**2 * weights[0] * (values[0] - centre)
        return float(chance), float(mean)

    whole, _ = quad(lambda spread: given_spread(spread)[0], 0, 2)
    first, _ = quad(lambda spread: math.prod(given_spread(spread)), 0, 2)
    assert posterior(values, variances)[0][0] == pytest.approx(first / whole, abs=1e-4)


measured = st.lists(st.tuples(st.floats(-3, 3), st.floats(1e-6, 10)), min_size=2, max_size=20).map(
    lambda rows: np.array(rows).T
)


@given(measured)
def test_no_row_leaves_the_range_of_the_measured_ones(rows: np.ndarray) -> None:
    values, variances = rows
    means, spreads = posterior(values, variances)
    assert (means >= values.min() - 1e-9).all()
    assert (means <= values.max() + 1e-9).all()
    assert np.isfinite(spreads).all()
    assert (spreads > 0).all()


@given(measured, st.integers(0, 1_000))
def test_the_order_of_rows_does_not_matter(rows: np.ndarray, seed: int) -> None:
    order = stream(seed, "order").permutation(rows.shape[1])
    means, spreads = posterior(*rows)
    again = posterior(*rows[:, order])
    assert again[0] == pytest.approx(means[order], abs=1e-9)
    assert again[1] == pytest.approx(spreads[order], rel=1e-6)


def people(facts: int) -> pl.DataFrame:
    chance, n = stream(6, "facts"), 40_000
    treated = chance.random(n) < 0.5
    better = chance.random(n) < 0.5
    bought = chance.random(n) < 0.1 * (1 + 0.5 * treated * better)
    return pl.DataFrame(
        {
            "treated": treated,
            "conversions": bought.astype(np.int8),
            "better": better,
            **{f"fact{k}": chance.integers(0, 4, n) for k in range(facts)},
        }
    )


def test_facts_looked_at_together_are_corrected_together() -> None:
    names = ["better", *(f"fact{k}" for k in range(8))]
    together = breakdowns(people(8), names, n_star=None, final=True)
    alone = [breakdown(people(8), name, n_star=None, final=True) for name in names]
    assert [table.differ_p for table in together] == [table.differ_p for table in alone]
    for table, one in zip(together, alone, strict=True):
        assert table.differ_p_adjusted >= table.differ_p  # type: ignore[operator]
        assert all(
            row.p_adjusted >= row.conversions.lift.p  # type: ignore[operator]
            for row in table.rows
        )
        assert [row.shrunk for row in table.rows] == [row.shrunk for row in one.rows]
    assert together[0].differ_p_adjusted < 0.05  # type: ignore[operator]
    assert [row.shown for row in together[0].rows] == [0, 1] or [
        row.shown for row in together[0].rows
    ] == [1, 0]
    assert all(table.differ_p_adjusted > 0.05 for table in together[1:])  # type: ignore[operator]


def test_while_the_window_is_open_nothing_is_drawn_together() -> None:
    [table] = breakdowns(people(0), ["better"], n_star=40_000, final=False)
    assert [row.shrunk for row in table.rows] == [None, None]

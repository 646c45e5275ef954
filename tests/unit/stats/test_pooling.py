"""What campaigns add up to."""

from __future__ import annotations

import math

import numpy as np

from maracuja.rng import stream
from maracuja.stats.intervals import Interval, NotShown
from maracuja.stats.pooling import total


def test_effects_add_up_and_their_errors_as_squares() -> None:
    found = total([Interval(10.0, 7.0, 13.0), Interval(-2.0, -6.0, 2.0)])
    assert (found.value, found.low, found.high) == (8.0, 3.0, 13.0)


def test_what_shows_nothing_adds_nothing_and_nothing_is_no_zero() -> None:
    few = Interval(reason=NotShown.TOO_FEW_CONVERSIONS)
    assert total([few, Interval(10.0, 7.0, 13.0)]) == Interval(10.0, 7.0, 13.0)
    assert total([few]).reason is NotShown.TOO_FEW_CONVERSIONS
    assert total([]).value is None


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    dice = stream(7, "pooling")
    truth = np.array([3.0, 0.0, -1.0, 8.0])
    spread = np.array([1.0, 4.0, 0.5, 2.0])
    inside = 0
    rounds = 4_000
    for _ in range(rounds):
        seen = dice.normal(truth, spread)
        effects = [
            Interval(float(v), float(v - 1.96 * s), float(v + 1.96 * s))
            for v, s in zip(seen, spread, strict=True)
        ]
        found = total(effects)
        assert found.low is not None and found.high is not None
        inside += found.low <= truth.sum() <= found.high
    assert math.isclose(inside / rounds, 0.95, abs_tol=0.012)

"""Nothing is found where nothing is: looking again and again, on made and on real data.

Test 1 of the validation protocol: (a) made outcomes, (b) a placebo within Hillstrom's controls.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from maracuja.rng import stream
from maracuja.stats.intervals import (
    CONVERSIONS_MIN,
    Effect,
    anytime_half_width,
    difference_effect,
    fixed_half_width,
    log_ratio_effect,
)
from maracuja.stats.moments import Array, Sample

RUNS = 4_000
ARM = 20_000
LOOKS = 200
ALLOWED = 0.05 + 2 * (0.05 * 0.95 / RUNS) ** 0.5


def as_sample(n: Array, sums: Array, squares: Array) -> Sample:
    """Running sums of shape (runs, looks) as samples of the people so far."""
    mean = sums / n
    return Sample(np.broadcast_to(n, mean.shape), mean, (squares - sums * mean) / (n - 1))


def bernoulli(seed: int, rate: float) -> tuple[Sample, Sample, np.ndarray]:
    """Two arms without a difference at every look, and where both have enough conversions."""
    chance = stream(seed, "placebo", rate)
    n = np.arange(1, LOOKS + 1) * (ARM / LOOKS)
    sums = [chance.binomial(ARM // LOOKS, rate, (RUNS, LOOKS)).cumsum(1) for _ in range(2)]
    one, two = (as_sample(n, s, s) for s in sums)
    return one, two, np.minimum(*sums) >= CONVERSIONS_MIN


def spending(seed: int, rate: float) -> tuple[Sample, Sample, np.ndarray]:
    """The same for money: most people spend nothing, the others lognormal amounts."""
    chance = stream(seed, "spending", rate)
    n = np.arange(1, LOOKS + 1) * (ARM / LOOKS)
    arms, payers = [], []
    for _ in range(2):
        buyers = chance.binomial(ARM // LOOKS, rate, (RUNS, LOOKS))
        amounts = np.exp(chance.normal(3, 1, int(buyers.sum())))
        starts = np.concatenate([[0], buyers.ravel().cumsum()])
        totals = [
            np.diff(np.concatenate([[0.0], values.cumsum()])[starts]).reshape(RUNS, LOOKS)
            for values in (amounts, amounts**2)
        ]
        arms.append(as_sample(n, totals[0].cumsum(1), totals[1].cumsum(1)))
        payers.append(buyers.cumsum(1))
    return arms[0], arms[1], np.minimum(*payers) >= CONVERSIONS_MIN


def ever(effect: Effect, half: Array, shown: np.ndarray, looks: int) -> float:
    """The share of runs in which zero was left at any of so many evenly spaced looks."""
    outside = (np.abs(effect.value) > half) & shown
    step = outside.shape[1] // looks
    return float(outside[:, step - 1 :: step].any(axis=1).mean())


@pytest.mark.parametrize("rate", [0.005, 0.05, 0.15])
@pytest.mark.parametrize("scale", [difference_effect, log_ratio_effect])
def test_looking_often_finds_nothing_with_the_sequence_and_much_without(
    rate: float, scale: object
) -> None:
    one, two, shown = bernoulli(1, rate)
    with np.errstate(divide="ignore", invalid="ignore"):
        effect: Effect = scale(one, two)  # type: ignore[operator]
        anytime = anytime_half_width(2 * one.n, effect.variance, 2 * ARM)
        fixed = fixed_half_width(effect.variance)
    for looks in (14, LOOKS):
        assert ever(effect, anytime, shown, looks) <= ALLOWED
    assert ever(effect, fixed, shown, 1) == pytest.approx(0.05, abs=0.012)
    assert ever(effect, fixed, shown, LOOKS) > 0.2


def test_looking_often_at_money_finds_nothing() -> None:
    one, two, shown = spending(2, 0.05)
    effect = difference_effect(one, two)
    anytime = anytime_half_width(2 * one.n, effect.variance, 2 * ARM)
    for looks in (14, LOOKS):
        assert ever(effect, anytime, shown, looks) <= ALLOWED
    assert ever(effect, fixed_half_width(effect.variance), shown, LOOKS) > 0.2


@pytest.mark.data
def test_a_placebo_within_real_controls_finds_nothing(evaluation_data: Path) -> None:
    rows = pl.read_csv(evaluation_data / "hillstrom/hillstrom.csv", infer_schema_length=None)
    visits = rows.filter(segment="No E-Mail")["visit"].to_numpy().astype(np.int64)
    chance, splits, looks = stream(3, "hillstrom placebo"), 1_000, 70
    ends = np.linspace(0, len(visits) // 2, looks + 1).astype(int)[1:]
    sums = np.empty((2, splits, looks))
    for split in range(splits):
        shuffled = chance.permutation(visits)
        for arm in range(2):
            sums[arm, split] = shuffled[arm::2].cumsum()[ends - 1]
    one, two = (as_sample(ends.astype(float), s, s) for s in sums)
    shown = np.minimum(*sums) >= CONVERSIONS_MIN
    with np.errstate(divide="ignore", invalid="ignore"):
        for scale in (difference_effect, log_ratio_effect):
            effect = scale(one, two)
            anytime = anytime_half_width(2 * one.n, effect.variance, len(visits))
            fixed = fixed_half_width(effect.variance)
            assert ever(effect, anytime, shown, looks) <= 0.05
            assert 0.035 <= ever(effect, fixed, shown, 1) <= 0.065
            assert ever(effect, fixed, shown, looks) > 0.25

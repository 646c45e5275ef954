"""Experiments with planned looks err as often as they say, and lose hardly any power.

The group-sequential part of test 1 of the validation protocol, and test 3, its power table.
"""

from __future__ import annotations

import numpy as np
import pytest

from maracuja.rng import stream
from maracuja.stats.boundaries import o_brien_fleming
from maracuja.stats.intervals import (
    CONVERSIONS_MIN,
    Effect,
    anytime_half_width,
    difference_effect,
    fixed_half_width,
    log_ratio_effect,
)
from maracuja.stats.moments import Array, Sample, SufficientStatistics
from maracuja.stats.sequential import Standing, judge_experiment, plan_experiment, plan_within

RUNS = 4_000
ARM = 20_000
LOOKS = 14
TWO_ERRORS = 2 * (0.05 * 0.95 / RUNS) ** 0.5


def fractions(looks: int) -> Array:
    return np.arange(1, looks + 1) / looks


def rates(seed: str, one: float, other: float, arm: int, looks: int) -> tuple[Effect, np.ndarray]:
    """Log-ratios at each look, shape (RUNS, looks), and where there are enough conversions."""
    chance = stream(11, seed, one, other)
    n = fractions(looks) * arm
    steps = np.diff(np.concatenate([[0], n.round()])).astype(int)
    sums = [chance.binomial(steps, rate, (RUNS, looks)).cumsum(1) for rate in (one, other)]
    samples = [Sample(n, s / n, (s - s * s / n) / (n - 1)) for s in sums]
    with np.errstate(divide="ignore", invalid="ignore"):
        return log_ratio_effect(*samples), np.minimum(*sums) >= CONVERSIONS_MIN


def spending(seed: int) -> Effect:
    """Differences in money at each look: most people spend nothing, others lognormal amounts."""
    chance = stream(seed, "money")
    step, n = ARM // LOOKS, np.arange(1, LOOKS + 1) * (ARM // LOOKS)
    arms = []
    for _ in range(2):
        buyers = chance.binomial(step, 0.05, (RUNS, LOOKS))
        amounts = np.exp(chance.normal(3, 1, int(buyers.sum())))
        starts = np.concatenate([[0], buyers.ravel().cumsum()])
        sums, squares = (
            np.diff(np.concatenate([[0.0], values.cumsum()])[starts])
            .reshape(RUNS, LOOKS)
            .cumsum(1)
            for values in (amounts, amounts**2)
        )
        arms.append(Sample(n, sums / n, (squares - sums * sums / n) / (n - 1)))
    return difference_effect(*arms)


def crossed(effect: Effect, looks: int) -> np.ndarray:
    """Where each run is beyond the bound, shape (RUNS, looks)."""
    bounds = np.array(o_brien_fleming(list(fractions(looks))).z)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.abs(effect.value) >= bounds * np.sqrt(effect.variance)


def test_where_nothing_differs_one_in_twenty_is_found() -> None:
    found = []
    for rate in (0.005, 0.05, 0.15):
        effect, shown = rates("alike", rate, rate, ARM, LOOKS)
        found.append(float((crossed(effect, LOOKS) & shown).any(axis=1).mean()))
    found.append(float(crossed(spending(12), LOOKS).any(axis=1).mean()))
    for share in found:
        assert 0.04 - TWO_ERRORS <= share <= 0.05 + TWO_ERRORS
    assert 0.04 <= np.mean(found) <= 0.06


def test_a_test_repeated_at_each_look_would_find_many() -> None:
    effect, _ = rates("alike", 0.15, 0.15, ARM, LOOKS)
    repeated = np.abs(effect.value) > fixed_half_width(effect.variance)
    assert repeated.any(axis=1).mean() > 0.18


@pytest.mark.parametrize(
    ("base", "lift", "arm"),
    [(0.15, 0.1, 10_000), (0.05, 0.15, 15_000), (0.02, 0.2, 20_000), (0.005, 0.4, 25_000)],
)
def test_planned_looks_keep_the_power_and_end_early(base: float, lift: float, arm: int) -> None:
    """Test 3: 0.97 of the power of one look at the end, ending at 0.8 of the people."""
    effect, shown = rates("differ", base * (1 + lift), base, arm, LOOKS)
    single = effect.value[:, -1] > fixed_half_width(effect.variance[:, -1])
    beyond = crossed(effect, LOOKS) & shown
    won = beyond & (effect.value > 0)
    ends = np.where(beyond.any(axis=1), beyond.argmax(axis=1), LOOKS - 1)
    assert won.any(axis=1).mean() >= 0.97 * single.mean()
    assert fractions(LOOKS)[ends].mean() <= 0.8


def test_the_sequence_for_every_moment_keeps_less() -> None:
    """Test 3's cell of the confidence sequence: 15 % against 16.5 %, 10,000 in each arm."""
    effect, shown = rates("always", 0.165, 0.15, 10_000, 1_000)
    n = fractions(1_000) * 20_000
    found = (effect.value > anytime_half_width(n, effect.variance, 20_000)) & shown
    assert 0.57 <= found.any(axis=1).mean() < 0.7


def test_the_plan_keeps_its_promises() -> None:
    plan = plan_experiment(0.05)
    assert plan is not None
    effect, _ = rates("plan", 0.055, 0.05, plan.people, len(plan.looks))
    beyond = crossed(effect, len(plan.looks))
    ends = np.where(beyond.any(axis=1), beyond.argmax(axis=1), len(plan.looks) - 1)
    assert 0.78 <= (beyond & (effect.value > 0)).any(axis=1).mean() <= 0.83
    mean = np.array(plan.looks)[ends].mean() * plan.people
    assert mean == pytest.approx(plan.expected, rel=0.02)


def as_rate(people: int, conversions: int) -> SufficientStatistics:
    return SufficientStatistics(
        n=people, sum=conversions, sum_squares=conversions, nonzero=conversions
    )


@pytest.mark.slow
@pytest.mark.parametrize("lift", [0.0, 0.1, 0.25])
def test_the_lift_told_at_the_end_holds_and_leans_to_no_side(lift: float) -> None:
    """Stage-wise intervals hold 95 %, half of the values lie above the truth."""
    plan = plan_within(10_000, 0.15, looks=[0.25, 0.5, 0.75, 1.0])
    assert plan is not None
    chance, runs, held, high = stream(13, "ends", lift), 1_000, 0, 0
    for _ in range(runs):
        looks, sums = [], np.zeros(2, int)
        for look in (2_500, 5_000, 7_500, 10_000):
            sums += chance.binomial(2_500, [0.15, 0.15 * (1 + lift)])
            looks.append({"a": as_rate(look, sums[0]), "b": as_rate(look, sums[1])})
            verdict = judge_experiment(looks, plan, final=look == 10_000)
            if verdict.standing is not Standing.RUNNING:
                break
        [pair] = verdict.pairs
        ends = (pair.lift.low, pair.lift.value, pair.lift.high)
        if pair.arm == "a":
            ends = tuple(1 / (1 + end) - 1 for end in reversed(ends))  # type: ignore[operator]
        held += ends[0] <= lift <= ends[2]  # type: ignore[operator]
        high += ends[1] > lift  # type: ignore[operator]
    assert held / runs >= 0.95 - 2 * (0.05 * 0.95 / runs) ** 0.5
    assert 0.46 <= high / runs <= 0.54


@pytest.mark.slow
def test_among_four_alike_hardly_ever_one_wins() -> None:
    plan = plan_within(5_000, 0.1, arms=4, looks=[0.25, 0.5, 0.75, 1.0])
    assert plan is not None
    chance, runs, won = stream(14, "four"), 400, 0
    for _ in range(runs):
        looks, sums = [], np.zeros(4, int)
        for look in (1_250, 2_500, 3_750, 5_000):
            sums += chance.binomial(1_250, 0.1, 4)
            looks.append({name: as_rate(look, s) for name, s in zip("abcd", sums, strict=True)})
        won += judge_experiment(looks, plan, final=False).standing is Standing.WON
    assert won / runs <= 0.05

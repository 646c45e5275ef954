"""Whatever the looks and counts are: what is allowed is spent, nothing crashes, mirrors agree."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja.stats.boundaries import GAP_MIN, crossing, o_brien_fleming
from maracuja.stats.guardrail import Harm, least_rate, log_evidence, watch
from maracuja.stats.intervals import Interval
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.sequential import (
    ExperimentPlan,
    Standing,
    judge_experiment,
    plan_experiment,
    plan_within,
)

gaps = st.lists(st.floats(2 * GAP_MIN, 1.0), min_size=1, max_size=8)
alphas = st.sampled_from([0.01, 0.05, 0.2])


def rising(steps: list[float], end: float) -> list[float]:
    """Shares with these gaps, the last one at `end`."""
    scale, sums, total = end / sum(steps), [], 0.0
    for step in steps:
        total += max(step * scale, 2 * GAP_MIN)
        sums.append(total)
    return sums


@settings(deadline=None, max_examples=40)
@given(gaps, st.floats(0.05, 2.0), alphas, st.booleans())
def test_looks_spend_just_what_they_may(
    steps: list[float], end: float, alpha: float, final: bool
) -> None:
    shares = rising(steps, end)
    bounds = o_brien_fleming(shares, alpha, final=final)
    assert crossing(shares, bounds.z) == pytest.approx(bounds.spent, abs=1e-7)
    assert bounds.spent[-1] <= alpha + 1e-12
    if final or shares[-1] >= 1:
        assert bounds.spent[-1] == pytest.approx(alpha)
    above, below = bounds.exits(1.7)
    assert 0 <= sum(below) <= sum(above) <= 1 + 1e-9
    assert bounds.exits(-1.7)[1] == pytest.approx(above)


@settings(deadline=None, max_examples=30)
@given(st.floats(0.001, 0.5), st.floats(0.05, 0.9), st.integers(2, 5))
def test_a_planned_size_shows_the_planned_lift(base: float, lift: float, arms: int) -> None:
    made = plan_experiment(base, lift=lift, arms=arms)
    assert made is not None
    assert 0 < made.expected <= made.people
    assert made.expected_alike <= made.people
    back = plan_within(made.people, base, arms=arms)
    if made.people > 1_000:
        assert back is not None
        assert back.lift == pytest.approx(lift, rel=0.02)


@st.composite
def experiments(draw: st.DrawFn) -> list[dict[str, SufficientStatistics]]:
    """One to five looks at two arms, each with what came before."""
    sums = {"a": [0, 0], "b": [0, 0]}
    looks = []
    for _ in range(draw(st.integers(1, 5))):
        for arm in sums.values():
            people = draw(st.integers(0, 10**6))
            arm[0] += people
            arm[1] += draw(st.integers(0, people))
        looks.append(
            {
                name: SufficientStatistics(n=n, sum=k, sum_squares=k, nonzero=k)
                for name, (n, k) in sums.items()
            }
        )
    return looks


def planned(people: int) -> ExperimentPlan:
    return ExperimentPlan(
        people=people,
        arms=2,
        looks=(0.5, 1.0),
        base_rate=0.1,
        lift=0.1,
        alpha=0.05,
        power=0.8,
        expected=people,
        expected_alike=people,
    )


def check(interval: Interval) -> None:
    if interval.reason is None:
        ends = [interval.low, interval.value, interval.high]
        assert all(end is not None and not math.isnan(end) for end in ends)
        assert ends == sorted(ends)  # type: ignore[type-var]


@settings(deadline=None, max_examples=60)
@given(experiments(), st.integers(1, 10**6), st.booleans())
def test_any_looks_have_a_verdict_and_arms_have_no_favourite(
    looks: list[dict[str, SufficientStatistics]], people: int, final: bool
) -> None:
    verdict = judge_experiment(looks, planned(people), final=final)
    mirrored = judge_experiment(
        [{"a": look["b"], "b": look["a"]} for look in looks], planned(people), final=final
    )
    assert verdict.standing is mirrored.standing
    assert (verdict.winner is None) == (verdict.standing is not Standing.WON)
    if verdict.winner is not None:
        assert mirrored.winner == {"a": "b", "b": "a"}[verdict.winner]
    assert not (final and verdict.standing is Standing.RUNNING)
    for pair in verdict.pairs:
        check(pair.lift)
        if pair.lift.reason is None and pair.better:
            assert pair.lift.sign == pair.better


@given(st.integers(0, 10**7), st.data(), st.floats(1e-6, 0.9))
def test_any_counts_can_be_watched(people: int, data: st.DataObject, limit: float) -> None:
    count = data.draw(st.integers(0, people))
    [guard] = watch({Harm.OPT_OUT: count}, people, rates_max={Harm.OPT_OUT: limit}).guards
    assert 0 <= guard.p <= 1
    assert guard.broken == (guard.p <= 0.05 * (1 + 1e-9))
    assert 0 <= guard.least <= (guard.rate or 0.0)


@given(st.integers(1, 10**6), st.data(), st.floats(1e-5, 0.5), st.floats(1.0, 2.0))
def test_evidence_falls_with_the_limit_and_grows_with_the_count(
    people: int, data: st.DataObject, limit: float, times: float
) -> None:
    count = data.draw(st.integers(0, people))
    here = log_evidence(count, people, limit)
    higher = min(limit * times, 0.9)
    assert log_evidence(count, people, higher) <= here + 1e-6 * (1 + here)
    if count < people:
        assert log_evidence(count + 1, people, limit) >= here - 1e-6 * (1 + here)
    assert least_rate(count, people) <= count / people

"""Experiments planned and judged: sizes, winners, looks that count, sentences of refusal."""

from __future__ import annotations

import pytest

from maracuja.errors import BadInput
from maracuja.stats.intervals import NotShown, lift
from maracuja.stats.moments import NOBODY, SufficientStatistics
from maracuja.stats.power import people_needed, smallest_lift
from maracuja.stats.sequential import (
    MODEST_LIFT,
    ExperimentPlan,
    Standing,
    judge_experiment,
    plan_experiment,
    plan_within,
)


def rate(people: int, conversions: int) -> SufficientStatistics:
    return SufficientStatistics(
        n=people, sum=conversions, sum_squares=conversions, nonzero=conversions
    )


def planned(people: int = 10_000, arms: int = 2) -> ExperimentPlan:
    made = plan_within(people, 0.15, arms=arms, looks=[0.25, 0.5, 0.75, 1.0])
    assert made is not None
    return made


def test_looking_costs_a_few_people_more_and_saves_many_on_average() -> None:
    made = plan_experiment(0.02)
    single = people_needed(0.02, MODEST_LIFT, 0.5)
    assert made is not None
    assert single is not None
    assert made.lift == 0.1
    assert single / 2 < made.people < 1.05 * single / 2
    assert made.expected < 0.85 * made.people < made.expected_alike <= made.people


def test_one_look_is_the_plan_of_the_ordinary_test() -> None:
    made = plan_experiment(0.05, lift=0.2, looks=[1.0])
    assert made is not None
    assert made.people == pytest.approx(people_needed(0.05, 0.2, 0.5) / 2, abs=2)  # type: ignore[operator]
    within = plan_within(8_155, 0.05, looks=[1.0])
    assert within is not None
    assert within.lift == pytest.approx(smallest_lift(0.05, 8_155, 8_155), rel=1e-3)


def test_the_two_directions_of_planning_are_inverse() -> None:
    made = plan_experiment(0.03, lift=0.15, arms=3)
    assert made is not None
    back = plan_within(made.people, 0.03, arms=3)
    assert back is not None
    assert back.lift == pytest.approx(0.15, rel=1e-3)
    assert back.expected == pytest.approx(made.expected, rel=1e-3)


def test_more_variants_take_more_people_each() -> None:
    two, four = plan_experiment(0.05, arms=2), plan_experiment(0.05, arms=4)
    assert two is not None
    assert four is not None
    assert four.people > 1.4 * two.people
    assert four.alpha_pair == pytest.approx(0.05 / 3)


def test_a_plan_says_what_share_of_an_audience_it_takes() -> None:
    made = planned()
    assert made.share_of(100_000) == pytest.approx(0.2)
    assert made.share_of(19_999) is None
    assert made.share_of(0) is None


def test_what_cannot_be_planned_is_none_or_refused() -> None:
    assert plan_experiment(0.02, lift=0.0) is None
    assert plan_within(5, 0.5) is None
    with pytest.raises(BadInput, match="2 to 10 arms"):
        plan_experiment(0.02, arms=1)
    with pytest.raises(BadInput, match="not at its end"):
        plan_experiment(0.02, looks=[0.25, 0.5])
    with pytest.raises(BadInput, match="cannot be judged"):
        plan_experiment(0.02, looks=[0.5, 0.25, 1.0])


def test_a_clear_winner_ends_it_early_with_a_modest_estimate() -> None:
    first = {"a": rate(2_500, 375), "b": rate(2_500, 430)}
    second = {"a": rate(5_000, 750), "b": rate(5_000, 880)}
    one = judge_experiment([first], planned(), final=False)
    assert (one.standing, one.winner, one.leader) == (Standing.RUNNING, None, "b")
    two = judge_experiment([first, second], planned(), final=False)
    assert (two.standing, two.winner) == (Standing.WON, "b")
    [pair] = two.pairs
    assert (pair.arm, pair.other, pair.better, pair.over) == ("b", "a", 1, True)
    plain = lift(second["b"], second["a"])
    assert pair.lift.sign == 1
    assert pair.lift.value < plain.value  # type: ignore[operator]
    assert pair.lift.p < 0.05  # type: ignore[operator]


def test_what_was_decided_stays_decided() -> None:
    first = {"a": rate(5_000, 750), "b": rate(5_000, 900)}
    second = {"a": rate(10_000, 1_600), "b": rate(10_000, 1_600)}
    assert judge_experiment([first, second], planned(), final=True).winner == "b"


def test_without_a_difference_it_ends_undecided_with_an_interval_around_nothing() -> None:
    looks = [{"a": rate(n, n // 10), "b": rate(n, n // 10 + 5)} for n in (5_000, 10_000)]
    assert judge_experiment(looks[:1], planned(), final=False).standing is Standing.RUNNING
    verdict = judge_experiment(looks, planned(), final=False)
    assert (verdict.standing, verdict.winner) == (Standing.UNDECIDED, None)
    assert verdict.pairs[0].lift.sign == 0


def test_an_end_before_its_time_spends_what_is_left() -> None:
    look = {"a": rate(5_000, 750), "b": rate(5_000, 833)}
    assert judge_experiment([look], planned(), final=False).standing is Standing.RUNNING
    verdict = judge_experiment([look], planned(), final=True)
    assert verdict.standing is Standing.WON
    same = lift(look["b"], look["a"])
    assert verdict.pairs[0].lift.value == pytest.approx(same.value, abs=1e-6)
    assert verdict.pairs[0].lift.low == pytest.approx(same.low, abs=1e-6)


def test_a_winner_of_many_beats_each_of_them() -> None:
    plan = planned(arms=3)
    tied = {"a": rate(9_000, 900), "b": rate(9_000, 1_200), "c": rate(9_000, 1_210)}
    verdict = judge_experiment([tied], plan, final=True)
    assert (verdict.standing, verdict.leader) == (Standing.UNDECIDED, "c")
    assert {pair.other: pair.better for pair in verdict.pairs} == {"a": 1, "b": 0}
    clear = tied | {"c": rate(9_000, 1_450)}
    assert judge_experiment([clear], plan, final=True).winner == "c"


def test_odd_arms_let_nobody_win() -> None:
    look = {"a": rate(5_000, 750), "b": rate(5_000, 950)}
    verdict = judge_experiment([look], planned(), final=False, ratio_alarm=True)
    assert (verdict.standing, verdict.winner) == (Standing.NOT_TRUSTED, None)


def test_looks_with_too_little_do_not_count() -> None:
    few = {"a": rate(500, 8), "b": rate(500, 60)}
    verdict = judge_experiment([few], planned(), final=False)
    assert verdict.standing is Standing.RUNNING
    assert verdict.pairs[0].lift.reason is NotShown.TOO_FEW_CONVERSIONS
    assert judge_experiment([few], planned(), final=True).standing is Standing.UNDECIDED
    nobody = judge_experiment([{"a": NOBODY, "b": NOBODY}], planned(), final=False)
    assert (nobody.standing, nobody.leader) == (Standing.RUNNING, None)
    look = {"a": rate(5_000, 750), "b": rate(5_000, 760)}
    once = judge_experiment([look], planned(), final=False)
    assert judge_experiment([few, look, look, look], planned(), final=False) == once


def test_looks_of_other_arms_are_refused() -> None:
    with pytest.raises(BadInput, match="2 arms of the plan"):
        judge_experiment([{"a": rate(10, 1)}], planned(), final=False)
    with pytest.raises(BadInput, match="2 arms of the plan"):
        judge_experiment([], planned(), final=False)

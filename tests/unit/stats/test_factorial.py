"""Two factors of two levels: each effect is read off all four cells, and both together."""

from __future__ import annotations

import pytest

from maracuja.stats.factorial import factorial
from maracuja.stats.intervals import NotShown
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.sequential import information_in, plan_experiment


def cell(people: int, done: int) -> SufficientStatistics:
    return SufficientStatistics(n=people, sum=done, sum_squares=done, nonzero=done)


CELLS = {
    ("a", "x"): cell(10_000, 1_000),
    ("b", "x"): cell(10_000, 1_500),
    ("a", "y"): cell(10_000, 2_000),
    ("b", "y"): cell(10_000, 3_000),
}


def test_effects_that_multiply_have_no_interaction() -> None:
    found = factorial(("one", "two"), CELLS, final=True, n_star=None)
    assert found is not None
    one, two = found.effects
    assert (one.factor, one.level, one.other) == ("one", "b", "a")
    assert one.lift.value == pytest.approx(0.5)
    assert two.lift.value == pytest.approx(1.0)
    assert found.interaction.value == pytest.approx(0.0, abs=1e-12)
    assert found.interaction.sign == 0
    assert one.lift.sign == two.lift.sign == 1


def test_more_together_than_alone_is_seen() -> None:
    found = factorial(
        ("one", "two"), {**CELLS, ("b", "y"): cell(10_000, 4_500)}, final=True, n_star=None
    )
    assert found is not None
    assert found.interaction.value == pytest.approx(0.5)
    assert found.interaction.sign == 1


def test_while_it_runs_the_intervals_are_wider_and_need_a_planned_size() -> None:
    final, looked, unplanned = (
        factorial(("one", "two"), CELLS, final=done, n_star=n_star)
        for done, n_star in ((True, None), (False, 40_000), (False, None))
    )
    assert final is not None and looked is not None and unplanned is not None
    assert looked.effects[0].lift.low < final.effects[0].lift.low  # type: ignore[operator]
    assert unplanned.interaction.reason is NotShown.NO_PLANNED_SIZE


def test_what_cannot_be_told_says_why() -> None:
    few = factorial(("one", "two"), {**CELLS, ("b", "y"): cell(50, 3)}, final=True, n_star=None)
    assert few is not None
    assert few.interaction.reason is NotShown.TOO_FEW_CONVERSIONS
    assert factorial(("one", "two"), {("a", "x"): cell(10, 5)}, final=True, n_star=None) is None


def test_information_is_that_of_people_and_answers() -> None:
    plan = plan_experiment(0.05, lift=0.2)
    assert plan is not None
    people = 2 * plan.people
    assert information_in(people, round(people * 0.055), plan) == pytest.approx(1, rel=0.001)
    assert information_in(people // 2, round(people * 0.055) // 2, plan) == pytest.approx(
        0.5, rel=0.01
    )
    assert information_in(people, round(people * 0.0275), plan) == pytest.approx(0.5, abs=0.02)
    assert information_in(0, 0, plan) == information_in(10, 0, plan) == 0.0

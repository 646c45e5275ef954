"""The planner: its two directions are inverse, and simulated tests have the promised power."""

from __future__ import annotations

import numpy as np
import pytest

from maracuja.errors import BadInput
from maracuja.rng import stream
from maracuja.stats.intervals import Effect, fixed_half_width
from maracuja.stats.power import (
    people_needed,
    people_needed_as_measured,
    plan,
    smallest_lift,
)


@pytest.mark.parametrize("base", [0.005, 0.05, 0.3])
@pytest.mark.parametrize("share", [0.5, 0.9])
def test_the_smallest_lift_needs_just_these_people(base: float, share: float) -> None:
    people = 50_000
    least = smallest_lift(base, round(people * share), round(people * (1 - share)))
    assert least is not None
    assert people_needed(base, least, share) == pytest.approx(people, abs=2)


def test_four_times_the_people_show_about_half_the_effect() -> None:
    few, many = smallest_lift(0.02, 9_000, 1_000), smallest_lift(0.02, 36_000, 4_000)
    assert few is not None
    assert many is not None
    assert many < 0.55 * few


def test_simulated_tests_find_the_planned_effect_four_times_in_five() -> None:
    base, treated, control, runs = 0.05, 18_000, 2_000, 4_000
    least = smallest_lift(base, treated, control)
    assert least is not None
    chance = stream(1, "power")
    one = chance.binomial(treated, base * (1 + least), runs) / treated
    two = chance.binomial(control, base, runs) / control
    effect = Effect(one - two, one * (1 - one) / treated + two * (1 - two) / control)
    found = (effect.value > fixed_half_width(effect.variance)).mean()
    assert 0.77 < found < 0.83


def test_what_no_size_can_show_is_none() -> None:
    assert smallest_lift(0.5, 5, 5) is None
    assert smallest_lift(0.0, 1_000, 1_000) is None
    assert smallest_lift(0.1, 1_000, 0) is None
    assert people_needed(0.1, 0.0, 0.5) is None
    assert people_needed(0.001, 1e-6, 0.5) is None
    assert people_needed_as_measured(1_000, 0.0, 0.1) is None


def test_a_measured_effect_at_the_reach_of_its_numbers_needs_no_more() -> None:
    error = 0.01
    reach = (1.959964 + 0.841621) * error
    assert people_needed_as_measured(1_000, reach, error**2) == pytest.approx(1_000, abs=1)
    assert people_needed_as_measured(1_000, reach / 2, error**2) == pytest.approx(4_000, abs=2)


def test_the_plan_keeps_n_star_for_later() -> None:
    made = plan(20_000, 0.9, 0.05)
    assert made.n_star == 20_000
    assert made.smallest_lift == smallest_lift(0.05, 18_000, 2_000)


@pytest.mark.parametrize(("base", "lift", "share"), [(0, 0.1, 0.5), (0.6, 1, 0.5), (0.1, 0.1, 1)])
def test_impossible_plans_are_refused(base: float, lift: float, share: float) -> None:
    with pytest.raises(BadInput):
        people_needed(base, lift, share)


def test_the_sizes_are_the_textbook_ones() -> None:
    # 5 % against 6 %, halves, 80 % power: (1.96 + 0.8416)^2 (pq + pq) / 0.01^2 per arm.
    per_arm = (1.959964 + 0.841621) ** 2 * (0.05 * 0.95 + 0.06 * 0.94) / 0.01**2
    assert people_needed(0.05, 0.2, 0.5) == pytest.approx(2 * per_arm, abs=2)
    assert np.isclose(per_arm, 8_155, atol=2)

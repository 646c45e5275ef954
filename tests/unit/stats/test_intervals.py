"""Intervals by hand, by scipy, and the reasons for which there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from maracuja.stats.intervals import (
    Interval,
    NotShown,
    anytime_half_width,
    difference,
    difference_anytime,
    fixed_half_width,
    lift,
    lift_anytime,
    mixture_precision,
)
from maracuja.stats.moments import NOBODY, SufficientStatistics


def rate(people: int, conversions: int) -> SufficientStatistics:
    return SufficientStatistics(
        n=people, sum=conversions, sum_squares=conversions, nonzero=conversions
    )


TREATED, CONTROL = rate(9_000, 540), rate(1_000, 40)


def test_the_difference_is_welchs_interval_in_large_samples() -> None:
    treated = np.repeat([1.0, 0.0], [540, 8460])
    control = np.repeat([1.0, 0.0], [40, 960])
    welch = stats.ttest_ind(treated, control, equal_var=False)
    low, high = welch.confidence_interval(0.95)
    ours = difference(TREATED, CONTROL)
    assert ours.value == pytest.approx(0.02)
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1e-4)
    assert ours.p == pytest.approx(welch.pvalue, abs=1e-3)


def test_the_lift_is_taken_on_the_log_ratio_scale() -> None:
    variance = (0.06 * 0.94 * 9000 / 8999) / (9000 * 0.06**2)
    variance += (0.04 * 0.96 * 1000 / 999) / (1000 * 0.04**2)
    half = stats.norm.ppf(0.975) * math.sqrt(variance)
    ours = lift(TREATED, CONTROL)
    assert ours.value == pytest.approx(0.5)
    assert ours.low == pytest.approx(1.5 * math.exp(-half) - 1)
    assert ours.high == pytest.approx(1.5 * math.exp(half) - 1)


def test_the_sequence_is_equation_9() -> None:
    n, variance, n_star, alpha = 12_000.0, 3.2e-5, 20_000, 0.05
    rho2 = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / n_star
    by_hand = math.sqrt(n * variance) * math.sqrt(
        2 * (n * rho2 + 1) / (n**2 * rho2) * math.log(math.sqrt(n * rho2 + 1) / alpha)
    )
    assert mixture_precision(n_star, alpha) == pytest.approx(rho2)
    ours = float(anytime_half_width(np.array(n), np.array(variance), n_star, alpha))
    assert ours == pytest.approx(by_hand)


def test_the_sequence_is_tightest_relative_to_fixed_near_n_star() -> None:
    sizes = np.array([1e3, 5e3, 2e4, 8e4, 1e6])
    ratio = anytime_half_width(sizes, 1 / sizes, 2e4) / fixed_half_width(1 / sizes)
    assert ratio.argmin() == 2
    assert (ratio > 1).all()


def test_the_anytime_p_and_the_sequence_agree_on_alpha() -> None:
    for conversions in range(40, 60, 2):
        ours = difference_anytime(TREATED, rate(1_000, conversions), n_star=10_000)
        assert ours.p is not None
        assert (ours.p < 0.05) == (ours.sign != 0)


def test_anytime_costs_width() -> None:
    fixed, anytime = lift(TREATED, CONTROL), lift_anytime(TREATED, CONTROL, n_star=10_000)
    assert fixed.value == anytime.value
    assert anytime.low < fixed.low < fixed.high < anytime.high  # type: ignore[operator]


@pytest.mark.parametrize(
    ("treated", "control", "reason"),
    [
        (NOBODY, CONTROL, NotShown.NO_PEOPLE),
        (TREATED, NOBODY, NotShown.NO_PEOPLE),
        (TREATED, rate(1_000, 9), NotShown.TOO_FEW_CONVERSIONS),
        (rate(9_000, 0), CONTROL, NotShown.TOO_FEW_CONVERSIONS),
        (rate(50, 50), rate(50, 50), NotShown.NO_VARIATION),
    ],
)
def test_what_cannot_be_shown_comes_with_its_reason(
    treated: SufficientStatistics, control: SufficientStatistics, reason: NotShown
) -> None:
    for interval in (
        difference(treated, control),
        lift(treated, control),
        difference_anytime(treated, control, n_star=1_000),
        lift_anytime(treated, control, n_star=1_000),
    ):
        assert interval == Interval(reason=reason)


def test_ten_conversions_in_each_arm_are_enough() -> None:
    assert lift(rate(1_000, 10), rate(1_000, 10)).value == 0.0


def test_without_a_planned_size_nobody_may_look_early() -> None:
    assert lift_anytime(TREATED, CONTROL, n_star=None).reason is NotShown.NO_PLANNED_SIZE


def test_the_sign_is_that_of_the_whole_interval() -> None:
    assert Interval(value=0.1, low=0.01, high=0.2).sign == 1
    assert Interval(value=0.1, low=-0.01, high=0.2).sign == 0
    assert Interval(value=-0.1, low=-0.2, high=-0.01).sign == -1
    assert Interval(reason=NotShown.NO_PEOPLE).sign == 0


def test_refunds_that_outweigh_sales_have_a_difference_but_no_ratio() -> None:
    refunded = SufficientStatistics(n=1_000, sum=-500.0, sum_squares=9e6, nonzero=50)
    paid = SufficientStatistics(n=1_000, sum=4_000.0, sum_squares=9e6, nonzero=50)
    assert difference(refunded, paid).value == pytest.approx(-4.5)
    assert lift(refunded, paid).reason is NotShown.TOO_UNCERTAIN


def test_a_ratio_that_may_be_anything_is_not_shown() -> None:
    wild = SufficientStatistics(n=1_000, sum=1.0, sum_squares=1e18, nonzero=50)
    assert lift(wild, wild).reason is NotShown.TOO_UNCERTAIN
    early = lift_anytime(rate(100, 10), rate(100, 10), n_star=10**12)
    assert early.reason is NotShown.TOO_UNCERTAIN

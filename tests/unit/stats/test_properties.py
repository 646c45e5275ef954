"""Whatever the numbers are: no NaN, no crash, sums in any order, intervals around their value."""

from __future__ import annotations

import math

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from maracuja.stats import words
from maracuja.stats.compare import Measure, compare
from maracuja.stats.intervals import Interval
from maracuja.stats.moments import SufficientStatistics, of_column
from maracuja.stats.verdict import judge

counts = st.integers(0, 10**7)
amounts = st.lists(st.integers(-(10**9), 10**9), max_size=60)


@st.composite
def rates(draw: st.DrawFn) -> SufficientStatistics:
    people = draw(counts)
    done = draw(st.integers(0, people))
    return SufficientStatistics(n=people, sum=done, sum_squares=done, nonzero=done)


def check(interval: Interval) -> None:
    figures = (interval.value, interval.low, interval.high, interval.p)
    if interval.reason is not None:
        assert figures == (None, None, None, None)
        return
    value, low, high, p = (figure for figure in figures if figure is not None)
    assert not any(math.isnan(figure) for figure in (value, low, high, p))
    assert low <= value <= high
    assert 0 <= p <= 1


@given(rates(), rates(), st.integers(1, 10**7), st.booleans(), st.booleans())
def test_any_two_rates_have_intervals_a_verdict_and_words(
    treated: SufficientStatistics,
    control: SufficientStatistics,
    n_star: int,
    final: bool,
    alarm: bool,
) -> None:
    comparison = compare(Measure.CONVERSIONS, treated, control, n_star=n_star)
    check(comparison.difference)
    check(comparison.lift)
    check(comparison.lift_anytime)
    verdict = judge(comparison, final=final, ratio_alarm=alarm)
    assert (verdict.people_more or 0) >= 0
    for language in words.LANGUAGES:
        assert words.say(verdict, comparison, language)


@given(amounts, amounts)
def test_any_amounts_refunds_included_have_intervals_or_reasons(
    treated: list[int], control: list[int]
) -> None:
    arms = [of_column(pl.Series(arm, dtype=pl.Int64)) for arm in (treated, control)]
    comparison = compare(Measure.REVENUE, *arms, n_star=100)
    check(comparison.difference)
    check(comparison.lift)
    check(comparison.extra_anytime)


@given(amounts, amounts)
def test_statistics_of_parts_add_up_in_any_order(first: list[int], second: list[int]) -> None:
    one, two, both = (
        of_column(pl.Series(part, dtype=pl.Int64)) for part in (first, second, first + second)
    )
    for total in (one + two, two + one):
        assert (total.n, total.nonzero, total.sum) == (both.n, both.nonzero, both.sum)
        assert math.isclose(total.sum_squares, both.sum_squares, rel_tol=1e-12)

"""Two arms beside each other: difference, relative lift, and what they add up to."""

from __future__ import annotations

from enum import StrEnum

from maracuja.model import Record
from maracuja.stats import intervals
from maracuja.stats.intervals import Interval
from maracuja.stats.moments import SufficientStatistics


class Measure(StrEnum):
    """What is compared; each is a number per person."""

    CONVERSIONS = "conversions"  # 1 for a person with at least one conversion in the window
    REVENUE = "revenue"  # minor units of the currency within the window
    CLICKS = "clicks"  # 1 for a person who clicked


class Comparison(Record, frozen=True):
    """A measure in two arms: per-person difference, relative lift, and the sum over the treated.

    `difference` and `lift` hold for one look at the end, `.._anytime` for every look. `extra` is
    the difference times the treated people: conversions, or minor units of the currency.
    """

    measure: Measure
    treated: SufficientStatistics
    control: SufficientStatistics
    difference: Interval
    lift: Interval
    difference_anytime: Interval
    lift_anytime: Interval
    extra: Interval
    extra_anytime: Interval

    def lift_as_of(self, *, final: bool) -> Interval:
        """The relative lift by the interval that holds now: fixed only after the window."""
        return self.lift if final else self.lift_anytime

    def extra_as_of(self, *, final: bool) -> Interval:
        """The extra conversions or money by the interval that holds now."""
        return self.extra if final else self.extra_anytime


def compare(
    measure: Measure,
    treated: SufficientStatistics,
    control: SufficientStatistics,
    *,
    n_star: int | None,
    alpha: float = 0.05,
) -> Comparison:
    """All the intervals of one measure in two arms; `n_star` as planned, or None."""
    difference = intervals.difference(treated, control, alpha=alpha)
    anytime = intervals.difference_anytime(treated, control, n_star=n_star, alpha=alpha)
    return Comparison(
        measure=measure,
        treated=treated,
        control=control,
        difference=difference,
        lift=intervals.lift(treated, control, alpha=alpha),
        difference_anytime=anytime,
        lift_anytime=intervals.lift_anytime(treated, control, n_star=n_star, alpha=alpha),
        extra=times(difference, treated.n),
        extra_anytime=times(anytime, treated.n),
    )


def times(interval: Interval, people: int) -> Interval:
    """A per-person interval over so many people."""
    if interval.value is None or interval.low is None or interval.high is None:
        return interval
    return Interval(
        value=interval.value * people,
        low=interval.low * people,
        high=interval.high * people,
        p=interval.p,
    )

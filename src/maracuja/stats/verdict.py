"""What the numbers allow to be said: proven, not yet, or harmful, and what it would take."""

from __future__ import annotations

import math
from enum import StrEnum

from maracuja.model import Record
from maracuja.stats import power
from maracuja.stats.compare import Comparison
from maracuja.stats.intervals import CONVERSIONS_MIN, Interval, NotShown, log_ratio_effect
from maracuja.stats.moments import SufficientStatistics


class Finding(StrEnum):
    """The three things that a report may say."""

    PROVEN = "proven"
    NOT_YET = "not_yet"
    HARMFUL = "harmful"


class NotYet(StrEnum):
    """Why nothing is proven: a closed list."""

    MAY_BE_CHANCE = "may_be_chance"  # the interval includes zero
    TOO_FEW_CONVERSIONS = "too_few_conversions"
    TOO_UNCERTAIN = "too_uncertain"  # looked at so early that no interval means anything
    NO_CONTROL = "no_control"  # an arm is empty
    NO_VARIATION = "no_variation"
    NO_PLANNED_SIZE = "no_planned_size"  # still running, and no n* for looking early
    SAMPLE_RATIO = "sample_ratio"  # the arms have impossible sizes: trust no number


class LiftVerdict(Record, frozen=True):
    """The finding on the relative lift in conversions, and what more people would show.

    `interval` is the one that decided: the anytime-valid one while the window is open, the fixed
    one afterwards (`final`). `people_more` counts people of both arms, 0 once something is shown,
    None where no number of people is in reach. `smallest_lift` is what arms of this size show with
    80 % power, None where nothing.
    """

    finding: Finding
    final: bool
    interval: Interval
    why_not_yet: NotYet | None
    people_more: int | None
    smallest_lift: float | None


_REASONS = {
    NotShown.NO_PEOPLE: NotYet.NO_CONTROL,
    NotShown.TOO_FEW_CONVERSIONS: NotYet.TOO_FEW_CONVERSIONS,
    NotShown.NO_VARIATION: NotYet.NO_VARIATION,
    NotShown.TOO_UNCERTAIN: NotYet.TOO_UNCERTAIN,
    NotShown.NO_PLANNED_SIZE: NotYet.NO_PLANNED_SIZE,
    NotShown.NO_RECEIPTS: NotYet.NO_CONTROL,
}


def judge(
    comparison: Comparison, *, final: bool, ratio_alarm: bool = False, alpha: float = 0.05
) -> LiftVerdict:
    """The verdict on one comparison; an alarm of the sample ratio lets nothing be proven."""
    interval = comparison.lift_as_of(final=final)
    finding, why = _finding(interval, ratio_alarm=ratio_alarm)
    return LiftVerdict(
        finding=finding,
        final=final,
        interval=interval,
        why_not_yet=why,
        people_more=_people_more(comparison.treated, comparison.control, why, alpha),
        smallest_lift=_smallest_lift(comparison.treated, comparison.control, alpha),
    )


def _finding(interval: Interval, *, ratio_alarm: bool) -> tuple[Finding, NotYet | None]:
    if ratio_alarm:
        return Finding.NOT_YET, NotYet.SAMPLE_RATIO
    if interval.reason is not None:
        return Finding.NOT_YET, _REASONS[interval.reason]
    if interval.sign > 0:
        return Finding.PROVEN, None
    if interval.sign < 0:
        return Finding.HARMFUL, None
    return Finding.NOT_YET, NotYet.MAY_BE_CHANCE


def _people_more(
    treated: SufficientStatistics,
    control: SufficientStatistics,
    why: NotYet | None,
    alpha: float,
) -> int | None:
    people = treated.n + control.n
    if why is None:
        return 0
    if why is NotYet.TOO_FEW_CONVERSIONS:
        pooled = (treated.nonzero + control.nonzero) / people
        if not pooled:
            return None
        needed = max(
            math.ceil(people * CONVERSIONS_MIN / (arm.nonzero or min(pooled * arm.n, 1.0)))
            for arm in (treated, control)
        )
    elif why in (NotYet.MAY_BE_CHANCE, NotYet.TOO_UNCERTAIN, NotYet.NO_PLANNED_SIZE):
        if min(treated.nonzero, control.nonzero) < CONVERSIONS_MIN:
            return None
        effect = log_ratio_effect(treated.sample, control.sample)
        as_measured = power.people_needed_as_measured(
            people, float(effect.value), float(effect.variance), alpha=alpha
        )
        if as_measured is None:
            return None
        needed = as_measured
    else:
        return None
    return max(needed - people, 0)


def _smallest_lift(
    treated: SufficientStatistics, control: SufficientStatistics, alpha: float
) -> float | None:
    people = treated.n + control.n
    if not people:
        return None
    base = control.nonzero / control.n if control.nonzero else treated.nonzero / people
    return power.smallest_lift(base, treated.n, control.n, alpha=alpha)

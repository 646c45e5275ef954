"""Effects with their intervals, for one look at the end (fixed) and for any number (anytime).

It never returns NaN: what cannot be estimated comes back with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from maracuja.model import Record
from maracuja.stats.moments import Array, Sample, SufficientStatistics

CONVERSIONS_MIN = 10
# A lift known only within a factor of a hundred either way is no statement.
LOG_RATIO_HALF_WIDTH_MAX = math.log(100)


class NotShown(StrEnum):
    """Why there is no interval: a closed list."""

    NO_PEOPLE = "no_people"  # an arm is empty
    TOO_FEW_CONVERSIONS = "too_few_conversions"  # below CONVERSIONS_MIN in an arm
    NO_VARIATION = "no_variation"  # everybody did the same
    TOO_UNCERTAIN = "too_uncertain"  # no ratio yet: a mean may be zero, or far too wide
    NO_RECEIPTS = "no_receipts"  # the channel does not tell
    NO_PLANNED_SIZE = "no_planned_size"  # anytime-valid intervals need n* from the plan


class Interval(Record, frozen=True):
    """An estimate with both ends and a two-sided p; or all of them null, and the reason."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    reason: NotShown | None = None

    @property
    def sign(self) -> int:
        """1 or -1 when the whole interval lies on that side of zero, else 0."""
        if self.low is None or self.high is None:
            return 0
        return int(self.low > 0) - int(self.high < 0)


class Effect(NamedTuple):
    """An estimate on the scale on which it is nearly normal, and its variance there."""

    value: Array
    variance: Array


# ---------------------------------------------------------------- the formulas, for any shape


def difference_effect(treated: Sample, control: Sample) -> Effect:
    """Difference of the means per person, and its variance."""
    variance = treated.variance / treated.n + control.variance / control.n
    return Effect(treated.mean - control.mean, variance)


def log_ratio_effect(treated: Sample, control: Sample) -> Effect:
    """ln(m1 / m0) and its delta-method variance; both means are above zero.

    The log scale keeps its coverage at low rates, where a linear lift interval does not.
    """
    variance = treated.variance / (treated.n * treated.mean**2)
    variance = variance + control.variance / (control.n * control.mean**2)
    return Effect(np.log(treated.mean / control.mean), variance)


def fixed_half_width(variance: Array, alpha: float = 0.05) -> Array:
    """z times the standard error: valid for one look, at a size fixed beforehand."""
    return NormalDist().inv_cdf(1 - alpha / 2) * np.sqrt(variance)


def mixture_precision(n_star: float, alpha: float = 0.05) -> float:
    """The parameter rho squared that makes the sequence tightest at `n_star` people.

    Source: arXiv 2103.06476, eq. 161.
    """
    log = -2 * math.log(alpha)
    return (log + math.log(1 + log)) / n_star


def anytime_half_width(n: Array, variance: Array, n_star: float, alpha: float = 0.05) -> Array:
    """Half width of the asymptotic confidence sequence: valid at all looks together.

    `n` is the people in both arms, `variance` that of the effect. Source: arXiv 2103.06476, eq. 9.
    """
    rho2 = mixture_precision(n_star, alpha)
    grown = n * rho2 + 1
    return np.sqrt(n * variance) * np.sqrt(
        2 * grown / (n * n * rho2) * np.log(np.sqrt(grown) / alpha)
    )


def anytime_p(effect: Effect, n: Array, n_star: float, alpha: float = 0.05) -> Array:
    """The anytime-valid p: one over the e-value of the same normal mixture, at most 1."""
    rho2 = mixture_precision(n_star, alpha)
    grown = n * rho2 + 1
    squared = effect.value**2 * n / effect.variance
    log_e = rho2 * squared / (2 * grown) - np.log(grown) / 2
    return np.exp(np.minimum(-log_e, 0.0))


# ---------------------------------------------------------------- two arms in, an interval out


def difference(
    treated: SufficientStatistics, control: SufficientStatistics, *, alpha: float = 0.05
) -> Interval:
    """The difference per person, in units of the measure, for one look at the end."""
    return _fixed(treated, control, difference_effect, float, alpha)


def lift(
    treated: SufficientStatistics, control: SufficientStatistics, *, alpha: float = 0.05
) -> Interval:
    """The relative lift m1 / m0 - 1 by way of the log-ratio, for one look at the end."""
    return _fixed(treated, control, log_ratio_effect, math.expm1, alpha)


def difference_anytime(
    treated: SufficientStatistics,
    control: SufficientStatistics,
    *,
    n_star: int | None,
    alpha: float = 0.05,
) -> Interval:
    """The difference per person, valid at every look; `n_star` was stored before the first."""
    return _anytime(treated, control, difference_effect, float, n_star, alpha)


def lift_anytime(
    treated: SufficientStatistics,
    control: SufficientStatistics,
    *,
    n_star: int | None,
    alpha: float = 0.05,
) -> Interval:
    """The relative lift, valid at every look; `n_star` was stored before the first."""
    return _anytime(treated, control, log_ratio_effect, math.expm1, n_star, alpha)


def why_not(treated: SufficientStatistics, control: SufficientStatistics) -> NotShown | None:
    """The reason for which these two arms cannot be compared yet, or nothing."""
    if not treated.n or not control.n:
        return NotShown.NO_PEOPLE
    if min(treated.nonzero, control.nonzero) < CONVERSIONS_MIN:
        return NotShown.TOO_FEW_CONVERSIONS
    if treated.variance + control.variance <= 0:
        return NotShown.NO_VARIATION
    return None


def _why_not_on(
    scale: Callable[[Sample, Sample], Effect],
    treated: SufficientStatistics,
    control: SufficientStatistics,
) -> NotShown | None:
    """`why_not`, and for ratios also that both means are above zero."""
    reason = why_not(treated, control)
    if reason is None and scale is log_ratio_effect and min(treated.mean, control.mean) <= 0:
        return NotShown.TOO_UNCERTAIN
    return reason


def _fixed(
    treated: SufficientStatistics,
    control: SufficientStatistics,
    scale: Callable[[Sample, Sample], Effect],
    back: Callable[[float], float],
    alpha: float,
) -> Interval:
    if reason := _why_not_on(scale, treated, control):
        return Interval(reason=reason)
    effect = scale(treated.sample, control.sample)
    half = float(fixed_half_width(effect.variance, alpha))
    p = math.erfc(abs(float(effect.value)) / math.sqrt(2 * float(effect.variance)))
    return _interval(float(effect.value), half, p, back)


def _anytime(
    treated: SufficientStatistics,
    control: SufficientStatistics,
    scale: Callable[[Sample, Sample], Effect],
    back: Callable[[float], float],
    n_star: int | None,
    alpha: float,
) -> Interval:
    if n_star is None:
        return Interval(reason=NotShown.NO_PLANNED_SIZE)
    if reason := _why_not_on(scale, treated, control):
        return Interval(reason=reason)
    effect = scale(treated.sample, control.sample)
    n = np.asarray(treated.n + control.n, float)
    half = float(anytime_half_width(n, effect.variance, n_star, alpha))
    p = float(anytime_p(effect, n, n_star, alpha))
    return _interval(float(effect.value), half, p, back)


def _interval(value: float, half: float, p: float, back: Callable[[float], float]) -> Interval:
    if back is math.expm1 and half > LOG_RATIO_HALF_WIDTH_MAX:
        return Interval(reason=NotShown.TOO_UNCERTAIN)
    return Interval(value=back(value), low=back(value - half), high=back(value + half), p=p)

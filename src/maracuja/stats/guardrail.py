"""Watching for harm after every batch: opt-outs, blocks, complaints, lost push permissions, sales.

It never waits for a planned look: what it says holds however often it is asked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from maracuja.errors import BadInput
from maracuja.model import Record
from maracuja.stats.harm import RATES_MAX as RATES_MAX
from maracuja.stats.harm import Harm as Harm
from maracuja.stats.intervals import (
    LOG_RATIO_HALF_WIDTH_MAX,
    Interval,
    NotShown,
    log_ratio_effect,
    mixture_precision,
    why_not,
)
from maracuja.stats.moments import Array, SufficientStatistics

RATE_MIN: Final = 1e-7
TIMES_MAX: Final = 1.25
"""How many times the harm of the other arm is borne where the shop says nothing."""


class Guard(Record, frozen=True):
    """One thing watched: `count` of `people`, and whether it is surely above what is borne.

    `rate` is None of nobody. `least` is a rate below which the true one hardly lies: it holds at
    all times together. `p` is the anytime-valid one of "the limit is kept".
    """

    harm: Harm
    count: int
    people: int
    rate: float | None
    rate_max: float
    least: float
    p: float
    broken: bool


class GuardVerdict(Record, frozen=True):
    """All that is watched together: `stop` where any guard is broken."""

    stop: bool
    guards: tuple[Guard, ...]


def watch(
    counts: Mapping[Harm, int],
    people: int,
    *,
    rates_max: Mapping[Harm, float] = RATES_MAX,
    alpha: float = 0.05,
) -> GuardVerdict:
    """Whether people sent to harm the shop more than it bears; each person counts once per harm.

    Only the harms that the channel can tell are given. `alpha` is shared by them: a stop without a
    broken limit has that chance over all time and all harms. People whose answer is still to come
    count as harmless, which can only delay a stop. BadInput where counts or limits are no rates.
    """
    share = alpha / max(len(counts), 1)
    guards = tuple(
        _guard(harm, count, people, rates_max.get(harm, RATES_MAX[harm]), share)
        for harm, count in sorted(counts.items())
    )
    return GuardVerdict(stop=any(guard.broken for guard in guards), guards=guards)


def more_harm_than(
    counts: tuple[int, int],
    people: tuple[int, int],
    *,
    times_max: float = TIMES_MAX,
    alpha: float = 0.05,
) -> tuple[float, bool]:
    """The anytime-valid p of "at most `times_max` times the other arm's", and whether it is not.

    First of each pair is the arm that is watched. The arms grow side by side, as a draw makes
    them, and harm is rare: then each harmed person is of the watched arm with a known chance.
    """
    if min(*people) < 0 or min(*counts) < 0 or times_max <= 0:
        raise BadInput(
            f"{counts} of {people} cannot be compared",
            where="guardrail",
            fix="Give counts of people from 0 up, and a limit above 0.",
        )
    if not min(people):
        return 1.0, False
    watched = times_max * people[0]
    log_e = log_evidence(counts[0], sum(counts), watched / (watched + people[1]))
    return math.exp(-log_e), log_e >= -math.log(alpha)


def log_evidence(count: int, people: int, rate_max: float) -> float:
    """The log of an e-value against "the rate is `rate_max` or less"; `count` of `people` so far.

    The likelihood of each higher rate over that of the limit, mixed over the part of
    Beta(1, 1 / rate_max) above the limit: a bet that it is broken by about as much again. Valid at
    any number of looks (Ville's inequality); 0 while the measured rate keeps the limit, where no
    higher rate is likelier.
    """
    if count <= rate_max * (people + 1):
        return 0.0
    from scipy.special import betaincc, betaln  # heavy: reports that show no harm do without

    done, undone = 1 + count, 1 / rate_max + people - count
    mixed = betaln(done, undone) + math.log(betaincc(done, undone, rate_max))
    prior = betaln(1, 1 / rate_max) + math.log1p(-rate_max) / rate_max
    at_limit = count * math.log(rate_max) + (people - count) * math.log1p(-rate_max)
    return max(float(mixed - prior - at_limit), 0.0)


def least_rate(count: int, people: int, alpha: float = 0.05) -> float:
    """The lower end of a one-sided confidence sequence for a rate: limits below it are broken."""
    low, high = RATE_MIN, count / people if people else 0.0
    if high <= low or log_evidence(count, people, low) < -math.log(alpha):
        return 0.0
    for _ in range(60):
        middle = math.sqrt(low * high)
        broken = log_evidence(count, people, middle) >= -math.log(alpha)
        low, high = (middle, high) if broken else (low, middle)
    return low


def harm_to_sales(
    treated: SufficientStatistics,
    control: SufficientStatistics,
    *,
    n_star: int | None,
    alpha: float = 0.05,
) -> Interval:
    """The lift with its one-sided anytime-valid upper end: harmful for sure where that is below 0.

    For monitoring without planned looks; half as wide a risk as the two-sided interval, all of it
    on the side of harm. `low` is -1: nothing is said downwards. `n_star` was stored before the
    first look. Source: arXiv 2103.06476, one-sided sequence (normal mixture on one half-line).
    """
    if n_star is None:
        return Interval(reason=NotShown.NO_PLANNED_SIZE)
    reason = why_not(treated, control)
    if reason is None and min(treated.mean, control.mean) <= 0:
        reason = NotShown.TOO_UNCERTAIN
    if reason is not None:
        return Interval(reason=reason)
    effect = log_ratio_effect(treated.sample, control.sample)
    value, variance = float(effect.value), float(effect.variance)
    n, spread = np.asarray(treated.n + control.n, float), np.asarray(variance)
    half = float(one_sided_width(n, spread, n_star, alpha))
    if half > LOG_RATIO_HALF_WIDTH_MAX:
        return Interval(reason=NotShown.TOO_UNCERTAIN)
    return Interval(value=math.expm1(value), low=-1.0, high=math.expm1(value + half))


def one_sided_width(n: Array, variance: Array, n_star: float, alpha: float = 0.05) -> Array:
    """How far beyond the estimate the truth may lie on one side, valid at all looks together.

    Arguments as of `anytime_half_width`.
    """
    rho2 = mixture_precision(n_star, 2 * alpha)
    grown = n * rho2 + 1
    return np.sqrt(n * variance) * np.sqrt(
        2 * grown / (n * n * rho2) * np.log1p(np.sqrt(grown) / (2 * alpha))
    )


def _guard(harm: Harm, count: int, people: int, rate_max: float, alpha: float) -> Guard:
    if not 0 <= count <= people or not RATE_MIN < rate_max < 1:
        raise BadInput(
            f"{count} of {people} with at most {rate_max:g} cannot be watched",
            where=f"guardrail.{harm}",
            fix="Count each person once, and give the limit as a share, e.g. 0.01.",
        )
    log_e = log_evidence(count, people, rate_max)
    return Guard(
        harm=harm,
        count=count,
        people=people,
        rate=count / people if people else None,
        rate_max=rate_max,
        least=least_rate(count, people, alpha),
        p=math.exp(-log_e),
        broken=log_e >= -math.log(alpha),
    )

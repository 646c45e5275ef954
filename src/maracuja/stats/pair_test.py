"""Two arms of an experiment over its looks: decided or not, and the lift as it may be told.

It never shows the plain lift of a test that stopped early: stopping picks lucky moments.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from maracuja.model import Record
from maracuja.stats.boundaries import GAP_MIN, LOOKS_MAX, Boundaries, o_brien_fleming
from maracuja.stats.intervals import (
    LOG_RATIO_HALF_WIDTH_MAX,
    Interval,
    NotShown,
    log_ratio_effect,
    why_not,
)
from maracuja.stats.moments import SufficientStatistics

Pair = tuple[SufficientStatistics, SufficientStatistics]


class PairTest(Record, frozen=True):
    """One arm against another: `better` is 1 or -1 once a bound was crossed, else 0.

    `fraction` of the planned information is in, `z` stands against `bound`; both None before the
    first look that counts. `lift` is that of `arm` over `other`: while looks are left the repeated
    interval, which holds at all looks together; once `over` the stage-wise one, which takes the
    stopping into account, with a median-unbiased value.
    """

    arm: str
    other: str
    fraction: float
    z: float | None
    bound: float | None
    better: int
    over: bool
    lift: Interval


class Decided(NamedTuple):
    """Where two arms stand at their last look that counts, or at the one that decided."""

    bounds: Boundaries
    look: int
    value: float  # the log-ratio of the means
    error: float
    better: int
    over: bool


def decide(
    looks: Sequence[Pair],
    *,
    people: int,
    alpha: float,
    final: bool,
    information: Sequence[float] | None = None,
) -> Decided | NotShown:
    """Whether one arm is better by all looks so far, each with everybody up to then.

    `people` of one arm were planned for the last look. `information` is the share of the planned
    information that was in at each look; without it people are what informs. Looks with too few
    conversions, and those that bring hardly anything new, do not count; the reason comes back
    where none does. `final`: no look will follow.
    """
    known = [_fraction(pair, people) for pair in looks] if information is None else information
    counted, fractions, reason = _counted(looks, known)
    if not counted:
        return reason
    bounds = o_brien_fleming(fractions, alpha, final=final)
    for look, pair in enumerate(counted):
        value, error = _effect(pair)
        z = value / error
        better = int(z >= bounds.z[look]) - int(z <= -bounds.z[look])
        if better:
            break
    over = better != 0 or final or fractions[look] >= 1
    return Decided(bounds, look, value, error, better, over)


def pair_test(
    arm: str,
    other: str,
    looks: Sequence[Pair],
    *,
    people: int,
    alpha: float,
    final: bool,
    information: Sequence[float] | None = None,
) -> PairTest:
    """`decide`, with the lift as it may be told."""
    found = decide(looks, people=people, alpha=alpha, final=final, information=information)
    if isinstance(found, NotShown):
        return PairTest(
            arm=arm,
            other=other,
            fraction=0.0,
            z=None,
            bound=None,
            better=0,
            over=final,
            lift=Interval(reason=found),
        )
    half = found.bounds.z[found.look] * found.error
    return PairTest(
        arm=arm,
        other=other,
        fraction=found.bounds.fractions[found.look],
        z=found.value / found.error,
        bound=found.bounds.z[found.look],
        better=found.better,
        over=found.over,
        lift=_stage_wise(found, alpha)
        if found.over
        else _shown(found.value, found.value - half, found.value + half, None),
    )


def _counted(
    looks: Sequence[Pair], known: Sequence[float]
) -> tuple[list[Pair], list[float], NotShown]:
    """The looks that count with their fractions, and why none does where there is none."""
    counted: list[Pair] = []
    fractions: list[float] = []
    reason = NotShown.NO_PEOPLE
    for pair, fraction in zip(looks, known, strict=True):
        why = why_not(*pair)
        if why is None and min(pair[0].mean, pair[1].mean) <= 0:
            why = NotShown.TOO_UNCERTAIN
        if why is not None:
            reason = why
            continue
        if (
            fraction - (fractions[-1] if fractions else 0.0) >= GAP_MIN
            and len(counted) < LOOKS_MAX
        ):
            counted.append(pair)
            fractions.append(fraction)
    return counted, fractions, reason


def _fraction(pair: Pair, people: int) -> float:
    """The share of the planned information: that of two arms with `people` each is 1."""
    one, other = pair[0].n, pair[1].n
    return 2 * one * other / (one + other) / people if one and other else 0.0


def _effect(pair: Pair) -> tuple[float, float]:
    """The log-ratio of the means and its standard error."""
    effect = log_ratio_effect(pair[0].sample, pair[1].sample)
    return float(effect.value), math.sqrt(float(effect.variance))


def _stage_wise(found: Decided, alpha: float) -> Interval:
    """The lift after the end, by the order: crossed above early, late, not at all, below.

    Source: Siegmund 1978; Jennison and Turnbull 2000, chapter 8.
    """
    bounds, look = found.bounds, found.look
    root = math.sqrt(bounds.fractions[look])
    place = found.value / found.error * root

    def above(drift: float) -> float:
        """The chance of an outcome at least as high as this one."""
        earlier = sum(
            bounds.beyond(k, drift, stage.bound) for k, stage in enumerate(bounds.stages[:look])
        )
        return earlier + bounds.beyond(look, drift, place)

    scale = found.error * root  # the effect of a drift of one
    centre, reach = place / root**2, 12 / root
    low, middle, high = (
        scale * _rising(above, share, centre - reach, centre + reach)
        for share in (alpha / 2, 0.5, 1 - alpha / 2)
    )
    p = above(0.0)
    return _shown(middle, low, high, min(2 * min(p, 1 - p), 1.0))


def _rising(chance: Callable[[float], float], share: float, low: float, high: float) -> float:
    """The drift with that chance, by halving: the chance rises with the drift."""
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if chance(middle) < share else (low, middle)
    return (low + high) / 2


def _shown(value: float, low: float, high: float, p: float | None) -> Interval:
    """The interval of the relative lift from the one of the log-ratio."""
    if (high - low) / 2 > LOG_RATIO_HALF_WIDTH_MAX:
        return Interval(reason=NotShown.TOO_UNCERTAIN)
    return Interval(value=math.expm1(value), low=math.expm1(low), high=math.expm1(high), p=p)

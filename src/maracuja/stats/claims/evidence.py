"""What the shop's own data say to a claim: counts in, an estimate with its interval out.

It never looks at what is claimed, so that no figure of the trade can colour ours.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

from maracuja.model import Record
from maracuja.stats.claims.published import Kind
from maracuja.stats.intervals import (
    CONVERSIONS_MIN,
    LOG_RATIO_HALF_WIDTH_MAX,
    Interval,
    NotShown,
)
from maracuja.stats.power import POWER, reach


class Arms(Record, frozen=True):
    """People of two arms of one draw, and how many of each did it; a campaign and a kind."""

    campaign: str
    kind: Kind
    treated: int
    treated_hits: int
    control: int
    control_hits: int


class Hits(Record, frozen=True):
    """Messages that people got, and how many were read or clicked, summed up by person.

    `messages` and `hits` over all people, and the sums over people of hits squared, hits times
    messages, and messages squared: what an interval needs that knows that one person's messages
    are not independent. `kind` is None of all kinds of channels together.
    """

    kind: Kind | None
    people: int
    messages: int
    hits: int
    hits_squared: int
    hits_messages: int
    messages_squared: int


class Cell(Record, frozen=True):
    """People of a segment who drew a content: how many, and how many converted.

    `segment` and `content` are variants: the one that suits the person, and the one drawn, whose
    share of the draw among those that suit somebody is `share`.
    """

    campaign: str
    segment: str
    content: str
    share: float
    people: int
    hits: int


class Estimate(Record, frozen=True):
    """An own figure: a ratio of two arms, or a level, with its 95 % interval.

    `people` of both arms (of a level: who got messages), `hits` of both; `error` is the standard
    error, of a ratio on the log scale; `smallest` is the smallest detectable effect, with 80 %
    power: a ratio against 1, or a distance from any level. None where nothing can be computed.
    """

    interval: Interval
    people: int = 0
    hits: int = 0
    base: float | None = None  # the rate without: of the control arm
    error: float | None = None
    smallest: float | None = None
    campaigns: int = 0


def ratio(arms: Sequence[Arms], *, alpha: float = 0.05) -> Estimate:
    """The rate of the treated over that of the control, campaign by campaign, put together.

    Mantel and Haenszel's ratio with the variance of Greenland and Robins (Biometrics 41, 1985),
    which holds where single campaigns are small. `interval.value` is the ratio itself. Draws of
    different campaigns are independent of each other, so that it does no harm that a person may
    stand in several.
    """
    told = [one for one in arms if one.treated and one.control]
    treated = sum(one.treated for one in told)
    control = sum(one.control for one in told)
    hits = sum(one.treated_hits for one in told)
    control_hits = sum(one.control_hits for one in told)
    known = Estimate(
        interval=Interval(reason=NotShown.NO_PEOPLE),
        people=treated + control,
        hits=hits + control_hits,
        base=control_hits / control if control else None,
        campaigns=len({one.campaign for one in told}),
    )
    if not told:
        return known
    if min(hits, control_hits) < CONVERSIONS_MIN:
        return _without(known, NotShown.TOO_FEW_CONVERSIONS)
    above = below = spread = 0.0
    for one in told:
        n1, n0, a, c = one.treated, one.control, one.treated_hits, one.control_hits
        n = n1 + n0
        above += a * n0 / n
        below += c * n1 / n
        spread += ((a + c) * n1 * n0 - a * c * n) / n**2
    if spread <= 0:
        return _without(known, NotShown.NO_VARIATION)
    return _ratio(known, math.log(above / below), spread / (above * below), alpha)


def matched(cells: Sequence[Cell], *, at_random: bool = False, alpha: float = 0.05) -> Estimate:
    """The conversion under matched content over that under content that suits somebody else.

    All messages are of one campaign and one draw, so the budget is the same. Each segment counts
    by its people on both sides; other contents count by their shares of the draw. With
    `at_random` the other side is the same contents given at random, the matching one included:
    what a shop without segments would have. Delta method on the log scale.
    """
    segments = _by_segment(cells)
    used = [cell for group in segments for cell in group]
    mine = [cell for cell in used if cell.content == cell.segment]
    others = [cell for cell in used if cell.content != cell.segment]
    known = Estimate(
        interval=Interval(reason=NotShown.NO_PEOPLE),
        people=sum(cell.people for cell in used),
        hits=sum(cell.hits for cell in used),
        base=sum(c.hits for c in others) / sum(c.people for c in others) if others else None,
        campaigns=len({cell.campaign for cell in used}),
    )
    if not used:
        return known
    if min(sum(c.hits for c in mine), sum(c.hits for c in others)) < CONVERSIONS_MIN:
        return _without(known, NotShown.TOO_FEW_CONVERSIONS)
    above = below = 0.0
    weights: list[tuple[Cell, float, float]] = []
    for group in segments:
        people = sum(cell.people for cell in group)
        drawn = sum(c.share for c in group if at_random or c.content != c.segment)
        for cell in group:
            own = people if cell.content == cell.segment else 0.0
            other = people * cell.share / drawn if at_random or not own else 0.0
            above += own * cell.hits / cell.people
            below += other * cell.hits / cell.people
            weights.append((cell, own, other))
    variance = sum(
        (own / above - other / below) ** 2 * _binomial(cell) for cell, own, other in weights
    )
    if variance <= 0:
        return _without(known, NotShown.NO_VARIATION)
    return _ratio(known, math.log(above / below), variance, alpha)


def level(whole: Hits | None, *, alpha: float = 0.05) -> Estimate:
    """The share of messages that were read or clicked, with Wilson's interval.

    Messages to one person count as the fewer the more alike that person treats them: the interval
    is that of the effective number (the ratio estimator's variance over people).
    """
    if whole is None or not whole.messages:
        return Estimate(interval=Interval(reason=NotShown.NO_PEOPLE))
    share, n = whole.hits / whole.messages, float(whole.messages)
    if whole.people > 1 and 0 < share < 1:
        spread = whole.hits_squared - 2 * share * whole.hits_messages
        spread += share**2 * whole.messages_squared
        variance = spread / n**2 * whole.people / (whole.people - 1)
        n = min(n, share * (1 - share) / variance) if variance > 0 else float(whole.people)
    else:
        n = float(whole.people)
    low, high = wilson(share, n, alpha=alpha)
    error = math.sqrt(max(share * (1 - share), 1 / (4 * n)) / n)
    return Estimate(
        interval=Interval(value=share, low=low, high=high),
        people=whole.people,
        hits=whole.hits,
        error=error,
        smallest=reach(alpha, POWER) * error,
    )


def wilson(share: float, n: float, *, alpha: float = 0.05) -> tuple[float, float]:
    """Wilson's score interval of a share of `n` (J. Am. Stat. Assoc. 22, 1927)."""
    z = NormalDist().inv_cdf(1 - alpha / 2)
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _by_segment(cells: Sequence[Cell]) -> list[list[Cell]]:
    """The cells of each segment of each campaign that has matched people and others."""
    groups: dict[tuple[str, str], list[Cell]] = {}
    for cell in sorted(cells, key=lambda one: (one.campaign, one.segment, one.content)):
        if cell.people and cell.share > 0:
            groups.setdefault((cell.campaign, cell.segment), []).append(cell)
    return [
        group
        for group in groups.values()
        if len({cell.content == cell.segment for cell in group}) == 2
    ]


def _binomial(cell: Cell) -> float:
    """The variance of a cell's rate."""
    share = cell.hits / cell.people
    return share * (1 - share) / cell.people


def _ratio(known: Estimate, log: float, variance: float, alpha: float) -> Estimate:
    error = math.sqrt(variance)
    half = NormalDist().inv_cdf(1 - alpha / 2) * error
    if half > LOG_RATIO_HALF_WIDTH_MAX:
        return _without(known, NotShown.TOO_UNCERTAIN)
    return Estimate(
        interval=Interval(
            value=math.exp(log),
            low=math.exp(log - half),
            high=math.exp(log + half),
            p=math.erfc(abs(log) / math.sqrt(2 * variance)),
        ),
        people=known.people,
        hits=known.hits,
        base=known.base,
        error=error,
        smallest=math.exp(reach(alpha, POWER) * error),
        campaigns=known.campaigns,
    )


def _without(known: Estimate, reason: NotShown) -> Estimate:
    """What is known of the data, without an interval."""
    return Estimate(
        interval=Interval(reason=reason),
        people=known.people,
        hits=known.hits,
        base=known.base,
        campaigns=known.campaigns,
    )

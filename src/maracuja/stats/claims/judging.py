"""What the shop's own interval says to a claim: supported, contradicted, or why neither.

It never says "supported" because nothing speaks against a claim.
"""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Final

from maracuja.model import Record
from maracuja.stats import power
from maracuja.stats.claims.evidence import Estimate
from maracuja.stats.claims.published import Claim, Scale
from maracuja.stats.intervals import Interval

_TWO_ENDS: Final = 1.96
LEVEL_PEOPLE_MIN: Final = 100
RATE_MIN: Final = 1e-6
"""Of a shop with a lower rate nothing can be planned."""


class Standing(StrEnum):
    """How a claim stands on the shop's own data."""

    SUPPORTED = "supported"
    CONTRADICTED = "contradicted"
    NOT_SHOWN = "not_shown"
    NOT_ENOUGH_DATA = "not_enough_data"
    NOT_TESTABLE = "not_testable"


class Because(StrEnum):
    """What the interval looks like: a closed list."""

    AGREES = "agrees"  # it reaches what is claimed, and is shown to be near it
    MORE = "more"  # all of it lies above what is claimed
    LESS = "less"  # an effect, but all of it lies below what is claimed
    NOTHING = "nothing"  # no effect fits, what is claimed does not
    HARM = "harm"  # all of it lies on the other side of no effect
    BELOW = "below"  # a level: all of it lies below
    SOME = "some"  # an effect is shown, but not that it is as large as claimed
    OPEN = "open"  # a level: it may be as claimed, or lower
    FITS_BOTH = "fits_both"  # no effect fits as well as what is claimed
    FEW = "few"  # too few people or hits for an interval
    WIDE = "wide"  # a level: the interval is wider than what is claimed
    NO_DATA = "no_data"  # nothing of the kind was ever sent


class Judged(Record, frozen=True):
    """The standing of a claim and its reason, and about how many people more would decide it.

    `people_more` counts people of both arms (of a level: who get a message) over those there are,
    for a test with 80 % power were the claim true; 0 where it is decided, None beyond reach.
    """

    standing: Standing
    because: Because
    people_more: int | None = 0


_STANDINGS: Final = {
    Because.AGREES: Standing.SUPPORTED,
    Because.MORE: Standing.SUPPORTED,
    Because.LESS: Standing.CONTRADICTED,
    Because.NOTHING: Standing.CONTRADICTED,
    Because.HARM: Standing.CONTRADICTED,
    Because.BELOW: Standing.CONTRADICTED,
    Because.SOME: Standing.NOT_SHOWN,
    Because.OPEN: Standing.NOT_SHOWN,
    Because.FITS_BOTH: Standing.NOT_ENOUGH_DATA,
    Because.FEW: Standing.NOT_ENOUGH_DATA,
    Because.WIDE: Standing.NOT_ENOUGH_DATA,
    Because.NO_DATA: Standing.NOT_TESTABLE,
}


def judge(claim: Claim, own: Estimate, *, base: float | None = None) -> Judged:
    """How the claim stands; `own` is on its scale, `base` the rate of a shop without such data.

    A claim that does not hold is called supported, and one that holds contradicted, in at most one
    of forty shops: each verdict is a test at 2.5 %. Campaigns beside it take no part in that.
    """
    because = _because(claim, own)
    standing = _STANDINGS[because]
    decided = standing in (Standing.SUPPORTED, Standing.CONTRADICTED)
    return Judged(
        standing=standing,
        because=because,
        people_more=0 if decided else _people_more(claim, own, base),
    )


def _because(claim: Claim, own: Estimate) -> Because:
    low, high = own.interval.low, own.interval.high
    if not own.people:
        return Because.NO_DATA
    if low is None or high is None:
        return Because.FEW
    nothing = claim.nothing
    if nothing is None:
        return _level(claim, own, low, high)
    if high < nothing:
        return Because.HARM
    if high < claim.low:
        return Because.LESS if low > nothing else Because.NOTHING
    if low >= claim.enough:
        return Because.MORE if low > claim.high else Because.AGREES
    return Because.SOME if low > nothing else Because.FITS_BOTH


def _level(claim: Claim, own: Estimate, low: float, high: float) -> Because:
    if own.people < LEVEL_PEOPLE_MIN:
        return Because.FEW
    if high < claim.low:
        return Because.BELOW
    if low >= claim.enough:
        return Because.MORE if low > claim.high else Because.AGREES
    return Because.WIDE if high - low > claim.high - claim.low else Because.OPEN


def _people_more(claim: Claim, own: Estimate, base: float | None) -> int | None:
    """People to add to those there are, were the claim true at its lower end."""
    if claim.scale is Scale.LEVEL:
        middle = (claim.low + claim.high) / 2
        half = (claim.high - claim.low) / 2
        needed = math.ceil(middle * (1 - middle) * (_TWO_ENDS / half) ** 2)
        if own.error and own.interval.low is not None:
            needed = max(needed, math.ceil(own.people * (_TWO_ENDS * own.error / half) ** 2))
        return max(max(needed, LEVEL_PEOPLE_MIN) - own.people, 0)
    times = claim.low + 1 if claim.scale is Scale.LIFT else claim.low
    if own.error is not None:
        far = _far(claim, own, times)
        as_measured = power.people_needed_as_measured(own.people, far, own.error**2)
        return None if as_measured is None else max(as_measured - own.people, 0)
    rate = own.base or base
    if rate is None or rate < RATE_MIN or rate * times >= 1:
        return None
    planned = power.people_needed(rate, times - 1, 0.5)
    return None if planned is None else max(planned - own.people, 0)


def _far(claim: Claim, own: Estimate, times: float) -> float:
    """How far apart, on the log scale, what must be told apart lies.

    No effect from the claim; once an effect is shown, what was measured from the claim.
    """
    if own.interval.value is None or _because(claim, own) is not Because.SOME:
        return math.log(times)
    measured = own.interval.value + 1 if claim.scale is Scale.LIFT else own.interval.value
    edge = claim.enough + 1 if claim.scale is Scale.LIFT else claim.enough
    return max(abs(math.log(measured / edge)), abs(math.log(measured / times)), 1e-6)


def as_lift(own: Estimate) -> Estimate:
    """An estimate of a ratio told as a lift: 1.2 becomes 0.2."""
    told = own.interval
    if told.value is None or told.low is None or told.high is None:
        return own
    return Estimate(
        interval=Interval(value=told.value - 1, low=told.low - 1, high=told.high - 1, p=told.p),
        people=own.people,
        hits=own.hits,
        base=own.base,
        error=own.error,
        smallest=None if own.smallest is None else own.smallest - 1,
        campaigns=own.campaigns,
    )

"""The claims report: each claim beside the shop's own estimate, with a verdict in words.

It is a pure function of counts: no person stands in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from maracuja.model import Record, micros
from maracuja.stats.claims.evidence import (
    Arms,
    Cell,
    Estimate,
    Hits,
    level,
    matched,
    ratio,
)
from maracuja.stats.claims.judging import Judged, as_lift, judge
from maracuja.stats.claims.published import (
    CLAIMS,
    SURVEYS,
    Against,
    Claim,
    Kind,
    Method,
    Scale,
    Survey,
)


class Evidence(Record, frozen=True):
    """What was counted in the shop's own campaigns; each tuple may be empty.

    `conversions` and `clicks` are personal variants against their generic twins, `again` people
    with an earlier purchase against those held out, `cells` contents by segment; `clicked` are
    messages of personal variants, by kind of channel and of all, `read_back` and `clicked_back`
    those that call people back. `base` is the rate of conversion of all the shop's campaigns.
    `left_out` names campaigns whose arms do not have the sizes that the draw gave them,
    `unmeasured` those whose goal cannot be read from the events any more.
    """

    conversions: tuple[Arms, ...] = ()
    clicks: tuple[Arms, ...] = ()
    again: tuple[Arms, ...] = ()
    cells: tuple[Cell, ...] = ()
    clicked: tuple[Hits, ...] = ()
    read_back: tuple[Hits, ...] = ()
    clicked_back: tuple[Hits, ...] = ()
    base: float | None = None
    campaigns: int = 0
    left_out: tuple[str, ...] = ()
    unmeasured: tuple[str, ...] = ()


class BesideKey(StrEnum):
    """What a figure beside the own estimate is; a `Kind` names a channel kind."""

    AT_RANDOM = "at_random"


class Beside(Record, frozen=True):
    """A further own figure, for comparison: of one kind of channel, or against another content."""

    name: str  # of a Kind or a BesideKey
    own: Estimate


class Tested(Record, frozen=True):
    """A claim beside the shop's own estimate, on the claim's scale."""

    claim: Claim
    method: Method
    own: Estimate
    judged: Judged
    beside: tuple[Beside, ...] = ()


class ClaimsReport(Record, frozen=True):
    """Everything that the report shows; `made_us` is when."""

    shop: str
    made_us: int
    campaigns: int
    left_out: tuple[str, ...]
    unmeasured: tuple[str, ...]
    base: float | None
    tested: tuple[Tested, ...]
    surveys: tuple[Survey, ...]


def claims_report(evidence: Evidence, *, shop: str, now: datetime) -> ClaimsReport:
    """Every claim of the list, tested as far as the shop's own data go."""
    return ClaimsReport(
        shop=shop,
        made_us=micros(now),
        campaigns=evidence.campaigns,
        left_out=evidence.left_out,
        unmeasured=evidence.unmeasured,
        base=evidence.base,
        tested=tuple(held_against(claim, evidence) for claim in CLAIMS),
        surveys=SURVEYS,
    )


def held_against(claim: Claim, evidence: Evidence) -> Tested:
    """One claim against what was counted."""
    own, beside = _own(claim, evidence)
    return Tested(
        claim=claim,
        method=claim.method,
        own=_told(claim, own),
        judged=judge(claim, _told(claim, own), base=evidence.base),
        beside=tuple(Beside(name=one.name, own=_told(claim, one.own)) for one in beside),
    )


def _own(claim: Claim, evidence: Evidence) -> tuple[Estimate, list[Beside]]:
    """The estimate for a claim, and what stands beside it."""
    match claim.against:
        case Against.PERSONAL_CONVERSION | Against.PERSONAL_CLICKS:
            clicks = claim.against is Against.PERSONAL_CLICKS
            return _arms(claim, evidence.clicks if clicks else evidence.conversions)
        case Against.REPEAT:
            return ratio(evidence.again), []
        case Against.MATCHED:
            at_random = matched(evidence.cells, at_random=True)
            beside = Beside(name=BesideKey.AT_RANDOM.value, own=at_random)
            return matched(evidence.cells), [beside] if at_random.people else []
        case Against.CLICK_RATE:
            return level(_of_kind(evidence.clicked, None)), _by_kind(evidence.clicked)
        case Against.READ_AGAIN | Against.CLICKED_AGAIN:
            read = claim.against is Against.READ_AGAIN
            told = evidence.read_back if read else evidence.clicked_back
            mail = [one for one in told if one.kind is Kind.EMAIL]
            return level(_of_kind(told, claim.kind)), _by_kind(mail)


def _arms(claim: Claim, arms: Sequence[Arms]) -> tuple[Estimate, list[Beside]]:
    """The ratio over the claim's kind of channel, or over all with each kind beside it."""
    if claim.kind is not None:
        return ratio([one for one in arms if one.kind is claim.kind]), []
    found = {kind: [one for one in arms if one.kind is kind] for kind in Kind}
    beside = [Beside(name=kind.value, own=ratio(some)) for kind, some in found.items() if some]
    return ratio(arms), beside if len(beside) > 1 else []


def _by_kind(hits: Sequence[Hits]) -> list[Beside]:
    found = {kind: _of_kind(hits, kind) for kind in Kind}
    return [Beside(name=kind.value, own=level(one)) for kind, one in found.items() if one]


def _of_kind(hits: Sequence[Hits], kind: Kind | None) -> Hits | None:
    return next((one for one in hits if one.kind is kind), None)


def _told(claim: Claim, own: Estimate) -> Estimate:
    """The estimate on the claim's own scale."""
    return as_lift(own) if claim.scale is Scale.LIFT else own

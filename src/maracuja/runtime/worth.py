"""What talking to customers was worth lately: the campaigns of some days, each and together."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import duckdb
from sqlalchemy import Connection

from maracuja.errors import DefinitionError
from maracuja.model import micros
from maracuja.runtime import entry_report
from maracuja.runtime.campaign_units import FILES, open_measuring, units_of
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import facts_of
from maracuja.stats.intervals import Interval
from maracuja.stats.pooling import total
from maracuja.stats.report import LiftReport, lift_report
from maracuja.stats.verdict import Finding
from maracuja.store import manifest, runs
from maracuja.store.runs import Run

DAYS: Final = 7
CAMPAIGNS_MAX: Final = 50  # the newest
LONGEST: Final = timedelta(days=31)  # a window that is longer counts as one that is closed
MICROSECOND: Final = timedelta(microseconds=1)


class Unmeasured(StrEnum):
    """Why a campaign shows nothing: a closed list."""

    NO_GOAL = "no_goal"
    NO_MATCH = "no_match"  # its goal asks for what the events do not hold


@dataclass(frozen=True)
class Span:
    """An estimate with both ends (95 %), or none of them, and why."""

    value: float | None
    low: float | None
    high: float | None
    reason: str


@dataclass(frozen=True)
class CampaignWorth:
    """What one campaign changed; `final` once its last window has closed.

    Extra conversions, and extra revenue in minor units of the shop's currency, over all who were
    sent to.
    """

    campaign: str
    name: str
    goal: str
    sent: int
    final: bool
    finding: Finding
    why_not_yet: str
    conversions: Span
    revenue: Span


@dataclass(frozen=True)
class Worth:
    """The campaigns of some days, and what they add up to.

    A purchase may lie in the windows of several campaigns: each counts what it has added to it.
    `unmeasured` names those that show nothing, with the reason.
    """

    since: datetime
    until: datetime
    currency: str
    finding: Finding
    conversions: Span
    revenue: Span
    campaigns: tuple[CampaignWorth, ...]
    unmeasured: dict[str, Unmeasured]


def worth(ground: Ground, now: datetime, *, days: int = DAYS) -> Worth:
    """What the campaigns were worth that sent, or were answered, in the last days.

    Kept for the hour.
    """
    with ground.store.read() as conn:
        stand = _stand(conn, now)
        return ground.lately.get(("worth", days), stand, lambda: _worth(conn, ground, now, days))


def _worth(conn: Connection, ground: Ground, now: datetime, days: int) -> Worth:
    since = now - timedelta(days=days)
    found: list[CampaignWorth] = []
    silent: dict[str, Unmeasured] = {}
    con = open_measuring(conn, ground, now)
    try:
        for launched in _launched(conn, micros(since)):
            campaign = facts_of(launched[-1]).campaign
            report = _report(con, ground, launched, now)
            if isinstance(report, Unmeasured):
                silent[campaign.id] = report
            else:
                found.append(_shown(report))
    finally:
        con.close()
    conversions = total([_interval(one.conversions) for one in found])
    return Worth(
        since=since,
        until=now,
        currency=ground.config.shop.currency,
        finding=_finding(conversions),
        conversions=_span(conversions),
        revenue=_span(total([_interval(one.revenue) for one in found])),
        campaigns=tuple(found),
        unmeasured=silent,
    )


def lifts(ground: Ground, campaigns: Collection[str], now: datetime) -> dict[str, CampaignWorth]:
    """What each of these campaigns changed so far, over all its runs; without those unmeasured.

    Kept for the hour.
    """
    with ground.store.read() as conn:
        wanted = tuple(sorted(campaigns))
        stand = _stand(conn, now)
        return ground.lately.get(
            ("lifts", wanted), stand, lambda: _lifts(conn, ground, wanted, now)
        )


def _stand(conn: Connection, now: datetime) -> tuple[object, datetime]:
    """What holds until the lake has other files, or the hour is over."""
    return manifest.version(conn, FILES), now.replace(minute=0, second=0, microsecond=0)


def _lifts(
    conn: Connection, ground: Ground, campaigns: Collection[str], now: datetime
) -> dict[str, CampaignWorth]:
    by_campaign: dict[str, list[Run]] = {}
    for run in runs.every(conn):
        if run.campaign in campaigns and entry_report.decided(run):
            by_campaign.setdefault(run.campaign, []).append(run)
    con = open_measuring(conn, ground, now)
    try:
        told = {name: _report(con, ground, some, now) for name, some in by_campaign.items()}
    finally:
        con.close()
    return {name: _shown(one) for name, one in told.items() if isinstance(one, LiftReport)}


def _launched(conn: Connection, since_us: int) -> list[list[Run]]:
    """The runs of each campaign that was answered since then: it was sent, or its window was open.

    Of a trigger, all, for it has no single day. The newest campaigns first.
    """
    by_campaign: dict[str, list[Run]] = {}
    for run in runs.every(conn):
        if not entry_report.decided(run):
            continue
        if _answered(run, since_us) or (run.finished_us is None and facts_of(run).listens):
            by_campaign.setdefault(run.campaign, []).append(run)
    newest = sorted(by_campaign.values(), key=lambda some: some[-1].run, reverse=True)
    return newest[:CAMPAIGNS_MAX]


def _answered(run: Run, since_us: int) -> bool:
    """Whether orders could count for it since then."""
    begun_us = run.launched_us or run.planned_us
    if begun_us >= since_us or begun_us < since_us - LONGEST // MICROSECOND:
        return begun_us >= since_us
    goals = facts_of(run).goals
    return bool(goals) and begun_us + goals[0].length // MICROSECOND > since_us


def _report(
    con: duckdb.DuckDBPyConnection, ground: Ground, launched: list[Run], now: datetime
) -> LiftReport | Unmeasured:
    facts = entry_report.measured(launched)
    if not facts.goals:
        return Unmeasured.NO_GOAL
    try:
        units, plan = units_of(con, ground, launched, facts.goals[0], now)
    except DefinitionError:
        return Unmeasured.NO_MATCH
    return lift_report(units, plan, now=now)


def _shown(report: LiftReport) -> CampaignWorth:
    lifts, final = report.primary, report.final
    trusted = report.trusted
    nothing = Interval()
    conversions = lifts.conversions.extra_as_of(final=final) if trusted else nothing
    revenue = lifts.revenue.extra_as_of(final=final) if trusted else nothing
    why = report.verdict.why_not_yet
    return CampaignWorth(
        campaign=report.plan.campaign,
        name=report.plan.name,
        goal=report.plan.goal,
        sent=report.audience.sent,
        final=final,
        finding=report.verdict.finding,
        why_not_yet=why.value if why else "",
        conversions=_span(conversions),
        revenue=_span(revenue),
    )


def _finding(pooled: Interval) -> Finding:
    return {1: Finding.PROVEN, -1: Finding.HARMFUL}.get(pooled.sign, Finding.NOT_YET)


def _span(one: Interval) -> Span:
    return Span(one.value, one.low, one.high, one.reason.value if one.reason else "")


def _interval(one: Span) -> Interval:
    return Interval(value=one.value, low=one.low, high=one.high)

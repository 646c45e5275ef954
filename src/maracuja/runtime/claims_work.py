"""Counts what the shop's own campaigns show of the claims of the trade.

It must never change a campaign, and nothing that plans or forecasts may read it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import duckdb
import msgspec
import polars as pl

from maracuja.campaigns.definitions import Goal, GoalKind
from maracuja.campaigns.facts import RunFacts
from maracuja.errors import DefinitionError
from maracuja.lake.session import open_session
from maracuja.model import FileKind, micros
from maracuja.runtime import entry_report
from maracuja.runtime.campaign_units import receipts
from maracuja.runtime.claims_levels import Levels, kind_of, levels
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import facts_of
from maracuja.runtime.measure import Measured, conversions, measure
from maracuja.segments.comparing import When
from maracuja.stats.claims.evidence import Arms, Cell
from maracuja.stats.claims.published import Kind
from maracuja.stats.claims.report import ClaimsReport, Evidence, claims_report
from maracuja.stats.sample_ratio import sample_ratio
from maracuja.store import manifest, people, runs
from maracuja.store.runs import Run

CAMPAIGNS_MAX: Final = 200  # the newest
RUNS_MAX: Final = 200  # of a recurring campaign, the newest; of a trigger, all


class _Launched(NamedTuple):
    """A campaign with its launched runs, oldest first; `facts` are those of the last."""

    runs: list[Run]
    facts: RunFacts


class _Counted(NamedTuple):
    """What one campaign shows; `trusted` is false where its arms have impossible sizes."""

    trusted: bool
    conversions: list[Arms]
    clicks: list[Arms]
    again: list[Arms]
    cells: list[Cell]
    control: int = 0
    control_hits: int = 0


def report(ground: Ground, now: datetime) -> ClaimsReport:
    """Each claim beside what the shop's campaigns show, as of `now`.

    A person counts in a campaign once the window of its goal has closed for them; a message counts
    in the rates once it is SETTLED.
    """
    with ground.store.read() as conn:
        launched = _launched(runs.every(conn))
        files = manifest.live(conn, (FileKind.EVENTS, FileKind.DECISIONS), micros(now))
        pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    limits = ground.config.lake
    con = open_session(
        ground.lake, files, merged=merged, threads=limits.threads, memory=limits.memory
    )
    try:
        counted, unmeasured = _counted(con, ground, launched, now)
        frozen = [(run.run, facts_of(run)) for one in launched for run in one.runs]
        seen = levels(con, frozen, now)
    finally:
        con.close()
    evidence = msgspec.structs.replace(_evidence(counted, seen), unmeasured=tuple(unmeasured))
    return claims_report(evidence, shop=ground.config.shop.name, now=now)


def _kinds(units: pl.DataFrame) -> dict[str, str]:
    """The kind of each channel that occurs."""
    return {name: kind_of(name).value for name in units["channel"].unique().to_list()}


def _launched(every: Sequence[Run]) -> list[_Launched]:
    """The newest campaigns that have decided about people, by the order of their last runs."""
    by_campaign: dict[str, list[Run]] = {}
    for run in every:
        if entry_report.decided(run):
            by_campaign.setdefault(run.campaign, []).append(run)
    newest = sorted(by_campaign.values(), key=lambda found: found[-1].run)[-CAMPAIGNS_MAX:]
    kept = [some if facts_of(some[-1]).listens else some[-RUNS_MAX:] for some in newest]
    return [_Launched(some, entry_report.measured(some)) for some in kept]


def _evidence(counted: dict[str, _Counted], seen: Levels) -> Evidence:
    """All campaigns together, without those whose arms have impossible sizes."""
    used = [one for one in counted.values() if one.trusted]
    control = sum(one.control for one in used)
    return Evidence(
        conversions=tuple(arms for one in used for arms in one.conversions),
        clicks=tuple(arms for one in used for arms in one.clicks),
        again=tuple(arms for one in used for arms in one.again),
        cells=tuple(cell for one in used for cell in one.cells),
        base=sum(one.control_hits for one in used) / control if control else None,
        campaigns=len(used),
        left_out=tuple(sorted(name for name, one in counted.items() if not one.trusted)),
        clicked=seen.clicked,
        read_back=seen.read_back,
        clicked_back=seen.clicked_back,
    )


# ---------------------------------------------------------------- by draws


def _counted(
    con: duckdb.DuckDBPyConnection, ground: Ground, launched: Sequence[_Launched], now: datetime
) -> tuple[dict[str, _Counted], list[str]]:
    """What each campaign with a goal shows, and those whose goal cannot be read any more."""
    counted, unmeasured = {}, []
    for one in launched:
        name = one.facts.campaign.id
        if one.facts.goals and one.facts.marketing:
            try:
                counted[name] = _count(con, ground, one, now)
            except DefinitionError:
                unmeasured.append(name)
    return counted, sorted(unmeasured)


def _count(
    con: duckdb.DuckDBPyConnection, ground: Ground, one: _Launched, now: datetime
) -> _Counted:
    """The arms of one campaign, of people whose window has closed."""
    goal, facts = one.facts.goals[0], one.facts
    found = measure(
        con,
        facts,
        [run.run for run in one.runs],
        goal,
        strata=entry_report.strata(ground, one.runs, now),
        receipts=receipts(facts),
        currency=ground.config.shop.currency,
        zone=ground.zone,
        now=now,
    )
    before = _bought_before(con, goal, When(now, ground.zone))
    closed = pl.col("moment_us") + goal.length // timedelta(microseconds=1) <= micros(now)
    would = found.units.filter(pl.col("would_send") & closed).with_columns(
        bought=pl.col("converted") > 0,
        before=pl.col("pid").is_in(before.implode()),
        kind=pl.col("channel").replace_strict(_kinds(found.units), return_dtype=pl.String),
    )
    return _arms(facts, found, would, sale=goal.type is GoalKind.SALE)


def _arms(facts: RunFacts, found: Measured, would: pl.DataFrame, *, sale: bool) -> _Counted:
    """What one campaign's people show; `would` are those who would have been sent to."""
    sent, control = would.filter(held=""), would.filter(held="campaign")
    compared = sent.filter("tested") if "tested" in sent.columns else sent
    twins = {arm.twin_of: arm.variant for arm in facts.arms if arm.twin_of}
    mine, clicks = [], []
    for personal, twin in twins.items():
        pair = [compared.filter(variant=name) for name in (personal, twin)]
        mine += _by_kind(facts, pair, "bought")
        if sent["clicked"].count():
            clicks += _by_kind(facts, pair, "clicked")
    again = []
    if sale:
        known = [
            arm.filter("before").with_columns(kind=pl.lit("other")) for arm in (sent, control)
        ]
        again = _by_kind(facts, known, "bought")
    return _Counted(
        trusted=_trusted(found, would, compared),
        conversions=mine,
        clicks=clicks,
        again=again,
        cells=_cells(facts, compared),
        control=len(control),
        control_hits=int(control["bought"].sum()),
    )


def _by_kind(facts: RunFacts, pair: Sequence[pl.DataFrame], hit: str) -> list[Arms]:
    """Two arms by the kind of the channel that was (or would have been) the first."""
    treated, control = (
        {
            row["kind"]: (row["n"], row["hits"])
            for row in arm.group_by("kind")
            .agg(n=pl.len(), hits=pl.col(hit).fill_null(value=False).sum())
            .iter_rows(named=True)
        }
        for arm in pair
    )
    return [
        Arms(
            campaign=facts.campaign.id,
            kind=Kind(kind),
            treated=treated[kind][0],
            treated_hits=treated[kind][1],
            control=control[kind][0],
            control_hits=control[kind][1],
        )
        for kind in sorted(set(treated) & set(control))
    ]


def _cells(facts: RunFacts, sent: pl.DataFrame) -> list[Cell]:
    """Contents by the segments that they suit; people whom no content suits are left out."""
    suits = {v.id: v.suits for v in facts.campaign.variants if v.suits}
    known = set(sent.columns)
    if len(suits) < 2 or not all(set(traits) <= known for traits in suits.values()):
        return []
    shares = dict(zip(facts.lottery.variants, facts.lottery.shares, strict=True))
    whole = sum(shares[name] for name in suits)
    segment = pl.coalesce(
        pl.when(
            pl.all_horizontal(
                pl.col(trait).cast(pl.String) == _text(value) for trait, value in traits.items()
            )
        ).then(pl.lit(name))
        for name, traits in suits.items()
    )
    rows = (
        sent.filter(pl.col("variant").is_in(list(suits)))
        .with_columns(segment=segment)
        .drop_nulls("segment")
        .group_by("segment", "variant")
        .agg(n=pl.len(), hits=pl.col("bought").sum())
        .sort("segment", "variant")
    )
    return [
        Cell(
            campaign=facts.campaign.id,
            segment=row["segment"],
            content=row["variant"],
            share=shares[row["variant"]] / whole,
            people=row["n"],
            hits=row["hits"],
        )
        for row in rows.iter_rows(named=True)
    ]


def _text(value: str | bool | int) -> str:
    """A value of a trait as its column is cast to text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _trusted(found: Measured, would: pl.DataFrame, compared: pl.DataFrame) -> bool:
    """Whether the arms and the variants have the sizes that the draw gave them."""
    checks = (
        ("held", would, found.plan.shares),
        ("variant", compared, found.plan.variants),
    )
    for column, rows, shares in checks:
        if len(shares) > 1 and len(rows):
            counts = dict(rows.group_by(column).len().sort(column).iter_rows())
            if sample_ratio(counts, shares).alarm:
                return False
    return True


def _bought_before(con: duckdb.DuckDBPyConnection, goal: Goal, when: When) -> pl.Series:
    """Who had reached the goal before their (would-be) moment; of the measured campaign."""
    query = _BEFORE.format(conversions=conversions(con, goal, when))
    frame = pl.from_arrow(con.sql(query).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame["pid"]


_BEFORE: Final = """
    SELECT u.pid FROM units u SEMI JOIN ({conversions}) c ON c.pid = u.pid AND c.ts < u.moment
"""

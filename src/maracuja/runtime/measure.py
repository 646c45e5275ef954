"""From decisions and events in the lake to one row per person: what a lift report is made from.

It must never look at what happened after the draw to say who belongs to an arm.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import duckdb
import polars as pl

from maracuja.campaigns.definitions import Goal
from maracuja.campaigns.facts import RunFacts
from maracuja.campaigns.schedule import last_due
from maracuja.currencies import minor_units
from maracuja.decisions.assignment import CAMPAIGN, GLOBAL
from maracuja.lake.session import columns_of, ensure_columns
from maracuja.model import Status, TraitType, micros
from maracuja.segments.comparing import When
from maracuja.segments.facts import Fact
from maracuja.segments.operators import Kind
from maracuja.segments.rows import Lake, people, property_sql, source
from maracuja.stats.report import ReportPlan

# What the internal events of a message carry (see the contract of the lake's columns).
_CARRIED: Final = {
    "properties.run": TraitType.NUMBER,
    "properties.machine": TraitType.BOOLEAN,
    "properties.state": TraitType.TEXT,
}
_BY_PEOPLE: Final = 'coalesce("properties.machine", false) = false'
# Column of the report, the event that fills it, and the status that the channel must tell.
_RECEIPTS: Final = (
    ("delivered", "event = 'Message Delivered'", Status.DELIVERED),
    ("bounced", "event = 'Message Bounced'", Status.BOUNCED),
    ("read", f"event = 'Message Read' AND {_BY_PEOPLE}", Status.READ),
    ("machine_read", "event = 'Message Read' AND \"properties.machine\"", Status.READ),
    ("clicked", f"event = 'Message Clicked' AND {_BY_PEOPLE}", Status.CLICKED),
    ("replied", "event = 'Message Replied'", Status.REPLIED),
    ("complained", "event = 'Message Complained'", Status.COMPLAINED),
    (
        "unsubscribed",
        "event = 'Subscription Updated' AND \"properties.state\" = 'opted_out'",
        Status.UNSUBSCRIBED,
    ),
)


class Measured(NamedTuple):
    """What `stats.report.lift_report` takes: the units (see stats/units.py) and the plan."""

    units: pl.DataFrame
    plan: ReportPlan


def measure(
    con: duckdb.DuckDBPyConnection,
    facts: RunFacts,
    runs: Sequence[int],
    goal: Goal,
    *,
    strata: pl.DataFrame,
    receipts: Collection[Status],
    currency: str,
    zone: str,
    now: datetime,
) -> Measured:
    """The units of one or several runs of a campaign, and the plan of the report.

    `con` is a lake session over decisions, events and the merged map; `facts` those of the runs
    (of several, the last one's). `strata` has `pid` and what was known before assignment, as the
    audience files keep it. `receipts` are what the channel and the tracking tell: other rates are
    unknown, never 0. Of several runs each person counts once, from the first (would-be) message;
    what followed it in a cascade is no exposure of its own.
    Raises SegmentError where the goal's filters do not suit the lake.
    """
    listed = ", ".join(str(int(run)) for run in runs)
    con.execute(f"CREATE OR REPLACE TEMP TABLE units AS {_UNITS.format(runs=listed)}")
    joined = frame_of(
        con,
        _CONVERSIONS.format(
            conversions=conversions(con, goal, When(now, zone)),
            window_us=goal.length // timedelta(microseconds=1),
            minor=minor_units(currency),
        ),
    )
    told = frame_of(con, _receipts_sql(listed, receipts))
    units = joined.join(told, on="pid", how="left").with_columns(
        sent=pl.col("would_send") & (pl.col("held") == "") & pl.col("sent").fill_null(value=False),
        **{
            column: pl.col(column).fill_null(value=False) if status in receipts else pl.lit(None)
            for column, _, status in _RECEIPTS
        },
    )
    names = [name for name in strata.columns if name != "pid"]
    known = _canonical(con, strata.select("pid", *names))
    units = units.join(known, on="pid", how="left").sort("pid")
    return Measured(units, _plan(facts, goal, units, tuple(names), currency))


def conversions(con: duckdb.DuckDBPyConnection, goal: Goal, when: When) -> str:
    """The query of who reached the goal when, and of its value: `pid`, `ts`, `v`."""
    value = _prepare(con, goal)
    rows = source(
        (goal.event,),
        goal.where,
        Lake(columns_of(con)),
        when,
        Fact(kind="count", events=(goal.event,)),
        f"coalesce({value}, 0)",
    )
    return people(rows, Lake({}), "v")


def _prepare(con: duckdb.DuckDBPyConnection, goal: Goal) -> str:
    """See to it that the columns are there; the SQL of the goal's value."""
    ensure_columns(con, _CARRIED)
    if not goal.value:
        return "0.0"
    return property_sql(goal.value, Kind.NUMBER, columns_of(con))


def _canonical(con: duckdb.DuckDBPyConnection, strata: pl.DataFrame) -> pl.DataFrame:
    """The strata under the pids of today; of merged people the first one's."""
    merged = frame_of(con, "SELECT pid, canonical FROM merged")
    return (
        strata.join(merged, on="pid", how="left", maintain_order="left")
        .with_columns(pid=pl.coalesce("canonical", "pid"))
        .drop("canonical")
        .unique("pid", keep="first", maintain_order=True)
    )


def _plan(
    facts: RunFacts, goal: Goal, units: pl.DataFrame, known: tuple[str, ...], currency: str
) -> ReportPlan:
    """What was decided before the first look; n* is the size of the audience, for ever."""
    lottery = facts.lottery
    sent = (1 - lottery.global_holdout) * (1 - lottery.holdout)
    shares = {
        "": sent,
        CAMPAIGN: (1 - lottery.global_holdout) * lottery.holdout,
        GLOBAL: lottery.global_holdout,
    }
    last_moment = units["moment_us"].max() if len(units) else None
    assert last_moment is None or isinstance(last_moment, int)
    closes_us = last_moment if last_moment is not None else micros(last_due(facts.occurrence))
    twins = [arm.variant for arm in facts.arms if arm.twin_of]
    return ReportPlan(
        campaign=facts.campaign.id,
        name=facts.campaign.name or facts.campaign.id,
        goal=goal.name or goal.id,
        goal_kind=goal.type.value,
        currency=currency,
        started_us=micros(facts.occurrence.planned),
        closes_us=closes_us + goal.length // timedelta(microseconds=1),
        window_s=int(goal.length.total_seconds()),
        shares={arm: share for arm, share in shares.items() if share > 0},
        variants=dict(zip(lottery.variants, lottery.shares, strict=True))
        if len(lottery.variants) > 1
        else {},
        twin=twins[0] if twins else "",
        n_star=max(len(units), 1),
        facts=known,
    )


def _receipts_sql(runs: str, receipts: Collection[Status]) -> str:
    """What became of the messages, by person; only columns that the channel tells."""
    columns = [
        f"bool_or({holds}) AS {column}" if status in receipts else f"NULL::BOOLEAN AS {column}"
        for column, holds, status in _RECEIPTS
    ]
    columns.append("bool_or(event = 'Message Sent') AS sent")
    return f"""
        SELECT coalesce(m.canonical, e.pid) AS pid, {", ".join(columns)}
        FROM events e LEFT JOIN merged m ON m.pid = e.pid
        WHERE e."properties.run" IN ({runs})
        GROUP BY 1
    """


def frame_of(con: duckdb.DuckDBPyConnection, query: str) -> pl.DataFrame:
    """The rows of a query."""
    frame = pl.from_arrow(con.sql(query).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    return frame


_UNITS: Final = """
    WITH mine AS (
        SELECT coalesce(m.canonical, d.pid) AS pid, d.pid AS own, d.run, d."at" AS decided, d.due,
               d.outcome, d.reason, d.held, d.channel, d.variant, d.neutral,
               coalesce(d.tested, true) AS tested
        FROM decisions d LEFT JOIN merged m ON m.pid = d.pid
        WHERE d.run IN ({runs}) AND coalesce(d.step, 0) = 0
    ), last AS (
        SELECT *, outcome IN ('send', 'ghost') AS would_send
        FROM mine
        QUALIFY row_number() OVER (PARTITION BY run, own ORDER BY decided DESC) = 1
    )
    SELECT pid, held, would_send, variant, channel,
           CASE WHEN would_send THEN '' WHEN reason LIKE 'unreachable:%' THEN 'unreachable'
                ELSE reason END AS reason,
           CASE WHEN would_send THEN due ELSE decided END AS moment, neutral, tested,
           min(held || '/' || variant) OVER person
               <> max(held || '/' || variant) OVER person AS merged_across_arms
    FROM last
    WINDOW person AS (PARTITION BY pid)
    QUALIFY row_number() OVER (PARTITION BY pid ORDER BY would_send DESC, decided, run, own) = 1
"""

_CONVERSIONS: Final = """
    SELECT u.* EXCLUDE (moment), epoch_us(u.moment) AS moment_us,
           count(c.ts) AS converted,
           coalesce(sum(CAST(round(c.v * {minor}) AS BIGINT)), 0)::BIGINT AS revenue,
           (epoch_us(min(c.ts)) - epoch_us(any_value(u.moment))) / 1e6 AS first_conversion_s
    FROM units u LEFT JOIN ({conversions}) c
      ON c.pid = u.pid AND c.ts >= u.moment
     AND c.ts <= u.moment + INTERVAL ({window_us}) MICROSECONDS
    GROUP BY ALL
"""

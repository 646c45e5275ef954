"""What each channel of a cascade did, counted from decisions and events in the lake.

It never says what a channel changed: people did not draw their channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

import duckdb
import polars as pl

from maracuja.campaigns.definitions import Goal
from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME, channel_of
from maracuja.config import Config
from maracuja.currencies import minor_units
from maracuja.decisions.reasons import Reason
from maracuja.lake.session import ensure_columns
from maracuja.model import Status, TraitType
from maracuja.runtime.launch_cascade import prices
from maracuja.stats.cascade import CascadeTold, ChannelTold, cascade_told

_CARRIED: Final = {
    "properties.run": TraitType.NUMBER,
    "properties.message": TraitType.TEXT,
    "properties.machine": TraitType.BOOLEAN,
    "properties.message_cost": TraitType.NUMBER,
    "properties.code": TraitType.TEXT,
}
_REASONS: Final = ", ".join(f"'{reason.value}'" for reason in Reason)


def measure_cascade(
    con: duckdb.DuckDBPyConnection,
    facts: RunFacts,
    runs: Sequence[int],
    goal: Goal,
    conversions: str,
    config: Config,
) -> CascadeTold | None:
    """What the channels of the runs' cascade did; None where the campaign is no cascade.

    `con` is a lake session over decisions, events and the merged map, `conversions` a query of
    `pid` (canonical) and `ts`: when the goal was reached.
    """
    cascade = facts.campaign.cascade
    if cascade is None:
        return None
    ensure_columns(con, _CARRIED)
    minor = minor_units(config.shop.currency)
    query = _MESSAGES.format(
        runs=", ".join(str(int(run)) for run in runs),
        conversions=conversions,
        machine='coalesce("properties.machine", false)',
        failed="'Message Failed', 'Message Rejected', 'Message Bounced'",
        # Who was reached elsewhere, or opted out first, was not failed by the channel.
        withdrawn=f"coalesce(\"properties.code\", '') IN ({_REASONS})",
        window_us=goal.length // timedelta(microseconds=1),
    )
    frame = pl.from_arrow(con.sql(query).to_arrow_table())
    assert isinstance(frame, pl.DataFrame)
    told = tuple(_channel(frame, facts, channel, minor) for channel in cascade.channels)
    stated = [price * minor for price in prices(config, cascade)]
    people = frame.filter(pl.col("sent"))["pid"].n_unique()
    return cascade_told(told, people, dict(zip(cascade.channels, stated, strict=True)))


def _channel(frame: pl.DataFrame, facts: RunFacts, channel: str, minor: int) -> ChannelTold:
    """The figures of one channel; unknown where it gives no receipt, or nothing is tracked."""
    mine = frame.filter(pl.col("channel") == channel)
    tells, tracking = BY_NAME[channel].can.receipts, facts.campaign.tracking
    clicks = tracking.clicks or Status.CLICKED in tells
    reads = Status.READ in tells and (tracking.opens or channel_of(channel) != "email")

    def count(column: str, *, known: bool = True) -> int | None:
        return int(mine[column].sum()) if known else None

    return ChannelTold(
        channel=channel,
        sent=count("sent") or 0,
        delivered=count("delivered", known=Status.DELIVERED in tells),
        read=count("read", known=reads),
        clicked=count("clicked", known=clicks),
        failed=count("failed") or 0,
        fell_back=count("fell_back") or 0,
        goals=mine.filter("reached")["pid"].n_unique(),
        cost=round(float(mine["cost"].sum()) * minor),
    )


_MESSAGES: Final = """
    WITH sends AS (
        SELECT coalesce(m.canonical, d.pid) AS pid, d.run, d.channel, d."at",
               lower(hex(d.message)) AS message,
               lead(d."at") OVER steps AS next_at, lead(d."at") OVER steps IS NOT NULL AS fell_back
        FROM decisions d LEFT JOIN merged m ON m.pid = d.pid
        WHERE d.run IN ({runs}) AND d.outcome = 'send'
        WINDOW steps AS (PARTITION BY d.run, d.pid ORDER BY d."at", coalesce(d.step, 0))
    ), told AS (
        SELECT "properties.message" AS message,
               bool_or(event = 'Message Sent') AS sent,
               bool_or(event IN ('Message Delivered', 'Message Read')) AS delivered,
               bool_or(event = 'Message Read' AND NOT {machine}) AS read,
               bool_or(event = 'Message Clicked' AND NOT {machine}) AS clicked,
               bool_or(event IN ({failed}) AND NOT {withdrawn}) AS failed,
               coalesce(max("properties.message_cost"), 0) AS cost
        FROM events
        WHERE kind = 'internal' AND "properties.run" IN ({runs})
        GROUP BY 1
    ), reached AS (
        SELECT DISTINCT s.message
        FROM sends s JOIN ({conversions}) c ON c.pid = s.pid AND c.ts >= s."at"
         AND c.ts <= s."at" + INTERVAL ({window_us}) MICROSECONDS
         AND (s.next_at IS NULL OR c.ts < s.next_at)
    )
    SELECT s.pid, s.channel, s.fell_back, coalesce(t.sent, false) AS sent,
           coalesce(t.delivered, false) AS delivered, coalesce(t.read, false) AS read,
           coalesce(t.clicked, false) AS clicked, coalesce(t.failed, false) AS failed,
           coalesce(t.cost, 0.0)::DOUBLE AS cost, r.message IS NOT NULL AS reached
    FROM sends s LEFT JOIN told t USING (message) LEFT JOIN reached r USING (message)
"""

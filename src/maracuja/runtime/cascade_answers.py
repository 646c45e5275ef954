"""How readily people answer on each channel, and how much of it arrives: from past messages.

It reads the lake only; a channel's own habits (SMS tells no reading) are part of its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import polars as pl
from sqlalchemy import Connection

from maracuja.channels import channel_of
from maracuja.lake.columns import literal
from maracuja.lake.files import prune
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import FileKind, TraitType, micros
from maracuja.runtime.launch_ground import Ground
from maracuja.store import manifest, people

SPAN: Final = timedelta(days=180)
"""How far back messages count."""

PRIOR_MESSAGES: Final = 4
"""The shop's own share of a channel weighs as much as so many messages of a person."""

UNTRIED: Final = 0.0
"""The share of a channel on which the shop has sent nothing yet: it comes last."""

_COLUMNS: Final = {
    "properties.message": TraitType.TEXT,
    "properties.channel": TraitType.TEXT,
    "properties.machine": TraitType.BOOLEAN,
}
_ANSWER: Final = """
    event = 'Message Replied'
    OR (event IN ('Message Read', 'Message Clicked') AND NOT coalesce("properties.machine", false))
"""
_COUNTED: Final = """
    SELECT coalesce(m.canonical, e.pid) AS pid, "properties.channel" AS channel,
           count(DISTINCT "properties.message") FILTER (event = 'Message Sent') AS sent,
           count(DISTINCT coalesce("properties.message", message_id)) FILTER ({answer}) AS answered
    FROM events e LEFT JOIN merged m ON m.pid = e.pid
    WHERE kind = 'internal' AND "properties.channel" IN ({channels})
      AND ts >= make_timestamp({since})
      AND event IN ('Message Sent', 'Message Read', 'Message Clicked', 'Message Replied')
    GROUP BY 1, 2
"""
_ARRIVED: Final = """
    SELECT "properties.channel" AS channel,
           count(DISTINCT "properties.message") FILTER (event = 'Message Sent') AS sent,
           count(DISTINCT "properties.message") FILTER (event = 'Message Delivered') AS delivered,
           count(DISTINCT "properties.message") FILTER (
               event IN ('Message Bounced', 'Message Failed', 'Message Rejected')
           ) AS failed
    FROM events
    WHERE kind = 'internal' AND "properties.channel" IN ({channels})
      AND ts >= make_timestamp({since})
    GROUP BY 1
"""


class Past(NamedTuple):
    """Of the messages sent on a channel lately, how many arrived, and how many failed."""

    sent: int = 0
    delivered: int = 0
    failed: int = 0


def answering(
    conn: Connection, ground: Ground, channels: Sequence[str], now: datetime
) -> pl.DataFrame:
    """The share of messages that each person answered (read, clicked or replied) by channel.

    `pid` and a column for each channel, for those who were sent to within SPAN; the row of pid 0
    is the shop's. A person's own share is drawn towards it: it counts for PRIOR_MESSAGES.
    """
    query = _COUNTED.format(answer=_ANSWER, channels=_listed(channels), since=_since(now))
    told = _frame(conn, ground, query, channels, now).with_columns(
        answered=pl.min_horizontal("answered", "sent")
    )
    sums = told.group_by("channel").agg(pl.col("sent", "answered").sum())
    rates = sums.filter(pl.col("sent") > 0).select(
        "channel", rate=pl.col("answered") / pl.col("sent")
    )
    shop: dict[str, float] = dict(rates.rows())
    frame = told.select("pid").unique().sort("pid")
    for channel in channels:
        share = shop.get(channel, UNTRIED)
        own = told.filter(pl.col("channel") == channel).select(
            "pid",
            ((pl.col("answered") + PRIOR_MESSAGES * share) / (pl.col("sent") + PRIOR_MESSAGES))
            .cast(pl.Float64)
            .alias(channel),
        )
        frame = frame.join(own, on="pid", how="left", maintain_order="left").with_columns(
            pl.col(channel).fill_null(share)
        )
    first = pl.DataFrame(
        {"pid": [0], **{one: [shop.get(one, UNTRIED)] for one in channels}}, schema=frame.schema
    )
    return pl.concat([first, frame])


def arrived(
    conn: Connection, ground: Ground, channels: Sequence[str], now: datetime
) -> dict[str, Past]:
    """What became of the messages on each channel within SPAN."""
    query = _ARRIVED.format(channels=_listed(channels), since=_since(now))
    told = _frame(conn, ground, query, channels, now)
    found = {row["channel"]: row for row in told.iter_rows(named=True)}
    return {
        one: Past(*(found[one][name] for name in Past._fields)) if one in found else Past()
        for one in channels
    }


def _frame(
    conn: Connection, ground: Ground, query: str, channels: Sequence[str], now: datetime
) -> pl.DataFrame:
    """The rows of a query over the events of the span, which name the channel of an account."""
    files = manifest.live(conn, (FileKind.EVENTS,), micros(now))
    pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    limits = ground.config.lake
    con = open_session(
        ground.lake,
        prune(files, since=now - SPAN),
        merged=merged,
        threads=limits.threads,
        memory=limits.memory,
    )
    try:
        ensure_columns(con, _COLUMNS)
        frame = pl.from_arrow(con.sql(query).to_arrow_table())
        assert isinstance(frame, pl.DataFrame)
        named = {channel_of(name): name for name in channels}
        return frame.with_columns(pl.col("channel").replace(named))
    finally:
        con.close()


def _listed(channels: Sequence[str]) -> str:
    return ", ".join(literal(channel_of(channel)) for channel in channels)


def _since(now: datetime) -> int:
    return micros(now - SPAN)

"""What became of the messages of each channel over some days, day by day: counted in the lake.

Nothing is decided by it: what stops a channel, `store/health.py` keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import Connection

from maracuja.channels import BY_NAME, channel_of
from maracuja.lake.files import prune
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import FileKind, Status, TraitType, micros
from maracuja.runtime.launch_ground import Ground
from maracuja.store import manifest
from maracuja.zones import at_local, zone

# A message counts once for each thing that happened with it, when that happened first; a quarter
# of an hour is what time zones differ by.
_FIRST: Final = """
SELECT channel, event, time_bucket(INTERVAL 15 MINUTE, began) AS quarter,
  count(*) AS messages FROM (
  SELECT coalesce("properties.channel", '') AS channel, event, "properties.message" AS message,
    min(ts) AS began
  FROM events
  WHERE kind = 'internal' AND event IN $events AND ts >= $since
    AND NOT coalesce("properties.machine", false)
  GROUP BY ALL)
GROUP BY ALL ORDER BY ALL
"""
_EVENTS: Final = {
    "Message Sent": "sent",
    "Message Delivered": "delivered",
    "Message Bounced": "bounced",
    "Message Rejected": "failed",
    "Message Failed": "failed",
    "Message Read": "read",
    "Message Clicked": "clicked",
    "Message Replied": "replied",
    "Message Complained": "complained",
}
_COLUMNS: Final = {
    "properties.channel": TraitType.TEXT,
    "properties.message": TraitType.TEXT,
    "properties.machine": TraitType.BOOLEAN,
}


@dataclass(frozen=True)
class ResultsOfDay:
    """Messages sent on a day of the shop's clock (2026-11-20), and those that came to nothing."""

    day: str
    sent: int
    bad: int


@dataclass(frozen=True)
class ChannelResults:
    """Messages of a channel; None where it does not tell.

    `failed` were refused or given up, `bounced` came back later. Machines that open and follow
    links are not counted.
    """

    channel: str
    sent: int
    delivered: int | None
    bounced: int
    failed: int
    read: int | None
    clicked: int
    replied: int
    complained: int | None
    days: list[ResultsOfDay]


def results(ground: Ground, now: datetime, *, days: int) -> list[ChannelResults]:
    """Every channel that sent in the last `days`, the one with most messages first."""
    with ground.store.read() as conn:
        hour = now.replace(minute=0, second=0, microsecond=0)
        stand = (manifest.version(conn, (FileKind.EVENTS,)), hour)
        return ground.lately.get(
            ("channel results", days), stand, lambda: _results(conn, ground, now, days)
        )


def _results(conn: Connection, ground: Ground, now: datetime, days: int) -> list[ChannelResults]:
    first = (now - timedelta(days=days - 1)).astimezone(zone(ground.zone)).date()
    since = at_local(first, time(), ground.zone, "UTC")
    counted = _counted(conn, ground, since, now)
    every = [(first + timedelta(days=n)).isoformat() for n in range(days)]
    shown = [
        _channel(name, rows, every)
        for (name,), rows in counted.partition_by("channel", as_dict=True).items()
        if (rows["kind"] == "sent").any()
    ]
    return sorted(shown, key=lambda one: (-one.sent, one.channel))


def _counted(conn: Connection, ground: Ground, since: datetime, now: datetime) -> pl.DataFrame:
    """Messages by channel, kind and day of the shop's clock."""
    files = prune(manifest.live(conn, (FileKind.EVENTS,), micros(now)), since=since)
    limits = ground.config.lake
    con = open_session(ground.lake, files, threads=limits.threads, memory=limits.memory)
    try:
        ensure_columns(con, _COLUMNS)
        asked = {"events": list(_EVENTS), "since": since.replace(tzinfo=None)}
        found = pl.DataFrame(con.sql(_FIRST, params=asked).to_arrow_table())
    finally:
        con.close()
    local = pl.col("quarter").dt.replace_time_zone("UTC").dt.convert_time_zone(ground.zone)
    kinds = pl.col("event").replace_strict(_EVENTS, return_dtype=pl.String)
    told = found.with_columns(day=local.dt.date().cast(pl.String), kind=kinds)
    return told.group_by("channel", "kind", "day", maintain_order=True).agg(
        pl.col("messages").sum()
    )


def _channel(name: Any, rows: pl.DataFrame, days: list[str]) -> ChannelResults:
    def sum_of(*kinds: str) -> int:
        return int(rows.filter(pl.col("kind").is_in(kinds))["messages"].sum())

    def by_day(*kinds: str) -> dict[str, int]:
        chosen = rows.filter(pl.col("kind").is_in(kinds))
        return dict(chosen.group_by("day").agg(pl.col("messages").sum()).iter_rows())

    told = _told(name)
    sent, bad = by_day("sent"), by_day("failed", "bounced")
    return ChannelResults(
        channel=name,
        sent=sum_of("sent"),
        delivered=sum_of("delivered") if Status.DELIVERED in told else None,
        bounced=sum_of("bounced"),
        failed=sum_of("failed"),
        read=sum_of("read") if Status.READ in told else None,
        clicked=sum_of("clicked"),
        replied=sum_of("replied"),
        complained=sum_of("complained") if Status.COMPLAINED in told else None,
        days=[ResultsOfDay(day, sent.get(day, 0), bad.get(day, 0)) for day in days],
    )


def _told(name: str) -> frozenset[Status]:
    """What is heard of this channel's messages."""
    kind = channel_of(name)
    return frozenset(BY_NAME[kind].can.receipts) if kind in BY_NAME else frozenset()

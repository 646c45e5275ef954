"""How each channel did in the last day, and what came in last: counted in the lake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from maracuja.channels import BY_NAME, CHANNELS, account_of
from maracuja.lake.files import prune
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import FileKind, Status, TraitType, micros, moment
from maracuja.runtime import importing
from maracuja.runtime.launch_ground import Ground
from maracuja.store import health, inbox, manifest, meta, watermarks

DAY: Final = timedelta(days=1)
BACK: Final = timedelta(days=30)  # so far the last success is looked for

_COUNTS: Final = """
SELECT coalesce("properties.channel", ''),
  count(*) FILTER (event = 'Message Sent' AND ts >= $since),
  count(*) FILTER (event = 'Message Delivered' AND ts >= $since),
  count(*) FILTER (
    event IN ('Message Failed', 'Message Bounced', 'Message Rejected') AND ts >= $since
  ),
  max(ts) FILTER (event = 'Message Sent')
FROM events WHERE kind = 'internal' AND event LIKE 'Message %' AND ts >= $back GROUP BY 1
"""
_LAST: Final = "SELECT max(received) FROM events WHERE kind <> 'internal' AND ts >= $back"


@dataclass(frozen=True)
class ChannelHealth:
    """A channel: set up or not, stopped or not, and its last 24 hours.

    `delivered` is None where the channel tells no deliveries.
    """

    channel: str
    set_up: bool
    paused: bool
    reason: str
    sent: int
    delivered: int | None
    failed: int
    last_success: datetime | None
    rate_per_s: float | None


@dataclass(frozen=True)
class Freshness:
    """What came in last; `waiting` requests are not counted yet, the oldest since `lag_s`."""

    last_event: datetime | None
    last_import: datetime | None
    waiting: int
    lag_s: float


@dataclass(frozen=True)
class _Counted:
    by_channel: dict[str, tuple[int, int, int, datetime | None]]
    last_event: datetime | None


def channels(conn: Connection, ground: Ground, now: datetime) -> list[ChannelHealth]:
    """Every channel, those that are set up first."""
    counted = _counted(conn, ground, now).by_channel
    known = health.every(conn)
    set_up = {*ground.config.mails, *ground.config.channels, "email"}
    names = [*(one.name for one in CHANNELS), *sorted(one for one in set_up if account_of(one))]
    shown = [
        _channel(name, name in set_up, known.get(name), counted.get(name, (0, 0, 0, None)))
        for name in names
    ]
    return sorted(shown, key=lambda one: not one.set_up)


def _channel(
    name: str,
    set_up: bool,
    one: health.Health | None,
    counted: tuple[int, int, int, datetime | None],
) -> ChannelHealth:
    sent, delivered, failed, last = counted
    tells = name in BY_NAME and Status.DELIVERED in BY_NAME[name].can.receipts
    return ChannelHealth(
        channel=name,
        set_up=set_up,
        paused=bool(one and one.paused),
        reason=one.reason if one else "",
        sent=sent,
        delivered=delivered if tells else None,
        failed=failed,
        last_success=last,
        rate_per_s=one.rate_per_s if one else None,
    )


def freshness(conn: Connection, ground: Ground, now: datetime) -> Freshness:
    """How new the data are."""
    passed = watermarks.get(conn, "inbox")
    imported = meta.get(conn, importing.LAST)
    with ground.store.read_inbox() as waiting:
        size, oldest_us = inbox.size(waiting, passed), inbox.oldest_us(waiting, passed)
    return Freshness(
        last_event=_counted(conn, ground, now).last_event,
        last_import=moment(int(imported)) if imported else None,
        waiting=size,
        lag_s=0.0 if oldest_us is None else max((micros(now) - oldest_us) / 1e6, 0.0),
    )


def _counted(conn: Connection, ground: Ground, now: datetime) -> _Counted:
    """The counts of the lake as it is, of this minute."""
    minute = now.replace(second=0, microsecond=0)
    stand = (manifest.version(conn, (FileKind.EVENTS,)), minute)
    return ground.lately.get("channel days", stand, lambda: _count(conn, ground, minute))


def _count(conn: Connection, ground: Ground, now: datetime) -> _Counted:
    files = prune(manifest.live(conn, (FileKind.EVENTS,), micros(now)), since=now - BACK)
    limits = ground.config.lake
    con = open_session(ground.lake, files, threads=limits.threads, memory=limits.memory)
    try:
        ensure_columns(con, {"properties.channel": TraitType.TEXT})
        back = {"back": (now - BACK).replace(tzinfo=None)}
        since = {"since": (now - DAY).replace(tzinfo=None)}
        rows = con.execute(_COUNTS, back | since).fetchall()
        (last,) = con.execute(_LAST, back).fetchall()[0]
    finally:
        con.close()
    by_channel = {row[0]: (row[1], row[2], row[3], _aware(row[4])) for row in rows}
    return _Counted(by_channel, _aware(last))


def _aware(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)

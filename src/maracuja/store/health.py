"""Which channels may send: a channel is paused by a person, or by a vendor that refuses us."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from maracuja.store import bulk
from maracuja.store.schema import channel_health

EVERY_CHANNEL: Final = "*"  # one command stops all sending


class Health(NamedTuple):
    """Whether a channel is paused, why, since when; messages a second, None: as configured."""

    channel: str
    paused: bool
    reason: str
    since_us: int
    rate_per_s: float | None


def set_paused(
    conn: Connection, channel: str, now_us: int, *, paused: bool, reason: str = ""
) -> None:
    """Pause a channel (or EVERY_CHANNEL), or let it send again."""
    values = {"paused": paused, "reason": reason, "since_us": now_us}
    new = bulk.insert(conn, channel_health).values(channel=channel, **values)
    conn.execute(new.on_conflict_do_update(index_elements=["channel"], set_=values))


def set_rate(conn: Connection, channel: str, now_us: int, rate_per_s: float | None) -> None:
    """Keep the rate that a vendor has shown to bear; None: as configured."""
    new = bulk.insert(conn, channel_health).values(
        channel=channel, paused=False, reason="", since_us=now_us, rate_per_s=rate_per_s
    )
    conn.execute(
        new.on_conflict_do_update(index_elements=["channel"], set_={"rate_per_s": rate_per_s})
    )


def every(conn: Connection) -> dict[str, Health]:
    """What is known of each channel; a channel that is not there is well."""
    names = [channel_health.c[name] for name in Health._fields]
    rows = bulk.fetch(conn, select(*names).order_by(channel_health.c.channel))
    return {row[0]: Health(*row)._replace(paused=bool(row[1])) for row in rows}


def troubles(conn: Connection) -> dict[str, str]:
    """What is wrong with whatever goes on all the same, such as a mailbox that cannot be read."""
    return {name: one.reason for name, one in every(conn).items() if one.reason and not one.paused}


def paused(conn: Connection) -> set[str]:
    """The channels that are paused; EVERY_CHANNEL among them means all."""
    return {health.channel for health in every(conn).values() if health.paused}

"""Which channels may send: paused by people, stopped by refusals, or all at once.

It never decides to stop: it keeps what was decided, by whom and since when.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, select

from maracuja.store import audit, bulk
from maracuja.store.schema import channel_health

EVERYTHING: Final = "*"  # the row of the emergency stop


class Health(NamedTuple):
    """How a channel is: whether it is stopped, why, and since when."""

    channel: str
    paused: bool
    reason: str
    since_us: int


def stop(
    conn: Connection, now_us: int, reason: str, *, channel: str = EVERYTHING, actor: str
) -> None:
    """Send nothing more on a channel, or at all; the first reason stays until it is resumed."""
    if channel in stopped(conn):
        return
    _put(conn, channel, paused=True, reason=reason, now_us=now_us)
    audit.add(conn, now_us, actor, "channel.stop", f"channel:{channel}", reason)


def warn(conn: Connection, now_us: int, reason: str, *, channel: str) -> None:
    """Keep what the operator should know about a channel that goes on sending."""
    if channel not in stopped(conn):
        _put(conn, channel, paused=False, reason=reason, now_us=now_us)


def resume(conn: Connection, now_us: int, *, channel: str = EVERYTHING, actor: str) -> bool:
    """Let a channel, or everything, send again; whether there was anything to resume."""
    gone = conn.execute(delete(channel_health).where(channel_health.c.channel == channel))
    if gone.rowcount:
        audit.add(conn, now_us, actor, "channel.resume", f"channel:{channel}")
    return gone.rowcount > 0


def current(conn: Connection) -> list[Health]:
    """Every channel of which something is known, by name."""
    names = [channel_health.c[name] for name in Health._fields]
    query = select(*names).order_by(channel_health.c.channel)
    return [Health(*row) for row in bulk.fetch(conn, query)]


def stopped(conn: Connection) -> dict[str, str]:
    """The channels that must not send, with the reason; EVERYTHING where all must not."""
    return {row.channel: row.reason for row in current(conn) if row.paused}


def _put(conn: Connection, channel: str, *, paused: bool, reason: str, now_us: int) -> None:
    new = {"paused": paused, "reason": reason[:500], "since_us": now_us}
    row = bulk.insert(conn, channel_health).values(channel=channel, **new)
    conn.execute(row.on_conflict_do_update(index_elements=["channel"], set_=new))

"""People whose message is under way in a cascade: what receipts and sendings change for them.

They stand in the table of those who wait, with the steps that were tried; nobody is sent to here.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    SmallInteger,
    and_,
    case,
    delete,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from maracuja.store import bulk
from maracuja.store.outbox import NEVER_US
from maracuja.store.schema import waiting

ENDED_US: Final = -1  # for the length of a statement
_OF_CASCADE: Final = waiting.c.tried != literal_column("0")  # as the index has it


def any_open(conn: Connection) -> bool:
    """Whether anybody waits for what a step of a cascade comes to."""
    query = select(waiting.c.pid).where(_OF_CASCADE).limit(1)
    return conn.execute(query).first() is not None


def under_way(conn: Connection, run: int, pids: Any, channel: int) -> set[int]:
    """Those of the people whose message of this run on this channel has not been overtaken."""
    asked = bulk.given_ids(conn, pids, name="asked")
    mine = and_(waiting.c.run == run, waiting.c.channel == channel, _OF_CASCADE)
    query = select(waiting.c.pid).where(mine, waiting.c.pid.in_(select(asked.c.id)))
    return {pid for (pid,) in bulk.fetch(conn, query)}


def sent(conn: Connection, *, run: Any, pid: Any, channel: int, full: Any, until_us: Any) -> None:
    """Messages on a channel are over: wait until the moment, or end where no step is left.

    Columns; `full` has a bit for every step of the person's cascade, and NEVER_US ends the wait.
    A receipt that came first has spoken already: such people are left as they are.
    """
    over = bulk.given(
        conn,
        "over",
        run=(BigInteger(), run),
        pid=(BigInteger(), pid),
        full=(Integer(), full),
        until_us=(BigInteger(), until_us),
    )
    mine = and_(
        waiting.c.run == over.c.run,
        waiting.c.pid == over.c.pid,
        waiting.c.channel == channel,
        _OF_CASCADE,
        waiting.c.until_us >= NEVER_US,
    )
    ended = or_(waiting.c.tried == over.c.full, over.c.until_us >= NEVER_US)
    until = case((ended, ENDED_US), else_=over.c.until_us)
    conn.execute(update(waiting).where(mine).values(until_us=until))
    conn.execute(delete(waiting).where(waiting.c.until_us == ENDED_US))


def end(conn: Connection, *, run: Any, pid: Any) -> int:
    """People were reached, or want no more: nothing follows in these runs; how many that ended."""
    return _end(conn, bulk.given(conn, "reached", **_pairs(run, pid)), waiting.c.run)


def end_on(conn: Connection, *, channel: Any, pid: Any) -> int:
    """People spoke on a channel: nothing follows what they were sent there last; how many."""
    told = bulk.given(conn, "spoke", **_pairs(channel, pid))
    return _end(conn, told, waiting.c.channel)


def fail(conn: Connection, *, run: Any, pid: Any, channel: Any, now_us: int) -> int:
    """Messages did not get there: the next step is due now; how many people that concerns."""
    failed = bulk.given(conn, "failed", **_pairs(run, pid), channel=(SmallInteger(), channel))
    mine = and_(
        waiting.c.run == failed.c.key,
        waiting.c.pid == failed.c.pid,
        waiting.c.channel == failed.c.channel,
        _OF_CASCADE,
        waiting.c.until_us > now_us,
    )
    return conn.execute(update(waiting).where(mine).values(until_us=now_us)).rowcount


def _pairs(key: Any, pid: Any) -> dict[str, Any]:
    return {"key": (BigInteger(), key), "pid": (BigInteger(), pid)}


def _end(conn: Connection, told: FromClause, key: ColumnElement[int]) -> int:
    """Take those off the list who are among these pairs."""
    pid = waiting.c.pid
    these = tuple_(key, pid).in_(select(told.c.key, told.c.pid))
    known = pid.in_(select(told.c.pid))
    return conn.execute(delete(waiting).where(_OF_CASCADE, known, these)).rowcount

"""Events born in our own transactions (deliveries, consents), on their way to the lake.

They stand in the state database, so that an event is there exactly when what it tells is.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, func, select

from maracuja.store import bulk, counters
from maracuja.store.schema import feed

ROWS_MAX: Final = 50_000


class Batch(NamedTuple):
    """Events in order, as columns, each of n values; `properties` is JSON."""

    seq: list[int]
    at_us: list[int]
    pid: list[int]
    event: list[str]
    message_id: list[bytes]
    properties: list[bytes]


def append(
    conn: Connection, *, at_us: Any, pid: Any, event: Any, message_id: Any, properties: Any
) -> range:
    """Add n events as columns (one value stands for all rows, except of `pid`).

    `message_id` is the event's own id, a natural key; returns the sequence numbers.
    """
    n = len(pid)
    if n == 0:
        return range(0)
    first = counters.take(conn, "feed", n)
    seqs = range(first, first + n)
    columns = {
        "seq": seqs,
        "at_us": at_us,
        "pid": pid,
        "event": event,
        "message_id": message_id,
        "properties": properties,
    }
    bulk.insert_columns(conn, feed, columns)
    return seqs


def read(conn: Connection, after: int, *, rows_max: int = ROWS_MAX) -> Batch:
    """The next events after the number `after`, at most `rows_max`."""
    names = [feed.c[name] for name in Batch._fields]
    query = select(*names).where(feed.c.seq > after).order_by(feed.c.seq).limit(rows_max)
    return Batch(**bulk.fetch_columns(conn, query))


def delete_until(conn: Connection, until: int) -> int:
    """Delete the events up to and including `until`; returns how many."""
    return conn.execute(delete(feed).where(feed.c.seq <= until)).rowcount


def size(conn: Connection, after: int = 0) -> int:
    """How many events wait after the number `after`."""
    query = select(func.count()).select_from(feed).where(feed.c.seq > after)
    return int(conn.execute(query).scalar_one())

"""The append-only queue of accepted requests: durable once its transaction is committed.

It never looks into a request.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, select

from maracuja.store import bulk, counters
from maracuja.store.schema import inbox, inbox_counters

ROWS_MAX: Final = 20_000
BYTES_MAX: Final = 64 * 1024 * 1024


class Request(NamedTuple):
    """An accepted request: our time, the call, the kind of its key, its caller, its body."""

    received_us: int
    call: str
    key_kind: str
    context: bytes
    body: bytes


class Batch(NamedTuple):
    """Requests in order, as columns, each of n values; empty when nothing is waiting."""

    seq: list[int]
    received_us: list[int]
    call: list[str]
    key_kind: list[str]
    context: list[bytes]
    body: list[bytes]


def append(conn: Connection, requests: Sequence[Request]) -> range:
    """Add requests and return their sequence numbers, which grow in the order of commits."""
    if not requests:
        return range(0)
    first = counters.take(conn, "inbox", len(requests), table=inbox_counters)
    seqs = range(first, first + len(requests))
    columns = dict(zip(Request._fields, zip(*requests, strict=True), strict=True))
    bulk.insert_columns(conn, inbox, {"seq": seqs, **columns})
    return seqs


def read(
    conn: Connection, after: int, *, rows_max: int = ROWS_MAX, bytes_max: int = BYTES_MAX
) -> Batch:
    """The next requests after the number `after`: at least one if any, within both limits."""
    sizes = bulk.fetch(
        conn,
        select(inbox.c.seq, func.length(inbox.c.body))
        .where(inbox.c.seq > after)
        .order_by(inbox.c.seq)
        .limit(rows_max),
    )
    until, total = after, 0
    for seq, size in sizes:
        total += size
        if total > bytes_max and until > after:
            break
        until = seq
    names = [inbox.c[name] for name in Batch._fields]
    query = select(*names).where(inbox.c.seq > after, inbox.c.seq <= until).order_by(inbox.c.seq)
    return Batch(**bulk.fetch_columns(conn, query))


def delete_until(conn: Connection, until: int) -> int:
    """Delete the requests up to and including `until`; returns how many."""
    return conn.execute(delete(inbox).where(inbox.c.seq <= until)).rowcount


def size(conn: Connection, after: int = 0) -> int:
    """How many requests wait after the number `after`."""
    query = select(func.count()).select_from(inbox).where(inbox.c.seq > after)
    return int(conn.execute(query).scalar_one())


def oldest_us(conn: Connection, after: int = 0) -> int | None:
    """When the first request after the number `after` came in; None where none waits."""
    query = select(inbox.c.received_us).where(inbox.c.seq > after).order_by(inbox.c.seq).limit(1)
    return conn.execute(query).scalar()


def last(conn: Connection) -> int:
    """The last sequence number given out; 0 before the first."""
    return counters.last(conn, "inbox", table=inbox_counters)

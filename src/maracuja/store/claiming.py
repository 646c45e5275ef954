"""Whose turn it is: takes from the outbox what one channel sends next, as a set.

The lowest lane goes first and shares its batch with no other; campaigns of a lane share it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Integer, Select, select, update

from maracuja.model import Lane
from maracuja.store import bulk
from maracuja.store.outbox import ROW, SEVERAL, Claimed, OutboxState, as_claimed, refresh
from maracuja.store.schema import chunks, outbox

CLAIM_MAX: Final = 16_000
_PLACES: Final = {name: place for place, name in enumerate(Claimed._fields)}
_Row = tuple[Any, ...]


def claim(
    conn: Connection,
    now_us: int,
    *,
    channel: int,
    lanes: range = range(1 << 14),
    limit: int = CLAIM_MAX,
    paused_runs: Collection[int] = (),
    after_run: int = 0,
) -> Claimed:
    """Take up to `limit` queued messages of a channel that are due, the lowest of these lanes'.

    Campaigns take turns, beginning with the one after `after_run`, each with an equal part of the
    batch as long as it has something due; messages asked for one by one go by their due time.
    Nobody is in a batch twice: who has several gets the one that was due first.
    They are CLAIMED when the transaction is committed: only then may they be handed on.
    """
    if limit <= 0:
        return as_claimed([])
    c = chunks.c
    due = (
        select(c.lane, c.run, c.chunk)
        .where(
            c.left > 0,
            c.due_us <= now_us,
            c.channel.in_([channel, SEVERAL]),
            c.lane >= lanes.start,
            c.lane < lanes.stop,
            c.run.not_in(list(paused_runs)),
        )
        .order_by(c.lane, c.due_us, c.chunk)
    )
    rows: list[_Row] = []
    for lane, found in groupby(bulk.fetch(conn, due), key=lambda row: row[0]):
        by_run: dict[int, list[int]] = {}
        for _, run, chunk in found:
            by_run.setdefault(run, []).append(chunk)
        queued = _queued(channel, now_us)
        if lane == Lane.SINGLE:
            rows = _by_due(
                conn, queued, [n for several in by_run.values() for n in several], limit
            )
        else:
            rows = _shared(conn, queued, by_run, limit, after_run)
        if rows:
            break
    return _take(conn, _one_each(rows))


def _queued(channel: int, now_us: int) -> Select[Any]:
    """The rows of a channel that are queued and due."""
    return select(*ROW).where(
        outbox.c.state == int(OutboxState.QUEUED),
        outbox.c.due_us <= now_us,
        outbox.c.channel == channel,
    )


def _by_due(
    conn: Connection, queued: Select[Any], numbers: Sequence[int], limit: int
) -> list[_Row]:
    """Of several small chunks, those that have been due for longest."""
    o = outbox.c
    rows: list[_Row] = []
    for part in bulk.slices(numbers, 500):
        query = queued.where(o.chunk.in_(part)).order_by(o.due_us, o.chunk, o.n).limit(limit)
        rows += bulk.fetch(conn, query)
    return sorted(rows, key=_age)[:limit]


def _shared(
    conn: Connection,
    queued: Select[Any],
    by_run: dict[int, list[int]],
    limit: int,
    after_run: int,
) -> list[_Row]:
    """An equal part for each run, as long as it has something."""
    order = sorted(by_run, key=lambda run: (run <= after_run, run))
    open_ = deque((run, _Reader(conn, queued, by_run[run])) for run in order)
    rows: list[_Row] = []
    while open_ and len(rows) < limit:
        share = max(1, (limit - len(rows)) // len(open_))
        for _ in range(len(open_)):
            run, reader = open_.popleft()
            got = reader.read(min(share, limit - len(rows)))
            rows += got
            if len(got) == share:
                open_.append((run, reader))
    return rows


class _Reader:
    """Reads the rows of one run's chunks in their order, a few at a time."""

    def __init__(self, conn: Connection, queued: Select[Any], numbers: Sequence[int]) -> None:
        self._conn = conn
        self._queued = queued
        self._numbers = deque(numbers)
        self._after = -1  # in the first of them

    def read(self, size: int) -> list[_Row]:
        """The next rows, `size` of them unless there are no more."""
        rows: list[_Row] = []
        while self._numbers and len(rows) < size:
            o, number = outbox.c, self._numbers[0]
            query = self._queued.where(o.chunk == number, o.n > self._after).order_by(o.n)
            rows += bulk.fetch(self._conn, query.limit(size - len(rows)))
            if len(rows) < size:
                self._numbers.popleft()
                self._after = -1
            else:
                self._after = rows[-1][_PLACES["n"]]
        return rows


def _one_each(rows: Sequence[_Row]) -> list[_Row]:
    """The first message of everybody by due time, in the order of the outbox's key."""
    first: dict[Any, _Row] = {}
    for row in sorted(rows, key=_age):
        first.setdefault(row[_PLACES["pid"]], row)
    return sorted(first.values())


def _age(row: _Row) -> tuple[int, int, int]:
    return row[_PLACES["due_us"]], row[_PLACES["chunk"]], row[_PLACES["n"]]


def _take(conn: Connection, rows: Sequence[_Row]) -> Claimed:
    """Mark them as claimed."""
    taken = as_claimed(list(rows))
    if len(taken.n):
        picked = bulk.given(
            conn, "picked", chunk=(BigInteger(), taken.chunk), n=(Integer(), taken.n)
        )
        conn.execute(
            update(outbox)
            .where(outbox.c.chunk == picked.c.chunk, outbox.c.n == picked.c.n)
            .values(state=int(OutboxState.CLAIMED))
        )
        refresh(conn, sorted(set(taken.chunk.tolist())))
    return taken

"""Messages on their way out: one slim row each, claimed, finished and counted as sets.

The texts are in the chunk's file in the lake; nothing here knows what a message says.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    SmallInteger,
    and_,
    case,
    delete,
    func,
    select,
    update,
)

from maracuja.store import bulk
from maracuja.store.schema import chunks, outbox, runs


class OutboxState(IntEnum):
    """Where a message is; CLAIMED and below are not final."""

    QUEUED = 0
    CLAIMED = 1  # with the transport: what it has begun is unknown if we crash now
    SENT = 2  # accepted by the vendor
    FAILED = 3  # refused for good, or out of attempts
    UNKNOWN = 4  # it may or may not have been sent
    EXPIRED = 5  # its time passed before it could go
    WITHDRAWN = 6  # cancelled, or consent, suppression or erasure came first


NEVER_US: Final = 2**62  # the due time of a chunk in which nothing is queued
SEVERAL: Final = 0  # in the place of a chunk's channel


class Chunk(NamedTuple):
    """Some 16,000 messages of one run whose texts are in the file `path`."""

    chunk: int
    run: int
    path: str
    lane: int  # lower goes first
    catalog_rev: int


class Claimed(NamedTuple):
    """Claimed messages as columns, each of shape (n,); by chunk and n."""

    chunk: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]
    pid: npt.NDArray[np.int64]
    channel: npt.NDArray[np.int64]
    lane: npt.NDArray[np.int64]
    due_us: npt.NDArray[np.int64]
    attempts: npt.NDArray[np.int64]


ROW: Final = tuple(outbox.c[name] for name in Claimed._fields)


def add_chunk(
    conn: Connection, chunk: Chunk, *, pid: Any, channel: Any, due_us: Any, n: Any = None
) -> int:
    """Queue the messages of a chunk, in the transaction that puts its file in the manifest.

    `pid`, and `channel` and `due_us` where they differ, are columns; `n` numbers the rows of the
    file (0.. by default). Returns how many were queued.
    """
    add_rows(conn, chunk, pid=pid, channel=channel, due_us=due_us, n=n)
    let_count(conn, chunk, size=len(pid), channel=channel, due_us=due_us)
    return len(pid)


def add_rows(
    conn: Connection, chunk: Chunk, *, pid: Any, channel: Any, due_us: Any, n: Any = None
) -> None:
    """Some of the messages of a chunk: none of them goes before `let_count`."""
    columns = {
        "chunk": chunk.chunk,
        "n": range(len(pid)) if n is None else n,
        "pid": pid,
        "channel": channel,
        "lane": chunk.lane,
        "due_us": due_us,
        "state": int(OutboxState.QUEUED),
        "attempts": 0,
    }
    if len(pid):
        bulk.insert_columns(conn, outbox, columns)


def let_count(conn: Connection, chunk: Chunk, *, size: int, channel: Any, due_us: Any) -> None:
    """Let the messages of a chunk go from now on, `size` of them in all."""
    earliest = int(np.min(np.asarray(due_us))) if size else NEVER_US
    codes = np.unique(np.asarray(channel))
    one = int(codes[0]) if len(codes) == 1 else SEVERAL
    row = {**chunk._asdict(), "due_us": earliest, "left": size, "channel": one}
    conn.execute(chunks.insert().values(row))


def forget_rows(conn: Connection, number: int) -> None:
    """Delete what was laid out for a chunk that does not count."""
    there = select(chunks.c.chunk).where(chunks.c.chunk == number).exists()
    conn.execute(delete(outbox).where(outbox.c.chunk == number, ~there))


def finish(conn: Connection, *, chunk: Any, n: Any, state: Any, due_us: Any = 0) -> int:
    """Record what became of claimed messages, as columns; returns how many rows changed.

    A row that goes back to QUEUED (deferred) is due at its `due_us`; every row finished counts
    as one attempt. Rows that are not CLAIMED any more are left alone, so a repeat is harmless.
    """
    size = len(chunk)
    if size == 0:
        return 0
    done = bulk.given(
        conn,
        "done",
        chunk=(BigInteger(), chunk),
        n=(Integer(), n),
        state=(SmallInteger(), _column(state, size)),
        due_us=(BigInteger(), _column(due_us, size)),
    )
    waits = done.c.state == int(OutboxState.QUEUED)
    changed = conn.execute(
        update(outbox)
        .where(
            outbox.c.chunk == done.c.chunk,
            outbox.c.n == done.c.n,
            outbox.c.state == int(OutboxState.CLAIMED),
        )
        .values(
            state=done.c.state,
            attempts=outbox.c.attempts + 1,
            due_us=case((waits, done.c.due_us), else_=outbox.c.due_us),
        )
    ).rowcount
    refresh(conn, np.unique(np.asarray(chunk)).tolist())
    return changed


def put_back(conn: Connection, *, chunk: Any, n: Any, due_us: Any) -> int:
    """Return claimed messages unsent, without counting an attempt (paused, rate limited)."""
    size = len(chunk)
    if size == 0:
        return 0
    back = bulk.given(
        conn,
        "back",
        chunk=(BigInteger(), chunk),
        n=(Integer(), n),
        due_us=(BigInteger(), _column(due_us, size)),
    )
    changed = conn.execute(
        update(outbox)
        .where(
            outbox.c.chunk == back.c.chunk,
            outbox.c.n == back.c.n,
            outbox.c.state == int(OutboxState.CLAIMED),
        )
        .values(state=int(OutboxState.QUEUED), due_us=back.c.due_us)
    ).rowcount
    refresh(conn, np.unique(np.asarray(chunk)).tolist())
    return changed


def claimed(conn: Connection) -> Claimed:
    """What is claimed now: after a start, what a crash has left."""
    open_chunks = select(chunks.c.chunk).where(chunks.c.left > 0)
    rows = bulk.fetch(
        conn,
        select(*ROW)
        .where(outbox.c.chunk.in_(open_chunks), outbox.c.state == int(OutboxState.CLAIMED))
        .order_by(outbox.c.chunk, outbox.c.n),
    )
    return as_claimed(rows)


def withdraw_run(conn: Connection, run: int) -> int:
    """Withdraw every queued message of a cancelled run; returns how many."""
    of_run = select(chunks.c.chunk).where(chunks.c.run == run, chunks.c.left > 0)
    touched = [chunk for (chunk,) in bulk.fetch(conn, of_run)]
    changed = conn.execute(
        update(outbox)
        .where(outbox.c.chunk.in_(touched), outbox.c.state == int(OutboxState.QUEUED))
        .values(state=int(OutboxState.WITHDRAWN))
    ).rowcount
    refresh(conn, touched)
    return changed


def replace_people(conn: Connection, pids: Sequence[int], token: int) -> int:
    """Put a number in the place of erased people and withdraw what was queued for them.

    Reads the whole outbox: erasure is rare, and an index on the person would slow every launch.
    """
    theirs = outbox.c.pid.in_(list(pids))
    touched = [
        chunk for (chunk,) in bulk.fetch(conn, select(outbox.c.chunk).where(theirs).distinct())
    ]
    queued = int(OutboxState.QUEUED)
    state = case((outbox.c.state == queued, int(OutboxState.WITHDRAWN)), else_=outbox.c.state)
    changed = conn.execute(update(outbox).where(theirs).values(pid=token, state=state)).rowcount
    refresh(conn, touched)
    return changed


def chunks_of(conn: Connection, numbers: Sequence[int]) -> list[Chunk]:
    """The chunks of these numbers, in their order."""
    query = select(*(chunks.c[name] for name in Chunk._fields))
    rows = bulk.rows_where_in(conn, query, chunks.c.chunk, sorted(set(numbers)))
    return [Chunk(*row) for row in sorted(rows)]


def chunks_of_run(conn: Connection, run: int) -> list[Chunk]:
    """The chunks of a run, in their order."""
    names = [chunks.c[name] for name in Chunk._fields]
    query = select(*names).where(chunks.c.run == run).order_by(chunks.c.chunk)
    return [Chunk(*row) for row in bulk.fetch(conn, query)]


def launched_with(conn: Connection, numbers: Collection[int]) -> dict[int, bytes]:
    """What each of these runs was launched with, frozen (JSON of campaigns.RunFacts)."""
    query = select(runs.c.run, runs.c.facts)
    return {
        run: bytes(facts)
        for run, facts in bulk.rows_where_in(conn, query, runs.c.run, list(numbers))
    }


def counts(conn: Connection, run: int) -> dict[OutboxState, int]:
    """How many messages of a run are in each state; every state is named."""
    query = (
        select(outbox.c.state, func.count())
        .join_from(chunks, outbox, outbox.c.chunk == chunks.c.chunk)
        .where(chunks.c.run == run)
        .group_by(outbox.c.state)
    )
    found = dict(bulk.fetch(conn, query))
    return {state: int(found.get(int(state), 0)) for state in OutboxState}


def left(conn: Connection, run: int | None = None) -> int:
    """How many messages are not final, of one run or of all."""
    query = select(func.coalesce(func.sum(chunks.c.left), 0))
    if run is not None:
        query = query.where(chunks.c.run == run)
    return int(conn.execute(query).scalar_one())


def next_due(conn: Connection, *, paused_runs: Collection[int] = ()) -> int | None:
    """When the next queued message is due (micros), or None when nothing is queued."""
    return min(dues(conn, paused_runs=paused_runs).values(), default=None)


def dues(conn: Connection, *, paused_runs: Collection[int] = ()) -> dict[tuple[int, int], int]:
    """When the next message of each channel (or SEVERAL) and lane is due, in micros."""
    c = chunks.c
    query = (
        select(c.channel, c.lane, func.min(c.due_us))
        .where(c.left > 0, c.run.not_in(list(paused_runs)))
        .group_by(c.channel, c.lane)
    )
    rows = bulk.fetch(conn, query)
    return {(channel, lane): due_us for channel, lane, due_us in rows if due_us < NEVER_US}


def waiting_people(
    conn: Connection, channel: int, lane: int, until_us: int, *, rows_max: int
) -> list[int]:
    """Whose queued messages of a channel, in this lane or a higher one, are due by then; sorted.

    Runs that are paused are left out, and whoever is beyond `rows_max`.
    """
    c, o = chunks.c, outbox.c
    open_chunks = select(c.chunk).where(
        c.left > 0, c.lane >= lane, c.run.not_in(paused_runs(conn))
    )
    query = (
        select(o.pid)
        .where(
            o.state == int(OutboxState.QUEUED),
            o.channel == channel,
            o.due_us <= until_us,
            o.chunk.in_(open_chunks),
        )
        .distinct()
        .order_by(o.pid)
        .limit(rows_max)
    )
    return [int(pid) for (pid,) in bulk.fetch(conn, query)]


def paused_runs(conn: Connection) -> list[int]:
    """Runs whose messages must not be claimed now: paused or cancelled."""
    query = select(runs.c.run).where(runs.c.state.in_(["paused", "cancelled"]))
    return [run for (run,) in bulk.fetch(conn, query)]


def _column(values: Any, size: int) -> Any:
    return [int(values)] * size if isinstance(values, int) else np.asarray(values)


def as_claimed(rows: list[tuple[Any, ...]]) -> Claimed:
    """Rows of ROW as columns."""
    table = np.array(rows, dtype=np.int64).reshape(-1, len(Claimed._fields))
    return Claimed(*(table[:, i].copy() for i in range(table.shape[1])))


def refresh(conn: Connection, touched: Sequence[int]) -> None:
    """Bring `left` and `due_us` of these chunks in line with their rows."""
    if not touched:
        return
    of_chunk = outbox.c.chunk == chunks.c.chunk
    is_left = and_(of_chunk, outbox.c.state <= int(OutboxState.CLAIMED))
    is_queued = and_(of_chunk, outbox.c.state == int(OutboxState.QUEUED))
    count = select(func.count()).select_from(outbox).where(is_left).scalar_subquery()
    due = select(func.min(outbox.c.due_us)).where(is_queued).scalar_subquery()
    conn.execute(
        update(chunks)
        .where(chunks.c.chunk.in_(list(touched)))
        .values(left=count, due_us=func.coalesce(due, NEVER_US))
    )

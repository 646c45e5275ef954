"""Messages that programs ask for one by one, over the API: kept until sent, then for a month.

A row is durable before it is answered for; nothing here decides whether it may be sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from maracuja.model import Status
from maracuja.store import bulk, conversation_words, outbox, posted_files, status_calls
from maracuja.store.conversation_words import Became
from maracuja.store.schema import chunks, posted, posted_events

RUN: Final = 1 << 27  # and the channel's code: no campaign's run is ever so high
RUNS: Final = range(RUN, RUN + 1_000)
CHUNK: Final = 1 << 62  # and a number: no campaign's chunk is ever so high
ROWS_MAX: Final = 200  # of one batch


class PostedState(IntEnum):
    """Where a message is before the outbox knows it."""

    WAITING = 0  # for its time, or for the worker
    QUEUED = 1  # written, in the outbox
    REFUSED = 2  # it cannot be written or reaches nobody


class Posted(NamedTuple):
    """One message: `kind` and `value` name whom it is for, `body` is what was asked (JSON).

    Once it is queued, `written` is what they will read (JSON) and `address` where it goes.
    """

    message: bytes
    digest: bytes  # of all that was asked
    at_us: int
    due_us: int
    expires_us: int
    kind: str
    value: str
    channel: str  # '' until chosen
    body: bytes
    state: int = PostedState.WAITING
    pid: int = 0
    chunk: int = 0
    n: int = 0
    address: str = ""
    written: bytes = b""


class Step(NamedTuple):
    """One thing that became of a message."""

    message: bytes
    status: Status
    at_us: int
    code: str = ""
    raw: str = ""


_COLUMNS: Final = tuple(posted.c[name] for name in Posted._fields)


def add(conn: Connection, asked: Posted) -> Posted:
    """Keep a message, or return the one that has this id already."""
    conn.execute(
        bulk.insert(conn, posted).values(asked._asdict()).on_conflict_do_nothing()  # two at once
    )
    kept = get(conn, asked.message)
    assert kept is not None
    return kept


def get(conn: Connection, message: bytes) -> Posted | None:
    """The message of this id."""
    row = conn.execute(select(*_COLUMNS).where(posted.c.message == message)).one_or_none()
    return None if row is None else Posted(*row)


def due(conn: Connection, now_us: int, *, rows_max: int = ROWS_MAX) -> list[Posted]:
    """What waits and is due, the longest due first."""
    waits = (posted.c.state == int(PostedState.WAITING)) & (posted.c.due_us <= now_us)
    query = select(*_COLUMNS).where(waits).order_by(posted.c.due_us, posted.c.message)
    return [Posted(*row) for row in bulk.fetch(conn, query.limit(rows_max))]


def next_due(conn: Connection) -> int | None:
    """When the next one that waits is due (micros); None where none does."""
    waits = posted.c.state == int(PostedState.WAITING)
    found = conn.execute(select(func.min(posted.c.due_us)).where(waits)).scalar()
    return None if found is None else int(found)


def waiting(conn: Connection) -> bool:
    """Whether one that was to go at once has not been looked at yet."""
    at_once = (posted.c.state == int(PostedState.WAITING)) & (posted.c.at_us == posted.c.due_us)
    return conn.execute(select(posted.c.message).where(at_once).limit(1)).first() is not None


def change(conn: Connection, message: bytes, **values: Any) -> None:
    """Note what has been found out about one that waits."""
    mine = (posted.c.message == message) & (posted.c.state == int(PostedState.WAITING))
    conn.execute(update(posted).where(mine).values(values))


def of_chunks(conn: Connection, numbers: Iterable[int]) -> dict[tuple[int, int], Posted]:
    """What was queued in these chunks, by chunk and number."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), posted.c.chunk, sorted(numbers))
    return {(row.chunk, row.n): row for row in (Posted(*values) for values in rows)}


def of_people(conn: Connection, pids: Sequence[int]) -> list[Posted]:
    """What was asked for these people, as far as it is known by now whom it is for."""
    query = select(*_COLUMNS).where(posted.c.pid.in_([int(pid) for pid in pids]))
    return [Posted(*row) for row in bulk.fetch(conn, query.order_by(posted.c.at_us))]


def addresses(conn: Connection, messages: Iterable[bytes]) -> dict[bytes, str]:
    """Where these messages went, as far as it is known."""
    query = select(posted.c.message, posted.c.address).where(posted.c.address != "")
    return {
        message: address
        for ids in bulk.slices(sorted(messages))
        for message, address in bulk.fetch(conn, query.where(posted.c.message.in_(ids)))
    }


def note(conn: Connection, steps: Sequence[tuple[int, Step]]) -> None:
    """Keep what became of messages, given with their runs; a status counts once for each.

    Their files have gone out, or never will: they are deleted. Whoever asked is told.
    """
    mine = [step for run, step in steps if run in RUNS]
    if not mine:
        return
    columns = {
        "message": [step.message for step in mine],
        "status": [step.status.value for step in mine],
        "at_us": [step.at_us for step in mine],
        "code": [step.code for step in mine],
        "raw": [step.raw[:1000].replace("\0", "") for step in mine],
    }
    bulk.insert_columns(conn, posted_events, columns, on_conflict="ignore")
    became = [Became(step.message, step.status, step.code or step.raw) for step in mine]
    conversation_words.note(conn, became)
    posted_files.forget(conn, {step.message for step in mine})
    status_calls.add(conn, [status_calls.New(*step) for step in mine])


def steps(conn: Connection, message: bytes) -> list[Step]:
    """What became of a message, in order of time."""
    c = posted_events.c
    query = select(c.message, c.status, c.at_us, c.code, c.raw).where(c.message == message)
    rows = bulk.fetch(conn, query.order_by(c.at_us, c.status))
    return [Step(row[0], Status(row[1]), *row[2:]) for row in rows]


def withdraw(conn: Connection) -> None:
    """Let nothing that waits or is queued go out any more: after a restore it is long past."""
    conn.execute(
        update(posted)
        .where(posted.c.state == int(PostedState.WAITING))
        .values(state=int(PostedState.REFUSED))
    )
    for run in conn.execute(
        select(chunks.c.run).where(chunks.c.run.in_(RUNS), chunks.c.left > 0).distinct()
    ).scalars():
        outbox.withdraw_run(conn, run)
    status_calls.withdraw(conn)


def forget(conn: Connection, pids: Sequence[int], names: Iterable[tuple[str, str]]) -> int:
    """Delete what was asked for a person, known by number or by name; how many messages."""
    named = [and_(posted.c.kind == kind, posted.c.value == value) for kind, value in names]
    return _delete(conn, or_(posted.c.pid.in_(list(pids)), *named))


def sweep(conn: Connection, before_us: int) -> int:
    """Delete what was due before that moment; how many messages."""
    old = (posted.c.due_us < before_us) & (posted.c.state != int(PostedState.WAITING))
    return _delete(conn, old)


def _delete(conn: Connection, which: Any) -> int:
    gone = select(posted.c.message).where(which)
    conn.execute(delete(posted_events).where(posted_events.c.message.in_(gone)))
    posted_files.forget_where(conn, gone)
    status_calls.forget_where(conn, gone)
    return conn.execute(delete(posted).where(which)).rowcount

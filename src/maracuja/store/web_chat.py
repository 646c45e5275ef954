"""The inbox of the web chat: each visitor's thread of lines, kept until seen and a while longer.

Who may read a thread is decided by whoever asks for it: nothing here checks a token.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

from maracuja.channels.web_chat_token import USER
from maracuja.store import bulk, counters
from maracuja.store.schema_web_chat import chat_lines, chat_threads

COUNTER: Final = "chat_line"
THREADS: Final = "chat_thread"
UNSEEN_MAX: Final = 300  # of one thread: whoever never looks is not written to for ever
HISTORY: Final = 100  # lines that a browser is given at first
LINES_MAX: Final = 200  # of one reading
NEWS_MAX: Final = 10_000


class Side(IntEnum):
    """Who speaks in a line."""

    VISITOR = 0
    SHOP = 1


class Thread(NamedTuple):
    """One visitor's thread; times are micros, 0 where it has not happened."""

    address: str
    thread: int
    seq: int
    made_us: int
    came_us: int
    started_us: int


class New(NamedTuple):
    """A line to be added to the thread of an address."""

    address: str
    message: bytes
    pid: int
    run: int
    side: Side
    expires_us: int
    body: bytes


class Line(NamedTuple):
    """A line as it stands."""

    thread: int
    seq: int
    message: bytes
    pid: int
    run: int
    side: int
    at_us: int
    expires_us: int
    taken_us: int
    seen_us: int
    body: bytes


class Added(NamedTuple):
    """Where a line stands: `seq` in its thread, 0 where it is not: `full`, or nobody is there."""

    seq: int
    full: bool = False


_THREAD: Final = tuple(chat_threads.c[name] for name in Thread._fields)
_LINE: Final = tuple(chat_lines.c[name] for name in Line._fields)
_L: Final = chat_lines.c


# ---------------------------------------------------------------- threads


def find(conn: Connection, addresses: Collection[str]) -> dict[str, Thread]:
    """The threads of these addresses; those that have none are left out."""
    query = select(*_THREAD)
    rows = bulk.rows_where_in(conn, query, chat_threads.c.address, sorted(set(addresses)))
    return {row[0]: Thread(*row) for row in rows}


def come(conn: Connection, address: str, now_us: int, *, start: bool = False) -> Thread:
    """The visitor is here: their thread, made where there is none; `start`: they opened it."""
    counters.take(conn, COUNTER, 0)  # whoever else writes lines waits
    thread = find(conn, [address]).get(address) or _make(conn, [address], now_us)[address]
    started_us = thread.started_us or (now_us if start else 0)
    thread = thread._replace(came_us=now_us, started_us=started_us)
    _put(conn, [thread])
    return thread


def _make(conn: Connection, addresses: Sequence[str], now_us: int) -> dict[str, Thread]:
    first = counters.take(conn, THREADS, len(addresses))
    made = [Thread(one, first + n, 0, now_us, 0, 0) for n, one in enumerate(addresses)]
    _put(conn, made)
    return {thread.address: thread for thread in made}


def _put(conn: Connection, threads: Iterable[Thread]) -> None:
    columns = dict(zip(Thread._fields, zip(*threads, strict=True), strict=True))
    bulk.insert_columns(conn, chat_threads, columns, on_conflict="replace")


# ---------------------------------------------------------------- lines


def add(conn: Connection, new: Sequence[New], now_us: int) -> list[Added]:
    """Add lines in order, and say where each stands; a message that stands already stays.

    A known person has a thread from their first line on; a guest only where they have come.
    """
    if not new:
        return []
    first = counters.take(conn, COUNTER, len(new))  # whoever else writes lines waits
    threads = find(conn, [one.address for one in new])
    known = sorted({one.address for one in new if one.address.startswith(USER)} - threads.keys())
    if known:
        threads |= _make(conn, known, now_us)
    standing = _standing(conn, new)
    unseen = _unseen(conn, [thread.thread for thread in threads.values()], now_us)
    rows: list[tuple[Any, ...]] = []
    added: list[Added] = []
    for n, one in enumerate(new, first):
        thread = threads.get(one.address)
        if thread is None:
            added.append(Added(0))
            continue
        seq = standing.get((thread.thread, one.message), 0)
        if not seq and one.side is Side.SHOP and unseen.get(thread.thread, 0) >= UNSEEN_MAX:
            added.append(Added(0, full=True))
            continue
        if not seq:
            seq = thread.seq + 1
            threads[one.address] = thread._replace(seq=seq)
            standing[thread.thread, one.message] = seq
            unseen[thread.thread] = unseen.get(thread.thread, 0) + (one.side is Side.SHOP)
            seen_us = now_us if one.side is Side.VISITOR else 0
            rows.append((thread.thread, seq, n, *one[1:5], now_us, one.expires_us, seen_us,
                         seen_us, one.body))  # fmt: skip
        added.append(Added(seq))
    if rows:
        names = [column.name for column in chat_lines.columns]
        bulk.insert_columns(
            conn, chat_lines, dict(zip(names, zip(*rows, strict=True), strict=True))
        )
        _put(conn, threads.values())
    return added


def _standing(conn: Connection, new: Sequence[New]) -> dict[tuple[int, bytes], int]:
    """The places of messages that stand already, by thread and message."""
    query = select(_L.thread, _L.message, _L.seq)
    rows = bulk.rows_where_in(conn, query, _L.message, sorted({one.message for one in new}))
    return {(thread, bytes(message)): seq for thread, message, seq in rows}


def _unseen(conn: Connection, threads: Sequence[int], now_us: int) -> dict[int, int]:
    wanted = bulk.given_ids(conn, threads)
    query = (
        select(_L.thread, func.count())
        .join_from(wanted, chat_lines, _L.thread == wanted.c.id)
        .where(_is_unseen(now_us))
        .group_by(_L.thread)
    )
    return dict(bulk.fetch(conn, query))


def _is_unseen(now_us: int) -> ColumnElement[bool]:
    return and_(_L.side == int(Side.SHOP), _L.seen_us == 0, _stands(now_us))


def _stands(now_us: int) -> ColumnElement[bool]:
    """Whether it is still of use: what was seen in time stays."""
    return or_(_L.expires_us == 0, _L.expires_us > now_us, _L.seen_us > 0)


def read(
    conn: Connection,
    thread: int,
    *,
    after: int,
    now_us: int,
    before: int = 0,
    limit: int = LINES_MAX,
) -> list[Line]:
    """The lines after a place, in order; with `before`, the last ones before that instead."""
    mine = select(*_LINE).where(_L.thread == thread, _L.seq > after, _stands(now_us))
    if before:
        query = mine.where(_L.seq < before).order_by(_L.seq.desc()).limit(limit)
        return [Line(*row) for row in reversed(bulk.fetch(conn, query))]
    return [Line(*row) for row in bulk.fetch(conn, mine.order_by(_L.seq).limit(limit))]


def begin_after(conn: Connection, thread: Thread, now_us: int) -> int:
    """After which place a new browser begins: some history, and all that was not seen."""
    first = conn.execute(
        select(func.min(_L.seq)).where(_L.thread == thread.thread, _is_unseen(now_us))
    ).scalar()
    return max(0, min(thread.seq - HISTORY, (first or thread.seq + 1) - 1))


def unseen(conn: Connection, thread: int, now_us: int) -> int:
    """How many lines of ours the visitor has not seen."""
    return _unseen(conn, [thread], now_us).get(thread, 0)


def of_messages(conn: Connection, thread: int, messages: Collection[bytes]) -> list[Line]:
    """The lines of the thread that hold these messages."""
    query = select(*_LINE).where(_L.thread == thread)
    rows = bulk.rows_where_in(conn, query, _L.message, sorted(messages))
    return sorted(Line(*row) for row in rows)


def note(
    conn: Connection,
    thread: int,
    now_us: int,
    *,
    taken: Collection[bytes],
    seen: Collection[bytes],
) -> None:
    """Keep that these messages have arrived or were seen, for the first time."""
    for column, messages in (("taken_us", {*taken, *seen}), ("seen_us", {*seen})):
        if messages:
            these = and_(_L.thread == thread, _L.message.in_(sorted(messages)), _L[column] == 0)
            conn.execute(update(chat_lines).where(these).values({column: now_us}))


def last(conn: Connection) -> int:
    """The number of the newest line of all."""
    return counters.last(conn, COUNTER)


def news(conn: Connection, after: int) -> tuple[int, set[int]]:
    """The newest number, and the threads with lines after the number `after`."""
    query = select(_L.n, _L.thread).where(_L.n > after).order_by(_L.n).limit(NEWS_MAX)
    rows = bulk.fetch(conn, query)
    return (rows[-1][0] if rows else after), {thread for _, thread in rows}


# ---------------------------------------------------------------- people


def adopt(conn: Connection, guest: str, into: str, now_us: int) -> int:
    """Move a guest's lines to the end of the thread of the person they turned out to be."""
    first = counters.take(conn, COUNTER, 0) + 1
    threads = find(conn, [guest, into])
    if guest not in threads or guest == into:
        return 0
    old, target = threads[guest], threads.get(into) or _make(conn, [into], now_us)[into]
    lines = [Line(*row) for row in bulk.fetch(
        conn, select(*_LINE).where(_L.thread == old.thread).order_by(_L.seq)
    )]  # fmt: skip
    _delete_threads(conn, [old.thread])
    there = {line.message for line in of_messages(conn, target.thread, [m.message for m in lines])}
    lines = [line for line in lines if line.message not in there]
    if lines:
        first = counters.take(conn, COUNTER, len(lines))
        moved = [
            {**line._asdict(), "thread": target.thread, "seq": target.seq + n, "n": first + n - 1}
            for n, line in enumerate(lines, 1)
        ]
        columns = {name: [one[name] for one in moved] for name in moved[0]}
        bulk.insert_columns(conn, chat_lines, columns)
    started_us = target.started_us or old.started_us
    _put(conn, [target._replace(seq=target.seq + len(lines), started_us=started_us)])
    return len(lines)


def last_came(conn: Connection) -> int:
    """When a visitor was last in a chat (micros); 0: never."""
    return conn.execute(select(func.max(chat_threads.c.came_us))).scalar() or 0


def of(conn: Connection, addresses: Collection[str]) -> list[Line]:
    """Every line of these addresses, thread by thread: for the person themselves to read."""
    threads = sorted(one.thread for one in find(conn, addresses).values())
    rows = bulk.rows_where_in(conn, select(*_LINE), _L.thread, threads)
    return sorted(Line(*row) for row in rows)


def forget(conn: Connection, addresses: Collection[str]) -> int:
    """Delete the threads of an erased person; how many lines."""
    return _delete_threads(conn, [one.thread for one in find(conn, addresses).values()])


def sweep(conn: Connection, *, before_us: int, guests_us: int) -> int:
    """Delete lines that were seen or out of date before then, and guests not here since then."""
    old = and_(_L.at_us < before_us, or_(_between(_L.seen_us, before_us),
                                        _between(_L.expires_us, before_us)))  # fmt: skip
    gone = conn.execute(delete(chat_lines).where(old)).rowcount
    t = chat_threads.c
    away = and_(~t.address.startswith(USER), t.came_us < guests_us, t.made_us < guests_us)
    threads = [thread for (thread,) in bulk.fetch(conn, select(t.thread).where(away))]
    return gone + _delete_threads(conn, threads)


def _between(column: ColumnElement[int], until_us: int) -> ColumnElement[bool]:
    return and_(column > 0, column < until_us)


def _delete_threads(conn: Connection, threads: Collection[int]) -> int:
    if not threads:
        return 0
    gone = bulk.given_ids(conn, sorted(threads), name="gone")
    these = select(gone.c.id)
    lines = conn.execute(delete(chat_lines).where(_L.thread.in_(these))).rowcount
    conn.execute(delete(chat_threads).where(chat_threads.c.thread.in_(these)))
    return lines


def addresses_of(names: Iterable[tuple[str, str]]) -> set[str]:
    """The addresses in the chat among a person's identities and addresses: (kind, value)."""
    return {value for kind, value in names if kind == "web_chat"}

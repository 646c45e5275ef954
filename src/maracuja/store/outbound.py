"""Events that are to be told to other programs: each once to each receiver, until it is taken.

They are written in the transaction that takes the event, so that neither is lost alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from maracuja.store import bulk, counters
from maracuja.store.schema_outbound import outbound_calls, outbound_receivers

ANSWER_CHARS_MAX: Final = 300


class OutboundState(IntEnum):
    """Where an event stands that has not been taken."""

    WAITING = 0
    GIVEN_UP = 2


class New(NamedTuple):
    """Events that one receiver is to be told of, as columns of n values."""

    event: list[str]
    pid: list[int]
    at_us: list[int]
    body: list[bytes]


class Owed(NamedTuple):
    """Some events of one receiver that are told in one call."""

    hook: str
    url: str
    events: tuple[str, ...]
    bodies: tuple[bytes, ...]
    attempts: int

    @property
    def key(self) -> str:
        """What tells it from every other call."""
        return f"{self.hook} {self.events[0]} {len(self.events)}"


class Receiver(NamedTuple):
    """How a receiver fares: events taken, those that wait and were given up, its last answer."""

    hook: str
    taken: int = 0
    taken_us: int = 0
    failed_us: int = 0
    answer: str = ""
    waiting: int = 0
    given_up: int = 0
    oldest_us: int = 0


def add(conn: Connection, hook: str, new: New, now_us: int) -> int:
    """Have events told; one that was put down before is not put down again. How many were new."""
    if not new.event:
        return 0
    first = counters.take(conn, "outbound", len(new.event))
    columns = {
        "hook": hook,
        "event": new.event,
        "n": range(first, first + len(new.event)),
        "pid": new.pid,
        "at_us": new.at_us,
        "body": new.body,
        "state": int(OutboundState.WAITING),
        "attempts": 0,
        "next_us": now_us,
    }
    return bulk.insert_columns(conn, outbound_calls, columns, on_conflict="ignore")


def waiting(conn: Connection) -> list[str]:
    """The receivers that something waits for."""
    c = outbound_calls.c
    query = select(c.hook).where(c.state == int(OutboundState.WAITING)).group_by(c.hook)
    return sorted(row[0] for row in bulk.fetch(conn, query))


def due(conn: Connection, hook: str, url: str, now_us: int, *, rows_max: int) -> Owed | None:
    """The next events of a receiver that are due, oldest first; None where none is."""
    c = outbound_calls.c
    query = (
        select(c.event, c.body, c.attempts)
        .where(c.state == int(OutboundState.WAITING), c.hook == hook, c.next_us <= now_us)
        .order_by(c.next_us, c.n)
        .limit(rows_max)
    )
    rows = bulk.fetch(conn, query)
    if not rows:
        return None
    events, bodies, attempts = zip(*rows, strict=True)
    return Owed(hook, url, events, tuple(map(bytes, bodies)), max(attempts))


def next_due(conn: Connection, hooks: Collection[str]) -> int | None:
    """When the next event of these receivers is due (micros); None where none waits."""
    c = outbound_calls.c
    query = select(func.min(c.next_us)).where(
        c.state == int(OutboundState.WAITING), c.hook.in_(sorted(hooks))
    )
    found = conn.execute(query).scalar()
    return None if found is None else int(found)


def taken(conn: Connection, owed: Owed, now_us: int) -> None:
    """The receiver has these."""
    _of(conn, owed, delete)
    new = bulk.insert(conn, outbound_receivers).values(
        hook=owed.hook, taken=len(owed.events), taken_us=now_us, failed_us=0, answer=""
    )
    count = outbound_receivers.c.taken + len(owed.events)
    values = {"taken": count, "taken_us": now_us, "failed_us": 0, "answer": ""}
    conn.execute(new.on_conflict_do_update(index_elements=["hook"], set_=values))


def later(conn: Connection, owed: Owed, next_us: int, answer: str, now_us: int) -> None:
    """The receiver did not take them: they are told again then."""
    _of(conn, owed, update, attempts=owed.attempts + 1, next_us=next_us)
    _failing(conn, owed.hook, answer, now_us)


def given_up(conn: Connection, owed: Owed, answer: str, now_us: int) -> None:
    """They are not told again, unless somebody asks for it."""
    _of(conn, owed, update, state=int(OutboundState.GIVEN_UP))
    _failing(conn, owed.hook, answer, now_us)


def drop(conn: Connection, hook: str) -> int:
    """Forget what waits for a receiver that is gone; how many events."""
    mine = outbound_calls.c.hook == hook
    return conn.execute(delete(outbound_calls).where(mine)).rowcount


def again(conn: Connection, hook: str, now_us: int) -> int:
    """Tell what was given up once more; how many events."""
    c = outbound_calls.c
    mine = (c.hook == hook) & (c.state == int(OutboundState.GIVEN_UP))
    values = {"state": int(OutboundState.WAITING), "attempts": 0, "next_us": now_us}
    return conn.execute(update(outbound_calls).where(mine).values(values)).rowcount


def delete_before(conn: Connection, before_us: int) -> int:
    """Forget what was given up and is older; how many events."""
    c = outbound_calls.c
    old = (c.state == int(OutboundState.GIVEN_UP)) & (c.at_us < before_us)
    return conn.execute(delete(outbound_calls).where(old)).rowcount


def receivers(conn: Connection) -> dict[str, Receiver]:
    """How every receiver fares that was ever told something, or is to be."""
    names = [outbound_receivers.c[name] for name in ("hook", "taken", "taken_us", "failed_us")]
    rows = bulk.fetch(conn, select(*names, outbound_receivers.c.answer))
    found = {row[0]: Receiver(*row) for row in rows}
    c = outbound_calls.c
    counted = select(c.hook, c.state, func.count(), func.min(c.at_us)).group_by(c.hook, c.state)
    for hook, state, n, oldest_us in bulk.fetch(conn, counted):
        one = found.get(hook, Receiver(hook))
        values: dict[str, Any] = {"given_up": n} if state else {"waiting": n}
        oldest = min(one.oldest_us or oldest_us, oldest_us)
        found[hook] = one._replace(oldest_us=oldest, **values)
    return found


def withdraw(conn: Connection) -> None:
    """Tell nothing of what waits: after a restore it was told long ago."""
    waits = outbound_calls.c.state == int(OutboundState.WAITING)
    values = {"state": int(OutboundState.GIVEN_UP)}
    conn.execute(update(outbound_calls).where(waits).values(values))


def _of(conn: Connection, owed: Owed, change: Any, **values: int) -> None:
    """Change or delete the rows of a call that still wait."""
    c = outbound_calls.c
    for part in _parts(owed.events):
        mine = (c.hook == owed.hook) & c.event.in_(part)
        statement = change(outbound_calls).where(mine, c.state == int(OutboundState.WAITING))
        conn.execute(statement.values(values) if values else statement)


def _parts(events: Sequence[str]) -> list[Sequence[str]]:
    return [events[at : at + 200] for at in range(0, len(events), 200)]


def _failing(conn: Connection, hook: str, answer: str, now_us: int) -> None:
    said = answer[:ANSWER_CHARS_MAX]
    new = bulk.insert(conn, outbound_receivers).values(
        hook=hook, taken=0, taken_us=0, failed_us=now_us, answer=said
    )
    conn.execute(
        new.on_conflict_do_update(
            index_elements=["hook"], set_={"answer": said, "failed_us": now_us}
        )
    )

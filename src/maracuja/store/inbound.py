"""What other programs told in words of their own, as it came, for as long as it is kept."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from maracuja.errors import NotFound
from maracuja.store import bulk
from maracuja.store.schema_inbound import inbound_calls

FAULT_CHARS_MAX: Final = 2_000
ROWS_MAX: Final = 500


class InboundState(IntEnum):
    """What became of something that was told."""

    NEW = 0
    TAKEN = 1
    PARTLY = 2  # some of it could not be read
    REFUSED = 3
    SKIPPED = 4  # the mapping makes nothing of it, and means to


class Told(NamedTuple):
    """Something that was told; `calls` is what it came to, `fault` what could not be read."""

    id: int
    hook: str
    at_us: int
    body: bytes  # JSON
    state: InboundState
    calls: int
    fault: str


class Count(NamedTuple):
    """How often a webhook was told something, by what became of it."""

    state: InboundState
    n: int
    last_us: int


_COLUMNS: Final = tuple(inbound_calls.c[name] for name in Told._fields)


def add(conn: Connection, hook: str, at_us: int, body: bytes) -> int:
    """Keep what was told, before it is answered; its number."""
    row = {
        "hook": hook,
        "at_us": at_us,
        "body": body,
        "state": int(InboundState.NEW),
        "calls": 0,
        "fault": "",
    }
    new = insert(inbound_calls).values(row).returning(inbound_calls.c.id)
    number: int = conn.execute(new).scalar_one()
    return number


def new(conn: Connection, *, rows_max: int = ROWS_MAX) -> list[Told]:
    """What nobody has read yet, oldest first."""
    c = inbound_calls.c
    query = select(*_COLUMNS).where(c.state == int(InboundState.NEW)).order_by(c.id)
    return [_told(row) for row in bulk.fetch(conn, query.limit(rows_max))]


def newest(
    conn: Connection,
    hook: str = "",
    states: Collection[InboundState] = (),
    *,
    since_us: int = 0,
    rows_max: int = ROWS_MAX,
) -> list[Told]:
    """What was told, newest first: of one webhook or all, in some states or all."""
    c = inbound_calls.c
    query = select(*_COLUMNS).where(c.at_us >= since_us).order_by(c.id.desc()).limit(rows_max)
    if hook:
        query = query.where(c.hook == hook)
    if states:
        query = query.where(c.state.in_([int(state) for state in states]))
    return [_told(row) for row in bulk.fetch(conn, query)]


def get(conn: Connection, number: int) -> Told:
    """One of them. Raises NotFound."""
    rows = bulk.fetch(conn, select(*_COLUMNS).where(inbound_calls.c.id == number))
    if not rows:
        raise NotFound(f"Nothing was told under the number {number}, or it was kept long enough.")
    return _told(rows[0])


def mark(conn: Connection, number: int, state: InboundState, calls: int, fault: str) -> None:
    """Say what became of it."""
    values = {"state": int(state), "calls": calls, "fault": fault[:FAULT_CHARS_MAX]}
    conn.execute(update(inbound_calls).where(inbound_calls.c.id == number).values(values))


def again(conn: Connection, numbers: Sequence[int]) -> int:
    """Have these read once more; how many."""
    c = inbound_calls.c
    wanted = bulk.given_ids(conn, numbers)
    mine = c.id.in_(select(wanted.c.id))
    values = {"state": int(InboundState.NEW)}
    return conn.execute(update(inbound_calls).where(mine).values(values)).rowcount


def delete_before(conn: Connection, hook: str, before_us: int) -> int:
    """Delete what a webhook was told earlier and that has been read; how many."""
    c = inbound_calls.c
    old = (c.hook == hook) & (c.at_us < before_us) & (c.state != int(InboundState.NEW))
    return conn.execute(delete(inbound_calls).where(old)).rowcount


def hooks(conn: Connection) -> list[str]:
    """The webhooks of which something is kept."""
    query = select(inbound_calls.c.hook).group_by(inbound_calls.c.hook)
    return sorted(row[0] for row in bulk.fetch(conn, query))


def counts(conn: Connection) -> dict[str, list[Count]]:
    """By webhook: what became of what is kept."""
    c = inbound_calls.c
    query = (
        select(c.hook, c.state, func.count(), func.max(c.at_us))
        .group_by(c.hook, c.state)
        .order_by(c.hook, c.state)
    )
    found: dict[str, list[Count]] = {}
    for hook, state, n, last_us in bulk.fetch(conn, query):
        found.setdefault(hook, []).append(Count(InboundState(state), n, last_us))
    return found


def _told(row: tuple[int, str, int, bytes, int, int, str]) -> Told:
    number, hook, at_us, body, state, calls, fault = row
    return Told(number, hook, at_us, bytes(body), InboundState(state), calls, fault)

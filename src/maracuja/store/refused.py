"""Events that were put aside with their reason, to be looked at and played again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Connection, delete, func, select, update

from maracuja.errors import NotFound
from maracuja.store import bulk
from maracuja.store.schema import refused

ROWS_MAX: Final = 1_000


class Refused(NamedTuple):
    """An event put aside: why (a stable code, a sentence), where it stood, and its body.

    `key` is the number of the browser's key that it came with, '' for others.
    """

    id: int
    at_us: int
    call: str
    key_kind: str
    key: str
    code: str
    reason: str
    place: str
    body: bytes
    replayed_us: int | None


class Fault(NamedTuple):
    """What `add` takes: the fields of Refused that are known beforehand."""

    at_us: int
    call: str
    key_kind: str
    key: str
    code: str
    reason: str
    place: str
    body: bytes


def add(conn: Connection, faults: Sequence[Fault]) -> int:
    """Put events aside."""
    if not faults:
        return 0
    columns = dict(zip(Fault._fields, zip(*faults, strict=True), strict=True))
    return bulk.insert_columns(conn, refused, columns)


def newest(
    conn: Connection, *, waiting: bool = True, before: int = 2**62, rows_max: int = ROWS_MAX
) -> list[Refused]:
    """Events put aside, newest first: those that wait, or with `waiting=False` all."""
    query = (
        select(*(refused.c[name] for name in Refused._fields))
        .where(refused.c.id < before)
        .order_by(refused.c.id.desc())
        .limit(rows_max)
    )
    if waiting:
        query = query.where(refused.c.replayed_us.is_(None))
    return [Refused(*row) for row in bulk.fetch(conn, query)]


def get(conn: Connection, number: int) -> Refused:
    """One event put aside. Raises NotFound."""
    names = [refused.c[name] for name in Refused._fields]
    row = conn.execute(select(*names).where(refused.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"there is no refused event {number}")
    return Refused(*row)


def mark_replayed(conn: Connection, numbers: Sequence[int], now_us: int) -> int:
    """Note that these events were put into the inbox again; returns how many were waiting."""
    again = bulk.given(conn, "again", id=(BigInteger(), numbers))
    statement = (
        update(refused)
        .where(refused.c.id.in_(select(again.c.id)), refused.c.replayed_us.is_(None))
        .values(replayed_us=now_us)
    )
    return conn.execute(statement).rowcount


def counts(conn: Connection) -> dict[str, int]:
    """How many events wait, by code."""
    query = (
        select(refused.c.code, func.count())
        .where(refused.c.replayed_us.is_(None))
        .group_by(refused.c.code)
        .order_by(refused.c.code)
    )
    return {code: int(n) for code, n in bulk.fetch(conn, query)}


def delete_before(conn: Connection, at_us: int) -> int:
    """Delete the events that arrived before a moment, replayed or not; returns how many."""
    return conn.execute(delete(refused).where(refused.c.at_us < at_us)).rowcount


def oldest_us(conn: Connection) -> int | None:
    """When the event that was put aside first had arrived; None where there is none."""
    return conn.execute(select(refused.c.at_us).order_by(refused.c.id).limit(1)).scalar()

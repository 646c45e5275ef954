"""Gives out blocks of numbers that are never given twice: pid, rev, run, chunk, claim.

A block is held by its transaction: another writer waits, so numbers are committed in order.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, select

from maracuja.store import bulk
from maracuja.store.schema import counters


def take(conn: Connection, name: str, n: int = 1, *, table: Table = counters) -> int:
    """The first of `n` new numbers of the counter `name`; the first number of all is 1."""
    new = bulk.insert(conn, table).values(name=name, value=n)
    statement = new.on_conflict_do_update(
        index_elements=["name"], set_={"value": table.c.value + n}
    ).returning(table.c.value)
    last: int = conn.execute(statement).scalar_one()
    return last - n + 1


def last(conn: Connection, name: str, *, table: Table = counters) -> int:
    """The last number given out; 0 before the first."""
    value = conn.execute(select(table.c.value).where(table.c.name == name)).scalar()
    return int(value or 0)


def raise_to(conn: Connection, name: str, value: int, *, table: Table = counters) -> None:
    """See to it that the next number is above `value` (after a restore)."""
    missing = value - last(conn, name, table=table)
    if missing > 0:
        take(conn, name, missing, table=table)

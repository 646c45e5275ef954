"""Categories of which people want to hear nothing any more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, select

from maracuja.store import bulk, people_rows
from maracuja.store.schema_said import silenced

Pids = npt.NDArray[np.int64]


class Silenced(NamedTuple):
    """A person's word: nothing about `category`, nor what lies below it."""

    pid: int
    category: str
    at_us: int
    source: str
    message_id: bytes = b""


def put(conn: Connection, one: Silenced) -> None:
    """Keep a person's word; the first one stands."""
    if one.category not in {kept.category for kept in of(conn, one.pid)}:
        people_rows.put(conn, silenced, [one])


def lift(conn: Connection, pid: int, category: str) -> bool:
    """Take a canonical person's word back; whether there was one."""
    mine = (silenced.c.pid == pid) & (silenced.c.category == category)
    return conn.execute(delete(silenced).where(mine)).rowcount > 0


def of(conn: Connection, pid: int) -> list[Silenced]:
    """Those of a canonical person, by category."""
    query = select(silenced).where(silenced.c.pid == pid).order_by(silenced.c.category)
    return [_row(row) for row in bulk.fetch(conn, query)]


def about(conn: Connection, pids: Pids) -> list[Silenced]:
    """Those of these canonical people."""
    return [_row(row) for row in people_rows.of_people(conn, silenced, pids)]


def _row(row: people_rows.Row) -> Silenced:
    pid, category, at_us, source, message = row
    return Silenced(pid, category, at_us, source, bytes(message))


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Carry over those of merged people: the earlier word stands."""
    people_rows.move(conn, silenced, into, lambda one, other: min(one, other, key=_at))


def _at(row: people_rows.Row) -> int:
    return int(row[2])

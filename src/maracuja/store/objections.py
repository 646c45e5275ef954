"""Who objected to profiling: kept as long as they do not take it back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, func, select

from maracuja.store import bulk, people_rows
from maracuja.store.schema_law import objections


class Objection(NamedTuple):
    """Whose it is, when it was said, and where."""

    pid: int
    at_us: int
    source: str


_COLUMNS: Final = tuple(objections.c[name] for name in Objection._fields)


def put(conn: Connection, made: Objection) -> None:
    """Keep an objection; one that stands stays as it is."""
    columns = {name: [getattr(made, name)] for name in Objection._fields}
    bulk.insert_columns(conn, objections, columns, on_conflict="ignore")


def withdraw(conn: Connection, pid: int) -> bool:
    """Take a canonical person's objection back; whether there was one."""
    return conn.execute(delete(objections).where(objections.c.pid == pid)).rowcount > 0


def of(conn: Connection, pid: int) -> Objection | None:
    """The objection of a canonical person."""
    row = conn.execute(select(*_COLUMNS).where(objections.c.pid == pid)).one_or_none()
    return Objection(*row) if row else None


def among(conn: Connection, pids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of these canonical people who object, sorted."""
    rows = people_rows.of_people(conn, objections, pids)
    return np.array(sorted(pid for pid, *_ in rows), dtype=np.int64)


def count(conn: Connection) -> int:
    """How many people object."""
    return int(conn.execute(select(func.count()).select_from(objections)).scalar_one())


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Carry the objections of merged people over: who objected as one of two objects."""
    losers = bulk.given_ids(conn, sorted(into), name="losers")
    theirs = objections.c.pid.in_(select(losers.c.id))
    moved = [Objection(*row) for row in bulk.fetch(conn, select(*_COLUMNS).where(theirs))]
    if not moved:
        return
    conn.execute(delete(objections).where(theirs))
    for one in moved:
        put(conn, one._replace(pid=into[one.pid]))

"""Small tables of rows about people: found quickly where nobody has one, moved in a merge.

It must never know what a row means: how two become one is the caller's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Table, delete, select

from maracuja.store import bulk

Row = tuple[Any, ...]
SCATTERED = 4  # pids so many times as wide apart as they are many are asked for one by one


def of_people(
    conn: Connection, table: Table, pids: npt.NDArray[np.int64], *where: ColumnElement[bool]
) -> list[Row]:
    """The rows of these canonical people (shape (n,)); of an empty table one cheap question.

    `where` narrows them; the table's first column is the pid.
    """
    if not pids.size:
        return []
    query = select(table).where(*where)
    low, high = int(pids.min()), int(pids.max())
    if high - low > SCATTERED * len(pids):
        if conn.execute(select(table.c.pid).limit(1)).first() is None:
            return []
        return bulk.rows_where_in(conn, query, table.c.pid, np.unique(pids))
    rows = bulk.fetch(conn, query.where(table.c.pid >= low, table.c.pid <= high))
    asked = np.isin(np.array([row[0] for row in rows], dtype=np.int64), pids)
    return [row for row, wanted in zip(rows, asked.tolist(), strict=True) if wanted]


def put(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Keep rows over whatever stood under their keys."""
    if rows:
        names = [column.name for column in table.c]
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        bulk.insert_columns(conn, table, columns, on_conflict="replace")


def move(
    conn: Connection,
    table: Table,
    into: Mapping[int, int],
    united: Callable[[Row, Row], Row],
) -> None:
    """Carry the rows of merged people over; `united` makes one of two with the same key.

    The first column is the pid; the primary key stands first.
    """
    losers = np.array(sorted(into), dtype=np.int64)
    moved = of_people(conn, table, losers)
    if not moved:
        return
    width = len(table.primary_key.columns)
    winners = np.unique(np.array([into[row[0]] for row in moved], dtype=np.int64))
    kept = {tuple(row[:width]): tuple(row) for row in of_people(conn, table, winners)}
    changed: dict[Row, Row] = {}
    for row in sorted(map(tuple, moved)):
        new = (into[row[0]], *row[1:])
        standing = kept.get(new[:width])
        kept[new[:width]] = changed[new[:width]] = united(standing, new) if standing else new
    gone = bulk.given_ids(conn, losers.tolist(), name="losers")
    conn.execute(delete(table).where(table.c.pid.in_(select(gone.c.id))))
    put(conn, table, list(changed.values()))

"""People whose decision waits: for quiet hours to end, a local time, room under a cap.

Nothing is rendered for them yet; when due they are decided again, from the start.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, func, select

from maracuja.store import bulk
from maracuja.store.schema import waiting

ROWS_MAX: Final = 16_000


def put(conn: Connection, run: int, *, pid: Any, until_us: Any, reason: Any) -> int:
    """Let people (a column, distinct) of a run wait until a moment; a newer one replaces."""
    if len(pid) == 0:
        return 0
    columns = {"run": run, "pid": pid, "until_us": until_us, "reason": reason}
    return bulk.insert_columns(conn, waiting, columns, on_conflict="replace")


def due(
    conn: Connection,
    now_us: int,
    *,
    rows_max: int = ROWS_MAX,
    paused_runs: Collection[int] = (),
) -> dict[int, npt.NDArray[np.int64]]:
    """The people whose time has come, by run, the longest waiting first; at most `rows_max`."""
    query = (
        select(waiting.c.run, waiting.c.pid)
        .where(waiting.c.until_us <= now_us, waiting.c.run.not_in(list(paused_runs)))
        .order_by(waiting.c.until_us, waiting.c.run, waiting.c.pid)
        .limit(rows_max)
    )
    by_run: dict[int, list[int]] = {}
    for run, pid in bulk.fetch(conn, query):
        by_run.setdefault(run, []).append(pid)
    return {run: np.array(pids, dtype=np.int64) for run, pids in sorted(by_run.items())}


def remove(conn: Connection, run: int, pids: Any | None = None) -> int:
    """Take people of a run off the list, or everybody of the run; returns how many."""
    statement = delete(waiting).where(waiting.c.run == run)
    if pids is not None:
        gone = bulk.given_ids(conn, pids, name="gone")
        statement = statement.where(waiting.c.pid.in_(select(gone.c.id)))
    return conn.execute(statement).rowcount


def counts(conn: Connection) -> dict[int, int]:
    """How many people wait in each run."""
    query = select(waiting.c.run, func.count()).group_by(waiting.c.run).order_by(waiting.c.run)
    return {run: int(n) for run, n in bulk.fetch(conn, query)}


def next_due(conn: Connection, *, paused_runs: Collection[int] = ()) -> int | None:
    """When the next person is due (micros), or None."""
    query = select(func.min(waiting.c.until_us)).where(waiting.c.run.not_in(list(paused_runs)))
    found = conn.execute(query).scalar()
    return None if found is None else int(found)


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Let the winner of a merge wait in the loser's place; who waits already stays."""
    losers = bulk.given_ids(conn, sorted(into), name="losers")
    of_losers = waiting.c.pid.in_(select(losers.c.id))
    rows = sorted(bulk.fetch(conn, select(*waiting.c).where(of_losers)))
    conn.execute(delete(waiting).where(of_losers))
    places = {(run, into[pid]): (until_us, reason) for run, pid, until_us, reason in rows}
    if places:
        columns = {
            "run": [run for run, _ in places],
            "pid": [pid for _, pid in places],
            "until_us": [until_us for until_us, _ in places.values()],
            "reason": [reason for _, reason in places.values()],
        }
        bulk.insert_columns(conn, waiting, columns, on_conflict="ignore")

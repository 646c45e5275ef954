"""People whose decision waits: for quiet hours to end, a local time, room under a cap.

Nothing is rendered for them yet; when due they are decided again, from the start. In a cascade
also those whose message is under way on one channel, while another one is left (cascades.py).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, SmallInteger, and_, delete, func, or_, select

from maracuja.decisions.reasons import Reason, code
from maracuja.store import bulk
from maracuja.store.outbox import NEVER_US
from maracuja.store.schema import waiting

ROWS_MAX: Final = 16_000
FOR_THE_WINNER: Final = code(Reason.FOR_THE_WINNER)
Numbers = npt.NDArray[np.int64]


class Due(NamedTuple):
    """People of a run whose time has come, by pid; each column of shape (n,).

    `tried` are the steps of a cascade that were tried, as bits (0: nothing was sent yet);
    `channel` is the code of the last one's channel.
    """

    pid: Numbers
    tried: Numbers
    channel: Numbers


def put(
    conn: Connection,
    run: int,
    *,
    pid: Any,
    until_us: Any,
    reason: Any,
    tried: Any = 0,
    channel: Any = 0,
) -> int:
    """Let people (a column, distinct) of a run wait until a moment; a newer one replaces."""
    if len(pid) == 0:
        return 0
    columns = {
        "run": run,
        "pid": pid,
        "until_us": until_us,
        "reason": reason,
        "tried": tried,
        "channel": channel,
    }
    return bulk.insert_columns(conn, waiting, columns, on_conflict="replace")


def due(
    conn: Connection,
    now_us: int,
    *,
    rows_max: int = ROWS_MAX,
    paused_runs: Collection[int] = (),
    read_until_us: int = NEVER_US,
) -> dict[int, Due]:
    """The people whose time has come, by run, the longest waiting first; at most `rows_max`.

    Until `read_until_us` all that came in is read: a cascade goes on only where its receipts are.
    """
    query = (
        select(waiting.c.run, waiting.c.pid, waiting.c.tried, waiting.c.channel)
        .where(
            waiting.c.until_us <= now_us,
            waiting.c.run.not_in(list(paused_runs)),
            or_(waiting.c.tried == 0, waiting.c.until_us <= read_until_us),
        )
        .order_by(waiting.c.until_us, waiting.c.run, waiting.c.pid)
        .limit(rows_max)
    )
    by_run: dict[int, list[tuple[int, ...]]] = {}
    for run, *row in bulk.fetch(conn, query):
        by_run.setdefault(run, []).append(tuple(row))
    return {run: _due(rows) for run, rows in sorted(by_run.items())}


def for_the_winner(conn: Connection, run: int, *, rows_max: int = ROWS_MAX) -> Due | None:
    """Some of those who wait until an experiment of the run is decided, by pid; None: nobody."""
    query = (
        select(waiting.c.pid, waiting.c.tried, waiting.c.channel)
        .where(waiting.c.run == run, waiting.c.reason == FOR_THE_WINNER)
        .order_by(waiting.c.pid)
        .limit(rows_max)
    )
    rows = bulk.fetch(conn, query)
    return _due(rows) if rows else None


def _due(rows: list[tuple[int, ...]]) -> Due:
    table = np.array(sorted(rows), dtype=np.int64).reshape(-1, len(Due._fields))
    return Due(*(table[:, i].copy() for i in range(table.shape[1])))


def stand(conn: Connection, run: int, people: Due) -> bool:
    """Whether all these people still wait as they did when they were read."""
    asked = bulk.given(
        conn,
        "standing",
        pid=(BigInteger(), people.pid),
        tried=(SmallInteger(), people.tried),
    )
    query = select(func.count()).select_from(
        waiting.join(
            asked,
            and_(
                waiting.c.run == run,
                waiting.c.pid == asked.c.pid,
                waiting.c.tried == asked.c.tried,
            ),
        )
    )
    return int(conn.execute(query).scalar_one()) == len(people.pid)


def remove(conn: Connection, run: int, pids: Any | None = None) -> int:
    """Take people of a run off the list, or everybody of the run; returns how many."""
    statement = delete(waiting).where(waiting.c.run == run)
    if pids is not None:
        gone = bulk.given_ids(conn, pids, name="gone")
        statement = statement.where(waiting.c.pid.in_(select(gone.c.id)))
    return conn.execute(statement).rowcount


def counts(conn: Connection) -> dict[int, int]:
    """How many people wait for a moment or a winner in each run; not whose message is queued."""
    query = (
        select(waiting.c.run, func.count())
        .where(or_(waiting.c.until_us < NEVER_US, waiting.c.reason == FOR_THE_WINNER))
        .group_by(waiting.c.run)
        .order_by(waiting.c.run)
    )
    return {run: int(n) for run, n in bulk.fetch(conn, query)}


def waiting_for_the_winner(conn: Connection, run: int) -> int:
    """How many people of a run wait until its experiment is decided."""
    mine = (waiting.c.run == run) & (waiting.c.reason == FOR_THE_WINNER)
    return int(conn.execute(select(func.count()).select_from(waiting).where(mine)).scalar_one())


def tested(conn: Connection, run: int) -> int:
    """How many people of a run wait for anything but the winner of its experiment."""
    query = select(func.count()).where(
        waiting.c.run == run, waiting.c.until_us < NEVER_US, waiting.c.reason != FOR_THE_WINNER
    )
    return int(conn.execute(query).scalar_one())


def next_due(conn: Connection, *, paused_runs: Collection[int] = ()) -> int | None:
    """When the next person is due (micros), or None."""
    query = select(func.min(waiting.c.until_us)).where(waiting.c.run.not_in(list(paused_runs)))
    found = conn.execute(query).scalar()
    return None if found is None or found >= NEVER_US else int(found)


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Let the winner of a merge wait in the loser's place; who waits already stays."""
    losers = bulk.given_ids(conn, sorted(into), name="losers")
    of_losers = waiting.c.pid.in_(select(losers.c.id))
    columns = ("run", "pid", "until_us", "reason", "tried", "channel")
    rows = sorted(bulk.fetch(conn, select(*(waiting.c[c] for c in columns)).where(of_losers)))
    conn.execute(delete(waiting).where(of_losers))
    places = {(run, into[pid]): rest for run, pid, *rest in rows}
    if places:
        moved = zip(*((*place, *rest) for place, rest in places.items()), strict=True)
        named = dict(zip(columns, map(list, moved), strict=True))
        bulk.insert_columns(conn, waiting, named, on_conflict="ignore")

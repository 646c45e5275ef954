"""What holds marketing to people for a while: opened and closed, in whatever order it is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, select

from maracuja.store import bulk, people_rows
from maracuja.store.schema_said import holds

Pids = npt.NDArray[np.int64]


class Hold(NamedTuple):
    """One of a person's; `hold` is the id of its rule, `key` says which.

    It is in force from `begins_us` until `until_us`, unless it was closed after it was opened.
    """

    pid: int
    hold: str
    key: str
    opened_us: int = 0
    begins_us: int = 0
    until_us: int = 0
    closed_us: int = 0

    def holds(self, now_us: int) -> bool:
        """Whether it is in force."""
        is_open = self.opened_us > 0 and self.closed_us < self.opened_us
        return is_open and self.begins_us <= now_us < self.until_us


def united(one: Hold, other: Hold) -> Hold:
    """What both say together: the later opening and the later closing, in either order."""
    last = max(one, other, key=lambda hold: (hold.opened_us, hold.begins_us, hold.until_us))
    return last._replace(pid=one.pid, closed_us=max(one.closed_us, other.closed_us))


def take(conn: Connection, told: Sequence[Hold]) -> None:
    """Keep what was told of canonical people, together with what stands."""
    if not told:
        return
    pids = np.unique(np.array([hold.pid for hold in told], dtype=np.int64))
    kept = {row[:3]: Hold(*row) for row in map(tuple, people_rows.of_people(conn, holds, pids))}
    changed: dict[tuple[object, ...], Hold] = {}
    for hold in told:
        standing = kept.get(hold[:3])
        kept[hold[:3]] = changed[hold[:3]] = united(standing, hold) if standing else hold
    people_rows.put(conn, holds, list(changed.values()))


def in_force(conn: Connection, pids: Pids, now_us: int) -> list[Hold]:
    """Those of these canonical people that are in force."""
    rows = people_rows.of_people(conn, holds, pids)
    return [hold for hold in (Hold(*row) for row in rows) if hold.holds(now_us)]


def of(conn: Connection, pid: int) -> list[Hold]:
    """All of a canonical person, also those that are over, by rule and key."""
    query = select(holds).where(holds.c.pid == pid).order_by(holds.c.hold, holds.c.key)
    return [Hold(*row) for row in bulk.fetch(conn, query)]


def every(conn: Connection, now_us: int, *, rows_max: int = 1_000) -> list[Hold]:
    """Those in force of everybody, by person."""
    c = holds.c
    query = (
        select(holds)
        .where(c.opened_us > c.closed_us, c.begins_us <= now_us, c.until_us > now_us)
        .order_by(c.pid, c.hold, c.key)
        .limit(rows_max)
    )
    return [Hold(*row) for row in bulk.fetch(conn, query)]


def forget_old(conn: Connection, now_us: int) -> int:
    """Delete those whose time has passed; how many."""
    return conn.execute(delete(holds).where(holds.c.until_us <= now_us)).rowcount


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Carry over those of merged people."""
    people_rows.move(conn, holds, into, lambda one, other: united(Hold(*one), Hold(*other)))

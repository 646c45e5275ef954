"""What one source says of a trait that another says otherwise: kept beside the profile.

The profile holds the value that prevails; here is what else was said last, by source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, delete, func, select, tuple_

from maracuja.model import TraitSource
from maracuja.store import bulk, people_rows
from maracuja.store.schema_said import disputed


class Disputed(NamedTuple):
    """A source's own value of a trait, as JSON; null is never kept."""

    pid: int
    trait: str
    source: int
    value: bytes
    at_us: int


def put(conn: Connection, rows: Sequence[Disputed]) -> None:
    """Keep what sources say otherwise."""
    people_rows.put(conn, disputed, rows)


def settle(conn: Connection, keys: Sequence[tuple[int, str, int]]) -> None:
    """Forget what these sources (pid, trait, source) said: they agree now."""
    if not keys or conn.execute(select(disputed.c.pid).limit(1)).first() is None:
        return
    columns = (disputed.c.pid, disputed.c.trait, disputed.c.source)
    for part in bulk.slices(keys):
        conn.execute(delete(disputed).where(tuple_(*columns).in_(list(part))))


def counts(conn: Connection) -> list[tuple[str, int, int]]:
    """(trait, source, people) of whatever is said otherwise."""
    c = disputed.c
    query = select(c.trait, c.source, func.count()).group_by(c.trait, c.source)
    return [
        (row[0], row[1], row[2]) for row in bulk.fetch(conn, query.order_by(c.trait, c.source))
    ]


def people_in_doubt(conn: Connection) -> dict[str, int]:
    """How many people have sources that disagree, by trait."""
    c = disputed.c
    query = select(c.trait, func.count(c.pid.distinct())).group_by(c.trait)
    return {row[0]: row[1] for row in bulk.fetch(conn, query)}


def of(conn: Connection, pid: int) -> list[tuple[str, TraitSource, Any, int]]:
    """(trait, source, value, when) of what is said otherwise of a canonical person."""
    c = disputed.c
    query = select(disputed).where(c.pid == pid).order_by(c.trait, c.source)
    return [
        (trait, TraitSource(source), msgspec.json.decode(bytes(value)), at_us)
        for _, trait, source, value, at_us in bulk.fetch(conn, query)
    ]


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Carry over what is said of merged people: of one source, the later."""
    people_rows.move(conn, disputed, into, lambda one, other: max(one, other, key=_at))


def _at(row: people_rows.Row) -> int:
    return int(row[4])


def empty(conn: Connection, pids: Sequence[int]) -> bool:
    """Whether nothing is said otherwise of these canonical people."""
    return not people_rows.of_people(conn, disputed, np.array(pids, dtype=np.int64))

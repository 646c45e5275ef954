"""What one source says of a trait that another says otherwise: kept beside the profile.

The profile holds the value that prevails; here is what else was said last, by source.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, delete, distinct, func, select, tuple_

from maracuja.model import Trait, TraitSource
from maracuja.store import bulk, people_rows, traits
from maracuja.store.schema_said import disputed

KEYS_MAX: Final = 1_000


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
    pids = np.unique(np.array([pid for pid, _, _ in keys], dtype=np.int64))
    standing = {tuple(row[:3]) for row in people_rows.of_people(conn, disputed, pids)}
    doomed = sorted(standing & set(keys))
    columns = (disputed.c.pid, disputed.c.trait, disputed.c.source)
    for part in bulk.slices(doomed, KEYS_MAX):
        conn.execute(delete(disputed).where(tuple_(*columns).in_(part)))


class Told:
    """Listens to what is told of people, and remembers where sources disagree."""

    def __init__(self) -> None:
        self._rows: dict[tuple[int, str, int], Disputed] = {}
        self._settled: dict[tuple[int, str, int], None] = {}

    def hear(
        self, pid: int, standing: traits.Document, told: Mapping[str, Trait], now_us: int
    ) -> None:
        """Hear traits before they are put into the document that stands."""
        for name, new in told.items():
            old = standing.traits.get(name)
            if old is None or old.source == new.source or new.value is None:
                continue
            key = (pid, name, int(new.source))
            if traits.same(old.value, new.value):
                self._rows.pop(key, None)
                self._settled[key] = None
            elif not traits.expired(old, now_us):
                lost = old if traits.prevails(new, old, now_us) else new
                value = msgspec.json.encode(lost.value, order="deterministic")
                key = (pid, name, int(lost.source))
                self._rows[key] = Disputed(*key, value, lost.at_us)
                self._settled.pop(key, None)

    def keep(self, conn: Connection) -> None:
        """Write down what was heard."""
        put(conn, list(self._rows.values()))
        settle(conn, list(self._settled))


def every(conn: Connection) -> list[Disputed]:
    """What is said otherwise of anybody; there are few of them."""
    return [
        Disputed(pid, trait, source, bytes(value), at_us)
        for pid, trait, source, value, at_us in bulk.fetch(conn, select(disputed))
    ]


def count(conn: Connection) -> int:
    """Of how many people something is said otherwise."""
    people = func.count(distinct(disputed.c.pid))
    return int(conn.execute(select(people)).scalar_one())


def value_of(row: Disputed) -> Any:
    """The value that the source says."""
    return msgspec.json.decode(row.value)


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

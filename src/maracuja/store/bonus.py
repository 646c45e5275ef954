"""The ledger of bonuses: each entry stands once under its source and key, for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Text, and_, func, select

from maracuja.campaigns.bonus import Entry
from maracuja.store import bulk
from maracuja.store.schema import bonus_entries

_COLUMNS: Final = tuple(bonus_entries.c[name] for name in Entry._fields)


def add(conn: Connection, entries: Sequence[Entry]) -> int:
    """Write entries down, each key once; how many are new. What stands already stays."""
    if not entries:
        return 0
    columns = dict(zip(Entry._fields, map(list, zip(*entries, strict=True)), strict=True))
    return bulk.insert_columns(conn, bonus_entries, columns, on_conflict="ignore")


def standing(conn: Connection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Entry]:
    """The entries that stand under these (source, key)."""
    found: dict[tuple[str, str], Entry] = {}
    for some in bulk.slices(list(keys)):
        asked = bulk.given(
            conn,
            "asked",
            source=(Text(), [s for s, _ in some]),
            key=(Text(), [k for _, k in some]),
        )
        c = bonus_entries.c
        query = select(*_COLUMNS).join_from(
            bonus_entries, asked, and_(c.source == asked.c.source, c.key == asked.c.key)
        )
        for row in bulk.fetch(conn, query):
            entry = Entry(*row)
            found[entry.source, entry.key] = entry
    return found


def of_people(conn: Connection, pids: Any) -> list[Entry]:
    """Every entry of these people, by person and time."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), bonus_entries.c.pid, pids)
    return sorted((Entry(*row) for row in rows), key=lambda e: (e.pid, e.at_us, e.source, e.key))


def ending(conn: Connection, after_us: int, until_us: int) -> list[int]:
    """Who had credits that ended after one moment, up to another; sorted."""
    c = bonus_entries.c
    span = and_(c.expires_us > after_us, c.expires_us <= until_us, c.expires_us > 0)
    query = select(c.pid).where(span).distinct().order_by(c.pid)
    return [pid for (pid,) in bulk.fetch(conn, query)]


def next_end(conn: Connection, after_us: int) -> int | None:
    """When the next credits end after a moment (micros); None where none do."""
    c = bonus_entries.c.expires_us
    query = select(func.min(c)).where(c > max(after_us, 0))
    found = conn.execute(query).scalar()
    return None if found is None else int(found)


def any_entries(conn: Connection) -> bool:
    """Whether anybody was ever credited."""
    return conn.execute(select(bonus_entries.c.pid).limit(1)).first() is not None

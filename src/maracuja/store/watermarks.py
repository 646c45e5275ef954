"""How far each projection has come: the last inbox or feed number, or revision, it has passed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select

from maracuja.store import bulk
from maracuja.store.schema import watermarks

_MARK: Final = select(watermarks.c.value).where(watermarks.c.name == bindparam("wanted"))


def get(conn: Connection, name: str) -> int:
    """The mark of `name` (inbox, feed, profiles_copy); 0 before the first."""
    return int(conn.execute(_MARK, {"wanted": name}).scalar() or 0)


def put(conn: Connection, name: str, value: int) -> None:
    """Set the mark of `name`, in the transaction that did the work."""
    new = bulk.insert(conn, watermarks).values(name=name, value=value)
    conn.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def under(conn: Connection, prefix: str) -> dict[str, int]:
    """All marks whose names begin so."""
    wanted = watermarks.c.name.startswith(prefix, autoescape=True)
    rows = bulk.fetch(conn, select(watermarks.c.name, watermarks.c.value).where(wanted))
    return {str(name): int(value) for name, value in rows}


def forget(conn: Connection, names: Collection[str]) -> None:
    """Drop marks of what is there no more."""
    conn.execute(delete(watermarks).where(watermarks.c.name.in_(names)))

"""How far each projection has come: the last inbox or feed number, or revision, it has passed."""

from __future__ import annotations

from sqlalchemy import Connection, select

from maracuja.store import bulk
from maracuja.store.schema import watermarks


def get(conn: Connection, name: str) -> int:
    """The mark of `name` (inbox, feed, profiles_copy); 0 before the first."""
    value = conn.execute(select(watermarks.c.value).where(watermarks.c.name == name)).scalar()
    return int(value or 0)


def put(conn: Connection, name: str, value: int) -> None:
    """Set the mark of `name`, in the transaction that did the work."""
    new = bulk.insert(conn, watermarks).values(name=name, value=value)
    conn.execute(new.on_conflict_do_update(index_elements=["name"], set_={"value": value}))

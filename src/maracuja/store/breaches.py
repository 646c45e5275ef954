"""The register of breaches of data: what leaked, of whom, and who was told when."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from maracuja.errors import NotFound
from maracuja.store import bulk
from maracuja.store.schema_law import breaches

UNCOUNTED: Final = -1
ROWS_MAX: Final = 1_000


class Breach(NamedTuple):
    """A breach as it stands; `people` is UNCOUNTED until somebody counted them."""

    id: int
    noticed_us: int
    from_us: int | None
    until_us: int | None
    what: str
    data: str
    scope: str
    laws: str
    people: int
    due_us: int
    measures: str
    reported_us: int | None
    told_us: int | None
    closed_us: int | None
    reminded_us: int | None


_COLUMNS: Final = tuple(breaches.c[name] for name in Breach._fields)


def add(conn: Connection, made: Breach) -> int:
    """A new breach (its `id` is not looked at); its number."""
    row = {name: getattr(made, name) for name in Breach._fields if name != "id"}
    key = conn.execute(insert(breaches).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def get(conn: Connection, number: int) -> Breach:
    """The breach of that number. Raises NotFound."""
    row = conn.execute(select(*_COLUMNS).where(breaches.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"There is no breach {number}.", fix="See `maracuja breach list`.")
    return Breach(*row)


def every(conn: Connection, *, rows_max: int = ROWS_MAX) -> list[Breach]:
    """All of them, the newest first."""
    query = select(*_COLUMNS).order_by(breaches.c.id.desc()).limit(rows_max)
    return [Breach(*row) for row in bulk.fetch(conn, query)]


def change(conn: Connection, number: int, **values: Any) -> None:
    """Set columns of a breach. Raises NotFound."""
    if conn.execute(update(breaches).where(breaches.c.id == number).values(values)).rowcount != 1:
        raise NotFound(f"There is no breach {number}.")


def due_before(conn: Connection, until_us: int) -> list[Breach]:
    """Those that the authority was not told of yet, due before then and not reminded of."""
    query = (
        select(*_COLUMNS)
        .where(
            breaches.c.reported_us.is_(None),
            breaches.c.closed_us.is_(None),
            breaches.c.due_us < until_us,
            breaches.c.reminded_us.is_(None),
        )
        .order_by(breaches.c.due_us, breaches.c.id)
    )
    return [Breach(*row) for row in bulk.fetch(conn, query)]

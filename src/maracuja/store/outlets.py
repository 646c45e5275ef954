"""The places where the shop sells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection, select, update

from maracuja.campaigns.outlets import Hours
from maracuja.store import bulk
from maracuja.store.schema import outlets


class Outlet(NamedTuple):
    """A place; coordinates in degrees where they are known, `zone` '' for the shop's."""

    id: str
    name: str
    address: str
    city: str
    latitude: float | None
    longitude: float | None
    zone: str
    phone: str
    url: str
    hours: Hours
    closed: bool = False  # for good


_COLUMNS: Final = tuple(outlets.c[name] for name in Outlet._fields)
_HOURS: Final = Outlet._fields.index("hours")


def put(conn: Connection, rows: Sequence[Outlet]) -> None:
    """Keep these places; of several with one id the last."""
    if not rows:
        return
    wanted = {one.id: one._replace(hours=msgspec.json.encode(one.hours)) for one in rows}  # type: ignore[arg-type]  # as bytes
    values = zip(*wanted.values(), strict=True)
    columns = dict(zip(Outlet._fields, map(list, values), strict=True))
    bulk.insert_columns(conn, outlets, columns, on_conflict="replace")


def every(conn: Connection) -> list[Outlet]:
    """The places that are not closed for good, by id."""
    query = select(*_COLUMNS).where(outlets.c.closed.is_(False)).order_by(outlets.c.id)
    found = []
    for row in bulk.fetch(conn, query):
        hours = msgspec.json.decode(bytes(row[_HOURS]), type=Hours)
        found.append(Outlet._make(row)._replace(hours=hours, closed=bool(row[-1])))
    return found


def close(conn: Connection, name: str) -> bool:
    """A place is no more; whether there was one."""
    gone = update(outlets).where(outlets.c.id == name, outlets.c.closed.is_(False))
    return conn.execute(gone.values(closed=True)).rowcount == 1

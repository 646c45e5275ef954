"""What short links lead to: kept before they are sent, for a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, select

from maracuja.store import bulk
from maracuja.store.schema import short_links

KEPT_DAYS: Final = 365


class ShortLink(NamedTuple):
    """A short link: what stands in the address, whose it is, and the token that it stands for."""

    code: str
    pid: int
    token: str


def add(conn: Connection, made: Sequence[ShortLink], now_us: int) -> None:
    """Keep links; one that stands, such as that of an earlier attempt, stays."""
    distinct = {one.code: one for one in made}
    columns = {
        "code": list(distinct),
        "pid": [one.pid for one in distinct.values()],
        "at_us": now_us,
        "ticket": [one.token.encode() for one in distinct.values()],
    }
    if distinct:
        bulk.insert_columns(conn, short_links, columns, on_conflict="ignore")


def find(conn: Connection, code: str) -> str | None:
    """The token that a link stands for; None where it is none of ours, or too old."""
    query = select(short_links.c.ticket).where(short_links.c.code == code)
    found = conn.execute(query).scalar()
    return None if found is None else bytes(found).decode()


def oldest_us(conn: Connection) -> int | None:
    """When the earliest of them was sent; None where there is none."""
    return conn.execute(select(func.min(short_links.c.at_us))).scalar()


def delete_before(conn: Connection, at_us: int) -> int:
    """Forget what was sent before then; how many."""
    return conn.execute(delete(short_links).where(short_links.c.at_us < at_us)).rowcount

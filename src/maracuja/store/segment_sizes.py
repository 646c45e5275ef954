"""How many people each segment held, day by day; a size that was counted is never changed."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select

from maracuja.store import bulk
from maracuja.store.schema_live import segment_sizes


class Size(NamedTuple):
    """The size of a segment on a day (ISO, by the shop's clock)."""

    segment: str
    day: str
    people: int


def put(conn: Connection, one: Size) -> None:
    """Keep a size, unless that day has one."""
    columns = {name: [value] for name, value in one._asdict().items()}
    bulk.insert_columns(conn, segment_sizes, columns, on_conflict="ignore")


def counted_on(conn: Connection, day: str) -> set[str]:
    """The segments that have a size of that day."""
    c = segment_sizes.c
    return {name for (name,) in bulk.fetch(conn, select(c.segment).where(c.day == day))}


def of(conn: Connection, segment: str, since: str = "") -> list[Size]:
    """The sizes of a segment from a day on, oldest first."""
    c = segment_sizes.c
    query = select(segment_sizes).where(c.segment == segment, c.day >= since).order_by(c.day)
    return [Size(*row) for row in bulk.fetch(conn, query)]


def lately(conn: Connection, days: int) -> dict[str, list[Size]]:
    """The last sizes of each segment, oldest first: at most so many of each."""
    c = segment_sizes.c
    place = func.row_number().over(partition_by=c.segment, order_by=c.day.desc()).label("place")
    ranked = select(segment_sizes, place).subquery()
    columns = [ranked.c[name] for name in Size._fields]
    query = select(*columns).where(ranked.c.place <= days).order_by(ranked.c.day)
    found: dict[str, list[Size]] = {}
    for row in bulk.fetch(conn, query):
        found.setdefault(row[0], []).append(Size(*row))
    return found


def forget_before(conn: Connection, day: str) -> int:
    """Delete what is older than a day; how many."""
    return conn.execute(delete(segment_sizes).where(segment_sizes.c.day < day)).rowcount

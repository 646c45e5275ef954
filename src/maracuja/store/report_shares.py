"""Which reports are shared, by whom and until when; one that was taken back is gone."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from maracuja.store import bulk
from maracuja.store.schema_links import report_shares


class Share(NamedTuple):
    """A report that whoever has its link may read; `report` is campaign:<id>, or claims."""

    id: str
    report: str
    goal: str
    language: str
    made_by: str
    made_us: int
    until_us: int


def add(conn: Connection, one: Share) -> None:
    """Keep a share."""
    conn.execute(insert(report_shares).values(one._asdict()))


def get(conn: Connection, share: str) -> Share | None:
    """The share of this id."""
    row = conn.execute(select(report_shares).where(report_shares.c.id == share)).first()
    return None if row is None else Share(*row)


def of(conn: Connection, report: str, now_us: int) -> list[Share]:
    """Those of a report that hold, the newest first."""
    c = report_shares.c
    query = select(report_shares).where(c.report == report, c.until_us > now_us)
    return [Share(*row) for row in bulk.fetch(conn, query.order_by(c.made_us.desc(), c.id))]


def drop(conn: Connection, share: str) -> bool:
    """Take a share back; whether there was one."""
    return conn.execute(delete(report_shares).where(report_shares.c.id == share)).rowcount > 0


def drop_over(conn: Connection, now_us: int) -> None:
    """Forget those whose time is over."""
    conn.execute(delete(report_shares).where(report_shares.c.until_us <= now_us))

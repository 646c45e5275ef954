"""What advertising cost, by day and by the UTM marks of its campaign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from maracuja.store import bulk
from maracuja.store.schema import ad_spend


class Spend(NamedTuple):
    """A day of a campaign: `day` as 2026-11-22 by the shop's clock, `cost` in minor units."""

    day: str
    source: str
    campaign: str
    currency: str
    cost: int
    clicks: int = 0
    impressions: int = 0


_COLUMNS: Final = tuple(ad_spend.c[name] for name in Spend._fields)


def put(conn: Connection, rows: Sequence[Spend]) -> int:
    """Keep these days; what was told of the same day, campaign and currency is replaced."""
    wanted = {one[:4]: one for one in rows}
    if not wanted:
        return 0
    values = zip(*wanted.values(), strict=True)
    columns = dict(zip(Spend._fields, map(list, values), strict=True))
    bulk.insert_columns(conn, ad_spend, columns, on_conflict="replace")
    return len(wanted)


def between(conn: Connection, first: str, last: str) -> list[Spend]:
    """What was spent on the days from one to another, both included."""
    c = ad_spend.c
    query = select(*_COLUMNS).where(c.day >= first, c.day <= last)
    rows = bulk.fetch(conn, query.order_by(c.day, c.source, c.campaign, c.currency))
    return [Spend(*row) for row in rows]

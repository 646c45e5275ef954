"""By which advertising people came before they ordered: the last UTM marks they came with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import duckdb
import polars as pl

from maracuja.lake.session import ensure_columns
from maracuja.model import TraitType

SOURCE: Final = "context.campaign.source"
CAMPAIGN: Final = "context.campaign.name"
ORDERS: Final = {
    "source": pl.String, "campaign": pl.String, "currency": pl.String, "revenue": pl.Float64,
    "pid": pl.Int64,
}  # fmt: skip
VISITS: Final = {"source": pl.String, "campaign": pl.String, "people": pl.Int64}
_COLUMNS: Final = {
    SOURCE: TraitType.TEXT,
    CAMPAIGN: TraitType.TEXT,
    "properties.currency": TraitType.TEXT,
    "properties.revenue": TraitType.NUMBER,
    "properties.total": TraitType.NUMBER,
}
_MARKED: Final = (
    "SELECT coalesce(m.canonical, e.pid) AS pid, e.ts,"
    f" lower(coalesce(e.\"{SOURCE}\", '')) AS source, lower(coalesce(e.\"{CAMPAIGN}\", ''))"
    " AS campaign FROM events e LEFT JOIN merged m ON m.pid = e.pid"
    f' WHERE (e."{SOURCE}" IS NOT NULL OR e."{CAMPAIGN}" IS NOT NULL)'
    " AND e.kind <> 'internal'"
)


def orders(
    con: duckdb.DuckDBPyConnection, since: datetime, until: datetime, window: timedelta
) -> pl.DataFrame:
    """ORDERS from `since` to before `until` (naive UTC), each with the marks that came last.

    Marks older than `window` count for nothing: then, and without any, both are ''.
    """
    ensure_columns(con, _COLUMNS)
    sql = (
        f"WITH t AS ({_MARKED} AND e.ts >= ? AND e.ts < ?),"
        " o AS (SELECT coalesce(m.canonical, e.pid) AS pid, e.ts, e.message_id,"
        " upper(coalesce(e.\"properties.currency\", '')) AS currency,"
        ' coalesce(e."properties.revenue", e."properties.total", 0.0) AS revenue'
        " FROM events e LEFT JOIN merged m ON m.pid = e.pid"
        " WHERE e.event = 'Order Completed' AND e.ts >= ? AND e.ts < ?)"
        " SELECT CASE WHEN o.ts - t.ts <= to_seconds(?) THEN t.source ELSE '' END AS source,"
        " CASE WHEN o.ts - t.ts <= to_seconds(?) THEN t.campaign ELSE '' END AS campaign,"
        " o.currency, o.revenue, o.pid"
        " FROM o ASOF LEFT JOIN t ON o.pid = t.pid AND o.ts >= t.ts"
        " ORDER BY source, campaign, o.currency, o.pid, o.message_id"
    )
    seconds = window.total_seconds()
    found = con.sql(
        sql, params=[since - window, until, since, until, seconds, seconds]
    ).to_arrow_table()
    return pl.DataFrame(found).select(
        pl.col(name).cast(kind).fill_null("" if kind == pl.String else 0)
        for name, kind in ORDERS.items()
    )


def visits(con: duckdb.DuckDBPyConnection, since: datetime, until: datetime) -> pl.DataFrame:
    """VISITS: how many different people arrived with each pair of marks in that time."""
    ensure_columns(con, _COLUMNS)
    found = con.sql(
        f"WITH t AS ({_MARKED} AND e.ts >= ? AND e.ts < ?) SELECT source, campaign,"
        " count(DISTINCT pid) AS people FROM t GROUP BY ALL ORDER BY ALL",
        params=[since, until],
    ).to_arrow_table()
    return pl.DataFrame(found).select(pl.col(name).cast(kind) for name, kind in VISITS.items())


def message_costs(
    con: duckdb.DuckDBPyConnection, since: datetime, until: datetime
) -> dict[str, tuple[int, float]]:
    """Messages sent by each campaign in that time, and what they cost in the shop's currency."""
    named = {
        "properties.campaign": TraitType.TEXT,
        "properties.message": TraitType.TEXT,
        "properties.message_cost": TraitType.NUMBER,
    }
    ensure_columns(con, named)
    found = con.sql(
        "SELECT campaign, count(*) AS n, sum(cost) AS cost FROM ("
        ' SELECT "properties.campaign" AS campaign, max("properties.message_cost") AS cost'
        " FROM events WHERE event = 'Message Sent' AND ts >= ? AND ts < ?"
        ' AND "properties.campaign" IS NOT NULL GROUP BY campaign, "properties.message")'
        " GROUP BY campaign ORDER BY campaign",
        params=[since, until],
    ).fetchall()
    return {str(name): (int(n), float(cost or 0.0)) for name, n, cost in found}

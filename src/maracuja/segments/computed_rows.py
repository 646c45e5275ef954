"""What computed facts and reports read of the lake, as SQL: events, orders, visits.

Names and values enter only through `literal` and quoted identifiers; the order of events of one
moment is that of their hashes, so that the order of threads never shows.
"""
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from maracuja.segments.comparing import SCALE, When
from maracuja.segments.computed import GAP_MINUTES, VISITS_DAYS
from maracuja.segments.facts import full_name
from maracuja.segments.operators import Kind, literal
from maracuja.segments.rows import Lake, property_sql

ORDERED: Final = "Order Completed"
BY_PEOPLE: Final = "kind IN ('track', 'page', 'screen')"
CELL_MAX: Final = 2**53 // SCALE


def text(name: str, columns: Mapping[str, str]) -> str:
    """A property as text, null where it is empty."""
    return f"nullif(CAST({property_sql(name, Kind.TEXT, columns)} AS VARCHAR), '')"


def identifier(name: str, columns: Mapping[str, str]) -> str:
    """A property that is an id as text, also where the ids that came were numbers."""
    if columns.get(full_name(name)) in ("DOUBLE", "FLOAT"):
        return f"CAST(TRY_CAST({property_sql(name, Kind.NUMBER, columns)} AS BIGINT) AS VARCHAR)"
    return text(name, columns)


def amount(name: str, columns: Mapping[str, str]) -> str:
    """A property as a number that sums can hold, also where it was sent as text."""
    value = f"TRY_CAST({property_sql(name, Kind.NUMBER, columns)} AS DOUBLE)"
    return f"CASE WHEN abs({value}) <= {CELL_MAX} THEN {value} END"


def cells(value: str) -> str:
    """A number in whole 1/10000."""
    return f"CAST({value} * {SCALE} AS BIGINT)"


def events(
    lake: Lake, when: When, where: str, columns: Mapping[str, str], *, days: int = 0
) -> str:
    """Events up to now, of so many days back: canonical pid, ts, h (their order), columns."""
    now = when.minute.replace(tzinfo=None)
    wanted = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    parts = [where, f"ts <= {literal(now)}"]
    if days:
        parts.append(f"ts > {literal(now - timedelta(days=days))}")
    rows = f"SELECT pid, ts, message_hash AS h, {wanted} FROM events WHERE {' AND '.join(parts)}"
    named = ", ".join(f"e.{name}" for name in columns)
    if lake.chosen:
        return (
            f"SELECT c.person AS pid, e.ts, e.h, {named}"
            f" FROM ({rows}) e JOIN chosen c ON c.pid = e.pid"
        )
    if not lake.merged:
        return rows
    return (
        f"SELECT coalesce(m.canonical, e.pid) AS pid, e.ts, e.h, {named}"
        f" FROM ({rows}) e LEFT JOIN merged m ON m.pid = e.pid"
    )


def looked_up(rows: str, lake: Lake, columns: Collection[str]) -> str:
    """The rows, with what they do not say of their `product` as the catalogue has it.

    `columns`: which of category and price (in cells) the rows have.
    """
    if not lake.catalogue:
        return rows
    known = {"category": "nullif(k.category, '')", "price": cells("k.price")}
    filled = ", ".join(f"coalesce(r.{name}, {known[name]}) AS {name}" for name in columns)
    silent = " OR ".join(f"r.{name} IS NULL" for name in columns)
    return (
        f"SELECT r.* REPLACE ({filled}) FROM ({rows}) r"
        f" LEFT JOIN catalogue k ON k.id = CASE WHEN {silent} THEN r.product END"
    )


def named(names: Collection[str]) -> str:
    """The condition that an event is one of these."""
    return f"event IN ({', '.join(map(literal, names))})"


def orders_sql(lake: Lake, when: When) -> str:
    """Orders, each once however often it was sent: pid, ts, cells (of 1/10000; 0 if unknown).

    Equal `order_id` of a person is one order, its first event counts.
    """
    c = lake.columns
    money = f"coalesce({amount('revenue', c)}, {amount('total', c)}, 0)"
    rows = events(
        lake,
        when,
        named([ORDERED]),
        {"o": f"coalesce({text('order_id', c)}, message_hash::VARCHAR)", "money": money},
    )
    return (
        f"SELECT pid, ts, {cells('money')} AS cells FROM ({rows})"
        " QUALIFY row_number() OVER (PARTITION BY pid, o ORDER BY ts, h) = 1"
    )


def in_visits(lake: Lake, when: When, columns: Mapping[str, str]) -> str:
    """What people did, with the number of their visit `n` from 1: pid, ts, h, columns, n."""
    rows = events(lake, when, BY_PEOPLE, columns, days=VISITS_DAYS)
    cut = (
        "SELECT *, ts > lag(ts) OVER (PARTITION BY pid ORDER BY ts, h)"
        f" + INTERVAL {GAP_MINUTES} MINUTE AS later FROM ({rows})"
    )
    return (
        "SELECT * EXCLUDE (later), 1 + sum(CASE WHEN later THEN 1 ELSE 0 END)"
        f" OVER (PARTITION BY pid ORDER BY ts, h ROWS UNBOUNDED PRECEDING) AS n FROM ({cut})"
    )


def visits_sql(lake: Lake, when: When) -> str:
    """Visits: pid, n (from 1), began, ended, source ('direct' if unsaid), device, region."""
    c = lake.columns
    host = r"'^https?://(?:www\.)?([^/:?#]+)'"
    here = f"regexp_extract({text('context.page.url', c)}, {host}, 1)"
    link = f"coalesce({text('context.page.referrer', c)}, {text('context.referrer.url', c)})"
    referrer = f"regexp_extract({link}, {host}, 1)"
    outside = f"CASE WHEN {referrer} IS DISTINCT FROM {here} THEN nullif({referrer}, '') END"
    agent = text("context.userAgent", c)
    device = (
        f"CASE WHEN {agent} IS NULL THEN NULL WHEN regexp_matches({agent}, 'iPad|Tablet')"
        f" THEN 'tablet' WHEN regexp_matches({agent}, 'Mobi|Android|iPhone') THEN 'mobile'"
        " ELSE 'desktop' END"
    )
    place = [text(f"context.location.{one}", c) for one in ("region", "city", "country")]
    rows = in_visits(
        lake,
        when,
        {
            "source": f"coalesce({text('context.campaign.source', c)}, {outside})",
            "device": f"coalesce({text('context.device.type', c)}, {device})",
            "region": f"coalesce({', '.join(place)})",
        },
    )

    def first(what: str) -> str:
        return f"min({{'t': ts, 'h': h, 'v': {what}}}) FILTER ({what} IS NOT NULL)"

    return (
        "SELECT pid, n, min(ts) AS began, max(ts) AS ended,"
        f" coalesce(({first('source')}).v, 'direct') AS source,"
        f" ({first('device')}).v AS device, ({first('region')}).v AS region"
        f" FROM ({rows}) GROUP BY pid, n"
    )

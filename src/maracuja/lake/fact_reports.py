"""Reports over everybody's orders and visits: cohorts, the funnel, what came after leaving it.

It must never say what a fact means: the rows come from segments/computed_rows.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import duckdb
import polars as pl

from maracuja.segments.comparing import SCALE, When
from maracuja.segments.computed import FUNNEL, Group
from maracuja.segments.computed_rows import events, in_visits, named, orders_sql, text
from maracuja.segments.computed_sql import group_sql
from maracuja.segments.operators import literal
from maracuja.segments.rows import Lake

OUTCOMES: Final = (
    "ordered",
    "further",
    "same_product",
    "same_category",
    "another_category",
    "looked_around",
    "nothing",
    "too_early",
)
"""What became of somebody who left without an order, the first that holds."""


def cohorts(
    con: duckdb.DuckDBPyConnection, lake: Lake, when: When, starts: Sequence[datetime]
) -> pl.DataFrame:
    """Orders by the month of the person's first one: cohort, month, people, orders, revenue.

    `starts` are the first moments of months (naive UTC, ascending), with the one after the last;
    `cohort` and `month` are places in it, from 0. Revenue is in money. Sorted.
    """
    months = pl.DataFrame(
        {"n": range(len(starts) - 1), "low": list(starts[:-1]), "high": list(starts[1:])},
        schema={"n": pl.Int64, "low": pl.Datetime("us"), "high": pl.Datetime("us")},
    )
    con.register("cohort_months", months.to_arrow())
    sql = (
        f"WITH o AS MATERIALIZED ({orders_sql(lake, when)}),"
        " f AS (SELECT pid, min(ts) AS ts FROM o GROUP BY pid)"
        " SELECT c.n AS cohort, m.n AS month, count(DISTINCT o.pid) AS people,"
        f" count(*) AS orders, CAST(sum(o.cells) AS BIGINT) / {SCALE}.0::DOUBLE AS revenue"
        " FROM o JOIN f USING (pid)"
        " JOIN cohort_months c ON f.ts >= c.low AND f.ts < c.high"
        " JOIN cohort_months m ON o.ts >= m.low AND o.ts < m.high"
        " GROUP BY c.n, m.n ORDER BY c.n, m.n"
    )
    return _frame(con, sql)


def first_order(con: duckdb.DuckDBPyConnection, lake: Lake, when: When) -> datetime | None:
    """When anybody ordered first (naive UTC); None where nobody has."""
    ((first,),) = con.execute(f"SELECT min(ts) FROM ({orders_sql(lake, when)})").fetchall()
    return first  # type: ignore[no-any-return]  # a datetime, or None


def funnel(con: duckdb.DuckDBPyConnection, lake: Lake, when: When, days: int) -> pl.DataFrame:
    """How far people came in so many days: step (place in FUNNEL), people, events.

    `people` reached the step or a later one; `events` of the step itself, 0 where the shop sends
    none. One row for each step, in order.
    """
    ranks = " ".join(f"WHEN {literal(name)} THEN {n}" for n, name in enumerate(FUNNEL))
    rows = events(lake, when, named(FUNNEL), {"step": f"CASE event {ranks} END"}, days=days)
    steps = f"SELECT unnest(range({len(FUNNEL)})) AS step"
    return _frame(
        con,
        f"WITH e AS MATERIALIZED ({rows}),"
        " far AS (SELECT pid, max(step) AS far FROM e GROUP BY pid)"
        " SELECT s.step, (SELECT count(*) FROM far WHERE far.far >= s.step) AS people,"
        " (SELECT count(*) FROM e WHERE e.step = s.step) AS events"
        f" FROM ({steps}) s ORDER BY s.step",
    )


def next_steps(
    con: duckdb.DuckDBPyConnection, lake: Lake, when: When, *, days: int, within_days: int
) -> pl.DataFrame:
    """What came after each visit of the last `days` that was on the way to an order without one.

    Columns: pid, step (the furthest, place in FUNNEL), outcome (of OUTCOMES), event (the first
    of the next visit, null without one), wait_days until it.
    """
    c = lake.columns
    now = when.minute.replace(tzinfo=None)
    ranks = " ".join(f"WHEN {literal(name)} THEN {n}" for n, name in enumerate(FUNNEL))
    rows = in_visits(
        lake,
        when,
        {
            "event": "event",
            "step": f"CASE event {ranks} END",
            "category": text("category", c),
            "product": text("product_id", c),
        },
    )
    bought = len(FUNNEL) - 1
    visits = (
        "SELECT pid, n, min(ts) AS began, max(ts) AS ended, max(step) AS far,"
        " min({'t': ts, 'h': h, 'v': event}).v AS event,"
        " coalesce(list(DISTINCT product) FILTER (product IS NOT NULL), []) AS products,"
        " coalesce(list(DISTINCT category) FILTER (category IS NOT NULL), []) AS categories"
        f" FROM ({rows}) GROUP BY pid, n"
    )
    back = f"x.began <= v.ended + INTERVAL {within_days} DAY"
    late = literal(now - timedelta(days=within_days))
    outcome = (
        f"CASE WHEN x.n IS NULL THEN CASE WHEN v.ended > {late} THEN 'too_early'"
        f" ELSE 'nothing' END WHEN x.far = {bought} THEN 'ordered'"
        " WHEN x.far > v.far THEN 'further'"
        " WHEN list_has_any(x.products, v.products) THEN 'same_product'"
        " WHEN list_has_any(x.categories, v.categories) THEN 'same_category'"
        " WHEN x.far IS NOT NULL THEN 'another_category' ELSE 'looked_around' END"
    )
    return _frame(
        con,
        f"WITH v AS MATERIALIZED ({visits})"
        f" SELECT v.pid, v.far AS step, {outcome} AS outcome, x.event AS event,"
        " (epoch_us(x.began) - epoch_us(v.ended)) / 86400e6::DOUBLE AS wait_days"
        f" FROM v LEFT JOIN v x ON x.pid = v.pid AND x.n = v.n + 1 AND {back}"
        f" WHERE v.far < {bought} AND v.ended > {literal(now - timedelta(days=days))}",
    )


def deciles(con: duckdb.DuckDBPyConnection, lake: Lake, when: When) -> pl.DataFrame:
    """Buyers by tenths of lifetime value, the best first: decile, people, value, low, high."""
    return _frame(
        con,
        "SELECT CAST(value_decile AS BIGINT) AS decile, count(*) AS people,"
        f" CAST(sum(CAST(round(lifetime_value * {SCALE}) AS BIGINT)) AS DOUBLE) / {SCALE}"
        " AS value,"
        " min(lifetime_value) AS low, max(lifetime_value) AS high"
        f" FROM ({group_sql(Group.VALUE, lake, when)}) GROUP BY value_decile ORDER BY 1 DESC",
    )


def shares(
    con: duckdb.DuckDBPyConnection, lake: Lake, when: When, percent: float
) -> tuple[tuple[int, float], tuple[int, float], tuple[int, float]]:
    """(people, value) of the best so many percent of buyers, of the last, and of all."""
    part = "SELECT count(*), coalesce(sum(lifetime_value), 0) FROM v WHERE {column} <= " + repr(
        float(percent)
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE v AS {group_sql(Group.VALUE, lake, when)}")
    found = [
        con.execute(sql).fetchall()[0]
        for sql in (
            part.format(column="value_top_share"),
            part.format(column="value_bottom_share"),
            "SELECT count(*), coalesce(sum(lifetime_value), 0) FROM v",
        )
    ]
    con.execute("DROP TABLE v")
    top, bottom, whole = [(int(row[0]), round(float(row[1]), 4)) for row in found]
    return top, bottom, whole


def _frame(con: duckdb.DuckDBPyConnection, sql: str) -> pl.DataFrame:
    found = pl.from_arrow(con.sql(sql).to_arrow_table())
    assert isinstance(found, pl.DataFrame)
    return found

"""The DuckDB query of each group of computed facts, for everybody: one row for each person.

It must never let the order of threads show: weights and money are whole numbers, ties go by name.
Scores compare people with each other, so no query is ever made for a few of them.
"""
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

from maracuja.segments.comparing import SCALE, When
from maracuja.segments.computed import (
    DECILES,
    FUNNEL,
    FUNNEL_DAYS,
    GAP_MINUTES,
    HALF_LIFE_DAYS,
    HALF_LIVES_MAX,
    POINTS,
    SCORES,
    VISITS_DAYS,
    Group,
    computed,
)
from maracuja.segments.computed_rows import (
    BY_PEOPLE,
    CELL_MAX,
    ORDERED,
    amount,
    cells,
    events,
    identifier,
    looked_up,
    named,
    orders_sql,
    text,
    visits_sql,
)
from maracuja.segments.operators import literal
from maracuja.segments.rows import Lake

WEIGHT: Final = 1_000_000  # weights of interests are whole numbers of this part of a point
DAY_US: Final = 86_400_000_000
REFUNDED: Final = "Order Refunded"
MEASURED: Final = "Product Dwelled"
MEASURES: Final = "maracuja.js"  # the library whose views are measured: the shop's snippet


def computed_sql(name: str, of: str, lake: Lake, when: When) -> str:
    """Rows (pid BIGINT canonical, value) of one fact, a person once, never null."""
    rows = group_sql(computed(name).group, lake, when)
    if name == "category_affinity":
        rows = _affinity(of, lake, when)
    if name in ("dwell_seconds", "product_dwell_seconds"):
        rows = _dwell_of(name, of, lake, when)
    return f"SELECT pid, {name} AS value FROM ({rows}) WHERE {name} IS NOT NULL"


def group_sql(group: Group, lake: Lake, when: When) -> str:
    """Rows (pid, and each fact of the group that needs no `of` as a column of its name)."""
    return _GROUPS[group](lake, when)


def _value(lake: Lake, when: When) -> str:
    c, now = lake.columns, literal(when.minute.replace(tzinfo=None))
    back = " , ".join([amount("total", c), amount("revenue", c), amount("value", c)])
    refunds = events(lake, when, named([REFUNDED]), {"money": f"coalesce({back}, 0)"})
    worth = "(o.paid - coalesce(r.back, 0))"
    buyers = (
        f"SELECT o.pid, n, first_order, last_order, {worth} AS cells FROM"
        " (SELECT pid, count(*) AS n, min(ts) AS first_order, max(ts) AS last_order,"
        f" CAST(sum(cells) AS BIGINT) AS paid FROM ({orders_sql(lake, when)}) GROUP BY pid) o"
        f" LEFT JOIN (SELECT pid, CAST(sum(abs({cells('money')})) AS BIGINT) AS back"
        f" FROM ({refunds}) GROUP BY pid) r USING (pid)"
    )
    below = {
        name: f"(rank() OVER (ORDER BY {column}) - 1)"
        for name, column in (("recent", "last_order"), ("often", "n"), ("worth", "cells"))
    }
    above = "(rank() OVER (ORDER BY cells DESC) - 1)"
    ranked = (
        "SELECT *, count(*) OVER () AS buyers, "
        + ", ".join(f"{rank} AS {name}" for name, rank in below.items())
        + f", {above} AS above FROM ({buyers})"
    )

    def nth(rank: str, parts: int) -> str:
        return f"CAST(1 + {rank} * {parts} // buyers AS DOUBLE)"

    scores = [f"CAST(1 + {rank} * {SCORES} // buyers AS VARCHAR)" for rank in below]
    return (
        "SELECT pid, CAST(n AS DOUBLE) AS orders, first_order, last_order,"
        f" CAST((epoch_us({now}) - epoch_us(last_order)) // {DAY_US} AS DOUBLE)"
        " AS days_since_order,"
        f" cells / {SCALE}.0::DOUBLE AS lifetime_value,"
        f" cells / {SCALE}.0::DOUBLE / n AS average_order,"
        f" {nth('recent', SCORES)} AS recency_score, {nth('often', SCORES)} AS frequency_score,"
        f" {nth('worth', SCORES)} AS value_score, {' || '.join(scores)} AS rfv,"
        f" {nth('worth', DECILES)} AS value_decile,"
        " 100.0::DOUBLE * (buyers - worth) / buyers AS value_top_share,"
        " 100.0::DOUBLE * (buyers - above) / buyers AS value_bottom_share"
        f" FROM ({ranked})"
    )


# ---------------------------------------------------------------- interests


def _touches(lake: Lake, when: When) -> str:
    """What people showed an interest in: pid, category, product, price (cells), w (whole)."""
    c, now = lake.columns, literal(when.minute.replace(tzinfo=None))
    points = " ".join(f"WHEN {literal(name)} THEN {n}" for name, n in POINTS.items())
    days = f"(epoch_us({now}) - epoch_us(ts)) / {float(DAY_US)}::DOUBLE"
    weight = (
        f"CAST(round(CASE event {points} END * {float(WEIGHT)}::DOUBLE"
        f" * pow(0.5::DOUBLE, {days} / {float(HALF_LIFE_DAYS)}::DOUBLE)) AS BIGINT)"
    )
    own = {
        "category": text("category", c),
        "product": identifier("product_id", c),
        "price": cells(amount("price", c)),
        "w": weight,
    }
    days_back = HALF_LIFE_DAYS * HALF_LIVES_MAX
    rows = events(lake, when, named(POINTS), own, days=days_back)
    plain = f"SELECT pid, category, product, price, w FROM ({rows})"
    if "properties.products" not in c:
        return looked_up(plain, lake, ("category", "price"))
    listed = 'CAST("properties.products" AS VARCHAR)'
    items = events(
        lake,
        when,
        f"event = {literal(ORDERED)} AND json_valid({listed})",
        {"items": f"CAST({listed} AS JSON)", "w": weight},
        days=days_back,
    )
    price = "TRY_CAST(item ->> '$.price' AS DOUBLE)"
    price = f"CASE WHEN abs({price}) <= {CELL_MAX} THEN {price} END"
    both = (
        f"{plain} UNION ALL SELECT pid, nullif(item ->> '$.category', ''),"
        f" nullif(item ->> '$.product_id', ''), {cells(price)}, w FROM"
        " (SELECT pid, unnest(CASE WHEN json_type(items) = 'ARRAY'"
        f" THEN json_extract(items, '$[*]') END) AS item, w FROM ({items}))"
    )
    return looked_up(both, lake, ("category", "price"))


def _strongest(touches: str, what: str) -> str:
    """The value of `what` with most weight, of equals the first by name: pid, top, most, all_w."""
    sums = (
        f"SELECT pid, {what} AS v, sum(w) AS w FROM ({touches})"
        f" WHERE {what} IS NOT NULL GROUP BY pid, {what} HAVING sum(w) > 0"
    )
    return (
        "SELECT pid, min({'w': -w, 'v': v}).v AS top, max(w) AS most, sum(w) AS all_w"
        f" FROM ({sums}) GROUP BY pid"
    )


def _interest(lake: Lake, when: When) -> str:
    touches = _touches(lake, when)
    prices = (
        "SELECT pid, CAST(sum(w * price::HUGEINT) AS DOUBLE) / CAST(sum(w) AS DOUBLE)"
        f" / {SCALE}.0::DOUBLE AS usual_price"
        f" FROM ({touches}) WHERE price > 0 AND w > 0 GROUP BY pid"
    )
    bands = (
        "SELECT pid, usual_price, CASE 3 * (rank() OVER (ORDER BY usual_price) - 1)"
        " // count(*) OVER () WHEN 0 THEN 'low' WHEN 1 THEN 'middle' ELSE 'high' END"
        f" AS price_band FROM ({prices})"
    )
    return (
        "SELECT pid, c.top AS top_category,"
        " CAST(c.most AS DOUBLE) / CAST(c.all_w AS DOUBLE) AS top_category_share,"
        " p.top AS top_product, usual_price, price_band"
        f" FROM ({_strongest(touches, 'category')}) c"
        f" FULL JOIN ({_strongest(touches, 'product')}) p USING (pid)"
        f" FULL JOIN ({bands}) b USING (pid)"
    )


def _affinity(of: str, lake: Lake, when: When) -> str:
    return (
        f"SELECT pid, CAST(sum(CASE WHEN category = {literal(of)} THEN w ELSE 0 END) AS DOUBLE)"
        " / CAST(sum(w) AS DOUBLE) AS category_affinity"
        f" FROM ({_touches(lake, when)}) WHERE category IS NOT NULL GROUP BY pid HAVING sum(w) > 0"
    )


# ---------------------------------------------------------------- visits and dwell time


def _visits(lake: Lake, when: When) -> str:
    rows = visits_sql(lake, when)
    devices = (
        "SELECT pid, min({'n': -n, 'v': device}).v AS device FROM (SELECT pid, device,"
        " count(*) AS n FROM v WHERE device IS NOT NULL GROUP BY pid, device) GROUP BY pid"
    )
    return (
        f"WITH v AS MATERIALIZED ({rows})"
        " SELECT pid, CAST(visits AS DOUBLE) AS visits, last_visit,"
        " CAST(us AS DOUBLE) / visits / 60e6::DOUBLE AS minutes_a_visit,"
        " first_source, last_source, d.device AS device, region FROM"
        " (SELECT pid, count(*) AS visits, max(began) AS last_visit,"
        " sum(epoch_us(ended) - epoch_us(began)) AS us,"
        " min({'n': n, 'v': source}).v AS first_source,"
        " max({'n': n, 'v': source}).v AS last_source,"
        " (max({'n': n, 'v': region}) FILTER (region IS NOT NULL)).v AS region"
        f" FROM v GROUP BY pid) LEFT JOIN ({devices}) d USING (pid)"
    )


def _stays(lake: Lake, when: When) -> str:
    """How long people stayed with products: pid, category, product, us (whole).

    The shop's snippet measures it. Of other clients' views it is the time until the next event
    that is a second or more later, within a visit; the last one of a visit has none, for nobody
    knows how long it was.
    """
    c = lake.columns
    seconds = amount("seconds", c)
    rows = events(
        lake,
        when,
        BY_PEOPLE,
        {
            "event": "event",
            "category": text("category", c),
            "product": identifier("product_id", c),
            "measured": f"CASE WHEN event = {literal(MEASURED)} AND {seconds} > 0 THEN"
            f" least(CAST(round({seconds}) AS BIGINT), {DAY_US // 1_000_000}) END",
            "library": text("context.library.name", c),
        },
        days=VISITS_DAYS,
    )
    ahead = (
        "min(ts) OVER (PARTITION BY pid ORDER BY ts RANGE BETWEEN INTERVAL 1 SECOND FOLLOWING"
        f" AND INTERVAL {GAP_MINUTES} MINUTE FOLLOWING)"
    )
    stays = (
        "SELECT pid, category, product,"
        " coalesce(measured * 1000000, epoch_us(ahead) - epoch_us(ts)) AS us FROM"
        f" (SELECT *, {ahead} AS ahead FROM ({rows}))"
        " WHERE measured > 0 OR (event = 'Product Viewed' AND ahead IS NOT NULL"
        f" AND library IS DISTINCT FROM {literal(MEASURES)})"
    )
    return looked_up(stays, lake, ("category",))


def _dwell(lake: Lake, when: When) -> str:
    def longest(what: str) -> str:
        return (
            "SELECT pid, min({'us': -us, 'v': v}).v AS top FROM"
            f" (SELECT pid, {what} AS v, sum(us) AS us FROM s"
            f" WHERE {what} IS NOT NULL GROUP BY pid, {what}) GROUP BY pid"
        )

    return (
        f"WITH s AS MATERIALIZED ({_stays(lake, when)})"
        " SELECT pid, CAST(us AS DOUBLE) / 1e6::DOUBLE AS dwell_seconds,"
        " p.top AS longest_product, c.top AS longest_category"
        " FROM (SELECT pid, sum(us) AS us FROM s GROUP BY pid)"
        f" LEFT JOIN ({longest('product')}) p USING (pid)"
        f" LEFT JOIN ({longest('category')}) c USING (pid)"
    )


def _dwell_of(name: str, of: str, lake: Lake, when: When) -> str:
    column = computed(name).of
    where = f" WHERE {column} = {literal(of)}" if of else ""
    return (
        f"SELECT pid, CAST(sum(us) AS DOUBLE) / 1e6::DOUBLE AS {name}"
        f" FROM ({_stays(lake, when)}){where} GROUP BY pid"
    )


# ---------------------------------------------------------------- funnel


def _funnel(lake: Lake, when: When) -> str:
    c = lake.columns
    ranks = " ".join(f"WHEN {literal(name)} THEN {n}" for n, name in enumerate(FUNNEL))
    rows = events(
        lake,
        when,
        named(FUNNEL),
        {
            "step": f"CASE event {ranks} END",
            "product": identifier("product_id", c),
            "category": text("category", c),
        },
        days=FUNNEL_DAYS,
    )
    rows = looked_up(rows, lake, ("category",))
    last = len(FUNNEL) - 1
    open_ = (
        f"SELECT *, max(CASE WHEN step = {last} THEN ts END) OVER (PARTITION BY pid) AS bought"
        f" FROM ({rows})"
    )
    # What came no later than the last order led to it; after it the way begins anew.
    left = (
        f"SELECT * FROM ({open_}) WHERE bought IS NULL OR ts > bought"
        f" OR (ts = bought AND step = {last})"
    )
    names = " ".join(f"WHEN {n} THEN {literal(name)}" for n, name in enumerate(FUNNEL.values()))
    far = "max({'again': again, 'step': step, 'ts': ts, 'h': h, 'p': product, 'c': category})"
    return (
        f"SELECT pid, CASE far.step {names} END AS funnel_step, funnel_left,"
        " far.p AS funnel_product, far.c AS funnel_category FROM"
        f" (SELECT pid, {far} AS far, max(ts) AS funnel_left FROM"
        f" (SELECT *, step < {last} AS again FROM ({left})) GROUP BY pid)"
    )


_GROUPS: Final = {
    Group.VALUE: _value,
    Group.INTEREST: _interest,
    Group.VISITS: _visits,
    Group.DWELL: _dwell,
    Group.FUNNEL: _funnel,
}

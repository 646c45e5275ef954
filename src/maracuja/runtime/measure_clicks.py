"""Who bought after a click: orders go to the last click before them, within the goal's window."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import duckdb
import polars as pl

from maracuja.campaigns.definitions import Goal
from maracuja.currencies import minor_units
from maracuja.errors import NotFound
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import FileKind, TraitType, micros
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.measure import conversions
from maracuja.runtime.measure_wear import Sent, sent
from maracuja.segments.comparing import When
from maracuja.stats.after_click import AfterClick, after_click
from maracuja.store import manifest, people, runs

_CARRIED: Final = {
    "properties.run": TraitType.NUMBER,
    "properties.machine": TraitType.BOOLEAN,
    "properties.channel": TraitType.TEXT,
}


def report(ground: Ground, now: datetime, *, campaign: str = "") -> list[AfterClick]:
    """What followed clicks, of every campaign with a goal or of the one named, by channel.

    Raises NotFound where that one was never launched, or measures nothing.
    """
    with ground.store.read() as conn:
        launched = with_goal(sent(runs.every(conn)))
        files = manifest.live(conn, (FileKind.EVENTS,), micros(now))
        pids, canonical = people.merged(conn)
    if campaign and not any(facts.campaign.id == campaign for _, facts in launched):
        raise NotFound(
            f"No campaign `{campaign}` with a goal was launched.",
            fix="See `maracuja campaign status`.",
        )
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    limits = ground.config.lake
    con = open_session(
        ground.lake, files, merged=merged, threads=limits.threads, memory=limits.memory
    )
    try:
        found = measure_clicks(con, launched, ground.config.shop.currency, When(now, ground.zone))
    finally:
        con.close()
    return [one for one in found if campaign in ("", one.campaign)]


def with_goal(launched: Sequence[Sent]) -> list[Sent]:
    """Those that say what counts as a purchase."""
    return [one for one in launched if one.facts.goals]


def measure_clicks(
    con: duckdb.DuckDBPyConnection,
    launched: Sequence[Sent],
    currency: str,
    when: When,
) -> list[AfterClick]:
    """Clicks of people (machines left out) and the orders after them, by campaign and channel.

    `con` is a lake session over events and the merged map. Each campaign is measured by its
    primary goal; of campaigns with the same goal an order counts for the last click alone.
    """
    by_goal: dict[tuple[object, ...], tuple[Goal, list[Sent]]] = {}
    for one in launched:
        goal = one.facts.goals[0]
        key = (goal.event, goal.value, goal.window, repr(goal.where))
        by_goal.setdefault(key, (goal, []))[1].append(one)
    ensure_columns(con, _CARRIED)
    found = [
        told
        for goal, some in by_goal.values()
        for told in _of_goal(con, goal, some, currency, when)
    ]
    return sorted(found, key=lambda one: (one.campaign, one.channel))


def clicks_of(
    con: duckdb.DuckDBPyConnection,
    campaign: str,
    every: Sequence[Sent],
    currency: str,
    when: When,
) -> tuple[AfterClick, ...]:
    """What followed the clicks in one campaign; `every` are the launched runs of all."""
    found = measure_clicks(con, with_goal(every), currency, when)
    return tuple(one for one in found if one.campaign == campaign)


def _of_goal(
    con: duckdb.DuckDBPyConnection, goal: Goal, some: Sequence[Sent], currency: str, when: When
) -> list[AfterClick]:
    labels = pl.DataFrame(
        {"run": [one.run.run for one in some], "campaign": [one.run.campaign for one in some]},
        schema={"run": pl.Int64, "campaign": pl.String},
    )
    con.register("clicked_runs", labels.to_arrow())
    query = _CLICKS.format(
        conversions=conversions(con, goal, when),
        minor=minor_units(currency),
        window_us=goal.length // timedelta(microseconds=1),
    )
    rows = con.execute(query).fetchall()
    con.unregister("clicked_runs")
    return [
        after_click(
            campaign,
            channel,
            clicks=clicks,
            clickers=clickers,
            buyers=buyers,
            orders=orders,
            revenue=revenue,
            median_s=median_s,
        )
        for campaign, channel, clicks, clickers, buyers, orders, revenue, median_s in rows
    ]


_CLICKS: Final = """
    WITH clicks AS (
        SELECT coalesce(m.canonical, e.pid) AS pid, r.campaign,
               coalesce(e."properties.channel", '') AS channel, e.ts
        FROM events e
        JOIN clicked_runs r ON r.run = e."properties.run"
        LEFT JOIN merged m ON m.pid = e.pid
        WHERE e.event = 'Message Clicked' AND NOT coalesce(e."properties.machine", false)
    ), orders AS (
        SELECT row_number() OVER () AS n, pid, ts, v FROM ({conversions})
    ), followed AS (
        SELECT o.pid, c.campaign, c.channel, o.ts - c.ts AS took,
               CAST(round(o.v * {minor}) AS BIGINT) AS money
        FROM orders o JOIN clicks c ON c.pid = o.pid AND o.ts >= c.ts
         AND o.ts <= c.ts + INTERVAL ({window_us}) MICROSECONDS
        QUALIFY row_number() OVER (
            PARTITION BY o.n ORDER BY c.ts DESC, c.campaign, c.channel
        ) = 1
    ), firsts AS (
        SELECT campaign, channel, pid, min(epoch_us(took)) / 1e6 AS first_s, count(*) AS orders,
               sum(money)::BIGINT AS money
        FROM followed GROUP BY campaign, channel, pid
    ), pressed AS (
        SELECT campaign, channel, pid, count(*) AS clicks
        FROM clicks GROUP BY campaign, channel, pid
    )
    SELECT p.campaign, p.channel, sum(p.clicks)::BIGINT, count(*), count(f.pid),
           coalesce(sum(f.orders), 0)::BIGINT, coalesce(sum(f.money), 0)::BIGINT,
           median(f.first_s)
    FROM pressed p LEFT JOIN firsts f USING (campaign, channel, pid)
    GROUP BY p.campaign, p.channel ORDER BY p.campaign, p.channel
"""

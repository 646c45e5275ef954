"""Ad-hoc segments over 20 million events: ours, the best DuckDB SQL by hand, and PostgreSQL.

Run `python -m bench.segments [--people 1000000] [--rounds 5]`; data and the PostgreSQL cluster are
made in ./bench-data and kept. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import duckdb
import polars as pl

from bench import segments_data
from bench.segments_postgresql import Postgresql, available
from maracuja.lake.facts import FactCache
from maracuja.runtime.audience import Sources, evaluate
from maracuja.segments.check import decode_conditions
from maracuja.segments.comparing import When
from maracuja.segments.definition import Condition

HOME = Path("bench-data")
WHEN = When(segments_data.NOW)

FIVE = decode_conditions(
    [
        {"trait": "gender", "is": "m"},
        {"trait": "city", "in": ["city 00", "city 01", "city 02"]},
        {
            "did": "Product Viewed",
            "at_least": 3,
            "within": "30 days",
            "where": [{"property": "category", "is": "category 07"}],
        },
        {"did": "Product Added", "within": "14 days"},
        {"did_not": "Order Completed", "within": "60 days"},
    ]
)
FUNNEL = decode_conditions(
    [
        {
            "sequence": [
                {"did": "Product Viewed"},
                {"did": "Product Added", "within": "1 day"},
                {"did_not": "Order Completed", "within": "2 hours"},
            ],
            "within": "7 days",
        }
    ]
)

NOW = "TIMESTAMP '2026-06-01 12:00:00'"
VIEWED = f"event = 'Product Viewed' AND ts > {NOW} - INTERVAL '30 day'"
ADDED = f"event = 'Product Added' AND ts > {NOW} - INTERVAL '14 day'"
ORDERED = f"event = 'Order Completed' AND ts > {NOW} - INTERVAL '60 day'"
CATEGORY = "\"properties.category\" = 'category 07'"
MEN = "\"traits.gender\" = 'm' AND \"traits.city\" IN ('city 00', 'city 01', 'city 02')"


def persons(where: str, columns: str = "") -> str:
    """Events by the person whose they are."""
    return (
        f"SELECT coalesce(m.canonical, e.pid) AS pid{columns} FROM events e"
        f" LEFT JOIN merged m ON m.pid = e.pid WHERE {where}"
    )


# Three ways that a good hand would write the five conditions; the fastest one counts.
FIVE_BY_HAND = {
    "membership": f"""
        SELECT count(*) FROM profiles WHERE {MEN}
        AND pid IN (SELECT pid FROM ({persons(f"{VIEWED} AND {CATEGORY}")})
                    GROUP BY pid HAVING count(*) >= 3)
        AND pid IN ({persons(ADDED)}) AND pid NOT IN ({persons(ORDERED)})""",
    "people first": f"""
        WITH p AS MATERIALIZED (SELECT pid FROM profiles WHERE {MEN}),
        c AS MATERIALIZED (SELECT pid, pid AS person FROM p UNION ALL
             SELECT m.pid, m.canonical FROM merged m SEMI JOIN p ON m.canonical = p.pid),
        v AS (SELECT c.person AS pid FROM events e JOIN c USING (pid)
              WHERE {VIEWED} AND {CATEGORY} GROUP BY 1 HAVING count(*) >= 3)
        SELECT count(*) FROM v
        SEMI JOIN (SELECT c.person AS pid FROM events JOIN c USING (pid) WHERE {ADDED}) USING (pid)
        ANTI JOIN (SELECT c.person AS pid FROM events JOIN c USING (pid) WHERE {ORDERED})
        USING (pid)""",
    "views first": f"""
        WITH p AS MATERIALIZED (SELECT pid FROM profiles WHERE {MEN}),
        v AS MATERIALIZED (SELECT pid FROM ({persons(f"{VIEWED} AND {CATEGORY}")})
             SEMI JOIN p USING (pid) GROUP BY pid HAVING count(*) >= 3)
        SELECT count(*) FROM v WHERE pid IN ({persons(ADDED)})
        AND pid NOT IN ({persons(ORDERED)})""",
}


def week(event: str) -> str:
    """The events of that name in the last 7 days, by person."""
    return persons(f"event = '{event}' AND ts > {NOW} - INTERVAL '7 day'", ", ts")


def funnel(views: str) -> str:
    """Viewed, added within a day, no order within two hours, by ASOF joins."""
    return f"""
        WITH a AS MATERIALIZED ({week("Product Added")}), v AS ({views}),
        x AS ({week("Order Completed")}),
        s AS (SELECT a.pid, a.ts FROM a ASOF JOIN v ON a.pid = v.pid AND a.ts > v.ts
              WHERE a.ts <= v.ts + INTERVAL '1 day')
        SELECT count(DISTINCT s.pid) FROM s ASOF LEFT JOIN x ON s.pid = x.pid AND s.ts < x.ts
        WHERE s.ts + INTERVAL '2 hour' <= {NOW}
        AND (x.ts IS NULL OR x.ts > s.ts + INTERVAL '2 hour')"""


FUNNEL_BY_HAND = {
    "plain": funnel(week("Product Viewed")),
    "people who added": funnel(
        f"SELECT * FROM ({week('Product Viewed')}) SEMI JOIN a USING (pid)"
    ),
}

FIVE_POSTGRESQL = f"""
    SELECT count(*) FROM profiles WHERE {MEN}
    AND pid IN (SELECT pid FROM ({persons(f"{VIEWED} AND {CATEGORY}")}) v
                GROUP BY pid HAVING count(*) >= 3)
    AND EXISTS (SELECT 1 FROM ({persons(ADDED)}) a WHERE a.pid = profiles.pid)
    AND NOT EXISTS (SELECT 1 FROM ({persons(ORDERED)}) o WHERE o.pid = profiles.pid)"""
FUNNEL_POSTGRESQL = f"""
    WITH a AS MATERIALIZED ({week("Product Added")}), v AS MATERIALIZED ({week("Product Viewed")}),
    x AS MATERIALIZED ({week("Order Completed")}),
    s AS (SELECT DISTINCT a.pid, a.ts FROM a JOIN v ON a.pid = v.pid
          AND a.ts > v.ts AND a.ts <= v.ts + INTERVAL '1 day')
    SELECT count(DISTINCT s.pid) FROM s WHERE s.ts + INTERVAL '2 hour' <= {NOW}
    AND NOT EXISTS (SELECT 1 FROM x WHERE x.pid = s.pid AND x.ts > s.ts
                    AND x.ts <= s.ts + INTERVAL '2 hour')"""


class ProfilesFile:
    """People from a Parquet file, as the profile copy holds them."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def profiles(
        self,
        traits: Sequence[str],
        *,
        pids: Sequence[int] | None,
        buckets: Sequence[int] | None,
        drawn: bool = False,
    ) -> pl.DataFrame:
        """See People."""
        rows = pl.scan_parquet(self._path)
        if buckets is not None:
            rows = rows.filter(pl.col("bucket").is_in(list(buckets)))
        columns = [*(f"traits.{name}" for name in traits), *["draw_pid"] * drawn]
        return rows.select("pid", *columns).collect()

    def consents(
        self, pairs: Sequence[tuple[str, str]], *, pids: Sequence[int] | None
    ) -> pl.DataFrame:
        """Nobody is asked for consent here."""
        raise NotImplementedError

    def reach(self, channels: Sequence[str], *, pids: Sequence[int] | None) -> pl.DataFrame:
        """Nobody is sent anything here."""
        raise NotImplementedError


def main() -> None:
    """Make what is missing, run the rounds, print a table and the JSON line."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--people", type=int, default=1_000_000)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    started = time.perf_counter()
    data = segments_data.make(HOME, given.people)
    print(f"data of {given.people:,} people after {time.perf_counter() - started:.0f} s")
    postgresql = Postgresql(data.profiles.parent, data) if available() else None
    if postgresql is None:
        print("PostgreSQL's programs are not installed: its ratio is left out")
    try:
        with segments_data.session(data) as con:
            report(run(con, data, postgresql, max(given.rounds, 3)))
    finally:
        if postgresql is not None:
            postgresql.stop()


Times = dict[str, dict[str, list[float]]]


def run(
    con: duckdb.DuckDBPyConnection,
    data: segments_data.Data,
    postgresql: Postgresql | None,
    rounds: int,
) -> tuple[Times, bool]:
    """Seconds of each engine in each round, interleaved, and whether all counts are equal."""
    nothing_kept = FactCache(rows_max=0)
    sources = Sources(con, ProfilesFile(data.profiles), cache=nothing_kept)

    def ours(conditions: Sequence[Condition]) -> Callable[[], int]:
        return lambda: int(evaluate(conditions, sources, WHEN).pids.size)

    def by_hand(sql: str) -> Callable[[], int]:
        return lambda: int(con.execute(sql).fetchall()[0][0])

    engines: dict[str, dict[str, Callable[[], int]]] = {
        "five": {"ours": ours(FIVE)} | {k: by_hand(sql) for k, sql in FIVE_BY_HAND.items()},
        "funnel": {"ours": ours(FUNNEL)} | {k: by_hand(sql) for k, sql in FUNNEL_BY_HAND.items()},
    }
    if postgresql is not None:
        engines["five"]["postgresql"] = lambda: postgresql.count(FIVE_POSTGRESQL)
        engines["funnel"]["postgresql"] = lambda: postgresql.count(FUNNEL_POSTGRESQL)
    times: Times = {name: {engine: [] for engine in found} for name, found in engines.items()}
    equal = True
    for name, found in engines.items():
        for engine in found.values():  # warm
            engine()
        for _ in range(rounds):
            counts = set()
            for engine_name, engine in found.items():
                begun = time.perf_counter()
                counts.add(engine())
                times[name][engine_name].append(time.perf_counter() - begun)
            equal = equal and len(counts) == 1
        print(f"{name}: {sorted(counts)} people")
    return times, equal


def report(outcome: tuple[Times, bool]) -> None:
    """The median of each engine in ms, and the ratios: those of the worse segment."""
    times, equal = outcome
    ratios: dict[str, float] = {}
    for name, engines in times.items():
        medians = {engine: statistics.median(found) for engine, found in engines.items()}
        for engine, median in medians.items():
            print(f"  {name:7} {engine:18} {1000 * median:9.1f} ms")
        hand = min(t for engine, t in medians.items() if engine not in ("ours", "postgresql"))
        rivals = {"hand_written_duckdb": hand}
        if "postgresql" in medians:
            rivals["postgresql"] = medians["postgresql"]
        for rival, seconds in rivals.items():
            ratio = round(seconds / medians["ours"], 2)
            ratios[rival] = min(ratio, ratios.get(rival, ratio))
    print(json.dumps({"bench": "segments", "equal": equal, "ratios": ratios}))


if __name__ == "__main__":
    main()

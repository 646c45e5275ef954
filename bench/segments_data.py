"""A shop's events for the segment bench: the lake's layout, profiles and merges, seeded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow.parquet as pq

from maracuja import rng
from maracuja.model import micros

DAYS = 90
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVENTS = ["Order Completed", "Product Added", "Product Viewed"]
CATEGORIES = [f"category {n:02}" for n in range(40)]
CITIES = [f"city {n:02}" for n in range(50)]
GROUP_ROWS = 16_000
FRESH_DAYS = 10
BLOCK_DAYS = 27
DAY_US = 86_400_000_000


@dataclass(frozen=True)
class Data:
    """Where the files lie: events (several), profiles and merged (one each)."""

    events: list[Path]
    profiles: Path
    merged: Path


def make(folder: Path, people: int) -> Data:
    """The data of that many pids, 20 events each; made once, then kept in `folder`."""
    home = folder / f"segments-{people}"
    done = home / "done"
    if not done.exists():
        home.mkdir(parents=True, exist_ok=True)
        buckets = rng.buckets(range(people))
        _profiles(home, people, buckets)
        _events(home, people, buckets)
        done.touch()
    return Data(
        sorted(home.glob("events-*.parquet")), home / "profiles.parquet", home / "merged.parquet"
    )


def _profiles(home: Path, people: int, buckets: np.ndarray) -> None:
    dice = rng.stream(7, "bench", "people")
    merged = np.sort(dice.choice(people, people // 20, replace=False))
    staying = np.setdiff1d(np.arange(people), merged)
    canonical = dice.choice(staying, merged.size)
    pl.DataFrame({"pid": merged, "canonical": canonical}).write_parquet(home / "merged.parquet")
    day = np.datetime64("1950-01-01") + dice.integers(0, 20_000, people)
    frame = pl.DataFrame(
        {
            "pid": np.arange(people),
            "bucket": buckets,
            "traits.gender": dice.choice(["m", "f"], people),
            "traits.city": np.array(CITIES)[dice.integers(0, len(CITIES), people)],
            "traits.birthday": day,
        }
    ).with_columns(draw_pid=pl.col("pid"))
    frame.filter(~pl.col("pid").is_in(merged.tolist())).write_parquet(home / "profiles.parquet")


def _events(home: Path, people: int, buckets: np.ndarray) -> None:
    low = micros(NOW) - DAYS * DAY_US
    starts = [*range(0, DAYS - FRESH_DAYS, BLOCK_DAYS), *range(DAYS - FRESH_DAYS, DAYS)]
    for start, end in zip(starts, [*starts[1:], DAYS], strict=True):
        dice = rng.stream(7, "bench", "events", start)
        rows = _sessions(dice, people, (end - start) * people * 20 // DAYS)
        rows = rows.with_columns(
            ts=(pl.col("us") % ((end - start) * DAY_US) + low + start * DAY_US).cast(
                pl.Datetime("us")
            )
        )
        table = (
            rows.with_columns(
                bucket=pl.Series(buckets[rows["pid"].to_numpy()]),
                event=pl.lit(pl.Series(EVENTS)).gather(pl.col("event")).cast(pl.String),
                kind=pl.lit("track"),
                received=pl.col("ts"),
                message_hash=pl.int_range(pl.len(), dtype=pl.Int64) + start * 10**12,
                rest=pl.lit(None, dtype=pl.String),
            )
            .sort("event", "bucket", "pid", "ts")
            .drop("us")
        )
        day = (NOW - timedelta(days=DAYS - start)).date()
        pq.write_table(
            table.to_arrow(compat_level=pl.CompatLevel.oldest()),
            home / f"events-{day}.parquet",
            compression="zstd",
            row_group_size=GROUP_ROWS,
        )


def _sessions(dice: rng.Rng, people: int, events: int) -> pl.DataFrame:
    """Visits of some 70 % of the people: views, then perhaps an add, then perhaps an order."""
    visits = int(events / 3.55)
    who = (people * 0.72 * dice.random(visits) ** 1.6).astype(np.int64) * 7919 % people
    begin = dice.integers(0, 10**15, visits)
    category = (len(CATEGORIES) * dice.random(visits) ** 2).astype(np.int64)
    views = 1 + dice.poisson(2.1, visits)
    view = np.repeat(np.arange(visits), views)
    added = np.flatnonzero(dice.random(visits) < 0.35)
    ordered = added[dice.random(added.size) < 0.3]
    gap = dice.exponential(1.5 * 3_600_000_000, visits).astype(np.int64) + 1
    parts = [
        (2, view, dice.integers(0, 1_800_000_000, view.size)),
        (1, added, dice.integers(1_000_000, 3_600_000_000, added.size)),
        (0, ordered, 3_600_000_000 + gap[ordered]),
    ]
    frames = [
        pl.DataFrame(
            {
                "event": np.full(visit.size, event, dtype=np.uint32),
                "pid": who[visit],
                "us": begin[visit] + offset,
                "properties.category": pl.Series(CATEGORIES).gather(category[visit]),
                "properties.revenue": np.round(dice.lognormal(3.5, 0.8, visit.size), 2)
                if event == 0
                else pl.Series([None] * 0, dtype=pl.Float64).extend_constant(None, visit.size),
            }
        )
        for event, visit, offset in parts
    ]
    return pl.concat(frames)


def session(data: Data, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A connection with the views `events` and `merged` over the files, as the lake gives it."""
    con = duckdb.connect()
    con.execute(f"SET threads = {threads}")
    con.execute("SET enable_progress_bar = false")
    files = ", ".join(f"'{path}'" for path in data.events)
    con.execute(
        f"CREATE VIEW events AS SELECT * FROM read_parquet([{files}], union_by_name = true)"
    )
    con.execute(f"CREATE TABLE merged AS SELECT * FROM read_parquet('{data.merged}')")
    return con

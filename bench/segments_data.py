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
from maracuja.lake.compaction import write_sorted
from maracuja.lake.files import GROUP_ROWS, Place, write_frame
from maracuja.lake.profile_merging import encoding
from maracuja.lake.session import connect, open_session
from maracuja.model import FileKind, LakeFile, micros

DAYS = 90
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
EVENTS = [
    "Checkout Started",
    "Order Completed",
    "Page Viewed",
    "Product Added",
    "Product List Viewed",
    "Product Viewed",
]
EVENTS_PER_VISIT = 7.27
CATEGORIES = [f"category {n:02}" for n in range(40)]
CITIES = [f"city {n:02}" for n in range(50)]
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
    done = home / "written"
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
    table = frame.filter(~pl.col("pid").is_in(merged.tolist())).to_arrow(
        compat_level=pl.CompatLevel.oldest()
    )
    pq.write_table(  # as the profile copy is merged
        table, home / "profiles.parquet", row_group_size=GROUP_ROWS, **encoding(table.schema)
    )


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
        table = rows.with_columns(
            bucket=pl.Series(buckets[rows["pid"].to_numpy()]),
            event=pl.lit(pl.Series(EVENTS)).gather(pl.col("event")).cast(pl.String),
            kind=pl.lit("track"),
            received=pl.col("ts"),
            message_hash=pl.int_range(pl.len(), dtype=pl.Int64) + start * 10**12,
            rest=pl.lit(None, dtype=pl.String),
        ).drop("us")
        _merged_file(home, (NOW - timedelta(days=DAYS - start)).date().isoformat(), table)


def _merged_file(home: Path, day: str, table: pl.DataFrame) -> None:
    """The rows as the lake keeps them, once it has merged what arrived."""
    arrived, merged = (
        Place(path=f"{name}-{day}.parquet", kind=FileKind.EVENTS, day=day, low=0, high=0)
        for name in ("arrived", "events")
    )
    file = write_frame(home, arrived, table, now=NOW, time="ts")
    con = connect(home.resolve(), threads=2, memory="4GB")
    try:
        write_sorted(con, home.resolve(), merged, "SELECT * FROM {source}", [file], now=NOW)
    finally:
        con.close()
    (home / arrived.path).unlink()


def _sessions(dice: rng.Rng, people: int, events: int) -> pl.DataFrame:
    """Visits of some 70 % of the people: pages, lists, products, perhaps a cart and an order."""
    visits = int(events / EVENTS_PER_VISIT)
    who = (people * 0.72 * dice.random(visits) ** 1.6).astype(np.int64) * 7919 % people
    begin = dice.integers(0, 10**15, visits)
    category = (len(CATEGORIES) * dice.random(visits) ** 2).astype(np.int64)
    minute = 60_000_000
    gap = (dice.exponential(90.0, visits) * minute).astype(np.int64) + 61 * minute
    added = np.flatnonzero(dice.random(visits) < 0.35)
    checkout = added[dice.random(added.size) < 0.6]
    ordered = checkout[dice.random(checkout.size) < 0.5]
    parts = {
        "Page Viewed": (np.repeat(np.arange(visits), 1 + dice.poisson(2.0, visits)), 40),
        "Product List Viewed": (np.repeat(np.arange(visits), dice.poisson(1.2, visits)), 40),
        "Product Viewed": (np.repeat(np.arange(visits), dice.poisson(2.4, visits)), 40),
        "Product Added": (added, 60),
        "Checkout Started": (checkout, 0),
        "Order Completed": (ordered, 0),
    }
    frames = []
    for event, (visit, minutes) in parts.items():
        late = dice.integers(1, minutes * minute, visit.size) if minutes else gap[visit]
        late = late + (event == "Order Completed") * minute
        money = np.round(dice.lognormal(3.5, 0.8, visit.size), 2)
        frames.append(
            pl.DataFrame(
                {
                    "event": np.full(visit.size, EVENTS.index(event), dtype=np.uint32),
                    "pid": who[visit],
                    "us": begin[visit] + late,
                    "properties.category": pl.Series(CATEGORIES).gather(category[visit]),
                    "properties.revenue": pl.Series(money) if event == "Order Completed" else None,
                },
                schema_overrides={"properties.revenue": pl.Float64},
            )
        )
    return pl.concat(frames)


def session(data: Data, threads: int = 2) -> duckdb.DuckDBPyConnection:
    """The lake's own session over the files, with a view `profiles` for SQL written by hand."""
    root = data.profiles.parent.resolve()
    files = [
        LakeFile(
            path=path.name,
            kind=FileKind.EVENTS,
            day=path.stem.removeprefix("events-"),
            low=0,
            high=0,
            from_us=0,
            until_us=0,
            rows=pq.read_metadata(path).num_rows,
            size=path.stat().st_size,
            sha256="",
            live_from_us=0,
        )
        for path in data.events
    ]
    con = open_session(
        root, files, merged=pq.read_table(data.merged), threads=threads, memory="4GB"
    )
    con.execute(
        f"CREATE VIEW profiles AS SELECT * FROM read_parquet('{root / 'profiles.parquet'}')"
    )
    return con

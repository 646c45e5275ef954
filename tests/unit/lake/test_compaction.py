from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa

from maracuja import rng
from maracuja.lake.compaction import compact, plan_compaction
from maracuja.lake.events import ORDER, write_events
from maracuja.lake.files import last_day, locate, verify
from maracuja.model import FileKind, LakeFile, TraitType

Rows = Callable[..., pl.DataFrame]
TODAY = date(2026, 3, 20)


def described(day: str, name: str, rows: int = 10, low: int = 0) -> LakeFile:
    return LakeFile(
        path=f"events/{day}/{name}.parquet",
        kind=FileKind.EVENTS,
        day=day[:10],
        low=low,
        high=low,
        from_us=0,
        until_us=1,
        rows=rows,
        size=1,
        sha256="",
        live_from_us=0,
    )


def planned(files: list[LakeFile]) -> list[tuple[str, int]]:
    return [
        (merger.place.path.split("/")[1], len(merger.inputs))
        for merger in plan_compaction(files, TODAY)
    ]


def test_the_current_day_merges_eight_small_files_of_a_size() -> None:
    small = [described("2026-03-20", f"s{i}", low=i) for i in range(7)]
    large = [described("2026-03-20", f"l{i}", rows=100_000) for i in range(9)]
    assert planned(small + large) == []
    small.append(described("2026-03-20", "s7", rows=1_500, low=7))
    assert planned(small + large) == [("2026-03-20", 8)]
    middle = [described("2026-03-20", f"m{i}", rows=20_000) for i in range(8)]
    assert planned(small[:7] + middle) == [("2026-03-20", 8)]


def test_a_day_that_is_over_becomes_one_file() -> None:
    files = [described("2026-03-19", "a"), described("2026-03-19", "b", rows=500_000, low=1)]
    (merger,) = plan_compaction(files, TODAY)
    assert merger.inputs == tuple(file.path for file in files)
    assert (merger.place.day, merger.place.low, merger.place.high) == ("2026-03-19", 0, 1)
    assert planned(files[:1]) == []


def test_days_older_than_ten_are_folded_by_week_and_month() -> None:
    march = [described(f"2026-03-{day:02d}", "a") for day in range(1, 21)]
    assert planned(march[:6] + march[9:]) == []  # six days are old, the 10th is ten days old
    assert planned(march) == [("2026-03-01_2026-03-09", 9)]
    february = [described(f"2026-02-{day:02d}", "a") for day in (26, 28)]
    assert planned(february) == [("2026-02-26_2026-02-28", 2)]
    block = [described("2026-02-01_2026-02-25", "merged-1")]
    assert planned(block + february) == [("2026-02-01_2026-02-28", 3)]
    assert planned(block) == []


def test_a_large_month_becomes_several_blocks() -> None:
    days = [described(f"2026-01-{day:02d}", "a", rows=4_000_000) for day in range(1, 7)]
    assert planned(days) == [
        ("2026-01-01_2026-01-02", 2),
        ("2026-01-03_2026-01-04", 2),
        ("2026-01-05_2026-01-06", 2),
    ]


def test_compaction_keeps_the_rows_and_folds_merged_people(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    known = {"properties.price": TraitType.NUMBER, "properties.title": TraitType.TEXT}
    files = []
    for i in range(8):
        at = now - timedelta(days=19 - i)
        name = "price" if i % 2 else "title"
        batch = event_rows(
            [(pid, f"E{pid % 3}", at + timedelta(seconds=pid)) for pid in range(40)],
            first=40 * i,
            **{f"properties.{name}": [float(p) if i % 2 else str(p) for p in range(40)]},
        )
        files += write_events(root, f"b{i}", batch, known, low=i, high=i, now=now)
    (merger,) = plan_compaction(files, TODAY)
    merged = pa.table({"pid": [5, 6], "canonical": [7, 7]})
    swap = compact(root, merger, files, merged=merged, now=now, memory="200MB")
    (new,) = swap.new
    assert set(swap.dead) == {file.path for file in files}
    assert set(swap.moved.values()) == {new.path}
    assert (new.rows, new.day, new.low, new.high) == (320, "2026-03-01", 0, 7)
    assert last_day(new) == date(2026, 3, 8)
    assert new.from_us == min(file.from_us for file in files)
    assert new.until_us == max(file.until_us for file in files)
    verify(root, new)
    after = pl.read_parquet(locate(root, new.path))
    assert after.select(ORDER).equals(after.select(ORDER).sort(*ORDER))
    before = pl.concat(
        [pl.read_parquet(locate(root, file.path)) for file in files], how="diagonal"
    )
    folded = before.with_columns(pid=pl.col("pid").replace([5, 6], [7, 7])).with_columns(
        bucket=pl.Series(rng.buckets(before["pid"].replace([5, 6], [7, 7])))
    )
    assert after.select(folded.columns).sort("message_hash").equals(folded.sort("message_hash"))
    assert compact(root, merger, files, merged=merged, now=now).new[0].sha256 == new.sha256

"""Bodies and audiences: what a run writes chunk by chunk, and reads back in slices."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from maracuja.lake.audience import parts, read_audience, write_audience
from maracuja.lake.bodies import read_bodies, write_bodies
from maracuja.lake.files import GROUP_ROWS

SKELETONS = {"t1|ru": ["Привет, ", 0, "! "], "t1|uk": ["Вітаю, ", 0, "!"]}


def bodies(count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "n": range(count),
            "pid": range(1000, 1000 + count),
            "message": [i.to_bytes(16, "big") for i in range(count)],
            "variant": ["personal"] * count,
            "language": ["ru"] * count,
            "address": [f"p{i}@example.com" for i in range(count)],
            "template": ["t1|ru"] * count,
            "s0": [f"name {i}" for i in range(count)],
            "s1": pl.Series([None] * count, dtype=pl.String),
        }
    )


def test_bodies_are_read_in_slices(root: Path, now: datetime) -> None:
    frame = bodies(3_500)
    file = write_bodies(root, "chunk-7", SKELETONS, frame.reverse(), chunk=7, now=now)
    assert (file.path, file.rows, file.low) == ("bodies/2026-03-20/chunk-7.parquet", 3_500, 7)
    skeletons, everything = read_bodies(root, file.path)
    assert skeletons == SKELETONS
    assert everything.equals(frame.with_columns(pl.col("n").cast(pl.Int32)))
    for n in (range(990, 1_010), [5, 3_400, 1_700], [3_499, 9_999], []):
        _, some = read_bodies(root, file.path, list(n))
        assert some["n"].to_list() == sorted(i for i in n if i < 3_500)
        assert some["s0"].to_list() == [f"name {i}" for i in some["n"]]


def test_a_repeated_chunk_has_the_same_bytes(root: Path, now: datetime) -> None:
    one = write_bodies(root, "a", SKELETONS, bodies(10), chunk=1, now=now)
    turned = dict(reversed(SKELETONS.items()))
    two = write_bodies(root, "b", turned, bodies(10).reverse(), chunk=1, now=now)
    assert one.sha256 == two.sha256


def test_an_audience_is_read_in_parts_of_16000(root: Path, now: datetime) -> None:
    count = 2 * GROUP_ROWS + 5
    frame = pl.DataFrame({"pid": range(count), "city": ["Київ", None, "Одеса"][:1] * count})
    file = write_audience(root, 12, frame.reverse(), now=now)
    assert (file.path, file.rows) == ("audience/2026-03-20/run-000000012.parquet", count)
    assert parts(count) == 3
    read = [read_audience(root, file.path, part) for part in range(3)]
    assert [part.height for part in read] == [GROUP_ROWS, GROUP_ROWS, 5]
    assert pl.concat(read).equals(frame)
    assert read_audience(root, file.path).equals(frame)
    with pytest.raises(IndexError):
        read_audience(root, file.path, 3)


def test_nobody_is_an_audience_without_parts(root: Path, now: datetime) -> None:
    nobody = pl.DataFrame({"pid": pl.Series([], dtype=pl.Int64)})
    file = write_audience(root, 1, nobody, now=now)
    assert (file.rows, parts(file.rows)) == (0, 0)
    assert read_audience(root, file.path).is_empty()
    with pytest.raises(AssertionError, match="twice"):
        write_audience(root, 1, pl.DataFrame({"pid": [1, 1]}), now=now)

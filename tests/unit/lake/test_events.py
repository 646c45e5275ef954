from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from maracuja import rng
from maracuja.lake.events import FIXED, KNOWN_MAX, ORDER, typed, write_events
from maracuja.lake.files import locate, verify
from maracuja.model import TraitType

Rows = Callable[..., pl.DataFrame]
KNOWN = {
    "properties.price": TraitType.NUMBER,
    "properties.title": TraitType.TEXT,
    "properties.sizes": TraitType.LIST,
    "properties.at": TraitType.TIME,
    "context.locale": TraitType.TEXT,
}


def test_columns_are_typed_and_the_rest_is_kept(event_rows: Rows, now: datetime) -> None:
    batch = event_rows(
        [(1, "A", now), (2, "A", now), (3, "A", now)],
        **{
            "properties.price": ["1.5", "dear", None],
            "properties.sizes": [["S", "M"], None, None],
            "properties.unknown": [None, 7, None],
            "properties.title": [1, None, None],
            "context.locale": ["uk-UA", None, "ru"],
        },
    ).with_columns(rest=pl.Series([None, '{"context.os":"x"}', None], dtype=pl.String))
    frame = typed(batch, KNOWN)
    assert frame["properties.price"].to_list() == [1.5, None, None]
    assert frame["properties.sizes"].to_list() == ['["S","M"]', None, None]
    assert frame["context.locale"].to_list() == ["uk-UA", None, "ru"]
    assert "properties.title" not in frame.columns
    assert [text and json.loads(text) for text in frame["rest"]] == [
        {"properties.title": 1},
        {"context.os": "x", "properties.price": "dear", "properties.unknown": 7},
        None,
    ]


def test_buckets_and_hashes_are_made_where_absent(event_rows: Rows, now: datetime) -> None:
    frame = typed(event_rows([(7, "A", now), (7, "B", now)]), {})
    assert frame["bucket"].to_list() == [rng.bucket(7)] * 2
    assert frame["message_hash"][1] == rng.make_key("event", "m-1")
    assert dict(frame.schema) == FIXED


def test_a_batch_is_a_sorted_file_for_each_day(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    batch = event_rows(
        [(9, "B", now), (9, "A", now), (4, "A", now), (1, "A", now - timedelta(days=1))]
    )
    files = write_events(root, "inbox-1-4", batch, KNOWN, low=1, high=4, now=now)
    assert [(f.path, f.rows, f.low, f.high) for f in files] == [
        ("events/2026-03-19/inbox-1-4.parquet", 1, 1, 4),
        ("events/2026-03-20/inbox-1-4.parquet", 3, 1, 4),
    ]
    for file in files:
        verify(root, file)
        frame = pl.read_parquet(locate(root, file.path))
        assert frame.equals(frame.sort(*ORDER))


def test_a_repeated_batch_gives_the_same_bytes(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    rows = [(pid % 50, "A", now + timedelta(seconds=pid % 7)) for pid in range(500)]
    batch = event_rows(rows, **{"properties.price": [float(i) for i in range(500)]})
    first = write_events(root, "one", batch, KNOWN, low=0, high=0, now=now)
    second = write_events(root, "two", batch, KNOWN, low=0, high=0, now=now)
    later = write_events(root, "one", batch, KNOWN, low=0, high=0, now=now + timedelta(minutes=1))
    assert first[0].sha256 == second[0].sha256 == later[0].sha256
    shuffled = batch.sample(fraction=1.0, shuffle=True, seed=3)
    third = write_events(root, "three", shuffled, KNOWN, low=0, high=0, now=now)
    assert third[0].sha256 == first[0].sha256


def test_row_groups_have_16000_rows(root: Path, event_rows: Rows, now: datetime) -> None:
    batch = event_rows([(1, "A", now)]).select(pl.all().repeat_by(33_000).explode())
    batch = batch.with_columns(message_hash=pl.int_range(33_000))
    file = write_events(root, "x", batch, {}, low=0, high=0, now=now)[0]
    metadata = pq.read_metadata(locate(root, file.path))
    assert [metadata.row_group(i).num_rows for i in range(3)] == [16_000, 16_000, 1_000]


def test_an_empty_batch_gives_no_file(root: Path, event_rows: Rows, now: datetime) -> None:
    assert write_events(root, "x", event_rows([]), {}, low=0, high=0, now=now) == []


def test_faults_of_the_caller_are_told(event_rows: Rows, now: datetime) -> None:
    batch = event_rows([(1, "A", now)])
    with pytest.raises(AssertionError, match="no column ts"):
        typed(batch.drop("ts"), {})
    with pytest.raises(AssertionError, match="nulls in pid"):
        typed(batch.with_columns(pid=pl.lit(None, dtype=pl.Int64), bucket=pl.lit(1)), {})
    with pytest.raises(AssertionError, match="at most 300"):
        typed(batch, {f"properties.p{i}": TraitType.TEXT for i in range(KNOWN_MAX + 1)})

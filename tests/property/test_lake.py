"""What the lake promises for any events and any people, against plain Python."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja import rng
from maracuja.lake.compaction import compact, plan_compaction
from maracuja.lake.erasure import erase
from maracuja.lake.events import write_events
from maracuja.lake.profile_merging import merge_profiles
from maracuja.lake.profiles import gone_frame, profiles_frame, read_profiles, write_profiles
from maracuja.lake.seen import Seen
from maracuja.lake.session import open_session
from maracuja.model import LakeFile, Profile, Trait, TraitSource, TraitType

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
KNOWN = {"properties.price": TraitType.NUMBER, "properties.title": TraitType.TEXT}
NAMES = ["Product Viewed", "Order Completed", 'it\'s "odd"']
FEW = settings(max_examples=10, deadline=None)
SOME = settings(max_examples=40, deadline=None)

values = st.one_of(st.none(), st.booleans(), st.integers(0, 9), st.text("aя'\"", max_size=3))
events = st.tuples(
    st.integers(1, 9), st.sampled_from(NAMES), st.integers(0, 40 * 86_400), values, values
)


@contextmanager
def lake() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        yield Path(directory)


def frame_of(rows: list[tuple[int, str, int, Any, Any]], first: int) -> pl.DataFrame:
    at = [(NOW - timedelta(seconds=ago)).replace(tzinfo=None) for _, _, ago, _, _ in rows]
    return pl.DataFrame(
        {
            "pid": pl.Series([row[0] for row in rows], dtype=pl.Int64),
            "kind": pl.Series(["track"] * len(rows), dtype=pl.String),
            "event": pl.Series([row[1] for row in rows], dtype=pl.String),
            "ts": pl.Series(at, dtype=pl.Datetime("us")),
            "received": pl.Series(at, dtype=pl.Datetime("us")),
            "message_id": pl.Series([f"m-{first + i}" for i in range(len(rows))], dtype=pl.String),
            "rest": pl.Series(
                [
                    json.dumps({"properties.price": row[3], "properties.title": row[4]})
                    for row in rows
                ],
                dtype=pl.String,
            ),
        }
    )


def in_lake(root: Path, files: list[LakeFile]) -> Counter[tuple[Any, ...]]:
    with open_session(root, files, threads=1, memory="200MB") as con:
        return Counter(
            con.sql(
                "SELECT pid, bucket, kind, event, ts, received, message_id, rest FROM events"
            ).fetchall()
        )


@FEW
@given(
    st.lists(st.lists(events, max_size=12), max_size=12),
    st.dictionaries(st.integers(1, 4), st.integers(5, 9), max_size=3),
)
def test_compaction_keeps_the_multiset_of_rows(
    batches: list[list[tuple[int, str, int, Any, Any]]], canonical: dict[int, int]
) -> None:
    with lake() as root:
        files: list[LakeFile] = []
        for i, rows in enumerate(batches):
            files += write_events(
                root, f"b{i}", frame_of(rows, 100 * i), KNOWN, low=i, high=i, now=NOW
            )
        before = in_lake(root, files)
        live = list(files)
        merged = pa.table(
            {
                "pid": pa.array(list(canonical), pa.int64()),
                "canonical": pa.array(list(canonical.values()), pa.int64()),
            }
        )
        touched: set[str] = set()
        for merger in plan_compaction(files, NOW.date()):
            assert not touched & set(merger.inputs)
            touched |= set(merger.inputs)
            swap = compact(root, merger, live, merged=merged, now=NOW, threads=1, memory="200MB")
            live = [file for file in live if file.path not in swap.dead] + list(swap.new)
        after = in_lake(root, live)

        def folded(rows: Counter[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
            result: Counter[tuple[Any, ...]] = Counter()
            for (pid, _, *others), count in rows.items():
                who = canonical.get(pid, pid)
                result[(who, rng.bucket(who), *others)] += count
            return result

        assert folded(after) == folded(before)
        assert sum(file.rows for file in live) == sum(map(len, batches))


@SOME
@given(st.lists(events, max_size=15), st.permutations(range(15)))
def test_no_value_of_a_batch_is_lost(
    rows: list[tuple[int, str, int, Any, Any]], order: list[int]
) -> None:
    batch = frame_of(rows, 0).with_columns(
        pl.Series("rest", [None] * len(rows), dtype=pl.String),
        pl.Series("properties.price", [row[3] for row in rows], dtype=pl.Object),
        pl.Series("properties.title", [row[4] for row in rows], dtype=pl.Object),
    )
    with lake() as root:
        files = write_events(root, "b", batch, KNOWN, low=0, high=0, now=NOW)
        shuffled = batch[[i for i in order if i < len(rows)]]
        again = write_events(root, "c", shuffled, KNOWN, low=0, high=0, now=NOW)
        assert [file.sha256 for file in again] == [file.sha256 for file in files]
        found: dict[str, dict[str, Any]] = {}
        for file in files:
            for row in pl.read_parquet(root / file.path).to_dicts():
                kept = json.loads(row["rest"] or "{}")
                kept |= {n: row[n] for n in KNOWN if row.get(n) is not None}
                found[row["message_id"]] = kept
    for i, (_, _, _, price, title) in enumerate(rows):
        sent = {"properties.price": price, "properties.title": title}
        assert found[f"m-{i}"].keys() == {n for n, value in sent.items() if value is not None}
        assert found[f"m-{i}"].get("properties.title") == title
        got = found[f"m-{i}"].get("properties.price")
        assert got == price or got == float(price)


changes = st.lists(
    st.lists(st.tuples(st.integers(1, 30), st.one_of(st.none(), values)), max_size=12), max_size=6
)


@SOME
@given(changes, st.integers(0, 6), st.sets(st.integers(1, 35)), st.booleans())
def test_the_copy_shows_the_newest_of_everybody(
    batches: list[list[tuple[int, Any]]], merge_from: int, asked: set[int], newer_apart: bool
) -> None:
    """Against a dict: None stands for somebody who is gone."""
    types = {"points": TraitType.NUMBER}
    truth: dict[int, Any] = {}
    rev = 0
    with lake() as root:
        files: list[LakeFile] = []
        newer: pl.DataFrame | None = None
        for i, batch in enumerate(batches):
            low, newest = rev + 1, dict(batch)
            profiles, gone = [], []
            for pid, value in newest.items():
                rev += 1
                truth[pid] = (rev, value)
                if value is None:
                    gone.append((pid, rev))
                    continue
                traits = {"points": Trait(value, TraitSource.OBSERVED, 1.0, 0)}
                profiles.append(
                    Profile(
                        pid=pid,
                        bucket=rng.bucket(pid),
                        rev=rev,
                        created_us=0,
                        draw_pid=pid,
                        traits=traits,
                    )
                )
            frame = pl.concat(
                [
                    profiles_frame(profiles, types)[0],
                    gone_frame([pid for pid, _ in gone], [r for _, r in gone]),
                ],
                how="diagonal",
            )
            if newer_apart and i == len(batches) - 1:
                newer = frame
            else:
                files.append(write_profiles(root, f"r{i}", frame, low=low, high=rev, now=NOW))
        inputs = files[merge_from:]
        if len(inputs) > 1:
            swap = merge_profiles(root, inputs, files, types=types, now=NOW)
            files = [file for file in files if file.path not in swap.dead] + list(swap.new)
        pids = np.array(sorted(asked), dtype=np.int64)
        for limit in (None, pids):
            read = read_profiles(
                root,
                files,
                columns=["rev", "traits.points", "rest"],
                types=types,
                pids=limit,
                newer=newer,
            )
            expected = {
                pid: revision
                for pid, (revision, value) in truth.items()
                if value is not None and (limit is None or pid in asked)
            }
            assert dict(read.select("pid", "rev").rows()) == expected
            assert read["pid"].is_sorted()
            for pid, points, rest in read.select("pid", "traits.points", "rest").rows():
                value = truth[pid][1]
                if points is None:
                    assert json.loads(rest) == {"traits.points": value}
                else:
                    assert points == float(value)


@SOME
@given(st.lists(st.lists(st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1), max_size=20)))
def test_seen_agrees_with_a_set(batches: list[list[int]]) -> None:
    with lake() as root:
        seen = Seen(root, [], today=NOW.date())
        known: set[int] = set()
        for i, batch in enumerate(batches):
            fresh = seen.fresh(np.array(batch, dtype=np.int64)).tolist()
            first = [
                value not in known and value not in batch[:at] for at, value in enumerate(batch)
            ]
            assert fresh == first
            known |= set(batch)
            seen.add(NOW.date() - timedelta(days=i % 3), np.array(batch, dtype=np.int64))
        assert len(seen) >= len(known)


@FEW
@given(st.lists(events, min_size=1, max_size=20), st.sets(st.integers(1, 9), min_size=1))
def test_an_erasure_touches_nobody_else(
    rows: list[tuple[int, str, int, Any, Any]], leaving: set[int]
) -> None:
    with lake() as root:
        files = write_events(root, "b", frame_of(rows, 0), KNOWN, low=0, high=0, now=NOW)
        numbers = {pid: 2**60 + pid for pid in leaving}
        erased = erase(
            root, files, numbers, goal_events=frozenset({NAMES[2]}), now=NOW, memory="200MB"
        )
        live = [file for file in files if file.path not in erased.swap.dead]
        before, after = in_lake(root, files), in_lake(root, [*live, *erased.swap.new])
    others = Counter({row: n for row, n in before.items() if row[0] not in leaving})
    assert Counter({row: n for row, n in after.items() if row[0] < 2**60}) == others
    kept = [row for row in rows if row[0] in leaving and row[1] == NAMES[2]]
    left = [row for row in after.elements() if row[0] >= 2**60]
    assert Counter(row[0] for row in left) == Counter(numbers[row[0]] for row in kept)
    assert all(row[6] == "" and row[7] is None for row in left)
    gone = sum(row[0] in leaving for row in rows) - len(kept)
    assert erased.counts.get("events_deleted", 0) == gone


def test_days_of_arrival_are_utc_days() -> None:
    with lake() as root:
        rows: list[tuple[int, str, int, Any, Any]] = [(1, "A", 12 * 3600 + 1, None, None)]
        files = write_events(root, "b", frame_of(rows, 0), KNOWN, low=0, high=0, now=NOW)
    assert date.fromisoformat(files[0].day) == date(2026, 3, 19)

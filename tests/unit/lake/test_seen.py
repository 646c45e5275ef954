from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from maracuja import rng
from maracuja.lake.compaction import compact, plan_compaction
from maracuja.lake.events import write_events
from maracuja.lake.seen import CACHE, Seen

Rows = Callable[..., pl.DataFrame]
TODAY = date(2026, 3, 20)


def hashes(*numbers: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.array([rng.make_key("event", f"m-{n}") for n in numbers], dtype=np.int64)


def test_known_hashes_and_repeats_in_the_batch_are_not_fresh(root: Path) -> None:
    seen = Seen(root, [], today=TODAY)
    asked = hashes(1, 2, 1, 3, 2)
    assert seen.fresh(asked).tolist() == [True, True, False, True, False]
    seen.add(TODAY, hashes(2))
    assert seen.fresh(asked).tolist() == [True, False, False, True, False]
    assert seen.fresh(hashes()).tolist() == []
    assert len(seen) == 1


def test_the_extremes_of_64_bits_are_hashes_too(root: Path) -> None:
    seen = Seen(root, [], today=TODAY)
    ends = np.array([2**63 - 1, -(2**63), 0, -1], dtype=np.int64)
    seen.add(TODAY, ends)
    assert not seen.fresh(ends).any()
    assert seen.fresh(ends[:2] + np.array([-1, 1])).all()


def test_it_is_rebuilt_from_files_with_or_without_its_cache(
    root: Path, event_rows: Rows, now: datetime
) -> None:
    files = []
    for i in range(3):
        batch = event_rows([(1, "A", now - timedelta(days=i))] * 2, first=2 * i)
        files += write_events(root, f"b{i}", batch, {}, low=i, high=i, now=now)
    for _ in range(2):
        seen = Seen(root, files, today=TODAY)
        assert seen.fresh(hashes(*range(7))).tolist() == [False] * 6 + [True]
    cached = sorted((root / CACHE).iterdir())
    assert len(cached) == 3
    cached[0].write_bytes(cached[0].read_bytes()[:-8])
    cached[1].write_bytes(b"")
    (root / CACHE / "stale.npy").write_bytes(b"")
    assert not Seen(root, files, today=TODAY).fresh(hashes(*range(6))).any()
    assert sorted((root / CACHE).iterdir()) == cached


def test_days_expire_also_inside_a_block(root: Path, event_rows: Rows, now: datetime) -> None:
    days = [30, 31, 32, 33, 34, 35, 36]
    files = []
    for i in days:
        batch = event_rows([(1, "A", now - timedelta(days=i))], first=i)
        files += write_events(root, f"b{i}", batch, {}, low=i, high=i, now=now)
    (merger,) = plan_compaction(files, TODAY)
    block = compact(root, merger, files, now=now).new
    seen = Seen(root, block, today=TODAY)
    assert seen.fresh(hashes(*days)).tolist() == [False] + [True] * 6
    seen.expire(TODAY + timedelta(days=1))
    assert seen.fresh(hashes(30)).all()
    assert len(seen) == 0


def test_the_filter_grows_with_what_is_known(root: Path) -> None:
    seen = Seen(root, [], today=TODAY)
    known = rng.stream(1, "hashes").integers(-(2**63), 2**63 - 1, 300_000)
    for part in np.array_split(known, 10):
        seen.add(TODAY, part)
    assert not seen.fresh(known).any()
    other = rng.stream(2, "hashes").integers(-(2**63), 2**63 - 1, 1_000)
    assert seen.fresh(other).all()

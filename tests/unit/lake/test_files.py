from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from maracuja.errors import DamagedFile
from maracuja.lake.files import (
    Place,
    block_directory,
    first_day,
    last_day,
    locate,
    prune,
    sweep_dead,
    sweep_orphans,
    verify,
    write_frame,
)
from maracuja.model import FileKind, LakeFile, micros

FRAME = pl.DataFrame(
    {
        "pid": [3, 1, 2],
        "ts": pl.Series([5_000_000, 1_000_000, 3_000_000]).cast(pl.Datetime("us")),
    }
)


def place(name: str = "a", day: str = "2026-03-20") -> Place:
    return Place(path=f"events/{day}/{name}.parquet", kind=FileKind.EVENTS, day=day, low=1, high=9)


def test_a_written_file_is_described_and_whole(root: Path, now: datetime) -> None:
    file = write_frame(root, place(), FRAME, now=now, time="ts")
    assert (file.rows, file.low, file.high) == (3, 1, 9)
    assert (file.from_us, file.until_us) == (1_000_000, 5_000_000)
    assert file.live_from_us == micros(now)
    assert file.size == locate(root, file.path).stat().st_size
    assert [path.name for path in (root / "events/2026-03-20").iterdir()] == ["a.parquet"]
    verify(root, file)


def test_equal_input_gives_equal_bytes(root: Path, now: datetime) -> None:
    halves = pl.concat([FRAME[:1], FRAME[1:]], rechunk=False)
    one = write_frame(root, place("a"), FRAME, now=now, metadata={"b": "2", "a": "1"})
    two = write_frame(root, place("b"), halves, now=now, metadata={"a": "1", "b": "2"})
    assert one.sha256 == two.sha256


def test_a_frame_without_rows_is_a_file_with_an_empty_range(root: Path, now: datetime) -> None:
    file = write_frame(root, place(), FRAME.clear(), now=now, time="ts")
    assert (file.rows, file.from_us, file.until_us) == (0, 0, 0)
    verify(root, file)


def test_verification_names_what_is_wrong(root: Path, now: datetime) -> None:
    file = write_frame(root, place(), FRAME, now=now)
    with pytest.raises(DamagedFile, match="3 rows instead of 4"):
        verify(root, msgspec.structs.replace(file, rows=4))
    path = locate(root, file.path)
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    with pytest.raises(DamagedFile, match="has changed"):
        verify(root, file)
    path.unlink()
    with pytest.raises(DamagedFile, match="missing"):
        verify(root, file)


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x.parquet", "events/../../x", ".cache/x"])
def test_a_path_that_leaves_the_lake_is_refused(root: Path, path: str) -> None:
    with pytest.raises(DamagedFile, match="does not lie in the lake"):
        locate(root, path)


def test_orphans_go_after_the_grace_time_and_nothing_else(root: Path, now: datetime) -> None:
    known = write_frame(root, place("known"), FRAME, now=now)
    orphan = write_frame(root, place("orphan"), FRAME, now=now)
    hidden = root / ".cache" / "x.npy"
    hidden.parent.mkdir()
    hidden.write_bytes(b"x")
    grace = timedelta(hours=1)
    assert sweep_orphans(root, [known.path], now=now + grace / 2, grace=grace) == ()
    assert sweep_orphans(root, [known.path], now=now + grace, grace=grace) == (orphan.path,)
    assert locate(root, known.path).exists()
    assert not locate(root, orphan.path).exists()
    assert hidden.exists()


def test_dead_files_go_after_the_grace_time_and_twice_is_once(root: Path, now: datetime) -> None:
    live = write_frame(root, place("live"), FRAME, now=now)
    dead = write_frame(root, place("dead"), FRAME, now=now)
    dead = msgspec.structs.replace(dead, dead_from_us=micros(now))
    grace = timedelta(minutes=10)
    assert sweep_dead(root, [live, dead], now=now + grace / 2, grace=grace) == ()
    for _ in range(2):
        assert sweep_dead(root, [live, dead], now=now + grace, grace=grace) == (dead.path,)
    assert locate(root, live.path).exists()
    assert not locate(root, dead.path).exists()


def described(path: str, day: str, from_us: int, until_us: int) -> LakeFile:
    return LakeFile(
        path=path,
        kind=FileKind.EVENTS,
        day=day,
        low=0,
        high=0,
        from_us=from_us,
        until_us=until_us,
        rows=1,
        size=1,
        sha256="",
        live_from_us=0,
    )


def test_a_block_knows_its_last_day() -> None:
    directory = block_directory(FileKind.EVENTS, date(2026, 1, 3), date(2026, 1, 31))
    block = described(f"{directory}/merged-1.parquet", "2026-01-03", 0, 1)
    single = described("events/2026-01-03/a.parquet", "2026-01-03", 0, 1)
    assert (first_day(block), last_day(block)) == (date(2026, 1, 3), date(2026, 1, 31))
    assert (first_day(single), last_day(single)) == (date(2026, 1, 3), date(2026, 1, 3))


def test_pruning_keeps_what_may_intersect(now: datetime) -> None:
    hour = 3_600_000_000
    early = described("events/2026-03-19/a.parquet", "2026-03-19", 0, micros(now) - hour)
    late = described("events/2026-03-20/b.parquet", "2026-03-20", micros(now), micros(now) + hour)
    both = [early, late]
    assert prune(both) == both
    assert prune(both, since=now) == [late]
    assert prune(both, until=now - timedelta(seconds=1)) == [early]
    assert prune(both, until=now) == both
    assert prune(both, days=(date(2026, 3, 19), date(2026, 3, 19))) == [early]

"""Keeps the columnar copy of the profiles near the state database, in few files.

It must never be needed: a reader adds what is newer than the copy by itself.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.commit_points import passed
from maracuja.lake.profile_merging import merge_profiles, plan_profile_merging
from maracuja.lake.profiles import copied_rev, gone_frame, profiles_frame, write_profiles
from maracuja.model import FileKind, LakeFile, micros
from maracuja.runtime.launch_ground import trait_types
from maracuja.runtime.launch_newer import profiles_of
from maracuja.store import manifest, people
from maracuja.store.engine import Store

ROWS_MAX: Final = 32_000
"""So many people go to one file at most, give or take a chunk or a revision."""

_KINDS: Final = (FileKind.PROFILES,)


def behind(conn: Connection, now: datetime) -> int | None:
    """When the copy was last written (micros; 0: never), None where nobody has changed since."""
    files = manifest.live(conn, _KINDS, micros(now))
    if next(people.newer(conn, copied_rev(files), size=1), None) is None:
        return None
    return max((file.live_from_us for file in files), default=0)


def copy_profiles(store: Store, lake: Path, now: datetime, *, rows_max: int = ROWS_MAX) -> int:
    """Write a file of who changed after the copy, and put it in the manifest; how many people.

    Those who were merged into one of them come with it as gone. A file ends between two
    revisions, so whoever reads from its `high` on misses nobody; where more than `rows_max`
    people wait, the next call goes on. Raises OSError from the disk.
    """
    with store.read() as conn:
        low = copied_rev(manifest.live(conn, _KINDS, micros(now))) + 1
        frame, high = _changed(conn, low, rows_max)
        if frame is None:
            return 0
        gone = _gone(conn, frame)
    rows = pl.concat([frame, gone], how="diagonal")
    file = write_profiles(lake, f"rev-{low:012d}-{high:012d}", rows, low=low, high=high, now=now)
    passed("profiles.written")
    with store.write() as conn:
        manifest.add(conn, [file])
    passed("profiles.committed")
    return frame.height


def merge_copy(store: Store, lake: Path, now: datetime) -> int:
    """Make one file of several where there are many; how many went into it."""
    with store.read() as conn:
        files = manifest.live(conn, _KINDS, micros(now))
        types = trait_types(conn)
    inputs: list[LakeFile] = plan_profile_merging(files)
    if not inputs:
        return 0
    swap = merge_profiles(lake, inputs, files, types=types, now=now)
    passed("profiles.merged")
    with store.write() as conn:
        manifest.swap(conn, swap.dead, swap.new, micros(now))
    passed("profiles.swapped")
    return len(inputs)


def _changed(conn: Connection, low: int, rows_max: int) -> tuple[pl.DataFrame | None, int]:
    """Who changed from the revision `low` on, and the revision up to which nobody is missing."""
    types = trait_types(conn)
    high = people.last_rev(conn)
    frames: list[pl.DataFrame] = []
    rows = 0
    for chunk in people.newer(conn, low - 1, size=min(people.CHUNK, rows_max)):
        frames.append(profiles_frame(profiles_of(chunk), types)[0])
        rows += len(chunk.pid)
        last = chunk.rev[-1]
        if rows >= rows_max and last > low:
            high = last - 1  # more people of the last revision may follow
            break
    return (pl.concat(frames, how="diagonal") if frames else None), high


def _gone(conn: Connection, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows for those who were merged into people of the frame: a merge changes its winner."""
    pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"gone": pids, "pid": canonical}).join(
        frame.select("pid", "rev"), on="pid", how="inner"
    )
    return gone_frame(merged["gone"].to_list(), merged["rev"].to_list())

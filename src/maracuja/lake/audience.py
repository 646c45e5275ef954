"""The audience of a run, frozen at launch: sorted pids in parts of 16,000, with their strata.

It must never be recomputed: a run that goes on after a crash decides about the same people.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from maracuja.lake.files import GROUP_ROWS, Place, locate, write_frame
from maracuja.model import FileKind, LakeFile


def write_audience(root: Path, run: int, frame: pl.DataFrame, *, now: datetime) -> LakeFile:
    """Write a run's audience, ordered by pid; part i is the file's row group i.

    `frame` has `pid` (each once) and any columns that were known before assignment (strata),
    shape (people, 1 + strata). The offsets of the manifest row are the run's number. Raises
    AssertionError where a pid comes twice.
    """
    people = frame.with_columns(pl.col("pid").cast(pl.Int64)).sort("pid")
    assert people["pid"].is_unique().all(), "a person is in the audience twice"
    day = now.date().isoformat()
    place = Place(
        path=f"audience/{day}/run-{run:09d}.parquet",
        kind=FileKind.AUDIENCE,
        day=day,
        low=run,
        high=run,
    )
    return write_frame(root, place, people, now=now)


def parts(rows: int) -> int:
    """How many parts an audience of so many people has."""
    return -(-rows // GROUP_ROWS)


def read_audience(root: Path, path: str, part: int | None = None) -> pl.DataFrame:
    """The people of that part (0-based), or of all, with their strata.

    Ordered by pid; after an erasure within each part only. Raises FileNotFoundError, and
    IndexError for a part that there is not.
    """
    on_disk = locate(root, path)
    if part is None:
        return pl.read_parquet(on_disk, glob=False)
    with pq.ParquetFile(on_disk) as file:
        if not 0 <= part < file.metadata.num_row_groups:
            raise IndexError(f"the audience has no part {part}")
        frame = pl.from_arrow(file.read_row_group(part))
    assert isinstance(frame, pl.DataFrame)
    return frame

"""Decisions as files: for each chunk, who was decided, how, and why.

It must never hold a text or an address: those lie in the bodies.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import polars as pl

from maracuja.lake.files import Place, write_frame
from maracuja.model import FileKind, LakeFile

DECISION_TYPES: Final[dict[str, pl.DataType]] = {
    "run": pl.Int64(),
    "campaign": pl.String(),
    "occurrence": pl.String(),
    "pid": pl.Int64(),
    "draw_pid": pl.Int64(),
    "at": pl.Datetime("us"),
    "due": pl.Datetime("us"),
    "outcome": pl.String(),
    "reason": pl.String(),
    "held": pl.String(),
    "channel": pl.String(),
    "variant": pl.String(),
    "propensity": pl.Float64(),
    "message": pl.Binary(),
    "language": pl.String(),
    "neutral": pl.Boolean(),
    "step": pl.Int8(),
    "tested": pl.Boolean(),
}
DECISION_SQL: Final = {
    "run": "BIGINT",
    "campaign": "VARCHAR",
    "occurrence": "VARCHAR",
    "pid": "BIGINT",
    "draw_pid": "BIGINT",
    "at": "TIMESTAMP",
    "due": "TIMESTAMP",
    "outcome": "VARCHAR",
    "reason": "VARCHAR",
    "held": "VARCHAR",
    "channel": "VARCHAR",
    "variant": "VARCHAR",
    "propensity": "DOUBLE",
    "message": "BLOB",
    "language": "VARCHAR",
    "neutral": "BOOLEAN",
    "step": "TINYINT",
    "tested": "BOOLEAN",
}


def write_decisions(
    root: Path, name: str, frame: pl.DataFrame, *, chunk: int, now: datetime
) -> LakeFile:
    """Write a chunk's decisions, ordered by (pid, at); the manifest row.

    `frame` has the columns of DECISION_TYPES, shape (people, 18). `neutral` may be absent: it
    says, where a text was written that looks up words, whether one of them could not be said.
    So may `step`: how many steps of a cascade went before this one; and `tested`: whether the
    variants of an experiment are compared on this person.
    `name` is the chunk's natural key, `chunk` its number, `now` the moment of deciding (its day
    is the file's). Equal input gives equal bytes. Raises polars' ColumnNotFoundError or
    InvalidOperationError where columns are absent or of other types.
    """
    optional = ("neutral", "step", "tested")
    lacking = [pl.lit(None).alias(name) for name in optional if name not in frame]
    frame = frame.with_columns(lacking)
    rows = frame.select(pl.col(column).cast(dtype) for column, dtype in DECISION_TYPES.items())
    day = now.date().isoformat()
    place = Place(
        path=f"decisions/{day}/{name}.parquet",
        kind=FileKind.DECISIONS,
        day=day,
        low=chunk,
        high=chunk,
    )
    ordered = rows.sort("pid", "at", maintain_order=True)
    return write_frame(root, place, ordered, now=now, time="at")

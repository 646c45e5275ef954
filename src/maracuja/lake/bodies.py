"""Rendered bodies as files: for each chunk the skeletons once, and what differs per person.

It must never splice: delivery joins skeleton and slots when it sends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.lake.files import Place, locate, write_frame
from maracuja.model import FileKind, LakeFile

BODY_TYPES: Final[dict[str, pl.DataType]] = {
    "n": pl.Int32(),
    "pid": pl.Int64(),
    "message": pl.Binary(),
    "variant": pl.String(),
    "language": pl.String(),
    "address": pl.String(),
    "template": pl.String(),
}
OWN_END: Final = "expires_us"
"""A column more, where each message has an end of its own."""
SKELETONS: Final = "maracuja.skeletons"
BODY_GROUP_ROWS: Final = 1_000
"""Delivery reads slices of a chunk, so the row groups are small."""


def write_bodies(
    root: Path,
    name: str,
    skeletons: Mapping[str, Any],
    frame: pl.DataFrame,
    *,
    chunk: int,
    now: datetime,
) -> LakeFile:
    """Write a chunk's bodies, ordered by n; the manifest row.

    `frame` has the columns of BODY_TYPES and slots s0..sk (text), shape (messages, 7 + slots);
    `skeletons` is what JSON can hold. Equal input gives equal bytes. Raises polars'
    ColumnNotFoundError or InvalidOperationError where columns are absent or of other types.
    """
    slots = sorted((c for c in frame.columns if is_slot(c)), key=lambda c: int(c[1:]))
    own = {OWN_END: pl.Int64()} if OWN_END in frame.columns else {}
    types = BODY_TYPES | own | dict.fromkeys(slots, pl.String())
    rows = frame.select(pl.col(column).cast(dtype) for column, dtype in types.items()).sort("n")
    day = now.date().isoformat()
    place = Place(
        path=f"bodies/{day}/{name}.parquet", kind=FileKind.BODIES, day=day, low=chunk, high=chunk
    )
    return write_frame(
        root,
        place,
        rows,
        now=now,
        group_rows=BODY_GROUP_ROWS,
        metadata={SKELETONS: msgspec.json.encode(skeletons, order="deterministic").decode()},
    )


def read_bodies(
    root: Path, path: str, n: Sequence[int] | None = None
) -> tuple[dict[str, Any], pl.DataFrame]:
    """The skeletons and the rows with these `n` (None: all), ordered by n.

    Reads only the row groups that hold them. Numbers that the file does not hold are passed over.
    Raises FileNotFoundError.
    """
    on_disk = locate(root, path)
    skeletons = read_skeletons(on_disk)
    rows = pl.scan_parquet(on_disk, glob=False)
    if n is not None:
        wanted = pl.Series("n", sorted(set(n)), dtype=pl.Int32)
        if not wanted.len():
            return skeletons, rows.head(0).collect()
        low, high = wanted[0], wanted[-1]
        rows = rows.filter(pl.col("n").is_between(low, high))
        frame = rows.collect()
        if wanted.len() != high - low + 1:
            frame = frame.join(wanted.to_frame(), on="n", how="semi", maintain_order="left")
        return skeletons, frame
    return skeletons, rows.collect()


def read_skeletons(on_disk: Path) -> dict[str, Any]:
    """The skeletons of a bodies file. Raises FileNotFoundError."""
    skeletons: dict[str, Any] = msgspec.json.decode(pl.read_parquet_metadata(on_disk)[SKELETONS])
    return skeletons


def is_slot(column: str) -> bool:
    """Whether the column is s0, s1 ..."""
    return column[:1] == "s" and column[1:].isdigit()

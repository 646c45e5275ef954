"""Events as files: a decoded batch becomes one sorted Parquet file for each day of arrival.

It must never drop a value: what fits no known column goes to `rest` under its full name.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from maracuja import rng
from maracuja.lake.columns import event_type, fit, join_rest
from maracuja.lake.files import Place, write_frame
from maracuja.model import FileKind, LakeFile, TraitType

Known = Mapping[str, TraitType]
"""Known properties by full name (`properties.price`, `context.device.type`) with their types."""

FIXED: Final[dict[str, pl.DataType]] = {
    "pid": pl.Int64(),
    "bucket": pl.UInt8(),
    "kind": pl.String(),
    "event": pl.String(),
    "ts": pl.Datetime("us"),
    "received": pl.Datetime("us"),
    "message_id": pl.String(),
    "message_hash": pl.Int64(),
    "rest": pl.String(),
}
ORDER: Final = ("event", "bucket", "pid", "ts", "message_hash")
KNOWN_MAX: Final = 300
PREFIXES: Final = ("properties.", "context.")


def typed(batch: pl.DataFrame, known: Known) -> pl.DataFrame:
    """The batch with the columns of an event file: FIXED, and the known ones that hold anything.

    `batch` has FIXED columns (`bucket`, `message_hash` and `rest` may be absent and are made) and
    any `properties.*` or `context.*` columns of any type; each of these is brought to its known
    type, and what does not fit or is not known joins `rest`. Raises AssertionError where a fixed
    column is absent, or holds nulls, or more than KNOWN_MAX names are known.
    """
    assert len(known) <= KNOWN_MAX, f"at most {KNOWN_MAX} known columns"
    frame = _fixed(batch)
    columns: list[pl.Series] = []
    unfit: list[tuple[int, str, Any]] = []
    for name in sorted(name for name in batch.columns if name.startswith(PREFIXES)):
        source = batch[name]
        kind = known.get(name)
        if kind is None:
            unfit.extend((i, name, v) for i, v in enumerate(source.to_list()) if v is not None)
            continue
        column, left = _fit_column(source, kind)
        unfit.extend((i, name, source[i]) for i in left)
        if column.null_count() < batch.height:
            columns.append(column.alias(name))
    if unfit:
        frame = frame.with_columns(join_rest(frame["rest"], unfit))
    return frame.hstack(columns)


def write_events(
    root: Path,
    name: str,
    batch: pl.DataFrame,
    known: Known,
    *,
    low: int,
    high: int,
    now: datetime,
) -> list[LakeFile]:
    """Write a batch (see `typed`), one file per day of `received`; their manifest rows by day.

    `name` is the batch's natural key (say inbox-<low>-<high>): the same batch under the same name
    gives the same files, byte for byte. `low` and `high` are its first and last offset in the
    inbox. Rows are ordered by ORDER. An empty batch gives no file. Raises OSError from the disk.
    """
    if batch.is_empty():
        return []
    frame = typed(batch, known).sort(*ORDER, maintain_order=True)
    days = frame["received"].dt.date()
    files = []
    for day in days.unique().sort().to_list():
        rows = frame if days.n_unique() == 1 else frame.filter(days == day)
        rows = rows.select(
            column for column in rows if column.name in FIXED or column.null_count() < rows.height
        )
        place = Place(
            path=f"events/{day.isoformat()}/{name}.parquet",
            kind=FileKind.EVENTS,
            day=day.isoformat(),
            low=low,
            high=high,
        )
        files.append(write_frame(root, place, rows, now=now, time="ts"))
    return files


def _fixed(batch: pl.DataFrame) -> pl.DataFrame:
    made: list[pl.Series] = []
    if "bucket" not in batch.columns:
        made.append(buckets_of(batch["pid"]).alias("bucket"))
    if "message_hash" not in batch.columns:
        keys = [rng.make_key("event", message_id) for message_id in batch["message_id"]]
        made.append(pl.Series("message_hash", keys, dtype=pl.Int64))
    if "rest" not in batch.columns:
        made.append(pl.Series("rest", [None] * batch.height, dtype=pl.String))
    full = batch.with_columns(made)
    absent = [name for name in FIXED if name not in full.columns]
    assert not absent, f"the batch has no column {', '.join(absent)}"
    frame = full.select(pl.col(name).cast(dtype) for name, dtype in FIXED.items())
    empty = [n for n in FIXED if n != "rest" and frame[n].null_count()]
    assert not empty, f"the batch has nulls in {', '.join(empty)}"
    return frame


def buckets_of(pids: pl.Series) -> pl.Series:
    """The bucket (UInt8) of each pid, shape (n,); each different pid is hashed once."""
    different, inverse = np.unique(pids.to_numpy(), return_inverse=True)
    return pl.Series("bucket", rng.buckets(different.tolist())[inverse], dtype=pl.UInt8)


def _fit_column(source: pl.Series, kind: TraitType) -> tuple[pl.Series, list[int]]:
    """`fit` for a column: by type where the frame's type says enough, else value by value."""
    dtype = event_type(kind)
    if source.dtype == dtype and kind not in (TraitType.LIST, TraitType.OBJECT):
        return source, []
    if source.dtype == pl.Null:
        return source.cast(dtype), []
    if source.dtype == pl.String and kind in (TraitType.LIST, TraitType.OBJECT):
        opening = "[" if kind is TraitType.LIST else "{"
        other = (~source.str.starts_with(opening)).fill_null(value=False)
        return source.set(other, None), other.arg_true().to_list()
    if isinstance(source.dtype, pl.Datetime) and kind is TraitType.TIME:
        return source.dt.convert_time_zone("UTC").dt.replace_time_zone(None).cast(dtype), []
    return fit(source.to_list(), kind)

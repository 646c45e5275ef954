"""Fewer files of the profile copy: several become one, of each person the newest row.

It must never lose a value: one that no longer fits its column goes to `rest`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from maracuja.lake.columns import join_rest
from maracuja.lake.files import GROUP_ROWS, Swap, begin, locate, natural_name, of_kind, publish
from maracuja.lake.profiles import column_type, conform, newest, place_of
from maracuja.model import FileKind, LakeFile, TraitType, micros

MERGE_FILES: Final = 6
"""So many files of about a size are merged at once."""

SIZE_RATIO: Final = 4
"""A file joins a merger when it has fewer rows than this many times all newer ones together."""

ASCENDING: Final = ("pid", "draw_pid")

SLICE_GROUPS: Final = 8
"""Row groups of the largest input that are in memory at once."""


def plan_profile_merging(files: Iterable[LakeFile]) -> list[LakeFile]:
    """The newest live files of the copy that should become one; empty for nothing to do."""
    chosen: list[LakeFile] = []
    rows = 0
    for file in sorted(of_kind(files, FileKind.PROFILES), key=lambda f: f.high, reverse=True):
        if len(chosen) > 1 and file.rows >= SIZE_RATIO * max(rows, 1):
            break
        chosen.append(file)
        rows += file.rows
    return chosen if len(chosen) >= MERGE_FILES else []


def merge_profiles(
    root: Path,
    inputs: Sequence[LakeFile],
    files: Iterable[LakeFile],
    *,
    types: Mapping[str, TraitType],
    now: datetime,
) -> Swap:
    """Write one file of the copy in place of `inputs`, ordered by pid; the caller swaps the rows.

    `files` are all live rows: where no older file stays, rows that only say `gone` are dropped.
    `types` are the traits' types: a column that files hold in different types is brought to the
    one of today, and what does not fit goes to `rest`. In memory is a slice of some 128,000
    people at a time. Equal input gives equal bytes. Raises FileNotFoundError.
    """
    on_disk = [locate(root, file.path) for file in inputs]
    schema = _schema(on_disk, types)
    paths = {file.path for file in inputs}
    first = min(file.low for file in inputs)
    last = max(file.high for file in inputs)
    others = [f for f in of_kind(files, FileKind.PROFILES) if f.path not in paths]
    whole = all(file.low > last for file in others)
    place = place_of(f"merged-{natural_name(*sorted(paths))}", low=first, high=last, now=now)
    aside = begin(root, place.path)
    arrow = pl.DataFrame(schema=schema).to_arrow(compat_level=pl.CompatLevel.oldest()).schema
    rows = 0
    with pq.ParquetWriter(aside, arrow, **encoding(arrow)) as writer:
        for table in _groups(_slices(on_disk, schema, whole=whole), arrow):
            rows += table.num_rows
            writer.write_table(table, row_group_size=GROUP_ROWS)
    new = publish(root, place, aside, rows=rows, span=(micros(now), micros(now)), now=now)
    dead = tuple(sorted(paths))
    return Swap(dead=dead, new=(new,), moved=dict.fromkeys(dead, new.path))


def encoding(schema: pa.Schema) -> dict[str, Any]:
    """How a file of the copy is written: options of pyarrow.parquet.ParquetWriter.

    The pids, which are read for everybody and ascend, as differences; the others by dictionaries.
    """
    others = [
        f"{field.name}.list.element" if pa.types.is_nested(field.type) else field.name
        for field in schema
        if field.name not in ASCENDING
    ]
    ascending = {name: "DELTA_BINARY_PACKED" for name in ASCENDING if name in schema.names}
    return {
        "compression": "zstd",
        "store_schema": False,
        "use_dictionary": others,
        "column_encoding": ascending,
    }


def _schema(on_disk: Sequence[Path], types: Mapping[str, TraitType]) -> dict[str, pl.DataType]:
    """All columns of the files; of a contested type, that of today, else text."""
    found: dict[str, pl.DataType] = {}
    for path in on_disk:
        for name, dtype in pl.scan_parquet(path, glob=False).collect_schema().items():
            if found.setdefault(name, dtype) != dtype:
                bare = name.removeprefix("traits.")
                found[name] = column_type(name, types) if bare in types else pl.String()
    return found


def _slices(
    on_disk: Sequence[Path], schema: Mapping[str, pl.DataType], *, whole: bool
) -> Iterator[pl.DataFrame]:
    """The newest rows, one range of pids after the other."""
    for low, high in _ranges(on_disk):
        within = pl.col("pid").is_between(low, high)
        frames = [
            _conform_all(pl.scan_parquet(path, glob=False).filter(within).collect(), schema)
            for path in on_disk
        ]
        rows = newest(frames, schema)
        yield rows.filter(~pl.col("gone")) if whole else rows


def _conform_all(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """`conform`, with the values that do not fit in `rest`."""
    result = conform(frame, schema)
    lost: list[tuple[int, str, Any]] = []
    for name, dtype in frame.schema.items():
        if dtype != schema[name]:
            unfit = (frame[name].is_not_null() & result[name].is_null()).arg_true()
            lost.extend((i, name, frame[name][i]) for i in unfit)
    return result.with_columns(join_rest(result["rest"], lost)) if lost else result


def _ranges(on_disk: Sequence[Path]) -> list[tuple[int, int]]:
    """Ranges of pids, both ends inclusive, that cut the largest file every SLICE_GROUPS groups."""
    starts: list[int] = []
    for path in on_disk:
        metadata = pq.read_metadata(path)
        column = metadata.schema.to_arrow_schema().get_field_index("pid")
        firsts = [
            metadata.row_group(i).column(column).statistics.min
            for i in range(0, metadata.num_row_groups, SLICE_GROUPS)
        ]
        starts = max(starts, firsts, key=len)
    low, high = -(2**63), 2**63 - 1
    cuts = starts[1:]
    return list(zip([low, *cuts], [*(cut - 1 for cut in cuts), high], strict=True))


def _groups(frames: Iterable[pl.DataFrame], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows in tables of whole row groups, the last one shorter."""
    kept: pl.DataFrame | None = None
    for frame in frames:
        kept = frame if kept is None else pl.concat([kept, frame])
        whole = kept.height - kept.height % GROUP_ROWS
        if whole:
            yield _arrow(kept[:whole], schema)
            kept = kept[whole:]
    if kept is not None and kept.height:
        yield _arrow(kept, schema)


def _arrow(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    return frame.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)

"""The columnar copy of the profiles: several files, of which the highest revision of a pid wins.

It must never be asked for consent, and a reader always adds the rows that are newer than it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja.lake.columns import FRAME_TYPES, fit, rest_json
from maracuja.lake.files import Place, locate, of_kind, write_frame
from maracuja.model import FileKind, LakeFile, Profile, Record, Trait, TraitType, pack_meta

Pids = npt.NDArray[np.int64]

BASE_TYPES: Final[dict[str, pl.DataType]] = {
    "pid": pl.Int64(),
    "bucket": pl.UInt8(),
    "rev": pl.Int64(),
    "created": pl.Datetime("us"),
    "draw_pid": pl.Int64(),
    "gone": pl.Boolean(),
    "rest": pl.String(),
}


_KINDS: Final = {dtype: kind for kind, dtype in reversed(FRAME_TYPES.items())}
"""The type of trait that a column of the copy holds; text stands for objects too."""


class Unfit(Record, frozen=True):
    """A trait whose value does not fit the type of its column; it lies in `rest`."""

    pid: int
    name: str
    value: Any


def column_type(name: str, types: Mapping[str, TraitType]) -> pl.DataType:
    """The type of a column of the copy by its full name (`traits.city`, `meta.city` ...).

    `types` are the discovered types of traits, by bare name. Raises KeyError for a trait without.
    """
    if name in BASE_TYPES:
        return BASE_TYPES[name]
    prefix, _, bare = name.partition(".")
    if prefix == "traits":
        return FRAME_TYPES[types[bare]]
    return pl.Int64() if prefix == "meta" else pl.String()


def profiles_frame(
    profiles: Sequence[Profile], types: Mapping[str, TraitType]
) -> tuple[pl.DataFrame, list[Unfit]]:
    """The profiles as rows of the copy, ordered by pid, and the values that do not fit.

    Columns: BASE_TYPES, then for each trait anybody has `traits.<name>` and `meta.<name>`
    (model.pack_meta), and `address.<kind>`. A trait without a type in `types`, and a value that
    does not fit its type, goes to `rest` (JSON object by full name); its meta stays in its column.
    """
    people = sorted(profiles, key=lambda profile: profile.pid)
    height = len(people)
    traits: defaultdict[str, list[Trait | None]] = defaultdict(lambda: [None] * height)
    addresses: defaultdict[str, list[str | None]] = defaultdict(lambda: [None] * height)
    for i, profile in enumerate(people):
        for name, trait in profile.traits.items():
            traits[name][i] = trait
        for kind, address in profile.addresses.items():
            addresses[kind][i] = address
    columns: list[pl.Series] = []
    unfit: list[tuple[int, str, Any]] = []
    for name in sorted(traits):
        given = traits[name]
        values = [None if trait is None else trait.value for trait in given]
        if name in types:
            column, left = fit(values, types[name], lists=True)
            columns.append(column.alias(f"traits.{name}"))
            unfit.extend((i, name, values[i]) for i in left)
        else:
            unfit.extend((i, name, value) for i, value in enumerate(values) if value is not None)
        columns.append(_metas(given).alias(f"meta.{name}"))
    for kind in sorted(addresses):
        columns.append(pl.Series(f"address.{kind}", addresses[kind], dtype=pl.String))
    rest = rest_json((i, f"traits.{name}", value) for i, name, value in unfit)
    base = pl.DataFrame(
        {
            "pid": [p.pid for p in people],
            "bucket": [p.bucket for p in people],
            "rev": [p.rev for p in people],
            "created": pl.Series([p.created_us for p in people], dtype=pl.Int64),
            "draw_pid": [p.draw_pid for p in people],
            "gone": [False] * height,
            "rest": [rest.get(i) for i in range(height)],
        },
    ).with_columns(pl.col(name).cast(dtype) for name, dtype in BASE_TYPES.items())
    listed = [Unfit(pid=people[i].pid, name=name, value=value) for i, name, value in unfit]
    return base.hstack(columns), listed


def gone_frame(pids: Sequence[int], revs: Sequence[int]) -> pl.DataFrame:
    """Rows that say: from this revision on there is no such person (merged or erased)."""
    frame = pl.DataFrame(
        {"pid": pl.Series(pids, dtype=pl.Int64), "rev": pl.Series(revs, dtype=pl.Int64)}
    )
    absent = [n for n in BASE_TYPES if n not in ("pid", "rev", "gone")]
    return frame.with_columns(
        pl.lit(value=True).alias("gone"),
        *(pl.lit(None, dtype=BASE_TYPES[name]).alias(name) for name in absent),
    )


def write_profiles(
    root: Path, name: str, frame: pl.DataFrame, *, low: int, high: int, now: datetime
) -> LakeFile:
    """Write rows of `profiles_frame` (and `gone_frame`, joined diagonally), ordered by pid.

    `low` and `high` are the revisions that the file covers: all changes between them are in it.
    Each pid comes once. Equal input gives equal bytes. Raises AssertionError for a pid twice.
    """
    assert frame["pid"].is_unique().all(), "a person is in the frame twice"
    rows = frame.with_columns(pl.col(n).cast(dtype) for n, dtype in BASE_TYPES.items()).sort("pid")
    return write_frame(root, place_of(name, low=low, high=high, now=now), rows, now=now)


def place_of(name: str, *, low: int, high: int, now: datetime) -> Place:
    """Where a file of the copy stands."""
    day = now.date().isoformat()
    return Place(
        path=f"profiles/{day}/{name}.parquet",
        kind=FileKind.PROFILES,
        day=day,
        low=low,
        high=high,
    )


def copied_rev(files: Iterable[LakeFile]) -> int:
    """The revision up to which the copy is complete; 0 for no copy."""
    return max((file.high for file in of_kind(files, FileKind.PROFILES)), default=0)


def read_profiles(
    root: Path,
    files: Iterable[LakeFile],
    *,
    columns: Sequence[str],
    types: Mapping[str, TraitType],
    pids: Pids | None = None,
    buckets: Sequence[int] | None = None,
    newer: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """`pid` and these columns of everybody who is there, ordered by pid; shape (people, 1 + k).

    `columns` are full names: `traits.<name>`, `meta.<name>`, `address.<kind>`, or BASE_TYPES';
    `types` gives each trait's type. `pids` (sorted) and `buckets` restrict. `newer` are rows of
    higher revision from the state database, as `profiles_frame` makes them (all of them, or at
    least those of `pids`). A column that no file has is null; one written in another type keeps
    the values that fit. Raises FileNotFoundError, and KeyError for a trait without a type.
    """
    wanted = list(dict.fromkeys(["pid", "rev", "gone", *columns]))
    schema = {name: column_type(name, types) for name in wanted}
    limit = _Limit(pids, buckets)
    frames = [
        conform(limit.scan(locate(root, file.path), schema), schema)
        for file in of_kind(files, FileKind.PROFILES)
    ]
    if newer is not None and not newer.is_empty():
        frames.append(conform(limit.of(newer), schema))
    out = ["pid", *(name for name in dict.fromkeys(columns) if name != "pid")]
    return newest(frames, schema).filter(~pl.col("gone")).select(out)


def newest(frames: Sequence[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Of each pid the row of the highest `rev`, ordered by pid; frames of one schema.

    The largest frame is the base: only the pids that the others hold are looked at in it.
    """
    filled = sorted((frame for frame in frames if not frame.is_empty()), key=lambda f: f.height)
    if not filled:
        return pl.DataFrame(schema=schema)
    base = filled.pop()
    if not filled:
        return base.sort("pid")
    changed = pl.concat(filled)
    touched = changed.select("pid").unique()
    candidates = pl.concat([base.join(touched, on="pid", how="semi"), changed])
    latest = candidates.sort("rev").unique("pid", keep="last", maintain_order=True)
    return pl.concat([base.join(touched, on="pid", how="anti"), latest]).sort("pid")


def conform(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """The frame with exactly these columns; what is absent or does not fit is null."""
    return frame.select(
        pl.lit(None, dtype=dtype).alias(name)
        if name not in frame.columns
        else pl.lit(_as_type(frame[name], dtype))
        if frame.schema[name] != dtype
        else pl.col(name)
        for name, dtype in schema.items()
    )


def _as_type(column: pl.Series, dtype: pl.DataType) -> pl.Series:
    """The values of a column that was written in another type, null where they do not fit."""
    if not column.name.startswith("traits."):
        return column.cast(dtype)
    fitted, _ = fit(column.to_list(), _KINDS[dtype], lists=True)
    return fitted.alias(column.name)


def _metas(given: Sequence[Trait | None]) -> pl.Series:
    """The packed meta of each trait; equal ones, as a batch has many of, are packed once."""
    known: dict[tuple[int, float, int, int], int] = {}
    packed: list[int | None] = []
    for trait in given:
        if trait is None:
            packed.append(None)
            continue
        key = (trait.at_us, trait.confidence, trait.ttl_s, trait.source)
        word = known.get(key)
        if word is None:
            word = known[key] = pack_meta(trait)
        packed.append(word)
    return pl.Series(packed, dtype=pl.Int64)


class _Limit:
    """Which people are read: pids, buckets, both or all."""

    def __init__(self, pids: Pids | None, buckets: Sequence[int] | None) -> None:
        self._pids = None if pids is None else pl.Series("pid", pids, dtype=pl.Int64)
        self._where: list[pl.Expr] = []
        if self._pids is not None:
            low, high = (self._pids[0], self._pids[-1]) if self._pids.len() else (0, -1)
            self._where.append(pl.col("pid").is_between(low, high))
        if buckets is not None:
            self._where.append(pl.col("bucket").is_in(list(buckets)))

    def scan(self, path: Path, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
        """The wanted columns that the file has; row groups without such pids are not read."""
        lazy = pl.scan_parquet(path, glob=False)
        have = lazy.collect_schema()
        lazy = lazy.filter(*self._where) if self._where else lazy
        return self._exact(lazy.select(name for name in schema if name in have).collect())

    def of(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The people of a frame in memory."""
        return self._exact(frame.filter(*self._where) if self._where else frame)

    def _exact(self, frame: pl.DataFrame) -> pl.DataFrame:
        if self._pids is None:
            return frame
        return frame.join(self._pids.to_frame(), on="pid", how="semi", maintain_order="left")

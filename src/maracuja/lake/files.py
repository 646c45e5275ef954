"""Parquet files that are whole or not there: written aside, synced, renamed, described, swept.

It must never touch the manifest: it returns rows for it, and is given the rows that stand there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
import polars as pl
import pyarrow.parquet as pq

from maracuja.errors import DamagedFile
from maracuja.model import FileKind, LakeFile, Record, micros

GROUP_ROWS: Final = 16_000
"""Rows of a row group, and people of a chunk."""

_ASIDE: Final = ".part"


class Swap(Record, frozen=True):
    """What a rewriting did: paths that die and the rows of the files that live instead.

    The caller changes the manifest in one transaction; `moved` says which new path stands for an
    old one, for rows elsewhere that name files (chunks, runs).
    """

    dead: tuple[str, ...] = ()
    new: tuple[LakeFile, ...] = ()
    moved: dict[str, str] = msgspec.field(default_factory=dict)


class Place(Record, frozen=True):
    """Where a file stands in the manifest: its path and the offsets and day that it covers."""

    path: str  # relative to the lake's root, with /
    kind: FileKind
    day: str  # YYYY-MM-DD
    low: int
    high: int


def write_frame(
    root: Path,
    place: Place,
    frame: pl.DataFrame,
    *,
    now: datetime,
    time: str = "",
    group_rows: int = GROUP_ROWS,
    metadata: Mapping[str, str] | None = None,
) -> LakeFile:
    """Write a frame as Parquet (zstd) that survives a power cut; the row of the manifest for it.

    The rows stay in the order given, in row groups of `group_rows`; equal input gives equal
    bytes. `time` names the Datetime("us") column whose range is kept; without one, `now` stands
    for both ends. `metadata` goes to the file's key-value pairs. Raises OSError from the disk.
    """
    aside = begin(root, place.path)
    frame.rechunk().write_parquet(
        aside,
        compression="zstd",
        statistics=True,
        row_group_size=group_rows,
        metadata=dict(sorted(metadata.items())) if metadata else None,
    )
    span = (micros(now), micros(now))
    if time:
        low, high = frame.select(
            pl.col(time).min().to_physical().alias("low"),
            pl.col(time).max().to_physical().alias("high"),
        ).row(0)
        span = (low or 0, high or 0)
    return publish(root, place, aside, rows=frame.height, span=span, now=now)


def begin(root: Path, path: str) -> Path:
    """Where to write before `publish`: beside the final place; makes and syncs directories."""
    final = locate(root, path)
    created = [d for d in (final.parent, *final.parent.parents) if not d.exists()]
    final.parent.mkdir(parents=True, exist_ok=True)
    for directory in created:
        _sync(directory.parent)
    return final.with_name(final.name + _ASIDE)


def publish(
    root: Path, place: Place, aside: Path, *, rows: int, span: tuple[int, int], now: datetime
) -> LakeFile:
    """Sync a file written aside, give it its name, sync its directory; its manifest row.

    `span` is the time range of the rows in micros. The file's time is set to `now`, so that
    sweeping goes by the same clock as everything else. Raises OSError from the disk.
    """
    digest, size = _digest(aside)
    os.utime(aside, (now.timestamp(), now.timestamp()))
    _sync(aside)
    final = locate(root, place.path)
    aside.replace(final)
    _sync(final.parent)
    return LakeFile(
        path=place.path,
        kind=place.kind,
        day=place.day,
        low=place.low,
        high=place.high,
        from_us=span[0],
        until_us=span[1],
        rows=rows,
        size=size,
        sha256=digest,
        live_from_us=micros(now),
    )


def locate(root: Path, path: str) -> Path:
    """The place of a manifest path on disk; refuses one that would leave the lake."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or any(part.startswith(".") for part in parts):
        raise DamagedFile(
            f"The path {path!r} does not lie in the lake.", fix="Restore the manifest."
        )
    return root.joinpath(*parts)


def verify(root: Path, file: LakeFile) -> None:
    """Raise DamagedFile unless the file is there with its size, SHA-256 and number of rows."""
    path = locate(root, file.path)
    fix = "Restore it from a backup."
    if not path.is_file():
        raise DamagedFile("A file of the lake is missing.", where=file.path, fix=fix)
    digest, size = _digest(path)
    if (digest, size) != (file.sha256, file.size):
        raise DamagedFile("A file of the lake has changed.", where=file.path, fix=fix)
    rows = pq.read_metadata(path).num_rows
    if rows != file.rows:
        raise DamagedFile(
            f"A file of the lake has {rows} rows instead of {file.rows}.", where=file.path, fix=fix
        )


def sweep_orphans(
    root: Path, known: Iterable[str], *, now: datetime, grace: timedelta
) -> tuple[str, ...]:
    """Delete the files that no manifest row names, once older than `grace`; their paths.

    `known` holds the paths of all rows, live and dead. Leftovers of a crash are among the deleted;
    directories whose names begin with a dot (spill, caches) are left alone.
    """
    names = set(known)
    before_s = (now - grace).timestamp()
    swept = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        hidden = any(part.startswith(".") for part in PurePosixPath(name).parts)
        if hidden or name in names or not path.is_file():
            continue
        if path.stat().st_mtime <= before_s:
            path.unlink()
            swept.append(name)
    return tuple(swept)


def sweep_dead(
    root: Path, files: Iterable[LakeFile], *, now: datetime, grace: timedelta
) -> tuple[str, ...]:
    """Delete the files that have been dead for `grace`; their paths, whose rows may now go.

    One that is gone already counts as deleted, so that a repeat ends the same.
    """
    before_us = micros(now - grace)
    swept = []
    for file in files:
        if file.dead_from_us is not None and file.dead_from_us <= before_us:
            locate(root, file.path).unlink(missing_ok=True)
            swept.append(file.path)
    return tuple(swept)


def of_kind(files: Iterable[LakeFile], kind: FileKind) -> list[LakeFile]:
    """The files of that kind, by (day, low, path)."""
    return sorted(
        (file for file in files if file.kind is kind),
        key=lambda file: (file.day, file.low, file.path),
    )


def prune(
    files: Iterable[LakeFile],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    days: tuple[date, date] | None = None,
) -> list[LakeFile]:
    """The files whose rows may lie in [since, until] by time and in `days` by arrival.

    All ends are inclusive; None does not restrict. Time is the kind's own (`ts` for events).
    """
    low = micros(since) if since is not None else None
    high = micros(until) if until is not None else None
    return [
        file
        for file in files
        if (low is None or file.until_us >= low)
        and (high is None or file.from_us <= high)
        and (days is None or (first_day(file) <= days[1] and last_day(file) >= days[0]))
    ]


def first_day(file: LakeFile) -> date:
    """The first day of arrival of a file's rows."""
    return date.fromisoformat(file.day)


def last_day(file: LakeFile) -> date:
    """The last day of arrival of a file's rows; a block carries both in its path."""
    parts = PurePosixPath(file.path).parts
    span = parts[1].split("_") if len(parts) > 2 else []
    return date.fromisoformat(span[1]) if len(span) == 2 else first_day(file)


def block_directory(kind: FileKind, first: date, last: date) -> str:
    """The directory of a block that covers those days, both inclusive."""
    return f"{kind.value}/{first.isoformat()}_{last.isoformat()}"


def natural_name(*parts: object) -> str:
    """A short name that depends on the parts only: for files made out of other files."""
    h = hashlib.sha256()
    for part in parts:
        h.update(str(part).encode() + b"\0")
    return h.hexdigest()[:16]


def paths(root: Path, files: Sequence[LakeFile]) -> list[str]:
    """Where the files are on disk, in the order given."""
    return [str(locate(root, file.path)) for file in files]


def _digest(path: Path) -> tuple[str, int]:
    """(SHA-256 in hex, size in bytes)."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
        return digest.hexdigest(), stream.tell()


def _sync(path: Path) -> None:
    fd = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)

"""Fewer and larger event files: a day's small ones merged, older days folded into month blocks.

It must never change an event: rows stay the same multiset, but for pids that were merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Final

import duckdb
import pyarrow as pa

from maracuja import rng
from maracuja.lake.columns import literal
from maracuja.lake.events import ORDER
from maracuja.lake.files import (
    Place,
    Swap,
    begin,
    block_directory,
    first_day,
    last_day,
    natural_name,
    of_kind,
    paths,
    publish,
)
from maracuja.lake.session import connect, no_merged, read_parquet_sql
from maracuja.model import FileKind, LakeFile, Record

YOUNG_DAYS: Final = 10
"""A day stays a file of its own until it is older than this."""

FOLD_DAYS: Final = 7
"""So many old days are folded at once: a month is rewritten some four times, not thirty."""

FILE_ROWS: Final = 100_000
"""A file of the current day is small below this."""

TIER_FILES: Final = 8
"""So many small files of about a size are merged at once."""

BLOCK_ROWS_MAX: Final = 10_000_000

MERGED_GROUP_ROWS: Final = 65_536
"""Rows of a row group here: every query looks at all groups' statistics before it reads any."""


class Merger(Record, frozen=True):
    """Files that become one: their manifest paths, and the place of the new file."""

    inputs: tuple[str, ...]
    place: Place


def plan_compaction(files: Iterable[LakeFile], today: date) -> list[Merger]:
    """What to merge now among the live event files; each file is in one merger at most.

    The current day: small files of about a size, eight at a time. A day that is over: all its
    files. Days older than ten: the month's block, whenever a week of them has come together or
    the month is complete. Nothing to do gives an empty list.
    """
    young: dict[date, list[LakeFile]] = {}
    old: dict[tuple[int, int], list[LakeFile]] = {}
    horizon = today - timedelta(days=YOUNG_DAYS)
    for file in of_kind(files, FileKind.EVENTS):
        first, last = first_day(file), last_day(file)
        if last >= horizon and first == last:
            young.setdefault(first, []).append(file)
        else:
            old.setdefault((first.year, first.month), []).append(file)
    groups = [
        group
        for day, members in sorted(young.items())
        for group in (_tiers(members) if day >= today else _runs(members))
    ]
    for _, members in sorted(old.items()):
        groups.extend(_month(members, horizon))
    return [_merger(group) for group in groups if len(group) > 1]


def compact(
    root: Path,
    merger: Merger,
    files: Iterable[LakeFile],
    *,
    merged: pa.Table | None = None,
    now: datetime,
    threads: int = 2,
    memory: str = "1GB",
) -> Swap:
    """Write one file in place of the merger's inputs, in order, with merged people folded.

    `files` are live manifest rows that hold all inputs; `merged` is (pid, canonical): rows of a
    pid get the canonical one and its bucket. Memory stays within `memory` (DuckDB spills). The
    caller swaps the rows in one transaction. Raises duckdb.Error where an input is missing.
    """
    names = set(merger.inputs)
    sources = [file for file in files if file.path in names]
    assert len(sources) == len(names), "a file to merge is not live"
    con = connect(root, threads=threads, memory=memory)
    try:
        register_merged(con, merged)
        new = write_sorted(con, root, merger.place, FOLDED_SQL, sources, now=now)
    finally:
        con.close()
    assert new is not None, "files of the lake are never empty"
    return Swap(
        dead=merger.inputs, new=(new,), moved=dict.fromkeys(merger.inputs, merger.place.path)
    )


FOLDED_SQL: Final = """
    SELECT e.* REPLACE (
        coalesce(m.canonical, e.pid) AS pid, coalesce(m.bucket, e.bucket)::UTINYINT AS bucket)
    FROM {source} AS e LEFT JOIN folded AS m ON e.pid = m.pid
"""


def register_merged(con: duckdb.DuckDBPyConnection, merged: pa.Table | None) -> None:
    """The relation `folded`: (pid, canonical, bucket of the canonical pid)."""
    table = (merged if merged is not None else no_merged()).select(["pid", "canonical"])
    buckets = pa.array(rng.buckets(table["canonical"].to_pylist()), pa.uint8())
    con.register("folded", table.append_column("bucket", buckets))


def write_sorted(
    con: duckdb.DuckDBPyConnection,
    root: Path,
    place: Place,
    select: str,
    sources: Sequence[LakeFile],
    *,
    now: datetime,
) -> LakeFile | None:
    """Write what `select` ({source}: the source files) gives of events, in the lake's order.

    None where no row is left. Raises duckdb.Error.
    """
    aside = begin(root, place.path)
    query = select.format(source=read_parquet_sql(paths(root, sources)))
    con.execute(
        f"COPY (SELECT * FROM ({query}) ORDER BY {', '.join(ORDER)}) TO {literal(str(aside))}"
        # Version 2 has delta encoding: a sixth smaller, and quicker to scan.
        " (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd,"
        f" ROW_GROUP_SIZE {MERGED_GROUP_ROWS})"
    )
    row = con.execute(
        "SELECT count(*), coalesce(epoch_us(min(ts)), 0), coalesce(epoch_us(max(ts)), 0)"
        f" FROM {read_parquet_sql([str(aside)])}"
    ).fetchone()
    assert row is not None
    if not row[0]:
        aside.unlink()
        return None
    return publish(root, place, aside, rows=row[0], span=(row[1], row[2]), now=now)


def _tiers(members: Sequence[LakeFile]) -> list[list[LakeFile]]:
    """Small files grouped by size: each tier eight times the one before."""
    tiers: dict[int, list[LakeFile]] = {}
    for file in members:
        if file.rows < FILE_ROWS:
            tier = sum(file.rows >= FILE_ROWS // TIER_FILES**power for power in (1, 2))
            tiers.setdefault(tier, []).append(file)
    return [group for _, group in sorted(tiers.items()) if len(group) >= TIER_FILES]


def _month(members: Sequence[LakeFile], horizon: date) -> list[list[LakeFile]]:
    """What to fold of a month whose files these are, of days before `horizon`."""
    last = max(last_day(file) for file in members)
    complete = (last.replace(day=1) + timedelta(days=32)).replace(day=1) <= horizon
    days = {file.day for file in members if first_day(file) == last_day(file)}
    if not complete and len(days) < FOLD_DAYS:
        return [list(g) for _, g in groupby(members, key=lambda f: (f.day, last_day(f)))]
    return _runs(members)


def _runs(members: Sequence[LakeFile]) -> list[list[LakeFile]]:
    """Consecutive files of at most BLOCK_ROWS_MAX rows together."""
    runs: list[list[LakeFile]] = []
    rows = 0
    for file in members:
        if not runs or rows + file.rows > BLOCK_ROWS_MAX:
            runs.append([])
            rows = 0
        runs[-1].append(file)
        rows += file.rows
    return runs


def _merger(group: Sequence[LakeFile]) -> Merger:
    first = min(first_day(file) for file in group)
    last = max(last_day(file) for file in group)
    if first == last:
        directory = str(PurePosixPath(FileKind.EVENTS.value) / first.isoformat())
    else:
        directory = block_directory(FileKind.EVENTS, first, last)
    name = natural_name(*sorted(file.path for file in group))
    return Merger(
        inputs=tuple(file.path for file in group),
        place=Place(
            path=f"{directory}/merged-{name}.parquet",
            kind=FileKind.EVENTS,
            day=first.isoformat(),
            low=min(file.low for file in group),
            high=max(file.high for file in group),
        ),
    )

"""A person leaves: every file that holds them is rewritten, and what counts stays under a number.

It must never link the number back: the caller draws it and forgets it after the certificate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec
import polars as pl
import pyarrow as pa

from maracuja import rng
from maracuja.lake.bodies import BODY_GROUP_ROWS, SKELETONS, is_slot
from maracuja.lake.columns import literal, quote
from maracuja.lake.compaction import write_sorted
from maracuja.lake.files import (
    GROUP_ROWS,
    Place,
    Swap,
    begin,
    locate,
    natural_name,
    publish,
    write_frame,
)
from maracuja.lake.session import connect
from maracuja.model import FileKind, LakeFile, Record

INTERNAL_COLUMNS: Final = frozenset(
    f"properties.{name}"
    for name in (
        "message",
        "campaign",
        "run",
        "channel",
        "variant",
        "machine",
        "status",
        "code",
        "topic",
        "state",
        "currency",
    )
)
"""What a kept event may keep besides its name and times: nothing that a person has written."""

_FIXED_KEPT: Final = ("kind", "event", "ts", "received", "message_hash")


class Erased(Record, frozen=True):
    """What an erasure did: the files to swap, and rows by kind and fate for the certificate.

    `counts` has the keys `events_deleted`, `events_replaced`, `decisions_replaced`,
    `bodies_blanked`, `profiles_deleted` and `audience_replaced`, where they are not 0.
    """

    swap: Swap
    counts: dict[str, int]


def erase(
    root: Path,
    files: Iterable[LakeFile],
    replacements: Mapping[int, int],
    *,
    goal_events: frozenset[str] = frozenset(),
    goal_columns: frozenset[str] = frozenset(),
    now: datetime,
    threads: int = 2,
    memory: str = "1GB",
) -> Erased:
    """Rewrite every live file that holds one of these people without them.

    `replacements` maps each pid, aliases of merged people included, to the random number that
    stands for the person in what is kept. Of events, the internal ones and those named in
    `goal_events` stay under it, with INTERNAL_COLUMNS and `goal_columns` (say properties.total)
    only; the others go. Decisions and audiences keep their rows under it, bodies lose address and
    slots, profile rows go. `moved` in the swap says where a chunk's bodies and a run's audience
    now lie. The caller swaps the rows in one transaction; the dead files go after their grace
    time. Raises duckdb.Error or FileNotFoundError where a file is missing.
    """
    work = _Erasure(
        root,
        replacements,
        goal_events=goal_events,
        columns=INTERNAL_COLUMNS | goal_columns,
        now=now,
        threads=threads,
        memory=memory,
    )
    dead: list[str] = []
    new: list[LakeFile] = []
    moved: dict[str, str] = {}
    for file in files:
        if not work.holds(file):
            continue
        rewritten = work.rewrite(file)
        dead.append(file.path)
        if rewritten is not None:
            new.append(rewritten)
            moved[file.path] = rewritten.path
    swap = Swap(dead=tuple(dead), new=tuple(new), moved=moved)
    return Erased(swap=swap, counts=dict(sorted(work.counts.items())))


class _Erasure:
    """One erasure under way: who leaves, and what was done so far."""

    def __init__(
        self,
        root: Path,
        replacements: Mapping[int, int],
        *,
        goal_events: frozenset[str],
        columns: frozenset[str],
        now: datetime,
        threads: int,
        memory: str,
    ) -> None:
        self._root = root
        self._now = now
        self._old = pl.Series(sorted(replacements), dtype=pl.Int64)
        self._new = pl.Series([replacements[pid] for pid in self._old], dtype=pl.Int64)
        self._mark = natural_name(*self._new.sort())[:8]
        self._goal_events = goal_events
        self._columns = columns
        self._threads = threads
        self._memory = memory
        self.counts: Counter[str] = Counter()

    def holds(self, file: LakeFile) -> bool:
        """Whether a row of the file is about one of them."""
        rows = pl.scan_parquet(locate(self._root, file.path), glob=False)
        here = pl.col("pid").is_in(self._old.implode())
        if file.kind is FileKind.DECISIONS:
            here |= pl.col("draw_pid").is_in(self._old.implode())
        return bool(rows.filter(here).head(1).collect().height)

    def rewrite(self, file: LakeFile) -> LakeFile | None:
        """The manifest row of the file without them; None where nothing is left of it."""
        if file.kind is FileKind.EVENTS:
            return self._events(file)
        if file.kind is FileKind.PROFILES:
            return self._profiles(file)
        on_disk = locate(self._root, file.path)
        frame = pl.read_parquet(on_disk, glob=False)
        metadata: dict[str, str] | None = None
        group_rows = GROUP_ROWS
        if file.kind is FileKind.DECISIONS:
            frame = self._decisions(frame)
        elif file.kind is FileKind.AUDIENCE:
            frame = self._audience(frame)
        else:
            frame = self._bodies(frame)
            metadata = {SKELETONS: pl.read_parquet_metadata(on_disk)[SKELETONS]}
            group_rows = BODY_GROUP_ROWS
        written = write_frame(
            self._root,
            self._place(file),
            frame,
            now=self._now,
            group_rows=group_rows,
            metadata=metadata,
        )
        return msgspec.structs.replace(written, from_us=file.from_us, until_us=file.until_us)

    def _place(self, file: LakeFile) -> Place:
        path = PurePosixPath(file.path)
        name = f"{path.stem.split('~')[0]}~{self._mark}.parquet"
        return Place(
            path=str(path.with_name(name)),
            kind=file.kind,
            day=file.day,
            low=file.low,
            high=file.high,
        )

    def _here(self, frame: pl.DataFrame) -> pl.Series:
        return frame["pid"].is_in(self._old.implode())

    def _replaced(self, name: str) -> pl.Expr:
        return pl.col(name).replace(self._old, self._new)

    def _events(self, file: LakeFile) -> LakeFile | None:
        on_disk = locate(self._root, file.path)
        schema = pl.scan_parquet(on_disk, glob=False).collect_schema()
        names = ", ".join(literal(name) for name in sorted(self._goal_events)) or "NULL"
        kept = f"(e.kind = 'internal' OR coalesce(e.event IN ({names}), false))"
        fields = [*_FIXED_KEPT, *sorted(self._columns & set(schema))]
        select = f"""
            SELECT e.* FROM {{source}} AS e ANTI JOIN leaving AS x ON e.pid = x.pid
            UNION ALL BY NAME
            SELECT x.replacement AS pid, x.bucket, '' AS message_id,
                {", ".join(f"e.{quote(field)}" for field in fields)}
            FROM {{source}} AS e JOIN leaving AS x ON e.pid = x.pid WHERE {kept}
        """
        con = connect(self._root, threads=self._threads, memory=self._memory)
        try:
            con.register("leaving", self._leaving())
            row = con.execute(
                f"SELECT count(*) FILTER ({kept}), count(*) FROM read_parquet("
                f"{literal(str(on_disk))}) AS e JOIN leaving AS x ON e.pid = x.pid"
            ).fetchone()
            assert row is not None
            new = write_sorted(con, self._root, self._place(file), select, [file], now=self._now)
        finally:
            con.close()
        self.counts["events_replaced"] += row[0]
        self.counts["events_deleted"] += row[1] - row[0]
        return new

    def _leaving(self) -> pa.Table:
        buckets = pa.array(rng.buckets(self._new.to_list()), pa.uint8())
        return pa.table(
            {
                "pid": self._old.to_arrow(),
                "replacement": self._new.to_arrow(),
                "bucket": buckets,
            }
        )

    def _profiles(self, file: LakeFile) -> LakeFile:
        """Row group by row group; an empty file stays, as it says how far the copy goes."""
        place = self._place(file)
        aside = begin(self._root, place.path)
        here = pl.col("pid").is_in(self._old.implode())
        lazy = pl.scan_parquet(locate(self._root, file.path), glob=False)
        lazy.filter(~here).sink_parquet(aside, compression="zstd", row_group_size=GROUP_ROWS)
        left = pl.scan_parquet(aside, glob=False).select(pl.len()).collect().item()
        self.counts["profiles_deleted"] += file.rows - left
        span = (file.from_us, file.until_us)
        return publish(self._root, place, aside, rows=left, span=span, now=self._now)

    def _decisions(self, frame: pl.DataFrame) -> pl.DataFrame:
        self.counts["decisions_replaced"] += int(self._here(frame).sum())
        return frame.with_columns(self._replaced("pid"), self._replaced("draw_pid")).sort(
            "pid", "at", maintain_order=True
        )

    def _audience(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Everybody stays in their part, so that a run under way goes on where it was."""
        self.counts["audience_replaced"] += int(self._here(frame).sum())
        part = pl.int_range(pl.len()) // GROUP_ROWS
        return (
            frame.with_columns(self._replaced("pid"), part.alias("part"))
            .sort("part", "pid")
            .drop("part")
        )

    def _bodies(self, frame: pl.DataFrame) -> pl.DataFrame:
        here = self._here(frame)
        self.counts["bodies_blanked"] += int(here.sum())
        texts = ["address", *(column for column in frame.columns if is_slot(column))]
        return frame.with_columns(
            pl.when(here).then(None).otherwise(pl.col(text)).alias(text) for text in texts
        ).with_columns(self._replaced("pid"))

"""Columns of everybody, kept in memory between the questions of people who look at lists.

It must never decide what is sent: a launch reads the stores themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.clock import monotonic_s
from maracuja.lake.profiles import column_type, conform, copied_rev, read_profiles
from maracuja.model import FileKind, TraitType, micros
from maracuja.runtime.launch_newer import newer_profiles
from maracuja.store import manifest, people

BASE: Final = ("pid", "bucket", "created", "draw_pid")
SOUGHT: Final = "sought"  # names, e-mail and phone in small letters, one to a line
SOURCES: Final = (
    "traits.name",
    "traits.first_name",
    "traits.last_name",
    "address.email",
    "address.phone",
)
COLUMNS_MAX: Final = 24  # beside BASE: some 20 MB each for a million people
WORDS_S: Final = 20.0  # so old may be what a list knows of consents and suppressions
RELOADED: Final = 20_000  # from so many changes on, the copy in the lake is read anew


class PeopleColumns:
    """The columns that lists have asked for, brought up to date by whoever asks next."""

    def __init__(self, tick: Callable[[], float] = monotonic_s) -> None:
        self._tick = tick
        self._lock = Lock()
        self._frame: pl.DataFrame | None = None
        self._rev = 0
        self._people = 0
        self._words: dict[tuple[str, ...], tuple[float, pl.DataFrame]] = {}

    def frame(
        self,
        conn: Connection,
        lake: Path,
        types: Mapping[str, TraitType],
        columns: Sequence[str],
        now: datetime,
    ) -> pl.DataFrame:
        """BASE and these columns of everybody, by pid, as `conn` sees them.

        `columns` are `traits.<name>`, `address.<kind>`, SOUGHT; `types` those of all traits.
        """
        wanted = [name for name in dict.fromkeys(columns) if name not in BASE]
        with self._lock:
            frame = self._current(conn, lake, types, now)
            if frame is None or self._rev > people.last_rev(conn):
                frame = self._load(conn, lake, types, wanted, now)
            missing = [name for name in wanted if name not in frame.columns]
            if missing:
                more = self._everybody(conn, lake, types, missing, now).select("pid", *missing)
                others = [name for name in frame.columns if name not in (*BASE, *wanted)]
                room = max(COLUMNS_MAX - len(wanted), 0)
                dropped = others[: max(len(others) - room, 0)]
                frame = frame.drop(dropped).join(more, on="pid", how="left", maintain_order="left")
                self._frame = frame
            return frame.select([*BASE, *wanted])

    def words(self, key: tuple[str, ...], read: Callable[[], pl.DataFrame]) -> pl.DataFrame:
        """What `read` gives, or gave within the last WORDS_S."""
        at_s, found = self._words.get(key, (0.0, None))
        if found is None or self._tick() - at_s > WORDS_S:
            found = read()
            self._words[key] = (self._tick(), found)
        return found

    def _current(
        self, conn: Connection, lake: Path, types: Mapping[str, TraitType], now: datetime
    ) -> pl.DataFrame | None:
        """The kept frame with every change that `conn` sees, or newer; None: nothing is kept."""
        rev, frame = people.last_rev(conn), self._frame
        if frame is None or rev < self._rev:
            return frame
        count = people.count(conn)
        if rev == self._rev and count == self._people:
            return frame
        changed = self._changed(conn, frame, types, now) if rev > self._rev else None
        if changed is not None:
            merged, _ = people.merged(conn)
            stayed = frame.join(changed, on="pid", how="anti", maintain_order="left")
            frame = stayed.merge_sorted(changed, key="pid")
            frame = frame.filter(~_among(frame, merged))
            if frame.height == count:
                self._frame, self._rev, self._people = frame, rev, count
                return frame
        # Somebody was erased, which takes no revision, or too much is different.
        names = [one for one in frame.columns if one not in BASE and _there(one, types)]
        return self._load(conn, lake, types, names, now)

    def _changed(
        self, conn: Connection, frame: pl.DataFrame, types: Mapping[str, TraitType], now: datetime
    ) -> pl.DataFrame | None:
        """The rows of who changed since, in the frame's columns; None where they do not fit."""
        files = manifest.live(conn, [FileKind.PROFILES], micros(now))
        many = people.changed(conn, self._rev, rows_max=RELOADED) >= RELOADED
        if many and copied_rev(files) > self._rev:
            return None
        names = [name for name in frame.columns if name not in BASE]
        own = {name: _type(name, types) for name in frame.columns if _there(name, types)}
        if own != dict(frame.schema):
            return None
        newer, _ = newer_profiles(conn, self._rev, types)
        if newer is None:
            return frame.head(0)
        read = {name: column_type(name, types) for name in [*BASE, *_read(names, types)]}
        return _with_sought(conform(newer, read), names).sort("pid").select(frame.columns)

    def _load(
        self,
        conn: Connection,
        lake: Path,
        types: Mapping[str, TraitType],
        names: Sequence[str],
        now: datetime,
    ) -> pl.DataFrame:
        """Read BASE and these columns of everybody, and keep them."""
        frame = self._everybody(conn, lake, types, names, now)
        self._frame, self._rev, self._people = frame, people.last_rev(conn), people.count(conn)
        return frame

    def _everybody(
        self,
        conn: Connection,
        lake: Path,
        types: Mapping[str, TraitType],
        names: Sequence[str],
        now: datetime,
    ) -> pl.DataFrame:
        """BASE and these columns of everybody, read from the copy and what is newer than it."""
        files = manifest.live(conn, [FileKind.PROFILES], micros(now))
        newer, _ = newer_profiles(conn, copied_rev(files), types)
        columns = [*BASE[1:], *_read(names, types)]
        found = read_profiles(lake, files, columns=columns, types=types, newer=newer)
        merged, _ = people.merged(conn)
        frame = _with_sought(found.filter(~_among(found, merged)), names)
        absent = [name for name in names if name not in frame.columns]
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(one) for one in absent)
        return frame.select([*BASE, *names])


def _read(names: Sequence[str], types: Mapping[str, TraitType]) -> list[str]:
    """The columns of the copy that these are made of."""
    made = [*names, *(SOURCES if SOUGHT in names else ())]
    return [one for one in dict.fromkeys(made) if one != SOUGHT and _there(one, types)]


def _with_sought(frame: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    if SOUGHT not in names:
        return frame
    parts = [pl.col(name).cast(pl.String) for name in SOURCES if name in frame.columns]
    texts = pl.concat_str(parts, separator="\n", ignore_nulls=True).str.to_lowercase()
    return frame.with_columns(texts.alias(SOUGHT))


def _there(name: str, types: Mapping[str, TraitType]) -> bool:
    """Whether a trait of this name was ever seen; all that is no trait is there."""
    return not name.startswith("traits.") or name.removeprefix("traits.") in types


def _type(name: str, types: Mapping[str, TraitType]) -> pl.DataType:
    return pl.String() if name == SOUGHT else column_type(name, types)


def _among(frame: pl.DataFrame, pids: npt.NDArray[np.int64]) -> pl.Series:
    return pl.Series(np.isin(frame["pid"].to_numpy(), pids), dtype=pl.Boolean)

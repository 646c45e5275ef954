"""Which events were here already: the message hashes of the last 30 days of arrival.

It must never be a truth of its own: it is rebuilt from the event files, its cache from nothing.

A hash is 64 bits of SHA-256 of the message id, and a hit counts as the same event without a look
at the id itself: among 20 million events a month, the chance that any two different ids meet is
about 1 in 100,000, while comparing would mean a read of the lake for every repeat.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja.lake.files import last_day, locate, of_kind
from maracuja.model import FileKind, LakeFile

Hashes = npt.NDArray[np.int64]

SEEN_DAYS: Final = 30
CACHE: Final = ".cache/seen"
_BITS_PER_HASH: Final = 16
_LOG2_BITS_MIN: Final = 20
_IN_MEMORY_MAX: Final = 65_536
_EPOCH: Final = date(1970, 1, 1)


class Seen:
    """Membership of message hashes; one sorted array per day and file behind one bit filter.

    `files` are the live event files, `today` the day of now (UTC). Sorted hashes are kept beside
    the lake and mapped into memory; the filter holds 8 to 32 bits a hash, so that some 3 to 12 %
    of the new ones have to be looked up. Not for use by several threads at once.
    """

    def __init__(self, root: Path, files: Iterable[LakeFile], *, today: date) -> None:
        self._cache = root / CACHE
        self._today = today
        self._runs: dict[date, list[Hashes]] = {}
        live = [
            file for file in of_kind(files, FileKind.EVENTS) if last_day(file) >= self._first_day()
        ]
        for file in live:
            for day, run in _split(self._cached(root, file)):
                if day >= self._first_day():
                    self._runs.setdefault(day, []).append(run)
        self._runs = {day: _gathered(runs) for day, runs in self._runs.items()}
        self._tidy({f"{file.sha256}.npy" for file in live})
        self._rebuild_filter()

    def __len__(self) -> int:
        """How many hashes are known."""
        return sum(run.size for runs in self._runs.values() for run in runs)

    def fresh(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Whether each is neither known nor a repeat inside the batch (the first one counts).

        Shape (n,) in and out; nothing is remembered, see `add`.
        """
        order = np.argsort(hashes, kind="stable")
        ordered = np.ascontiguousarray(hashes[order], dtype=np.int64)
        new = np.ones(ordered.size, dtype=np.bool_)
        new[1:] = ordered[1:] != ordered[:-1]
        slot = self._slots(ordered)
        maybe = np.flatnonzero((self._filter[slot >> 3] >> (slot & 7).astype(np.uint8)) & 1)
        asked = ordered[maybe]
        known = np.zeros(asked.size, dtype=np.bool_)
        for runs in self._runs.values():
            for run in runs:
                at = np.minimum(np.searchsorted(run, asked), run.size - 1)
                known |= run[at] == asked
        new[maybe[known]] = False
        mask = np.empty_like(new)
        mask[order] = new
        return mask

    def add(self, day: date, hashes: Hashes) -> None:
        """Remember hashes, shape (n,), that arrived on `day`: once the manifest has their file."""
        if not hashes.size:
            return
        ordered = np.unique(np.asarray(hashes, dtype=np.int64))
        runs = self._runs.setdefault(day, [])
        runs.append(ordered)
        while len(runs) > 1 and runs[-2].size < 2 * runs[-1].size:
            runs[-2:] = [np.sort(np.concatenate(runs[-2:]), kind="stable")]
        if len(self) * _BITS_PER_HASH // 2 > 1 << self._log2_bits:
            self._rebuild_filter()
        else:
            self._mark(ordered)

    def expire(self, today: date) -> None:
        """Forget what arrived more than 30 days before `today`."""
        self._today = today
        gone = [day for day in self._runs if day < self._first_day()]
        for day in gone:
            del self._runs[day]
        if gone:
            self._rebuild_filter()

    def _first_day(self) -> date:
        return self._today - timedelta(days=SEEN_DAYS)

    # ------------------------------------------------------------ the filter

    def _rebuild_filter(self) -> None:
        wanted = max(len(self) * _BITS_PER_HASH - 1, 1).bit_length()
        self._log2_bits = max(wanted, _LOG2_BITS_MIN)
        self._filter = np.zeros(1 << (self._log2_bits - 3), dtype=np.uint8)
        for runs in self._runs.values():
            for run in runs:
                self._mark(run)

    def _slots(self, ordered: Hashes) -> npt.NDArray[np.int64]:
        """The bit of each hash; rises with the hash."""
        shifted = (ordered.view(np.uint64) ^ np.uint64(1 << 63)) >> np.uint64(64 - self._log2_bits)
        return shifted.astype(np.int64)

    def _mark(self, ordered: Hashes) -> None:
        """Set the bits of sorted hashes."""
        if not ordered.size:
            return
        slot = self._slots(np.ascontiguousarray(ordered))
        place = slot >> 3
        bits = np.left_shift(1, slot & 7).astype(np.uint8)
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        self._filter[place[starts]] |= np.bitwise_or.reduceat(bits, starts)

    # ------------------------------------------------------------ the cache

    def _cached(self, root: Path, file: LakeFile) -> Hashes:
        """The file's hashes as `_pack` lays them out, mapped from the cache, made where absent."""
        path = self._cache / f"{file.sha256}.npy"
        try:
            packed: Hashes = np.load(path, mmap_mode="r")
            if _whole(packed):
                return packed
        except (OSError, EOFError, ValueError):
            pass
        made = _pack(locate(root, file.path))
        self._cache.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part.npy")
        np.save(aside, made)
        aside.replace(path)
        mapped: Hashes = np.load(path, mmap_mode="r")
        return mapped

    def _tidy(self, keep: set[str]) -> None:
        """Delete cached hashes of files that are no longer live or too old."""
        if self._cache.is_dir():
            for path in self._cache.iterdir():
                if path.name not in keep:
                    path.unlink()


def _pack(path: Path) -> Hashes:
    """[days, (day, count) for each, hashes sorted by day and value], days since 1970."""
    frame = (
        pl.read_parquet(path, columns=["message_hash", "received"])
        .select(pl.col("received").dt.date().to_physical().alias("day"), "message_hash")
        .sort("day", "message_hash")
    )
    days = frame.group_by("day", maintain_order=True).len()
    table = np.column_stack([days["day"].to_numpy(), days["len"].to_numpy()]).astype(np.int64)
    return np.concatenate(
        [np.array([len(table)], dtype=np.int64), table.ravel(), frame["message_hash"].to_numpy()]
    )


def _whole(packed: Hashes) -> bool:
    if packed.ndim != 1 or packed.dtype != np.int64 or not packed.size:
        return False
    days = int(packed[0])
    head = 1 + 2 * days
    return days >= 0 and head <= packed.size and head + packed[2:head:2].sum() == packed.size


def _split(packed: Hashes) -> Iterable[tuple[date, Hashes]]:
    """The sorted hashes of each day."""
    head = 1 + 2 * int(packed[0])
    start = head
    for day, count in packed[1:head].reshape(-1, 2).tolist():
        yield _EPOCH + timedelta(days=day), packed[start : start + count]
        start += count


def _gathered(runs: list[Hashes]) -> list[Hashes]:
    """The large runs as they are, the small ones as one in memory."""
    large = [run for run in runs if run.size > _IN_MEMORY_MAX]
    small = [run for run in runs if run.size <= _IN_MEMORY_MAX]
    if small:
        large.append(np.sort(np.concatenate(small)))
    return large

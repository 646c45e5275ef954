"""Keeps a workspace small and quick: copies, compaction, retention, sweeping; one step a call.

It must never delete what a reader may still hold: files out of force stay for an hour.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Final, NamedTuple, Protocol

import polars as pl
from sqlalchemy import Connection

from maracuja.commit_points import passed
from maracuja.config import Lake
from maracuja.lake.compaction import compact, plan_compaction
from maracuja.lake.files import sweep_dead, sweep_orphans
from maracuja.lake.retention import outlived
from maracuja.model import FileKind, micros, moment
from maracuja.runtime import name_cards, profile_copy, retention_work
from maracuja.runtime.upkeep_ground import Ground as Ground
from maracuja.runtime.upkeep_ground import Keeping as Keeping
from maracuja.store import (
    entries,
    feed,
    inbox,
    last_words,
    manifest,
    message_parts,
    meta,
    open_polls,
    people,
    refused,
    short_links,
    signups,
    vendor_ids,
    watermarks,
)
from maracuja.store.engine import Store

COPY_EVERY: Final = timedelta(minutes=1)
GRACE: Final = timedelta(hours=1)
ORPHANS_EVERY: Final = timedelta(hours=1)
LOOK_EVERY: Final = timedelta(seconds=10)
ORPHANS_SWEPT: Final = "orphans_swept_us"


class Upkept(NamedTuple):
    """What a call did (`step` '' for nothing; `n` people, files or rows), and when to come again.

    `again` is `now` while more may be due; else when the passing of time alone makes it so.
    """

    step: str
    n: int
    again: datetime


Step = Callable[[Ground], int]


def upkeep(
    store: Store, lake: Path, limits: Lake, now: datetime, *, kept: Keeping = nullcontext
) -> Upkept:
    """Do the first thing that is due, in transactions of its own, and say what it was.

    A crash repeats it with the same outcome. To be called by the holder of the lease, like
    projection and launch. Raises OSError, duckdb.Error and DamagedFile where the lake's files
    cannot be read.
    """
    ground = Ground(store, lake, limits, now, kept)
    for name, step in STEPS.items():
        n = step(ground)
        if n:
            return Upkept(name, n, now)
    return Upkept("", 0, _next_due(ground))


class Upkeep:
    """`upkeep` as a chore of the worker: looks every ten seconds, or when something is due.

    `kept` is entered around what may outlast the worker's lease, to keep it meanwhile.
    """

    def __init__(
        self, store: Store, lake: Path, limits: Lake, *, kept: Keeping = nullcontext
    ) -> None:
        self._store = store
        self._lake = lake
        self._limits = limits
        self._kept = kept
        self._look = datetime.min.replace(tzinfo=UTC)
        self._again: datetime | None = None

    def __call__(self, now: datetime) -> datetime | None:
        """One step, if it is time; when to come again."""
        if now < self._look:
            return self._again
        done = upkeep(self._store, self._lake, self._limits, now, kept=self._kept)
        self._again = done.again
        self._look = min(done.again, now + LOOK_EVERY)
        return done.again


# ---------------------------------------------------------------- steps


def trim_queues(ground: Ground) -> int:
    """Delete the inbox's and the feed's rows that the projection has passed; how many.

    Their lake files stand in the manifest since the transaction that set the mark.
    """
    with ground.store.read() as conn:
        passed, told = watermarks.get(conn, "inbox"), watermarks.get(conn, "feed")
        old_feed = feed.read(conn, 0, rows_max=1).seq
    deleted = 0
    with ground.store.read_inbox() as conn:
        old_inbox = inbox.read(conn, 0, rows_max=1).seq
    if old_inbox and old_inbox[0] <= passed:
        with ground.store.write_inbox() as conn:
            deleted += inbox.delete_until(conn, passed)
    if old_feed and old_feed[0] <= told:
        with ground.store.write() as conn:
            deleted += feed.delete_until(conn, told)
    return deleted


def copy_profiles(ground: Ground) -> int:
    """Bring the profile copy up to date, at most once a minute; how many people."""
    with ground.store.read() as conn:
        written_us = profile_copy.behind(conn, ground.now)
    if written_us is None or ground.now < moment(written_us) + COPY_EVERY:
        return 0
    with ground.kept():
        return profile_copy.copy_profiles(ground.store, ground.lake, ground.now)


def merge_copy(ground: Ground) -> int:
    """Merge files of the profile copy; how many."""
    with ground.kept():
        return profile_copy.merge_copy(ground.store, ground.lake, ground.now)


def compact_events(ground: Ground) -> int:
    """Merge one group of event files, with merged people folded; how many files."""
    with ground.store.read() as conn:
        files = manifest.live(conn, [FileKind.EVENTS], micros(ground.now))
        mergers = plan_compaction(files, ground.now.date())
        if not mergers:
            return 0
        pids, canonical = people.merged(conn)
    with ground.kept():
        swap = compact(
            ground.lake,
            mergers[0],
            files,
            merged=pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow(),
            now=ground.now,
            threads=ground.limits.threads,
            memory=ground.limits.memory,
        )
    passed("compaction.written")
    with ground.store.write() as conn:
        manifest.swap(conn, swap.dead, swap.new, micros(ground.now))
    passed("compaction.swapped")
    return len(swap.dead)


def merge_names(ground: Ground) -> int:
    """Merge the files of name cards, and drop the cards of older rules; how many files."""
    with ground.store.read() as conn:
        files = name_cards.live(conn, ground.now)
    if not name_cards.outdated(files):
        return 0
    merged = name_cards.merge(ground.lake, files, ground.now)
    with ground.store.write() as conn:
        manifest.swap(conn, merged.dead, merged.new, micros(ground.now))
    return len(merged.dead)


def retain(ground: Ground) -> int:
    """End the files that have outlived their time; how many."""
    with ground.store.read() as conn:
        kept = retention_work.lake_days(conn, ground.limits)
        files = manifest.live(conn, list(kept), micros(ground.now))
    old = outlived(files, kept, ground.now.date())
    if old:
        with ground.store.write() as conn:
            manifest.swap(conn, [file.path for file in old], [], micros(ground.now))
    return len(old)


class Aging(Protocol):
    """A table of the store whose rows are of no use after a while."""

    def oldest_us(self, conn: Connection) -> int | None:
        """The time of the oldest row; None where there is none."""

    def delete_before(self, conn: Connection, at_us: int, /) -> int:
        """Delete the rows of before then; how many."""


def forget(aging: Aging, days: int | Callable[[Connection], int]) -> Step:
    """The step that deletes the rows that are so old; it only writes where there are any."""

    def step(ground: Ground) -> int:
        with ground.store.read() as conn:
            kept = days if isinstance(days, int) else days(conn)
            limit_us = micros(ground.now - timedelta(days=kept))
            oldest_us = aging.oldest_us(conn)
        if oldest_us is None or oldest_us >= limit_us:
            return 0
        with ground.store.write() as conn:
            return aging.delete_before(conn, limit_us)

    return step


def sweep(ground: Ground, *, grace: timedelta = GRACE) -> int:
    """Delete the files that are out of force since before `grace`, and their rows; how many."""
    with ground.store.read() as conn:
        dead = manifest.sweepable(conn, micros(ground.now - grace) + 1)
        files = manifest.get(conn, dead)
    swept = sweep_dead(ground.lake, files, now=ground.now, grace=grace)
    if swept:
        passed("sweep.deleted")
        with ground.store.write() as conn:
            manifest.forget(conn, swept)
        passed("sweep.forgotten")
    return len(swept)


def sweep_leftovers(ground: Ground) -> int:
    """Once an hour delete the files of no row, an hour old: what crashes leave; how many."""
    with ground.store.read() as conn:
        if ground.now < _leftovers_due(conn):
            return 0
        known = manifest.paths(conn)
    swept = sweep_orphans(ground.lake, known, now=ground.now, grace=GRACE)
    with ground.store.write() as conn:
        meta.put(conn, ORPHANS_SWEPT, str(micros(ground.now)))
    return len(swept)


STEPS: Final[dict[str, Step]] = {
    "queue rows deleted": trim_queues,
    "people copied": copy_profiles,
    "profile files merged": merge_copy,
    "event files merged": compact_events,
    "name cards merged": merge_names,
    "files outlived": retain,
    "refused events outlived": forget(refused, retention_work.refused_days),
    "traits outlived": retention_work.forget_traits,
    "vendors' ids outlived": forget(vendor_ids, vendor_ids.KEPT_DAYS),
    "parts of messages outlived": forget(message_parts, message_parts.KEPT_DAYS),
    "last words outlived": forget(last_words, last_words.KEPT_DAYS),
    "polls outlived": forget(open_polls, open_polls.KEPT_DAYS),
    "short links outlived": forget(short_links, short_links.KEPT_DAYS),
    "events of entries outlived": forget(entries, entries.KEPT_DAYS),
    "sign-ups never confirmed": forget(signups, signups.KEPT_DAYS),
    "files deleted": sweep,
    "leftovers deleted": sweep_leftovers,
}


def _next_due(ground: Ground) -> datetime:
    """When time alone makes something due: a copy, a grace that ends, the next day."""
    tomorrow = datetime.combine(ground.now.date() + timedelta(days=1), time(), UTC)
    with ground.store.read() as conn:
        due = [tomorrow, _leftovers_due(conn)]
        written_us = profile_copy.behind(conn, ground.now)
        if written_us is not None:
            due.append(moment(written_us) + COPY_EVERY)
        oldest = manifest.get(conn, manifest.sweepable(conn, micros(ground.now) + 1)[:1])
        due += [moment(file.dead_from_us) + GRACE for file in oldest if file.dead_from_us]
    return max(min(due), ground.now + timedelta(seconds=1))


def _leftovers_due(conn: Connection) -> datetime:
    swept_us = meta.get(conn, ORPHANS_SWEPT)
    return moment(int(swept_us or 0)) + ORPHANS_EVERY

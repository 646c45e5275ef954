"""Upkeep: copies, compaction, retention and sweeping lose nothing, whatever else goes on."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from maracuja.config import Lake
from maracuja.lake.profiles import copied_rev, read_profiles
from maracuja.model import FileKind, LakeFile, Trait, TraitSource, TraitType, micros
from maracuja.runtime import profile_copy
from maracuja.runtime.launch_ground import trait_types
from maracuja.runtime.launch_newer import newer_profiles
from maracuja.runtime.projection import Projection
from maracuja.runtime.upkeep import GRACE, Ground, Upkeep, sweep, upkeep
from maracuja.store import (
    feed,
    inbox,
    manifest,
    merging,
    meta,
    people,
    refused,
    watermarks,
)
from maracuja.store.engine import Store
from maracuja.store.refused import Fault

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMITS = Lake(threads=1, memory="500MB")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lake = tmp_path / "lake"
    lake.mkdir()
    return lake


@pytest.fixture
def projection(store: Store, root: Path) -> Projection:
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)
    return Projection(store, root, country="UA")


def send(store: Store, low: int, high: int, at: datetime = NOW) -> None:
    """Every number in [low, high) identifies a person and tracks an event of theirs."""
    calls = []
    for i in range(low, high):
        who = {"userId": f"u{i % 50}", "timestamp": at.isoformat()}
        calls.append(who | {"type": "identify", "messageId": f"i{i}", "traits": {"last": i}})
        calls.append(who | {"type": "track", "messageId": f"t{i}", "event": "Seen"})
    request = inbox.Request(
        micros(at), "batch", "server", b"{}", msgspec.json.encode({"batch": calls})
    )
    with store.write_inbox() as conn:
        inbox.append(conn, [request])


def live(store: Store, now: datetime, *kinds: FileKind) -> list[LakeFile]:
    with store.read() as conn:
        return manifest.live(conn, kinds or list(FileKind), micros(now))


def settle(store: Store, root: Path, now: datetime) -> tuple[Counter[str], datetime]:
    """Call upkeep until it has nothing to do; what it did, and when it wants to come again."""
    did: Counter[str] = Counter()
    for _ in range(200):
        done = upkeep(store, root, LIMITS, now)
        if not done.step:
            return did, done.again
        assert done.n and done.again == now
        did[done.step] += done.n
    raise AssertionError("upkeep does not come to rest")


def copied(store: Store, root: Path, now: datetime, *, newer: bool = True) -> pl.DataFrame:
    """Everybody's trait `last` as a reader sees it."""
    with store.read() as conn:
        files = manifest.live(conn, [FileKind.PROFILES], micros(now))
        types = {"last": TraitType.NUMBER} | trait_types(conn)
        rows = newer_profiles(conn, copied_rev(files), types)[0] if newer else None
    return read_profiles(root, files, columns=["traits.last", "rev"], types=types, newer=rows)


def stored(store: Store) -> dict[int, float]:
    """Everybody's trait `last` as the state database has it."""
    with store.read() as conn:
        pids = [pid for chunk in people.newer(conn, 0) for pid in chunk.pid]
        return {pid: people.get(conn, pid).traits["last"].value for pid in sorted(pids)}


def test_the_copy_follows_the_state_and_has_few_files(
    store: Store, root: Path, projection: Projection
) -> None:
    for i in range(8):
        at = NOW + timedelta(minutes=2 * i)
        send(store, 40 * i, 40 * i + 40, at)
        projection.project(at)
        settle(store, root, at)
    at = NOW + timedelta(minutes=20)
    seen = copied(store, root, at, newer=False)
    assert dict(zip(seen["pid"], seen["traits.last"], strict=True)) == stored(store)
    assert len(live(store, at, FileKind.PROFILES)) < 6
    did, again = settle(store, root, at)
    assert not did and at < again <= at + timedelta(hours=1)


def test_the_copy_is_written_once_a_minute(
    store: Store, root: Path, projection: Projection
) -> None:
    send(store, 0, 5)
    projection.project(NOW)
    assert settle(store, root, NOW)[0]["people copied"] == 5
    soon = NOW + timedelta(seconds=20)
    send(store, 5, 10)
    projection.project(soon)
    did, again = settle(store, root, soon)
    assert did["people copied"] == 0 and again == NOW + timedelta(minutes=1)
    assert settle(store, root, again)[0]["people copied"] == 5


def test_a_copy_in_several_files_misses_nobody(
    store: Store, root: Path, projection: Projection
) -> None:
    for low in range(0, 50, 10):
        send(store, low, low + 10)
        projection.project(NOW)
    turns = 0
    while profile_copy.copy_profiles(store, root, NOW, rows_max=12):
        turns += 1
        seen = copied(store, root, NOW)
        assert dict(zip(seen["pid"], seen["traits.last"], strict=True)) == stored(store)
    assert turns > 2
    assert copied(store, root, NOW, newer=False).height == 50


def test_who_was_merged_leaves_the_copy(store: Store, root: Path, projection: Projection) -> None:
    send(store, 0, 4)
    projection.project(NOW)
    settle(store, root, NOW)
    later = NOW + timedelta(minutes=5)
    with store.write() as conn:
        loser, winner = people.find(conn, ["external_id"] * 2, ["u1", "u2"]).tolist()
        rev = people.next_rev(conn)
        merging.merge(conn, rev, [merging.Merge(loser, winner, "by_hand")], now_us=micros(later))
    settle(store, root, later)
    seen = copied(store, root, later, newer=False)
    assert loser not in seen["pid"].to_list() and seen.height == 3


def test_event_files_become_one_and_the_old_ones_go_after_an_hour(
    store: Store, root: Path, projection: Projection
) -> None:
    for i in range(9):
        send(store, 10 * i, 10 * i + 10)
        projection.project(NOW)
    before = live(store, NOW, FileKind.EVENTS)
    did, _ = settle(store, root, NOW)
    after = live(store, NOW, FileKind.EVENTS)
    assert did["event files merged"] and len(after) < len(before)
    assert sum(f.rows for f in after) == sum(f.rows for f in before) == 180
    assert all((root / f.path).exists() for f in before)
    did, _ = settle(store, root, NOW + GRACE)
    assert did["files deleted"] >= len(before) - 1
    with store.read() as conn:
        assert manifest.sweepable(conn, 2**62) == []
    on_disk = {p.relative_to(root).as_posix() for p in root.rglob("*.parquet")}
    assert on_disk == {f.path for f in live(store, NOW + GRACE)}


def test_old_files_end_and_leftovers_are_swept(
    store: Store, root: Path, projection: Projection
) -> None:
    send(store, 0, 5)
    projection.project(NOW)
    settle(store, root, NOW)
    (root / "events/2026-11-21/stray.parquet.part").write_bytes(b"half")
    long_after = NOW + timedelta(days=40)
    limits = Lake(threads=1, keep_events_days=30)
    steps = set()
    while (done := upkeep(store, root, limits, long_after)).step:
        steps.add(done.step)
    assert "files outlived" in steps
    assert not live(store, long_after, FileKind.EVENTS)
    assert live(store, long_after, FileKind.PROFILES)


def test_a_young_leftover_stays(store: Store, root: Path, projection: Projection) -> None:
    stray = root / "events" / "stray.parquet"
    stray.parent.mkdir()
    stray.write_bytes(b"half")
    written = datetime.fromtimestamp(stray.stat().st_mtime, UTC)
    assert settle(store, root, written)[0]["leftovers deleted"] == 0
    assert stray.exists()
    assert settle(store, root, written + timedelta(hours=2))[0]["leftovers deleted"] == 1
    assert not stray.exists()


def test_queue_rows_that_were_passed_are_deleted_and_no_others(
    store: Store, root: Path, projection: Projection
) -> None:
    for low in (0, 5, 10):
        send(store, low, low + 5)
    with store.write() as conn:
        watermarks.put(conn, "inbox", 2)  # as if a crash came before the rows were deleted
        for pid in (1, 2):
            feed.append(
                conn, at_us=1, pid=[pid], event="x", message_id=[bytes(16)], properties=[b"{}"]
            )
        watermarks.put(conn, "feed", 1)
    assert settle(store, root, NOW)[0]["queue rows deleted"] == 3
    with store.read_inbox() as conn:
        assert inbox.read(conn, 0).seq == [3]
    with store.read() as conn:
        assert feed.read(conn, 0).seq == [2]


def test_the_chore_looks_no_more_often_than_it_must(
    store: Store, root: Path, projection: Projection
) -> None:
    chore = Upkeep(store, root, LIMITS)
    first = chore(NOW)
    assert first is not None and first > NOW
    send(store, 0, 3)
    projection.project(NOW)
    assert chore(NOW + timedelta(seconds=1)) == first
    assert chore(NOW + timedelta(seconds=11)) == NOW + timedelta(seconds=11)


def test_the_lease_is_kept_while_files_are_written(
    store: Store, root: Path, projection: Projection
) -> None:
    kept: list[int] = []

    @contextmanager
    def keeping() -> Iterator[None]:
        before = len(live(store, NOW, FileKind.EVENTS))
        yield
        kept.append(before)

    chore = Upkeep(store, root, LIMITS, kept=keeping)
    for n in range(8):
        send(store, n, n + 1)
        projection.project(NOW)
    now: datetime | None = NOW
    while now == NOW:
        now = chore(NOW)
    assert 8 in kept, "entered before the eight files became one"
    assert len(live(store, NOW + timedelta(seconds=1), FileKind.EVENTS)) == 1


def test_a_writer_goes_on_and_nothing_is_lost(
    store: Store, root: Path, projection: Projection
) -> None:
    """Imports and the API write while the worker projects and keeps up."""
    writing = threading.Event()
    writing.set()

    def write() -> None:
        for i in range(30):
            send(store, 20 * i, 20 * i + 20)
            with store.write() as conn:
                pids = people.find(conn, ["external_id"] * 2, ["u1", "u2"])
                known = [pid for pid in pids.tolist() if pid]
                trait = Trait(i, TraitSource.DECLARED, 1.0, micros(NOW))
                rev = people.next_rev(conn)
                people.change(
                    conn,
                    rev,
                    known,
                    set_traits=[{"other": trait}] * len(known),
                    now_us=micros(NOW),
                )
        writing.clear()

    thread = threading.Thread(target=write)
    thread.start()
    at = NOW
    try:
        while writing.is_set() or not projection.project(at).nothing:
            projection.project(at)
            upkeep(store, root, LIMITS, at)
            sweep(Ground(store, root, LIMITS, at))
            at += timedelta(seconds=30)
            seen = copied(store, root, at)
            assert seen["pid"].is_unique().all()
    finally:
        thread.join()
    at += timedelta(minutes=5)
    settle(store, root, at)
    settle(store, root, at + GRACE)
    seen = copied(store, root, at + GRACE, newer=False)
    assert dict(zip(seen["pid"], seen["traits.last"], strict=True)) == stored(store)
    files = live(store, at + GRACE, FileKind.EVENTS)
    events = pl.concat([pl.read_parquet(root / f.path) for f in files], how="diagonal")
    assert events["message_id"].n_unique() == events.height == 2 * 600


def test_refused_events_are_kept_for_three_months(
    store: Store, root: Path, projection: Projection
) -> None:
    old, young = (micros(NOW - timedelta(days=days)) for days in (91, 89))
    with store.write() as conn:
        faults = [
            Fault(at, "track", "server", "", "x", "y", "z", b"{}") for at in (old, old, young)
        ]
        refused.add(conn, faults)
    assert upkeep(store, root, LIMITS, NOW)[:2] == ("refused events outlived", 2)
    with store.read() as conn:
        assert [one.at_us for one in refused.newest(conn)] == [young]

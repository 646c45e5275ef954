"""A projection that dies at any step of its transaction loses nothing and counts nothing twice."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import polars as pl
import pytest

from maracuja.model import FileKind, micros
from maracuja.runtime.projection import Projection
from maracuja.store import discovered, feed, inbox, manifest, meta, migrating, people, refused
from maracuja.store.engine import Store, open_store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
REQUESTS, EVENTS = 5, 20
CHILD = Path(__file__).parent / "ingest_crash" / "project_until.py"
STEPS = [
    ("people_changes.resolve", "before"),
    ("people_changes.apply", "after"),
    ("write_events", "before"),
    ("write_events", "after"),
    ("manifest.add", "after"),
    ("refused.add", "after"),
    ("watermarks.put", "after"),
    ("feed.delete_until", "after"),
    ("inbox.delete_until", "before"),
    ("inbox.delete_until", "after"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    migrating.migrate(opened)
    with opened.write() as conn:
        meta.create(conn, seed=1, reproducible=True)
        pids = [10**6]
        people.create(conn, people.next_rev(conn), pids, created_us=micros(NOW))
        feed.append(
            conn,
            at_us=micros(NOW),
            pid=pids,
            event="Message Sent",
            message_id=[b"f" * 16],
            properties=b"{}",
        )
    yield opened
    opened.close()


def fill(store: Store) -> None:
    """Requests of which every second event repeats the one before, and one is bad."""
    for number in range(REQUESTS):
        events = [
            {
                "type": "identify" if i == 0 else "track",
                "event": "Tasted",
                "messageId": f"{number}-{i // 2}",
                "userId": f"u{number}-{i // 4}",
                "traits": {"n": number},
                "properties": {"i": i},
            }
            for i in range(EVENTS)
        ]
        body = msgspec.json.encode({"batch": [*events, {"type": "track"}]})
        with store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(NOW), "batch", "server", b"", body)])


@pytest.mark.slow
@pytest.mark.parametrize(("step", "moment"), STEPS)
def test_nothing_is_lost_or_doubled(store: Store, tmp_path: Path, step: str, moment: str) -> None:
    fill(store)
    command = [sys.executable, str(CHILD), str(tmp_path), step, moment, NOW.isoformat()]
    died = subprocess.run(command, timeout=60, capture_output=True, text=True, check=False)
    assert died.returncode == 9, died.stderr[-2000:]
    projection = Projection(store, tmp_path / "lake", country="UA")
    while not projection.project(NOW, limit=3).nothing:
        pass
    with store.read() as conn:
        files = manifest.live(conn, [FileKind.EVENTS], micros(NOW))
        assert people.count(conn) == REQUESTS * EVENTS // 4 + 1
        assert refused.counts(conn) == {"no_event_name": REQUESTS}
        seen = {d.name: d.seen for d in discovered.every(conn, "trait")}
    with store.read_inbox() as conn:
        assert inbox.size(conn) == 0
    rows = pl.concat([pl.read_parquet(tmp_path / "lake" / f.path) for f in files], how="diagonal")
    assert rows.height == sum(file.rows for file in files) == REQUESTS * EVENTS // 2 + 1
    assert rows["message_id"].n_unique() == rows.height
    assert seen == {"n": REQUESTS}

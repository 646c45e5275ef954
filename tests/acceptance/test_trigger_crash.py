"""Whoever lets people in and decides about them may die anywhere: each hears once, or never."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from maracuja.commit_points import CRASHED
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.projection import Projection
from maracuja.store import schema
from maracuja.store.engine import open_store
from tests.acceptance.trigger_until import BUYER, ENTER
from tests.nights import some_at_night
from tests.unit.runtime.trigger_shop import NOON, TriggerShop, config

ROOT = Path(__file__).parents[2]
AT = [
    "projection.files_written",
    "projection.people_written",
    "projection.committed",
    "projection.inbox_deleted",
    "entries.listening",
    "entries.handed_over",
    "waiting.begun",
    "chunk.decisions_written",
    "chunk.bodies_written",
    "chunk.laid_out",
    "chunk.queued",
    "chunk.committed",
    "waiting.committed",
]


def run(directory: Path, point: str) -> subprocess.CompletedProcess[str]:
    """One process of it."""
    return subprocess.run(
        [sys.executable, "-m", "tests.acceptance.trigger_until", str(directory), point],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def became(directory: Path) -> tuple[dict[int, tuple[str, str]], Counter[int]]:
    """The last decision about each customer, and how many messages are queued for each."""
    store = open_store(f"sqlite:///{directory}/state.db")
    root = directory / "shop"
    settings = config(root)
    ground = Ground(store, root / "lake", settings)
    projection = Projection(store, root / "lake", country="UA")
    shop = TriggerShop(store, root, settings, projection, ground, Launch(ground))
    shop.now = NOON + timedelta(days=1)
    try:
        told = {who: (outcome, reason) for who, outcome, reason in shop.told()}
        with store.read() as conn:
            chunks = set(conn.execute(select(schema.chunks.c.chunk)).scalars())
            rows = conn.execute(select(schema.outbox.c.chunk, schema.outbox.c.pid))
            queued = Counter(pid for chunk, pid in rows if chunk in chunks)
        return told, Counter({i: queued[shop.pid(i)] for i in (*ENTER, BUYER)})
    finally:
        store.close()


@pytest.mark.slow
@pytest.mark.parametrize("point", some_at_night(AT))
def test_a_crash_at_any_point_changes_nothing(tmp_path: Path, point: str) -> None:
    first = run(tmp_path, point)
    assert first.returncode == CRASHED, (first.returncode, first.stderr)
    second = run(tmp_path, "")
    assert second.returncode == 0, second.stderr
    told, queued = became(tmp_path)
    assert told[BUYER] == ("never", "goal_reached") and queued[BUYER] == 0
    assert set(told) == {*ENTER, BUYER}
    for i in ENTER:
        assert told[i][0] in ("send", "ghost")
        assert queued[i] == (told[i][0] == "send"), "once, or never"

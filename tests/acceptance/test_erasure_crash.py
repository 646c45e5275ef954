"""Whoever erases a person may die at every named point: the next process forgets them too."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from maracuja.commit_points import CRASHED, POINTS
from maracuja.lake.files import verify
from maracuja.model import FileKind, micros
from maracuja.runtime import erasure_log
from maracuja.runtime.projection import Projection
from maracuja.store import manifest, meta
from maracuja.store.engine import open_store
from tests.acceptance.erase_until import LATER
from tests.unit.runtime.small_shop import Shop, traces

ROOT = Path(__file__).parents[2]
AT = [point for point in POINTS if point.startswith(("erasure.", "sweep."))]


def run(directory: Path, point: str) -> subprocess.CompletedProcess[str]:
    """One process of it."""
    return subprocess.run(
        [sys.executable, "-m", "tests.acceptance.erase_until", str(directory), point],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize("point", AT)
def test_a_crash_at_any_point_leaves_nothing_of_the_person(tmp_path: Path, point: str) -> None:
    first = run(tmp_path, point)
    assert first.returncode == CRASHED, first.stderr
    second = run(tmp_path, "")
    assert second.returncode == 0, second.stderr
    store = open_store(f"sqlite:///{tmp_path}/state.db")
    try:
        with store.read() as conn:
            secrets = meta.load(conn)
            files = manifest.live(conn, list(FileKind), micros(LATER + timedelta(days=1)))
        lake = tmp_path / "shop/lake"
        shop = Shop(store, tmp_path / "shop", None, Projection(store, lake, country="UA"), secrets)  # type: ignore[arg-type]
        assert traces(shop) == set()
        assert traces(shop, ("Name004x", "person004"))
        for file in files:
            verify(lake, file)
        assert erasure_log.unfinished(erasure_log.read(shop.place.log)) == []
        began_before = point.startswith("erasure.") and point != "erasure.done"
        assert second.stdout.strip() == ("1" if began_before else "0")
    finally:
        store.close()

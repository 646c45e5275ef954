"""Every named commit point is passed somewhere, and nothing is passed that has no name."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from maracuja import commit_points
from maracuja.commit_points import CRASHED, POINTS, passed

SOURCES = Path(__file__).parents[2] / "src" / "maracuja"


def test_points_and_places_agree() -> None:
    placed = [
        name
        for path in sorted(SOURCES.rglob("*.py"))
        for name in re.findall(r'\bpassed\("([^"]+)"\)', path.read_text(encoding="utf-8"))
    ]
    assert sorted(placed) == sorted(POINTS), "each point stands in one place"


def test_nothing_happens_where_nothing_is_armed() -> None:
    for name in POINTS:
        passed(name)


def test_a_name_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="no commit point"):
        commit_points.arm("lunch")


def test_a_process_dies_at_the_armed_point_and_time() -> None:
    script = (
        "from maracuja.commit_points import arm, passed\n"
        "arm('chunk.committed', 2)\n"
        "for name in ('chunk.committed', 'chunk.queued', 'chunk.committed'):\n"
        "    print(name, flush=True); passed(name)\n"
        "print('alive')\n"
    )
    died = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert died.returncode == CRASHED
    assert died.stdout.split() == ["chunk.committed", "chunk.queued", "chunk.committed"]

"""The world of the API's tests as a fixture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.api.api_world import World, opened_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A fresh one for each test."""
    with opened_world(tmp_path / "shop") as made:
        yield made

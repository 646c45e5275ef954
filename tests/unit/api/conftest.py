"""The world of the API's tests as a fixture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.api.api_world import World, opened_world


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def world(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[World]:
    """A fresh one for each test, on both databases."""
    url = ""
    if request.param == "postgresql":
        new_url: Callable[[], str] = request.getfixturevalue("new_postgresql_url")
        url = new_url()
    with opened_world(tmp_path / "shop", url=url) as made:
        yield made

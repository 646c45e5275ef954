"""What acceptance tests share: a served shop of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.served_shop import Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A new workspace; whatever serves it is gone in the end."""
    made = Shop(tmp_path / "shop")
    yield made
    made.end()

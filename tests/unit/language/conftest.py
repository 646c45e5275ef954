from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def names_data(evaluation_data: Path) -> Path:
    """The folder of names, plurals, cities and languages of the evaluation data."""
    return evaluation_data / "names"

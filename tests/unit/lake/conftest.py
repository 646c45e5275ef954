"""A lake in a temporary directory, and events to put into it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def root(tmp_path: Path) -> Path:
    lake = tmp_path / "lake"
    lake.mkdir()
    return lake


@pytest.fixture
def event_rows() -> Callable[..., pl.DataFrame]:
    """Events from (pid, event, moment) rows, numbered so that message ids differ."""

    def build(
        rows: list[tuple[int, str, datetime]], *, first: int = 0, kind: str = "track", **more: Any
    ) -> pl.DataFrame:
        times = pl.Series([at.replace(tzinfo=None) for _, _, at in rows], dtype=pl.Datetime("us"))
        return pl.DataFrame(
            {
                "pid": pl.Series([pid for pid, _, _ in rows], dtype=pl.Int64),
                "kind": [kind] * len(rows),
                "event": [event for _, event, _ in rows],
                "ts": times,
                "received": times,
                "message_id": [f"m-{first + i}" for i in range(len(rows))],
                **more,
            }
        )

    return build

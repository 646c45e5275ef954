"""Of several voices that object to a message, the first in their order is on record."""

from __future__ import annotations

import polars as pl

from maracuja.runtime.voice import COLUMNS
from maracuja.runtime.withholding import first_said


def _says(pid: int, why: str, until_us: int | None) -> pl.DataFrame:
    return pl.DataFrame([(pid, why, until_us)], schema=COLUMNS, orient="row")


def test_the_first_voice_that_objects_is_believed() -> None:
    said = first_said([_says(1, "first", 5), _says(2, "second", None), _says(1, "third", None)])
    assert said.rows() == [(1, "first", 5), (2, "second", None)]


def test_nobody_is_withheld_where_nothing_is_said() -> None:
    assert first_said([]).schema == COLUMNS
    assert first_said([]).height == 0

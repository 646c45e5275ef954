"""Which column a value lives in: the types of known traits and properties, and what fits them.

It must never change a value: one that does not fit is handed back, for the overflow column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.ingest.columns import type_column
from maracuja.model import TraitType

FRAME_TYPES: Final[dict[TraitType, pl.DataType]] = {
    TraitType.TEXT: pl.String(),
    TraitType.NUMBER: pl.Float64(),
    TraitType.BOOLEAN: pl.Boolean(),
    TraitType.DATE: pl.Date(),
    TraitType.TIME: pl.Datetime("us"),
    TraitType.LIST: pl.List(pl.String()),
    TraitType.OBJECT: pl.String(),
}
"""Columns of profiles; in events a list is JSON text too, see `event_type`."""

SQL_TYPES: Final[dict[TraitType, str]] = {
    TraitType.TEXT: "VARCHAR",
    TraitType.NUMBER: "DOUBLE",
    TraitType.BOOLEAN: "BOOLEAN",
    TraitType.DATE: "DATE",
    TraitType.TIME: "TIMESTAMP",
    TraitType.LIST: "VARCHAR",
    TraitType.OBJECT: "VARCHAR",
}
"""Columns of events as DuckDB names them."""


def event_type(kind: TraitType) -> pl.DataType:
    """The frame type of an event's column: lists and objects are JSON text there."""
    return pl.String() if kind is TraitType.LIST else FRAME_TYPES[kind]


def quote(name: str) -> str:
    """A column or table name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def fit(
    values: Sequence[Any], kind: TraitType, *, lists: bool = False
) -> tuple[pl.Series, list[int]]:
    """The values as a column of that type, and the positions of those that do not fit.

    `values` are as JSON gives them (None: absent), shape (n,); the series has n rows, null where
    absent or unfit. What fits is ingest's rule (`ingest.columns.type_column`); where `lists`, a
    list of texts stays a list instead of becoming JSON text. Raises nothing.
    """
    rows = [i for i, value in enumerate(values) if value is not None]
    given = values if len(rows) == len(values) else [values[i] for i in rows]
    if lists and kind is TraitType.LIST:
        column = pl.Series([_texts(value) for value in given], dtype=FRAME_TYPES[kind])
    else:
        column = type_column(given, kind)
    unfit = [rows[i] for i in column.is_null().arg_true()] if column.null_count() else []
    if len(rows) == len(values):
        return column, unfit
    places: list[int | None] = [None] * len(values)
    for at, row in enumerate(rows):
        places[row] = at
    return column.gather(pl.Series(places, dtype=pl.UInt32)), unfit


def rest_json(fields: Iterable[tuple[int, str, Any]]) -> dict[int, str]:
    """JSON object texts by row, keys in order, of (row, full name, value) triples."""
    rows: dict[int, dict[str, Any]] = {}
    for row, name, value in fields:
        rows.setdefault(row, {})[name] = value
    return {row: json_text(dict(sorted(rest.items()))) for row, rest in rows.items()}


def join_rest(rest: pl.Series, fields: Sequence[tuple[int, str, Any]]) -> pl.Series:
    """The overflow column with more (row, full name, value) fields; a new value replaces one."""
    before = [
        (i, name, value)
        for i in {row for row, _, _ in fields}
        if rest[i] is not None
        for name, value in msgspec.json.decode(rest[i]).items()
    ]
    texts = rest_json([*before, *fields])
    rows = sorted(texts)
    return rest.scatter(rows, [texts[row] for row in rows])


def json_text(value: Any) -> str:
    """Canonical JSON of a value; times as ISO text."""
    return msgspec.json.encode(value).decode()


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    return None

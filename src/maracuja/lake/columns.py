"""Which column a value lives in: the types of known traits and properties, and what fits them.

It must never change a value: one that does not fit is handed back, for the overflow column.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.model import TraitType, micros

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

EXACT_MAX: Final = 2**53  # beyond it a double skips whole numbers


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

    `values` holds what JSON or a frame's column gives (None: absent), shape (n,); the series has
    n rows, null where absent or unfit. Text takes text only; number also takes decimal text;
    date takes YYYY-MM-DD; time takes ISO 8601 (without a zone: UTC). A list is JSON text, or a
    column of lists of texts where `lists`; an object is JSON text. Raises nothing.
    """
    dtype = FRAME_TYPES[kind] if lists else event_type(kind)
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= _AS_THEY_ARE.get(kind, set()):
        return pl.Series(values, dtype=dtype, strict=True), []
    read = _LISTS if lists and kind is TraitType.LIST else _READERS[kind]
    fitted = [None if value is None else read(value) for value in values]
    unfit = [
        i
        for i, (value, got) in enumerate(zip(values, fitted, strict=True))
        if got is None and value is not None
    ]
    if kind is TraitType.TIME:
        return pl.Series(fitted, dtype=pl.Int64).cast(dtype), unfit
    return pl.Series(fitted, dtype=dtype), unfit


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


# ---------------------------------------------------------------- one value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, int) and abs(value) > EXACT_MAX:
        return None
    try:
        number = float(value)
    except ValueError:
        return None
    plain = not isinstance(value, str) or not set(value) - _DECIMAL
    return number if plain and abs(number) < float("inf") else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _date(value: Any) -> date | None:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) != 10 or value[4] != "-" or value[7] != "-":
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _time(value: Any) -> int | None:
    """Microseconds UTC."""
    if isinstance(value, str) and len(value) >= 16:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return micros(value if value.tzinfo is not None else value.replace(tzinfo=UTC))


def _json_list(value: Any) -> str | None:
    return json_text(value) if isinstance(value, (list, tuple)) else None


def _texts(value: Any) -> list[str] | None:
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return list(value)
    return None


def _json_object(value: Any) -> str | None:
    return json_text(value) if isinstance(value, dict) else None


_DECIMAL: Final = frozenset("0123456789.-")
_LISTS: Final = _texts
_READERS: Final = {
    TraitType.TEXT: _text,
    TraitType.NUMBER: _number,
    TraitType.BOOLEAN: _boolean,
    TraitType.DATE: _date,
    TraitType.TIME: _time,
    TraitType.LIST: _json_list,
    TraitType.OBJECT: _json_object,
}
_AS_THEY_ARE: Final[dict[TraitType, set[type]]] = {
    TraitType.TEXT: {str},
    TraitType.BOOLEAN: {bool},
    TraitType.DATE: {date},
}

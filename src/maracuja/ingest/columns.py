"""Nested properties of many events as typed columns; what fits no column goes to `rest`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from types import NoneType
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl

from maracuja.ingest.times import parse_times
from maracuja.model import TraitType

COLUMNS_MAX: Final = 300
DEPTH_MAX: Final = 5
NAME_CHARS_MAX: Final = 100
EXACT_MAX: Final = 2**53  # beyond it a double skips whole numbers

TYPES: Final[dict[TraitType, pl.DataType]] = {
    TraitType.TEXT: pl.String(),
    TraitType.NUMBER: pl.Float64(),
    TraitType.BOOLEAN: pl.Boolean(),
    TraitType.DATE: pl.Date(),
    TraitType.TIME: pl.Datetime("us"),
    TraitType.LIST: pl.String(),
    TraitType.OBJECT: pl.String(),
}

_DECIMAL = re.compile(r"-?\d{1,300}(?:\.\d{1,300})?", re.ASCII)
_DATE = re.compile(r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?")


class Sparse:
    """The values of one name, in any order: `rows` says which event each of `values` is of."""

    __slots__ = ("rows", "values")

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.values: list[Any] = []


def flatten(
    payloads: Iterable[Mapping[str, Any] | None], prefix: str = "", *, first_row: int = 0
) -> dict[str, Sparse]:
    """The values by name, nested objects joined with dots; nulls are left out.

    `payloads` are objects, one per event; an object nested deeper than 5 stays whole.
    """
    columns: dict[str, Sparse] = {}
    shapes: dict[tuple[str, ...], tuple[list[int], list[Any]]] = {}
    for row, payload in enumerate(payloads, first_row):
        if payload:
            shape = tuple(payload)
            alike = shapes.get(shape)
            if alike is None:
                alike = shapes[shape] = ([], [])
            alike[0].append(row)
            alike[1].append(payload)
    for shape, (rows, alike_payloads) in shapes.items():
        _flatten_alike(columns, shape, rows, alike_payloads, prefix)
    return columns


def _flatten_alike(
    columns: dict[str, Sparse],
    shape: tuple[str, ...],
    rows: list[int],
    payloads: list[Mapping[str, Any]],
    prefix: str,
) -> None:
    """Objects with the same names: as columns where they hold no objects, else one by one."""
    values = list(zip(*map(dict.values, payloads), strict=True))  # type: ignore[arg-type]  # JSON
    kinds = [set(map(type, column)) for column in values]
    if any(dict in found for found in kinds):
        for row, payload in zip(rows, payloads, strict=True):
            _flatten_into(columns, row, payload, prefix, DEPTH_MAX)
        return
    for name, column, found in zip(shape, values, kinds, strict=True):
        present = rows
        if NoneType in found:
            present = [row for row, value in zip(rows, column, strict=True) if value is not None]
            column = tuple(value for value in column if value is not None)
        if column:
            into = columns.setdefault(prefix + name, Sparse())
            into.rows += present
            into.values += column


def _flatten_into(
    columns: dict[str, Sparse], row: int, payload: Mapping[str, Any], prefix: str, depth: int
) -> None:
    for key, value in payload.items():
        if value is None:
            continue
        name = prefix + key
        if value.__class__ is dict and depth > 1 and value:
            _flatten_into(columns, row, value, name + ".", depth - 1)
            continue
        column = columns.get(name)
        if column is None:
            column = columns[name] = Sparse()
        elif column.rows[-1] == row:  # {"a.b": 1, "a": {"b": 2}}: the last one counts
            column.values[-1] = value
            continue
        column.rows.append(row)
        column.values.append(value)


def infer_type(values: Sequence[Any]) -> TraitType:
    """The type that these values (not null, at least one) agree on; text where they do not."""
    kinds = set(map(type, values))
    if kinds == {bool}:
        return TraitType.BOOLEAN
    if kinds <= {int, float}:
        return TraitType.NUMBER
    if kinds == {str}:
        if all(_DATE.fullmatch(v) for v in values):
            return TraitType.DATE
        return TraitType.TIME if all(_TIME.fullmatch(v) for v in values) else TraitType.TEXT
    if kinds == {list}:
        return TraitType.LIST
    return TraitType.OBJECT if kinds == {dict} else TraitType.TEXT


def type_column(values: Sequence[Any], kind: TraitType) -> pl.Series:
    """The values as a column of that type, shape (n,), null where a value does not fit it.

    Text takes text only; number also decimal text, and no whole number that a double would
    change; a date is YYYY-MM-DD, a time ISO 8601; lists and objects become JSON text.
    """
    kinds = set(map(type, values))
    if kind is TraitType.NUMBER:
        return _numbers(values, kinds)
    if kind is TraitType.BOOLEAN:
        return pl.Series(_only(values, bool), dtype=pl.Boolean)
    if kind is TraitType.LIST:
        return pl.Series([_json(v, list) for v in values], dtype=pl.String)
    if kind is TraitType.OBJECT:
        return pl.Series([_json(v, dict) for v in values], dtype=pl.String)
    column = pl.Series(values if kinds == {str} else _only(values, str), dtype=pl.String)
    if kind is TraitType.DATE:
        return column.str.to_date("%Y-%m-%d", strict=False)
    if kind is TraitType.TIME:
        return parse_times(column).cast(pl.Datetime("us"))
    return column


def _only(values: Sequence[Any], kind: type) -> list[Any]:
    return [v if type(v) is kind else None for v in values]


def _json(value: Any, kind: type) -> str | None:
    return msgspec.json.encode(value).decode() if type(value) is kind else None


def _numbers(values: Sequence[Any], kinds: set[type]) -> pl.Series:
    if kinds <= {int, float}:
        with suppress(OverflowError):
            numbers = np.array(values, dtype=np.float64)
            if kinds == {float} or np.abs(numbers).max(initial=0.0) < EXACT_MAX:
                return pl.Series(numbers)
    return pl.Series([_number(v) for v in values], dtype=pl.Float64)


def _number(value: Any) -> float | None:
    if type(value) is int:
        return float(value) if -EXACT_MAX <= value <= EXACT_MAX else None
    if type(value) is float:
        return value
    if type(value) is str and _DECIMAL.fullmatch(value):
        return float(value)
    return None


def is_name(name: str) -> bool:
    """Whether the name may be a column: 1 to 100 printable characters after its prefix."""
    _, _, own = name.partition(".")
    return 0 < len(own) <= NAME_CHARS_MAX and own.isprintable()


def choose_types(
    found: Mapping[str, Sparse], known: Mapping[str, TraitType]
) -> dict[str, TraitType]:
    """The types of names that become columns now; see `may_join`. In order of the alphabet."""
    taken = {name.lower() for name in known}
    new: dict[str, TraitType] = {}
    for name in sorted(found):
        if name not in known and may_join(name, taken):
            taken.add(name.lower())
            new[name] = infer_type(found[name].values)
    return new


def may_join(name: str, taken: Collection[str]) -> bool:
    """Whether a name becomes a column beside those in `taken` (in lower case).

    There are at most 300 in a workspace. The engine that reads the lake takes no notice of case,
    so of names that differ in case only the first has a column.
    """
    return len(taken) < COLUMNS_MAX and name.lower() not in taken and is_name(name)


def known_columns(
    seen: Iterable[tuple[int, str, TraitType]], own: Mapping[str, TraitType]
) -> dict[str, TraitType]:
    """The columns of a workspace, from all names ever seen: (first seen, full name, type).

    `own` are those of our own events, which come first. Gives what `choose_types` gave batch by
    batch, so that nothing but the discovered names needs to be stored.
    """
    columns = dict(own)
    taken = {name.lower() for name in columns}
    for _, name, kind in sorted(seen):
        if name not in columns and may_join(name, taken):
            taken.add(name.lower())
            columns[name] = kind
    return columns


def make_columns(
    found: Mapping[str, Sparse],
    types: Mapping[str, TraitType],
    height: int,
    rest: dict[int, dict[str, Any]],
) -> list[pl.Series]:
    """One Series of shape (height,) per name that has a type, by name; the others fill `rest`."""
    columns = []
    for name in sorted(found):
        sparse = found[name]
        kind = types.get(name)
        if kind is None:
            _put_rest(rest, name, zip(sparse.rows, sparse.values, strict=True))
            continue
        typed = type_column(sparse.values, kind)
        if typed.null_count():
            lost = typed.is_null().arg_true().to_list()
            _put_rest(rest, name, ((sparse.rows[i], sparse.values[i]) for i in lost))
        columns.append(_spread(typed, sparse.rows, height).rename(name))
    return columns


def _put_rest(
    rest: dict[int, dict[str, Any]], name: str, cells: Iterable[tuple[int, Any]]
) -> None:
    for row, value in cells:
        rest.setdefault(row, {})[name] = value


def _spread(values: pl.Series, rows: Sequence[int], height: int) -> pl.Series:
    """The values at their rows of a column of that height, null elsewhere."""
    at = np.full(height, len(rows), dtype=np.uint32)
    at[rows] = np.arange(len(rows), dtype=np.uint32)
    if len(rows) == height:
        return values.gather(at)
    padded = pl.concat([values, pl.Series([None], dtype=values.dtype)])
    return padded.gather(at)


def rest_column(rest: Mapping[int, Mapping[str, Any]], height: int) -> pl.Series:
    """`rest`: the JSON text of what fits no column, shape (height,), null where all fits."""
    texts: list[str | None] = [None] * height
    for row, values in rest.items():
        texts[row] = msgspec.json.encode(values, order="deterministic").decode()
    return pl.Series("rest", texts, dtype=pl.String)

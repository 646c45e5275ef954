"""Which of the events that have just come in are meant: by name, and by their properties.

The questions are those of segments; only the rows are in memory, and not in the lake yet.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec
import polars as pl

from maracuja.segments.comparing import When, tests
from maracuja.segments.definition import Property
from maracuja.segments.facts import full_name, property_tests
from maracuja.segments.operators import Kind, kind_of

_SQL: Final = {
    Kind.TEXT: "VARCHAR",
    Kind.NUMBER: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIME: "TIMESTAMP",
    Kind.LIST: "VARCHAR[]",
}
_PYTHON: Final[dict[Kind, type | tuple[type, ...]]] = {
    Kind.TEXT: str,
    Kind.BOOLEAN: bool,
    Kind.NUMBER: (int, float),
}
_DTYPES: Final = {Kind.TEXT: pl.String(), Kind.BOOLEAN: pl.Boolean(), Kind.NUMBER: pl.Float64()}


def matching(
    events: pl.DataFrame, names: Collection[str], where: Sequence[Property], when: When
) -> pl.DataFrame:
    """The rows of these names that hold all of `where`, in their order, with all columns.

    `events` are as the lake keeps them: `event`, `properties.*`, `context.*` and `rest`.
    """
    found = events.filter(pl.col("event").is_in(list(names)))
    for item in where:
        if found.is_empty():
            break
        known = {
            name: _SQL[kind]
            for name, dtype in found.schema.items()
            if (kind := kind_of(dtype)) in _SQL
        }
        kind, comparison = property_tests(item, known)
        values = found.get_column(full_name(item.property), default=None)
        if values is None:
            values = _within(found, full_name(item.property), kind)
        asked = [
            test.columns(pl.col("it")) for test in tests(comparison, kind, when, item.property)
        ]
        held = pl.DataFrame({"it": values}).select(pl.all_horizontal(asked).alias("held"))["held"]
        found = found.filter(held)
    return found


def _within(events: pl.DataFrame, name: str, kind: Kind) -> pl.Series:
    """What `rest` holds under a name, of that kind; null elsewhere."""
    kept = events["rest"].to_list() if "rest" in events.columns else [None] * events.height
    values: list[Any] = [msgspec.json.decode(one).get(name) if one else None for one in kept]
    wanted = _PYTHON.get(kind, str)
    fits = [
        value
        if isinstance(value, wanted) and isinstance(value, bool) == (kind is Kind.BOOLEAN)
        else None
        for value in values
    ]
    return pl.Series(fits, dtype=_DTYPES.get(kind, pl.String()), strict=False)

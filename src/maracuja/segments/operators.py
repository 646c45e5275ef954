"""Comparisons, each meaning said three times: for columns, in SQL and for one value.

A property test makes the three agree. No meaning ever yields null: unknown is false, or true for
the negative ones.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple, Protocol

import polars as pl

Value = str | int | float | bool | date | datetime

FEW: Final = 4  # so many values are compared one by one in less time than looked up in a set


class Kind(StrEnum):
    """What a column holds; `scaled` are whole numbers of 1/10000 units."""

    TEXT = "text"
    NUMBER = "number"
    SCALED = "scaled"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    LIST = "list"
    OBJECT = "object"


def kind_of(dtype: pl.DataType) -> Kind:
    """The kind of a Polars column."""
    if dtype == pl.String:
        return Kind.TEXT
    if dtype == pl.Boolean:
        return Kind.BOOLEAN
    if dtype == pl.Date:
        return Kind.DATE
    if dtype == pl.Datetime:
        return Kind.TIME
    if dtype == pl.List:
        return Kind.LIST
    return Kind.NUMBER if dtype.is_numeric() else Kind.OBJECT


def kind_of_sql(name: str) -> Kind:
    """The kind of a DuckDB column by the name of its type."""
    if name == "VARCHAR":
        return Kind.TEXT
    if name == "BOOLEAN":
        return Kind.BOOLEAN
    if name == "DATE":
        return Kind.DATE
    if name.startswith("TIMESTAMP"):
        return Kind.TIME
    return Kind.LIST if name.endswith("[]") else Kind.NUMBER


def literal(value: Value) -> str:
    """A value as a DuckDB literal. Text has no control characters: reading.py refuses them."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, float):
        text = repr(value)  # with an exponent DuckDB reads a DOUBLE, without one a DECIMAL
        return text if "e" in text else f"{text}e0"
    if isinstance(value, int):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


class Test(Protocol):
    """One primitive question about a value; every operator is made of these."""

    def columns(self, left: pl.Expr) -> pl.Expr:
        """Boolean column without nulls, shape of `left`."""
        ...

    def sql(self, left: str) -> str:
        """The same over a SQL expression."""
        ...

    def holds(self, left: Any) -> bool:
        """The same for one value, None where it is unknown."""
        ...


class OneOf(NamedTuple):
    """The value is among these (or, `negated`, is not)."""

    values: tuple[Value, ...]
    negated: bool = False

    def columns(self, left: pl.Expr) -> pl.Expr:
        """See Test."""
        values: list[Any] = list(self.values)
        if not isinstance(values[0], str | bool | date):  # counts are whole, bounds may not be
            left, values = left.cast(pl.Float64), [float(v) for v in values]
        if len(values) <= FEW:
            found = pl.any_horizontal(left.eq_missing(v) for v in values)
        else:
            found = left.is_in(values).fill_null(False)
        return ~found if self.negated else found

    def sql(self, left: str) -> str:
        """See Test."""
        inside = ", ".join(literal(v) for v in self.values)
        return (
            f"({left} IS NULL OR {left} NOT IN ({inside}))"
            if self.negated
            else f"{left} IN ({inside})"
        )

    def holds(self, left: Any) -> bool:
        """See Test."""
        return (left is not None and left in self.values) != self.negated


class Range(NamedTuple):
    """The value lies between two bounds, each open or closed, either may be missing."""

    low: Value | None = None
    high: Value | None = None
    low_open: bool = False
    high_open: bool = False

    def columns(self, left: pl.Expr) -> pl.Expr:
        """See Test."""
        found = pl.lit(True)
        if self.low is not None:
            found = found & (left > self.low if self.low_open else left >= self.low)
        if self.high is not None:
            found = found & (left < self.high if self.high_open else left <= self.high)
        return found.fill_null(False)

    def sql(self, left: str) -> str:
        """See Test."""
        parts = []
        if self.low is not None:
            parts.append(f"{left} {'>' if self.low_open else '>='} {literal(self.low)}")
        if self.high is not None:
            parts.append(f"{left} {'<' if self.high_open else '<='} {literal(self.high)}")
        return " AND ".join(parts)

    def holds(self, left: Any) -> bool:
        """See Test."""
        if left is None:
            return False
        if self.low is not None and not (left > self.low if self.low_open else left >= self.low):
            return False
        return self.high is None or bool(left < self.high if self.high_open else left <= self.high)


class Contains(NamedTuple):
    """The text contains, starts or ends with this (`how`), letter by letter; or does not."""

    how: str
    part: str
    negated: bool = False

    def columns(self, left: pl.Expr) -> pl.Expr:
        """See Test."""
        if self.how == "starts":
            found = left.str.starts_with(self.part)
        elif self.how == "ends":
            found = left.str.ends_with(self.part)
        else:
            found = left.str.contains(self.part, literal=True)
        return (~found).fill_null(True) if self.negated else found.fill_null(False)

    def sql(self, left: str) -> str:
        """See Test."""
        name = {"starts": "starts_with", "ends": "suffix"}.get(self.how, "contains")
        found = f"{name}({left}, {literal(self.part)})"
        return f"NOT coalesce({found}, FALSE)" if self.negated else found

    def holds(self, left: Any) -> bool:
        """See Test."""
        if left is None:
            return self.negated
        text = str(left)
        if self.how == "starts":
            return text.startswith(self.part)
        if self.how == "ends":
            return text.endswith(self.part)
        return (self.part in text) != self.negated


class Has(NamedTuple):
    """The list has any of these members; or has none."""

    members: tuple[str, ...]
    negated: bool = False

    def columns(self, left: pl.Expr) -> pl.Expr:
        """See Test."""
        found = pl.any_horizontal(left.list.contains(m).fill_null(False) for m in self.members)
        return ~found if self.negated else found

    def sql(self, left: str) -> str:
        """See Test."""
        inside = ", ".join(literal(m) for m in self.members)
        found = f"coalesce(list_has_any({left}, [{inside}]), FALSE)"
        return f"NOT {found}" if self.negated else found

    def holds(self, left: Any) -> bool:
        """See Test."""
        return (left is not None and any(m in left for m in self.members)) != self.negated


class Known(NamedTuple):
    """There is a value, an empty text or list being none; or there is not."""

    kind: Kind
    wanted: bool = True

    def columns(self, left: pl.Expr) -> pl.Expr:
        """See Test."""
        found = left.is_not_null()
        if self.kind is Kind.TEXT:
            found = (left != "").fill_null(False)
        elif self.kind is Kind.LIST:
            found = (left.list.len() > 0).fill_null(False)
        return found if self.wanted else ~found

    def sql(self, left: str) -> str:
        """See Test."""
        found = f"{left} IS NOT NULL"
        if self.kind is Kind.TEXT:
            found = f"coalesce({left}, '') <> ''"
        elif self.kind is Kind.LIST:
            found = f"coalesce(len({left}), 0) > 0"
        return found if self.wanted else f"NOT ({found})"

    def holds(self, left: Any) -> bool:
        """See Test."""
        return (left is not None and left != "" and left != []) == self.wanted


class DayOfYear(NamedTuple):
    """The day and month (month * 100 + day) of a date or time (in UTC) is among these."""

    days: tuple[int, ...]

    def columns(self, left: pl.Expr) -> pl.Expr:
        """See Test."""
        found = left.dt.month().cast(pl.Int32) * 100 + left.dt.day()
        return found.is_in(list(self.days)).fill_null(False)

    def sql(self, left: str) -> str:
        """See Test."""
        return f"month({left}) * 100 + day({left}) IN ({', '.join(map(str, self.days))})"

    def holds(self, left: Any) -> bool:
        """See Test."""
        return left is not None and left.month * 100 + left.day in self.days


class PerLocalDate(NamedTuple):
    """A question that depends on the person's own date today, which columns alone can know."""

    tests: tuple[tuple[date, Test], ...]
    home: date  # the workspace's date, where no person's is at hand

    def columns(self, left: pl.Expr) -> pl.Expr:
        """See Test; reads the column `local_date`."""
        found = pl.lit(False)
        for day, test in self.tests:
            found = pl.when(pl.col("local_date") == day).then(test.columns(left)).otherwise(found)
        return found

    def sql(self, left: str) -> str:
        """See Test; at the workspace's own date."""
        return dict(self.tests)[self.home].sql(left)

    def holds(self, left: Any) -> bool:
        """See Test; at the workspace's own date."""
        return dict(self.tests)[self.home].holds(left)


def both(tests: list[Test], how: Callable[[Test], pl.Expr]) -> pl.Expr:
    """All of the tests as one column."""
    found = pl.lit(True)
    for test in tests:
        found = found & how(test)
    return found


TAKES: Final[Mapping[str, frozenset[Kind]]] = {
    **dict.fromkeys(
        ("is_", "is_not"),
        frozenset({Kind.TEXT, Kind.NUMBER, Kind.SCALED, Kind.BOOLEAN, Kind.DATE}),
    ),
    **dict.fromkeys(
        ("in_", "not_in"),
        frozenset({Kind.TEXT, Kind.NUMBER, Kind.SCALED, Kind.BOOLEAN, Kind.DATE, Kind.LIST}),
    ),
    **dict.fromkeys(
        ("above", "at_least", "below", "at_most"), frozenset({Kind.NUMBER, Kind.SCALED})
    ),
    **dict.fromkeys(("contains", "lacks"), frozenset({Kind.TEXT, Kind.LIST})),
    **dict.fromkeys(("starts", "ends"), frozenset({Kind.TEXT})),
    "known": frozenset(Kind),
    **dict.fromkeys(
        ("before", "after", "in_last", "longer_ago", "in_next", "anniversary_in"),
        frozenset({Kind.DATE, Kind.TIME}),
    ),
}

"""A value while it becomes columns: a constant, or a Polars expression of known type.

Nulls mean one of two things. Where `missing` holds, null is a missing value (nil in a test).
Elsewhere null means that the columns cannot tell: that row takes the slow road.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import polars as pl
from markupsafe import Markup
from markupsafe import escape as markup_escape

WEIGHT_MAX: Final = 2_000  # operations in one expression, so that repeated assigns cannot explode
WHOLE_MAX: Final = 1e15  # floats below it that have no fraction are printed as integers
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2070, 12, 31)
CURRENCIES: Final = ("RUB", "UAH", "MNT", "KZT", "USD", "EUR", "GBP")

INTEGERS: Final = frozenset(
    (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64)
)
FLOATS: Final = frozenset((pl.Float32, pl.Float64))
MARKUP_TABLE: Final = {"&": "&amp;", ">": "&gt;", "<": "&lt;", "'": "&#39;", '"': "&#34;"}
HTML_TABLE: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}


class NotCompilable(Exception):
    """This node cannot become columns (or Python source): the next rung takes it."""


@dataclass(frozen=True, slots=True, eq=False)
class Value:
    """`expr` of type `dtype`, or the constant `const` where expr is None.

    `safe` says that the text is HTML already.
    """

    dtype: Any
    expr: pl.Expr | None = None
    const: Any = None
    safe: bool = False
    missing: bool = False
    weight: int = 1

    @property
    def is_const(self) -> bool:
        """Whether it is the same for everybody."""
        return self.expr is None

    def column(self) -> pl.Expr:
        """The expression; a literal for a constant."""
        return pl.lit(self.const, dtype=self.dtype) if self.expr is None else self.expr

    @property
    def kind(self) -> str:
        """text, int, float, bool, date, time, list, struct or nil."""
        return kind_of(self.dtype)


def kind_of(dtype: Any) -> str:
    """The word for a Polars type: text, int, float, bool, date, time, list, struct or nil."""
    base = dtype.base_type()
    if base in INTEGERS:
        return "int"
    if base in FLOATS:
        return "float"
    return {
        pl.String: "text",
        pl.Boolean: "bool",
        pl.Date: "date",
        pl.Datetime: "time",
        pl.List: "list",
        pl.Struct: "struct",
        pl.Null: "nil",
    }.get(base, "other")


def constant(value: Any) -> Value:
    """The Value of a Python constant; NotCompilable where it has no column type."""
    if value is None:
        return Value(pl.Null(), missing=True)
    for python, dtype in ((bool, pl.Boolean()), (int, pl.Int64()), (float, pl.Float64())):
        if isinstance(value, python):
            return Value(dtype, const=value)
    if isinstance(value, str):
        return Value(pl.String(), const=value, safe=isinstance(value, Markup))
    raise NotCompilable(f"a constant of type {type(value).__name__}")


def escaped(expr: pl.Expr, table: dict[str, str]) -> pl.Expr:
    """The expression with the special characters of HTML replaced."""
    return expr.str.replace_many(list(table), list(table.values()))


@lru_cache(maxsize=64)
def _days(form: str) -> pl.Series:
    days = range(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)
    return pl.Series("days", [date.fromordinal(n).strftime(form) for n in days])


def dated(expr: pl.Expr, form: str) -> pl.Expr:
    """A date (or the date of a time) in the words of strftime, read from a table of days.

    Null outside FIRST_DAY to LAST_DAY. The form has no hours.
    """
    day = expr.cast(pl.Date)
    known = day.is_between(FIRST_DAY, LAST_DAY)
    at = pl.when(known).then((day - FIRST_DAY).dt.total_days())
    return pl.lit(_days(form)).gather(at)


def shown(value: Value, *, html: bool) -> Value:
    """What is printed for a value: a text, HTML already where html is asked for.

    Same as python-liquid's to_liquid_string; NotCompilable for lists and objects.
    """
    if value.kind == "nil" and value.missing:
        raise NotCompilable("a name that nothing has")
    if value.is_const:
        text = show(value.const)
        if html:
            text = str(markup_escape(text))
        return Value(pl.String(), const=text, safe=html)
    expr = _text(value)
    if html and value.kind == "text" and not value.safe:
        expr = escaped(expr, MARKUP_TABLE)
    return Value(pl.String(), expr, safe=html, weight=value.weight + 1)


def _text(value: Value) -> pl.Expr:
    expr = value.column()
    kind = value.kind
    if kind == "text":
        return expr
    if kind == "int":
        return expr.cast(pl.String)
    if kind == "float":
        size = expr.abs()
        whole = (expr == expr.floor()) & (size < WHOLE_MAX)
        plain = (size >= 1e-4) & (size < 1e16)
        return (
            pl.when(whole)
            .then(expr.cast(pl.Int64, strict=False).cast(pl.String))
            .when(plain)
            .then(expr.cast(pl.String))
        )
    if kind == "bool":
        return pl.when(expr).then(pl.lit("true")).when(~expr).then(pl.lit("false"))
    if kind == "date":
        return dated(expr, "%Y-%m-%d")
    if kind == "time":
        whole = expr.dt.microsecond() == 0
        return pl.when(whole).then(expr.dt.strftime("%Y-%m-%d %H:%M:%S"))
    raise NotCompilable(f"a {kind} cannot be shown")


def plain(value: Any) -> Any:
    """The value as it is printed: a float without a fraction becomes an integer, 2700.0 is 2700.

    Number traits are kept as floats, and nobody has 2700.0 points.
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < WHOLE_MAX:
        return int(value)
    return value


def show(value: Any) -> Any:
    """What is printed for a Python value, before escaping (a Markup stays one)."""
    value = plain(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    if isinstance(value, list):
        return "".join(str(plain(item)) for item in value)
    if isinstance(value, range):
        return f"{value.start}..{value.stop - 1}"
    return str(value)

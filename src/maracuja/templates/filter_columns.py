"""The filters as Polars expressions: each gives what its Python function gives, or declines.

A form gets (value, args, html) and raises NotCompilable where it cannot keep that promise.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import polars as pl
from markupsafe import escape as markup_escape

from maracuja.templates.values import (
    HTML_TABLE,
    MARKUP_TABLE,
    NotCompilable,
    Value,
    constant,
    escaped,
    shown,
)

TEXT: Final = pl.String()


def made(expr: pl.Expr, *of: Value, dtype: Any = TEXT, safe: bool = False) -> Value:
    """A Value computed from others."""
    return Value(dtype, expr, safe=safe, weight=1 + sum(v.weight for v in of))


def _text(value: Value, html: bool) -> pl.Expr:
    """The value as the text that a text filter sees; declines where HTML and text are mixed."""
    if value.kind == "text" and not (html and value.safe and not value.is_const):
        return value.column()
    if value.kind == "int":
        return value.column().cast(pl.String)
    raise NotCompilable(f"a text filter over a {value.kind}")


def literal(args: list[Value], n: int, kind: type) -> Any:
    """The n-th argument, where it is a constant of that type."""
    if n >= len(args) or not args[n].is_const or not isinstance(args[n].const, kind):
        raise NotCompilable("an argument that is not a literal")
    return args[n].const


def _plain(value: Value) -> Value:
    """A value as a text that may be escaped later; declines for HTML with special characters."""
    if not value.safe:
        return value
    if value.is_const and str(markup_escape(str(value.const))) == str(value.const):
        return Value(TEXT, const=str(value.const))
    raise NotCompilable("HTML inside a text")


def _joined(first: Value, second: Value, html: bool) -> Value:
    """Both texts in a row, escaped where HTML is asked for and one of them is HTML."""
    both = (first, second)
    try:
        if html and any(v.safe for v in both):
            raise NotCompilable("what is put beside HTML becomes HTML")
        return made(pl.concat_str([_text(v, html) for v in both]), *both)
    except NotCompilable:
        parts = [shown(v, html=html) for v in both]
        return made(pl.concat_str([v.column() for v in parts]), *parts, safe=html)


def _alternative(
    value: Value, other: Value, empty: Callable[[Value], pl.Expr], html: bool
) -> Value:
    if value.is_const:
        raise NotCompilable("a constant with a default")
    if value.kind != other.kind and other.kind != "nil":
        return _mixed(value, other, empty, html)
    if html and value.kind == "text":
        try:
            other = _plain(other)
        except NotCompilable:
            return _mixed(value, other, empty, html)
        if value.safe:
            raise NotCompilable("HTML with a default")
    chosen = pl.when(empty(value)).then(other.column()).otherwise(value.column())
    dtype = pl.Int64() if value.kind == "int" else value.dtype
    return Value(
        dtype,
        chosen if value.missing else _keep_null(value, chosen),
        missing=value.missing and other.missing,
        weight=2 + value.weight + other.weight,
    )


def _mixed(value: Value, other: Value, empty: Callable[[Value], pl.Expr], html: bool) -> Value:
    """Values of two types (or HTML beside text) become the texts that they would show."""
    first, second = shown(value, html=html), shown(other, html=html)
    if other.missing and not other.is_const:
        raise NotCompilable("a default that may be missing")
    chosen = pl.when(empty(value)).then(second.column()).otherwise(first.column())
    chosen = chosen if value.missing else _keep_null(value, chosen)
    return made(chosen, first, second, safe=html)


def _keep_null(value: Value, chosen: pl.Expr) -> pl.Expr:
    return pl.when(value.column().is_not_null()).then(chosen)


def _is_empty(value: Value) -> pl.Expr:
    expr = value.column()
    if value.kind == "text":
        return expr.is_null() | (expr == "")
    if value.kind == "bool":
        return expr.is_null() | ~expr
    if value.kind == "list":
        return expr.is_null() | (expr.list.len() == 0)
    return expr.is_null()


def _is_absent(value: Value) -> pl.Expr:
    expr = value.column()
    return expr.is_null() | (expr == "") if value.kind == "text" else expr.is_null()


def default(value: Value, args: list[Value], html: bool) -> Value:
    """`default`: the argument where the value is missing, false or empty."""
    if len(args) != 1:
        raise NotCompilable("default without its text")
    return _alternative(value, args[0], _is_empty, html)


def or_else(value: Value, args: list[Value], html: bool) -> Value:
    """`or_else`: the argument where the value is missing or empty text."""
    if len(args) != 1:
        raise NotCompilable("or_else without its text")
    return _alternative(value, args[0], _is_absent, html)


def escape(value: Value, _: list[Value], html: bool) -> Value:
    """`escape`."""
    if html and value.safe:
        raise NotCompilable("HTML escaped again")
    table = MARKUP_TABLE if html else HTML_TABLE
    text = shown(value, html=False)
    return made(escaped(text.column(), table), value, safe=html)


def _mapped(change: Callable[[pl.Expr], pl.Expr]) -> Callable[[Value, list[Value], bool], Value]:
    def form(value: Value, args: list[Value], html: bool) -> Value:
        if args:
            raise NotCompilable("arguments that this filter does not take")
        return made(change(_text(value, html)), value)

    return form


upcase = _mapped(lambda e: e.str.to_uppercase())
downcase = _mapped(lambda e: e.str.to_lowercase())
capitalize = _mapped(
    lambda e: e.str.slice(0, 1).str.to_uppercase() + e.str.slice(1).str.to_lowercase()
)
strip = _mapped(lambda e: e.str.strip_chars())
lstrip = _mapped(lambda e: e.str.strip_chars_start())
rstrip = _mapped(lambda e: e.str.strip_chars_end())


def append(value: Value, args: list[Value], html: bool) -> Value:
    """`append`: the argument after the text."""
    if len(args) != 1 or args[0].kind != "text":
        raise NotCompilable("append of something that is no text")
    return _joined(value, args[0], html)


def prepend(value: Value, args: list[Value], html: bool) -> Value:
    """`prepend`: the argument before the text."""
    if len(args) != 1 or args[0].kind != "text":
        raise NotCompilable("prepend of something that is no text")
    return _joined(args[0], value, html)


def replace(value: Value, args: list[Value], html: bool) -> Value:
    """`replace` with literal texts."""
    old = literal(args, 0, str)
    new = literal(args, 1, str) if len(args) > 1 else ""
    if not old or (html and str(markup_escape(str(new))) != str(new)):
        raise NotCompilable("replacing nothing, or by HTML")
    text = _text(value, html)
    return made(text.str.replace_all(str(old), str(new), literal=True), value)


def remove(value: Value, args: list[Value], html: bool) -> Value:
    """`remove` with a literal text."""
    return replace(value, [*args[:1], constant("")], html)


def truncate(value: Value, args: list[Value], html: bool) -> Value:
    """`truncate` to a literal number of characters."""
    size = literal(args, 0, int) if args else 50
    end = str(literal(args, 1, str)) if len(args) > 1 else "..."
    keep = size - len(end)
    if keep < 0 or (html and str(markup_escape(end)) != end):
        raise NotCompilable("a length shorter than its ending")
    text = _text(value, html)
    short = pl.concat_str([text.str.slice(0, keep), pl.lit(end)])
    return made(pl.when(text.str.len_chars() < size).then(text).otherwise(short), value)


def url_encode(value: Value, args: list[Value], html: bool) -> Value:
    """`url_encode`: bytes as hexadecimal, then the unreserved characters put back."""
    keep = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-~"
    table = {f"%{ord(char):02X}": char for char in keep} | {"%20": "+"}
    coded = _text(value, html).str.encode("hex").str.to_uppercase()
    marked = coded.str.replace_all("(..)", "%$1")
    return made(escaped(marked, table), value, safe=html)


def split(value: Value, args: list[Value], html: bool) -> Value:
    """`split` at a literal separator."""
    separator = str(literal(args, 0, str))
    if separator in ("", " "):
        raise NotCompilable("splitting into characters or words")
    text = _text(value, html)
    none = (text == "") | (text == separator)
    parts = (
        pl.when(none)
        .then(pl.lit([], dtype=pl.List(pl.String)))
        .otherwise(text.str.split(separator))
    )
    return made(_keep_null(value, parts), value, dtype=pl.List(pl.String))


def join(value: Value, args: list[Value], html: bool) -> Value:
    """`join` of a list of texts."""
    separator = str(literal(args, 0, str)) if args else " "
    if value.dtype != pl.List(pl.String):
        raise NotCompilable("joining what are not texts")
    items = value.column()
    if html:
        items = items.list.eval(escaped(pl.element(), MARKUP_TABLE))
    return made(items.list.join(separator, ignore_nulls=False), value, safe=html)


def size(value: Value, _: list[Value], __: bool) -> Value:
    """`size` of a text in characters, of a list in items."""
    return sized(value)


def sized(value: Value) -> Value:
    """The length of a text or a list."""
    if value.kind == "text":
        length = value.column().str.len_chars()
    elif value.kind == "list":
        length = value.column().list.len()
    else:
        raise NotCompilable(f"the size of a {value.kind}")
    return made(length.cast(pl.Int64), value, dtype=pl.Int64())


def whole(value: Value) -> pl.Expr:
    """An integer as Int64; declines for anything else."""
    if value.kind != "int":
        raise NotCompilable(f"arithmetic with a {value.kind}")
    return value.column().cast(pl.Int64)


def _arithmetic(
    operate: Callable[[pl.Expr, pl.Expr], pl.Expr],
) -> Callable[[Value, list[Value], bool], Value]:
    def form(value: Value, args: list[Value], _: bool) -> Value:
        if len(args) != 1:
            raise NotCompilable("arithmetic needs two numbers")
        both = operate(whole(value), whole(args[0]))
        return made(both, value, args[0], dtype=pl.Int64())

    return form


plus = _arithmetic(lambda a, b: a + b)
minus = _arithmetic(lambda a, b: a - b)
times = _arithmetic(lambda a, b: a * b)
divided_by = _arithmetic(lambda a, b: pl.when(b != 0).then(a // b))
modulo = _arithmetic(lambda a, b: pl.when(b != 0).then(a % b))
at_least = _arithmetic(
    lambda a, b: pl.when(a.is_not_null() & b.is_not_null()).then(pl.max_horizontal(a, b))
)
at_most = _arithmetic(
    lambda a, b: pl.when(a.is_not_null() & b.is_not_null()).then(pl.min_horizontal(a, b))
)


def absolute(value: Value, _: list[Value], __: bool) -> Value:
    """`abs` of an integer."""
    return made(whole(value).abs(), value, dtype=pl.Int64())


def _rounding(
    change: Callable[[pl.Expr], pl.Expr],
) -> Callable[[Value, list[Value], bool], Value]:
    def form(value: Value, args: list[Value], _: bool) -> Value:
        if args:
            raise NotCompilable("rounding to decimals")
        if value.kind == "int":
            return made(whole(value), value, dtype=pl.Int64())
        if value.kind != "float":
            raise NotCompilable(f"rounding a {value.kind}")
        expr = value.column()
        near = pl.when(expr.abs() < 2.0**53).then(change(expr).cast(pl.Int64))
        return made(near, value, dtype=pl.Int64())

    return form


rounded = _rounding(lambda e: e.round(0, mode="half_to_even"))
floor = _rounding(lambda e: e.floor())
ceil = _rounding(lambda e: e.ceil())

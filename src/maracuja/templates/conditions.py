"""Comparisons as Polars expressions without nulls: a missing value is nil and compares as such."""

from __future__ import annotations

import polars as pl

from maracuja.templates.values import NotCompilable, Value

_NUMBERS = ("int", "float")


def equal(left: Value, right: Value) -> bool | pl.Expr:
    """`==`: nil equals nil only; values of different kinds are never equal."""
    if left.is_const and right.is_const:
        same = (left.kind == "bool") == (right.kind == "bool")
        return same and left.const == right.const
    if left.kind == "nil" or right.kind == "nil":
        other = right if left.kind == "nil" else left
        return other.column().is_null()
    same_kind = left.kind == right.kind or (left.kind in _NUMBERS and right.kind in _NUMBERS)
    if not same_kind:
        return left.column().is_null() & right.column().is_null()
    if left.kind in ("list", "struct", "other"):
        raise NotCompilable("comparing lists or objects")
    if right.is_const:
        return (left.column() == right.column()).fill_null(False)
    if left.is_const:
        return (right.column() == left.column()).fill_null(False)
    return left.column().eq_missing(right.column())


def less(left: Value, right: Value) -> bool | pl.Expr:
    """`<`: false where either side is missing."""
    pair = _ordered(left, right)
    return pair if isinstance(pair, bool) else (pair[0] < pair[1]).fill_null(False)


def less_or_equal(left: Value, right: Value) -> bool | pl.Expr:
    """`<=`: false where either side is missing."""
    pair = _ordered(left, right)
    return pair if isinstance(pair, bool) else (pair[0] <= pair[1]).fill_null(False)


def _ordered(left: Value, right: Value) -> bool | tuple[pl.Expr, pl.Expr]:
    if "nil" in (left.kind, right.kind):
        return False
    texts = left.kind == right.kind == "text"
    numbers = left.kind in _NUMBERS and right.kind in _NUMBERS
    if not texts and not numbers:
        raise NotCompilable(f"ordering a {left.kind} and a {right.kind}")
    return left.column(), right.column()


def within(left: Value, right: Value) -> bool | pl.Expr:
    """`contains`: a text in a text, or an item in a list; false where either is missing."""
    if "nil" in (left.kind, right.kind):
        return False
    if right.kind != "text":
        raise NotCompilable("contains with something that is no text")
    if left.kind == "text":
        found = left.column().str.contains(right.column(), literal=True)
    elif left.dtype == pl.List(pl.String):
        found = left.column().list.contains(right.column())
    else:
        raise NotCompilable(f"contains over a {left.kind}")
    return (found & right.column().is_not_null()).fill_null(False)

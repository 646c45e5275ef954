"""Filters that speak a language as Polars expressions: amounts, counted nouns, days, gender.

A form gets (value, args, html) with the language as its last argument, `money` the shop's own
patterns after it; a null goes the slow road.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import polars as pl

from maracuja.language import money_patterns, numbers
from maracuja.templates.filter_columns import TEXT, literal, made, rounded, whole
from maracuja.templates.values import CURRENCIES, NotCompilable, Value, shown

WITH_COMMAS: Final = ("en", "mn")  # these languages part thousands by commas
GROUPED_MAX: Final = 1_000_000_000  # greater numbers go the slow road
_MISSING: Final = pl.lit(None, pl.String)


def _told(args: list[Value]) -> tuple[list[Value], str]:
    """The arguments before the last one, and the last one: what the filter is told."""
    return args[:-1], str(literal(args, len(args) - 1, str))


def grouped(number: pl.Expr, language: str) -> pl.Expr:
    """Integers from 0 below GROUPED_MAX with their thousands apart; null for all others."""
    space = pl.lit("," if language in WITH_COMMAS else numbers.NBSP)
    low = (number % 1000).cast(pl.String)
    middle = (number // 1000 % 1000).cast(pl.String)
    millions = (number // 1_000_000).cast(pl.String)
    two = pl.concat_str([middle, space, low.str.zfill(3)])
    three = pl.concat_str([millions, space, middle.str.zfill(3), space, low.str.zfill(3)])
    text = (
        pl.when(number < 1000)
        .then(low)
        .when(number < 1_000_000)
        .then(two)
        .when(number < GROUPED_MAX)
        .then(three)
    )
    return pl.when(number >= 0).then(text)


def _integer(value: Value, name: str) -> pl.Expr:
    """The whole numbers of a value; null for fractions and for floats that are too great."""
    if value.kind == "int":
        return value.column().cast(pl.Int64)
    if value.kind != "float":
        raise NotCompilable(f"{name} of a {value.kind}")
    expr = value.column()
    exact = (expr == expr.floor()) & (expr.abs() < GROUPED_MAX)
    return pl.when(exact).then(expr).cast(pl.Int64)


def number(value: Value, args: list[Value], _: bool) -> Value:
    """`number` of whole numbers from 0."""
    args, language = _told(args) if args else (args, "ru")
    if args:
        raise NotCompilable("a number with arguments")
    return made(grouped(_integer(value, "number"), language), value)


def _around(currency: str, language: str) -> tuple[str, str, str]:
    """What stands before and after an amount, and between its parts."""
    before, _, after = numbers.money(700, currency, language).partition("7")
    part = numbers.money(755, currency, language)
    between = part.removeprefix(before).removesuffix(after)[1:-2]
    return before, between, after


def money(value: Value, args: list[Value], html: bool) -> Value:
    """`money` of minor units from 0; the currency is a literal or a column."""
    args, patterns = _told(args)
    args, language = _told(args)
    if value.kind == "float":
        value = rounded(value, [], html)
    minor = whole(value)
    currency = args[0] if args else Value(TEXT, const="")
    if currency.kind != "text" or (currency.missing and currency.is_const):
        raise NotCompilable("a currency that is no text")
    if currency.is_const:
        return made(_amount(minor, str(currency.const), language, patterns), value)
    code, text = currency.column(), _MISSING
    for known in CURRENCIES:
        with suppress(NotCompilable):  # amounts of a currency left out go the slow road
            amount = _amount(minor, known, language, patterns)
            text = pl.when(code == known).then(amount).otherwise(text)
    return made(text, value, currency)


def _amount(minor: pl.Expr, currency: str, language: str, patterns: str) -> pl.Expr:
    if currency and currency not in CURRENCIES:
        raise NotCompilable(f"the currency {currency}")
    if own := money_patterns.chosen(patterns, currency, language):
        return _amount_in(minor, currency, language, own)
    before, between, after = _around(currency, language)
    rest = (minor % 100).cast(pl.String).str.zfill(2)
    cents = (
        pl.when(minor % 100 == 0)
        .then(pl.lit(""))
        .otherwise(pl.concat_str([pl.lit(between), rest]))
    )
    major = pl.when(minor >= 0).then(minor // 100)
    return pl.concat_str([pl.lit(before), grouped(major, language), cents, pl.lit(after)])


def _amount_in(minor: pl.Expr, currency: str, language: str, pattern: str) -> pl.Expr:
    """An amount in a pattern with no digits after the point, or two."""
    digits = {"#,##0": 0, "#,##0.00": 2}.get(money_patterns.number_of(pattern))
    if digits is None:
        raise NotCompilable(f"the pattern {pattern}")
    before, _, rest = numbers.money(755 if digits else 700, currency, language, pattern).partition(
        "7"
    )
    major, cents = minor // 100, minor % 100
    if digits:
        texts = [grouped(major, language), pl.lit(rest[0]), cents.cast(pl.String).str.zfill(2)]
        return pl.concat_str([pl.lit(before), *texts, pl.lit(rest[3:])])
    up = (cents > 50) | ((cents == 50) & (major % 2 == 1))  # as decimals are rounded: half to even
    return pl.concat_str([pl.lit(before), grouped(major + up, language), pl.lit(rest)])


def _forms(args: list[Value], html: bool) -> list[str]:
    if not all(arg.is_const and arg.kind == "text" for arg in args):
        raise NotCompilable("forms that are no literals")
    return [str(shown(arg, html=html).const) for arg in args]


def plural(value: Value, args: list[Value], html: bool) -> Value:
    """`plural`: the noun's form for whole numbers; fractions take it from the same expression."""
    args, language = _told(args)
    if value.kind not in ("int", "float"):
        raise NotCompilable(f"plural of a {value.kind}")
    form = numbers.plural_expr(value.column(), _forms(args, html), language)
    return made(form, value, safe=html)


def count(value: Value, args: list[Value], html: bool) -> Value:
    """`count` of whole numbers from 0 below GROUPED_MAX."""
    args, language = _told(args)
    number = _integer(value, "count")
    form = numbers.plural_expr(number, _forms(args, html), language)
    text = pl.concat_str([grouped(number, language), pl.lit(numbers.NBSP), form])
    return made(text, value, safe=html)


def day(value: Value, args: list[Value], _: bool) -> Value:
    """`day` of dates and times: each day that occurs is put in words once."""
    args, language = _told(args)
    form = str(literal(args, 0, str)) if args else "day"
    if value.kind not in ("date", "time") or form not in numbers.DAY_FORMS:
        raise NotCompilable(f"a day of a {value.kind}")

    def said(days: pl.Series) -> pl.Series:
        known = days.drop_nulls().unique()
        words = [numbers.day(one, language, form) for one in known.to_list()]
        return days.replace_strict(known, words, default=None, return_dtype=pl.String)

    text = value.column().cast(pl.Date).map_batches(said, return_dtype=pl.String)
    return made(text, value)


def choose(value: Value, args: list[Value], html: bool) -> Value:
    """`choose` among texts by gender: m, f, or anything else."""
    if value.kind != "text" or not 2 <= len(args) <= 3:
        raise NotCompilable("a choice by something that is no gender")
    texts: list[Any] = [shown(arg, html=html).column() for arg in args]
    gender = value.column()
    other = texts[2] if len(texts) == 3 else pl.lit("")
    chosen = pl.when(gender == "m").then(texts[0]).when(gender == "f").then(texts[1])
    there = pl.when(gender.is_not_null()).then(chosen.otherwise(other))
    return made(there, value, *args, safe=html)

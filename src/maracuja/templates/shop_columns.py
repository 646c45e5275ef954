"""The filters of a shop's messages as Polars expressions: dates, money, buttons, pictures."""

from __future__ import annotations

import re
from typing import Final

import polars as pl
from markupsafe import Markup

from maracuja.templates.filter_columns import TEXT, literal, made, rounded, whole
from maracuja.templates.placeholders import CLOSE, OPEN, SPLIT
from maracuja.templates.values import (
    CURRENCIES,
    NotCompilable,
    Value,
    constant,
    dated,
    minor_digits,
    shown,
    symbol,
)

BUTTON: Final = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>'
    '<td bgcolor="#7b2d8e" style="border-radius:6px"><a href="',
    '" style="display:inline-block;padding:12px 28px;font-family:Arial,sans-serif;'
    'font-size:16px;line-height:20px;color:#ffffff;text-decoration:none;border-radius:6px">',
    "</a></td></tr></table>",
)
PICTURE: Final = (
    '<img src="',
    '" alt="',
    '" width="',
    '" style="display:block;width:100%;max-width:560px;height:auto;border:0">',
)
_HOURS: Final = re.compile(r"%[^dmYyjbBaA%-]|%-[^dm]")
_WORDS: Final = re.compile(r"%[^dmYyHMS%]")
_DIGITS_MAX: Final = 1_000_000_000  # of major units that `money` groups as columns


def day(value: Value, args: list[Value], html: bool) -> Value:
    """`date` of a date or time column with a literal form, read from a table of days."""
    form = str(literal(args, 0, str)) if args else "%d.%m.%Y"
    if value.kind == "time" and not _WORDS.search(form):
        expr = value.column()
        text: pl.Expr = pl.when(expr.dt.year() >= 1000).then(expr.dt.strftime(form))
    elif value.kind in ("date", "time") and not _HOURS.search(form):
        text = dated(value.column(), form)
    else:
        raise NotCompilable("a date with hours, or a time with words")
    return made(text, value, safe=html and bool(args) and args[0].safe)


def money(value: Value, args: list[Value], html: bool) -> Value:
    """`money` of minor units; the currency is a literal or a column."""
    currency = args[0] if args else constant("")
    if value.kind == "float":
        value = rounded(value, [], html)
    minor = whole(value)
    if currency.kind != "text" or (currency.missing and currency.is_const):
        raise NotCompilable("a currency that is no text")
    if currency.is_const:
        code = str(currency.const)
        return made(_amount(minor, minor_digits(code), code), value)
    code_column = currency.column()
    known = list(CURRENCIES)
    sign = code_column.replace(known, [CURRENCIES[c] for c in known])
    amount = _amount(minor, 2, "")
    with_sign = pl.concat_str([amount, pl.lit("\u00a0"), sign])
    two_digits = code_column.is_in([c for c in known if minor_digits(c) == 2])
    return made(pl.when(two_digits).then(with_sign), value, currency)


def number(value: Value, args: list[Value], _: bool) -> Value:
    """`number` of whole numbers from 0; the others take the slow road."""
    if args or value.kind not in ("int", "float"):
        raise NotCompilable("a number of something else")
    expr = value.column()
    if value.kind == "float":
        expr = pl.when((expr == expr.floor()) & (expr.abs() < _DIGITS_MAX)).then(expr)
    return made(_amount(expr.cast(pl.Int64), 0, ""), value)


def _amount(minor: pl.Expr, digits: int, code: str) -> pl.Expr:
    unit = 10**digits
    major, space = minor // unit, pl.lit("\u00a0")
    low = (major % 1000).cast(pl.String)
    middle = (major // 1000 % 1000).cast(pl.String)
    text: pl.Expr = (
        pl.when(major < 1000)
        .then(low)
        .when(major < 1_000_000)
        .then(pl.concat_str([middle, space, low.str.zfill(3)]))
        .when(major < _DIGITS_MAX)
        .then(
            pl.concat_str(
                [
                    (major // 1_000_000).cast(pl.String),
                    space,
                    middle.str.zfill(3),
                    space,
                    low.str.zfill(3),
                ]
            )
        )
    )
    end = f"\u00a0{symbol(code)}" if code else ""
    if digits:
        rest = (minor % unit).cast(pl.String).str.zfill(digits)
        cents = pl.concat_str([pl.lit(","), rest])
        text = pl.concat_str([text, pl.when(minor % unit == 0).then(pl.lit("")).otherwise(cents)])
    text = pl.concat_str([text, pl.lit(end)]) if end else text
    return pl.when(minor >= 0).then(text)


def button(value: Value, args: list[Value], html: bool) -> Value:
    """`button`: label and address; the link number comes as the last argument."""
    if len(args) != 2:
        raise NotCompilable("a button without its address")
    url, link = shown(args[0], html=html), literal(args, 1, int)
    label = shown(value, html=html)
    if any(v.kind == "text" and v.safe and not v.is_const for v in (value, args[0])):
        raise NotCompilable("HTML in a button")
    opening = f"{OPEN}{link}{SPLIT}"
    if html:
        parts: list[Value | str] = [BUTTON[0] + opening, url, CLOSE + BUTTON[1], label, BUTTON[2]]
    else:
        parts = [label, f": {opening}", url, CLOSE]
    return _assembled(parts, html)


def picture(value: Value, args: list[Value], html: bool) -> Value:
    """`picture`: the address, alt text and width."""
    alt = args[0] if args else constant("")
    width = args[1] if len(args) > 1 else constant(560)
    if not html:
        if value.is_const:
            return Value(TEXT, const=str(shown(alt, html=False).const))
        there = pl.when(value.column().is_not_null())
        return made(there.then(shown(alt, html=False).column()), value, alt)
    parts: list[Value | str] = [PICTURE[0]]
    for given, text in zip((value, alt, width), PICTURE[1:], strict=True):
        parts += [shown(given, html=True), text]
    return _assembled(parts, html)


def _assembled(parts: list[Value | str], html: bool) -> Value:
    values = [part if isinstance(part, Value) else constant(part) for part in parts]
    if all(value.is_const for value in values):
        text = "".join(str(value.const) for value in values)
        return Value(TEXT, const=Markup(text) if html else text, safe=html)
    return made(pl.concat_str([v.column() for v in values]), *values, safe=html)

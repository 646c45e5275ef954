"""The filters of a shop's messages as Polars expressions: dates, buttons, pictures."""

from __future__ import annotations

import re
from typing import Final

import polars as pl
from markupsafe import Markup

from maracuja.templates.filter_columns import TEXT, literal, made
from maracuja.templates.placeholders import CLOSE, OPEN, SPLIT
from maracuja.templates.values import NotCompilable, Value, constant, dated, shown

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


def button(value: Value, args: list[Value], html: bool) -> Value:
    """`button`: label and address; the link number comes as the last argument."""
    if len(args) != 2:
        raise NotCompilable("a button without its address")
    url, link = shown(args[0], html=html), literal(args, 1, int)
    label = shown(value, html=html)
    if any(v.kind == "text" and v.safe and not v.is_const for v in (value, args[0])):
        raise NotCompilable("HTML in a button")
    opening, closing = f"{OPEN}{link}{SPLIT}", CLOSE
    if url.is_const and str(url.const)[:1] == OPEN:  # one of our own pages
        opening = closing = ""
    if html:
        parts: list[Value | str] = [
            BUTTON[0] + opening,
            url,
            closing + BUTTON[1],
            label,
            BUTTON[2],
        ]
    else:
        parts = [label, f": {opening}", url, closing]
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

"""The filters of templates in one list: each is a Python function, most can become columns."""

from __future__ import annotations

import math
import re
import urllib.parse
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from html import escape as html_escape
from typing import Any, Final, NamedTuple

from liquid.builtin.filters import array, string
from liquid.builtin.filters import math as liquid_math
from liquid.builtin.filters.misc import default
from liquid.exceptions import FilterArgumentError
from liquid.filter import with_environment
from liquid.undefined import is_undefined
from markupsafe import Markup, escape

from maracuja.language import money_patterns, numbers
from maracuja.templates import count_columns as counts
from maracuja.templates import filter_columns as columns
from maracuja.templates import shop_columns as shop
from maracuja.templates.placeholders import inline
from maracuja.templates.values import Value, plain, show

NBSP: Final = "\u00a0"
TEXT_MAX: Final = 100_000  # characters that one filter may give
DATE_PARTS: Final = frozenset("dmYyHMSjbBaA%") | {"-d", "-m", "-H", "-M"}
PERCENT: Final = re.compile(r"%(-?.)")


class Filter(NamedTuple):
    """A filter: `call(value, *args)`, `columns(value, args, html)` or None, what it returns.

    `lenient` filters see missing values (all others refuse them); `knows_html` filters are called
    with the keyword html; `gives` is text, int, float, html or any.
    """

    name: str
    call: Callable[..., Any]
    columns: Callable[[Value, list[Value], bool], Value] | None = None
    gives: str = "text"
    lenient: bool = False
    knows_html: bool = False


def or_else(value: Any, other: Any) -> Any:
    """The other value where this one is missing or empty text; false and 0 stay."""
    return other if is_undefined(value) or value is None or value == "" else value


def escape_text(value: Any, *, html: bool) -> str:
    """HTML's special characters as entities."""
    text = show(value)
    return escape(str(text)) if html else html_escape(text)


def day(value: Any, form: str = "%d.%m.%Y") -> str:
    """A date or time (or an ISO 8601 text) in the words of strftime.

    There is no "now": a text must read the same whenever it is made.
    """
    for part in PERCENT.findall(form):
        if part not in DATE_PARTS:
            raise FilterArgumentError(f"date: %{part} is not supported", token=None)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as fault:
            raise FilterArgumentError(f"date: {value!r} is no date", token=None) from fault
    elif isinstance(value, int) and not isinstance(value, bool):
        value = datetime.fromtimestamp(value, UTC)
    if not isinstance(value, date):
        raise FilterArgumentError(f"date: a {type(value).__name__} is no date", token=None)
    text = value.strftime(form)
    return Markup(text) if isinstance(form, Markup) else text


def money(value: Any, currency: str = "", *, language: str = "ru", patterns: str = "") -> str:
    """Minor units as an amount: 159300 with RUB is 1 593 ₽, with no-break spaces.

    `patterns` are the shop's own, as money_patterns.written gives them.
    """
    code, language = str(currency), str(language)
    own = money_patterns.chosen(str(patterns), code, language)
    return numbers.money(_number(value, "money"), code, language, own)


def number(value: Any, *, language: str = "ru") -> str:
    """A number in groups of thousands, at most two decimals: 1500.0 is 1 500, in English 1,500."""
    value = _number(value, "number")
    text = f"{value:,}" if isinstance(value, int) else f"{value:,.2f}".rstrip("0").rstrip(".")
    if language in counts.WITH_COMMAS:
        return text
    return text.replace(",", NBSP).replace(".", ",")


def plural(value: Any, *forms: str, language: str = "ru") -> str:
    """The form of a noun that goes with the number: бонус, бонуса, бонусов."""
    return _counted(numbers.plural, _number(value, "plural"), forms, language)


def count(value: Any, *forms: str, language: str = "ru") -> str:
    """The number and the noun in its form, a no-break space between: 1 500 бонусов."""
    return _counted(numbers.count, _number(value, "count"), forms, language)


def _counted(say: Callable[..., str], value: Any, forms: tuple[str, ...], language: str) -> str:
    try:
        text = say(value, forms, str(language))
    except (ValueError, ArithmeticError) as fault:
        raise FilterArgumentError(str(fault), token=None) from fault
    return Markup(text) if forms and isinstance(forms[0], Markup) else text


def _number(value: Any, name: str) -> int | float | Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise FilterArgumentError(f"{name}: {value!r} is no number", token=None)
    return value


def day_in_words(value: Any, form: str = "day", *, language: str = "ru") -> str:
    """A date, a time or an ISO 8601 text as people say it: 5 марта; see numbers.DAY_FORMS."""
    if not isinstance(value, str | date):
        raise FilterArgumentError(f"day: a {type(value).__name__} is no date", token=None)
    try:
        return numbers.day(value, str(language), str(form))
    except ValueError as fault:
        raise FilterArgumentError(f"day: {fault}", token=None) from fault


def choose(gender: Any, masculine: Any, feminine: Any, neutral: Any = "") -> Any:
    """The form for a man, for a woman, and for somebody of whom it is not known."""
    return {"m": masculine, "f": feminine}.get(gender, neutral)


def button(value: Any, url: Any, *, link: int, html: bool) -> str:
    """A button that leads to the address: a table cell in HTML, "label: address" in a text."""
    if not html:
        return f"{show(value)}: {inline(link, show(url))}"
    address = inline(link, str(escape(show(url))))
    return Markup("".join([BUTTON[0], address, BUTTON[1], str(escape(show(value))), BUTTON[2]]))


def picture(value: Any, alt: Any = "", width: Any = 560, *, html: bool) -> str:
    """The picture at an address: an img no wider than `width` pixels, its alt text in a text."""
    if not html:
        return str(show(alt))
    given = [str(escape(show(one))) for one in (value, alt, width)]
    return Markup("".join([PICTURE[0], *(a + b for a, b in zip(given, PICTURE[1:], strict=True))]))


BUTTON: Final = shop.BUTTON
PICTURE: Final = shop.PICTURE


class _Asked(NamedTuple):
    """What python-liquid's filters ask of their environment."""

    autoescape: bool
    string_first_and_last: bool = False


def _texts(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of texts that sees numbers as they are printed: 2700.0 as 2700."""

    @wraps(function)
    def call(value: Any, *args: Any) -> Any:
        return function(plain(value), *(plain(arg) for arg in args))

    return call


def _plain(function: Callable[..., Any]) -> Callable[..., Any]:
    """python-liquid's own filter that asks for the environment, called with html instead."""

    @wraps(function)
    def call(value: Any, *args: Any, html: bool) -> Any:
        return function(value, *args, environment=_Asked(html))

    return call


def url_encode(value: Any, *, html: bool) -> str:
    """Percent-encoded, spaces as plus signs."""
    text = urllib.parse.quote_plus(str(show(value)))
    return Markup(text) if html else text


def _whole(function: Callable[[float], int]) -> Callable[..., Any]:
    @wraps(function)
    def call(value: Any) -> int:
        return function(liquid_math.plus(value, 0))

    return call


FILTERS: Final[tuple[Filter, ...]] = (
    Filter("default", default, columns.default, "any", lenient=True),
    Filter("or_else", or_else, columns.or_else, "any", lenient=True),
    Filter("escape", escape_text, columns.escape, knows_html=True),
    Filter("upcase", _texts(string.upcase), columns.upcase),
    Filter("downcase", _texts(string.downcase), columns.downcase),
    Filter("capitalize", _texts(string.capitalize), columns.capitalize),
    Filter("append", _texts(string.append), columns.append),
    Filter("prepend", _texts(string.prepend), columns.prepend),
    Filter("replace", _texts(string.replace), columns.replace),
    Filter("remove", _texts(string.remove), columns.remove),
    Filter("replace_first", _texts(string.replace_first)),
    Filter("remove_first", _texts(string.remove_first)),
    Filter("strip", _texts(string.strip), columns.strip),
    Filter("lstrip", _texts(string.lstrip), columns.lstrip),
    Filter("rstrip", _texts(string.rstrip), columns.rstrip),
    Filter("squish", _texts(string.squish)),
    Filter("slice", string.slice_, gives="any"),
    Filter("truncate", _texts(string.truncate), columns.truncate),
    Filter("truncatewords", _texts(string.truncatewords)),
    Filter("newline_to_br", _plain(string.newline_to_br), knows_html=True),
    Filter("strip_newlines", _plain(string.strip_newlines), knows_html=True),
    Filter("strip_html", _plain(string.strip_html), knows_html=True),
    Filter("url_encode", url_encode, columns.url_encode, knows_html=True),
    Filter("split", string.split, columns.split, "any"),
    Filter("join", _plain(array.join), columns.join, "any", knows_html=True),
    Filter("first", _plain(array.first), None, "any", knows_html=True),
    Filter("last", _plain(array.last), None, "any", knows_html=True),
    Filter("reverse", array.reverse, None, "any"),
    Filter("uniq", array.uniq, None, "any"),
    Filter("sort", array.sort, None, "any"),
    Filter("map", array.map_, None, "any"),
    Filter("where", array.where, None, "any"),
    Filter("sum", array.sum_, None, "any"),
    Filter(
        "size", lambda value: len(value) if hasattr(value, "__len__") else 0, columns.size, "int"
    ),
    Filter("plus", liquid_math.plus, columns.plus, "any"),
    Filter("minus", liquid_math.minus, columns.minus, "any"),
    Filter("times", liquid_math.times, columns.times, "any"),
    Filter("divided_by", liquid_math.divided_by, columns.divided_by, "any"),
    Filter("modulo", liquid_math.modulo, columns.modulo, "any"),
    Filter("abs", liquid_math.abs_, columns.absolute, "any"),
    Filter("at_least", liquid_math.at_least, columns.at_least, "any"),
    Filter("at_most", liquid_math.at_most, columns.at_most, "any"),
    Filter("round", liquid_math.round_, columns.rounded, "any"),
    Filter("floor", _whole(math.floor), columns.floor, "int"),
    Filter("ceil", _whole(math.ceil), columns.ceil, "int"),
    Filter("date", day, shop.day),
    Filter("money", money, counts.money),
    Filter("number", number, counts.number),
    Filter("plural", plural, counts.plural),
    Filter("count", count, counts.count),
    Filter("day", day_in_words, counts.day),
    Filter("choose", choose, counts.choose, "any"),
    Filter("button", button, shop.button, "html", knows_html=True),
    Filter("picture", picture, shop.picture, "html", knows_html=True),
)

CASES: Final = {
    "nominative": "nom",
    "genitive": "gen",
    "dative": "dat",
    "accusative": "acc",
    "instrumental": "ins",
    "prepositional": "prep",
    "vocative": "voc",
}
CITIES: Final = ("in_city", "from_city", "to_city")
LOOKUPS: Final = (*CASES, "name_case", "agree", *CITIES, "salutation")
"""Filters that look a word up; `wording.spoken` makes columns of them before anything is run."""
SPEAKING: Final = ("plural", "count", "money", "number", "day")
"""Filters that are told the language of the text."""

BY_NAME: Final = {spec.name: spec for spec in FILTERS}


def for_liquid(spec: Filter) -> Callable[..., Any]:
    """The filter as python-liquid calls it; missing values are refused unless it is lenient."""

    def call(value: Any, *args: Any, environment: Any, **named: Any) -> Any:
        if not spec.lenient:
            for given in (value, *args):
                if is_undefined(given):
                    given.refuse()
        if spec.knows_html:
            named["html"] = environment.autoescape
        result = spec.call(value, *args, **named)
        return bounded(result)

    return with_environment(call)


def bounded(result: Any) -> Any:
    """The result of a filter; FilterArgumentError where a text grew beyond TEXT_MAX."""
    if isinstance(result, str) and len(result) > TEXT_MAX:
        raise FilterArgumentError("the text grows beyond its limit", token=None)
    return result

"""Numbers, money, dates and the plural forms that go with them, in the four languages.

It never rounds a count and never asks the clock: every number and date is an argument.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import polars as pl
from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.numbers import NumberPattern, format_decimal, get_currency_symbol, parse_pattern

from maracuja.currencies import minor_digits

Number = int | float | Decimal

FORMS: Final = {"ru": 3, "uk": 3, "en": 2, "mn": 2}
"""How many forms of a noun a plural takes: 1, 2, 5 бонусов in ru and uk; 1 and 2 in en and mn."""

DAY_FORMS: Final = ("day", "year", "weekday", "full", "short")
"""5 марта; 5 марта 2026 г.; четверг, 5 марта; with weekday and year; 05.03.2026."""

NBSP: Final = "\u00a0"
_INDEX: Final = {"one": 0, "few": 1, "many": 2, "other": 1}
_LOCALES: Final = {language: Locale.parse(language) for language in FORMS}
_CODES: Final = "RUB UAH MNT KZT BYN GEL AMD USD EUR GBP PLN TRY JPY CNY KRW".split()
_SIGNS: Final = dict(zip(_CODES, "₽ ₴ ₮ ₸ Br ₾ ֏ $ € £ zł ₺ ¥ ¥ ₩".split(), strict=True))
_PATTERNS: Final = {"mn": "#,##0.00¤"}
_MARK: Final = "\ue000"  # stands for the currency while Babel writes the number
_WITH_WEEKDAY: Final = {
    "ru": "EEEE, d MMMM",
    "uk": "EEEE, d MMMM",
    "en": "EEEE, MMMM d",
    "mn": "M-р сарын d, EEEE",
}
_PLAIN_DAY: Final = {"mn": "M-р сарын d"}


def category(n: Number, language: str) -> str:
    """The CLDR category of a number: one, few, many or other.

    A float that is whole counts as the integer (1500.0 from a column is 1500); a Decimal keeps
    the digits it shows, so Decimal("1.0") is a fraction. The sign plays no part.
    """
    if isinstance(n, float):
        return category(int(n) if n.is_integer() else Decimal(repr(n)), language)
    return str(_LOCALES[language].plural_form(n if n >= 0 else -n))


def plural(n: Number, forms: Sequence[str], language: str) -> str:
    """The form of the noun that goes with the number; fractions take the second one.

    `forms` has FORMS[language] entries, else ValueError says so.
    """
    if fault := forms_fault(len(forms), language):
        raise ValueError(fault)
    return forms[_INDEX[category(n, language)]]


def forms_fault(given: int, language: str) -> str:
    """What is wrong with a number of plural forms in this language; "" when nothing is."""
    wanted = FORMS[language]
    if given == wanted:
        return ""
    example = {3: "'бонус', 'бонуса', 'бонусов'", 2: "'bonus', 'bonuses'"}[wanted]
    return f"{given} plural forms where {language} has {wanted}, such as {example}"


def count(n: Number, forms: Sequence[str], language: str) -> str:
    """The number in the writing of the language and the noun with it: 1 500 бонусов."""
    return f"{number(n, language)}{NBSP}{plural(n, forms, language)}"


def number(n: Number, language: str) -> str:
    """The number with the separators of the language; whole floats without a fraction.

    A Decimal keeps the digits it shows, a float shows at most three.
    """
    if isinstance(n, float) and n.is_integer():
        n = int(n)
    if isinstance(n, Decimal):
        digits = max(0, -int(n.as_tuple().exponent))
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return str(format_decimal(n, pattern, locale=_LOCALES[language]))
    return str(format_decimal(n, locale=_LOCALES[language]))


def money(minor: Number, currency: str, language: str, pattern: str = "") -> str:
    """Minor units as an amount: 159300 with RUB is 1 593 ₽, 159350 is 1 593,50 ₽.

    A fraction of zero is left out, except where the shop's own CLDR `pattern` ("#,##0.00 ¤")
    asks for its digits. Spaces are no-break ones, those of the pattern too; ValueError for a
    pattern of no amount.
    """
    digits = minor_digits(currency)
    amount = Decimal(round(minor)).scaleb(-digits)
    locale = _LOCALES[language]
    usual = _PATTERNS.get(language) or locale.currency_formats["standard"].pattern
    form = pattern.replace(" ", NBSP) or usual
    if not pattern:
        whole = amount == amount.to_integral_value()
        form = form.replace(".00", "" if whole else "." + "0" * digits)
    text = _pattern(form.replace("¤", _MARK)).apply(amount, locale, currency_digits=False)
    return str(text).replace(_MARK, _sign(currency, language)).strip(NBSP + " ")


@lru_cache(maxsize=256)
def _pattern(form: str) -> NumberPattern:
    return parse_pattern(form)


@lru_cache(maxsize=256)
def _sign(currency: str, language: str) -> str:
    known = _SIGNS.get(currency, "" if not currency else None)
    return (
        str(get_currency_symbol(currency, locale=_LOCALES[language])) if known is None else known
    )


def day(value: date | str, language: str, form: str = "day") -> str:
    """A date, a time or its ISO 8601 text in words; `form` is one of DAY_FORMS.

    ValueError when the text is no date or the form is unknown. A time shows the day of its own
    zone.
    """
    if isinstance(value, str):
        value = datetime.fromisoformat(value.strip())
    if isinstance(value, datetime):
        value = value.date()
    return _day(value, language, form)


@lru_cache(maxsize=8192)
def _day(value: date, language: str, form: str) -> str:
    locale = _LOCALES[language]
    if form == "day":
        own = _PLAIN_DAY.get(language)
        text = format_date(value, own, locale=locale) if own else _skeleton(value, locale)
    elif form == "year":
        text = format_date(value, "medium" if language == "mn" else "long", locale=locale)
    elif form == "weekday":
        text = format_date(value, _WITH_WEEKDAY[language], locale=locale)
    elif form == "full":
        text = format_date(value, "full", locale=locale)
    elif form == "short":
        text = format_date(value, _short(language), locale=locale)
    else:
        raise ValueError(f"{form!r} is no form of a day: one of {', '.join(DAY_FORMS)}")
    return str(text).replace("\u202f", NBSP)


def _skeleton(value: date, locale: Locale) -> str:
    return str(format_skeleton("MMMMd", value, locale=locale))


def _short(language: str) -> str:
    return {"en": "M/d/yyyy", "mn": "yyyy.MM.dd"}.get(language, "dd.MM.yyyy")


def plural_expr(n: pl.Expr, forms: Sequence[Any], language: str) -> pl.Expr:
    """`plural` of a column: integers, or floats, of which the whole ones count as integers.

    `forms` are texts or text expressions; null, NaN and infinite numbers give null.
    """
    if fault := forms_fault(len(forms), language):
        raise ValueError(fault)
    texts = [form if isinstance(form, pl.Expr) else pl.lit(str(form)) for form in forms]
    return (
        pl.when((n - n).fill_nan(None).is_null())
        .then(pl.lit(None, dtype=pl.String))
        .otherwise(_chosen(n.abs(), texts))
    )


def _chosen(n: pl.Expr, texts: Sequence[pl.Expr]) -> pl.Expr:
    if len(texts) == 2:
        return pl.when(n == 1).then(texts[0]).otherwise(texts[1])
    ten, hundred, broken = n % 10, n % 100, n % 1 != 0
    few = ten.is_between(2, 4) & ~hundred.is_between(12, 14)
    return (
        pl.when(broken)
        .then(texts[1])
        .when((ten == 1) & (hundred != 11))
        .then(texts[0])
        .when(few)
        .then(texts[1])
        .otherwise(texts[2])
    )

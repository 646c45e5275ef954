"""Invented people to try a template on: a whole profile, and the worst ones of an audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

import polars as pl

from maracuja.model import Trait, TraitSource, pack_meta
from maracuja.templates.needs import Needs
from maracuja.templates.offered import COUPON, OFFERED, SAMPLES
from maracuja.templates.scope import CART_TYPES, PRODUCT_TYPES
from maracuja.templates.values import kind_of

WHOLE: Final = "everything known"
PRODUCT_ID: Final = "sample-product"
LONG_NAME: Final = "Максимилиана-Александра"
LONG_WORDS: Final = "Спиннинговое удилище для ловли щуки и судака с берега, 2,70 м, 10–40 г"
CURRENCY: Final = "RUB"
_NAMES: Final[Mapping[str, str]] = {
    "first_name": "Мария",
    "last_name": "Иваненко",
    "patronymic": "Сергеевна",
    "city": "Киев",
    "gender": "f",
    "email": "maria@example.org",
    "phone": "+380501234567",
    "language": "uk",
    "street": "ул. Садовая, 5",
}
_NUMBERS: Final = (
    "bonus",
    "points",
    "count",
    "price",
    "total",
    "sum",
    "amount",
    "stock",
    "orders",
)
_TIMES: Final = ("_at", "_on", "until", "date", "birthday", "day", "expires")


@dataclass(frozen=True)
class Somebody:
    """An invented person as a shop may know them: what is said of them, and their traits.

    `gender` is what they declared; empty where nobody asked.
    """

    who: str
    name: str
    gender: str = ""
    city: str = ""


PEOPLE: Final[Mapping[str, tuple[Somebody, ...]]] = {
    "ru": (
        Somebody("a woman", "Елена", "f", "Казань"),
        Somebody("a man", "Андрей", "m", "Ростов-на-Дону"),
        Somebody("somebody unknown", ""),
        Somebody("a dirty name", "ИВАНОВА  елена 🌸", "", "г. Москва"),
    ),
    "uk": (
        Somebody("a woman", "Олена", "f", "Полтава"),
        Somebody("a man", "Андрій", "m", "Львів"),
        Somebody("somebody unknown", ""),
        Somebody("a dirty name", "ІВАНЕНКО  олена 🌸", "", "м. Київ"),
    ),
    "en": (
        Somebody("a woman", "Helen", "f", "London"),
        Somebody("a man", "Andrew", "m", "Leeds"),
        Somebody("somebody unknown", ""),
        Somebody("a dirty name", "SMITH  helen 🌸", "", "LONDON"),
    ),
    "mn": (
        Somebody("a woman", "Сарнай", "f", "Дархан"),
        Somebody("a man", "Болд", "m", "Эрдэнэт"),
        Somebody("somebody unknown", ""),
        Somebody("a dirty name", "болд 🌸", "", "дархан"),
    ),
}
"""Four people to show a text side by side for; of the third nothing is known."""
NOBODY: Final = Somebody("a name that is none", "test 123")


def people(language: str) -> tuple[Somebody, ...]:
    """The four invented people of a language (uk or uk-UA), those of English for all others."""
    return PEOPLE.get(language.partition("-")[0], PEOPLE["en"])


def seen(whole: pl.DataFrame, one: Somebody) -> pl.DataFrame:
    """Somebody who has everything (`whole`, one row) as this person; the unknown have nothing."""
    if not one.name:
        return _without(whole, _own(whole))
    own = {"person.first_name": one.name, "person.name": one.name, "person.gender": one.gender}
    own["person.city"] = one.city
    declared = pack_meta(Trait(None, TraitSource.DECLARED, 1.0, 0))
    metas: dict[str, int | None] = {
        name: declared for name in whole.columns if name.startswith("meta.")
    }
    metas["meta.gender"] = declared if one.gender else None
    return whole.with_columns(
        pl.lit(value or None, whole.schema[name]).alias(name)
        for name, value in (own | metas).items()
        if name in whole.columns and kind_of(whole.schema[name]) in ("text", "int")
    )


def given(data: Mapping[str, Any]) -> list[pl.Expr]:
    """What a program sends with a single message, as columns that are the same for everybody."""
    return [pl.lit(value).alias(f"data.{name}") for name, value in data.items()]


def product(currency: str = CURRENCY) -> pl.DataFrame:
    """A catalogue of one product, priced in that currency."""
    row = {
        "id": PRODUCT_ID,
        "title": "Маракуйя",
        "category": "Фрукты",
        "price": 159_300,
        "old_price": 189_900,
        "currency": currency,
        "stock": 3,
        "url": "https://shop.example/maracuja",
        "picture": "https://shop.example/maracuja.jpg",
    }
    return pl.DataFrame([row], schema=dict(PRODUCT_TYPES))


def guess_schema(needs: Needs) -> dict[str, Any]:
    """A type for each column that the template reads, guessed from its name and its use."""
    schema: dict[str, Any] = {}
    items: dict[str, set[str]] = {}
    for need in needs.paths:
        column, inside, rest = need.path.partition("[")
        if column in OFFERED:
            schema[column] = OFFERED[column]
        if not column.startswith(("person.", "facts.", "event.", "cart.")):
            continue
        if inside and rest.startswith("]"):
            items.setdefault(column, set())
            if rest.startswith("]."):
                items[column].add(rest[2:].split(".")[0].split("[")[0])
        elif inside or column.endswith((".size", ".first", ".last")):
            items.setdefault(column.rpartition(".")[0] if not inside else column, set())
        else:
            schema[column] = _guess(column, column in needs.products)
    for column, fields in items.items():
        inner: Any = pl.String()
        if fields:
            inner = pl.Struct({name: _guess(name, False) for name in sorted(fields)})
        schema[column] = pl.List(inner)
    cart = {f"cart.{name}": dtype for name, dtype in CART_TYPES.items()}
    return schema | {name: cart[name] for name in cart.keys() & schema.keys()}


def _guess(name: str, is_product: bool) -> Any:
    last = name.rpartition(".")[2]
    if is_product or last.endswith(("_id", "id", "name", "code", "title", "url")):
        return pl.String()
    if last.endswith(_TIMES):
        return pl.Date()
    if any(word in last for word in _NUMBERS):
        return pl.Int64()
    return pl.String()


def person(
    schema: Mapping[str, Any], products: set[str], currency: str = CURRENCY
) -> pl.DataFrame:
    """One person who has everything, and pays in that currency."""
    row = {name: _value(name, t, name in products, currency) for name, t in schema.items()}
    return pl.DataFrame([row], schema=dict(schema))


def _value(name: str, dtype: Any, is_product: bool, currency: str) -> Any:
    if name in SAMPLES:
        return SAMPLES[name]
    last = name.rpartition(".")[2]
    kind = kind_of(dtype)
    if is_product or (kind == "text" and last in ("id", "product_id", "product")):
        return PRODUCT_ID
    if kind == "text":
        return currency if last == "currency" else _NAMES.get(last, f"«{last}»")
    if kind == "list":
        inside = dtype.inner
        listed = "product" if kind_of(inside) == "text" else name
        return [_value(listed, inside, is_product, currency)] * 2
    if kind == "struct":
        return {one.name: _value(one.name, one.dtype, False, currency) for one in dtype.fields}
    return {
        "int": 1500,
        "float": 2.5,
        "bool": True,
        "date": date(2026, 5, 1),
        "time": datetime(2026, 5, 1, 12, 30, tzinfo=UTC).replace(tzinfo=None),
    }.get(kind)


def worst(whole: pl.DataFrame) -> dict[str, tuple[pl.DataFrame, bool]]:
    """The people whom a message must survive: what is said of them -> (person, has products)."""
    names = [c for c in whole.columns if c.startswith("person.") and "name" in c]
    gender = [c for c in whole.columns if c.startswith("person.gender")]
    return {
        WHOLE: (whole, True),
        "no name": (_without(whole, names), True),
        "unknown gender": (_without(whole, gender), True),
        "product gone": (whole, False),
        "nothing known": (_without(whole, _own(whole)), True),
    }


def long(whole: pl.DataFrame) -> pl.DataFrame:
    """Somebody who has everything, in long words: as long as one in a thousand has it."""
    words = [name for name, dtype in whole.schema.items() if kind_of(dtype) == "text"]
    ids = whole.row(0, named=True)
    return whole.with_columns(
        pl.lit(LONG_NAME if "name" in name else LONG_WORDS).alias(name)
        for name in words
        if ids[name] != PRODUCT_ID
    )


def long_product(currency: str = CURRENCY) -> pl.DataFrame:
    """`product`, with a long title."""
    return product(currency).with_columns(pl.lit(LONG_WORDS).alias("title"))


def _own(whole: pl.DataFrame) -> list[str]:
    """What is known of the person: a coupon is given to whomever."""
    return [name for name in whole.columns if name not in COUPON]


def _without(whole: pl.DataFrame, columns: list[str]) -> pl.DataFrame:
    return whole.with_columns(pl.lit(None, whole.schema[c]).alias(c) for c in columns)

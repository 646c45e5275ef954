"""Name cards: what each distinct raw name comes to, as columns to be joined to the people.

A card never holds a person's id, and the kept ones hold no surname.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Final

import polars as pl

from maracuja import rng
from maracuja.language.alphabets import CASES
from maracuja.language.cleaning import cleaned
from maracuja.language.forms import SURE_GENDER, Forms, forms
from maracuja.language.gender import gender
from maracuja.language.name_words import folded_word
from maracuja.language.parts import Parts, parts
from maracuja.language.told import declared, weighed

SAY_BASE: Final = 0.90
"""p_name that a name needs to be said as it is."""
SAY_INFLECTED: Final = 0.95
"""p_name that it needs to be said in a case."""
GENDERED: Final = 0.98
"""p_gender that a gendered word needs ("рада")."""
HONORIFIC: Final = 0.995
"""p_gender that a title needs ("пані")."""

UNCHANGED: Final[dict[str, tuple[str, ...]]] = {
    "ru": ("nom", "voc"),
    "uk": ("nom",),
    "en": CASES,
    "mn": CASES,
}
"""The cases in which a language leaves the name itself as it is: SAY_BASE is enough for them."""

CARD_SCHEMA: Final = pl.Schema(
    {
        "raw": pl.String,
        "told": pl.String,
        "language": pl.String,
        "given": pl.String,
        "patronymic": pl.String,
        "gender": pl.String,
        "p_gender": pl.Float64,
        "p_name": pl.Float64,
        **dict.fromkeys(CASES, pl.String),
        "form_source": pl.String,
        "sure": pl.Boolean,
        "source": pl.String,
        "flags": pl.String,
        "rules_version": pl.String,
    }
)
"""A card's columns. `told` is what the profile says of the gender (told.py). `gender` is f, m or
"" with its `source` (table, patronymic, profile, ...); the cases are null where the name may not
be said so; `form_source` is table, rule or same; `flags` are words with spaces between, a
refusal's reason among them."""

RULES: Final = (
    "alphabets cards cleaning endings forms gender known latin mojibake mongolian name_words "
    "own_forms parts refused_words russian surnames told ukrainian"
).split()
"""The modules whose words stand on a card."""
_LIBRARIES: Final = ("pytrovich", "shevchenko-py")


@cache
def rules_version() -> str:
    """Which rules and tables made a card: cards of another version are made anew.

    Returns: 16 hexadecimal digits of the SHA-256 of the modules and data that have a say, and of
    the versions of the libraries that inflect.
    """
    room = files("maracuja.language")
    sha = hashlib.sha256()
    for name in RULES:
        sha.update((room / f"{name}.py").read_bytes())
    for data in sorted((room / "data").iterdir(), key=lambda file: file.name):
        if data.name.endswith(".gz"):
            sha.update(data.read_bytes())
    for library in _LIBRARIES:
        sha.update(version(library).encode())
    return sha.hexdigest()[:16]


def key(raw: str, told: str, language: str) -> int:
    """The signed 64-bit key by which a kept card is found: it holds no raw name."""
    return rng.make_key("name card", language, told, raw)


def keys(people: pl.DataFrame, language: str) -> pl.Series:
    """`key` of each row (raw, told); an Int64 series of the frame's height."""
    rows = people.select("raw", pl.col("told").fill_null("")).iter_rows()
    made = [key(raw, told, language) for raw, told in rows]
    return pl.Series("key", made, dtype=pl.Int64)


def make_cards(people: pl.DataFrame, language: str) -> pl.DataFrame:
    """The cards of distinct rows (raw, told) as a text in `language` would use them.

    told: the gender by the profile, as in told.SAID (null is ""). Returns: a row of
    CARD_SCHEMA for each row, in their order. Never raises for what stands in `raw`.
    """
    rows = people.select("raw", pl.col("told").fill_null("")).rows()
    formed: dict[tuple[str, str, bool], Forms] = {}
    made = [
        (raw, told, *_card(parts(cleaned(raw), language), told, language, formed))
        for raw, told in rows
    ]
    cards = pl.DataFrame(made, schema=_MADE, orient="row")
    return cards.with_columns(
        *_sayable(language),
        language=pl.lit(language),
        rules_version=pl.lit(rules_version()),
    ).select(CARD_SCHEMA.names())


_MADE: Final = {
    name: kind for name, kind in CARD_SCHEMA.items() if name not in ("language", "rules_version")
}
_NO_FORMS: Final = (None,) * len(CASES)


def _card(
    read: Parts, told: str, language: str, formed: dict[tuple[str, str, bool], Forms]
) -> tuple[object, ...]:
    """The columns of _MADE after `told`; `formed` remembers the forms of a name."""
    given, patronymic, surname = map(folded_word, read[:3])
    who = gender(given, patronymic, surname, language, declared(told))
    who = weighed(who, told, given, language)
    flags = " ".join(read.flags)
    if not read.given:
        empty = (None, read.patronymic or None, who.value, who.p, 0.0)
        return (*empty, *_NO_FORMS, None, False, who.source, flags)
    asked = (read.given, who.value, who.p >= SURE_GENDER)
    found = formed.get(asked)
    if found is None:
        found = formed[asked] = forms(read.given, who.value, language, who.p)
    return (
        read.given, read.patronymic or None, who.value, who.p, read.p_name,
        found.nom, found.gen, found.dat, found.acc, found.ins, found.prep, found.voc,
        found.source, found.sure, who.source, flags,
    )  # fmt: skip


def _sayable(language: str) -> list[pl.Expr]:
    """The cases, null where the name is not sure enough to be said so."""
    base = pl.col("p_name") >= SAY_BASE
    inflected = pl.col("sure") & (pl.col("p_name") >= SAY_INFLECTED)
    return [
        pl.when(base if case in UNCHANGED[language] else inflected).then(pl.col(case)).alias(case)
        for case in CASES
    ]

"""Words that agree with a person's gender, from a table written by hand.

It never guesses: a word outside the table, or a person of unknown gender, gives no word.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files
from typing import Final

from maracuja.language.alphabets import fold, yo_free

GENDERED: Final = ("ru", "uk")
"""The languages whose words agree; English and Mongolian ones never change."""

_HONORIFICS: Final = {
    "ru": {"m": "господин", "f": "госпожа"},
    "uk": {"m": "пан", "f": "пані"},
    "en": {"m": "Mr", "f": "Ms"},
}
_VOCATIVES: Final = {"пан": "пане"}


def agree(words: str, gender: str, language: str) -> str | None:
    """The masculine words as they are said of this person: дорогой клиент -> дорогая клиентка.

    "" when the gender is unknown, None when one of the words is not in the table; capitals are
    kept.
    """
    if language not in GENDERED:
        return words
    table = _table()[language]
    found = [(word, table.get(_key(word))) for word in words.split()]
    feminine = [_as_written(word, row[1]) for word, row in found if row]
    if len(feminine) < len(found):
        return None
    return choose(gender, words, " ".join(feminine))


def unknown_words(words: str, language: str) -> list[str]:
    """The words that `agree` cannot bend in this language, for the check when a text is saved."""
    if language not in GENDERED:
        return []
    return [word for word in words.split() if _key(word) not in _table()[language]]


def choose(gender: str, masculine: str, feminine: str, neutral: str = "") -> str:
    """The text for this gender; `neutral` when it is unknown."""
    return {"m": masculine, "f": feminine}.get(gender, neutral)


def honorific(gender: str, language: str, *, vocative: bool = False) -> str:
    """господин, пані, Mr ...; "" when the gender is unknown or the language has no such word."""
    word = _HONORIFICS.get(language, {}).get(gender, "")
    return _VOCATIVES.get(word, word) if vocative else word


def kind_of(word: str, language: str) -> str:
    """adjective, predicate (a short form or past tense) or noun; "" for what is no masculine word
    of the table."""
    return _table().get(language, {}).get(_key(word), ("", ""))[0]


def _as_written(word: str, feminine: str) -> str:
    if word.isupper() and len(word) > 1:
        return feminine.upper()
    return feminine[:1].upper() + feminine[1:] if word[:1].isupper() else feminine


def _key(word: str) -> str:
    return yo_free(fold(word))


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[str, str]]]:
    table: dict[str, dict[str, tuple[str, str]]] = {language: {} for language in GENDERED}
    text = (files("maracuja.language") / "data" / "words.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        language, kind, masculine, feminine = line.split("\t")
        table[language][_key(masculine)] = (kind, feminine)
    return table

"""Other letters for a text message: plain ones for typographic ones, Latin ones for Cyrillic ones.

It never decides whether they are wanted: `sms_text.fitted` does, by what they save.

Sources: KMU resolution 55 (2010) for Ukrainian, the BGN's simplified table for Russian; Mongolian
keeps ö and ü, which the alphabet of text messages has.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# Spaces that only typesetting knows, and marks that nobody sees.
_SPACES: Final = {
    **dict.fromkeys("\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009", " "),
    **dict.fromkeys("\u200a\u202f\u205f\u3000\t", " "),
    **dict.fromkeys("\u200b\u2060\ufeff\u00ad", ""),
    "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip
_PLAIN: Final = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2039\u203a\u02bc\u00b4`\u2032", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u00b7", "-"),
    "\u2026": "...", "\u2116": "No", "\u00d7": "x", "\u00a9": "(c)", "\u00ae": "(R)",
    "\u2122": "TM", "\u00bd": "1/2", "\u00bc": "1/4", "\u00be": "3/4", "\u00b0": "o",
    "\u2192": "->", "\u2190": "<-", "\u20b4": "UAH", "\u20bd": "RUB", "\u20ae": "MNT",
    "\u00e7": "\u00c7",
}  # fmt: skip

_SHARED: Final = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ж": "zh", "з": "z", "к": "k", "л": "l",
    "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u", "ф": "f",
    "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ь": "", "ъ": "",
    # Each language's text may hold a name in another's letters.
    "ґ": "g", "є": "ye", "ё": "yo", "і": "i", "ї": "yi", "ы": "y", "э": "e",
    "ө": "\u00f6", "ү": "\u00fc",
}  # fmt: skip
# What begins a word may be written otherwise than inside of one: those letters stand with a ^.
_LETTERS: Final[dict[str, dict[str, str]]] = {
    "uk": _SHARED
    | {
        "г": "h", "ґ": "g", "е": "e", "є": "ie", "^є": "ye", "и": "y", "і": "i", "ї": "i",
        "^ї": "yi", "й": "i", "^й": "y", "ю": "iu", "^ю": "yu", "я": "ia", "^я": "ya",
        "зг": "zgh",
    },
    "ru": _SHARED
    | {
        "е": "e", "^е": "ye", "и": "i", "й": "y", "ю": "yu", "я": "ya",
    },
    "mn": _SHARED
    | {
        "е": "ye", "ж": "j", "и": "i", "й": "i", "щ": "sh", "ъ": "i", "ь": "i", "ю": "yu",
        "я": "ya",
    },
}  # fmt: skip
_APOSTROPHES: Final = re.compile("(?<=[Ѐ-ӿ])['\u2019\u02bc](?=[Ѐ-ӿ])")
_WORD: Final = re.compile("[Ѐ-ӿ]+")


def plain_spaces(text: str) -> str:
    """No-break and other typeset spaces as plain ones; marks that nobody sees are taken out."""
    return text.translate(_SPACE_TABLE)


def plain_letters(text: str) -> str:
    """Quotes, dashes, dots and signs of typesetting as those of a typewriter."""
    return text.translate(_PLAIN_TABLE)


def latin_letters(text: str, language: str) -> str:
    """Cyrillic words in Latin letters as the language (ru, uk, mn) writes them.

    Latin letters that the alphabet of text messages lacks lose their marks: š becomes s.
    """
    table = _LETTERS.get(language, _LETTERS["ru"])
    kept = plain_letters(_APOSTROPHES.sub("", text))
    written = _WORD.sub(lambda found: _word(found[0], table), kept)
    return "".join(_unmarked(letter) for letter in written)


def _word(word: str, table: dict[str, str]) -> str:
    """One word; a capital that becomes several letters is a capital throughout in a shouted word.

    A letter of another alphabet stays.
    """
    folded, made, at = word.lower(), [], 0
    if len(folded) != len(word):
        return word
    shouted = len(word) > 1 and word.isupper()
    while at < len(word):
        pair = folded[at : at + 2]
        size = 2 if pair in table and len(pair) == 2 else 1
        unit = folded[at : at + size]
        letters = table.get(f"^{unit}" if at == 0 else unit, table.get(unit, word[at : at + size]))
        if word[at].isupper():
            letters = letters.upper() if shouted else letters[:1].upper() + letters[1:]
        made.append(letters)
        at += size
    return "".join(made)


_KEPT: Final = frozenset("èéùìòÇÅåÉÄÖÑÜäöñüà")


def _unmarked(letter: str) -> str:
    """A Latin letter without its mark, where its marked form is not in the basic alphabet."""
    if letter.isascii() or letter in _KEPT:
        return letter
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() and base.isalpha() else letter


_SPACE_TABLE: Final = str.maketrans(_SPACES)
_PLAIN_TABLE: Final = str.maketrans(_PLAIN)

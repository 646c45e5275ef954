"""The alphabets of our languages, letters that look alike, and the folded spelling for look-ups.

It never changes what a customer reads: folding is for comparing only.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, Literal

Script = Literal["cyrillic", "latin", "mixed", "other", ""]

LANGUAGES: Final = ("ru", "uk", "en", "mn")
GENDERS: Final = ("f", "m", "")
CASES: Final = ("nom", "gen", "dat", "acc", "ins", "prep", "voc")

LETTERS: Final[dict[str, frozenset[str]]] = {
    "ru": frozenset("абвгдеёжзийклмнопрстуфхцчшщъыьэюя"),
    "uk": frozenset("абвгґдеєжзиіїйклмнопрстуфхцчшщьюя"),
    "en": frozenset("abcdefghijklmnopqrstuvwxyz"),
    "mn": frozenset("абвгдеёжзийклмноөпрстуүфхцчшщъыьэюя"),
}
"""Small letters of each language; the apostrophe and the hyphen are not letters."""

VOWELS: Final[dict[str, frozenset[str]]] = {
    "ru": frozenset("аеёиоуыэюя"),
    "uk": frozenset("аеєиіїоуюя"),
    "en": frozenset("aeiouy"),
    "mn": frozenset("аеёиоөуүыэюя"),
}
"""Small letters that stand for a vowel."""

OWN_LETTERS: Final[dict[str, frozenset[str]]] = {
    "ru": LETTERS["ru"] - LETTERS["uk"],
    "uk": LETTERS["uk"] - LETTERS["ru"],
    "mn": LETTERS["mn"] - LETTERS["ru"],
}
"""ы э ъ ё are not Ukrainian, і ї є ґ are not Russian, ө ү are only Mongolian."""

APOSTROPHE: Final = "'"
_APOSTROPHES = "'’ʼ`´‘ʹ′＇"
_DASHES = "‐‑‒–—―−"
_STRESS = "\u0301\u0300"

# A small Latin letter has the twin of its capital too ("mарина"): it is only used inside a word
# that is otherwise Cyrillic.
_TWINS = dict(zip("ABCEHIKMOPTXYabcehikmoptxy", "АВСЕНІКМОРТХУавсенікмортху", strict=True))
TO_CYRILLIC: Final[dict[str, str]] = _TWINS
"""Latin letters and the Cyrillic ones they look like."""

TO_LATIN: Final[dict[str, str]] = {
    cyrillic: latin for latin, cyrillic in _TWINS.items() if latin not in "bhkmt"
}
"""Cyrillic letters and the Latin ones they look like (small в н к м т look like none)."""

_MONGOLIAN_TYPED = str.maketrans("ЄєЇїVvQq", "ӨөҮүҮүӨө")
"""Keyboards without ө and ү: old fonts put є and ї in their place, people type v and q."""

_CYRILLIC = re.compile("[\u0400-\u052f]")
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_FOLDED_MARKS = str.maketrans(
    dict.fromkeys(_APOSTROPHES, APOSTROPHE)
    | dict.fromkeys(_DASHES, "-")
    | dict.fromkeys("\u00a0\u202f", " ")
)
_CYRILLIC_STRESS = re.compile(f"(?<=[\u0400-\u052f])[{_STRESS}]")


def fold(text: str) -> str:
    """The spelling by which names are looked up.

    NFC, small letters, one kind of apostrophe, hyphen and space, no stress marks, no space at the
    ends. ё stays: look up `yo_free` too.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
        # й and ё are composed by now, so what is left over a Cyrillic letter only marks stress
        text = _CYRILLIC_STRESS.sub("", text).translate(_FOLDED_MARKS)
    elif "`" in text:
        text = text.replace("`", APOSTROPHE)
    return " ".join(unicodedata.normalize("NFC", text.casefold()).split())


def yo_free(text: str) -> str:
    """The text with е for every ё, as most people type it."""
    return text.replace("ё", "е").replace("Ё", "Е")


def script_of(word: str) -> Script:
    """Which letters the word is written in; "" when it has none."""
    cyrillic = _CYRILLIC.search(word) is not None
    latin = _LATIN.search(word) is not None
    if cyrillic and latin:
        return "mixed"
    if cyrillic or latin:
        return "cyrillic" if cyrillic else "latin"
    return "other" if any(map(str.isalpha, word)) else ""


def cyrillic_twin(word: str, language: str = "") -> str | None:
    """The word with each Latin letter as the Cyrillic one it looks like; None if one has no twin.

    A Latin i becomes the Ukrainian і, and in a Russian word и.
    """
    if language == "mn":
        word = word.translate(_MONGOLIAN_TYPED)
    out = []
    for letter in word:
        if _LATIN.match(letter):
            twin = TO_CYRILLIC.get(letter)
            if twin is None:
                return None
            if language in ("ru", "mn"):
                twin = {"І": "И", "і": "и"}.get(twin, twin)
            out.append(twin)
        else:
            out.append(letter)
    return "".join(out)


def latin_twin(word: str) -> str | None:
    """The word with each Cyrillic letter as the Latin one it looks like; None if it has none."""
    out = []
    for letter in word:
        if _CYRILLIC.match(letter):
            twin = TO_LATIN.get(letter)
            if twin is None:
                return None
            out.append(twin)
        else:
            out.append(letter)
    return "".join(out)


def repaired_scripts(word: str, language: str = "") -> str:
    """One word of mixed Latin and Cyrillic letters in one script; any other word unchanged.

    Cyrillic wins where both readings are possible, except in English; a word that neither script
    can hold is returned as it came.
    """
    if language == "mn" and _CYRILLIC.search(word):
        word = word.translate(_MONGOLIAN_TYPED)
    if script_of(word) != "mixed":
        return word
    cyrillic, latin = cyrillic_twin(word, language), latin_twin(word)
    if language == "en":
        cyrillic, latin = latin, cyrillic
    return cyrillic or latin or word

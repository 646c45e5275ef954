"""A raw name field made into plain words, or refused with the reason why it cannot be a name.

It looks at characters only: whether a word is a name is for `parts` to say, and what is in doubt
is left as it came.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

from maracuja.language import refused_words
from maracuja.language.mojibake import unbroken

LENGTH_MAX: Final = 120
"""Longer texts are notes, not names."""


class Cleaned(NamedTuple):
    """The words of a name field with single spaces between, what was done, why it was refused.

    An initial keeps its dot ("И."); a refused field has no text. `flags` are of FLAGS, `refused`
    is "" or one of REFUSALS.
    """

    text: str
    flags: tuple[str, ...] = ()
    refused: str = ""


FLAGS: Final = {
    "mojibake": "letters broken by a wrong encoding were restored",
    "aside": "a remark in brackets was dropped",
    "symbols": "emoji or other signs were dropped",
    "digit": "a lone digit was dropped",
    "title": "a title was dropped",
    "spaced": "letters with spaces between were joined",
    "glued": "a surname and a name written together were parted",
    "comma": "a comma stands between the words",
}
REFUSALS: Final = {
    "empty": "there are no letters",
    "long": f"more than {LENGTH_MAX} characters",
    "address": "it holds an e-mail address, an account or a link",
    "digits": "it holds a number or a phone",
    "company": "it names a company",
    "quoted": "only a part of it is in quotation marks",
    "word": "it holds a word that stands for no name",
    "keyboard": "its letters lie side by side on the keyboard, or repeat",
    "people": "it names two people",
    "broken": "its letters were lost by a wrong encoding",
}

_PLAIN = re.compile("[А-ЯЁІЇЄҐӨҮа-яёіїєґөү]+(?:[ '’-][А-ЯЁІЇЄҐӨҮа-яёіїєґөү]+){0,3}")
_SPACES = re.compile(r"\s+")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\}")
_ADDRESS = re.compile(r"@|://|\bwww\.|\bt\.me\b|\.(?:ru|рф|com|ua|укр|net|org|info|mn)\b", re.I)
_DIGITS = re.compile(r"\d\D{0,3}\d|[^\W\d_]\d[^\W\d_]")
_QUOTED = re.compile("""["«»“”„‟]+""")
_SEPARATOR = re.compile(r"[/\\|&+]")
_MARKS = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("`´′ʹ‘＇", "'"))
# An apostrophe may end a Latin word: so ь is written ("Igor'").
_WORD = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*(?:(?<=[A-Za-z])['’ʼ](?![^\W\d_]))?\.?")
_HUMPS = re.compile(
    "[А-ЯЁІЇЄҐӨҮ]?[а-яёіїєґөү]{2,}(?:[А-ЯЁІЇЄҐӨҮ][а-яёіїєґөү]{2,})*"
    "[А-ЯЁІЇЄҐӨҮ][а-яёіїєґөү'’ʼ]*[а-яёіїєґөү]"
)
_HUMP = re.compile("(?<=[а-яёіїєґөү])(?=[А-ЯЁІЇЄҐӨҮ])")
_REPEATED = re.compile(r"(.)\1\1|^(.{1,3})\2{2,}$")
_TELLING_SIGNS = frozenset("+|`´\ufffd")
_AND = refused_words.AND
_REFUSED = refused_words.COMPANIES | refused_words.NOBODY
_ABBREVIATION = 2  # letters before a dot: "Ю." and "Дж." are initials, "Иванов." is a word


# --- reasons to refuse


def _text_refusal(text: str) -> str:
    """Why the whole text cannot be one person's name; "" when nothing speaks against it."""
    if "\ufffd" in text or "??" in text:
        return "broken"
    if _ADDRESS.search(text):
        return "address"
    if _DIGITS.search(text):
        return "digits"
    if _SEPARATOR.search(text):
        return "people"
    return ""


def refusal(words: list[str]) -> str:
    """Why these words, in small letters, are nobody's name; "" when each might be one."""
    if not _REFUSED.isdisjoint(words):
        return "word" if refused_words.COMPANIES.isdisjoint(words) else "company"
    for word in words:
        if _REPEATED.search(word) or refused_words.typed_along_the_keyboard(word):
            return "keyboard"
    return ""


def _two_people(words: list[str]) -> bool:
    """Whether an "and" stands between two of the words."""
    return any(
        word in _AND or (len(word) > 1 and word.isupper() and word.lower() in _AND)
        for word in words[1:-1]
    )


# --- the words


def _unquoted(text: str) -> str | None:
    """The text without quotation marks around the whole of it; None when they are elsewhere."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        text = text[1:-1]
    inside = _QUOTED.sub("", text).strip()
    stripped = text.strip(' "«»“”„‟')
    return inside if inside == stripped else None


def _without_asides(text: str) -> tuple[str, bool]:
    """The text without remarks in brackets, unless it is all remark; and whether one went."""
    rest = _ASIDE.sub(" ", text)
    if rest == text or not any(map(str.isalpha, rest)):
        return text, False
    return rest, True


def _words(text: str, flags: list[str]) -> list[str]:
    """The words of a text, initials with their dots; adds to the flags."""
    words: list[str] = []
    for found in _WORD.findall(text):
        word = found[:-1] if found[-1] == "." else found
        if word.casefold() in refused_words.TITLES:
            flags.append("title")
        elif found is not word and len(word) <= _ABBREVIATION:
            words.append(found)
        elif _HUMPS.fullmatch(word):
            flags.append("glued")
            words.extend(_HUMP.split(word))
        else:
            words.append(word)
    if len(words) >= 4 and all(len(word) == 1 for word in words):
        flags.append("spaced")
        words = ["".join(words)]
    return words


def _plain(text: str) -> Cleaned | None:
    """The shortest way, for a text of Cyrillic words alone; None when it needs more looking at."""
    small = text.lower().split()
    if len(min(small, key=len)) <= _ABBREVIATION or not refused_words.TITLES.isdisjoint(small):
        return None
    if _HUMP.search(text):
        return None
    refused = refusal(small)
    return Cleaned("", (), refused) if refused else Cleaned(text)


@lru_cache(maxsize=4096)
def _letter_or_space(c: str) -> str:
    """The character if a name or its surroundings need it, nothing for an invisible one."""
    category = unicodedata.category(c)
    if category[0] in "LPZ" or category == "Nd" or c in _TELLING_SIGNS:
        return c
    return "" if category in ("Cf", "Mn", "Me") else " "


def _signs_dropped(text: str, flags: list[str]) -> str:
    """NFC, a plain space for each sign that is no letter, fancy letters as ordinary ones."""
    if any(c > "\u20ff" and c not in "№\ufffd" for c in text):
        text = unicodedata.normalize("NFKC", text)
    text = unicodedata.normalize("NFC", text)
    kept = "".join(map(_letter_or_space, text))
    if kept.split() != text.split():
        flags.append("symbols")
    return kept


def cleaned(raw: str | None) -> Cleaned:
    """The words of a raw name field, or the reason to say no name.

    Undoes broken encodings, drops emoji, signs, remarks in brackets and titles, parts what was
    written together; refuses numbers, addresses, companies, two people, stop words and keyboard
    runs. Capital and small letters, and letters of mixed alphabets, stay as they came. Never
    raises.
    """
    if not raw:
        return Cleaned("", (), "empty")
    if len(raw) > LENGTH_MAX:
        return Cleaned("", (), "long")
    if _PLAIN.fullmatch(raw):
        plain = _plain(raw)
        if plain is not None:
            return plain
    return _carefully(raw)


def _carefully(raw: str) -> Cleaned:
    """`cleaned` for a text that is not words alone."""
    flags: list[str] = []
    text, broken = unbroken(raw)
    if broken:
        flags.append("mojibake")
    if "&" in text and ";" in text:
        text = html.unescape(text)
    text = _signs_dropped(text, flags).translate(_MARKS)
    unquoted = _unquoted(text)
    if unquoted is None:
        return Cleaned("", tuple(flags), "quoted")
    text, aside = _without_asides(unquoted)
    if aside:
        flags.append("aside")
    refused = _text_refusal(text)
    if refused:
        return Cleaned("", tuple(flags), refused)
    if any(map(str.isdigit, text)):
        flags.append("digit")
    if "," in text.strip(" ,"):
        flags.append("comma")
    words = _words(text, flags)
    if not words:
        return Cleaned("", tuple(flags), "empty")
    refused = "people" if _two_people(words) else ""
    refused = refused or refusal([word.casefold().rstrip(".") for word in words])
    if refused:
        return Cleaned("", tuple(flags), refused)
    return Cleaned(" ".join(words), tuple(dict.fromkeys(flags)))

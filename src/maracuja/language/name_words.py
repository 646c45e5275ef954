"""One word of a name field: its letters repaired, and the weight of its being a given name or not.

It weighs each word by itself; which of several words is the name is for `parts` to say.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final, NamedTuple

from maracuja.language.alphabets import cyrillic_twin, fold, repaired_scripts
from maracuja.language.known import Entry, known, rows
from maracuja.language.latin import latin_spellings
from maracuja.language.surnames import as_surname


class Word(NamedTuple):
    """A word as it would be written, and what speaks for each of its meanings.

    `given` is the known name it is ("" for none); `odds` are those of it being a given name
    rather than a surname, the people who bear it so by `as_surname`, those who would bear it as a
    surname. `change` is "", "scripts" (letters of two alphabets repaired) or "latin" (put back
    from Latin letters).
    """

    written: str
    given: str
    odds: float
    as_surname: float
    patronymic: bool
    change: str


SOUGHT: Final[dict[str, tuple[str, ...]]] = {
    "ru": ("ru", "uk"),
    "uk": ("uk", "ru"),
    "mn": ("mn", "ru"),
    "en": ("en", "ru", "uk"),
}
"""Whose tables a name is sought in, by the language of the text; the first that knows it wins."""

FOREIGN: Final = 0.3
"""A name known in another language only counts for less: it may be a surname here."""

_PATRONYMIC_ENDINGS: Final = tuple(
    """
    ович евич эвич ьич йович ійович івич ївич илич ілліч мич кич нич ввич
    овна евна эвна івна ївна ична ічна инична інічна
    ovich evich yvich evych ovych iyvych yovych ovna evna ivna yvna ichna yich ovic
    """.split()
)
_PATRONYMIC_LETTERS = 5
PATRONYMIC_TAILS: Final = frozenset(
    "оглы оглу огли оглі угли улы уулу кызы кизи гызы гизи ogly oglu kyzy kizi".split()
)
"""What stands after a father's name where a patronymic has no ending of its own."""
_BORNE_AS_GIVEN = 100  # a word that looks like a patronymic but is many people's given name

_LOOKS_CYRILLIC = re.compile("[ABCEHIKMOPTXYaceiopxy'’-]+")
_SOFT_SIGN = re.compile("(?<=[bcdfghjklmnpqrstvwxz])'")  # which most spellings leave out
_HAS_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_OUTWEIGHED = 20
_RIVAL_BEARERS = 10  # a rarer name, often a misspelling, does not make a Latin spelling doubtful


def titled(word: str) -> str:
    """A word with a capital at the start of each hyphened part, and small letters after it."""
    if "-" not in word:
        return word[:1].upper() + word[1:].lower()
    return "-".join(part[:1].upper() + part[1:].lower() for part in word.split("-"))


def folded_word(word: str) -> str:
    """`fold` of a word that is clean already: of letters alone, small letters are enough."""
    return word.lower() if word.isalpha() else fold(word)


def _sought(folded: str, language: str) -> tuple[Entry | None, float]:
    """The entry of a folded name and its weight, from the first table that knows it."""
    for rank, table in enumerate(SOUGHT[language]):
        entry = known(table).find(folded)
        if entry is not None:
            return entry, entry.count * (FOREIGN if rank else 1.0)
    return None, 0.0


def _sought_in_latin(folded: str, language: str) -> tuple[Entry | None, float]:
    """The same for a name in Latin letters, put back into the letters of its table.

    Where the text's own language is silent because two of its names share the spelling, no other
    language answers; an English text keeps the letters as they are and asks all.
    """
    for rank, table in enumerate(SOUGHT[language]):
        entry = known(table).from_latin(folded)
        if entry is None and "-" in folded:
            entry = _each_from_latin(folded, table)
        if entry is not None:
            return entry, entry.count * (FOREIGN if rank else 1.0)
        if language != "en" and folded in _latin_spellings(table):
            break
    return None, 0.0


@cache
def _latin_spellings(table: str) -> frozenset[str]:
    """Every Latin spelling of the names of a table, shared ones too, but for the rarest names."""
    return frozenset(
        spelt
        for name, bearers, _ in rows(f"names.{table}.tsv.gz")
        if int(bearers) >= _RIVAL_BEARERS
        for spelt in latin_spellings(fold(name), table)
    )


def _each_from_latin(folded: str, table: str) -> Entry | None:
    """The entry of a hyphenated name in Latin letters of which every part is known."""
    parts = [known(table).from_latin(part) for part in folded.split("-")]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    return known(table).find("-".join(fold(part.name) for part in found))


def _is_patronymic(folded: str, bearers: float) -> bool:
    """Whether the word's ending makes it a patronymic."""
    return (
        len(folded) >= _PATRONYMIC_LETTERS
        and bearers < _BORNE_AS_GIVEN
        and folded.endswith(_PATRONYMIC_ENDINGS)
    )


def _spelt(word: str, entry: Entry) -> str:
    """A known name as the customer spells it, capital and small letters as they should be.

    An inner capital is kept only where the table has one.
    """
    plain = entry.name[1:].islower() or titled(entry.name) == entry.name
    return titled(word) if plain or fold(entry.name) != fold(word) else entry.name


def _in_latin(word: str, language: str) -> Word:
    """A word of Latin letters: a known name put back, Cyrillic look-alikes ("BEPA"), or neither.

    In an English text it stays in the letters that the customer chose.
    """
    folded = fold(word)
    entry, bearers = _sought_in_latin(folded, language)
    if entry is None and "'" in folded:
        entry, bearers = _sought_in_latin(_SOFT_SIGN.sub("", folded), language)
    given = entry.name if entry is not None else ""
    change = "latin"
    if language == "en":
        given, change = (titled(word) if given else ""), ""
    elif _LOOKS_CYRILLIC.fullmatch(word):
        twin = cyrillic_twin(word, language) or word
        other, alike = _sought(fold(twin), language)
        if other is not None and fold(other.name) != fold(given):
            if alike > _OUTWEIGHED * bearers:
                return _weighed(twin, fold(twin), _spelt(twin, other), alike, "scripts")
            if bearers <= _OUTWEIGHED * alike:
                given, bearers = "", 0.0
    return _weighed(word, folded, given, bearers, change)


def _weighed(word: str, folded: str, given: str, bearers: float, change: str) -> Word:
    """The word with its weights."""
    patronymic = _is_patronymic(folded, bearers)
    if patronymic:
        given, bearers = "", 0.0
    surname = as_surname(folded, bearers)
    return Word(titled(word), given, bearers / surname, surname, patronymic, change)


def read_word(word: str, language: str) -> Word:
    """A word of a cleaned name field, of at least two letters, as it stands in a text's language.

    language: the text's, "ru", "uk", "en" or "mn". Latin letters inside a Cyrillic word are
    repaired; a wholly Latin word is looked up in the inverted tables. Source: language.md 4.2.
    """
    if _HAS_LATIN.search(word):
        repaired = repaired_scripts(word, "ru" if language == "en" else language)
        if _HAS_LATIN.search(repaired):
            return _in_latin(repaired, language)
        return _in_cyrillic(repaired, language, "scripts")
    return _in_cyrillic(repaired_scripts(word, language) if language == "mn" else word, language)


def _in_cyrillic(word: str, language: str, change: str = "") -> Word:
    """A word of Cyrillic letters, looked up as it stands."""
    folded = folded_word(word)
    entry, bearers = _sought(folded, language)
    given = "" if entry is None else _spelt(word, entry)
    return _weighed(word, folded, given, bearers, change)

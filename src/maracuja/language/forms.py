"""The forms of a given name in the language of the message, and whether they may be said.

It never invents a form where it is unsure: then every case is the name as it came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from maracuja.language import mongolian, russian, ukrainian
from maracuja.language.alphabets import LETTERS, fold
from maracuja.language.known import known
from maracuja.language.own_forms import Cases, own_cases

SURE_GENDER: Final = 0.95
"""Below this probability of the gender, a form that depends on it is not said."""


@dataclass(frozen=True, slots=True)
class Forms:
    """A name in its cases.

    `source` is "table" (our hand-written forms), "rule", or "same" (not inflected). `sure` is
    whether the cases may be said; the nominative is always the name as it came.
    """

    nom: str
    gen: str
    dat: str
    acc: str
    ins: str
    prep: str
    voc: str
    source: str
    sure: bool


def forms(given: str, gender: str, language: str, p_gender: float) -> Forms:
    """The forms of a given name, spelt as it should be said ("Олена"), for a gender or "".

    Russian, English and Mongolian address with the nominative; English has no cases, Mongolian
    puts them on the pronoun. A name of unknown gender is inflected when both genders agree.
    """
    if language == "mn":
        return Forms(given, *mongolian.cases(given), "same", bool(given))
    if language in ("ru", "uk"):
        return _inflected(given, gender if p_gender >= SURE_GENDER else "", language)
    return Forms(given, *_same(given), "same", bool(given))


def _inflected(given: str, gender: str, language: str) -> Forms:
    if not _fits(given, language):
        return Forms(given, *_same(given), "same", False)
    cases = russian.cases if language == "ru" else ukrainian.cases
    if gender:
        source = "rule" if own_cases(given, gender, language) is None else "table"
        return Forms(given, *cases(given, gender), source, _certain(given, gender, language))
    woman, man = cases(given, "f"), cases(given, "m")
    if woman == man:
        return Forms(given, *woman, "rule", True)
    return Forms(given, *_same(given), "same", False)


def _fits(given: str, language: str) -> bool:
    """Whether the language's endings fit the spelling."""
    if language == "uk":
        return ukrainian.inflects(given)
    letters = fold(given).replace("-", "")
    return bool(letters) and LETTERS["ru"].issuperset(letters)


def _certain(given: str, gender: str, language: str) -> bool:
    """Whether the ending has one reading; a woman's unknown name in -ь has two."""
    if gender == "f" and given.endswith(("ь", "Ь")):
        return known(language).find(fold(given)) is not None
    return True


def _same(given: str) -> Cases:
    return (given,) * 6

"""What the letters of a name say about its bearer's gender: learned weights and Petrovich's rules.

It only counts evidence; what is said to a customer is decided in gender.py.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from pytrovich.detector import PetrovichGenderDetector
from pytrovich.enums import Gender as PetrovichGender

from maracuja.language.alphabets import yo_free
from maracuja.language.known import rows

_SUFFIX, _PREFIX, _PIECE = 6, 5, 3

_RULED: Final = {PetrovichGender.FEMALE: "f", PetrovichGender.MALE: "m"}

LEARNED: Final = ("ru", "uk")


@cache
def _detect() -> Callable[..., PetrovichGender]:
    return PetrovichGenderDetector().detect


def petrovich_gender(given: str = "", surname: str = "") -> str:
    """What Petrovich's rules say of one part of a Russian name: "f", "m" or "" (undecided)."""
    if not given and not surname:
        return ""
    said = _detect()(firstname=given or None, lastname=surname or None)
    return _RULED.get(said, "")


def features(folded: str) -> set[str]:
    """The letters that a name is weighed by: its endings, beginnings, triples, and its length.

    Only the last part of a hyphenated name is looked at: it decides the gender.
    """
    name = yo_free(folded).rpartition("-")[2]
    size = len(name)
    found = {f"{name[-n:]}$" for n in range(1, min(_SUFFIX, size - 1) + 1)}
    found.update(f"^{name[:n]}" for n in range(2, min(_PREFIX, size - 1) + 1))
    found.update(name[i : i + _PIECE] for i in range(size - _PIECE + 1))
    found.add(f"#{min(size, 12)}")
    return found


def ruled(folded: str, language: str) -> str:
    """The verdict of rules that others wrote: Petrovich's for Russian, none for the rest."""
    return petrovich_gender(given=folded) if language == "ru" else ""


@cache
def _weights(language: str) -> dict[str, float]:
    return {feature: float(weight) for feature, weight in rows(f"endings.{language}.tsv.gz")}


def female_log_odds(folded: str, language: str) -> float:
    """The log odds that a bearer of this name is a woman, by its letters alone.

    0 for a language without learned endings. The letters' weights are a logistic regression over
    the known names, shrunk to 0; what they sum to is then set straight for each verdict of the
    rules, on names that the regression had not seen (scripts/language_tables.py).
    """
    if language not in LEARNED:
        return 0.0
    weights = _weights(language)
    letters = weights[""] + sum(weights.get(feature, 0.0) for feature in features(folded))
    verdict = ruled(folded, language)
    return weights[f"={verdict}"] + weights[f"*{verdict}"] * letters

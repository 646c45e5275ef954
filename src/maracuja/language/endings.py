"""What the letters of a name say about its bearer's gender: learned weights and Petrovich's rules.

It only counts evidence; what is said to a customer is decided in gender.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Final

from pytrovich.detector import PetrovichGenderDetector
from pytrovich.enums import Gender as PetrovichGender

from maracuja.language.alphabets import yo_free
from maracuja.language.known import rows

_SUFFIX, _PREFIX, _PIECE = 6, 5, 3
_WITH_LAST = 4
_SHORTEST_HEARD = 4

_RULED: Final = {PetrovichGender.FEMALE: "f", PetrovichGender.MALE: "m"}

LEARNED: Final = ("ru", "uk")

_DOUBLED: Final = re.compile(r"(.)\1+")
_VOWELS: Final = re.compile(r"[аеиоу]")
_HEARD_ALIKE: Final = str.maketrans(
    {"э": "е", "ы": "и", "й": "и", "ю": "у", "я": "а", "ъ": None, "ь": None}
)
_VOICED_ALIKE: Final = str.maketrans("гхбдз", "ккптс")
_KEPT_LAST: Final = frozenset("аяеэиоуыюйь")


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
    """The letters that a name is weighed by.

    Its endings, beginnings, triples and length; beginnings and triples together with the last
    letter (in Гульнур and Гульнара, Гуль- does not say the same); and the name as it is heard, so
    that Мариям is known by Мариам. Only the last part of a hyphenated name is looked at: it
    decides the gender.
    """
    name = yo_free(folded).rpartition("-")[2]
    size, last = len(name), name[-1:]
    parts = [f"^{name[:n]}" for n in range(2, min(_PREFIX, size - 1) + 1)]
    parts += [name[i : i + _PIECE] for i in range(size - _PIECE + 1)]
    found = {f"{name[-n:]}$" for n in range(1, min(_SUFFIX, size - 1) + 1)}
    found.update(parts)
    found.update([f"{part}~{last}" for part in parts if len(part) <= _WITH_LAST])
    found.add(f"#{min(size, 12)}")
    if size >= _SHORTEST_HEARD:
        found.update(_heard(name, last if last in _KEPT_LAST else ""))
    return found


def _heard(name: str, last: str) -> tuple[str, str]:
    """The name as it is heard, loosely and more loosely; with its last vowel or sign."""
    heard = _DOUBLED.sub(r"\1", name.translate(_HEARD_ALIKE))
    bones = heard[:2] + _VOWELS.sub("", heard[2:]).translate(_VOICED_ALIKE)
    return f"&{heard}&{last}", f"%{bones}%{last}"


def ruled(folded: str, language: str) -> str:
    """The verdict of rules that others wrote: Petrovich's for Russian, none for the rest."""
    return petrovich_gender(given=folded) if language == "ru" else ""


@cache
def _weights(language: str) -> dict[str, float]:
    return {feature: float(weight) for feature, weight in rows(f"endings.{language}.tsv.gz")}


def female_log_odds(folded: str, language: str) -> float:
    """The log odds that a bearer of this name is a woman, by its letters alone.

    0 for a language without learned endings, and where the letters say the contrary of the rules:
    each is wrong about names of which the other is right. The letters' weights are a logistic
    regression over the known names, shrunk to 0; what they sum to is then set straight for each
    verdict of the rules, on names that the regression had not seen (scripts/language_tables.py).
    """
    if language not in LEARNED:
        return 0.0
    weights = _weights(language)
    weight = weights.get
    letters = weights[""] + sum([weight(feature, 0.0) for feature in features(folded)])
    verdict = ruled(folded, language)
    return undisputed(weights[f"={verdict}"] + weights[f"*{verdict}"] * letters, verdict)


def undisputed(odds: float, verdict: str) -> float:
    """The log odds of a woman, 0 where they contradict the verdict of the rules."""
    return 0.0 if (verdict == "f" and odds < 0) or (verdict == "m" and odds > 0) else odds

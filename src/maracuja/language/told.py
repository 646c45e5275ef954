"""The gender that a profile says a person has, as one more witness beside their name.

What people declared themselves is no witness: it holds alone, and `gender` says so.
"""

from __future__ import annotations

import math
from typing import Final

from maracuja.language.gender import CONTRADICTS, DECIDED, Gender
from maracuja.language.known import known

AT_MOST: Final = 985
"""Thousandths of the probability that a profile is right: enough for a word, not for a title."""
_STEP: Final = 10
_HALF: Final = 500

SAID: Final = ("", "f", "m")
"""Nothing, and what people declared; of others it is `f 980`: a gender and its thousandths."""


def thousandths(confidence: float) -> int:
    """How much a profile counts of this confidence (0..1): whole hundredths, at most AT_MOST.

    0 where it says nothing.
    """
    exact = round(confidence * 1000)
    p = AT_MOST if exact >= AT_MOST else exact // _STEP * _STEP
    return p if p > _HALF else 0


def every() -> list[str]:
    """All that a profile may say of a gender, as name cards are asked for it."""
    steps = [*range(_HALF + _STEP, AT_MOST, _STEP), AT_MOST]
    return [*SAID, *(f"{gender} {p}" for gender in "fm" for p in steps)]


def declared(told: str) -> str:
    """The gender that the person declared, "" where they did not."""
    return told if told in ("f", "m") else ""


def weighed(who: Gender, told: str, given: str, language: str) -> Gender:
    """The gender by the name together with what the profile says ("f 980").

    `given` is the folded given name. Two that are sure of different genders leave it unknown, and
    so does a name whose own parts contradict each other.
    """
    value, _, p = told.partition(" ")
    if not p or who.source == "declared":
        return who
    right = int(p) / 1000
    if _contradicts(who, value, right):
        return Gender("", 0.5, _joined(who.source))
    total = _log_odds(right if value == "f" else 1 - right) + _of_name(who, value, given, language)
    likely = 1 / (1 + math.exp(-abs(total)))
    if likely < DECIDED:
        return Gender("", likely, _joined(who.source))
    woman_or_man = "f" if total > 0 else "m"
    speaks = who.source if who.value == woman_or_man else ""
    return Gender(woman_or_man, likely, _joined(speaks) if value == woman_or_man else speaks)


def _contradicts(who: Gender, value: str, right: float) -> bool:
    if not who.value:
        return "+" in who.source and who.p == 0.5
    return who.value != value and min(who.p, right) >= CONTRADICTS


def _of_name(who: Gender, value: str, given: str, language: str) -> float:
    """The log odds of a woman by the name; where it leans we do not know how, against `value`."""
    if who.value or who.p == 0.5:
        return _log_odds(who.p) * {"f": 1, "m": -1, "": 0}[who.value]
    entry = known(language).find(given)
    woman = entry.p_female >= 0.5 if entry is not None else value == "m"
    return _log_odds(who.p if woman else 1 - who.p)


def _joined(source: str) -> str:
    return f"{source}+profile" if source else "profile"


def _log_odds(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))

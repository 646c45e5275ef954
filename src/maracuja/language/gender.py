"""The gender a person is spoken to in: what they declared, else odds of independent sources.

It never decides by one weak sign: sources that contradict each other, or say too little, leave
the gender unknown.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from maracuja.language.endings import LEARNED, female_log_odds, petrovich_gender
from maracuja.language.known import known

DECIDED: Final = 0.75
"""Below this probability the value is unknown.

It only says that there is a likelier gender: texts ask for far more (thresholds in cards.py).
"""

CONTRADICTS: Final = 0.9
"""A source this certain contradicts another one that is as certain of the other gender."""

# How often each source was right, by mass: reference/language.md 3.3
PATRONYMIC: Final = 0.999
SURNAME: Final = 0.99
TABLE_AT_MOST: Final = 0.999
RULES_AT_MOST: Final = 0.969

_PATRONYMICS: Final = {
    "ru": (
        re.compile(r"(?:[оеё]вич|[иьы]ч|(?:\b|-| )?(?:оглы|оглу|улы|углы|уулу))$"),
        re.compile(r"(?:[вчш]на|(?:\b|-| )?(?:кызы|гызы|кизи|кизы))$"),
    ),
    "uk": (
        re.compile(r"(?:[иії]ч|(?:\b|-| )?(?:огли|оглу|улу))$"),
        re.compile(r"(?:[вч]на|(?:\b|-| )?(?:кизи|гизи))$"),
    ),
}

_UKRAINIAN_SURNAMES: Final = (
    re.compile(r"(?:.[сзц]ький|..[оеє]в|..[іїи]н|.ій)$"),
    re.compile(r"(?:.[сзц]ька|..[оеє]ва|..[іїи]на)$"),
)

_PET_NAME: Final = re.compile(r"[бвгджзлмнпрстфхчшь]ка$")
"""Глебка and Верка, Витенька and Леночка: the ending is that of both genders."""


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


# the log odds of a woman, by what a part of the name tells
_PATRONYMIC_ODDS: Final = {"f": _logit(PATRONYMIC), "m": -_logit(PATRONYMIC), "": 0.0}
_SURNAME_ODDS: Final = {"f": _logit(SURNAME), "m": -_logit(SURNAME), "": 0.0}
_SURE: Final = _logit(CONTRADICTS)


@dataclass(frozen=True, slots=True)
class Gender:
    """A gender ("f", "m", "" when unknown), its probability, and the sources that speak for it.

    Of an unknown gender `p` is the probability of the likelier one. `source` joins "declared",
    "patronymic", "table", "rules" and "surname" with "+"; "" when nothing was known.
    """

    value: str
    p: float
    source: str


def patronymic_gender(folded: str, language: str) -> str:
    """The gender that a folded patronymic tells: "f", "m", or "" when it looks like none."""
    patterns = _PATRONYMICS.get(language)
    return "" if patterns is None or not folded else _told(folded, patterns)


def surname_gender(folded: str, language: str) -> str:
    """The gender that a folded surname tells: "f", "m", or "" when both bear it."""
    if language == "ru" and folded:
        return petrovich_gender(surname=folded)
    return _told(folded, _UKRAINIAN_SURNAMES) if language == "uk" else ""


def _told(folded: str, patterns: tuple[re.Pattern[str], re.Pattern[str]]) -> str:
    man, woman = patterns
    if woman.search(folded):
        return "f"
    return "m" if man.search(folded) else ""


def gender(given: str, patronymic: str, surname: str, language: str, declared: str = "") -> Gender:
    """The gender of a person by the folded parts of the name; what is declared always wins.

    Independent sources are combined as odds (reference/language.md 4.4). Sources of which each
    would decide alone, but differently, leave it unknown.
    """
    if declared in ("f", "m"):
        return Gender(declared, 1.0, "declared")
    said = {
        "patronymic": _PATRONYMIC_ODDS[patronymic_gender(patronymic, language)],
        **_given_odds(given, language),
        "surname": _SURNAME_ODDS[surname_gender(surname, language)],
    }
    return _decided({source: odds for source, odds in said.items() if odds})


def _given_odds(folded: str, language: str) -> dict[str, float]:
    """The log odds of a woman by the given name, under the source that they come from."""
    if not folded:
        return {}
    entry = known(language).find(folded)
    if entry is not None:
        return {"table": _capped(_logit(entry.p_female), TABLE_AT_MOST)}
    if language not in LEARNED or _PET_NAME.search(folded):
        return {}
    return {"rules": _capped(female_log_odds(folded, language), RULES_AT_MOST)}


def _decided(odds: dict[str, float]) -> Gender:
    total = sum(odds.values())
    p = 1 / (1 + math.exp(-abs(total)))
    sure = [value for value in odds.values() if abs(value) >= _SURE]
    contradicted = any(value > 0 for value in sure) and any(value < 0 for value in sure)
    if contradicted or p < DECIDED:
        return Gender("", 0.5 if contradicted else p, "+".join(odds))
    speak = "+".join(source for source, value in odds.items() if value * total > 0)
    return Gender("f" if total > 0 else "m", p, speak)


def _capped(odds: float, right: float) -> float:
    return max(-_logit(right), min(_logit(right), odds))

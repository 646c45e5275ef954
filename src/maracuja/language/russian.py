"""The cases of Russian given names: Petrovich's rules, and ours where those are wrong.

It never inflects for a gender that it was not told.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from maracuja.language.own_forms import Cases, own_cases

_OBLIQUE: Final = (
    Case.GENITIVE,
    Case.DATIVE,
    Case.ACCUSATIVE,
    Case.INSTRUMENTAL,
    Case.PREPOSITIONAL,
)
_GENDERS: Final = {"m": Gender.MALE, "f": Gender.FEMALE}
# pytrovich looks at whole names of up to 7 letters and at endings of up to 3, which it changes; so
# a longer name is asked for by its ending, on a stem that makes it no exception.
_LONGEST_EXCEPTION: Final = 7
_ENDING: Final = 4
_STEM: Final = "щщщщ"

_HISSING: Final = "жшчщкгх"
_DECLINED_BEFORE_A_HYPHEN: Final = re.compile(r"[ая]$|^(франц|павел|петр|пётр|иван|карл)$")


@cache
def _make() -> Callable[..., str]:
    return PetrovichDeclinationMaker().make


def cases(name: str, gender: str) -> Cases:
    """gen, dat, acc, ins, prep of a Russian given name, and voc, which is the name itself.

    `gender` is "f" or "m". Source: our list, then our rules, then petrovich-rules 2024-11.
    """
    own = own_cases(name, gender, "ru")
    if own is not None:
        return own
    if "-" in name:
        return _double(name, gender)
    gen, dat, acc, ins, prep = _man(name) if gender == "m" else _woman(name)
    return gen, dat, acc, ins, prep, name


def _by_rules(name: str, gender: str) -> tuple[str, ...]:
    """What pytrovich makes of a name without a hyphen; of long names by the ending alone."""
    if len(name) <= _LONGEST_EXCEPTION:
        return _asked(name, gender)
    stem = name[:-_ENDING]
    return tuple([stem + form[len(_STEM) :] for form in _ending(name[-_ENDING:], gender)])


@lru_cache(maxsize=20_000)
def _ending(ending: str, gender: str) -> tuple[str, ...]:
    return _asked(_STEM + ending, gender)


def _asked(name: str, gender: str) -> tuple[str, ...]:
    make, sex, part = _make(), _GENDERS[gender], NamePart.FIRSTNAME
    return tuple([make(part, sex, case, name) for case in _OBLIQUE])


def _man(name: str) -> tuple[str, ...]:
    """Ирек keeps its е (Ирека, not "Ирька"), Франц has Францем."""
    low = name[-2:].lower()
    if low == "ек":
        return tuple([name + ending for ending in ("а", "у", "а", "ом", "е")])
    made = _by_rules(name, "m")
    if low[-1:] == "ц" and made[3].endswith("ом"):
        return (*made[:3], f"{made[3][:-2]}ем", made[4])
    return made


def _woman(name: str) -> tuple[str, ...]:
    """Доротеа is not declined; ы is not written after ж and к."""
    if name.lower().endswith("еа"):
        return (name,) * 5
    made = _by_rules(name, "f")
    if made[0][-1:] == "ы" and made[0][-2:-1].lower() in _HISSING:
        return (made[0][:-1] + "и", *made[1:])
    return made


def _double(name: str, gender: str) -> Cases:
    """A double name: the last part is declined; a man's first part only if it is Russian.

    Абдул-Азиз and Жан-Поль keep the first part, Анна-Мария and Франц-Иосиф do not.
    """
    *heads, last = name.split("-")
    columns = [cases(last, gender)]
    for head in reversed(heads):
        declined = _DECLINED_BEFORE_A_HYPHEN.search(head.lower()) is not None
        if gender == "m":
            declined = declined and head.lower() not in ("ага", "аминя", "мирза", "мулла", "баба")
        columns.insert(0, cases(head, gender) if head and declined else (head,) * 6)
    gen, dat, acc, ins, prep, voc = map("-".join, zip(*columns, strict=True))
    return gen, dat, acc, ins, prep, voc

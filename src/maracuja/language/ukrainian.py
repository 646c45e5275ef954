"""The cases of Ukrainian given names: shevchenko's rules, ours where those are wrong, and refusal.

It never puts a Ukrainian ending on a Russian or Mongolian spelling.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Final

import polars as pl
from shevchenko import _inflector
from shevchenko._language import FEMININE, MASCULINE

from maracuja.language.alphabets import LETTERS, fold
from maracuja.language.known import known
from maracuja.language.own_forms import Cases, declined_like, own_cases

_CASES: Final = ("genitive", "dative", "accusative", "ablative", "locative", "vocative")
_GENDERS: Final = {"f": FEMININE, "m": MASCULINE}
_RUSSIAN_ENDING: Final = re.compile(r"[иь]я$")
_TAIL: Final = 4
_CALLED_IN_E: Final = re.compile(r"[еє][бвдзлпстф]$")
"""Ахмед, Йосеф: Ахмеде, where the rules have "Ахмеду", made for nouns in -ек and -ех."""
_DAUGHTER: Final = "^[А-ЗЙ-ЩЮЯЄІЇҐ][а-щьюяєіїґ'’]*[іїє]вна$"
_SON: Final = "^[А-ЗЙ-ЩЮЯЄІЇҐ][а-щьюяєіїґ'’]*(?:[оа]вич|[^в]ич|[ії]ч)$"
_RUSSIAN_BEARERS: Final = 100
"""A name with so many bearers in Russian and no Ukrainian entry is a Russian spelling."""


def inflects(name: str) -> bool:
    """Whether Ukrainian endings fit this spelling.

    No for letters that Ukrainian lacks (ы э ъ ё ө ү), for Мария and Наталья, and for a name that
    is common in Russian but unknown in Ukrainian (Дмитрий, Елена).
    """
    folded = fold(name)
    if not folded or not LETTERS["uk"].issuperset(folded.replace("'", "").replace("-", "")):
        return False
    if known("uk").find(folded) is not None:
        return True
    if _RUSSIAN_ENDING.search(folded):
        return False
    russian = known("ru").find(folded)
    return russian is None or russian.count < _RUSSIAN_BEARERS


def cases(name: str, gender: str) -> Cases:
    """gen, dat, acc, ins, prep (locative) and voc of a Ukrainian given name.

    `gender` is "f" or "m". Source: our list, then the rules of shevchenko 0.8.0; a name to which
    no rule applies stays as it is.
    """
    own = own_cases(name, gender, "uk")
    if own is not None:
        return own
    spelt = declined_like(name, gender, "uk")
    columns = [_part(part, _GENDERS[gender]) for part in spelt.split("-")]
    gen, dat, acc, ins, prep, voc = map("-".join, zip(*columns, strict=True))
    return gen, dat, acc, ins, prep, voc


def called_patronymic(patronymic: pl.Expr, gender: pl.Expr) -> pl.Expr:
    """The vocative of patronymics: Іванівно, Петровичу; null for any other ending or gender.

    Russian spellings (Ивановна, Сергеевич) are left alone.
    """
    daughter = (gender == "f") & patronymic.str.contains(_DAUGHTER)
    son = (gender == "m") & patronymic.str.contains(_SON)
    return (
        pl.when(daughter)
        .then(pl.concat_str([patronymic.str.head(-1), pl.lit("о")]))
        .when(son)
        .then(pl.concat_str([patronymic, pl.lit("у")]))
    )


@cache
def _rules(gender: str) -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    """The rules for given names of this gender, the first that fits wins.

    shevchenko's own look-up searches every rule for each case; the package is pinned, and
    test_ukrainian.py holds this to the same answers.
    """
    return [
        (_inflector._compile(rule["pattern"]["find"]), rule)
        for rule in _inflector._RULES
        if gender in rule["gender"]
        and (not rule["applicationType"] or "givenName" in rule["applicationType"])
    ]


def _part(part: str, gender: str) -> Cases:
    for number, (fits, _) in enumerate(_rules(gender)):
        if fits.search(part):
            stem, tail = part[:-_TAIL], part[-_TAIL:]
            gen, dat, acc, ins, prep, voc = _tails(gender, number, tail)
            return stem + gen, stem + dat, stem + acc, stem + ins, stem + prep, stem + voc
    return (part,) * 6


@lru_cache(maxsize=20_000)
def _tails(gender: str, number: int, tail: str) -> Cases:
    """What a rule makes of the last letters of a name, the only ones that it changes."""
    rule = _rules(gender)[number][1]
    gen, dat, acc, ins, prep, voc = (_inflector._apply_rule(rule, tail, c) for c in _CASES)
    if gender == MASCULINE and _CALLED_IN_E.search(tail) and voc == f"{tail}у":
        voc = f"{tail}е"
    return gen, dat, acc, ins, prep, voc

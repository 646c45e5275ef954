"""How much a word looks like a surname, on the scale on which given names are counted.

It must never hold a list of people: only endings and the commonest words.
"""

from __future__ import annotations

from typing import Final

_PLAIN_SURNAME, _SHARE_OF_BEARERS = 12.0, 0.1
_SHORT, _SHORT_LETTERS = 100.0, 2  # two letters are seldom a whole name
_SURNAME_ENDINGS: Final[tuple[tuple[tuple[str, ...], float], ...]] = (
    (
        tuple(
            """
            ов ев ёв ова ева ёва ский цкий ская цкая ской цкой ський ська цький цька енко ейко
            швили швілі дзе дзей янц чук щук юк ців ишин їв skiy skij sky skyi skyy skaya ska
            ova eva ov ev enko chuk yuk iuk shvili dze
            """.split()
        ),
        2000.0,
    ),
    (tuple("ин ына ін їн ык ак як ук ик ко ець их ых ів ий ый ян in yn ko ak uk yan ian".split()),
     60.0),
    (tuple("ина іна їна ina yna".split()), 40.0),
)  # fmt: skip
_SURNAME_LETTERS = 5
_COMMON_SURNAMES: Final = frozenset(
    """
    ким цой ли пак тен хан шмидт миллер мельник коваль мороз вовк бойко ткач гончар лысенко жук
    kim tsoy tsoi choi li lee pak tian khan shmidt schmidt miller melnyk melnik koval moroz vovk
    smith johnson williams brown jones boyko boiko
    """.split()
)
_COMMON_SURNAME = 20_000.0
_OFTEN_SURNAMES: Final = frozenset(
    """
    величко мовчан соловей петрик божко павлик колодій троян курило ярош сологуб малик драган
    ярема царук тур подолян жадан найда вакула ус стоян кузьма бажан калина одинець квітка зоря
    сокіл свирид кіндрат каленик хорошко братко куйбіда веремій горун грива киян вернидуб
    нагнибіда ревун лях сорока чайка гайдук король рудик ганжа дудар хома усик костик коба малюта
    штефан русин касьян янко кирик шевель логвин мисак байрак гуль ференц мацак сисак гарник
    франко душко панас протас караман зуй лут кива дон майор шах гай берко зубар македон мурза
    матус кураш бала липа рига салтан ягода атаман загура самара татар хан кук каплан
    гельман фрунзе франк вольтер
    """.split()
)
"""Words that are a surname more often than a given name, though our tables know them as names;
chosen by hand from those of shevchenko-js's family-names.csv (MIT)."""
_OFTEN_SURNAME = 1_000.0
_NEVER_SURNAMES: Final = frozenset("параскева".split())  # though they end like one


def as_surname(folded: str, bearers: float) -> float:
    """How many of 2.6 million people would bear a folded word as their surname.

    bearers: how many bear it as a given name. Judged by lists of our own and by the ending.
    """
    weight = _PLAIN_SURNAME + _SHARE_OF_BEARERS * bearers
    if folded in _COMMON_SURNAMES:
        return weight + _COMMON_SURNAME
    if folded in _OFTEN_SURNAMES:
        return weight + _OFTEN_SURNAME
    if folded in _NEVER_SURNAMES:
        return weight
    if len(folded) >= _SURNAME_LETTERS:
        for endings, heavy in _SURNAME_ENDINGS:
            if folded.endswith(endings):
                return weight + heavy
    return weight + _SHORT if len(folded) <= _SHORT_LETTERS else weight

"""In, from and to a city with its preposition: from a table, else in neutral words, else not.

It never declines a name by rule: a city outside the table stays as it is behind "в городе".
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

from maracuja.language.alphabets import APOSTROPHE, LETTERS, VOWELS, fold, yo_free

CITY_CHARS_MAX: Final = 40
_DATA: Final = files("maracuja.language") / "data"
_SHAPE: Final = re.compile(r"[^\W\d_]+\.?(?:[ '’ʼ-]{1,2}[^\W\d_]+)*\Z")
_CITY_WORDS: Final = re.compile(
    r"(?:г(?:ор)?\.\s*|г\s+|город\s+|гор\s+|м\.\s*|м\s+|місто\s+|city of\s+|хот\s+)", re.I
)
_NO_CITY: Final = frozenset(
    """нет немає нема не да тест test город місто city unknown none null другой інше мой дом дома
    область обл край район республика округ улица вулиця мкр снт россия украина україна
    в у из з с и та або или на под""".split()
)
_WORDS_MAX: Final = 3  # of a name outside the table; more words are a sentence


class _Place(NamedTuple):
    """The word for a smaller place: in, from, to, each before a name that stays as it is."""

    pattern: re.Pattern[str]
    said: tuple[str, str, str]


_SMALLER: Final = {
    "ru": (
        _Place(re.compile(r"(?:село\s+|с\.\s*)", re.I), ("в селе", "из села", "в село")),
        _Place(
            re.compile(r"(?:пос[её]лок\s+|пос\.\s*|п\.\s*|пгт\.?\s+)", re.I),
            ("в посёлке", "из посёлка", "в посёлок"),
        ),
        _Place(
            re.compile(r"(?:деревня\s+|дер\.\s*|д\.\s*)", re.I),
            ("в деревне", "из деревни", "в деревню"),
        ),
        _Place(re.compile(r"(?:станица\s+)", re.I), ("в станице", "из станицы", "в станицу")),
    ),
    "uk": (
        _Place(re.compile(r"(?:село\s+|с\.\s*)", re.I), ("у селі", "із села", "до села")),
        _Place(
            re.compile(r"(?:селище\s+|с-ще\s+|смт\.?\s+)", re.I),
            ("у селищі", "із селища", "до селища"),
        ),
    ),
}
_NEUTRAL: Final = {
    "ru": ("в городе {}", "из города {}", "в город {}"),
    "uk": ("у місті {}", "з міста {}", "до міста {}"),
    "mn": ("{} хотод", "{} хотоос", "{} хот руу"),
    "en": ("in {}", "from {}", "to {}"),
}
_VO: Final = re.compile(r"(?:[вф][бвгджзклмнпрстфхцчшщ]|льв)", re.I)
_U: Final = re.compile(r"(?:[вф]|льв|св|тв|хв)", re.I)
_ZI: Final = re.compile(r"(?:льв|[зсшщ][бвгґджзклмнпрстфхцчшщ])", re.I)
_IZ: Final = re.compile(r"[зсцчшщж]", re.I)


def in_city(city: str, language: str, *, after: str = "") -> str | None:
    """Where: в Полтаве, у Львові, в городе Новоград; None when no place can be read.

    `after` is the text before it, when known: Ukrainian у and в follow its last letter.
    """
    return _phrase(city, language, 0, after)


def from_city(city: str, language: str) -> str | None:
    """Whence: из Полтавы, зі Львова, из города Новоград; None when no place can be read."""
    return _phrase(city, language, 1, "")


def to_city(city: str, language: str) -> str | None:
    """Whither: в Полтаву, до Львова, в город Новоград; None when no place can be read."""
    return _phrase(city, language, 2, "")


def in_table(city: str, language: str) -> bool:
    """Whether the city's own forms are known in this language."""
    return _key(_CITY_WORDS.sub("", city.strip(), count=1)) in _table().get(language, {})


def _phrase(city: str, language: str, way: int, after: str) -> str | None:
    name = " ".join(city.split()).removesuffix(" хот")
    if not name or len(name) > CITY_CHARS_MAX:
        return None
    found = _known(name, language, way, after)
    if found is not None:
        return found
    for place in _SMALLER.get(language, ()):
        if word := place.pattern.match(name):
            rest = _readable(name, word, language)
            return f"{place.said[way]} {rest}" if rest else None
    if any(place.pattern.match(name) for places in _SMALLER.values() for place in places):
        return None
    own = _readable(name, _CITY_WORDS.match(name), language)
    return _NEUTRAL[language][way].format(own) if own else None


def _known(name: str, language: str, way: int, after: str) -> str | None:
    table = _table().get(language, {})
    bare = name if (whole := _key(name)) in table else _CITY_WORDS.sub("", name, count=1)
    forms = table.get(whole) or table.get(_key(bare))
    if forms is None:
        return None
    form = forms[way]
    if language == "mn":
        return _NEUTRAL["mn"][way].format(form)
    if language == "uk":
        return f"{_ukrainian(form, way, after)} {form}"
    return f"{'из' if way == 1 else 'во' if _VO.match(form) else 'в'} {form}"


def _ukrainian(form: str, way: int, after: str) -> str:
    """The preposition by euphony; without the text before it, as after a pause."""
    if way == 2:
        return "до"
    if way == 1:
        return "зі" if _ZI.match(form) else "із" if _IZ.match(form) else "з"
    vowels = VOWELS["uk"]
    if form[0].lower() in vowels:
        return "в"
    if _U.match(form):
        return "у"
    before = after.rstrip().lower()[-1:]
    return "в" if before in vowels and before else "у"


def _readable(name: str, word: re.Match[str] | None, language: str) -> str | None:
    """The name behind the word for its kind, with capitals mended; None if it is no place."""
    rest = name[word.end() :] if word else name
    small = rest.lower()
    letters = {letter for letter in small if letter.isalpha()}
    if len(letters) < 2 or not letters <= LETTERS[language] or not _SHAPE.match(rest):
        return None
    words = fold(rest).split()
    if not letters & VOWELS[language] or not _NO_CITY.isdisjoint(words):
        return None
    if len(words) > _WORDS_MAX:
        return None
    if rest in (small, rest.upper()):
        parts = re.split(r"([ -])", small)
        rest = "".join(part[:1].upper() + part[1:] for part in parts)
    return rest


def _key(name: str) -> str:
    return yo_free(fold(name)).replace("-", " ").replace(APOSTROPHE, "")


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[str, str, str]]]:
    """Per language, the folded name in any of our languages -> the forms in, from, to."""
    table: dict[str, dict[str, tuple[str, str, str]]] = {"ru": {}, "uk": {}, "mn": {}}
    for line in _rows("cities_lvovich.tsv"):
        table["ru"][_key(line[0])] = (line[1], line[2], line[3])
    for mn, ru, ru_in, ru_from, ru_to, uk, uk_in, uk_from in _rows("cities_own.tsv"):
        forms = {
            "ru": (ru_in, ru_from, ru_to),
            "uk": (uk_in, uk_from, uk_from),
            "mn": (mn, mn, mn),
        }
        for language, said in forms.items():
            if not said[0]:
                continue
            for name in (ru, uk, mn):
                if name:
                    table[language].setdefault(_key(name), said)
    return table


def _rows(file: str) -> list[list[str]]:
    text = (_DATA / file).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]

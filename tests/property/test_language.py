"""Dirty names: each known name, spoilt in the ways of real lists, is said right or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja import rng
from maracuja.language import cards
from maracuja.language.alphabets import fold, yo_free
from maracuja.language.cleaning import LENGTH_MAX, REFUSALS, cleaned
from maracuja.language.known import known, rows
from maracuja.language.parts import parts

SEED = 2026
CORRUPTIONS = 20_000

# Frequent surnames of men, of women, or of both.
SURNAMES = {
    "ru": {
        "m": """Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров
            Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев Орлов
            Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев Григорьев Романов
            Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин
            Максимов Поляков Сорокин Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков
            Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов Осипов Сидоров Матвеев
            Титов Марков Миронов Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов
            Казаков Афанасьев Данилов Пушкин Чайковский Покровский Воскресенский Островский
            Дубровский Толстой Цветков Ершов Никифоров Воронцов Шишкин Репин Белоусов Рыбаков
            Черных Мартынов Блинов Колесников Карелин Мясников Гущин Пестов Ситников""",
        "f": """Иванова Смирнова Кузнецова Попова Васильева Петрова Соколова Михайлова Новикова
            Фёдорова Морозова Волкова Алексеева Лебедева Семёнова Егорова Павлова Козлова
            Степанова Николаева Орлова Андреева Макарова Никитина Захарова Зайцева Соловьёва
            Борисова Яковлева Григорьева Романова Воробьёва Сергеева Кузьмина Фролова Ильина
            Александрова Дмитриева Королёва Гусева Киселёва Максимова Полякова Сорокина Белова
            Виноградова Ковалёва Медведева Антонова Тарасова Жукова Баранова Филиппова Комарова
            Пушкина Чайковская Покровская Воскресенская Островская Дубровская Толстая Цветкова
            Шишкина Репина Белоусова Рыбакова Мартынова Блинова Колесникова Карелина""",
        "": """Шевченко Бондаренко Кравченко Ткаченко Черных Седых Долгих Мельник Коваль Гончар
            Мороз Ким Цой Шмидт Миллер Саакян Петросян Джугашвили Гогоберидзе Чернобай Береза
            Ткач Полищук Ковальчук Савчук Климук Юрчак""",
    },
    "uk": {
        "m": """Ковальський Яворський Левицький Соколов Романів Петрів Стасів Коломієць Кравців
            Вишневський Лисенков Дзюбинський Погорілий Чорний Білий Мазурін Луців Яремків""",
        "f": """Ковальська Яворська Левицька Соколова Вишневська Дзюбинська Погоріла Чорна Біла
            Лисенкова Мазуріна Комарницька Заболотна Підгірна Загорна Чорновіл""",
        "": """Мельник Шевченко Бойко Коваленко Бондаренко Ткаченко Ковальчук Кравченко Олійник
            Шевчук Поліщук Іванченко Лисенко Савченко Руденко Марченко Мороз Петренко Клименко
            Кравчук Савчук Кузьменко Пономаренко Гончаренко Харченко Мазур Гончар Сидоренко
            Карпенко Левченко Швець Вовк Коваль Ткачук Павленко Романенко Даниленко Тимошенко
            Коломієць Кравець Гаврилюк Юрченко Яценко Мартинюк Назаренко Костенко Прокопенко
            Демченко Бабенко Кириленко Дяченко Литвиненко Ющенко Стельмах Гуменюк Захарченко
            Мацюк Панасюк Сорока Гайдук Кушнір Жук Хоменко Остапенко Бондар Заєць Лях""",
    },
}  # fmt: skip
PATRONYMICS = {
    "ru": {
        "m": "Иванович Петрович Сергеевич Ильич Никитич Юрьевич Андреевич Фёдорович".split(),
        "f": "Ивановна Петровна Сергеевна Ильинична Никитична Юрьевна Андреевна".split(),
    },
    "uk": {
        "m": "Іванович Петрович Сергійович Ілліч Юрійович Григорович Васильович".split(),
        "f": "Іванівна Петрівна Сергіївна Іллівна Юріївна Григорівна Василівна".split(),
    },
}
LETTERS = {
    "ru": dict(
        zip(
            "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
            "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch ie y  e iu ia".split(
                " "
            ),
            strict=True,
        )
    ),
    "uk": dict(
        zip(
            "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя'",
            "a b v h g d e ie zh z y i i i k l m n o p r s t u f kh ts ch sh shch  iu ia ".split(
                " "
            ),
            strict=True,
        )
    ),
}
LETTERS_FIRST = {"uk": {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}}
"""The passports' spelling (ICAO Doc 9303; resolution 55 of 2010), at the start of a word too."""
TYPED = {"х": "h", "ю": "yu", "я": "ya", "й": "y", "щ": "sch", "ц": "c", "є": "ye", "ї": "yi"}
"""How people type it where that differs."""
CARELESS = {"є": "e", "ї": "i", "ё": "e", "э": "e"}
"""How they type it with no thought of the letter: for telling which names share a spelling."""
TWINS = dict(zip("АВСЕНІКМОРТХУасеорхуі", "ABCEHIKMOPTXYaceopxyi", strict=True))
EMOJI = "💖 😀 🌸 👩🏽‍💼 ❤️ ✨ 🇺🇦 ★ ♥ 🐱 \u200b \ufeff".split(" ")
COMPANIES = {"ru": "ООО ИП ЗАО АО ПАО".split(), "uk": "ТОВ ФОП ПП ПрАТ ПАТ".split()}
NOBODY = "тест test клиент Покупатель нет Клієнт admin аноним фывапр qwerty йцукен xxx".split()


class Spoilt(NamedTuple):
    """A corrupted field, of which kind, and the name that may be said ("" if none may)."""

    raw: str
    kind: str
    name: str


class Person(NamedTuple):
    """A known name with a surname and a patronymic that go with it."""

    name: str
    surname: str
    patronymic: str
    other: str


def latin(text: str, language: str, *, typed: bool) -> str:
    letters = LETTERS[language] | (TYPED if typed else {})
    first = LETTERS_FIRST.get(language, {})
    parts_of = (
        first.get(part[0], letters.get(part[0], part[0]))
        + "".join(letters.get(c, c) for c in part[1:])
        for part in text.lower().replace("’", "'").split("-")
    )
    return "-".join(map(str.capitalize, parts_of))


def look_alike(text: str, draw: rng.Rng) -> str:
    """Some letters, or all that can be, as the Latin ones that they look like."""
    share = draw.choice([0.3, 0.7, 1.0])
    return "".join(TWINS[c] if c in TWINS and draw.random() < share else c for c in text)


def misread(text: str, draw: rng.Rng) -> str:
    """The letters broken as files break them: one encoding written, another read."""
    way = draw.integers(0, 4)
    if way == 3:
        return text.encode("cp1251", errors="replace").decode("cp1252", errors="replace")
    encoding = ("cp1251", "cp1252", "latin-1")[way]
    return "".join(
        bytes([byte]).decode(encoding, errors="ignore") or chr(byte) for byte in text.encode()
    )


def dotted(word: str) -> str:
    return word[0] + "."


def shapes(p: Person, draw: rng.Rng) -> list[str]:
    """The fields in which one sound name may stand alone or among others."""
    return [
        p.name,
        p.name,
        f"{p.name} {p.surname}",
        f"{p.surname} {p.name}",
        f"{p.surname} {p.name} {p.patronymic}",
        f"{p.name} {p.patronymic}",
    ]


Corruption = Callable[[Person, str, rng.Rng], tuple[str, str]]
"""A person, a language and a stream in; the field and the name that may be said out."""


def a_shape(p: Person, draw: rng.Rng) -> str:
    every = shapes(p, draw)
    return every[draw.integers(0, len(every))]


def of_any(texts: list[str], draw: rng.Rng) -> str:
    return texts[draw.integers(0, len(texts))]


def initials(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    n, s, o = dotted(p.name), dotted(p.surname), dotted(p.patronymic)
    told = [f"{p.name} {s}", f"{p.name} {s[0]}"]
    untold = [f"{p.surname} {n}", f"{p.surname} {n}{o}", f"{p.surname} {n} {o}",
              f"{n}{o} {p.surname}", f"{n} {p.surname}", f"{n}{o}"]  # fmt: skip
    if draw.random() < 0.5:
        return of_any(told, draw), p.name
    return of_any(untold, draw), ""


def emoji(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    sign, text = of_any(EMOJI, draw), a_shape(p, draw)
    return of_any([f"{sign}{text}", f"{text}{sign}", f"{sign} {text} {sign}"], draw), p.name


def company(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    mark = of_any(COMPANIES[language], draw)
    texts = [f"{mark} «{p.name}»", f'{mark} "{p.name}"', f"{mark} {p.name}",
             f"{mark.lower()} {p.surname} {p.name}", f"«{p.name}» {mark}",
             f"{mark} {p.surname} {dotted(p.name)}"]  # fmt: skip
    return of_any(texts, draw), ""


def two_people(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    joined = {"ru": ["и", "/", "&", "+", ","], "uk": ["та", "і", "/", "&", "+", ","]}[language]
    text = f"{p.name} {of_any(joined, draw)} {p.other}"
    return of_any([text, text.replace(" /", "/").replace("/ ", "/"), text.upper()], draw), ""


def nobody(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    word = of_any(NOBODY, draw)
    return of_any([word, word.upper(), f"{word} {p.name}", f"{p.name} {word}"], draw), ""


def phone(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    digits = "".join(map(str, draw.integers(0, 10, 9)))
    texts = [f"+380{digits}", f"8 (9{digits[:2]}) {digits[2:5]}-{digits[5:7]}-{digits[7:]}",
             f"{p.name} +7{digits}", digits, f"{digits}@mail.example"]  # fmt: skip
    return of_any(texts, draw), ""


def swapped(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    texts = [f"{p.surname} {p.name}", f"{p.surname}, {p.name}", f"{p.surname}{p.name}",
             f"{p.surname} {p.name} {p.patronymic}", f"{p.surname.upper()} {p.name}"]  # fmt: skip
    return of_any(texts, draw), p.name


def in_latin(p: Person, language: str, draw: rng.Rng) -> tuple[str, str]:
    typed = bool(draw.integers(0, 2))
    name, surname = (latin(text, language, typed=typed) for text in (p.name, p.surname))
    texts = [name, name.upper(), name.lower(), f"{name} {surname}", f"{surname} {name}"]
    return of_any(texts, draw), p.name


KINDS: dict[str, Corruption] = {
    "capitals": lambda p, _, draw: (a_shape(p, draw).upper(), p.name),
    "small letters": lambda p, _, draw: (a_shape(p, draw).lower(), p.name),
    "caps lock": lambda p, _, draw: (a_shape(p, draw).title().swapcase(), p.name),
    "look-alikes": lambda p, _, draw: (look_alike(a_shape(p, draw), draw), p.name),
    "mojibake": lambda p, _, draw: (misread(a_shape(p, draw), draw), p.name),
    "transliteration": in_latin,
    "initials": initials,
    "swapped": swapped,
    "emoji": emoji,
    "company": company,
    "two people": two_people,
    "stop words": nobody,
    "phone": phone,
    "surname alone": lambda p, _, draw: (of_any([p.surname, p.surname.upper()], draw), ""),
}


def table(language: str) -> tuple[list[str], np.ndarray, list[float]]:
    """The shipped names, their shares, and how likely each is a woman's."""
    shipped = rows(f"names.{language}.tsv.gz")
    counts = np.array([int(count) for _, count, _ in shipped], dtype=float)
    return [r[0] for r in shipped], counts / counts.sum(), [float(r[2]) for r in shipped]


def persons(language: str, count: int) -> list[Person]:
    draw = rng.stream(SEED, "persons", language)
    names, shares, women = table(language)
    chosen = draw.choice(len(names), size=(count, 2), p=shares)
    made = []
    for n, other in chosen:
        gender = "f" if draw.random() < women[n] else "m"
        surnames = (SURNAMES[language][gender] + " " + SURNAMES[language][""]).split()
        made.append(
            Person(
                names[n],
                of_any(surnames, draw),
                of_any(PATRONYMICS[language][gender], draw),
                names[other],
            )
        )
    return made


def corruptions(language: str, count: int) -> list[Spoilt]:
    draw = rng.stream(SEED, "corruptions", language)
    kinds = list(KINDS)
    made = []
    for person in persons(language, count):
        kind = of_any(kinds, draw)
        raw, name = KINDS[kind](person, language, draw)
        made.append(Spoilt(raw, kind, name))
    return made


def shared_spellings(language: str) -> set[str]:
    """The Latin spellings that two known names share."""
    owners: dict[str, set[str]] = {}
    for name in table(language)[0]:
        careless = "".join(CARELESS.get(c, c) for c in name.lower())
        for text, typed in ((name, False), (name, True), (careless, False), (careless, True)):
            spelt = latin(text, language, typed=typed).lower()
            owners.setdefault(spelt, set()).add(yo_free(fold(name)))
    return {spelt for spelt, names in owners.items() if len(names) > 1}


def collides(one: Spoilt, language: str, shared: set[str]) -> bool:
    """Whether the field, as it is spelt, is as much another known name's."""
    if one.kind == "transliteration":
        return bool(shared & set(one.raw.lower().split()))
    if one.kind == "two people":  # "Анна, Анна" is one person
        first, *_, last = re.split("[ ,/&+]+", fold(one.raw))
        return first == last
    return False


def outcome(said: str | None, name: str) -> str:
    if said is None:
        return "needlessly neutral" if name else "right"
    return "right" if yo_free(fold(said)) == yo_free(fold(name)) else "wrong"


@pytest.mark.slow
@pytest.mark.parametrize("language", ["ru", "uk"])
def test_spoilt_names_are_said_right_or_not_at_all(language: str) -> None:
    spoilt = corruptions(language, CORRUPTIONS)
    shared = shared_spellings(language)
    people = pl.DataFrame({"raw": [s.raw for s in spoilt], "told": [""] * len(spoilt)})
    said = cards.make_cards(people, language)["nom"].to_list()
    found: Counter[tuple[str, str]] = Counter()
    shown: list[tuple[str, Spoilt, str | None]] = []
    for one, name in zip(spoilt, said, strict=True):
        told = "collides" if collides(one, language, shared) else outcome(name, one.name)
        found[told, one.kind] += 1
        if told in ("wrong", "needlessly neutral"):
            shown.append((told, one, name))
    totals = Counter[str]()
    for (told, _), times in found.items():
        totals[told] += times
    counted = CORRUPTIONS - totals["collides"]
    assert totals["wrong"] <= 0.001 * counted, [s for s in shown if s[0] == "wrong"][:20]
    assert totals["needlessly neutral"] <= 0.01 * counted, (found, shown[:30])
    assert totals["collides"] <= 0.03 * CORRUPTIONS
    assert {kind for _, kind in found} == set(KINDS)


def known_somewhere(name: str, language: str) -> bool:
    tables = {"ru": ("ru", "uk"), "uk": ("uk", "ru"), "en": ("en", "ru", "uk")}[language]
    return any(
        known(table).find(fold(name)) or known(table).from_latin(fold(name).replace("'", ""))
        for table in tables
    )


WORDS = st.sampled_from(
    "Анна анна АННА Aнна Петрова Иванович И. и та ООО тест Ольга Роман Богдан Anna Igor' 5 💖 - — "
    "' « » ( ) / , . @ Мар'яна Дем’ян оглы Б. Батын Болд йцукен Ё ё \u0301 \u200d РђРЅРЅР° "
    "Àííà".split()
)
FIELDS = st.one_of(
    st.text(max_size=LENGTH_MAX + 5),
    st.text(alphabet="АБВИІЇабвиіїйё'’-. abcABC\u0301/&", max_size=20),
    st.lists(WORDS, max_size=5).map(" ".join),
    st.lists(WORDS, max_size=5).map("".join),
)


@settings(max_examples=400, deadline=None)
@given(raw=st.one_of(st.none(), FIELDS), language=st.sampled_from(["ru", "uk", "en"]))
def test_whatever_stands_in_the_field_a_known_name_is_said_or_none(
    raw: str | None, language: str
) -> None:
    told = parts(cleaned(raw), language)
    assert 0.0 <= told.p_name < 1.0
    if told.given:
        assert known_somewhere(told.given, language)
        assert told.given[0].isupper()
    else:
        assert told.p_name == 0.0
        assert told.flags


@settings(max_examples=200, deadline=None)
@given(FIELDS)
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    once = cleaned(raw)
    assert (once.refused in REFUSALS) == (not once.text)
    if once.text:
        again = cleaned(once.text)
        assert again.text == once.text or again.refused or "mojibake" in again.flags


@settings(max_examples=50, deadline=None)
@given(st.lists(FIELDS, max_size=8), st.sampled_from(["ru", "uk", "en", "mn"]))
def test_cards_stand_in_the_order_of_their_rows(raws: list[str], language: str) -> None:
    people = pl.DataFrame({"raw": raws, "told": [""] * len(raws)}, schema_overrides={
        "raw": pl.String, "told": pl.String})  # fmt: skip
    made = cards.make_cards(people, language)
    assert made.schema == cards.CARD_SCHEMA
    assert made["raw"].to_list() == raws
    one_by_one = [cards.make_cards(people[n : n + 1], language) for n in range(people.height)]
    if one_by_one:
        assert made.equals(pl.concat(one_by_one))

"""Which word of a name field is the given name, in the four languages, and when none is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from maracuja.language import surnames
from maracuja.language.cards import SAY_BASE
from maracuja.language.cleaning import cleaned
from maracuja.language.known import known
from maracuja.language.name_words import read_word, titled
from maracuja.language.parts import FLAGS, P_MAX, Parts, parts


def told(raw: str, language: str) -> Parts:
    return parts(cleaned(raw), language)


@pytest.mark.parametrize(
    ("language", "raw", "given", "patronymic", "surname"),
    [
        ("ru", "Анна", "Анна", "", ""),
        ("ru", "АННА ПЕТРОВА", "Анна", "", "Петрова"),
        ("ru", "петрова анна", "Анна", "", "Петрова"),
        ("ru", "Иванов Иван Иванович", "Иван", "Иванович", "Иванов"),
        ("ru", "Иван Иванович", "Иван", "Иванович", ""),
        ("ru", "Яковлев Яков Ильич", "Яков", "Ильич", "Яковлев"),
        ("ru", "Абрамович Роман Аркадьевич", "Роман", "Аркадьевич", ""),
        ("ru", "Мамедов Гусейн Али оглы", "Гусейн", "Али оглы", "Мамедов"),
        ("ru", "Анна П.", "Анна", "", ""),
        ("ru", "Ким Владимир", "Владимир", "", "Ким"),
        ("ru", "Пётр", "Пётр", "", ""),
        ("ru", "Семен", "Семен", "", ""),
        ("ru", "Анна-мария", "Анна-Мария", "", ""),
        ("ru", "Aннa Пeтрoвa", "Анна", "", "Петрова"),
        ("ru", "BEPA", "Вера", "", ""),
        ("ru", "Tat'yana Ivanova", "Татьяна", "", "Ivanova"),
        ("ru", "Oleksandr", "Олександр", "", ""),
        ("ru", "РђРЅРЅР°", "Анна", "", ""),
        ("ru", "Олена Шевченко", "Олена", "", "Шевченко"),
        ("uk", "ШЕВЧЕНКО ТАРАС", "Тарас", "", "Шевченко"),
        ("uk", "Шевченко Тарас Григорович", "Тарас", "Григорович", "Шевченко"),
        ("uk", "Любов", "Любов", "", ""),
        ("uk", "Iрина", "Ірина", "", ""),
        ("uk", "мар’яна коваль", "Мар’яна", "", "Коваль"),
        ("uk", "Мар`яна", "Мар'яна", "", ""),
        ("uk", "Елена", "Елена", "", ""),
        ("uk", "Yuliia", "Юлія", "", ""),
        ("uk", "Sergey", "Сергей", "", ""),
        ("mn", "Б.Болд", "Болд", "", ""),
        ("mn", "Б. БОЛОРМАА", "Болормаа", "", ""),
        ("mn", "Батын Болд", "Болд", "", "Батын"),
        ("mn", "Батбаярын Тэмүүлэнхүү", "Тэмүүлэнхүү", "", "Батбаярын"),
        ("mn", "Bold", "Болд", "", ""),
        ("mn", "Болд Б.", "Болд", "", ""),
        ("mn", "Пүрэвийн Нэргүй", "Нэргүй", "", "Пүрэвийн"),
        ("mn", "Анна Петрова", "Анна", "", "Петрова"),
        ("mn", "Иванов Иван", "Иван", "", "Иванов"),
        ("en", "JOHN SMITH", "John", "", "Smith"),
        ("en", "smith john", "John", "", "Smith"),
        ("en", "Tat'yana Petrova", "Tat'yana", "", "Petrova"),
        ("en", "Анна", "Анна", "", ""),
    ],
)
def test_the_given_name_is_found(
    language: str, raw: str, given: str, patronymic: str, surname: str
) -> None:
    found = told(raw, language)
    assert (found.given, found.patronymic, found.surname) == (given, patronymic, surname)
    assert SAY_BASE <= found.p_name <= P_MAX


@pytest.mark.parametrize(
    ("language", "raw"),
    [
        ("ru", "тест"),
        ("ru", "Тeст"),
        ("ru", "Иванов И.И."),
        ("ru", "И. Роман"),
        ("ru", "Ким В."),
        ("ru", "Николаев"),
        ("ru", "Ковалёва Ивановна"),
        ("ru", "Али оглы"),
        ("ru", "Анна Пётр"),
        ("ru", "АННА И ПЁТР"),
        ("ru", "Анна, Пётр"),
        ("ru", "Роман Богдан"),
        ("ru", "Анны"),
        ("ru", "John Smith"),
        ("ru", "Чайка"),
        ("ru", "фу"),
        ("uk", "Мовчан"),
        ("uk", "Шевченко"),
        ("uk", "Остап Гнат"),
        ("uk", "Natalia"),
        ("mn", "Б.Б."),
        ("mn", "Ххх"),
        ("mn", "Болд Ганбаатар"),
        ("mn", "Болд, Сүхээ"),
        ("mn", "Болд Дорж хоёр"),
        ("mn", "Б.Иванов"),
        ("en", "Smith"),
    ],
)
def test_when_unsure_nothing_is_said(language: str, raw: str) -> None:
    found = told(raw, language)
    assert found.p_name < SAY_BASE
    assert found.flags


@pytest.mark.parametrize(
    ("raw", "flag"),
    [
        ("ИВАН", "case"),
        ("Ивaн", "scripts"),
        ("Ivan", "latin"),
        ("Иван П.", "initials"),
        ("Петров Иван", "surname_first"),
        ("Ыгы", "unknown"),
        ("Роман Богдан", "ambiguous"),
        ("Чайка", "unknown"),
        ("Каплан", "surname_like"),
    ],
)
def test_what_was_done_is_flagged(raw: str, flag: str) -> None:
    assert flag in FLAGS
    assert flag in told(raw, "ru").flags


def test_a_mongolian_name_in_no_table_is_told_by_its_place_and_less_sure() -> None:
    found = told("Батбаярын Тэмүүлэнхүү", "mn")
    assert known("mn").find("тэмүүлэнхүү") is None
    assert "by_place" in found.flags
    assert found.p_name < told("Батбаярын Болд", "mn").p_name


def test_rivals_share_the_certainty() -> None:
    alone, rivalled = told("Роман", "ru"), told("Роман Богдан", "ru")
    assert alone.p_name > 0.99
    assert rivalled.given == "Роман"
    assert rivalled.p_name + told("Богдан Роман", "ru").p_name > 1  # the order does not matter


def test_words_are_titled_by_hyphened_part() -> None:
    assert titled("аННА-мАРИЯ") == "Анна-Мария"
    assert titled("") == ""


def test_a_word_weighs_more_as_what_it_ends_like() -> None:
    assert surnames.as_surname("гончаренко", 0) > 100 * surnames.as_surname("степан", 0)
    assert surnames.as_surname("ян", 0) > surnames.as_surname("яна", 0)
    assert surnames.as_surname("параскева", 0) < surnames.as_surname("ковалева", 0)
    assert read_word("Ивановна", "ru").patronymic
    assert not read_word("Иван", "ru").patronymic
    assert read_word("Ильич", "ru").patronymic


@pytest.mark.data
def test_a_surname_alone_is_said_only_when_many_bear_it_as_a_name(names_data: Path) -> None:
    file = names_data / "shevchenko-js" / "family-names.csv"
    frequent = file.read_text(encoding="utf-8").splitlines()[1:2001]
    said = [name for name in frequent if told(name.title(), "uk").p_name >= SAY_BASE]
    assert len(said) <= 0.01 * len(frequent)
    for name in said:
        entry = known("uk").find(name) or known("ru").find(name)
        assert entry is not None
        assert entry.count >= 50

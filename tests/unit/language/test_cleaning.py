"""Raw name fields, each with the words it comes to or the reason for which it is refused."""

from __future__ import annotations

import pytest

from maracuja.language import cleaning, mojibake, refused_words


@pytest.mark.parametrize(
    ("raw", "text", "flags"),
    [
        ("Анна", "Анна", ()),
        ("  Анна  Петрова ", "Анна Петрова", ()),
        ("АННА", "АННА", ()),
        ("Анна💖", "Анна", ("symbols",)),
        ("👩🏽‍💼Анна❤️", "Анна", ("symbols",)),
        ("А\u200bнна", "Анна", ("symbols",)),
        ("Анна\u0301", "Анна", ("symbols",)),
        ("Матвеи\u0306", "Матвей", ()),
        ("𝓐𝓷𝓷𝓪", "Anna", ()),
        ("«Анна»", "Анна", ()),
        ("'Анна'", "Анна", ()),
        ("&quot;Анна&quot;", "Анна", ()),
        ("Мар’яна", "Мар’яна", ()),
        ("Tat'yana Igor'", "Tat'yana Igor'", ()),
        ("Анна (мама Коли)", "Анна", ("aside",)),
        ("(Анна)", "Анна", ()),
        ("Анна 2", "Анна", ("digit",)),
        ("г-жа Петрова", "Петрова", ("title",)),
        ("Mr. Ivan Petrov", "Ivan Petrov", ("title",)),
        ("И.И.Иванов", "И. И. Иванов", ()),
        ("Б.Болд", "Б. Болд", ()),
        ("Иванов, Иван", "Иванов Иван", ("comma",)),
        ("anna_petrova", "anna petrova", ()),
        ("Анна—Мария", "Анна-Мария", ()),
        ("ИвановаМария", "Иванова Мария", ("glued",)),
        ("КравчукЯн", "Кравчук Ян", ("glued",)),
        ("КовальМар'яна", "Коваль Мар'яна", ("glued",)),
        ("аб" + "вгд" * 39, "аб" + "вгд" * 39, ()),
        ("АлЕкСаНдР", "АлЕкСаНдР", ()),
        ("А Н Н А", "АННА", ("spaced",)),
        ("АННА И ПЕТР", "АННА И ПЕТР", ()),
        ("José", "José", ()),
    ],
)
def test_what_remains(raw: str, text: str, flags: tuple[str, ...]) -> None:
    assert cleaning.cleaned(raw) == (text, flags, "")
    assert set(flags) <= set(cleaning.FLAGS)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (None, "empty"),
        ("", "empty"),
        ("...", "empty"),
        ("👍🏽", "empty"),
        ("-", "empty"),
        ("госпожа", "empty"),
        ("я" * 121, "long"),
        ("anna@shop.example", "address"),
        ("@anna", "address"),
        ("www.anna.ua", "address"),
        ("anna.ru", "address"),
        ("+7 (916) 123-45-67", "digits"),
        ("Анна 89161234567", "digits"),
        ("Ан4а", "digits"),
        ("ФОП Олена", "company"),
        ("ип иванов", "company"),
        ("Болд ХХК", "company"),
        ("ООО «Ромашка»", "quoted"),
        ('Анна "Цветы"', "quoted"),
        ("тест", "word"),
        ("Клиент Анна", "word"),
        ("нет", "word"),
        ("мама Оли", "word"),
        ("null", "word"),
        ("йцукен", "keyboard"),
        ("фывфыв", "keyboard"),
        ("asdfgh", "keyboard"),
        ("ааааа", "keyboard"),
        ("абабаб", "keyboard"),
        ("Анна и Пётр", "people"),
        ("Анна й Петро", "people"),
        ("Олена та Петро", "people"),
        ("Анна/Аня", "people"),
        ("Анна+Петя", "people"),
        ("Анна & Пётр", "people"),
        ("А??а", "broken"),
        ("А\ufffdна", "broken"),
    ],
)
def test_what_is_refused(raw: str | None, reason: str) -> None:
    found = cleaning.cleaned(raw)
    assert found.refused == reason
    assert found.text == ""
    assert reason in cleaning.REFUSALS


@pytest.mark.parametrize("name", ["Анна", "Сергей", "Роман Шишкин", "Наталья", "Їжак", "Ґудзь"])
@pytest.mark.parametrize("misread_as", ["cp1251", "cp1252", "latin-1"])
def test_utf_8_read_as_something_else_is_put_back(name: str, misread_as: str) -> None:
    broken = "".join(
        bytes([byte]).decode(misread_as, errors="ignore") or chr(byte) for byte in name.encode()
    )
    assert cleaning.cleaned(broken) == (name, ("mojibake",), "")
    twice, certain = mojibake.unbroken(broken.encode().decode("latin-1"))
    assert (twice, certain) == (name, True)


def test_a_trimmed_no_break_space_is_no_loss() -> None:
    broken = "Роман".encode().decode("cp1251").replace("\u00a0", " ")
    assert " " in broken
    assert cleaning.cleaned(broken).text == "Роман"


def test_cp1251_read_as_latin_is_put_back() -> None:
    assert cleaning.cleaned("Олена Їжак".encode("cp1251").decode("cp1252")).text == "Олена Їжак"


@pytest.mark.parametrize("text", ["Рената", "Сімон", "Регіна", "Hélène", "Ñuñez", "Ruslan"])
def test_sound_letters_stay(text: str) -> None:
    assert mojibake.unbroken(text) == (text, False)


@pytest.mark.parametrize("word", ["гаролд", "рол", "анна", "вера", "тарас", "igor"])
def test_names_are_not_typed_along_the_keyboard(word: str) -> None:
    assert not refused_words.typed_along_the_keyboard(word)


def test_lists_do_not_overlap_and_are_small() -> None:
    lists = (refused_words.COMPANIES, refused_words.NOBODY, refused_words.TITLES)
    for words in lists:
        assert all(word == word.casefold() for word in words)
    assert not refused_words.COMPANIES & refused_words.TITLES

from importlib.resources import files

import pytest

from maracuja.language.alphabets import LETTERS
from maracuja.language.words import (
    agree,
    choose,
    honorific,
    kind_of,
    unknown_words,
)


@pytest.mark.parametrize(
    ("word", "language", "feminine"),
    [
        ("дорогой", "ru", "дорогая"),
        ("Дорогой", "ru", "Дорогая"),
        ("ДОРОГОЙ", "ru", "ДОРОГАЯ"),
        ("рад", "ru", "рада"),
        ("искренний", "ru", "искренняя"),
        ("лучший", "ru", "лучшая"),
        ("вернувшийся", "ru", "вернувшаяся"),
        ("зарегистрировался", "ru", "зарегистрировалась"),
        ("надежный", "ru", "надёжная"),
        ("господин", "ru", "госпожа"),
        ("клиент", "ru", "клиентка"),
        ("Дорогой клиент", "ru", "Дорогая клиентка"),
        ("шановний", "uk", "шановна"),
        ("Любий друг", "uk", "Люба подруга"),
        ("справжній", "uk", "справжня"),
        ("зареєструвався", "uk", "зареєструвалася"),
        ("пан", "uk", "пані"),
        ("клієнт", "uk", "клієнтка"),
    ],
)
def test_words_agree(word: str, language: str, feminine: str) -> None:
    assert agree(word, "f", language) == feminine
    assert agree(word, "m", language) == word
    assert agree(word, "", language) == ""


def test_no_word_rather_than_a_wrong_one() -> None:
    assert agree("сногсшибательный", "f", "ru") is None
    assert agree("сногсшибательный", "m", "ru") is None
    assert agree("дорогой сногсшибатель", "", "ru") is None
    assert agree("дорогой", "f", "uk") is None
    assert agree("", "f", "ru") == ""
    assert unknown_words("дорогой сногсшибатель", "ru") == ["сногсшибатель"]
    assert unknown_words("Дорогой друг", "ru") == unknown_words("dear", "en") == []


@pytest.mark.parametrize("language", ["en", "mn"])
@pytest.mark.parametrize("gender", ["f", "m", ""])
def test_languages_without_gender_keep_the_word(language: str, gender: str) -> None:
    assert agree("dear", gender, language) == "dear"


def test_choose() -> None:
    said = [choose(gender, "рад", "рада", "рады") for gender in ("m", "f", "")]
    assert said == ["рад", "рада", "рады"]
    assert choose("", "рад", "рада") == ""


def test_honorifics() -> None:
    assert [honorific("m", lang) for lang in ("ru", "uk", "en", "mn")] == [
        "господин", "пан", "Mr", "",
    ]  # fmt: skip
    assert [honorific("f", lang) for lang in ("ru", "uk", "en", "mn")] == [
        "госпожа", "пані", "Ms", "",
    ]  # fmt: skip
    assert [honorific(gender, "uk", vocative=True) for gender in ("m", "f", "")] == [
        "пане", "пані", "",
    ]  # fmt: skip


def test_kinds() -> None:
    words = ("дорогой", "рад", "Забыл", "клиент", "дорогая", "вы")
    kinds = ["adjective", "predicate", "predicate", "noun", "", ""]
    assert [kind_of(word, "ru") for word in words] == kinds
    assert kind_of("dear", "en") == ""


ENDINGS = {
    "predicate": ("а", "ась", "ася"),
    "adjective": ("ая", "яя", "аяся", "а", "я"),
    "noun": ("а", "я", "ь", "і", *"бвгджзклмнпрстфхцчшщ"),
}


def test_the_table_is_whole() -> None:
    text = (files("maracuja.language") / "data" / "words.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    assert len({(row[0], row[2]) for row in rows}) == len(rows) > 500
    for language, kind, masculine, feminine in rows:
        assert set(masculine + feminine) <= LETTERS[language], (masculine, feminine)
        assert kind_of(masculine, language) == kind
        assert agree(masculine, "f", language) == feminine
        assert feminine.endswith(ENDINGS[kind]), feminine

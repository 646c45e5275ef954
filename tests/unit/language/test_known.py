from __future__ import annotations

import pytest

from maracuja.language.known import Entry, known
from maracuja.language.latin import latin_spellings


def entry(language: str, folded: str) -> Entry:
    found = known(language).find(folded)
    assert found is not None
    return found


def test_a_known_name_has_its_spelling_and_its_bearers() -> None:
    anna = entry("ru", "анна")
    assert anna.name == "Анна"
    assert anna.count > 40_000
    assert anna.p_female > 0.998


def test_yo_is_looked_up_both_ways_and_kept_as_written() -> None:
    assert entry("ru", "артем").name == "Артем"
    assert entry("ru", "артём").name == "Артём"
    assert entry("ru", "артем").count == entry("ru", "артём").count


def test_a_double_name_is_known_by_its_parts() -> None:
    assert entry("ru", "анна-виктория").name == "Анна-Виктория"
    assert known("ru").find("анна-хххх") is None


@pytest.mark.parametrize("folded", ["", "-", "петрович", "иванова", "клиент", "test"])
def test_what_is_no_given_name_is_not_known(folded: str) -> None:
    assert known("ru").find(folded) is None


@pytest.mark.parametrize(
    ("language", "latin", "name"),
    [
        ("ru", "elena", "Елена"),
        ("ru", "yelena", "Елена"),
        ("ru", "sergey", "Сергей"),
        ("ru", "sergei", "Сергей"),
        ("ru", "ilya", "Илья"),
        ("ru", "dmitrii", "Дмитрий"),
        ("ru", "dmitriy", "Дмитрий"),
        ("ru", "alexander", "Александр"),
        ("ru", "aleksandr", "Александр"),
        ("ru", "ekaterina", "Екатерина"),
        ("ru", "natalya", "Наталья"),
        ("ru", "viktoria", "Виктория"),
        ("uk", "oleksandr", "Олександр"),
        ("uk", "olena", "Олена"),
        ("uk", "serhii", "Сергій"),
        ("uk", "yuliia", "Юлія"),
        ("uk", "mariana", "Мар'яна"),
        ("mn", "bold", "Болд"),
        ("mn", "munkhbat", "Мөнхбат"),
        ("en", "john", "John"),
    ],
)
def test_latin_letters_find_the_name_of_the_base_language(
    language: str, latin: str, name: str
) -> None:
    found = known(language).from_latin(latin)
    assert found is not None
    assert found.name == name


def test_latin_letters_that_fit_several_names_or_none_are_refused() -> None:
    assert known("ru").from_latin("xqz") is None
    assert known("ru").from_latin("") is None


def test_every_language_has_names_and_probabilities() -> None:
    for language in ("ru", "uk", "en", "mn"):
        entries = list(known(language))
        assert len(entries) == len(known(language)) > 200
        assert all(0 <= each.p_female <= 1 and each.count > 0 for each in entries)


def test_the_first_latin_spelling_is_the_passports() -> None:
    assert latin_spellings("юлия", "ru")[0] == "iuliia"
    assert latin_spellings("щёголь", "ru")[0] == "shchegol"
    assert latin_spellings("згурський", "uk")[0].startswith("zghur")
    assert latin_spellings("anna", "ru") == []

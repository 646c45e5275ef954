from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.language.alphabets import (
    LETTERS,
    OWN_LETTERS,
    TO_CYRILLIC,
    TO_LATIN,
    VOWELS,
    cyrillic_twin,
    fold,
    latin_twin,
    repaired_scripts,
    script_of,
    yo_free,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Олена\u00a0 Ivanivna ", "олена ivanivna"),
        ("Мар’яна", "мар'яна"),
        ("Марʼяна", "мар'яна"),
        ("O`Brien", "o'brien"),
        ("Оле\u0301на", "олена"),
        ("Андреи\u0306", "андрей"),
        ("Артём", "артём"),
        ("Анна–Мария", "анна-мария"),
        ("", ""),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_yo_is_kept_until_asked() -> None:
    assert yo_free("Артём Ёлкин") == "Артем Елкин"


@pytest.mark.parametrize(
    ("word", "script"),
    [
        ("Анна", "cyrillic"),
        ("Anna", "latin"),
        ("Zoë", "latin"),
        ("Aннa", "mixed"),
        ("123", ""),
        ("Άννα", "other"),
    ],
)
def test_script_of(word: str, script: str) -> None:
    assert script_of(word) == script


@pytest.mark.parametrize(
    ("word", "language", "repaired"),
    [
        ("Aннa", "", "Анна"),
        ("Aлeкcaндp", "ru", "Александр"),
        ("mарина", "ru", "марина"),
        ("Iрина", "uk", "Ірина"),
        ("Iван", "ru", "Иван"),
        ("Peтер", "ru", "Ретер"),
        ("Аnna", "en", "Anna"),
        ("Аlex", "", "Alex"),
        ("Anna", "ru", "Anna"),
        ("Zлата", "ru", "Zлата"),
        ("Єнєр", "mn", "Өнөр"),
        ("Болд", "mn", "Болд"),
    ],
)
def test_repaired_scripts(word: str, language: str, repaired: str) -> None:
    assert repaired_scripts(word, language) == repaired


def test_twins_of_whole_words() -> None:
    assert cyrillic_twin("AHHA") == "АННА"
    assert cyrillic_twin("Elena", "ru") is None
    assert latin_twin("СОР") == "COP"
    assert latin_twin("Жан") is None


def test_tables_agree_with_each_other() -> None:
    assert all(VOWELS[language] < LETTERS[language] for language in LETTERS)
    assert {k: "".join(sorted(v)) for k, v in OWN_LETTERS.items()} == {
        "ru": "ъыэё",
        "uk": "єіїґ",
        "mn": "үө",
    }
    assert all(TO_CYRILLIC[latin] == cyrillic for cyrillic, latin in TO_LATIN.items())

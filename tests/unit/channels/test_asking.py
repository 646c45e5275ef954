"""Words by which people ask something about themselves: whole messages, in four languages."""

from __future__ import annotations

import pytest

from maracuja.channels.asking import WORDS, Wish, Wished, wished
from maracuja.channels.leaving import leaves, returns


@pytest.mark.parametrize("wish", [*Wish])
def test_every_word_is_understood_in_its_language_alone(wish: Wish) -> None:
    assert WORDS[wish].keys() == {"en", "ru", "uk", "mn"}
    for language, words in WORDS[wish].items():
        for word in words:
            assert wished(f" «{word.capitalize()}»! ") == Wished(wish, language)
            assert not leaves(word) and not returns(word)


def test_no_word_means_two_things() -> None:
    said = [word for languages in WORDS.values() for words in languages.values() for word in words]
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("Wrong person", Wish.WRONG_PERSON),
        ("wrong_person", Wish.WRONG_PERSON),  # what a button brings back
        ("What do you know about me?", Wish.SEE),
        ("Мої дані?", Wish.SEE),
        ("Забудьте меня.", Wish.ERASE),
    ],
)
def test_a_whole_message_is_a_wish(text: str, wish: Wish) -> None:
    found = wished(text)
    assert found is not None and found.wish is wish


@pytest.mark.parametrize(
    "text",
    ["", "?", "not me", "STOP", "It went to the wrong person", "Is my data safe?", "x" * 99],
)
def test_all_else_is_for_a_person_to_read(text: str) -> None:
    assert wished(text) is None

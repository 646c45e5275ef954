"""Words by which people ask something about themselves, on any channel that hears them.

Only a whole message counts, as with words for leaving: the rest is for a person to read.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

from maracuja.channels.leaving import whole_word


class Wish(StrEnum):
    """What they ask; its value is what a button of a message may bring back (`reply`)."""

    WRONG_PERSON = "wrong_person"
    SEE = "my_data"
    ERASE = "delete_my_data"


class Wished(NamedTuple):
    """A wish, and the language that it was said in; '' where a button said it."""

    wish: Wish
    language: str = ""


WORDS: Final[dict[Wish, dict[str, tuple[str, ...]]]] = {
    Wish.WRONG_PERSON: {
        "en": ("wrong person", "wrong number", "this is not me"),
        "ru": ("не тот человек", "это не я", "вы ошиблись номером", "ошиблись номером"),
        "uk": ("не та людина", "це не я", "ви помилилися номером", "помилилися номером"),
        "mn": ("буруу хүн", "энэ би биш", "хүн андуурсан байна", "буруу дугаар"),
    },
    Wish.SEE: {
        "en": ("my data", "what do you know about me", "what do you hold about me"),
        "ru": ("мои данные", "что вы обо мне знаете", "что вы обо мне храните"),
        "uk": ("мої дані", "що ви про мене знаєте", "що ви про мене зберігаєте"),
        "mn": ("миний мэдээлэл", "миний тухай юу мэдэх вэ", "миний тухай юу хадгалдаг вэ"),
    },
    Wish.ERASE: {
        "en": ("delete my data", "erase my data", "forget me"),
        "ru": ("удалить мои данные", "удалите мои данные", "забудьте меня"),
        "uk": ("видалити мої дані", "видаліть мої дані", "забудьте мене"),
        "mn": ("миний мэдээллийг устга", "миний мэдээллийг устгана уу", "намайг март"),
    },
}
_KNOWN: Final = {
    **{wish.value: Wished(wish) for wish in Wish},
    **{
        word: Wished(wish, language)
        for wish, languages in WORDS.items()
        for language, words in languages.items()
        for word in words
    },
}


def wished(text: str) -> Wished | None:
    """What the whole message asks, or what a pressed button brought back; None for all else."""
    return _KNOWN.get(whole_word(text.rstrip("? \t\n")))

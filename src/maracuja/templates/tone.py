"""The tone of the brand: rules that a marketer writes once and every template is held to."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from maracuja.language.manners import FORMS, Form, knows_address
from maracuja.model import Record

ANY: Final = "any"  # in `length`: every channel that is not named
WORDS_MAX: Final = 1_000  # forbidden or preferred
_CHARS_MAX: Final = 100  # of one such word or phrase

Most = Annotated[int, Meta(ge=0, le=200_000)]


class Rule(StrEnum):
    """A rule of a tone; the same word is the code of what breaks it."""

    LENGTH = "length"
    SENTENCE = "sentence"
    EMOJI = "emoji"
    EXCLAMATIONS = "exclamations"
    FORBIDDEN = "forbidden"
    PREFERRED = "preferred"
    ADDRESS = "address"


class Discreet(Record, frozen=True):
    """What is never shown on a lock screen: categories of products, and parts of the addresses of
    pictures.
    """

    categories: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what would name everything or nothing."""
        if not all(one.strip() for one in (*self.categories, *self.pictures)):
            raise ValueError("discreet: an empty name would be every product, or none")


class Tone(Record, frozen=True, tag_field="kind", tag="tone"):
    """How the shop speaks. A rule that is left out asks nothing.

    `length` is the most characters of a text by channel (`any`: all others), addresses of links
    not counted; `sentence` the most words of a sentence; `emoji` and `exclamations` the most in
    one message, 0 for none. `forbidden` lists words and phrases, `preferred` maps one to what is
    written in its place; `cheap*` means every ending. `address` says by language how the reader is
    spoken to. A template that breaks a rule named under `refuse` keeps its campaign from going
    out; any other rule that is broken is a warning. What is `discreet` never goes out.
    """

    id: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
    name: str = ""
    about: str = ""
    length: dict[str, Most] = msgspec.field(default_factory=dict)
    sentence: Most | None = None
    emoji: Most | None = None
    exclamations: Most | None = None
    forbidden: tuple[str, ...] = ()
    preferred: dict[str, str] = msgspec.field(default_factory=dict)
    address: dict[str, Form] = msgspec.field(default_factory=dict)
    refuse: tuple[Rule, ...] = ()
    discreet: Discreet | None = None

    def __post_init__(self) -> None:
        """Refuse rules that could hold for nothing; the message becomes the definition's error."""
        for language in self.address:
            if not knows_address(language):
                raise ValueError(
                    f"address: no {FORMS[0]} and {FORMS[1]} words are known of `{language}`;"
                    " write ru, uk or mn"
                )
        wanted = [*self.forbidden, *self.preferred]
        if len(wanted) > WORDS_MAX:
            raise ValueError(f"a tone has at most {WORDS_MAX} forbidden and preferred words")
        for word in wanted:
            if not word.strip("* ") or len(word) > _CHARS_MAX or "*" in word.strip("*"):
                raise ValueError(
                    f"`{word}` is no word or phrase; a * stands only at its beginning or end"
                )
        for rule in self.refuse:
            if not self.asks(rule):
                raise ValueError(f"refuse: there is no rule `{rule}` in this tone")

    def asks(self, rule: Rule) -> bool:
        """Whether the rule is there; 0 asks for none."""
        value: Any = getattr(self, rule.value)
        return value is not None and value not in ({}, ())

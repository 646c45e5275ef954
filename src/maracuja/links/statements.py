"""What a person says of themselves by one press: wrong person, not about this, still mine or not.

The words of a link's `detail`; it must never hold the value that is asked about.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

STILL: Final = ("phone", "email", "city", "first_name", "birthday")
"""The traits that a message may ask about: "is this still yours?"."""

PAGES: Final = ("wrong_person", "not_about_this", *(f"still.{trait}" for trait in STILL))
"""What templates call the links, after `links.`."""


class Kind(StrEnum):
    """Which of the three."""

    WRONG = "wrong"
    NOT_ABOUT = "not"
    STILL = "still"


class Statement(NamedTuple):
    """What is said; `about` is the category or the trait."""

    kind: Kind
    about: str = ""


def detail_of(page: str, category: str) -> str:
    """The detail of a link that templates call so, in a campaign about `category`."""
    if page == "wrong_person":
        return Kind.WRONG.value
    if page == "not_about_this":
        return f"{Kind.NOT_ABOUT.value}:{category}"
    return f"{Kind.STILL.value}:{page.removeprefix('still.')}"


def read(detail: str) -> Statement | None:
    """What a link's detail says; None where it is none of these."""
    word, _, about = detail.partition(":")
    if word == Kind.WRONG and not about:
        return Statement(Kind.WRONG)
    if word == Kind.NOT_ABOUT and about:
        return Statement(Kind.NOT_ABOUT, about)
    if word == Kind.STILL and about in STILL:
        return Statement(Kind.STILL, about)
    return None

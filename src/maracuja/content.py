"""What a person is shown, rendered: words, pictures, buttons, cards; the same for every channel.

It knows no channel: what each can carry is said by its capabilities.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

ANSWERS_MAX = 10
_SETS = r"[a-z][a-z0-9_]*\+?=.+"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The base of what a message is made of: only values."""


class MediaKind(StrEnum):
    """What stands beside or above a text."""

    PICTURE = "picture"
    VIDEO = "video"
    FILE = "file"


class Media(Part, frozen=True):
    """A picture, video or file at an https address; size and length only where a vendor asks."""

    kind: MediaKind
    url: str
    name: str = ""  # of a file, with its ending
    alt: str = ""  # what is to be seen, for those who do not see it
    thumbnail: str = ""  # https address of a small picture
    size: int = 0  # bytes
    duration_s: int = 0


class Enclosed(Part, frozen=True):
    """A file that goes out in the message itself, such as an invoice in a mail.

    `size` is that of `data`, which lies elsewhere until the message goes.
    """

    name: str
    type: str
    size: int
    data: bytes = b""


class Tap(StrEnum):
    """What pressing a button does."""

    URL = "url"  # opens an address
    REPLY = "reply"  # comes back to us as an answer
    COPY = "copy"  # puts a code into the clipboard
    PHONE = "phone"  # asks for the person's number
    LOCATION = "location"  # asks where the person is


class Button(Part, frozen=True):
    """A button: exactly one of `url`, `reply`, `copy` and `ask` says what pressing it does.

    `ask` is "phone" or "location". `sets` is a trait and its value, such as size=M, which pressing
    a reply declares; tags+=tea adds to a list. `beside`: on the row of the button before it.
    """

    text: str
    url: str = ""
    reply: str = ""
    copy: str = ""
    ask: str = ""
    sets: str = ""
    beside: bool = False

    def __post_init__(self) -> None:
        if sum(map(bool, (self.url, self.reply, self.copy, self.ask))) != 1:
            raise ValueError(f"the button `{self.text}` needs one of url, reply, copy and ask")
        if self.sets and not (self.reply and re.fullmatch(_SETS, self.sets)):
            raise ValueError(f"the button `{self.text}` sets trait=value, and has a reply")
        if self.ask not in ("", Tap.PHONE, Tap.LOCATION):
            raise ValueError(f"the button `{self.text}` asks for phone or for location")

    @property
    def does(self) -> Tap:
        """What pressing it does."""
        if self.ask:
            return Tap(self.ask)
        return Tap.URL if self.url else Tap.REPLY if self.reply else Tap.COPY


class Card(Part, frozen=True):
    """One card of a carousel; `url` is where a press on the card itself leads."""

    title: str
    text: str = ""
    picture: str = ""
    url: str = ""
    buttons: tuple[Button, ...] = ()


class Place(Part, frozen=True):
    """A point on the map, in degrees, such as the shop that keeps an order."""

    latitude: float = 0.0
    longitude: float = 0.0

    def __post_init__(self) -> None:
        if not (abs(self.latitude) <= 90 and abs(self.longitude) <= 180):
            raise ValueError("a place has a latitude of up to 90 and a longitude of up to 180")


class Approved(Part, frozen=True):
    """A template that a vendor has approved beforehand, and what fills its places.

    `parameters` are the texts of its body in order; `header` a text or the address of a picture.
    A video or file in its head is the content's media; the content's buttons, in the order of the
    template's own, bring what theirs open or bring back, its cards fill those of a carousel.
    """

    name: str
    language: str
    category: str = ""  # marketing, utility, authentication
    parameters: tuple[str, ...] = ()
    header: str = ""
    names: tuple[str, ...] = ()  # of the parameters, where the template names them


class PollAnswer(Part, frozen=True):
    """One answer: what is read, and what the trait holds then, the same in every language."""

    text: str
    value: str = ""  # empty: the text

    @property
    def kept(self) -> str:
        """What the trait holds."""
        return self.value or self.text


class Poll(Part, frozen=True):
    """A question whose answer becomes a declared trait: the last one, or with `multiple` a list.

    Each channel shows it in its own way; an answer is 1 to 100 characters as it is kept.
    """

    question: str
    answers: tuple[str | PollAnswer, ...]
    trait: str
    multiple: bool = False

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", self.trait):
            raise ValueError(f"`{self.trait}` is no name of a trait")
        if not 2 <= len(self.answers) <= ANSWERS_MAX:
            raise ValueError(f"a poll has between 2 and {ANSWERS_MAX} answers")
        kept = [one.kept for one in self.choices]
        if len(set(kept)) < len(kept):
            raise ValueError("two answers of a poll mean the same")
        if not self.question or not all(0 < len(one) <= 100 for one in kept):
            raise ValueError("a poll has a question, and answers of 1 to 100 characters")

    @property
    def choices(self) -> tuple[PollAnswer, ...]:
        """The answers, each with what it means."""
        return tuple(PollAnswer(text=a) if isinstance(a, str) else a for a in self.answers)


class Content(Part, frozen=True):
    """What a person will see, rendered: each channel takes the parts that it can carry.

    `formatted`: the text has marks such as *bold*. `buttons` belong to the message, `keyboard`
    stands below the input field until it is used. `link` is where a press on the message leads.
    """

    text: str
    subject: str = ""
    html: str = ""
    preheader: str = ""
    formatted: bool = False
    media: tuple[Media, ...] = ()
    buttons: tuple[Button, ...] = ()
    keyboard: tuple[Button, ...] = ()
    cards: tuple[Card, ...] = ()
    approved: Approved | None = None
    link: str = ""
    place: Place | None = None
    silent: bool = False  # arrives without a sound
    background: bool = False  # shows nothing: only the app reads it
    enclosed: tuple[Enclosed, ...] = ()
    poll: Poll | None = None

    @property
    def rich(self) -> bool:
        """Whether there is more in it than words."""
        return bool(
            self.media
            or self.buttons
            or self.keyboard
            or self.cards
            or self.approved
            or self.link
            or self.place
            or self.poll
            or self.background
        )

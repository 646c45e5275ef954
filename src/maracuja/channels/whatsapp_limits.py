"""What WhatsApp's interactive messages and approved templates allow, beyond any channel's limits.

Each fault names its part and the limit; it changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from maracuja.channels.whatsapp_bodies import BUTTONS_MAX, card_text, link_end, one_line
from maracuja.content import Approved, Button, Card, Content, MediaKind, Tap

ROWS_MAX: Final = 10  # of a list
CARDS_MAX: Final = 10
_BODY_MAX: Final = 1024
_LABEL_MAX: Final = 20
_HEADER_MAX: Final = 60
_URL_MAX: Final = 2000
_CARD_MAX: Final = 160
_REPLY_BYTES_MAX: Final = 200
_BYTES_MAX: Final = {
    MediaKind.PICTURE: 5_000_000,
    MediaKind.VIDEO: 16_000_000,
    MediaKind.FILE: 100_000_000,
}
_NAME: Final = re.compile(r"[a-z0-9_]{1,512}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(_[A-Z]{2,4})?")
CATEGORIES: Final = ("", "marketing", "utility", "authentication")

Fault = tuple[str, str]


def faults(content: Content) -> Iterator[Fault]:
    """What a message inside the window may not be."""
    yield from _sizes(content)
    if content.place is not None and (content.media or content.cards or content.buttons):
        yield "place", "WhatsApp shows a place alone, or with its name and its address."
    if content.cards:
        yield from _carousel(content)
    elif content.buttons:
        yield from _interactive(content)


def _sizes(content: Content) -> Iterator[Fault]:
    for media in content.media:
        most = _BYTES_MAX[media.kind]
        if media.size > most:
            yield "media", f"WhatsApp takes a {media.kind} of {most // 1_000_000} MB at most."


def _interactive(content: Content) -> Iterator[Fault]:
    buttons = content.buttons
    yield from _body(content)
    if {one.does for one in buttons} != {Tap.REPLY} and len(buttons) > 1:
        yield "buttons", "WhatsApp shows answers, or one link, or one question where somebody is."
    a_list = len(buttons) > BUTTONS_MAX
    if a_list and content.media:
        yield "media", f"WhatsApp shows no media above more than {BUTTONS_MAX} answers."
    if not a_list:
        yield from _labels(buttons)
    yield from _distinct(buttons)


def _body(content: Content) -> Iterator[Fault]:
    if not content.text:
        yield "text", "WhatsApp shows no buttons without a text."
    if len(content.text) > _BODY_MAX:
        yield "text", f"A text with buttons has {_BODY_MAX} characters at most on WhatsApp."


def _labels(buttons: Sequence[Button]) -> Iterator[Fault]:
    for button in buttons:
        if len(button.text) > _LABEL_MAX:
            yield (
                "buttons",
                f"The button `{button.text}` has more than {_LABEL_MAX} characters; only a list "
                f"of more than {BUTTONS_MAX} answers has 24.",
            )
        if len(button.url) > _URL_MAX:
            yield "buttons", f"A link has {_URL_MAX} characters at most on WhatsApp."


def _distinct(buttons: Sequence[Button]) -> Iterator[Fault]:
    replies = [one for one in buttons if one.reply]
    for values in ([one.text for one in replies], [one.reply for one in replies]):
        if len(set(values)) < len(values):
            yield "buttons", "Two buttons are the same; WhatsApp wants each to differ."


def _carousel(content: Content) -> Iterator[Fault]:
    yield from _body(content)
    if content.media or content.buttons:
        yield "cards", "A WhatsApp carousel has neither media nor buttons beside its cards."
    yield from _alike(content.cards)
    for card in content.cards:
        text = card_text(card)
        if len(text) > _CARD_MAX or text.count("\n") > 2:
            yield (
                "cards",
                f"Title and text of a card have {_CARD_MAX} characters in three lines at most.",
            )
        taps = {one.does for one in card.buttons}
        if taps != {Tap.REPLY} and not (taps == {Tap.URL} and len(card.buttons) == 1):
            yield "cards", "Each card has one to three answers, or one link."
        yield from _labels(card.buttons)


def _alike(cards: Sequence[Card]) -> Iterator[Fault]:
    if not 2 <= len(cards) <= CARDS_MAX:
        yield "cards", f"A WhatsApp carousel has 2 to {CARDS_MAX} cards."
    if not all(card.picture.startswith("https://") for card in cards):
        yield "cards", "Each card has a picture at an https address."
    if len({tuple(one.does for one in card.buttons) for card in cards}) > 1:
        yield "cards", "All cards have the same kinds of buttons."


def template_faults(content: Content, approved: Approved) -> Iterator[Fault]:
    """What an approved template may not be filled with."""
    yield from _sizes(content)
    if content.place is not None:
        yield "place", "A template of WhatsApp brings no place along."
    yield from _names(approved)
    if content.media and approved.header:
        yield "approved", "The head of a template is a text or a picture, or else media."
    if not approved.header.startswith("https://") and len(approved.header) > _HEADER_MAX:
        yield "approved", f"The head of a template has {_HEADER_MAX} characters at most."
    for n, text in enumerate(approved.parameters, 1):
        if not one_line(text):
            yield "approved", f"Parameter {n} of the template is empty."
    if sum(map(len, approved.parameters)) > _BODY_MAX:
        yield "approved", f"The text of a template has {_BODY_MAX} characters at most."
    yield from _filled(content.buttons)
    if content.cards:
        yield from _alike(content.cards)
        for card in content.cards:
            yield from _filled(card.buttons)


def _names(approved: Approved) -> Iterator[Fault]:
    if not _NAME.fullmatch(approved.name):
        yield "approved", "A template's name is of small letters, digits and _, up to 512."
    if not _LANGUAGE.fullmatch(approved.language):
        yield (
            "approved",
            f"`{approved.language}` is no language of a template, such as uk or en_US.",
        )
    if approved.category not in CATEGORIES:
        yield "approved", "A template's category is marketing, utility or authentication."
    if approved.names and len(approved.names) != len(approved.parameters):
        yield "approved", "Either all parameters of a template have names, or none has."


def _filled(buttons: Sequence[Button]) -> Iterator[Fault]:
    limits = ((Tap.URL, 2), (Tap.COPY, 1), (Tap.REPLY, 10), (Tap.PHONE, 0), (Tap.LOCATION, 0))
    if len(buttons) > 10:
        yield "buttons", "A template has 10 buttons at most."
    for tap, most in limits:
        if sum(one.does is tap for one in buttons) > most:
            yield "buttons", f"A template has {most} buttons at most that do `{tap}`."
    for button in buttons:
        if len(button.copy) > 15:
            yield "buttons", "A template's button copies 15 characters at most."
        if button.url and not link_end(button.url):
            yield "buttons", "Nothing follows the host of a button's link."
        if len(button.reply.encode()) > _REPLY_BYTES_MAX:
            yield "buttons", f"A button brings back {_REPLY_BYTES_MAX} bytes at most."

"""Every kind of message that a channel's capabilities promise goes out, and fits its vendor.

The messages are made from the capabilities themselves: at each limit, and in any combination.
"""

from __future__ import annotations

from typing import Any

import pytest

from maracuja import rng
from maracuja.channels import CHANNELS
from maracuja.channels.base import Channel
from maracuja.content import Approved, Button, Card, Content, MediaKind, Place, Tap
from maracuja.errors import UnsupportedFeature
from maracuja.model import Capabilities
from maracuja.rng import Rng
from tests.contract.channel_case import FILE, NOW, PICTURE, VIDEO, Case, message
from tests.contract.channel_cases import sms_alphasms, sms_smpp
from tests.contract.test_channels import case_of

COMBINATIONS = 500  # for each channel
CASES: dict[str, Case] = {
    **{kind.name: case_of(kind) for kind in CHANNELS},
    "sms by a gateway": sms_alphasms.CASE,
    "sms by SMPP": sms_smpp.CASE,
}
MEDIA = {MediaKind.PICTURE: PICTURE, MediaKind.VIDEO: VIDEO, MediaKind.FILE: FILE}
LETTERS = "Добрий день, Өглөөний мэнд, good morning & <b>привет</b>! "
every = pytest.mark.parametrize("name", CASES)


def words(chars: int) -> str:
    """A text of so many characters, of four languages and with what formats have to escape."""
    return (LETTERS * (chars // len(LETTERS) + 1))[: max(chars, 1)].strip() or "x"


def button(tap: Tap, n: int, can: Capabilities, chars: int) -> Button:
    """The n-th button of a message, as long as may be."""
    text = f"{n} {words(max(chars, 8))}"[: chars or 12].strip()
    does: dict[Tap, dict[str, Any]] = {
        Tap.URL: {"url": f"https://shop.example/{n}?a=1&b=%D0%BC"},
        Tap.REPLY: {"reply": f"{n}-" + "x" * max(min(can.reply_bytes_max, 200) - 8, 1)},
        Tap.COPY: {"copy": f"SALE{n}"},
        Tap.PHONE: {"ask": "phone"},
        Tap.LOCATION: {"ask": "location"},
    }
    return Button(text=text, **does[tap])


def latin(chars: int) -> str:
    """A text that has one byte for each of its characters."""
    return ("Passion fruit, ripe today. " * (chars // 27 + 1))[:chars].strip()


def plain(can: Capabilities, chars: int = 12, **parts: Any) -> Content:
    """A message with a text of so many characters, and these parts."""
    subject = "Hello" if can.subject_chars_max else ""
    text = words(min(chars, max(can.text_chars_max, 1) + 1)) if chars else ""
    return Content(**{"text": text, "subject": subject, **parts})


def kinds(can: Capabilities) -> dict[str, list[Content]]:
    """What the capabilities promise, each in the forms of which one at least must go."""
    longest = [words(can.text_chars_max), latin(can.text_chars_max)]
    found = {"text": [plain(can, text=text) for text in longest], "short text": [plain(can)]}
    if can.subject_chars_max:
        found["subject"] = [plain(can, subject=words(can.subject_chars_max))]
    if can.html:
        found["html"] = [plain(can, html="<p>Өглөөний мэнд &amp; привіт</p>")]
    if can.formatted:
        found["formatted"] = [plain(can, formatted=True, text="*жирний* _курсив_ <ү> & `x`")]
    for kind in can.media:
        caption = can.caption_chars_max or 12
        found[f"{kind}"] = [
            plain(can, 0, media=(MEDIA[kind],)),
            plain(can, min(caption, 12), media=(MEDIA[kind],)),
        ]
        if can.media_max > 1:
            found[f"album of {kind}"] = [plain(can, media=(MEDIA[kind],) * can.media_max)]
    for tap in can.button_taps if can.buttons else ():
        some = range(1, can.buttons + 1)
        made = [
            tuple(button(tap, n, can, chars) for n in some[:k])
            for chars in (can.button_chars_max, min(can.button_chars_max or 20, 20))
            for k in (1, 9)
        ]
        found[f"button: {tap}"] = [plain(can, buttons=one) for one in made]
        found[f"button: {tap}"] += [plain(can, media=(PICTURE,), buttons=one) for one in made]
    for tap in can.keyboard_taps if can.keyboard else ():
        keys = [button(tap, 1, can, chars) for chars in (can.keyboard_chars_max, 20)]
        found[f"keyboard: {tap}"] = [plain(can, keyboard=(key,)) for key in keys]
    if can.cards:
        cards = tuple(card(can, n) for n in range(can.cards))
        found["cards"] = [plain(can, k, cards=cards[:n]) for k in (0, 12) for n in (1, 2, 99)]
    if can.place:
        place = Place(latitude=47.92, longitude=106.92)
        found["place"] = [plain(can, k, place=place) for k in (0, 12)]
    if can.link:
        found["link"] = [plain(can, link="https://shop.example/?a=1&b=2")]
    if can.background:
        found["background"] = [Content(text="", background=True, link="https://shop.example/")]
        found["background"] += [Content(text="", background=True)]
    if can.approved:
        known = Approved(name="spring", language="uk", category="utility", parameters=("ү & ї",))
        found["approved"] = [Content(text="", approved=known)]
    return found


def card(can: Capabilities, n: int) -> Card:
    """The n-th card, with what a card may have."""
    taps = [tap for tap in (Tap.URL, Tap.REPLY) if tap in can.button_taps] or [Tap.URL]
    chars = min(can.card_title_chars_max or 20, 20)
    return Card(
        title=f"{n} {words(chars)}"[:chars],
        text=words(20),
        picture=f"https://shop.example/{n}.jpg",
        buttons=(button(taps[0], n, can, min(can.button_chars_max or 12, 12)),),
    )


def goes(case: Case, channel: Channel[Any], content: Content) -> bool:
    """Whether it is carried; what is carried fits, what is refused names its part."""
    try:
        wire = channel.encode(message(case, content=content), NOW)
    except UnsupportedFeature as refusal:
        assert refusal.where
        return False
    if case.fits is not None:
        case.fits(wire)
    return True


@every
def test_whatever_the_capabilities_promise_goes_out(name: str) -> None:
    case = CASES[name]
    channel = case.make()
    for kind, forms in kinds(channel.can).items():
        gone = [goes(case, channel, one) for one in forms]
        assert any(gone), kind


@every
def test_any_combination_is_refused_or_fits(name: str) -> None:
    case = CASES[name]
    channel = case.make()
    chance = rng.stream(4, "combinations", name)
    carried = sum(goes(case, channel, any_of(channel.can, chance)) for _ in range(COMBINATIONS))
    assert carried > COMBINATIONS / 100


def any_of(can: Capabilities, chance: Rng) -> Content:
    """A message of parts that the channel has, put together by chance."""
    parts: dict[str, Any] = {}

    def some(share: float) -> bool:
        return bool(chance.random() < share)

    def few(most: int) -> int:
        return int(chance.integers(1, min(max(most, 1), 4) + 1))

    if can.media and some(0.3):
        kind = sorted(can.media)[int(chance.integers(len(can.media)))]
        parts["media"] = (MEDIA[kind],) * few(can.media_max)
    for where, most, taps, chars in (
        ("buttons", can.buttons, can.button_taps, can.button_chars_max),
        ("keyboard", can.keyboard, can.keyboard_taps, can.keyboard_chars_max),
    ):
        if most and taps and some(0.4):
            pressed = sorted(taps)
            parts[where] = tuple(
                button(pressed[int(chance.integers(len(pressed)))], n, can, min(chars or 12, 20))
                for n in range(few(most))
            )
    if can.cards and some(0.2):
        parts["cards"] = tuple(card(can, n) for n in range(few(can.cards)))
    if can.place and some(0.1):
        parts["place"] = Place(latitude=-33.86, longitude=151.2)
    if can.link and some(0.3):
        parts["link"] = "https://shop.example/"
    if can.formatted and some(0.3):
        parts["formatted"] = True
    parts["silent"] = some(0.2)
    longest = int(chance.choice([0, 5, 100, can.text_chars_max + 1]))
    return plain(can, longest, **parts)

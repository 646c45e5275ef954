"""Viber in the contract suite: its status table, its kinds of message, its documented fields."""

from __future__ import annotations

from typing import Any

import msgspec

from maracuja.channels.base import Answer, Stage
from maracuja.channels.viber import Viber, ViberSettings
from maracuja.content import Button, Card, Content, Media, MediaKind, Place
from maracuja.model import Verdict
from maracuja.simulate.vendors.viber import ViberVendor, signed
from tests.contract.channel_case import FILE, NOW, PICTURE, VIDEO, Case, Known
from tests.contract.viber_api import fits

TOKEN = "4c1a2b3c4d5e6f70-8a9b0c1d2e3f4051-6172839405162738"
SETTINGS = ViberSettings(
    token=TOKEN,
    bot_uri="maracuja",
    sender_name="Maracuja",
    sender_avatar="https://shop.example/avatar.jpg",
    welcome="Hello! May we write to you?",
    welcome_button="Yes, gladly",
    button_color="#7f00ff",
)
AT_MS = int(NOW.timestamp() * 1000)
USER = "jc9HsWTZ2Yf2NkRZ8KcNug=="


def said(status: int, words: str = "", **more: Any) -> Answer:
    """An answer as Viber gives it: always with 200."""
    body = {"status": status, "status_message": words or "said", **more}
    return Answer(stage=Stage.GIVEN, code=200, text=msgspec.json.encode(body).decode())


def http(code: int) -> Answer:
    """An answer of what stands before Viber."""
    return Answer(stage=Stage.GIVEN, code=code, text="")


P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


def user(n: int) -> str:
    return f"u{n:04}AAAA="


def arrive(vendor: ViberVendor, size: int) -> None:
    """Everybody opens the chat by a poster's link and subscribes."""
    for n in range(size):
        vendor.strangers.add(user(n))
        vendor.open(user(n), "poster-1", at_ms=AT_MS - 60_000)
        vendor.subscribe(user(n), at_ms=AT_MS - 30_000, name="Olena")


def react(vendor: ViberVendor) -> dict[str, int]:
    """All get it, some read and answer, two on their second device; some leave, one fails."""
    sent = len(vendor.shown)
    for n in range(sent):
        vendor.tell_status("delivered", user(n), at_ms=AT_MS)
    for n in range(2):
        vendor.tell_status("delivered", user(n), at_ms=AT_MS + 10)
    for n in range(10):
        vendor.tell_status("seen", user(n), at_ms=AT_MS)
    vendor.tell_status("failed", user(11), at_ms=AT_MS, desc="message validation failed")
    for n in range(5):
        vendor.write(user(n), at_ms=AT_MS, text="Thank you!")
    for n in range(5, 8):
        vendor.write(user(n), at_ms=AT_MS, text="tap:yes")
    vendor.write(user(9), at_ms=AT_MS, text="СТОП")
    for n in range(12, 15):
        vendor.unsubscribe(user(n), at_ms=AT_MS)
    return {
        "Message Delivered": sent,
        "Message Read": 10,
        "Message Failed": 1,
        "Message Replied": 5,
        "Message Clicked": 3,
        "Chat Opened": sent,
        "Chat Started": sent,
        "Chat Left": 4,
    }


CARD = Card(
    title="Passion fruit & more",
    text="A bag of ten, ripe on the day of delivery",
    picture="https://shop.example/fruit.png",
    url="https://shop.example/fruit",
    buttons=(Button(text="Buy", url="https://shop.example/buy"),),
)
PLAIN_CARD = Card(
    title="Seedling",
    buttons=(Button(text="Yes <please>", reply="seedling"), Button(text="No", reply="no")),
)

CASE = Case(
    section={
        "token": TOKEN,
        "bot_uri": "maracuja",
        "sender_name": "Maracuja",
        "welcome": "Hello!",
    },
    vendor=lambda seed, faults: ViberVendor(seed=seed, faults=faults, token=TOKEN),
    arrive=arrive,
    react=react,
    make=lambda: Viber(SETTINGS),
    address=USER,
    answers={
        Verdict.ACCEPTED: said(0, "ok", message_token=4912661846655238145),
        T: said(12, "tooManyRequests"),
        P: said(6, "receiverNotSubscribed"),
        C: said(3, "badData"),
        O: said(2, "invalidAuthToken"),
    },
    bad_addresses=["", "maria koval", "+380671234567", "pa:1", "x" * 200, "=="],
    contents={
        "text": Content(text="Hello & <welcome>"),
        "picture": Content(text="Look", media=(PICTURE,)),
        "picture alone": Content(text="", media=(PICTURE,)),
        "video": Content(text="", media=(VIDEO,)),
        "file": Content(text="", media=(FILE,)),
        "buttons": Content(
            text="Come?",
            media=(PICTURE,),
            buttons=(
                Button(text="Yes", reply="yes"),
                Button(text="No", reply="no", beside=True),
                Button(text="See", url="https://shop.example/"),
            ),
        ),
        "sizes": Content(
            text="Which?",
            buttons=tuple(Button(text=s, reply=s, beside=True) for s in ("S", "M", "L", "XL")),
        ),
        "keyboard": Content(
            text="Where are you?",
            keyboard=(
                Button(text="My number", ask="phone"),
                Button(text="Here", ask="location"),
                Button(text="Later", reply="later"),
                Button(text="The shop", url="https://shop.example/"),
            ),
        ),
        "cards": Content(text="", cards=(CARD, PLAIN_CARD)),
        "place": Content(text="", place=Place(latitude=50.45, longitude=30.52)),
        "place and a keyboard": Content(
            text="",
            place=Place(latitude=-33.86, longitude=151.2),
            keyboard=(Button(text="Later", reply="later"),),
        ),
        "one card": Content(text="", cards=(PLAIN_CARD,)),
        "cards and a keyboard": Content(
            text="", cards=(CARD,) * 6, keyboard=(Button(text="My number", ask="phone"),)
        ),
    },
    refused={
        "buttons and keyboard": Content(
            text="x",
            buttons=(Button(text="a", reply="a"),),
            keyboard=(Button(text="b", reply="b"),),
        ),
        "words beside cards": Content(text="x", cards=(CARD,)),
        "a picture beside cards": Content(text="", media=(PICTURE,), cards=(CARD,)),
        "words beside a place": Content(text="x", place=Place(latitude=50.45)),
        "words beside a video": Content(text="x", media=(VIDEO,)),
        "words beside a file": Content(text="x", media=(FILE,)),
        "a video of no size": Content(
            text="", media=(Media(kind=MediaKind.VIDEO, url="https://shop.example/a.mp4"),)
        ),
        "a long video": Content(
            text="", media=(msgspec.structs.replace(VIDEO, duration_s=181),)
        ),
        "a large video": Content(
            text="", media=(msgspec.structs.replace(VIDEO, size=27_262_977),)
        ),
        "a video of another kind": Content(
            text="", media=(msgspec.structs.replace(VIDEO, url="https://shop.example/a.avi"),)
        ),
        "a picture that says no kind": Content(
            text="", media=(msgspec.structs.replace(PICTURE, url="https://shop.example/pic"),)
        ),
        "a program": Content(text="", media=(msgspec.structs.replace(FILE, name="x.EXE"),)),
        "a file without a name": Content(
            text="", media=(msgspec.structs.replace(FILE, name="ticket"),)
        ),
        "a large file": Content(
            text="", media=(msgspec.structs.replace(FILE, size=52_428_801),)
        ),
        "thirteen rows": Content(
            text="x", buttons=tuple(Button(text="a", reply="a") for _ in range(13))
        ),
        "a long address": Content(
            text="x", buttons=(Button(text="a", url="https://shop.example/" + "x" * 2000),)
        ),
        "a card whose marks are long": Content(
            text="", cards=(Card(title="&" * 80, text="&" * 100),)
        ),
        "a button whose marks are long": Content(
            text="x", buttons=(Button(text="&" * 60, reply="a"),)
        ),
        "many bytes": Content(
            text="\u4e2d" * 7000,
            buttons=tuple(
                Button(text="\u4e2d" * 250, url="https://shop.example/" + "x" * 1900)
                for _ in range(12)
            ),
        ),
    },
    fits=fits,
    table=[
        *(Known(said(status), P, code) for status, code in (
            (5, "not_registered"), (6, "not_subscribed"), (11, "no_device"),
        )),
        Known(said(12), T, "too_many", "host"),
        *(Known(said(status), C, code) for status, code in (
            (3, "content"), (4, "content"), (13, "old_client"), (14, "old_client"),
            (16, "inline"), (17, "inline"), (19, "broadcast"), (20, "broadcast"),
            (21, "country"), (22, "payment"), (18, "18"), (99, "99"),
        )),
        *(Known(said(status), O, code, "account") for status, code in (
            (1, "webhook"), (2, "unauthorized"), (7, "account_blocked"), (8, "account_gone"),
            (9, "account_suspended"), (10, "webhook"), (15, "account_not_authorized"),
            (23, "no_free_messages"), (24, "no_money"),
        )),
        Known(http(401), O, "unauthorized", "account"),
        Known(http(429), T, "429", "account"),
        Known(http(503), T, "503", "account"),
        Known(http(500), U, "500"),
        Known(http(502), U, "502"),
    ],
    genuine=lambda body: signed(body, TOKEN),
    proof=("token",),
    signed=True,
)  # fmt: skip

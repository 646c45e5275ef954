"""Messenger in the contract suite: its error table, its kinds of message, Meta's collections."""

from __future__ import annotations

import msgspec

from maracuja.channels.base import Answer, Stage
from maracuja.channels.messenger import Messenger
from maracuja.channels.messenger_settings import MessengerSettings
from maracuja.content import Button, Card, Content
from maracuja.model import Verdict
from maracuja.simulate.vendors.messenger import MessengerVendor, graph_answer, signed_call
from tests.contract.channel_case import FILE, NOW, PICTURE, VIDEO, Case, Known
from tests.contract.messenger_api import fits

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "EAAB-page-token"
PAGE = "1067280970047460"
SETTINGS = MessengerSettings(
    token=TOKEN,
    app_secret=SECRET,
    verify_token="a-long-word-of-our-own",
    page_id=PAGE,
    page_name="my.shop",
)
P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip
AT_S = int(NOW.timestamp())
FIRST = 5_275_811_702_471_000


def said(code: int, subcode: int = 0, status: int = 400) -> Answer:
    """An error as the Graph API says it."""
    return graph_answer(status, code, subcode, "Meta's own words")


def sent() -> Answer:
    body = {"recipient_id": "5275811702471834", "message_id": "m_qr6GPBlzTU4jqP0PBqaIoI"}
    return Answer(stage=Stage.GIVEN, code=200, text=msgspec.json.encode(body).decode())


def person(n: int) -> str:
    return str(FIRST + n)


def arrive(vendor: MessengerVendor, size: int) -> None:
    """Everybody presses Get started on a link from a poster."""
    for n in range(size):
        vendor.start(person(n), "poster-1", at_s=AT_S - 60)


def react(vendor: MessengerVendor) -> dict[str, int]:
    """All are delivered, twelve read, five answered; two write the word for leaving."""
    size = len(vendor.shown)
    for n in range(size):
        vendor.delivered(person(n), at_s=AT_S + 30)
    for n in range(12):
        vendor.read(person(n), at_s=AT_S + 40)
    for n in range(5):
        answered = vendor.message_of(person(n))
        vendor.write(person(n), "Thank you!", at_s=AT_S + 60, reply_to=answered)
    for n in range(13, 15):
        vendor.write(person(n), "Stop", at_s=AT_S + 60)
        vendor.write(person(n), "stop!", at_s=AT_S + 61)
    vendor.follow(person(15), "flyer-2", at_s=AT_S + 70)
    return {
        "Chat Started": size + 1,
        "Message Delivered": size,
        "Message Read": 12,
        "Message Replied": 5,
        "Chat Left": 4,
    }


BUTTONS = (
    Button(text="Yes", reply="yes"),
    Button(text="No", reply="no", sets="wants=no"),
    Button(text="See", url="https://shop.example/"),
)
KEYBOARD = (
    *(Button(text=f"Size {n}", reply=f"size-{n}") for n in range(12)),
    Button(text="My number", ask="phone"),
)
CARDS = tuple(
    Card(
        title=f"Fruit {n}",
        text="Ripe today",
        picture="https://shop.example/fruit.jpg",
        url="https://shop.example/",
        buttons=BUTTONS,
    )
    for n in range(10)
)

CONTENTS = {
    "text": Content(text="Hello & <welcome>"),
    "picture": Content(text="", media=(PICTURE,)),
    "picture with words": Content(text="Look\nRipe today", media=(PICTURE,)),
    "picture with buttons": Content(text="Come?", media=(PICTURE,), buttons=BUTTONS),
    "video": Content(text="", media=(VIDEO,)),
    "file": Content(text="", media=(FILE,)),
    "buttons": Content(text="x" * 640, buttons=BUTTONS),
    "quick replies": Content(text="Which?", keyboard=KEYBOARD[:12]),
    "cards": Content(text="", cards=CARDS),
    "one card": Content(text="", cards=(Card(title="Fruit", text="Ripe"),)),
}
BEYOND = {
    "words beside a video": Content(text="Look", media=(VIDEO,)),
    "words beside a file": Content(text="Look", media=(FILE,)),
    "long first line": Content(text="x" * 81, media=(PICTURE,)),
    "long second line": Content(text="x\n" + "y" * 81, media=(PICTURE,)),
    "buttons below a picture alone": Content(text="", media=(PICTURE,), buttons=BUTTONS),
    "buttons below a file": Content(text="", media=(FILE,), buttons=BUTTONS),
    "long text above buttons": Content(text="x" * 641, buttons=BUTTONS),
    "cards with words": Content(text="Look", cards=CARDS),
    "cards with a picture": Content(text="", cards=CARDS, media=(PICTURE,)),
    "cards with buttons": Content(text="", cards=CARDS, buttons=BUTTONS),
    "many cards": Content(text="", cards=CARDS * 2),
    "bare card": Content(text="", cards=(Card(title="Fruit"),)),
    "card without a title": Content(text="", cards=(Card(title="", text="Ripe"),)),
    "card with many buttons": Content(
        text="", cards=(Card(title="Fruit", buttons=(*BUTTONS, BUTTONS[0])),)
    ),
    "card with a long text": Content(text="", cards=(Card(title="Fruit", text="x" * 81),)),
    "card with http": Content(text="", cards=(Card(title="Fruit", picture="http://a.b/c"),)),
    "long answer": Content(text="x", keyboard=(Button(text="a", reply="x" * 901),)),
    "large picture": Content(text="", media=(msgspec.structs.replace(PICTURE, size=26_000_000),)),
}
TABLE = [
    Known(said(2, status=503), T, "503", "account"),
    Known(said(1, status=500), U, "500"),
    Known(said(2), T, "busy"),
    Known(said(1), T, "busy"),
    Known(said(4), T, "rate", "account", 300.0),
    Known(said(613), T, "rate", "account", 300.0),
    Known(said(32), T, "rate", "account", 300.0),
    Known(said(80006), T, "rate", "account", 300.0),
    Known(said(613, 1893016), T, "thread_rate", "host", 60.0),
    Known(said(551, 1545041), P, "gone"),
    Known(said(551), P, "gone"),
    Known(said(200, 1545041), P, "gone"),
    Known(said(100, 2018001), P, "invalid"),
    Known(said(100, 2534014), P, "invalid"),
    Known(said(230), P, "refused"),
    Known(said(10, 2018278), C, "window"),
    Known(said(10, 2018065), C, "window"),
    Known(said(10, 2534022), C, "window"),
    Known(said(100), C, "parameter"),
    Known(said(100, 2018199), C, "parameter"),
    Known(said(987654), C, "987654"),
    Known(said(10, 1893063), O, "restricted", "account"),
    Known(said(10), O, "permission", "account"),
    Known(said(200), O, "permission", "account"),
    Known(said(190, 463, 401), O, "token", "account"),
    Known(said(368), O, "restricted", "account"),
]
ANSWERS = {
    Verdict.ACCEPTED: sent(),
    T: said(613),
    P: said(551, 1545041),
    C: said(10, 2018278),
    O: said(190, 463, 401),
}
BAD_ADDRESSES = ["", "0", "maria", "12 3", "@x", "1e5", "+380671234567", "1" * 33]

CASE = Case(
    section={
        "token": TOKEN,
        "app_secret": SECRET,
        "page_id": PAGE,
        "page_name": "my.shop",
    },
    vendor=lambda seed, faults: MessengerVendor(
        seed=seed, faults=faults, account=PAGE, token=TOKEN, app_secret=SECRET
    ),
    arrive=arrive,
    nameless=True,
    react=react,
    make=lambda: Messenger(SETTINGS),
    address="5275811702471834",
    answers=ANSWERS,
    bad_addresses=BAD_ADDRESSES,
    contents={
        **CONTENTS,
        "silent": Content(text="Good night", silent=True),
        "all quick replies": Content(text="Which?", keyboard=KEYBOARD),
        "cards and quick replies": Content(text="", cards=CARDS[:2], keyboard=KEYBOARD),
        "buttons and quick replies": Content(text="x", buttons=BUTTONS, keyboard=KEYBOARD),
    },
    refused=BEYOND,
    fits=fits,
    table=TABLE,
    genuine=lambda body: signed_call(body, SECRET),
    proof=("app_secret",),
    signed=True,
)

"""Telegram in the contract suite: its error table, its kinds of message, its own description."""

from __future__ import annotations

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.telegram import SECRET_HEADER, Telegram, TelegramSettings
from maracuja.content import Button, Content, Place
from maracuja.model import Verdict
from maracuja.simulate.vendors.telegram import TelegramVendor
from tests.contract.channel_case import FILE, NOW, PICTURE, VIDEO, Case, Known
from tests.contract.telegram_api import fits

SECRET = "a-long-word-for-the-webhook"
SETTINGS = TelegramSettings(
    token="123456:AAbbCCddEEffGGhhIIjjKK", bot="maracuja_bot", webhook_secret=SECRET
)


def said(code: int, description: str, **parameters: int) -> Answer:
    """An error as the Bot API says it."""
    body = {"ok": False, "error_code": code, "description": description, "parameters": parameters}
    return Answer(stage=Stage.GIVEN, code=code, text=msgspec.json.encode(body).decode())


def sent() -> Answer:
    body = {
        "ok": True,
        "result": {"message_id": 5, "date": 1, "chat": {"id": 42, "type": "private"}},
    }
    return Answer(stage=Stage.GIVEN, code=200, text=msgspec.json.encode(body).decode())


BLOCKED = said(403, "Forbidden: bot was blocked by the user")
FLOOD = said(429, "Too Many Requests: retry after 7", retry_after=7)
P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip

AT_S = int(NOW.timestamp())


def arrive(vendor: TelegramVendor, size: int) -> None:
    """Everybody presses Start on a link from a poster."""
    for n in range(size):
        vendor.start(1000 + n, "poster-1", at_s=AT_S - 60, first_name=f"Name{n}")


def react(vendor: TelegramVendor) -> dict[str, int]:
    """Ten press, five answer, three block the bot, two write the word for it."""
    for n in range(10):
        vendor.press(1000 + n, vendor.message_of(1000 + n), "yes", at_s=AT_S)
    for n in range(5):
        chat = 1000 + n
        vendor.write(chat, "Thank you!", at_s=AT_S + 60, reply_to=vendor.message_of(chat))
    for n in range(10, 13):
        vendor.block(1000 + n, at_s=AT_S + 60)
    for n in range(13, 15):
        vendor.write(1000 + n, "/stop", at_s=AT_S + 60)
    return {
        "Chat Started": len(vendor.shown),
        "Message Clicked": 10,
        "Message Replied": 5,
        "Chat Left": 5,
    }


CASE = Case(
    section={
        "token": SETTINGS.token,
        "bot": SETTINGS.bot,
        "webhook_secret": SECRET,
    },
    vendor=lambda seed, faults: TelegramVendor(
        seed=seed, faults=faults, token=SETTINGS.token, secret=SECRET
    ),
    arrive=arrive,
    react=react,
    make=lambda: Telegram(SETTINGS),
    address="42",
    answers={
        Verdict.ACCEPTED: sent(),
        T: FLOOD,
        P: BLOCKED,
        C: said(400, "Bad Request: message text is empty"),
        O: said(401, "Unauthorized"),
    },
    bad_addresses=["", "0", "maria", "12 3", "@x", "1e5", "+380671234567"],
    contents={
        "text": Content(text="Hello & <welcome>"),
        "formatted": Content(text="*Hello* _you_ & <b>", formatted=True),
        "picture": Content(text="Look", media=(PICTURE,)),
        "picture alone": Content(text="", media=(PICTURE,)),
        "video": Content(text="Look", media=(VIDEO,)),
        "file": Content(text="Your ticket", media=(FILE,)),
        "album": Content(text="Look", media=(PICTURE, VIDEO, PICTURE)),
        "files": Content(text="Tickets", media=(FILE, FILE)),
        "buttons": Content(
            text="Come?",
            media=(PICTURE,),
            buttons=(
                Button(text="Yes", reply="yes"),
                Button(text="No", reply="no", beside=True),
                Button(text="See", url="https://shop.example/"),
                Button(text="Copy SALE10", copy="SALE10"),
            ),
        ),
        "keyboard": Content(
            text="Where are you?",
            keyboard=(
                Button(text="My number", ask="phone"),
                Button(text="Here", ask="location"),
                Button(text="Later", reply="later"),
            ),
        ),
        "silent": Content(text="Good night", silent=True),
        "place": Content(text="", place=Place(latitude=50.45, longitude=0.0)),
        "place with a name": Content(
            text="Passion Shop\nKhreshchatyk 1, Kyiv",
            place=Place(latitude=50.45, longitude=30.52),
            buttons=(Button(text="The way", url="https://shop.example/map"),),
        ),
    },
    refused={
        "buttons and keyboard": Content(
            text="x",
            buttons=(Button(text="a", reply="a"),),
            keyboard=(Button(text="b", reply="b"),),
        ),
        "album with buttons": Content(
            text="x", media=(PICTURE, PICTURE), buttons=(Button(text="a", reply="a"),)
        ),
        "album with keyboard": Content(
            text="x", media=(PICTURE, PICTURE), keyboard=(Button(text="a", reply="a"),)
        ),
        "album of files and pictures": Content(text="x", media=(PICTURE, FILE)),
        "place with words": Content(text="Come here", place=Place(latitude=50.45)),
        "place with many lines": Content(text="Shop\nKyiv\nCome!", place=Place(latitude=50.45)),
        "place with a picture": Content(text="", media=(PICTURE,), place=Place(latitude=50.45)),
        "long code": Content(text="x", buttons=(Button(text="a", copy="x" * 257),)),
    },
    fits=fits,
    table=[
        Known(FLOOD, T, "429", "account", 7.0),
        Known(said(503, "Service Unavailable"), T, "503", "account"),
        Known(said(500, "Internal Server Error"), U, "500"),
        Known(said(502, "Bad Gateway"), U, "502"),
        Known(said(504, "Gateway Timeout"), U, "504"),
        Known(BLOCKED, P, "blocked"),
        Known(said(403, "Forbidden: user is deactivated"), P, "gone"),
        Known(said(403, "Forbidden: bot was kicked from the group chat"), P, "kicked"),
        Known(said(403, "Forbidden: bot was kicked from the supergroup chat"), P, "kicked"),
        Known(said(403, "Forbidden: the group chat was deleted"), P, "gone"),
        Known(said(403, "Forbidden: bot is not a member of the channel chat"), P, "kicked"),
        Known(
            said(403, "Forbidden: bot can't initiate conversation with a user"), P, "never_started"
        ),
        Known(said(400, "Bad Request: chat not found"), P, "invalid"),
        Known(said(400, "Bad Request: private chat not found"), P, "invalid"),
        Known(
            said(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=-100,
            ),
            C,
            "moved",
        ),
        *(
            Known(said(400, f"Bad Request: {words}"), C, "content")
            for words in (
                "reply markup is too long",
                "Wrong HTTP URL specified",
                "Failed to get HTTP URL content",
                "Wrong type of the web page content",
                "can't upload file by URL",
                "file is too big",
                "message is too long",
            )
        ),
        Known(said(403, "Forbidden: something new"), C, "forbidden"),
        Known(said(401, "Unauthorized"), O, "unauthorized", "account"),
        Known(said(404, "Not Found"), O, "unauthorized", "account"),
    ],
    genuine=lambda body: Inbound(body=body, headers={SECRET_HEADER: SECRET}),
    proof=("webhook_secret",),
)

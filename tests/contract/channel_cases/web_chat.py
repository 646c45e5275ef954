"""Web chat in the contract suite: our own inbox as the vendor, frames with a token as calls."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest, reference
from maracuja.channels.web_chat import BYTES_MAX, Row, WebChat, WebChatSettings
from maracuja.channels.web_chat_token import make_token, public_id, read_public_id
from maracuja.content import Button, Card, Content
from maracuja.model import Verdict
from maracuja.rng import Rng
from maracuja.simulate.vendors.web_chat import WebChatVendor
from tests.contract.channel_case import FILE, NOW, PICTURE, VIDEO, Case, Known, message

SECRET = "0123456789abcdef0123456789abcdef"
SETTINGS = WebChatSettings(secret=SECRET)
HOOK = "http://127.0.0.1:8080/w/web_chat/main"
AT_S = int(NOW.timestamp())
GUEST = "guest:" + "ab" * 16
ADDRESS = "user:u17"
NAMED = public_id(SECRET, "0123456789abcdef0123456789abcdef.7.3")
P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


def said(status: int, text: str = "{}", **headers: str) -> Answer:
    return Answer(stage=Stage.GIVEN, code=status, text=text, headers=headers)


def put_in(told: Any) -> Any:
    """A recorded body with a message of ours where it has the word for one."""
    if isinstance(told, dict):
        return {name: put_in(value) for name, value in told.items()}
    if isinstance(told, list):
        return [put_in(value) for value in told]
    return NAMED if told == "genuine" else told


def genuine(body: bytes) -> Inbound:
    """A call of the browser whose token is ADDRESS's."""
    with suppress(msgspec.DecodeError):
        body = msgspec.json.encode(put_in(msgspec.json.decode(body)))
    token = make_token(SECRET, ADDRESS, AT_S + 60)
    return Inbound(body=body, headers={"authorization": f"Bearer {token}"})


def tamper(inbound: Inbound, chance: Rng) -> Inbound:
    """Another visitor, another time, a proof that is a little off, or none."""
    token = inbound.headers["authorization"].removeprefix("Bearer ")
    parts = token.split(".")
    n = int(chance.integers(5))
    if n == 4:
        return msgspec.structs.replace(inbound, headers={})
    if n == 3:
        parts[0] = make_token("another secret of the same size", GUEST, AT_S + 60).split(".")[0]
    else:
        at = int(chance.integers(len(parts[n]) + 1))
        parts[n] = parts[n][:at] + "0" + parts[n][at:]
    forged = {"authorization": f"Bearer {'.'.join(parts)}"}
    return msgspec.structs.replace(inbound, headers=forged)


def fits(request: HttpRequest) -> None:
    """Our inbox takes it, the browser gets no empty parts, and its id is one of ours."""
    inbox = WebChatVendor(secret=SECRET, at_s=AT_S)
    assert inbox.take(request).code == 200 and not inbox.violations
    row = msgspec.json.decode(request.body, type=Row)
    assert read_public_id(SECRET, row.id) == f"{row.message}.7.3"
    assert len(request.body) <= BYTES_MAX and row.address == ADDRESS
    assert not [name for name, value in row.shown.items() if value in ("", [], None, False)]
    assert row.shown["leave"] == message(CASE).unsubscribe_url


def arrive(vendor: WebChatVendor, size: int) -> None:
    """Visitors who are logged in open the chat."""
    for n in range(size):
        vendor.say(f"user:u{n}", {"t": "start", "source": "page"})


def react(vendor: WebChatVendor) -> dict[str, int]:
    """Ten have arrived, five were seen, three pressed, two answered, one leaves."""
    shown = sorted(vendor.shown, key=lambda row: row.address)
    for row in shown[:10]:
        vendor.say(row.address, {"t": "taken", "ids": [row.id]})
    for row in shown[:5]:
        vendor.say(row.address, {"t": "seen", "ids": [row.id]})
    for row in shown[:3]:
        press = {"t": "tap", "id": vendor.own_id(), "of": row.id, "payload": "yes", "text": "Yes"}
        vendor.say(row.address, press)
    for row in shown[:2]:
        vendor.say(row.address, {"t": "say", "id": vendor.own_id(), "text": "Thanks"})
    vendor.say(shown[-1].address, {"t": "say", "id": vendor.own_id(), "text": "STOP"})
    return {
        "Message Delivered": 10,
        "Message Read": 5,
        "Message Clicked": 3,
        "Chat Left": 1,
    }


CASE = Case(
    section={"secret": SECRET},
    vendor=lambda seed, faults: WebChatVendor(seed=seed, faults=faults, secret=SECRET, at_s=AT_S),
    arrive=arrive,
    nameless=True,
    react=react,
    make=lambda: WebChat(SETTINGS, HOOK),
    address=ADDRESS,
    answers={
        Verdict.ACCEPTED: said(200, '{"seq": 4}'),
        T: said(429, "too many at once", **{"retry-after": "7"}),
        P: said(410, "nobody is there any more"),
        C: said(409, "too much is not seen yet"),
        O: said(423, "the disk is full"),
    },
    bad_addresses=["", "u17", "user:", "guest:", "guest:xyz", "guest:" + "AB" * 16, "user:a\nb",
                   "user:" + "x" * 400, "guest:" + "ab" * 16 + " "],
    contents={
        "text": Content(text="Hello & <welcome>"),
        "title": Content(text="*Hello*", subject="Fruit", formatted=True),
        "media": Content(text="Look", media=(PICTURE, VIDEO, FILE)),
        "buttons": Content(
            text="Come?",
            media=(PICTURE,),
            buttons=(
                Button(text="Yes", reply="yes"),
                Button(text="See", url="https://shop.example/", beside=True),
                Button(text="Copy SALE10", copy="SALE10"),
            ),
        ),
        "keyboard": Content(text="Size?", keyboard=(Button(text="M", reply="m"),)),
        "cards": Content(
            text="Fruit",
            cards=(
                Card(title="A", picture=PICTURE.url, url="https://shop.example/a"),
                Card(title="B", text="b", buttons=(Button(text="Buy", reply="b"),)),
            ),
        ),
        "link": Content(text="Fruit", link="https://shop.example/", silent=True),
    },
    refused={
        "too many bytes": Content(
            text="x",
            cards=tuple(
                Card(title="x", url="https://shop.example/" + "x" * 7000) for _ in range(10)
            ),
        ),
    },
    fits=fits,
    table=[
        Known(said(410), P, "gone"),
        Known(said(409), C, "full"),
        Known(said(413), C, "content"),
        Known(said(422), C, "content"),
        Known(said(423), O, "storage", "account"),
        Known(said(429, "", **{"retry-after": "7"}), T, "429", retry_after_s=7.0),
        Known(said(503), T, "503", "account"),
        Known(said(500), U, "500"),
        Known(said(200), C, "no_line"),
        Known(said(404), C, "404"),
    ],
    genuine=genuine,
    proof=("secret",),
    tamper=tamper,
)  # fmt: skip
assert reference(message(CASE)).endswith(".7.3")

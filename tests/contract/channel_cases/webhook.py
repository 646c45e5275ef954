"""Webhook in the contract suite: our own signature and table, and a body that says everything."""

from __future__ import annotations

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.signing import SIGNATURE, check_signature, signature
from maracuja.channels.webhook import IDEMPOTENCY, Webhook, WebhookSettings
from maracuja.content import Button, Card, Content, Place
from maracuja.model import Verdict
from maracuja.simulate.vendors.webhook import WebhookVendor
from tests.contract.channel_case import FILE, NOW, PICTURE, VIDEO, Case, Known

SECRET = "a-long-word-that-both-know"
SETTINGS = WebhookSettings(base_url="https://crm.example/in", secret=SECRET)
AT_S = int(NOW.timestamp())
P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


def said(status: int, error: str = "", **headers: str) -> Answer:
    """A refusal by the other system."""
    text = msgspec.json.encode({"error": error} if error else {}).decode()
    return Answer(stage=Stage.GIVEN, code=status, text=text, headers=headers)


def genuine(body: bytes) -> Inbound:
    return Inbound(body=body, headers={SIGNATURE: signature(SECRET, AT_S, body)})


def fits(request: HttpRequest) -> None:
    """Signed over the bytes that go out, recognisable again, and whole."""
    check_signature(request.headers[SIGNATURE], SECRET, request.body, NOW)
    body = msgspec.json.decode(request.body)
    assert body["id"] == request.headers[IDEMPOTENCY] == request.message_id.hex()
    assert body["reference"] == f"{body['id']}.7.3"
    assert body["to"] == "c-17" and body["marketing"] is True
    assert not [name for name, value in body.items() if value in ("", [], None)]


def arrive(vendor: WebhookVendor, size: int) -> None:
    """The other system tells whom it can reach."""
    for n in range(size):
        vendor.tell(
            "subscribed", at_s=AT_S - 60, address=f"c-{n}", phone=f"+38050{n:07}", payload="crm"
        )


def react(vendor: WebhookVendor) -> dict[str, int]:
    """Ten are delivered, five read, three clicked, two answered, one leaves."""
    shown = sorted(vendor.shown, key=lambda body: body["to"])
    for event, some in (("delivered", shown[:10]), ("read", shown[:5]), ("clicked", shown[:3])):
        for body in some:
            vendor.tell(event, at_s=AT_S, reference=body["reference"], address=body["to"])
    for body in shown[:2]:
        vendor.tell(
            "replied", at_s=AT_S, address=body["to"], text="Thanks", reference=body["reference"]
        )
    vendor.tell("unsubscribed", at_s=AT_S, address=shown[-1]["to"])
    return {
        "Message Delivered": 10,
        "Message Read": 5,
        "Message Clicked": 3,
        "Message Replied": 2,
        "Chat Left": 1,
    }


def known(n: int) -> dict[str, str]:
    return {"first_name": f"Name{n}", "phone": f"+38050{n:07}"}


CASE = Case(
    section={"base_url": SETTINGS.base_url, "secret": SECRET},
    vendor=lambda seed, faults: WebhookVendor(seed=seed, faults=faults, secret=SECRET, at_s=AT_S),
    known=known,
    arrive=arrive,
    react=react,
    make=lambda: Webhook(SETTINGS),
    address="c-17",
    answers={
        Verdict.ACCEPTED: Answer(stage=Stage.GIVEN, code=200, text='{"id": "w1"}'),
        T: said(429, "busy", **{"retry-after": "7"}),
        P: said(422, "gone"),
        C: said(422, "content"),
        O: said(401),
    },
    bad_addresses=["", "a b", "x" * 501, "я"],
    contents={
        "text": Content(text="Hello & <welcome>"),
        "formatted": Content(text="*Hello*", formatted=True, subject="Fruit"),
        "media": Content(text="Look", media=(PICTURE, VIDEO, FILE)),
        "place": Content(text="Here", place=Place(latitude=50.45, longitude=0.0)),
        "buttons": Content(
            text="Come?",
            media=(PICTURE,),
            buttons=(
                Button(text="Yes", reply="yes"),
                Button(text="See", url="https://shop.example/", beside=True),
                Button(text="Copy SALE10", copy="SALE10"),
            ),
        ),
        "keyboard": Content(text="Where?", keyboard=(Button(text="Here", ask="location"),)),
        "cards": Content(
            text="Fruit", cards=(Card(title="A", picture=PICTURE.url), Card(title="B", text="b"))
        ),
        "link": Content(text="Fruit", link="https://shop.example/", silent=True),
    },
    fits=fits,
    table=[
        Known(said(422, "gone"), P, "gone"),
        Known(said(400, "invalid_address"), P, "invalid_address"),
        Known(said(422, "unsubscribed"), P, "unsubscribed"),
        Known(said(422, "content"), C, "content"),
        Known(said(400, "unauthorized"), O, "unauthorized", "account"),
        Known(said(429, "busy"), T, "busy", "account"),
        Known(said(429, "", **{"retry-after": "7"}), T, "429", "account", 7.0),
        Known(said(408), T, "408"),
        Known(said(409), T, "409"),
        Known(said(425), T, "425"),
        Known(said(503), T, "503", "account"),
        Known(said(500), U, "500"),
        Known(said(401), O, "unauthorized", "account"),
        Known(said(403), O, "unauthorized", "account"),
        Known(said(404), O, "not_there", "account"),
        Known(said(405), O, "not_there", "account"),
        Known(said(410), O, "not_there", "account"),
        Known(said(422), C, "422"),
        Known(said(200), C, "no_id"),
    ],
    genuine=genuine,
    proof=("secret",),
    signed=True,
)

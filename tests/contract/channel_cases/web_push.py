"""Web push in the contract suite: RFC 8030's headers, what browsers decrypt, beacons."""

from __future__ import annotations

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.push_beacons import RENEWED, proof
from maracuja.channels.web_push import PAYLOAD_BYTES_MAX, WebPush, WebPushSettings
from maracuja.channels.web_push_crypto import b64, decrypt, private_key, public_bytes
from maracuja.content import Button, Content
from maracuja.model import Verdict
from maracuja.rng import Rng
from maracuja.simulate.vendors.web_push import WebPushVendor
from tests.contract.channel_case import NOW, PICTURE, Case, Known

PRIVATE = b64(bytes(range(1, 33)))
PUBLIC = b64(public_bytes(private_key(bytes(range(1, 33)))))
HOOK = "http://127.0.0.1:8080/w/web_push/main"
SECTION = {"private_key": PRIVATE, "subject": "mailto:shop@shop.example", "title": "Passion Fruit"}
SETTINGS = WebPushSettings(**SECTION)
SERVICE = WebPushVendor(server_key=PUBLIC, now=lambda: NOW)
ADDRESS = SERVICE.subscribe("maria")
NAMED = "0123456789abcdef0123456789abcdef.7.3"
P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


def said(status: int, text: str = "", **headers: str) -> Answer:
    return Answer(stage=Stage.GIVEN, code=status, text=text, headers=headers)


def other(endpoint: str, **keys: str) -> str:
    """Maria's subscription with something else in it."""
    told = msgspec.json.decode(ADDRESS)
    return msgspec.json.encode(
        {"endpoint": endpoint or told["endpoint"], "keys": {**told["keys"], **keys}}
    ).decode()


def fits(request: HttpRequest) -> None:
    """A push service takes it, and the browser reads declarative web push of a fair size."""
    before = len(SERVICE.shown)
    answer = SERVICE.take(request)
    assert answer.code == 201, SERVICE.violations
    browser = SERVICE.browsers["/wpush/v2/maria"]
    assert len(decrypt(request.body, browser.key, browser.auth)) <= PAYLOAD_BYTES_MAX
    (_, payload), notification = SERVICE.shown[before], SERVICE.shown[before][1]["notification"]
    assert payload["web_push"] == 8030 and notification["title"]
    assert len(notification.get("actions", [])) <= 2
    assert {"title", "data", "tag", "lang"} <= notification.keys()


def known(n: int) -> dict[str, object]:
    """A person whose browser has subscribed, as the shop's server tells it."""
    service = WebPushVendor(server_key=PUBLIC)
    told = msgspec.json.decode(service.subscribe(f"b{n}"))
    return {
        "first_name": f"Name{n}",
        "context": {"web_push": {**told, "expirationTime": None}},
    }


def vendor(seed: int, faults: object) -> WebPushVendor:
    made = WebPushVendor(seed=seed, faults=faults, server_key=PUBLIC)  # type: ignore[arg-type]
    twin = WebPushVendor(server_key=PUBLIC)
    for n in range(120):
        twin.subscribe(f"b{n}")
    made.browsers = twin.browsers
    return made


def react(service: WebPushVendor) -> dict[str, int]:
    """Twenty are shown, seven pressed, four closed."""
    for n in range(20):
        service.tell(f"b{n}", "delivered")
    for n in range(7):
        service.tell(f"b{n}", "clicked")
    for n in range(7, 11):
        service.tell(f"b{n}", "closed")
    return {"Message Delivered": 20, "Message Clicked": 7, "Message Read": 4}


def genuine(body: bytes) -> Inbound:
    """A beacon whose proof is put in where a recorded one has the word for it."""
    try:
        told = msgspec.json.decode(body)
        if told.get("proof") == "genuine":
            event, named, payload = told["event"], told["reference"], told.get("payload", "")
            if event == RENEWED:  # by the browser, with what its last notification brought
                key = WebPush(SETTINGS, HOOK).proof(RENEWED, named)
                told["proof"] = proof(key.encode(), payload)
            else:
                told["proof"] = WebPush(SETTINGS, HOOK).proof(event, named, payload)
            body = msgspec.json.encode(told)
    except (msgspec.DecodeError, AttributeError, KeyError, TypeError):
        pass
    return Inbound(body=body, headers={"content-type": "text/plain;charset=UTF-8"})


def tamper(inbound: Inbound, chance: Rng) -> Inbound:
    """Another event, message or answer under the same proof, or a proof that is a little off."""
    told = msgspec.json.decode(inbound.body)
    name = ("event", "reference", "proof", "payload")[int(chance.integers(4))]
    value = told.get(name, "")
    at = int(chance.integers(len(value) + 1))
    told[name] = value[:at] + "0" + value[at:]
    if name == "event" and chance.random() < 0.5:
        told[name] = "closed" if value == "delivered" else "delivered"
    return msgspec.structs.replace(inbound, body=msgspec.json.encode(told))


CASE = Case(
    section=SECTION,
    vendor=vendor,
    known=known,
    react=react,
    make=lambda: WebPush(SETTINGS, HOOK),
    address=ADDRESS,
    answers={
        Verdict.ACCEPTED: said(201, location="https://push.example/m/1"),
        T: said(429, "slow down", **{"retry-after": "7"}),
        P: said(410, '{"errno": 106}'),
        C: said(413, '{"errno": 104}'),
        O: said(401, '{"errno": 109}'),
    },
    bad_addresses=[
        "",
        "42",
        "{}",
        other("https://127.0.0.1/x"),
        other("https://169.254.169.254/latest"),
        other("https://shop.example/x"),
        other("http://updates.push.services.mozilla.com/x"),
        other("https://evil.example/updates.push.services.mozilla.com"),
        other("https://updates.push.services.mozilla.com.evil.example/x"),
        other("https://updates.push.services.mozilla.com@evil.example/x"),
        other("https://evil.example#@updates.push.services.mozilla.com/"),
        other("https://evilpush.apple.com/x"),
        other("https://updates.push.services.mozilla.com:8443/x"),
        other("http://127.0.0.1:9/x"),
        other("https://updates.push.services.mozilla.com/a b"),
        other("", auth="AAAA"),
        other("", p256dh=b64(b"\x04" + b"\x01" * 64)),
        other("", p256dh="****"),
    ],
    contents={
        "text": Content(text="Hello & <welcome>"),
        "title": Content(text="Hello", subject="Fruit"),
        "picture": Content(text="Look", media=(PICTURE,), subject="Fruit"),
        "actions": Content(
            text="Come?",
            link="https://shop.example/fruit",
            buttons=(
                Button(text="See", url="https://shop.example/"),
                Button(text="No", reply="no"),
            ),
        ),
        "all of it": Content(
            text="Маракуйя " * 55,
            subject="Passion fruit",
            link="https://go.shop.example/c/" + "x" * 300,
            media=(PICTURE,),
            buttons=(Button(text="Yes", reply="yes"), Button(text="No", reply="no")),
        ),
        "silent": Content(text="Good night", silent=True),
    },
    refused={
        "too many bytes": Content(text="Я" * 500, link="https://shop.example/" + "x" * 1600),
    },
    fits=fits,
    table=[
        Known(said(404, '{"errno": 102}'), P, "gone"),
        Known(said(410), P, "gone"),
        Known(
            said(403, "the VAPID credentials in the authorization header do not correspond to the "
                 "credentials used to create the subscriptions"), P, "other_key",
        ),
        Known(said(400, '{"reason": "VapidPkHashMismatch"}'), C, "content"),
        Known(said(403, '{"reason": "VapidPkHashMismatch"}'), P, "other_key"),
        Known(said(401, "VAPID public key mismatch"), P, "other_key"),
        Known(said(401, '{"errno": 109}'), O, "vapid", "account"),
        Known(said(403, '{"reason":"BadJwtToken"}'), O, "vapid", "host"),
        Known(said(400, '{"errno": 110}'), C, "content"),
        Known(said(413), C, "too_large"),
        Known(said(408), T, "408"),
        Known(said(429, "", **{"retry-after": "7"}), T, "429", "host", 7.0),
        Known(said(503, '{"errno": 202}'), T, "503", "account"),
        Known(said(500, '{"errno": 999}'), U, "500"),
        Known(said(502), U, "502"),
        Known(said(301, "", location="https://x.example/"), C, "moved"),
        Known(said(200), C, "200"),
    ],
    genuine=genuine,
    proof=("private_key",),
    tamper=tamper,
)  # fmt: skip

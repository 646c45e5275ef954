"""SMS in the contract suite, by the driver of JSON gateways: errors on two levels, own proofs."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.signing import signed_address
from maracuja.channels.sms import Sms
from maracuja.channels.sms_settings import SmsSettings
from maracuja.content import Content
from maracuja.model import Verdict
from maracuja.rng import Rng
from maracuja.simulate.vendors.alphasms import FIELDS, AlphaSmsVendor
from tests.contract.channel_case import Case, Known
from tests.contract.channel_cases.sms import HOOK, known, number

KEY, SENDER, SECRET = "a-key-of-the-gateway", "7070", "a-long-word-for-receipts"
SETTINGS = SmsSettings(driver="alphasms", gateway_key=KEY, sender=SENDER, webhook_secret=SECRET)
NAMED = f"{'ab' * 16}.7.3"
QUERY = dict(parse_qsl(urlsplit(signed_address(HOOK, SECRET, NAMED)).query))
P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


def said(body: Any, status: int = 200) -> Answer:
    """An answer of the gateway."""
    return Answer(stage=Stage.GIVEN, code=status, text=msgspec.json.encode(body).decode())


def whole(error: str) -> Answer:
    """The request is refused."""
    return said({"success": False, "error": error})


def item(error: str) -> Answer:
    """The message of a request that was taken is refused."""
    one = {"success": False, "error": error, "data": {"id": 100500}}
    return said({"success": True, "data": [one]})


def genuine(body: bytes) -> Inbound:
    """A receipt at the address that we signed."""
    return Inbound(body=body, recipient=f"{HOOK}?{urlencode(QUERY)}", query=QUERY)


def tamper(inbound: Inbound, chance: Rng) -> Inbound:
    """The message that the address names, or our signature of it, is another one, or gone."""
    query = dict(inbound.query)
    name = ("m", "k")[int(chance.integers(2))]
    value, kind = query[name], int(chance.integers(4))
    at = int(chance.integers(len(value)))
    letter = "1" if value[at] != "1" else "2"
    query[name] = (value[:at] + letter + value[at + 1 :], value[:at], "", value + "0")[kind]
    return msgspec.structs.replace(inbound, query=query)


def fits(request: HttpRequest) -> None:
    """Assert that a request is as the vendor's page shows it."""
    assert request.headers == {"content-type": "application/json"}
    assert KEY not in request.url
    body = msgspec.json.decode(request.body)
    assert set(body) == {"auth", "data"} and len(body["data"]) == 1
    (one,) = body["data"]
    assert one.keys() <= FIELDS.keys()
    assert all(isinstance(value, FIELDS[name]) for name, value in one.items())
    assert one["type"] == "sms" and one["phone"] == 380501234567
    assert 0 < one["id"] < 2**53, "every reader of JSON keeps it exactly"


def react(vendor: AlphaSmsVendor) -> dict[str, int]:
    """Twenty are delivered, one not."""
    for n in range(20):
        vendor.becomes(number(n), "Delivered")
    vendor.becomes(number(20), "UNDELIV")
    vendor.becomes(number(21), "on its way")
    return {"Message Delivered": 20, "Message Failed": 1}


CASE = Case(
    section={
        "driver": "alphasms",
        "gateway_key": KEY,
        "sender": SENDER,
        "webhook_secret": SECRET,
    },
    vendor=lambda seed, faults: AlphaSmsVendor(
        seed=seed, faults=faults, key=KEY, senders={SENDER}
    ),
    known=known,
    react=react,
    make=lambda: Sms(SETTINGS, HOOK),
    address="+380501234567",
    answers={
        Verdict.ACCEPTED: said(
            {
                "success": True,
                "data": [
                    {
                        "success": True,
                        "data": {"id": 100500, "msg_id": 123456789, "data": 1, "parts": 1},
                    }
                ],
            }
        ),
        T: said({"success": False, "error": "Too many requests"}, 429),
        P: item("Incorrect phone"),
        C: item("Something that no page tells"),
        O: whole("Access denied"),
    },
    bad_addresses=["", "380501234567", "maria", "+380441234567"],
    contents={
        "text": Content(text="Hello & <all>, https://go.shop.example/u/token"),
        "cyrillic": Content(text="Привіт! https://go.shop.example/u/token"),
    },
    refused={"parts": Content(text="я" * 671)},
    fits=fits,
    table=[
        Known(whole("Access denied"), O, "unauthorized", "account"),
        Known(item("Error in Alpha-name"), O, "sender", "account"),
        Known(whole("Not enough money"), O, "no_money", "account"),
        Known(item("Incorrect phone"), P, "invalid"),
        Known(item("Something new"), C, "error"),
        Known(whole("Something new"), C, "error"),
        Known(said({"success": True, "data": []}), C, "200"),
        Known(said({"success": True, "data": [{"success": True, "data": {}}]}), C, "no_id"),
        Known(said({}, 429), T, "too_many", "account"),
        Known(said({}, 401), O, "unauthorized", "account"),
        Known(said({}, 503), T, "503", "account"),
        Known(said({}, 500), U, "500"),
    ],
    genuine=genuine,
    proof=("webhook_secret",),
    tamper=tamper,
)

"""Viber business messages in the contract suite, by TurboSMS's driver: codes, kinds, receipts."""

from __future__ import annotations

from typing import Any, Final

import jsonschema_rs
import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.viber_business import ViberBusiness
from maracuja.channels.viber_business_settings import ViberBusinessSettings
from maracuja.content import Button, Content
from maracuja.model import Verdict
from maracuja.rng import Rng
from maracuja.simulate.vendors.viber_business import TurboSmsVendor
from tests.contract.channel_case import PICTURE, Case, Known

TOKEN, SECRET = "a-token-of-the-partner", "a-long-word-for-the-webhook"
HOOK = "https://go.shop.example/w/viber_business/main"
SETTINGS = ViberBusinessSettings(
    driver="turbosms",
    token=TOKEN,
    sender="Maracuja",
    webhook_secret=SECRET,
    layouts="newer",
    sms_fallback=True,
    sms_sender="Maracuja",
)
BUTTON = Button(text="See the fruit", url="https://shop.example/fruit")

# What the partner's pages say of message/send: it publishes no schema, so this one is ours.
SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["recipients", "viber", "sequence_id"],
    "additionalProperties": False,
    "properties": {
        "recipients": {
            "type": "array",
            "minItems": 1,
            "maxItems": 5000,
            "items": {"type": "string", "pattern": "^[1-9][0-9]{6,14}$"},
        },
        "sequence_id": {"type": "string", "minLength": 1, "maxLength": 50},
        "viber": {
            "type": "object",
            "required": ["sender", "text"],
            "additionalProperties": False,
            "properties": {
                "sender": {"type": "string", "minLength": 1, "maxLength": 28},
                "text": {"type": "string", "maxLength": 1000},
                "ttl": {"type": "integer", "minimum": 60, "maximum": 86_400},
                "image_url": {"type": "string", "pattern": "^https://"},
                "caption": {"type": "string", "minLength": 1, "maxLength": 30},
                "action": {"type": "string", "pattern": "^https?://"},
                "is_transactional": {"const": 1},
            },
            "dependentRequired": {"caption": ["action"], "action": ["caption"]},
        },
        "sms": {
            "type": "object",
            "required": ["sender", "text"],
            "additionalProperties": False,
            "properties": {
                "sender": {"type": "string", "minLength": 1},
                "text": {"type": "string", "minLength": 1},
            },
        },
    },
}


def fits(request: HttpRequest) -> None:
    """Assert that a request is one that the partner's pages allow."""
    assert request.url == "https://api.turbosms.ua/message/send.json"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    validator = jsonschema_rs.Draft202012Validator(SCHEMA)
    assert not [str(e) for e in validator.iter_errors(msgspec.json.decode(request.body))]


def said(code: int, words: str = "said", result: Any = None) -> Answer:
    """An answer of the partner: always with 200."""
    body = {"response_code": code, "response_status": words, "response_result": result}
    return Answer(stage=Stage.GIVEN, code=200, text=msgspec.json.encode(body).decode())


def of_one(code: int, words: str, message_id: str | None = None, outer: int = 802) -> Answer:
    """An answer about one recipient."""
    one = {"phone": "380671234567", "message_id": message_id, "response_code": code,
           "response_status": words}  # fmt: skip
    return said(outer, "SUCCESS_MESSAGE_PARTIAL_ACCEPTED", [one])


def http(code: int) -> Answer:
    """An answer of what stands before the partner."""
    return Answer(stage=Stage.GIVEN, code=code, text="")


P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


def genuine(body: bytes) -> Inbound:
    """A call at the address that bears the secret; recorded bodies are signed with it."""
    return Inbound(body=body, query={"key": SECRET})


def tamper(inbound: Inbound, chance: Rng) -> Inbound:
    """The address's key, the id, or its signature is another one, or gone."""
    body = msgspec.json.decode(inbound.body)
    kind = int(chance.integers(6))
    if kind < 2:
        query = {"key": SECRET[:-1]} if kind else {}
        return msgspec.structs.replace(inbound, query=query)
    if kind == 2:
        body["id"] = body["id"] + "1"
    elif kind == 3:
        body["signature"] = body["signature"][:-1] + ("0" if body["signature"][-1] != "0" else "1")
    elif kind == 4:
        del body["signature"]
    else:
        del body["id"]
    return msgspec.structs.replace(inbound, body=msgspec.json.encode(body))


def number(n: int) -> str:
    return f"+38067{n:07}"


def react(vendor: TurboSmsVendor) -> dict[str, int]:
    """Most get it, some read and press; one has no Viber any more, one has blocked us."""
    for n in range(20):
        vendor.tell_status(number(n), "Delivered")
    for n in range(10):
        vendor.tell_status(number(n), "Read")
    for n in range(4):
        vendor.tell_status(number(n), "clicked")
    vendor.tell_status(number(20), "Expired")
    vendor.tell_status(number(21), "Undelivered", "SRVC_USER_BLOCKED")
    vendor.tell_status(number(22), "In Queue")
    for n in range(2):
        vendor.tell("INBOX_VIBER_SESSION", number(n), text="Thank you!")
    return {
        "Message Delivered": 20,
        "Message Read": 10,
        "Message Clicked": 4,
        "Message Failed": 1,
        "Message Bounced": 1,
    }


CASE = Case(
    section={
        "driver": "turbosms",
        "token": TOKEN,
        "sender": "Maracuja",
        "webhook_secret": SECRET,
    },
    vendor=lambda seed, faults: TurboSmsVendor(
        seed=seed, faults=faults, token=TOKEN, secret=SECRET
    ),
    known=lambda n: {"first_name": "Olena", "phone": number(n)},
    react=react,
    make=lambda: ViberBusiness(SETTINGS, HOOK),
    address="+380671234567",
    answers={
        Verdict.ACCEPTED: of_one(0, "OK", "1cb60453-659a-430d-5384-303fb4bbddad", 801),
        T: said(504, "FAILED_VIBER_SEND"),
        P: of_one(404, "NOT_ALLOWED_NUMBER_STOPLIST"),
        C: said(413, "NOT_ALLOWED_MESSAGE_TEXT_LENGTH"),
        O: said(301, "INVALID_TOKEN"),
    },
    bad_addresses=["", "380671234567", "+0671234567", "maria", "+38067123456789012"],
    contents={
        "text": Content(text="Hello & <welcome>"),
        "formatted": Content(text="*Hello* _you_", formatted=True),
        "picture and words": Content(text="Look", media=(PICTURE,)),
        "words and a button": Content(text="Look", buttons=(BUTTON,)),
        "all of it": Content(text="Look", media=(PICTURE,), buttons=(BUTTON,)),
    },
    refused={
        "a button without words": Content(text="", media=(PICTURE,), buttons=(BUTTON,)),
        "no words for the SMS": Content(text="", media=(PICTURE,)),
    },
    fits=fits,
    table=[
        Known(of_one(404, "NOT_ALLOWED_NUMBER_STOPLIST"), P, "stopped"),
        Known(of_one(305, "INVALID_PHONE"), P, "invalid"),
        Known(said(305, "INVALID_PHONE"), P, "invalid"),
        *(Known(said(code), O, name, "account") for code, name in (
            (103, "unauthorized"), (105, "unauthorized"), (106, "unauthorized"),
            (301, "unauthorized"), (200, "sender"), (302, "sender"), (400, "sender"),
            (401, "sender"), (203, "no_money"), (425, "test_sender"), (426, "test_sender"),
        )),
        *(Known(said(code), C, name) for code, name in (
            (406, "country"), (422, "no_answer_yet"), (427, "doubled"),
            *((code, str(code)) for code in (
                104, 107, 201, 202, 204, 205, 206, 300, 303, 304, 306, 307, 402, 403, 405, 407,
                408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 423, 424, 502, 505,
            )),
        )),
        Known(said(503), T, "not_sent"),
        Known(said(504), T, "not_sent"),
        Known(http(429), T, "too_many", "account"),
        Known(http(503), T, "503", "account"),
        Known(http(401), O, "unauthorized", "account"),
        Known(http(500), U, "500"),
        Known(said(500), U, "vendor"),
        Known(said(999), U, "vendor"),
        Known(said(801, "SUCCESS_MESSAGE_SENT"), U, "no_id"),
        Known(said(507, "FAILED_DUPLICATE_REQUEST"), U, "no_id"),
    ],
    genuine=genuine,
    proof=("webhook_secret",),
    tamper=tamper,
)  # fmt: skip

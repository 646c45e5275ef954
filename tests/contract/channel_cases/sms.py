"""SMS in the contract suite, by Twilio's driver: its errors, its schema, its signed calls."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.sms import Sms
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_twilio import SIGNATURE, signature
from maracuja.content import Content
from maracuja.model import Verdict
from maracuja.rng import Rng
from maracuja.simulate.vendors.twilio import TwilioVendor
from tests.contract.channel_case import Case, Known
from tests.contract.twilio_api import fits

SID, TOKEN = "AC" + "0a" * 16, "a-token-of-twilio-for-tests"
HOOK = "http://127.0.0.1:8080/w/sms/main"
SETTINGS = SmsSettings(
    driver="twilio",
    account_sid=SID,
    auth_token=TOKEN,
    api_key_sid="SK" + "0b" * 16,
    api_key_secret="a-secret-of-a-key",
    sender="+15005550006",
)
URL = f"{HOOK}?m={'ab' * 16}.7.3"


def said(status: int, number: int | None = None, words: str = "no", **headers: str) -> Answer:
    """An error as Twilio says it."""
    body = {"code": number, "message": words, "status": status}
    text = msgspec.json.encode(body).decode()
    return Answer(stage=Stage.GIVEN, code=status, text=text, headers=headers)


def sent() -> Answer:
    text = msgspec.json.encode({"sid": "SM" + "1" * 32, "status": "queued", "error_code": None})
    return Answer(stage=Stage.GIVEN, code=201, text=text.decode())


P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip


def genuine(body: bytes) -> Inbound:
    """A call of Twilio with this form; one that is no form is signed as if it were."""
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True)
    except UnicodeDecodeError:
        fields = []
    query = dict(parse_qsl(urlsplit(URL).query))
    return Inbound(
        body=body,
        recipient=URL,
        headers={SIGNATURE: signature(TOKEN, URL, fields)},
        query=query,
    )


def tamper(inbound: Inbound, chance: Rng) -> Inbound:
    """A field's value, a field's name, the address or the signature is another one."""
    fields = parse_qsl(inbound.body.decode(), keep_blank_values=True)
    at, kind = int(chance.integers(len(fields))), int(chance.integers(6))
    name, value = fields[at]
    if kind == 0:
        fields[at] = (name, value + "1")
    elif kind == 1:
        fields[at] = (name + "X", value)
    elif kind == 2:
        del fields[at]
    elif kind == 3:
        fields.append(("ErrorCode", "30005"))
    elif kind == 4:
        return msgspec.structs.replace(inbound, recipient=inbound.recipient + "&x=1")
    else:
        given = inbound.headers[SIGNATURE]
        place = int(chance.integers(len(given) - 2))
        letter = "A" if given[place] != "A" else "B"
        changed = given[:place] + letter + given[place + 1 :]
        return msgspec.structs.replace(inbound, headers={SIGNATURE: changed})
    return msgspec.structs.replace(inbound, body=urlencode(fields).encode())


def known(n: int) -> dict[str, str]:
    """The n-th customer's traits."""
    return {"first_name": f"Name{n}", "phone": number(n)}


def number(n: int) -> str:
    """The n-th customer's number."""
    return f"+38050{1_000_000 + n}"


def react(vendor: TwilioVendor) -> dict[str, int]:
    """Twenty are delivered, two not; five answer, three leave."""
    for n in range(20):
        vendor.becomes(number(n), "sent")
        vendor.becomes(number(n), "delivered")
    vendor.becomes(number(20), "undelivered", 30003)
    vendor.becomes(number(21), "undelivered", 30005)
    for n in range(5):
        vendor.write(number(n), "Дякую!")
    vendor.write(number(5), "STOP", opt_out="STOP")
    vendor.write(number(6), "стоп")
    vendor.write(number(7), " Отписаться. ")
    return {
        "Message Delivered": 20,
        "Message Failed": 1,
        "Message Bounced": 1,
        "Chat Left": 3,
    }


CASE = Case(
    section={
        "driver": "twilio",
        "account_sid": SID,
        "auth_token": TOKEN,
        "sender": SETTINGS.sender,
    },
    vendor=lambda seed, faults: TwilioVendor(
        seed=seed, faults=faults, account_sid=SID, auth_token=TOKEN, hook=HOOK
    ),
    known=known,
    react=react,
    make=lambda: Sms(SETTINGS, HOOK),
    address="+380501234567",
    answers={
        Verdict.ACCEPTED: sent(),
        T: said(429, 20429, "Too Many Requests"),
        P: said(400, 21610, "Attempt to send to unsubscribed recipient"),
        C: said(400, 21617, "The concatenated message body exceeds the limit"),
        O: said(401, 20003, "Authenticate"),
    },
    bad_addresses=[
        "",
        "380501234567",
        "+0501234567",
        "+38 050 123 45 67",
        "maria",
        "+1",
        "+3805012345678901",
        "+380441234567",
    ],
    contents={
        "text": Content(text="Hello, Maria & <all>"),
        "cyrillic": Content(text="Привіт, Маріє! «Маракуйя» вже тут — 10%"),
        "long": Content(text="маракуйя " * 60),
        "emoji": Content(text="😀" * 40),
        "signs": Content(text="€{}[]|~^\\ and a\nline"),
    },
    refused={
        "parts": Content(text="я" * 671),
        "formatted": Content(text="*x*", formatted=True),
    },
    fits=fits,
    table=[
        Known(said(429, 20429), T, "too_many", "account"),
        Known(said(429, 20429, **{"retry-after": "7"}), T, "too_many", "account", 7.0),
        Known(said(429), T, "too_many", "account"),
        Known(said(503, 20503), T, "503", "account"),
        Known(said(500, 20500), U, "500"),
        Known(said(502), U, "502"),
        Known(said(401), O, "unauthorized", "account"),
        Known(said(403, 20403), O, "forbidden", "account"),
        Known(said(404, 20404), O, "no_account", "account"),
        Known(said(401, 20003), O, "unauthorized", "account"),
        Known(said(400, 21610), P, "stopped"),
        Known(said(400, 21211), P, "invalid"),
        Known(said(400, 21614), P, "not_mobile"),
        Known(said(400, 21635), P, "landline"),
        Known(said(400, 21606), O, "sender", "account"),
        Known(said(400, 21212), O, "sender", "account"),
        Known(said(400, 21408), O, "country", "host"),
        Known(said(400, 21612), O, "unroutable", "host"),
        Known(said(400, 21611), T, "queue_full", "account"),
        Known(said(400, 21617), C, "too_long"),
        Known(said(400, 30007), C, "filtered"),
        Known(said(400, 30008), C, "unknown"),
        Known(said(400, 99999), C, "99999"),
        Known(said(400), C, "400"),
    ],
    genuine=genuine,
    proof=("auth_token",),
    tamper=tamper,
)

"""WhatsApp in the contract suite: its error table, its kinds of message, Meta's description."""

from __future__ import annotations

import msgspec

from maracuja.channels.base import Answer, Stage
from maracuja.channels.whatsapp import WhatsApp, WhatsAppSettings
from maracuja.content import Approved, Button, Card, Content, Media, MediaKind, Place
from maracuja.model import Verdict
from maracuja.simulate.vendors.whatsapp import WhatsAppVendor, signed
from tests.contract.channel_case import FILE, NOW, PICTURE, VIDEO, Case, Known
from tests.contract.meta_api import fits

SECRET, VERIFY = "a-secret-of-the-app-32-letters-x", "a-long-word-of-our-own"
NUMBER_ID = "106540352242922"
SETTINGS = WhatsAppSettings(
    token="EAAxTestToken",
    app_secret=SECRET,
    verify_token=VERIFY,
    phone_number_id=NUMBER_ID,
    business_id="102290129340398",
    number="380441234567",
)
USER = "UA.1029384756"


def said(code: int, words: str = "no", status: int = 400, **headers: str) -> Answer:
    """An error as the Graph API says it."""
    error = {
        "message": f"(#{code}) {words}",
        "type": "OAuthException",
        "code": code,
        "error_data": {"messaging_product": "whatsapp", "details": words},
        "fbtrace_id": "A1b2",
    }
    text = msgspec.json.encode({"error": error}).decode()
    return Answer(stage=Stage.GIVEN, code=status, text=text, headers=headers)


def sent(state: str = "accepted") -> Answer:
    body = {
        "messaging_product": "whatsapp",
        "contacts": [{"input": "380671234567", "wa_id": "380671234567"}],
        "messages": [{"id": "wamid.HBgM=", "message_status": state}],
    }
    return Answer(stage=Stage.GIVEN, code=200, text=msgspec.json.encode(body).decode())


P, T, C, O, U = (  # noqa: E741
    Verdict.PERMANENT, Verdict.TEMPORARY, Verdict.CONTENT, Verdict.OURS, Verdict.UNKNOWN
)  # fmt: skip
AT_S = int(NOW.timestamp())


def user(n: int) -> str:
    """The id of the n-th person at this business."""
    return f"UA.{1000 + n}"


def number(n: int) -> str:
    """Their number, by which the shop knows them already."""
    return f"38067{1000000 + n}"


def arrive(vendor: WhatsAppVendor, size: int) -> None:
    """Everybody writes first, by a link from a poster."""
    for n in range(size):
        vendor.write(user(n), "Hello! [poster-1]", at_s=AT_S - 60, wa_id=number(n))


def react(vendor: WhatsAppVendor) -> dict[str, int]:
    """Most are delivered to; some read, press, answer, stop; two cannot be reached after all."""
    size = len(vendor.shown)
    for n in range(size - 2):
        states = ("sent", "delivered", "read") if n % 3 == 0 else ("sent", "delivered")
        vendor.see(user(n), *(states if n % 2 else ("sent", "read")), at_s=AT_S + 5)
    for n in range(10):
        vendor.press(user(n), "yes", at_s=AT_S + 30)
    for n in range(5):
        vendor.write(user(n), "Thank you!", at_s=AT_S + 60, reply=True)
    vendor.write(user(10), "STOP", at_s=AT_S + 60)
    vendor.prefer(user(11), "stop", at_s=AT_S + 60)
    vendor.fail(user(size - 2), 131026, "Message undeliverable", at_s=AT_S + 9)
    vendor.fail(user(size - 1), 131050, "User has stopped marketing messages", at_s=AT_S + 9)
    read = [n for n in range(size - 2) if n % 2 == 0 or n % 3 == 0]
    return {
        "Chat Started": size,
        "Message Delivered": size - 2,
        "Message Read": len(read),
        "Message Clicked": 10,
        "Message Replied": 5,
        "Message Bounced": 1,
        "Message Failed": 1,
        "Chat Left": 3,
    }


TEMPLATE = Approved(
    name="spring_sale", language="uk", category="marketing", parameters=("Maria", "10 %")
)


def filled(**parts: object) -> Content:
    """The template with more in it."""
    return msgspec.structs.replace(Content(text="Sale", approved=TEMPLATE), **parts)


def named(**parts: object) -> Content:
    """The template with another name, language or parameters."""
    return Content(text="", approved=msgspec.structs.replace(TEMPLATE, **parts))


def replies(n: int, chars: int = 4) -> tuple[Button, ...]:
    """So many answers that differ."""
    return tuple(Button(text=f"{k:0{chars}}", reply=f"r{k}") for k in range(n))


LINK = Button(text="See", url="https://go.shop.example/c/abc")
CARD = Card(
    title="Passion fruit",
    text="1 kg",
    picture="https://shop.example/fruit.jpg",
    buttons=(Button(text="I want it", reply="fruit"),),
)
LINKED = msgspec.structs.replace(CARD, buttons=(LINK,))

CASE = Case(
    section={
        "token": SETTINGS.token,
        "app_secret": SECRET,
        "verify_token": VERIFY,
        "phone_number_id": NUMBER_ID,
        "number": SETTINGS.number,
    },
    vendor=lambda seed, faults: WhatsAppVendor(
        seed=seed, faults=faults, token=SETTINGS.token, secret=SECRET, number_id=NUMBER_ID
    ),
    known=lambda n: {"first_name": f"Name{n}", "phone": f"+{number(n)}"},
    arrive=arrive,
    react=react,
    make=lambda: WhatsApp(SETTINGS),
    address=USER,
    answers={
        Verdict.ACCEPTED: sent(),
        T: said(130429, "Rate limit hit"),
        P: said(131026, "Message undeliverable"),
        C: said(131009, "Parameter value is not valid"),
        O: said(190, "Invalid OAuth access token", status=401),
    },
    bad_addresses=["", "0", "maria", "380671234567", "+380 67", "ua.1", "UA.", "UA.a b", "UA1.x"],
    contents={
        "text": Content(text="Hello & <welcome> https://shop.example/"),
        "formatted": Content(text="*Hello* _you_", formatted=True),
        "picture": Content(text="Look", media=(PICTURE,)),
        "picture alone": Content(text="", media=(PICTURE,)),
        "video": Content(text="Look", media=(VIDEO,)),
        "file": Content(text="Your ticket", media=(FILE,)),
        "point on the map": Content(text="", place=Place(latitude=50.45, longitude=0.0)),
        "shop on the map": Content(
            text="Passion Shop\nKhreshchatyk 1, Kyiv",
            place=Place(latitude=50.45, longitude=30.52),
        ),
        "answers": Content(text="Come?", buttons=replies(3)),
        "answers below a picture": Content(text="Come?", media=(PICTURE,), buttons=replies(2)),
        "answers below a file": Content(text="Come?", media=(FILE,), buttons=replies(1)),
        "list": Content(text="Which day?", buttons=replies(10, 24)),
        "link": Content(text="See it", media=(VIDEO,), buttons=(LINK,)),
        "place": Content(text="Where to?", buttons=(Button(text="Here", ask="location"),)),
        "cards": Content(text="For you", cards=(CARD, CARD)),
        "cards with links": Content(text="For you", cards=(LINKED,) * 10),
        "template": filled(),
        "template without parameters": named(parameters=()),
        "template with names": named(names=("first_name", "discount")),
        "template with a head": named(header="Spring is here"),
        "template with a picture": named(header="https://shop.example/fruit.jpg"),
        "template with a file": filled(media=(FILE,)),
        "template with buttons": filled(
            buttons=(*replies(2), LINK, Button(text="Copy", copy="SALE10"))
        ),
        "template with cards": filled(cards=(CARD, CARD)),
    },
    refused={
        "answers below a place": Content(text="", place=Place(latitude=1), buttons=replies(1)),
        "answers and a link": Content(text="x", buttons=(*replies(1), LINK)),
        "two links": Content(text="x", buttons=(LINK, LINK)),
        "a label of a list": Content(text="x", buttons=replies(3, 21)),
        "the same twice": Content(text="x", buttons=(Button(text="a", reply="a"),) * 2),
        "list with a picture": Content(text="x", media=(PICTURE,), buttons=replies(4)),
        "buttons below a long text": Content(text="x" * 1025, buttons=replies(1)),
        "buttons without a text": Content(text="", media=(PICTURE,), buttons=replies(1)),
        "a large picture": Content(
            text="x", media=(msgspec.structs.replace(PICTURE, size=5_000_001),)
        ),
        "a long link": Content(
            text="x", buttons=(Button(text="a", url="https://a/" + "x" * 2000),)
        ),
        "one card": Content(text="x", cards=(CARD,)),
        "cards without pictures": Content(
            text="x", cards=(CARD, msgspec.structs.replace(CARD, picture=""))
        ),
        "cards without buttons": Content(
            text="x", cards=(msgspec.structs.replace(CARD, buttons=()),) * 2
        ),
        "cards of two kinds": Content(text="x", cards=(CARD, LINKED)),
        "a long card": Content(
            text="x", cards=(CARD, msgspec.structs.replace(CARD, text="x" * 150))
        ),
        "cards and media": Content(text="x", cards=(CARD, CARD), media=(PICTURE,)),
        "template of no name": named(name="Spring Sale"),
        "template of no language": named(language="ukrainian"),
        "template of no category": named(category="promo"),
        "template with an empty place": named(parameters=("Maria", " ")),
        "template with half the names": named(names=("first_name",)),
        "template with a long head": named(header="x" * 61),
        "template with three links": filled(buttons=(LINK,) * 3),
        "template with a long code": filled(buttons=(Button(text="Copy", copy="x" * 16),)),
        "template asking for a number": filled(buttons=(Button(text="a", ask="phone"),)),
        "template with two heads": filled(
            media=(Media(kind=MediaKind.VIDEO, url="https://a.b/c"),),
            approved=msgspec.structs.replace(TEMPLATE, header="Spring"),
        ),
        "template with one card": filled(cards=(CARD,)),
    },
    fits=fits,
    table=[
        Known(sent(), Verdict.ACCEPTED),
        Known(
            sent("held_for_quality_assessment"), Verdict.ACCEPTED, "held_for_quality_assessment"
        ),
        Known(said(131000, status=500), U, "500"),
        Known(said(131016, status=503), T, "503", "account"),
        Known(said(131016), T, "busy", "account"),
        Known(said(131000), T, "busy"),
        Known(said(135000), T, "busy"),
        Known(said(2), T, "busy"),
        Known(said(131026), P, "undeliverable"),
        Known(said(131050), P, "unsubscribed"),
        Known(said(131047), C, "window"),
        Known(said(131049), C, "marketing_limit"),
        Known(said(130472), C, "experiment"),
        Known(said(130497), C, "country"),
        Known(said(131062), C, "needs_phone"),
        *(Known(said(code), C, "parameter") for code in (100, 131008, 131009)),
        *(Known(said(code), C, "media") for code in (131051, 131052, 131053)),
        *(Known(said(code), C, "template_parameters") for code in (132000, 132005, 132012)),
        Known(said(132001, status=404), C, "template_missing"),
        Known(said(132007), C, "template_policy"),
        Known(said(132008), C, "template_policy"),
        Known(said(132015), C, "template_paused"),
        Known(said(132016), C, "template_disabled"),
        Known(said(131056), T, "pair_rate", "host", 6.0),
        Known(said(130429, status=429), T, "rate", "account", 5.0),
        Known(said(130429, status=429, **{"retry-after": "30"}), T, "rate", "account", 30.0),
        *(Known(said(code), T, "rate", "account", 300.0) for code in (4, 80007, 613)),
        Known(said(190, status=401), O, "token", "account"),
        Known(said(0, status=401), O, "token", "account"),
        *(Known(said(code, status=403), O, "permission", "account") for code in (3, 10, 200, 299)),
        Known(said(131042), O, "payment", "account"),
        Known(said(131031), O, "locked", "account"),
        Known(said(368), O, "restricted", "account"),
        Known(said(131048), O, "spam", "account"),
        Known(said(131064), O, "spam", "account"),
        Known(said(131030), O, "test_number", "account"),
        Known(said(131063), O, "marketing_path", "account"),
        Known(said(999_999, "something new"), C, "999999"),
    ],
    genuine=lambda body: signed(body, SECRET),
    proof=("app_secret",),
    signed=True,
)

"""The other side of each channel in a storm: its settings, its vendor, and what its people do.

A side speaks of people by their number; what it tells of messages is named as the lake will.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.mail import MailVendor
from maracuja.simulate.vendors.messenger import MessengerVendor
from maracuja.simulate.vendors.mobile_push import MobilePushVendor
from maracuja.simulate.vendors.smsc import Smsc
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.simulate.vendors.twilio import TwilioVendor
from maracuja.simulate.vendors.viber import ViberVendor
from maracuja.simulate.vendors.viber_business import PartnerVendor
from maracuja.simulate.vendors.web_chat import WebChatVendor
from maracuja.simulate.vendors.web_push import WebPushVendor
from maracuja.simulate.vendors.webhook import WebhookVendor
from maracuja.simulate.vendors.whatsapp import WhatsAppVendor
from tests.contract.channel_cases import (
    instagram,
    messenger,
    mobile_push,
    sms,
    sms_alphasms,
    telegram,
    viber,
    viber_business,
    web_chat,
    web_push,
    webhook,
    whatsapp,
)

DELIVERED, READ, CLICKED = "Message Delivered", "Message Read", "Message Clicked"
REPLIED, LEFT = "Message Replied", "Chat Left"
Act = Callable[[int, int], None]
"""Something that the n-th person does, or their vendor tells, at a second of the clock."""


@dataclass
class Side:
    """One channel: the settings of its section and its vendor.

    `acts` are named by the event that each makes about a person's last message; `leaves` are the
    ways out but the link; `comes` opens the chat, where the shop does not know the address before.
    """

    name: str
    section: dict[str, Any]
    vendor: Any
    address: Callable[[int], str]
    acts: Mapping[str, Act] = field(default_factory=dict)
    leaves: tuple[Act, ...] = ()
    comes: Act | None = None
    context: Callable[[int], dict[str, Any]] = lambda n: {}


@dataclass
class MailServer(MailVendor):
    """A mail server that can be gone for a while, as `faults.unavailable` says."""

    faults: Faults = field(default_factory=Faults)


def phone(n: int) -> str:
    """The n-th person's number."""
    return f"+38050{1_000_000 + n}"


def mail(seed: int, faults: Faults, people: int) -> Side:
    """E-mail: whoever wants out presses the link."""
    vendor = MailServer(
        seed=seed, deferred=faults.failing, refused=faults.unavailable / 10,
        lost_after=faults.lost_after, lost_before=faults.lost_before, keep=True,
    )  # fmt: skip
    return Side("email", {}, vendor, lambda n: f"p{n}@mail.example")


def telegram_side(seed: int, faults: Faults, people: int) -> Side:
    """A bot."""
    vendor: TelegramVendor = telegram.CASE.vendor(seed, faults)  # type: ignore
    last = vendor.message_of
    return Side(
        "telegram", {**telegram.CASE.section, "repeat_service": True}, vendor,
        lambda n: str(1000 + n),
        {
            CLICKED: lambda n, s: vendor.press(1000 + n, last(1000 + n), "yes", at_s=s),
            REPLIED: lambda n, s: vendor.write(
                1000 + n, "Дякую!", at_s=s, reply_to=last(1000 + n)
            ),
        },
        (
            lambda n, s: vendor.block(1000 + n, at_s=s),
            lambda n, s: vendor.write(1000 + n, "/stop", at_s=s),
        ),
        lambda n, s: vendor.start(1000 + n, "poster", at_s=s),
    )  # fmt: skip


def sms_side(seed: int, faults: Faults, people: int) -> Side:
    """Twilio."""
    vendor: TwilioVendor = sms.CASE.vendor(seed, faults)  # type: ignore
    return Side(
        "sms", {**sms.CASE.section}, vendor, phone,
        {DELIVERED: lambda n, s: vendor.becomes(phone(n), "delivered")},
        (
            lambda n, s: vendor.write(phone(n), "STOP", opt_out="STOP"),
            lambda n, s: vendor.write(phone(n), "СТОП"),
        ),
    )  # fmt: skip


def alphasms_side(seed: int, faults: Faults, people: int) -> Side:
    """A JSON gateway, which nobody can answer."""
    vendor: Any = sms_alphasms.CASE.vendor(seed, faults)  # type: ignore
    return Side(
        "sms", {**sms_alphasms.CASE.section}, vendor, phone,
        {DELIVERED: lambda n, s: vendor.becomes(phone(n), "Delivered")},
    )  # fmt: skip


def smpp_side(seed: int, faults: Faults, people: int) -> Side:
    """An SMSC on loopback; it tells what was delivered by itself. The world puts in its port."""
    vendor = Smsc(seed=seed, faults=faults)
    section = {
        "driver": "smpp", "host": "127.0.0.1", "port": 0, "system_id": "shop",
        "password": "secret", "sender": "MARACUJA", "timeout_s": 5,
    }  # fmt: skip
    return Side("sms", section, vendor, phone)


def viber_side(seed: int, faults: Faults, people: int) -> Side:
    """A bot that tells what was delivered and seen."""
    vendor: ViberVendor = viber.CASE.vendor(seed, faults)  # type: ignore
    user = viber.user
    return Side(
        "viber", {**viber.CASE.section}, vendor, user,
        {
            DELIVERED: lambda n, s: vendor.tell_status("delivered", user(n), at_ms=s * 1000),
            READ: lambda n, s: vendor.tell_status("seen", user(n), at_ms=s * 1000),
            REPLIED: lambda n, s: vendor.write(user(n), at_ms=s * 1000, text="Дякую!"),
        },
        (
            lambda n, s: vendor.unsubscribe(user(n), at_ms=s * 1000),
            lambda n, s: vendor.write(user(n), at_ms=s * 1000, text="СТОП"),
        ),
        lambda n, s: vendor.subscribe(user(n), at_ms=s * 1000, name="Olena"),
    )  # fmt: skip


def partner_side(seed: int, faults: Faults, people: int) -> Side:
    """Viber business messages over TurboSMS."""
    vendor: PartnerVendor = viber_business.CASE.vendor(seed, faults)  # type: ignore
    return Side(
        "viber_business", {**viber_business.CASE.section}, vendor, phone,
        {
            DELIVERED: lambda n, s: vendor.tell_status(phone(n), "Delivered"),
            READ: lambda n, s: vendor.tell_status(phone(n), "Read"),
        },
    )  # fmt: skip


def whatsapp_side(seed: int, faults: Faults, people: int) -> Side:
    """A number whose people have written within the day, or it is closed to us."""
    vendor: WhatsAppVendor = whatsapp.CASE.vendor(seed, faults)  # type: ignore
    user, number = whatsapp.user, lambda n: phone(n).lstrip("+")
    return Side(
        "whatsapp", {**whatsapp.CASE.section}, vendor, user,
        {
            DELIVERED: lambda n, s: vendor.see(user(n), "sent", "delivered", at_s=s),
            READ: lambda n, s: vendor.see(user(n), "read", at_s=s),
            REPLIED: lambda n, s: vendor.write(user(n), "Дякую!", at_s=s, reply=True),
        },
        (
            lambda n, s: vendor.write(user(n), "STOP", at_s=s),
            lambda n, s: vendor.prefer(user(n), "stop", at_s=s),
        ),
        lambda n, s: vendor.write(user(n), "Hello! [poster]", at_s=s, wa_id=number(n)),
    )  # fmt: skip


def messenger_side(seed: int, faults: Faults, people: int) -> Side:
    """A page's chats."""
    vendor: MessengerVendor = messenger.CASE.vendor(seed, faults)  # type: ignore
    person, last = messenger.person, vendor.message_of
    return Side(
        "messenger", {**messenger.CASE.section}, vendor, person,
        {
            DELIVERED: lambda n, s: vendor.delivered(person(n), at_s=s),
            REPLIED: lambda n, s: vendor.write(
                person(n), "Дякую!", at_s=s, reply_to=last(person(n))
            ),
        },
        (lambda n, s: vendor.write(person(n), "Stop", at_s=s),),
        lambda n, s: vendor.start(person(n), "poster", at_s=s),
    )  # fmt: skip


def instagram_side(seed: int, faults: Faults, people: int) -> Side:
    """An account whose people have other numbers than on Messenger."""
    vendor: MessengerVendor = instagram.CASE.vendor(seed, faults)  # type: ignore
    last = vendor.message_of

    def person(n: int) -> str:
        return messenger.person(n + 1_000_000)

    return Side(
        "instagram", {**instagram.CASE.section}, vendor, person,
        {
            READ: lambda n, s: vendor.read(person(n), at_s=s),
            REPLIED: lambda n, s: vendor.write(
                person(n), "Дякую!", at_s=s, reply_to=last(person(n))
            ),
        },
        (lambda n, s: vendor.write(person(n), "Stop", at_s=s),),
        lambda n, s: vendor.follow(person(n), "poster", at_s=s),
    )  # fmt: skip


def web_push_side(seed: int, faults: Faults, people: int) -> Side:
    """Browsers that have subscribed."""
    vendor = WebPushVendor(seed=seed, faults=faults, server_key=web_push.PUBLIC)
    names = {n: vendor.subscribe(f"b{n}") for n in range(people)}
    return Side(
        "web_push", {**web_push.SECTION}, vendor, lambda n: names[n],
        {
            DELIVERED: lambda n, s: vendor.tell(f"b{n}", "delivered"),
            CLICKED: lambda n, s: vendor.tell(f"b{n}", "clicked"),
        },
        context=lambda n: {"web_push": _subscription(names[n])},
    )  # fmt: skip


def _subscription(address: str) -> dict[str, Any]:
    import msgspec

    return {**msgspec.json.decode(address), "expirationTime": None}


def mobile_push_side(seed: int, faults: Faults, people: int) -> Side:
    """An app on iPhones and others, over HTTP/2 on loopback. The world puts in its address."""
    vendor: MobilePushVendor = mobile_push.CASE.vendor(seed, faults)  # type: ignore
    vendor.strict = True
    devices = [mobile_push.known(n)["context"] for n in range(people)]

    def token(n: int) -> str:
        device: Any = devices[n]["device"]  # type: ignore[index]
        return ("apns:" if device["type"] == "ios" else "fcm:") + str(device["token"])

    return Side(
        "mobile_push", {**mobile_push.SECTION}, vendor, token,
        {
            DELIVERED: lambda n, s: vendor.tell(token(n), "delivered"),
            CLICKED: lambda n, s: vendor.tell(token(n), "clicked"),
        },
        context=lambda n: devices[n],  # type: ignore
    )  # fmt: skip


def webhook_side(seed: int, faults: Faults, people: int) -> Side:
    """Another system that knows our ids again."""
    vendor: WebhookVendor = webhook.CASE.vendor(seed, faults)  # type: ignore

    def about(event: str) -> Act:
        def act(n: int, s: int) -> None:
            named = next(b["reference"] for b in reversed(vendor.shown) if b["to"] == f"c-{n}")
            vendor.tell(event, at_s=s, address=f"c-{n}", reference=named)

        return act

    return Side(
        "webhook", {**webhook.CASE.section}, vendor, lambda n: f"c-{n}",
        {DELIVERED: about("delivered"), READ: about("read"), CLICKED: about("clicked")},
        (lambda n, s: vendor.tell("unsubscribed", at_s=s, address=f"c-{n}"),),
        lambda n, s: vendor.tell("subscribed", at_s=s, address=f"c-{n}", phone=phone(n)),
    )  # fmt: skip


def web_chat_side(seed: int, faults: Faults, people: int) -> Side:
    """The shop's own inbox, whose visitors are logged in."""
    vendor: WebChatVendor = web_chat.CASE.vendor(seed, faults)  # type: ignore

    def about(kind: str) -> Act:
        def act(n: int, s: int) -> None:
            row = next(one for one in reversed(vendor.shown) if one.address == f"user:u{n}")
            tap = {"t": "tap", "id": vendor.own_id(), "of": row.id, "payload": "yes", "text": "Y"}
            vendor.say(row.address, tap if kind == "tap" else {"t": kind, "ids": [row.id]})

        return act

    return Side(
        "web_chat", {**web_chat.CASE.section}, vendor, lambda n: f"user:u{n}",
        {DELIVERED: about("taken"), READ: about("seen"), CLICKED: about("tap")},
        (
            lambda n, s: vendor.say(
                f"user:u{n}", {"t": "say", "id": vendor.own_id(), "text": "STOP"}
            ),
        ),
        lambda n, s: vendor.say(f"user:u{n}", {"t": "start", "source": "page"}),
    )  # fmt: skip


Made = Callable[[int, Faults, int], Side]
EVERY: tuple[Made, ...] = (
    mail, telegram_side, sms_side, viber_side, partner_side, whatsapp_side, messenger_side,
    instagram_side, web_push_side, mobile_push_side, webhook_side,
    web_chat_side,
)  # fmt: skip
OTHER_DRIVERS: tuple[Made, ...] = (smpp_side, mail)
QUICK: tuple[Made, ...] = (telegram_side, viber_side, mail)

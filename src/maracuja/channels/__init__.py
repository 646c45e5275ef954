"""One file per vendor: our records to and from its wire format, without a socket."""

from __future__ import annotations

from typing import Any, Final

from maracuja.channels.base import Channel
from maracuja.channels.email import Email
from maracuja.channels.instagram import Instagram
from maracuja.channels.messenger import Messenger
from maracuja.channels.mobile_push import MobilePush
from maracuja.channels.sms import Sms
from maracuja.channels.telegram import Telegram
from maracuja.channels.viber import Viber
from maracuja.channels.viber_business import ViberBusiness
from maracuja.channels.web_chat import WebChat
from maracuja.channels.web_push import WebPush
from maracuja.channels.webhook import Webhook
from maracuja.channels.whatsapp import WhatsApp

# Explicit, so that it can be searched for: a channel is one file, one class and one line here.
# Codes are stored: email 1, telegram 2, viber 3, viber_business 4, whatsapp 5, messenger 6,
# instagram 7, web_push 8, mobile_push 9, sms 10, web_chat 11, webhook 12.
CHANNELS: Final[tuple[type[Channel[Any]], ...]] = (
    Email, Telegram, Sms, Viber, ViberBusiness, WhatsApp, Webhook, Messenger, Instagram, WebPush,
    MobilePush, WebChat,
)  # fmt: skip

BY_NAME: Final = {channel.name: channel for channel in CHANNELS}
NAMES_BY_CODE: Final = {channel.code: channel.name for channel in CHANNELS}
CODES_BY_NAME: Final = {channel.name: channel.code for channel in CHANNELS}

# Kinds of address that stand for several devices of a person: see channels.devices.
DEVICE_KINDS: Final = tuple(
    sorted(channel.can.address_kind for channel in CHANNELS if channel.several_devices)
)


def address_kind(channel: str) -> str:
    """By which kind of address a channel reaches people: the phone for SMS, say."""
    return BY_NAME[channel].can.address_kind if channel in BY_NAME else channel


def address_kinds(channel: str) -> list[str]:
    """By which kinds of address a channel reaches people, the better one first."""
    other = BY_NAME[channel].can.address_else if channel in BY_NAME else ""
    return [address_kind(channel), *([other] if other else [])]


def reached_by(kind: str) -> list[str]:
    """The channels that reach people by this kind of address, and always the kind itself."""
    return sorted({kind, *(one.name for one in CHANNELS if kind in address_kinds(one.name))})

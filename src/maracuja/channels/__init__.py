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


def channel_of(name: str) -> str:
    """The channel of an account: telegram of telegram/promo, and of telegram."""
    return name.partition("/")[0]


def account_of(name: str) -> str:
    """Our name for a further account: promo of telegram/promo; '' for the main one."""
    return name.partition("/")[2]


def section_of(name: str) -> str:
    """The section of maracuja.toml in which an account is set up: telegram.promo."""
    return name.replace("/", ".")


class _Kinds(dict[str, type[Channel[Any]]]):
    """Channels by name; an account such as telegram/promo is of its channel's kind."""

    def __missing__(self, name: str) -> type[Channel[Any]]:
        if not account_of(name):
            raise KeyError(name)
        return self[channel_of(name)]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(channel_of(name))


BY_NAME: Final = _Kinds({channel.name: channel for channel in CHANNELS})
NAMES_BY_CODE: Final = {channel.code: channel.name for channel in CHANNELS}


class _Codes(dict[str, int]):
    """Codes of channels; an account has its channel's (its own number: store.accounts)."""

    def __missing__(self, name: str) -> int:
        if not account_of(name):
            raise KeyError(name)
        return self[channel_of(name)]


CODES_BY_NAME: Final = _Codes({channel.name: channel.code for channel in CHANNELS})

# Kinds of address that stand for several devices of a person: see channels.devices.
DEVICE_KINDS: Final = tuple(
    sorted(channel.can.address_kind for channel in CHANNELS if channel.several_devices)
)


def address_kind(channel: str) -> str:
    """By which kind of address a channel reaches people: the phone for SMS, say.

    Where an account reaches only those who opened it, its addresses are a kind of their own.
    """
    if channel not in BY_NAME:
        return channel
    kind = BY_NAME[channel]
    further = kind.own_addresses and account_of(channel)
    return f"{kind.can.address_kind}/{further}" if further else kind.can.address_kind


def identity_kind(channel: str) -> str:
    """By which kind of identity somebody on a channel is recognised.

    It is that of their address, unless the vendor knows them by one id in all its accounts.
    """
    known = channel in BY_NAME and not BY_NAME[channel].own_ids
    return BY_NAME[channel].can.address_kind if known else address_kind(channel)


def kept_under(channel: str) -> str:
    """The name under which suppressions of a channel's or an account's addresses are kept."""
    own = channel in BY_NAME and BY_NAME[channel].own_addresses
    return channel if own else channel_of(channel)


def address_kinds(channel: str) -> list[str]:
    """By which kinds of address a channel reaches people, the better one first."""
    other = BY_NAME[channel].can.address_else if channel in BY_NAME else ""
    return [address_kind(channel), *([other] if other else [])]


def reached_by(kind: str) -> list[str]:
    """The channels that reach people by this kind of address, and always the kind itself."""
    return sorted({kind, *(one.name for one in CHANNELS if kind in address_kinds(one.name))})

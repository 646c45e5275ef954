"""The record of processing (GDPR art. 30), made from the configuration and what was declared.

It must never show a secret, nor anything about one person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from msgspec import structs

from maracuja.campaigns.law import LawDeclaration, Recipient, TraitClass
from maracuja.channels import address_kinds, channel_of
from maracuja.config import EMAIL, Config
from maracuja.model import Privacy
from maracuja.runtime.law_in_force import declaration, declared
from maracuja.runtime.retention_work import Kept, report
from maracuja.store import definitions, discovered
from maracuja.store.engine import Store

_VENDORS: Final[Mapping[str, tuple[str, str]]] = {
    "telegram": ("Telegram", ""),
    "viber": ("Rakuten Viber", "LU"),
    "viber_business/turbosms": ("TurboSMS", "UA"),
    "viber_business/alphasms": ("AlphaSMS", "UA"),
    "whatsapp": ("Meta Platforms", "IE"),
    "messenger": ("Meta Platforms", "IE"),
    "instagram": ("Meta Platforms", "IE"),
    "sms/twilio": ("Twilio", "US"),
    "sms/alphasms": ("AlphaSMS", "UA"),
    "web_push": ("the maker of the person's browser", ""),
    "mobile_push": ("Apple and Google", "US"),
}
"""Who is behind a channel, and where, as far as its name tells; contracts say more."""

_OWN: Final = ("web_chat",)
UNKNOWN: Final = "not declared"


@dataclass(frozen=True)
class ChannelRecord:
    """What goes out on a channel, to whom, where, and how long they keep it.

    `country` of the recipient (ISO code); what is not known is `not declared`.
    """

    channel: str
    recipient: str
    country: str
    safeguards: str
    data: tuple[str, ...]
    purposes: tuple[str, ...]
    basis: str
    keeps: str


@dataclass(frozen=True)
class TraitRecord:
    """What a trait is held for; undeclared ones are listed so that they can be declared."""

    name: str
    purpose: str
    basis: str
    class_: str
    kept: str
    declared: bool


@dataclass(frozen=True)
class Responsible:
    """Who answers for the data."""

    name: str
    address: str
    contact: str
    officer: str


@dataclass(frozen=True)
class ProcessingRecord:
    """The whole record, as it stands at a moment; `lacks` says what has to be declared yet."""

    made: datetime
    controller: Responsible
    purposes: tuple[str, ...]
    people: str
    channels: tuple[ChannelRecord, ...]
    traits: tuple[TraitRecord, ...]
    retention: tuple[Kept, ...]
    security: tuple[str, ...]
    lacks: tuple[str, ...]


SECURITY: Final = (
    "messages and links are signed; keys are kept as hashes",
    "links in messages lead to what one person may do for themselves, and to nothing else",
    "a person is erased from every table and file, with a certificate",
    "every change by hand stands in the audit log",
)


def record(store: Store, config: Config, now: datetime) -> ProcessingRecord:
    """The record of processing of a workspace."""
    kept = tuple(report(store, config, now))
    with store.read() as conn:
        law = declaration(conn)
        known = declared(conn)
        found = discovered.every(conn, "trait")
        topics = [one.id for one in definitions.current(conn, "topic")]
    purposes = law.purposes or tuple(f"messages about {topic}" for topic in topics)
    channels = tuple(_channel(name, config, law, purposes) for name in _channels(config))
    traits = tuple(
        TraitRecord(
            name=one.name,
            purpose=known[one.name].purpose if one.name in known else "",
            basis=known[one.name].basis.value if one.name in known else "",
            class_=known[one.name].class_.value if one.name in known else _class(one.privacy),
            kept=(known[one.name].keep if one.name in known else "") or "as long as the person",
            declared=one.name in known,
        )
        for one in found
    )
    return ProcessingRecord(
        made=now,
        controller=Responsible(**structs.asdict(law.controller)),
        purposes=purposes,
        people="customers, and visitors of the shop's pages and channels",
        channels=channels,
        traits=traits,
        retention=kept,
        security=(*SECURITY, *law.security),
        lacks=tuple(_lacks(law, channels, traits)),
    )


def _channels(config: Config) -> list[str]:
    """The accounts that are set up."""
    return [EMAIL, *sorted(config.mails), *sorted(config.channels)]


def _channel(
    name: str, config: Config, law: LawDeclaration, purposes: tuple[str, ...]
) -> ChannelRecord:
    told = next((one for one in law.recipients if one.channel == name), None)
    told = told or next((one for one in law.recipients if one.channel == channel_of(name)), None)
    said = told or Recipient(channel=name)
    vendor, country = _vendor(name, config)
    return ChannelRecord(
        channel=name,
        recipient=said.name or vendor or UNKNOWN,
        country=said.country or country or UNKNOWN,
        safeguards=said.safeguards,
        data=(*(f"address: {kind}" for kind in address_kinds(name)), "the message's text"),
        purposes=purposes,
        basis="consent; a contract for service messages",
        keeps=said.keep or UNKNOWN,
    )


def _vendor(name: str, config: Config) -> tuple[str, str]:
    """Who takes the messages of an account, by its settings."""
    channel = channel_of(name)
    if channel in _OWN:
        return "nobody: the shop's own pages", config.shop.country
    if channel == EMAIL:
        return f"the mail server {config.mail(name).host}", ""
    driver = getattr(config.channels[name], "driver", "")
    return _VENDORS.get(f"{channel}/{driver}", _VENDORS.get(channel, ("", "")))


def _class(privacy: Privacy) -> str:
    return "sensitive" if privacy is Privacy.SENSITIVE else TraitClass.ORDINARY.value


def _lacks(
    law: LawDeclaration, channels: tuple[ChannelRecord, ...], traits: tuple[TraitRecord, ...]
) -> list[str]:
    """What a record needs, and nobody has declared yet."""
    lacks = []
    if not law.controller.name or not law.controller.contact:
        lacks.append("who is responsible: `controller` with name and contact in `kind: law`")
    for one in channels:
        if UNKNOWN in (one.recipient, one.country, one.keeps):
            lacks.append(f"the recipient of {one.channel}: name, country and keep in `recipients`")
    undeclared = [one.name for one in traits if not one.declared]
    if undeclared:
        lacks.append(f"purpose and basis of {', '.join(undeclared)}: `kind: trait` for each")
    return lacks

"""One person as a marketer sees them: who they are, what is known, what they agreed to.

Nothing here changes anything; `people_by_hand` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.channels import DEVICE_KINDS
from maracuja.errors import NotFound
from maracuja.ingest import addresses
from maracuja.model import ConsentState, Privacy, Trait, micros, moment
from maracuja.runtime import device_work
from maracuja.runtime.device_work import DeviceShown
from maracuja.store import consents, discovered, people, suppressions, traits

KINDS: Final = ("external_id", "email", "phone", "anonymous_id")  # tried in this order


@dataclass(frozen=True)
class Brief:
    """A person in a list."""

    pid: int
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class IdentityShown:
    """One way in which the person is recognised, since when."""

    kind: str
    value: str
    at: datetime


@dataclass(frozen=True)
class TraitShown:
    """A trait in force or outlived (`expired`), and how far it can be trusted."""

    name: str
    value: Any
    source: str
    confidence: float
    at: datetime
    expires: datetime | None
    expired: bool
    privacy: str


@dataclass(frozen=True)
class ConsentShown:
    """One word of the ledger; `in_force` where it is the last about its topic and channel."""

    topic: str
    channel: str
    state: str
    at: datetime
    source: str
    text_version: str
    language: str
    address: str
    in_force: bool


@dataclass(frozen=True)
class SuppressionShown:
    """Why an address of the person is not written to, and until when (None: until lifted)."""

    channel: str
    scope: str
    reason: str
    code: str
    raw: str  # the vendor's words, or ours
    at: datetime
    until: datetime | None


@dataclass(frozen=True)
class PersonShown:
    """Everything that the state database holds about one person."""

    pid: int
    created: datetime
    merged: tuple[int, ...]  # former numbers of people who turned out to be this one
    identities: tuple[IdentityShown, ...]
    traits: tuple[TraitShown, ...]
    addresses: dict[str, str]
    devices: tuple[DeviceShown, ...]
    consents: tuple[ConsentShown, ...]
    suppressions: tuple[SuppressionShown, ...]


def find(conn: Connection, who: str, country: str) -> int:
    """The canonical pid of `kind:value`, of `pid:17`, or of a bare id, e-mail or phone.

    A bare text is tried as each of KINDS in turn. `country` is of phones without a prefix. Raises
    NotFound.
    """
    found = matches(conn, who, country)
    if not found:
        raise NotFound(
            f"Nobody is known as `{who}`.",
            fix="Give an external id, e-mail, phone or anonymous id, or pid:<number>.",
        )
    return found[0]


def matches(conn: Connection, who: str, country: str) -> list[int]:
    """The canonical pids of everybody who is recognised by this text, the best match first."""
    kind, colon, value = who.strip().partition(":")
    if colon and kind == "pid":
        if not value.isascii() or not value.isdigit() or int(value) >= 2**63:
            return []
        (own,) = people.canonical(conn, [int(value)]).tolist()
        return [own] if people.select_people(conn, [own]).pid else []
    asked = [(kind, value)] if colon and kind.isidentifier() else []
    asked += [(kind, who.strip()) for kind in KINDS]
    pairs = [(k, _normal(k, v, country)) for k, v in asked]
    given = [(k, v) for k, v in pairs if v]
    if not given:
        return []
    pids = people.find(conn, [k for k, _ in given], [v for _, v in given]).tolist()
    return list(dict.fromkeys(pid for pid in pids if pid))


def _normal(kind: str, value: str, country: str) -> str:
    """The value as identities keep it; '' where it is no such address."""
    if kind == "email":
        return addresses.email(value) or ""
    if kind == "phone":
        return addresses.phone(value, country) or ""
    return value


def briefs(conn: Connection, pids: Sequence[int]) -> list[Brief]:
    """These people (canonical pids) for a list, by pid; who is gone is left out."""
    rows = people.select_people(conn, pids)
    return [brief(pid, traits.decode(doc)) for pid, doc in zip(rows.pid, rows.doc, strict=True)]


def page(conn: Connection, after: int, size: int) -> list[Brief]:
    """The people whose pid follows `after`, by pid, at most `size`."""
    return briefs(conn, people.pids_after(conn, after, size))


def brief(pid: int, document: traits.Document) -> Brief:
    """The person of this document in a few words."""

    def text(name: str) -> str:
        trait = document.traits.get(name)
        return str(trait.value) if trait is not None else ""

    name = text("name") or " ".join(filter(None, [text("first_name"), text("last_name")]))
    return Brief(pid, name, document.addresses.get("email", ""), text("language"))


def show(conn: Connection, pid: int, now: datetime) -> PersonShown:
    """The person, found also by a pid that was merged away. Raises NotFound."""
    profile = people.get(conn, pid)
    merged, canonical = people.merged(conn)
    privacy = {d.name: d.privacy for d in discovered.every(conn, "trait")}
    now_us = micros(now)
    return PersonShown(
        pid=profile.pid,
        created=moment(profile.created_us),
        merged=tuple(merged[canonical == profile.pid].tolist()),
        identities=tuple(
            IdentityShown(i.kind, i.value, moment(i.at_us))
            for i in people.identities_of(conn, profile.pid)
        ),
        traits=tuple(
            _trait(name, trait, privacy.get(name, Privacy.PUBLIC), now_us)
            for name, trait in sorted(profile.traits.items())
        ),
        addresses={
            kind: value
            for kind, value in sorted(profile.addresses.items())
            if kind not in DEVICE_KINDS
        },
        devices=tuple(device_work.shown(conn, profile.pid)),
        consents=tuple(said(conn, profile.pid)),
        suppressions=tuple(_suppression(s) for s in suppressions.of(conn, profile.pid, now_us)),
    )


def _trait(name: str, trait: Trait, privacy: Privacy, now_us: int) -> TraitShown:
    at = moment(trait.at_us)
    return TraitShown(
        name=name,
        value=trait.value,
        source=trait.source.name.lower(),
        confidence=trait.confidence,
        at=at,
        expires=at + timedelta(seconds=trait.ttl_s) if trait.ttl_s else None,
        expired=traits.expired(trait, now_us),
        privacy=privacy.name.lower(),
    )


def said(conn: Connection, pid: int) -> list[ConsentShown]:
    """The ledger of a canonical pid, by topic, channel and order."""
    words = consents.history(conn, pid)
    last = {(word.topic, word.channel): word.n for word in words}
    return [
        ConsentShown(
            topic=word.topic,
            channel=word.channel,
            state=ConsentState(word.state).name.lower(),
            at=moment(word.at_us),
            source=word.source,
            text_version=word.text_version,
            language=word.language,
            address=word.address,
            in_force=last[word.topic, word.channel] == word.n,
        )
        for word in words
    ]


def _suppression(row: suppressions.Suppression) -> SuppressionShown:
    return SuppressionShown(
        channel=row.channel,
        scope=row.scope,
        reason=row.reason,
        code=row.code,
        raw=row.raw,
        at=moment(row.at_us),
        until=None if row.until_us is None else moment(row.until_us),
    )

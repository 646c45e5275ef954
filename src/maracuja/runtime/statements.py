"""What a person says of themselves on a page of ours: each word holds before the answer is given.

Nothing is said by opening the page: machines follow every link.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.campaigns.definitions import Topic
from maracuja.channels import NAMES_BY_CODE, address_kinds
from maracuja.channels.devices import split
from maracuja.links.statements import Kind, Statement, read
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import (
    ConsentState,
    DeliveryEvent,
    Profile,
    Status,
    TopicKind,
    Trait,
    TraitSource,
    micros,
)
from maracuja.runtime import silencing
from maracuja.runtime.launch_ground import definitions_in_force
from maracuja.runtime.message_events import tell_subscriptions
from maracuja.runtime.sent_addresses import sent_to
from maracuja.store import (
    audit,
    consents,
    denied,
    disputed,
    meta,
    people,
    silenced,
    suppressions,
)
from maracuja.store.denied import Denied
from maracuja.store.engine import Store

NAMES: Final[tuple[str, ...]] = (
    "first_name", "last_name", "name", "full_name", "patronymic", "middle_name", "second_name",
    "otchestvo", "nickname", "gender",
)  # fmt: skip
"""What goes with a name that is somebody else's; a gender is mostly concluded from it."""

WRONG_PERSON: Final = "wrong_person"  # the source in the ledger, and the reason of suppressions
LINK: Final = "link"
PERSON: Final = "person"  # who acts, in the audit log


class Asked(NamedTuple):
    """What a page asks: `shown` is the value, with what strangers should not read left out.

    `language` is the person's own, '' where unknown.
    """

    statement: Statement
    shown: str
    language: str


class Statements:
    """Everything behind these links. Its methods block on the database: call them in a thread."""

    def __init__(self, store: Store, lake: Path, ring: KeyRing) -> None:
        self._store = store
        self._lake = lake
        self._ring = ring

    def read(self, token: str) -> Ticket | None:
        """What a token says; None where it is none of ours."""
        return self._ring.read(token, Purpose.SAY)

    def asked(self, ticket: Ticket) -> Asked | None:
        """What is asked; None where the person is gone, or there is nothing to ask any more."""
        statement = read(ticket.detail)
        with self._store.read() as conn:
            profile = _person(conn, ticket)
        if statement is None or profile is None:
            return None
        language = profile.traits.get("language")
        shown = statement.about
        if statement.kind is Kind.STILL:
            trait = profile.traits.get(statement.about)
            if trait is None:
                return None
            shown = masked(statement.about, trait.value)
        return Asked(statement, shown, str(language.value) if language else "")

    def say(self, ticket: Ticket, answer: str, now: datetime) -> bool:
        """Keep an answer: `yes`, `no` or `undo`; whether it could be given at all.

        It is written with the message that it answers as its proof, and with a line in the audit
        log; saying it again changes nothing more.
        """
        statement = read(ticket.detail)
        with self._store.write() as conn:
            profile = _person(conn, ticket)
            if statement is None or profile is None:
                return False
            if statement.kind is Kind.NOT_ABOUT:
                return _not_about(conn, profile.pid, statement.about, ticket, answer, now)
            if statement.kind is Kind.WRONG:
                return answer == "yes" and _wrong_person(conn, self._lake, profile, ticket, now)
            return _still(conn, profile, statement.about, ticket, answer, now)


def _person(conn: Connection, ticket: Ticket) -> Profile | None:
    """Whoever the link's person has become; None where they were erased."""
    pid = int(people.canonical(conn, [ticket.pid])[0])
    return people.get(conn, pid) if people.standing(conn, [pid])[0] else None


def _not_about(
    conn: Connection, pid: int, category: str, ticket: Ticket, answer: str, now: datetime
) -> bool:
    kept = {one.category for one in silenced.of(conn, pid)}
    if answer == "undo" and category in kept:
        silencing.lift(conn, pid, category, actor=PERSON, now=now)
    elif answer == "yes" and category not in kept:
        silencing.silence(
            conn, pid, category, source=LINK, actor=PERSON, now=now, message=ticket.message
        )
    return answer in ("yes", "undo")


def _still(
    conn: Connection, profile: Profile, trait: str, ticket: Ticket, answer: str, now: datetime
) -> bool:
    """Confirm the trait, as a word of the person's own of today, or void it."""
    held = profile.traits.get(trait)
    if held is None or answer not in ("yes", "no"):
        return False
    now_us = micros(now)
    if answer == "yes":
        denied.confirm(conn, profile.pid, trait)
        new = Trait(held.value, TraitSource.DECLARED, 1.0, now_us, held.ttl_s)
        _change(conn, profile.pid, {trait: new}, {}, now_us)
    else:
        _deny(conn, profile.pid, {trait: held.value}, ticket, now_us)
        # A number that is theirs no more is not called any more either.
        own = profile.addresses.get(trait) == held.value
        _change(conn, profile.pid, {trait: _nothing(now_us)}, {trait: ""} if own else {}, now_us)
    disputed.settle(conn, [(profile.pid, trait, int(source)) for source in TraitSource])
    detail = {"trait": trait, "answer": answer, "message": ticket.message.hex()}
    audit.add(conn, now_us, PERSON, "still", f"person:{profile.pid}", detail)
    return True


def _wrong_person(
    conn: Connection, lake: Path, profile: Profile, ticket: Ticket, now: datetime
) -> bool:
    """Void the name, and what was agreed to for the address that the message went to."""
    now_us, pid = micros(now), profile.pid
    channel = NAMES_BY_CODE.get(ticket.channel, "email")
    names: dict[str, Any] = {
        name: profile.traits[name].value for name in NAMES if name in profile.traits
    }
    _deny(conn, pid, names, ticket, now_us)
    _change(conn, pid, dict.fromkeys(names, _nothing(now_us)), {}, now_us)
    event = DeliveryEvent(ticket.message, pid, Status.SENT, now_us, channel, run=ticket.run)
    address = sent_to(conn, lake, [event]).get(ticket.message) or _in_use(profile, channel)
    said = _say_no(conn, pid, channel, address, ticket, now_us)
    if address:
        salt = meta.load(conn).suppression_salt
        suppressions.add(
            conn,
            channel=channel,
            digest=suppressions.digests(salt, channel, split(address)),
            scope=suppressions.MARKETING,
            reason=WRONG_PERSON,
            at_us=now_us,
        )
    detail = {
        "channel": channel,
        "traits": sorted(names),
        "topics": said,
        "message": ticket.message.hex(),
    }
    audit.add(conn, now_us, PERSON, WRONG_PERSON, f"person:{pid}", detail)
    return True


def _say_no(
    conn: Connection, pid: int, channel: str, address: str, ticket: Ticket, now_us: int
) -> list[str]:
    """Take back every marketing consent of the channel; the topics that changed."""
    changed: list[Topic] = []
    for topic in definitions_in_force(conn).values():
        if not isinstance(topic, Topic) or topic.type is not TopicKind.MARKETING:
            continue
        if channel not in topic.channels:
            continue
        state = ConsentState(int(consents.states(conn, [pid], topic.id, channel)[0]))
        if state is not ConsentState.OPTED_OUT:
            changed.append(topic)
    consents.record(
        conn,
        pid=[pid] * len(changed),
        topic=[topic.id for topic in changed],
        channel=[channel] * len(changed),
        state=[ConsentState.OPTED_OUT] * len(changed),
        at_us=now_us,
        recorded_us=now_us,
        source=WRONG_PERSON,
        text_version=[topic.text_version for topic in changed],
        address=address,
        message_id=ticket.message,
    )
    rows = [(pid, topic.id, channel, "opted_out") for topic in changed]
    tell_subscriptions(
        conn, now_us, rows, message=ticket.message, source=WRONG_PERSON, run=ticket.run
    )
    return [topic.id for topic in changed]


def _deny(
    conn: Connection, pid: int, values: Mapping[str, Any], ticket: Ticket, now_us: int
) -> None:
    salt = meta.load(conn).suppression_salt
    denied.put(
        conn,
        [
            Denied(pid, name, denied.digest(salt, name, value), now_us, ticket.message)
            for name, value in values.items()
        ],
    )


def _change(
    conn: Connection,
    pid: int,
    traits: Mapping[str, Trait],
    addresses: Mapping[str, str],
    now_us: int,
) -> None:
    rev = people.next_rev(conn)
    people.change(conn, rev, [pid], set_traits=[traits], set_addresses=[addresses], now_us=now_us)


def _nothing(now_us: int) -> Trait:
    return Trait(None, TraitSource.DECLARED, 1.0, now_us)


def _in_use(profile: Profile, channel: str) -> str:
    known = map(profile.addresses.get, address_kinds(channel))
    return next(filter(None, known), "")


def masked(trait: str, value: Any) -> str:
    """The value as a page may show it to whoever holds the link: the person recognises it."""
    text = str(value)
    if trait == "phone":
        return f"…{text[-2:]}"
    if trait == "email":
        name, _, site = text.partition("@")
        return f"{name[:1]}…@{site}"
    if trait == "birthday":
        return f"…{text[4:10]}" if len(text) >= 10 else "…"
    return text

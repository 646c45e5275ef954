"""What a person says of themselves on a page of ours: each word holds before the answer is given.

Nothing is said by opening the page: machines follow every link.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.channels import NAMES_BY_CODE, address_kinds
from maracuja.links.statements import Kind, Statement, read
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import DeliveryEvent, Profile, Status, Trait, TraitSource, micros
from maracuja.runtime import silencing
from maracuja.runtime.disowning import PERSON, Place, deny, nothing, wrong_person
from maracuja.runtime.sent_addresses import sent_to
from maracuja.store import audit, denied, disputed, people, silenced
from maracuja.store.engine import Store

LINK: Final = "link"


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
        deny(conn, profile.pid, {trait: held.value}, now_us, ticket.message)
        # A number that is theirs no more is not called any more either.
        own = profile.addresses.get(trait) == held.value
        _change(conn, profile.pid, {trait: nothing(now_us)}, {trait: ""} if own else {}, now_us)
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
    event = DeliveryEvent(ticket.message, pid, Status.SENT, now_us, channel, run=ticket.run)
    address = sent_to(conn, lake, [event]).get(ticket.message) or _in_use(profile, channel)
    place = Place(channel, address, ticket.message, ticket.run)
    wrong_person(conn, people.next_rev(conn), profile, place, now_us, now_us)
    return True


def _change(
    conn: Connection,
    pid: int,
    traits: Mapping[str, Trait],
    addresses: Mapping[str, str],
    now_us: int,
) -> None:
    rev = people.next_rev(conn)
    people.change(conn, rev, [pid], set_traits=[traits], set_addresses=[addresses], now_us=now_us)


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

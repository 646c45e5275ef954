"""What a person sees of what is kept about them, and what they may change or delete by themselves.

A link can be forwarded with its mail: what is sensitive, and addresses, are shown in full only by
a link that was sent to the person's own address on their wish.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.campaigns.forms import Field, FieldType
from maracuja.channels import DEVICE_KINDS, NAMES_BY_CODE, address_kinds, channel_of
from maracuja.decisions.law import Right
from maracuja.links.tokens import KeyRing, Ticket
from maracuja.model import (
    ConsentState,
    Privacy,
    Profile,
    Trait,
    TraitSource,
    TraitType,
    micros,
    moment,
)
from maracuja.runtime import rights_work
from maracuja.runtime.disowning import PERSON, Place, deny, nothing
from maracuja.runtime.form_answers import read_value
from maracuja.runtime.form_desk import masked
from maracuja.runtime.law_in_force import declared
from maracuja.runtime.orders import ERASE
from maracuja.runtime.signup_messages import Desk, topic_names
from maracuja.store import audit, commands, consents, denied, discovered, people, signups
from maracuja.store.engine import Store
from maracuja.store.signups import Proof

SOURCE: Final = "own_data_page"
WHOLE_FOR: Final = timedelta(hours=1)  # a link to all of it is good for so long
ADDRESSES: Final = frozenset({"email", "phone"})
_TYPES: Final = {
    TraitType.TEXT: FieldType.TEXT,
    TraitType.NUMBER: FieldType.NUMBER,
    TraitType.DATE: FieldType.DATE,
    TraitType.BOOLEAN: FieldType.YES,
}


class TraitSeen(NamedTuple):
    """A trait as the person sees it: `value` is None where it is not shown by this link.

    `field` is how it can be changed; None: only taken away. `fixed`: an address of theirs.
    """

    name: str
    value: Any
    source: TraitSource
    at: datetime
    purpose: str
    field: FieldType | None
    fixed: bool


class ConsentSeen(NamedTuple):
    """A consent in force, with what proves it."""

    topic: str
    channel: str
    state: ConsentState
    at: datetime
    source: str
    text_version: str
    language: str
    proof: Proof | None


class OwnData(NamedTuple):
    """Everything that the page shows."""

    whole: bool
    traits: list[TraitSeen]
    addresses: list[tuple[str, str]]
    consents: list[ConsentSeen]
    language: str


class Written(NamedTuple):
    """Where a link was sent: the channel, and the address as only its owner knows it."""

    channel: str
    address: str


@dataclass(frozen=True)
class OwnDataDesk:
    """Everything behind the page. Its methods block on the database: call them in a thread.

    `channels` are the accounts over which people may be written to.
    """

    store: Store
    ring: KeyRing
    desk: Desk
    channels: Sequence[str]

    def see(self, ticket: Ticket, *, whole: bool) -> OwnData | None:
        """What is kept about the person of a link; None where nobody is there any more."""
        with self.store.read() as conn:
            pid = _standing(conn, ticket)
            if not pid:
                return None
            person = people.get(conn, pid)
            language = person.traits.get("language")
            spoken = str(language.value) if language is not None else ""
            return OwnData(
                whole,
                _traits(conn, person.traits, whole=whole),
                [
                    (kind, value if whole else masked(value))
                    for kind, value in sorted(person.addresses.items())
                    if value
                ],
                _consents(conn, pid, spoken),
                spoken,
            )

    def key(self, ticket: Ticket, now: datetime) -> str:
        """What a form of the page brings back: a change was asked for on that page, lately."""
        return self.ring.seal(f"own|{ticket.pid}|{now.date().isoformat()}")

    def is_fresh(self, ticket: Ticket, key: str, now: datetime) -> bool:
        """Whether that came back with a form."""
        days = [(now - timedelta(days=n)).date().isoformat() for n in (0, 1)]
        return self.ring.unseal(key[:200]) in [f"own|{ticket.pid}|{day}" for day in days]

    def change(self, ticket: Ticket, name: str, text: str, now: datetime, *, whole: bool) -> bool:
        """The person says what is right; False where that is no value, or may not be changed."""
        with self.store.write() as conn:
            rev, now_us = people.next_rev(conn), micros(now)
            pid = _standing(conn, ticket)
            seen = self._changeable(conn, pid, name, whole=whole)
            if seen is None or seen.field is None or seen.fixed:
                return False
            field = Field(trait="value", labels={"en": "value"}, type=seen.field)
            said = " ".join(text.split())[:300]
            value = read_value(field, said) if said else None
            if seen.field is FieldType.YES:
                value = said == "yes"
            if not isinstance(value, str | int | float | bool):
                return False
            held = people.get(conn, pid).traits[name].value
            denied.confirm(conn, pid, name)
            if value != held:
                deny(conn, pid, {name: held}, now_us)
            told = {name: Trait(value, TraitSource.DECLARED, 1.0, now_us)}
            people.change(conn, rev, [pid], set_traits=[told], now_us=now_us)
            audit.add(conn, now_us, PERSON, "change_trait", f"person:{pid}", {"trait": name})
        return True

    def delete(self, ticket: Ticket, name: str, now: datetime, *, whole: bool) -> bool:
        """The person takes a trait away; nobody else puts the same value back."""
        with self.store.write() as conn:
            rev, now_us = people.next_rev(conn), micros(now)
            pid = _standing(conn, ticket)
            seen = self._changeable(conn, pid, name, whole=whole)
            if seen is None or seen.fixed:
                return False
            deny(conn, pid, {name: people.get(conn, pid).traits[name].value}, now_us)
            gone = {name: nothing(now_us)}
            people.change(conn, rev, [pid], set_traits=[gone], now_us=now_us)
            audit.add(conn, now_us, PERSON, "delete_trait", f"person:{pid}", {"trait": name})
        return True

    def _changeable(
        self, conn: Connection, pid: int, name: str, *, whole: bool
    ) -> TraitSeen | None:
        """The trait, where this link shows it."""
        if not pid:
            return None
        seen = _traits(conn, people.get(conn, pid).traits, whole=whole)
        return next((one for one in seen if one.name == name and one.value is not None), None)

    def write_to_them(
        self, ticket: Ticket, language: str, now: datetime, *, erase: bool
    ) -> Written | None:
        """Send the link that shows, or deletes, everything to an address of their own.

        It goes where the link came that they hold; else by mail, else wherever they are known.
        None where that is nowhere. Once an hour at most, however often it is asked for.
        """
        with self.store.write() as conn:
            pid = _standing(conn, ticket)
            place = self._place(people.get(conn, pid), ticket) if pid else None
            if place is None:
                return None
            self.desk.own(conn, pid, place, language, now, erase=erase)
            what = "ask_to_erase" if erase else "ask_to_see"
            detail = {"channel": place.channel}
            audit.add(conn, micros(now), PERSON, what, f"person:{pid}", detail)
        return Written(channel_of(place.channel), masked(place.address))

    def _place(self, person: Profile, ticket: Ticket) -> Place | None:
        """Where they are written to; their devices take no such link."""
        mine = NAMES_BY_CODE.get(ticket.channel, "email")
        ranked = sorted(self.channels, key=lambda c: (channel_of(c) != mine, c != "email"))
        for channel in ranked:
            kinds = [kind for kind in address_kinds(channel) if kind not in DEVICE_KINDS]
            if at := next(filter(None, map(person.addresses.get, kinds)), ""):
                return Place(channel, at)
        return None

    def is_open(self, ticket: Ticket, now: datetime) -> bool:
        """Whether a link that was sent to the person's own address still holds."""
        return moment(ticket.sent_s * 1_000_000) + 2 * WHOLE_FOR > now

    def erase(self, ticket: Ticket, now: datetime) -> bool:
        """The person wants to be forgotten: taken down, and asked of the worker at once."""
        with self.store.write() as conn:
            pid = _standing(conn, ticket)
            if not pid:
                return False
            asked = (one.args for one in commands.waiting(conn) if one.name == ERASE)
            if {"pid": pid} in asked:
                return True
            taken = rights_work.take_down(
                conn,
                pid,
                Right.ERASURE,
                country=self.desk.country,
                source=SOURCE,
                actor=PERSON,
                now=now,
            )
            rights_work.answer(conn, taken.id, actor=PERSON, now=now)
        return True


def _standing(conn: Connection, ticket: Ticket) -> int:
    """The canonical pid of a link's person; 0 where nobody is there."""
    (pid,) = people.canonical(conn, [ticket.pid]).tolist()
    return int(pid) if people.standing(conn, [pid])[0] else 0


def _traits(conn: Connection, known: Mapping[str, Trait], *, whole: bool) -> list[TraitSeen]:
    """The traits by name; of the sensitive ones only that they are there, but for their owner."""
    about = {one.name: one for one in discovered.every(conn, "trait")}
    purposes = declared(conn)
    seen = []
    for name, trait in sorted(known.items()):
        found, why = about.get(name), purposes.get(name)
        careful = (found is not None and found.privacy is Privacy.SENSITIVE) or (
            why is not None and why.class_.value != "ordinary"
        )
        value = trait.value
        if name in ADDRESSES and not whole:
            value = masked(str(value))
        elif careful and not whole:
            value = None
        kind = found.type if found is not None else _type_of(trait.value)
        seen.append(
            TraitSeen(
                name,
                value,
                trait.source,
                moment(trait.at_us),
                why.purpose if why is not None else "",
                _TYPES.get(kind),
                name in ADDRESSES,
            )
        )
    return seen


def _type_of(value: Any) -> TraitType:
    if isinstance(value, bool):
        return TraitType.BOOLEAN
    if isinstance(value, int | float):
        return TraitType.NUMBER
    return TraitType.TEXT if isinstance(value, str) else TraitType.OBJECT


def _consents(conn: Connection, pid: int, language: str) -> list[ConsentSeen]:
    """The word in force about each topic and channel, with its proof."""
    last = {(one.topic, one.channel): one for one in consents.history(conn, pid)}
    proofs = signups.by_id(conn, [one.message_id for one in last.values() if one.message_id])
    names = dict(zip(last, topic_names(conn, [t for t, _ in last], language or "en"), strict=True))
    return [
        ConsentSeen(
            names[key],
            one.channel,
            ConsentState(one.state),
            moment(one.at_us),
            one.source,
            one.text_version,
            one.language,
            proofs[one.message_id].proof if one.message_id in proofs else None,
        )
        for key, one in sorted(last.items())
    ]

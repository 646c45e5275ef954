"""Everything behind sign-up pages. Its methods block on the database: call them in a thread."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address, ip_network
from typing import Any, Final, NamedTuple

import msgspec

from maracuja.campaigns.bonus import Entry
from maracuja.campaigns.definitions import Topic
from maracuja.campaigns.forms import Bonus, Form, said
from maracuja.errors import Conflict, NotFound
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import micros
from maracuja.rng import make_id
from maracuja.runtime.bonus_work import show_balances
from maracuja.runtime.form_answers import Filled, read_answers, read_form
from maracuja.runtime.signing_up import SigningUp
from maracuja.runtime.signup_given import Given, Taken
from maracuja.store import bonus as ledger
from maracuja.store import definitions, feed, people, signups
from maracuja.store.engine import Store
from maracuja.store.signups import Proof, Signup, SignupState, Step

SECONDS_MIN: Final = 2  # nobody fills in a form more quickly
SECONDS_MAX: Final = 86_400  # then the page has been open for too long
BONUS_PROMISED: Final = "Bonus Promised"


class Stamp(NamedTuple):
    """What a page was shown as: sealed, it comes back with the form."""

    form: str
    version: int
    country: str
    language: str
    at_s: int
    nonce: str


class Found(NamedTuple):
    """A form in force, with its topics."""

    form: Form
    version: int
    topics: tuple[Topic, ...]


class Caller(NamedTuple):
    """Who sends a form, as far as their request tells."""

    ip: str
    agent: str
    page: str
    source: str


class Received(NamedTuple):
    """What came of a sending: `taken`, or what is wrong; `once_more`: the page was too quick, too
    old, or none of ours."""

    filled: Filled
    taken: Taken | None = None
    once_more: bool = False


class Answered(NamedTuple):
    """What is wrong with the answers, by field; else the code that they are worth, if any."""

    faults: dict[str, str]
    code: str = ""


class Held(NamedTuple):
    """A sign-up with the form that it was made on."""

    form: Form
    row: Signup


@dataclass(frozen=True)
class FormDesk:
    """The forms of a shop; `shop` is its name, `country` where its numbers are at home.

    `coupon` gives a person a code of a pool, the same one again to whoever has one.
    """

    store: Store
    signing: SigningUp
    ring: KeyRing
    shop: str
    country: str
    coupon: Callable[[str, int, datetime], str] | None = None

    def find(self, name: str) -> Found | None:
        """The form of this id; None where there is none."""
        with self.store.read() as conn:
            try:
                stored = definitions.get(conn, "form", name)
            except NotFound:
                return None
            form = msgspec.json.decode(stored.body, type=Form)
            named = {row.id: row.body for row in definitions.current(conn, "topic")}
        topics = [
            msgspec.json.decode(named[one], type=Topic) for one in form.topics if one in named
        ]
        return Found(form, stored.version, tuple(topics))

    def stamp(self, shown: Stamp) -> str:
        """The stamp of a page, sealed."""
        return self.ring.seal(
            f"form|{shown.form}|{shown.version}|{shown.country}|{shown.language}"
            f"|{shown.at_s}|{shown.nonce}"
        )

    def read_stamp(self, sealed: str, form: str) -> Stamp | None:
        """The stamp, where it is ours and of this form."""
        parts = (self.ring.unseal(sealed[:400]) or "").split("|")
        if len(parts) != 7 or parts[0] != "form" or parts[1] != form:
            return None
        return Stamp(form, int(parts[2]), parts[3], parts[4], int(parts[5]), parts[6])

    def receive(
        self,
        found: Found,
        posted: Mapping[str, Sequence[str]],
        caller: Caller,
        now: datetime,
    ) -> Received:
        """Take what came with the form, where it is whole and a person had the time for it."""
        stamp = self.read_stamp(next(iter(posted.get("stamp", ())), ""), found.form.id)
        age_s = int(now.timestamp()) - stamp.at_s if stamp is not None else -1
        country = stamp.country if stamp is not None else self.country
        filled = read_form(found.form, posted, country or self.country)
        fresh = SECONDS_MIN <= age_s <= SECONDS_MAX
        if stamp is None or not fresh or stamp.version != found.version:
            return Received(filled, once_more=True)
        if filled.faults:
            return Received(filled)
        if any(posted.get("website", ())):  # no person sees this field
            nobody = Taken(make_id("visit", stamp.nonce), False, {}, done=False)
            return Received(filled, nobody._replace(codes="phone" in filled.addresses))
        given = Given(
            form=found.form,
            version=found.version,
            topics=filled.topics,
            addresses=filled.addresses,
            answers=filled.answers,
            country=country,
            proof=_proof(found, stamp, caller),
            source=caller.source,
            stamp=f"{stamp.at_s}.{stamp.nonce}",
        )
        with self.store.write() as conn:
            return Received(filled, self.signing.take(conn, given, now))

    def reference(self, form: str, visit: bytes) -> str:
        """What the page that asks for a code brings back."""
        return self.ring.seal(f"visit|{form}|{visit.hex()}")

    def enter_code(
        self, form: str, reference: str, code: str, caller: Caller, now: datetime
    ) -> Held | None:
        """The sign-up whose code this is; None where it is none."""
        parts = (self.ring.unseal(reference[:400]) or "").split("|")
        if len(parts) != 3 or parts[:2] != ["visit", form]:
            return None
        with self.store.write() as conn:
            done = self.signing.confirm_code(
                conn, form, bytes.fromhex(parts[2]), code, now, caller.ip, caller.agent
            )
        return None if done is None else self._with_form(done.row)

    # ------------------------------------------------------------ links that confirm

    def look(self, ticket: Ticket, now: datetime) -> Held | None:
        """The sign-up of a link; None where it is gone."""
        with self.store.read() as conn:
            row = signups.get(conn, ticket.message)
        return None if row is None else self._with_form(row)

    def confirm(self, ticket: Ticket, caller: Caller, now: datetime) -> Held | None:
        """Somebody pressed the button; None where it is too late."""
        with self.store.write() as conn:
            done = self.signing.confirm(
                conn, ticket.message, now, how="button", ip=caller.ip, agent=caller.agent
            )
        return None if done is None else self._with_form(done.row)

    def ticket_of(self, row: Signup, now: datetime) -> str:
        """The token by which the page of a sign-up goes on."""
        return self.ring.sign(
            Ticket(
                purpose=Purpose.CONFIRM,
                message=row.id,
                pid=row.pid,
                sent_s=int(now.timestamp()),
            )
        )

    def answer(self, held: Held, posted: Mapping[str, Sequence[str]], now: datetime) -> Answered:
        """Keep the answers to the questions, and promise the bonus once.

        Nothing is promised for nothing: at least one question must be answered.
        """
        answers, faults = read_answers(held.form.questions, posted)
        if not answers and not faults and held.form.questions:
            faults[held.form.questions[0].trait] = "fault_field"
        if faults or held.row.state is not SignupState.CONFIRMED:
            return Answered(faults)
        with self.store.write() as conn:
            self.signing.answered(conn, held.row, answers, now)
            if held.form.bonus is not None:
                self._promise(conn, held, held.form.bonus, now)
        return Answered({}, self._code(held, now))

    def _code(self, held: Held, now: datetime) -> str:
        """The code of the bonus, the same one however often it is asked for; '' without any."""
        bonus = held.form.bonus
        if bonus is None or not bonus.coupons or self.coupon is None:
            return ""
        try:
            return self.coupon(bonus.coupons, held.row.pid, now)
        except (NotFound, Conflict):  # there is none left: the promise is on record all the same
            return ""

    def _promise(self, conn: Any, held: Held, bonus: Bonus, now: datetime) -> None:
        """Credit the points and tell of the bonus, once for a person and form."""
        (pid,) = people.canonical(conn, [held.row.pid]).tolist()
        mine = signups.of_people(conn, [pid])
        if any(one.bonus_us for one in mine if one.form == held.form.id):
            return
        now_us = micros(now)
        signups.change(conn, held.row.id, bonus_us=now_us)
        if bonus.points:
            source, key = f"form:{held.form.id}", held.row.id.hex()
            ledger.add(conn, [Entry(pid, source, key, bonus.points, now_us)])
            show_balances(conn, [pid], now)
        told = {
            "form": held.form.id,
            "bonus": said(bonus.says, "en"),
            "points": bonus.points,
            "coupons": bonus.coupons,
        }
        feed.append(
            conn,
            at_us=now_us,
            pid=[pid],
            event=BONUS_PROMISED,
            message_id=[make_id("bonus", held.form.id, pid)],
            properties=[msgspec.json.encode({k: v for k, v in told.items() if v})],
        )

    def _with_form(self, row: Signup) -> Held | None:
        """The form as it was when it was shown; the newest where that is no longer kept."""
        with self.store.read() as conn:
            try:
                stored = definitions.get(conn, "form", row.form, row.version)
            except NotFound:
                return None
        return Held(msgspec.json.decode(stored.body, type=Form), row)

    # ------------------------------------------------------------ counts

    def count(self, counted: Mapping[tuple[str, str, Step], int], now: datetime) -> None:
        """Add to how often forms were shown and begun."""
        with self.store.write() as conn:
            signups.count(conn, counted, micros(now))


def cut_ip(text: str) -> str:
    """The network that an address is of: 24 bits of IPv4, 48 of IPv6; '' where it is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return ""
    bits = 24 if address.version == 4 else 48
    return str(ip_network((address, bits), strict=False).network_address)


def masked(address: str) -> str:
    """An address so that its owner knows it and nobody else learns it."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}…@{host}"
    return f"…{address[-3:]}" if len(address) > 3 else "…"


def _proof(found: Found, stamp: Stamp, caller: Caller) -> Proof:
    consent = found.form.consent_in(stamp.language, stamp.country)
    return Proof(
        text=consent.text,
        text_version=consent.version,
        language=consent.language,
        country=stamp.country,
        page=caller.page,
        ip=caller.ip,
        user_agent=caller.agent[:300],
    )


def pace_key(ip: str) -> str:
    """Who is counted together when it goes too fast: one IPv4 address, one IPv6 network."""
    try:
        address = ip_address(ip.partition("%")[0])
    except ValueError:
        return ip[:64]
    whole = str(address) if address.version == 4 else str(ip_network((address, 64), strict=False))
    return hashlib.sha256(whole.encode()).hexdigest()[:16]

"""Signing up on a form: asked, confirmed by the address itself, kept in the ledger with its proof.

Whoever fills in a form may be anybody: until the address has confirmed, nothing is sent but the
question, nothing that stands is changed, and the answer is the same for everybody.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.forms import ADDRESSES
from maracuja.channels import address_kind, identity_kind
from maracuja.errors import NotFound, UnsupportedFeature
from maracuja.links.tokens import Purpose, Ticket
from maracuja.model import ConsentState, Trait, TraitSource, micros
from maracuja.rng import make_id
from maracuja.runtime.message_events import tell_subscriptions
from maracuja.runtime.signup_given import Given, Taken, new_signup, phone_countries
from maracuja.runtime.signup_messages import Desk
from maracuja.store import consents, people, resolving, signups, suppressions
from maracuja.store.merging import Exposures, never_exposed
from maracuja.store.signups import Proof, Signup, SignupState, Step

AGAIN: Final = timedelta(minutes=10)  # before the same address is asked once more
DAY: Final = timedelta(days=1)
MESSAGES_A_DAY: Final = 3  # that ask one address to confirm, over all forms
TRIES_MAX: Final = 5  # of a code
SINGLE: Final = "single"  # how it was confirmed: nothing had to be
LIFTED: Final = ("erased", "complained")  # marketing was stopped there: a new word lifts it
_WORDLESS: Final = (ConsentState.UNKNOWN, ConsentState.UNPROVEN)


class Confirmed(NamedTuple):
    """A sign-up that holds: `first` where it was not confirmed before."""

    row: Signup
    first: bool


@dataclass(frozen=True)
class SigningUp:
    """Takes what forms bring, inside the caller's transaction.

    `opens` makes the link into a channel of a payload; `salt` is that of suppressions.
    """

    desk: Desk
    salt: str
    opens: Callable[[str, str], str]
    exposures: Exposures = never_exposed

    def take(self, conn: Connection, given: Given, now: datetime) -> Taken:
        """Keep what was asked for; ask the addresses to confirm where they must."""
        rev = people.next_rev(conn)
        form, told = given.form, given.addresses
        named = "|".join(f"{kind}:{told[kind]}" for kind in ADDRESSES if kind in told)
        visit = make_id("visit", form.id, given.stamp, named)
        again = bool(signups.of_visit(conn, form.id, visit))
        must = form.confirms(given.country, *phone_countries(told.get("phone", "")))
        for kind, address in told.items():
            for channel in form.reached_by(kind):
                self._ask(conn, rev, given, channel, address, visit, must, now)
        starts = {}
        for channel in form.opened:
            row = new_signup(given, channel, "", visit, now)
            signups.add(conn, row)
            try:
                starts[channel] = self.opens(channel, self._start(row, now))
            except (UnsupportedFeature, NotFound):
                continue  # the settings do not say where the link leads
        if not again:
            signups.count(conn, {(form.id, given.source, Step.SUBMITTED): 1}, micros(now))
        return Taken(visit, must and "phone" in told, starts, bool(told) and not must)

    def _start(self, row: Signup, now: datetime) -> str:
        at_s = int(now.timestamp())
        ticket = Ticket(
            purpose=Purpose.START, message=row.id, pid=0, sent_s=at_s, detail=row.form[:12]
        )
        return self.desk.ring.sign(ticket)

    def _ask(
        self,
        conn: Connection,
        rev: int,
        given: Given,
        channel: str,
        address: str,
        visit: bytes,
        must: bool,
        now: datetime,
    ) -> None:
        """One address on one channel: a new round, or the one that is open."""
        form, now_us = given.form, micros(now)
        last = signups.newest(conn, form.id, channel, address)
        if last is not None and last.visit == visit:
            return  # the same press twice
        kind = ADDRESSES[0] if "@" in address else ADDRESSES[1]
        pid = self._person(conn, rev, kind, address, now_us)
        said = consents.last_said(conn, [pid])
        held = {topic: said.get((pid, topic, channel)) for topic in given.topics}
        outs = any(h is not None and h[0] is ConsentState.OPTED_OUT for h in held.values())
        row = new_signup(given, channel, address, visit, now)._replace(pid=pid)
        if not must and not outs:
            self._agree_at_once(conn, rev, row, held, now_us)
            return
        open_now = last is not None and _open(last, now_us) and not _left(last, held)
        if open_now:
            assert last is not None
            kept = {"answers": given.answers, "topics": given.topics, "proof": given.proof}
            signups.change(conn, last.id, **kept)
            row = last._replace(topics=given.topics, proof=given.proof, answers=given.answers)
        if self._spent(conn, row, last if open_now else None, now):
            return
        if not open_now:
            signups.add(conn, row)
        wordless = [t for t, h in held.items() if h is None or h[0] in _WORDLESS]
        _say(conn, row, wordless, ConsentState.PENDING, now_us)
        self.desk.message(conn, row, now)

    def _spent(self, conn: Connection, row: Signup, last: Signup | None, now: datetime) -> bool:
        """Whether this address has been asked often enough lately."""
        if last is not None and last.messaged_us > micros(now - AGAIN):
            return True
        since_us = micros(now - DAY)
        return signups.messaged_since(conn, row.channel, row.address, since_us) >= MESSAGES_A_DAY

    def _agree_at_once(
        self,
        conn: Connection,
        rev: int,
        row: Signup,
        held: Mapping[str, tuple[ConsentState, int] | None],
        now_us: int,
    ) -> None:
        """Where nothing has to be confirmed: it holds, and only fills what was empty."""
        new = [t for t, h in held.items() if h is None or h[0] is not ConsentState.OPTED_IN]
        if not new:
            return  # they hear already: whoever this was has changed nothing
        row = row._replace(
            state=SignupState.CONFIRMED,
            confirmed_us=now_us,
            proof=_proven(row.proof, SINGLE, "", ""),
        )
        signups.add(conn, row._replace(answers={}))
        _say(conn, row, new, ConsentState.OPTED_IN, now_us)
        known = people.get(conn, row.pid).traits
        blank = {name: value for name, value in row.answers.items() if name not in known}
        self._write(conn, rev, row, blank, now_us)
        signups.count(conn, {(row.form, row.source, Step.CONFIRMED): 1}, now_us)

    def _person(self, conn: Connection, rev: int, kind: str, address: str, now_us: int) -> int:
        """Who has the address: somebody new where nobody had it."""
        found = int(people.find(conn, [kind], [address])[0])
        if found:
            return found
        claims = resolving.Claims(rows=1, row=[0], kind=[kind], value=[address], at_us=now_us)
        (pid,) = resolving.resolve(conn, rev, claims, now_us=now_us).pid.tolist()
        at = [{address_kind("email" if kind == "email" else "sms"): address}]
        people.change(conn, rev, [pid], set_traits=[{}], set_addresses=at, now_us=now_us)
        return int(pid)

    # ------------------------------------------------------------ confirming

    def confirm(
        self, conn: Connection, number: bytes, now: datetime, *, how: str, ip: str, agent: str
    ) -> Confirmed | None:
        """The address says yes; None where it is too late, or they have opted out since."""
        rev = people.next_rev(conn)
        row = signups.get(conn, number)
        if row is None:
            return None
        if row.state is SignupState.CONFIRMED:
            return Confirmed(row, first=False)
        (pid,) = people.canonical(conn, [row.pid]).tolist()
        if not _open(row, micros(now)) or not people.standing(conn, [pid])[0]:
            return None
        row = row._replace(pid=pid, proof=_proven(row.proof, how, ip, agent))
        return self._hold(conn, rev, row, micros(now))

    def confirm_code(
        self,
        conn: Connection,
        form: str,
        visit: bytes,
        code: str,
        now: datetime,
        ip: str,
        agent: str,
    ) -> Confirmed | None:
        """The code of a visit's message was typed in; None where it is wrong or came too often."""
        for row in signups.of_visit(conn, form, visit):
            if not row.address or "@" in row.address or row.tries >= TRIES_MAX:
                continue
            if hmac.compare_digest(self.desk.code(row), code):
                return self.confirm(conn, row.id, now, how="code", ip=ip, agent=agent)
            signups.change(conn, row.id, tries=row.tries + 1)
        return None

    def started(
        self,
        conn: Connection,
        rev: int,
        number: bytes,
        pid: int,
        channel: str,
        address: str,
        at_us: int,
    ) -> Confirmed | None:
        """Somebody opened a channel by the link of a form: the chat is the address."""
        row = signups.get(conn, number)
        if row is None or row.channel != channel or row.state is not SignupState.ASKED:
            return None
        if not _open(row, at_us):
            return None
        proof = _proven(row.proof, "start", "", "")
        return self._hold(conn, rev, row._replace(pid=pid, address=address, proof=proof), at_us)

    def _hold(self, conn: Connection, rev: int, row: Signup, at_us: int) -> Confirmed | None:
        """The sign-up holds from now on, unless they have opted out of all of it since."""
        said = consents.last_said(conn, [row.pid])
        held = {topic: said.get((row.pid, topic, row.channel)) for topic in row.topics}
        stays = [topic for topic, last in held.items() if not _since(last, row.asked_us)]
        if not stays:
            signups.change(conn, row.id, state=int(SignupState.CLOSED))
            return None
        # Laws that ask for a confirmation look for the question right before the answer.
        unasked = [t for t in stays if (held[t] or (None,))[0] is not ConsentState.PENDING]
        _say(conn, row, unasked, ConsentState.PENDING, at_us)
        _say(conn, row, stays, ConsentState.OPTED_IN, at_us)
        digests = suppressions.digests(self.salt, row.channel, [row.address])
        suppressions.lift(conn, row.channel, digests, reasons=LIFTED)
        self._write(conn, rev, row, row.answers, at_us)
        row = self._joined(conn, rev, row, at_us)
        row = row._replace(state=SignupState.CONFIRMED, confirmed_us=at_us, answers={})
        kept = ("state", "pid", "address", "confirmed_us", "answers", "proof")
        told = {name: getattr(row, name) for name in kept} | {"state": int(row.state)}
        signups.change(conn, row.id, **told)
        signups.count(conn, {(row.form, row.source, Step.CONFIRMED): 1}, at_us)
        return Confirmed(row, first=True)

    def _joined(self, conn: Connection, rev: int, row: Signup, at_us: int) -> Signup:
        """Addresses that were given together, each confirmed, are one person's."""
        others = signups.of_visit(conn, row.form, row.visit)
        held = (one for one in others if one.state is SignupState.CONFIRMED)
        mine = [one for one in held if one.address and one.proof.how != SINGLE]
        named = {_identity(one) for one in [row, *mine]}
        if len(named) < 2:
            return row
        kinds, values = zip(*sorted(named), strict=True)
        claims = resolving.Claims(
            rows=1, row=[0] * len(named), kind=kinds, value=values, at_us=at_us
        )
        found = resolving.resolve(conn, rev, claims, now_us=at_us, exposures=self.exposures)
        return row._replace(pid=int(found.pid[0]))

    def answered(
        self, conn: Connection, row: Signup, answers: Mapping[str, Any], now: datetime
    ) -> None:
        """Keep answers to the questions that come after a sign-up that holds."""
        rev, now_us = people.next_rev(conn), micros(now)
        (pid,) = people.canonical(conn, [row.pid]).tolist()
        row = row._replace(pid=pid)
        if row.proof.how == SINGLE:  # nobody has proven whose address it is
            known = people.get(conn, pid).traits
            answers = {name: value for name, value in answers.items() if name not in known}
        self._write(conn, rev, row, answers, now_us)

    def _write(
        self, conn: Connection, rev: int, row: Signup, answers: Mapping[str, Any], at_us: int
    ) -> None:
        told = {
            name: Trait(value, TraitSource.DECLARED, 1.0, at_us) for name, value in answers.items()
        }
        at = {address_kind(row.channel): row.address}
        people.change(conn, rev, [row.pid], set_traits=[told], set_addresses=[at], now_us=at_us)


def _identity(row: Signup) -> tuple[str, str]:
    return identity_kind(row.channel), row.address


def _open(row: Signup, now_us: int) -> bool:
    return row.state is SignupState.ASKED and now_us < row.until_us


def _since(last: tuple[ConsentState, int] | None, asked_us: int) -> bool:
    """Whether they have opted out since they were asked."""
    return last is not None and last[0] is ConsentState.OPTED_OUT and last[1] >= asked_us


def _left(row: Signup, held: Mapping[str, tuple[ConsentState, int] | None]) -> bool:
    return any(_since(last, row.asked_us) for last in held.values())


def _proven(proof: Proof, how: str, ip: str, agent: str) -> Proof:
    return msgspec.structs.replace(proof, how=how, confirmed_ip=ip, confirmed_agent=agent)


def _say(
    conn: Connection, row: Signup, topics: Sequence[str], state: ConsentState, at_us: int
) -> None:
    """Words of the sign-up to the ledger and the feed; they name it as where they come from."""
    if not topics:
        return
    source = f"form:{row.form}"
    consents.record(
        conn,
        pid=[row.pid] * len(topics),
        topic=list(topics),
        channel=row.channel,
        state=int(state),
        at_us=at_us,
        recorded_us=at_us,
        source=source,
        text_version=row.proof.text_version,
        language=row.proof.language,
        address=row.address,
        message_id=row.id,
    )
    rows = [(row.pid, topic, row.channel, state.name.lower()) for topic in topics]
    tell_subscriptions(conn, at_us, rows, message=row.id, source=source)

"""What channels heard does to people: who it is, traits, consents, suppressions, and the feed.

It works inside the projection's transaction and commits nothing itself; what it tells goes to the
feed, and with the next batch to the lake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np
from sqlalchemy import Connection

from maracuja.campaigns.definitions import Topic
from maracuja.channels import BY_NAME, account_of, address_kind, channel_of, identity_kind
from maracuja.channels.heard import HeardKind
from maracuja.channels.polls import Answered, read_reply
from maracuja.ingest.addresses import phone
from maracuja.ingest.deliveries import STOPS
from maracuja.ingest.heard import HeardRow, languages
from maracuja.links.tokens import Purpose
from maracuja.model import ConsentState, DeliveryEvent, TopicKind, Trait, TraitSource
from maracuja.runtime import (
    conversation_hearing,
    hearing_reach,
    hearing_told,
    own_wishes,
    people_changes,
    resting,
    votes,
)
from maracuja.runtime.conversation_hearing import Said
from maracuja.runtime.hearing_reach import BLOCKED, Reached
from maracuja.runtime.message_events import Subscribed, tell_subscribed
from maracuja.runtime.part_receipts import whole
from maracuja.runtime.signup_messages import Desk
from maracuja.runtime.signup_starts import Opened, hold
from maracuja.store import (
    accounts,
    consents,
    definitions,
    people,
    resolving,
    suppressions,
    vendor_ids,
)
from maracuja.store.merging import Exposures, never_exposed

START: Final = "start"
START_DAYS: Final = 30  # how long a link into a channel says whose chat it is
_BROUGHT: Final = frozenset({HeardKind.OPENED, HeardKind.START})  # by a link, which has a payload
_SPEAKING: Final = _BROUGHT | {HeardKind.MESSAGE, HeardKind.TAP, HeardKind.MOVED, HeardKind.FACTS}


@dataclass
class _Row:
    """One thing heard with what has been found out about it."""

    told: HeardRow
    kind: str  # of the identity that the address is
    pid: int = 0  # 0: nobody we know
    message: bytes = b""
    run: int = 0
    payload: str = ""
    guest: int = 0  # whom a link of ours into the channel was made for
    signup: bytes = b""  # of a form, whose link it was
    declared: dict[str, Any] = field(default_factory=dict)
    answers: list[Answered] = field(default_factory=list)
    phone: str = ""  # that they gave, or that the messenger shows
    language: str = ""  # of a text that they wrote

    @property
    def channel(self) -> str:
        """The channel, whichever account it was told on: what is agreed to holds for all."""
        return channel_of(self.told.channel)


class Hearing:
    """Takes what was heard. `agreed` are the topics that opening an account agrees to, by name.

    `lake` is its root; the `desk` reads the tokens of links into channels, answers what people
    ask about themselves, and knows the country of numbers without a prefix; a conversation is
    over when it was `quiet` for so long.
    """

    def __init__(
        self,
        lake: Path,
        desk: Desk,
        agreed: Mapping[str, Sequence[str]],
        quiet: timedelta,
    ) -> None:
        self._lake = lake
        self._desk = desk
        self._agreed = agreed
        self._quiet = quiet

    def take(
        self,
        conn: Connection,
        rev: int,
        told: Sequence[HeardRow],
        salt: str,
        now_us: int,
        exposures: Exposures = never_exposed,
    ) -> list[dict[str, Any]]:
        """Everything that these rows change, each for the first time; the traits they told."""
        rows = [self._row(one) for one in told if one.channel in BY_NAME]
        if not rows:
            return []
        hearing_reach.settle(conn, rev, [row.told for row in rows], now_us)
        self._find_messages(conn, rows)
        self._find_people(conn, rev, rows, now_us, exposures)
        rows = whole(conn, [row for row in rows if row.pid], now_us)
        votes.declare(conn, rows, now_us)
        self._change_people(conn, rev, rows, now_us)
        reached = [_reached(row) for row in rows]
        hearing_reach.lift(conn, reached, salt)
        resting.begin_anew(conn, [(row.told, row.pid) for row in rows], salt)
        hearing_reach.open_windows(conn, reached, salt)
        self._consent(conn, rows, now_us)
        came = [_opened(row) for row in rows if row.told.heard.kind in _BROUGHT]
        hold(conn, rev, came, self._desk.ring, salt, exposures)
        self._suppress(conn, rows, salt, now_us)
        for row, language in zip(rows, languages([r.told.heard for r in rows]), strict=True):
            row.language = language
        said = [_said(row) for row in rows]
        own_wishes.obey(conn, rev, said, self._desk, now_us)
        hearing_told.tell(conn, said)
        votes.tell(conn, rows)
        conversation_hearing.hear(conn, said, self._quiet)
        return [{**row.told.heard.observed, **row.declared} for row in rows]

    def _row(self, told: HeardRow) -> _Row:
        """The row: a number that can be one, and what a link or a button of ours brought back."""
        declared = dict(told.heard.declared)
        shown = str(declared.pop("phone", "") or told.heard.observed.get("phone", ""))
        if not shown and BY_NAME[told.channel].can.address_else == "phone":
            shown = told.heard.address if told.heard.address.startswith("+") else ""
        number = (phone(shown, self._desk.country) or "") if shown else ""
        if number and "phone" in told.heard.declared:
            declared["phone"] = number
        row = _Row(
            told,
            identity_kind(told.channel),
            payload=told.heard.payload,
            declared=declared,
            phone=number,
        )
        if told.heard.kind in _BROUGHT:
            ticket = self._desk.ring.read(row.payload, Purpose.START)
            if ticket is not None:
                fresh = told.received_us // 1_000_000 - ticket.sent_s < START_DAYS * 86_400
                row.payload, row.guest = ticket.detail, ticket.pid if fresh else 0
                row.signup = ticket.message if fresh and any(ticket.message) else b""
        elif told.heard.kind is HeardKind.TAP:
            answer = read_reply(self._desk.ring.unseal(row.payload) or "")
            if answer is not None:
                row.payload, row.answers = answer.words, [answer]
        return row

    # ------------------------------------------------------------ which message, whose

    def _find_messages(self, conn: Connection, rows: Sequence[_Row]) -> None:
        """Put in the message that each is about: by what the vendor echoes, or by its own id."""
        for channel in {row.told.channel for row in rows}:
            mine = [row for row in rows if row.told.channel == channel]
            asked = [row.told.heard.vendor_id for row in mine if row.told.heard.vendor_id]
            found = vendor_ids.find(conn, accounts.number(conn, channel), asked) if asked else {}
            for row in mine:
                heard = row.told.heard
                known = hearing_reach.referred(heard.reference) or found.get(heard.vendor_id)
                if known is not None:
                    row.message, row.run = known.message, known.run
                    theirs = heard.kind is HeardKind.RECEIPT or (
                        heard.kind in (HeardKind.LEAVE, HeardKind.TAP) and bool(heard.reference)
                    )
                    row.pid = known.pid if theirs else 0

    def _find_people(
        self,
        conn: Connection,
        rev: int,
        rows: Sequence[_Row],
        now_us: int,
        exposures: Exposures,
    ) -> None:
        """Put in the person of each: whoever speaks and is not known yet becomes somebody."""
        speaking = [row for row in rows if row.told.heard.kind in _SPEAKING and _address(row)]
        if speaking:
            claims = self._claims(conn, speaking, now_us)
            found = resolving.resolve(conn, rev, claims, now_us=now_us, exposures=exposures)
            for row, pid in zip(speaking, found.pid.tolist(), strict=True):
                row.pid = pid
        others = [row for row in rows if not row.pid and _address(row)]
        _find_owners(conn, others, [(row.kind, _address(row)) for row in others])
        # Whoever was reached by their number may say stop under a name that we never heard.
        numbered = [row for row in others if not row.pid and row.phone]
        _find_owners(conn, numbered, [("phone", row.phone) for row in numbered])
        pids = people.canonical(conn, [row.pid for row in rows])
        there = people.standing(conn, pids)
        for row, pid, stands in zip(rows, pids.tolist(), there.tolist(), strict=True):
            row.pid = pid if stands else 0

    def _claims(self, conn: Connection, rows: Sequence[_Row], now_us: int) -> resolving.Claims:
        """Their address; a number they gave; whom a link of ours into the channel was made for."""
        guests = [row.guest for row in rows]
        owners = people.canonical(conn, [pid for pid in guests if pid])
        named: dict[int, tuple[str, str]] = {}
        for pid, kind, value in zip(*people.identities_for(conn, owners), strict=True):
            named.setdefault(pid, (kind, value))
        known = dict(zip([pid for pid in guests if pid], owners.tolist(), strict=True))
        n: list[int] = []
        identities: list[tuple[str, str]] = []
        for at, (row, guest) in enumerate(zip(rows, guests, strict=True)):
            mine = {(row.kind, _address(row)): None, **dict.fromkeys(row.told.heard.identities)}
            if row.told.heard.kind is HeardKind.MOVED:
                mine[row.kind, row.told.heard.text] = None
            if row.phone:
                mine["phone", row.phone] = None
            if known.get(guest) in named:
                mine[named[known[guest]]] = None
            n += [at] * len(mine)
            identities += mine
        kinds, values = zip(*identities, strict=True)
        return resolving.Claims(
            rows=len(rows), row=np.array(n), kind=list(kinds), value=list(values), at_us=now_us
        )

    # ------------------------------------------------------------ what it changes

    def _change_people(
        self, conn: Connection, rev: int, rows: Sequence[_Row], now_us: int
    ) -> None:
        """Traits that the messenger tells and that people give, and the address in use."""
        speaking = [row for row in rows if row.told.heard.kind in _SPEAKING]
        if not speaking:
            return
        said = []
        for row in speaking:
            heard = row.told.heard
            traits = _traits(heard.observed, TraitSource.OBSERVED, heard.at_us)
            said.append(traits | _traits(row.declared, TraitSource.DECLARED, heard.at_us))
        addresses = []
        for row in speaking:
            moved = row.told.heard.kind is HeardKind.MOVED
            at = row.told.heard.text if moved else _address(row)
            in_use = {address_kind(row.told.channel): at}
            in_use |= {"phone": row.phone} if row.phone and not moved else {}
            addresses.append({kind: value for kind, value in in_use.items() if value})
        people.change(
            conn,
            rev,
            [row.pid for row in speaking],
            set_traits=said,
            set_addresses=addresses,
            now_us=now_us,
        )

    def _consent(self, conn: Connection, rows: Sequence[_Row], now_us: int) -> None:
        """Opening a channel agrees to its topics; leaving turns every marketing topic down.

        A word that is older than what holds changes nothing: calls come late and out of order. Who
        closes a further account has closed that one alone: there they are suppressed.
        """
        topics = _topics(conn)
        words: list[tuple[_Row, str, ConsentState]] = []
        for row in rows:
            heard, account = row.told.heard, row.told.channel
            if heard.kind is HeardKind.START:
                agreed = [t for t in self._agreed.get(account, ()) if t in topics]
                words += [(row, topic, ConsentState.OPTED_IN) for topic in agreed]
            if heard.kind is HeardKind.LEAVE and (heard.reachable or not account_of(account)):
                theirs = [t.id for t in topics.values() if row.channel in t.channels]
                words += [(row, topic, ConsentState.OPTED_OUT) for topic in theirs]
        held = consents.last_said(conn, [row.pid for row, _, _ in words])
        changed = []
        for row, topic, state in sorted(words, key=lambda word: word[0].told.heard.at_us):
            key, at_us = (row.pid, topic, row.channel), row.told.heard.at_us
            before, since_us = held.get(key, (ConsentState.UNKNOWN, -1))
            if before is not state and at_us >= since_us:
                held[key] = (state, at_us)
                changed.append((row, topic, state))
        consents.record(
            conn,
            pid=[row.pid for row, _, _ in changed],
            topic=[topic for _, topic, _ in changed],
            channel=[row.channel for row, _, _ in changed],
            state=[state for _, _, state in changed],
            at_us=[row.told.heard.at_us for row, _, _ in changed],
            recorded_us=now_us,
            source=[_source(row) for row, _, _ in changed],
            text_version=[topics[topic].text_version for _, topic, _ in changed],
            address=[_address(row) for row, _, _ in changed],
        )
        tell_subscribed(conn, [
            Subscribed(row.pid, topic, row.channel, state.name.lower(), row.told.heard.at_us,
                       _source(row), row.message)
            for row, topic, state in changed
        ])  # fmt: skip

    def _suppress(self, conn: Connection, rows: Sequence[_Row], salt: str, now_us: int) -> None:
        """Who has closed the channel, and whose address the vendor says is none."""
        closed = {
            (row.told.channel, suppressions.digest(salt, row.told.channel, _address(row))): row
            for row in rows
            if row.told.heard.kind is HeardKind.LEAVE and not row.told.heard.reachable
        }
        suppressions.add(
            conn,
            channel=[channel for channel, _ in closed],
            digest=[digest for _, digest in closed],
            reason=BLOCKED,
            at_us=now_us,
            pid=[row.pid for row in closed.values()],
            code=[row.told.heard.code for row in closed.values()],
        )
        stops = [(_as_delivery(row), row.pid) for row in rows if row.told.heard.status in STOPS]
        people_changes.suppress(conn, salt, stops, now_us=now_us, lake=self._lake)


def _address(row: _Row) -> str:
    return row.told.heard.address


def _find_owners(conn: Connection, rows: Sequence[_Row], names: Sequence[tuple[str, str]]) -> None:
    """Put in whose each of these identities is; 0 where nobody has it."""
    kinds, values = [kind for kind, _ in names], [value for _, value in names]
    for row, pid in zip(rows, people.find(conn, kinds, values).tolist(), strict=True):
        row.pid = pid


def _reached(row: _Row) -> Reached:
    """Where the channel reaches them: some take numbers too."""
    also = [row.phone] if row.phone and row.kind != "phone" else []
    return Reached(row.told, [_address(row), *also])


def _opened(row: _Row) -> Opened:
    agrees, at_us = row.told.heard.kind is HeardKind.START, row.told.heard.at_us
    return Opened(row.signup, row.pid, row.channel, _address(row), at_us, agrees)


def _said(row: _Row) -> Said:
    return Said(row.told, row.pid, row.message, row.run, row.payload, row.declared, row.language)


def _source(row: _Row) -> str:
    """Where the word was said, as the ledger keeps it."""
    return row.told.heard.kind.value if row.told.heard.reachable else BLOCKED


def _traits(values: Mapping[str, Any], source: TraitSource, at_us: int) -> dict[str, Trait]:
    return {name: Trait(value, source, 1.0, at_us) for name, value in values.items()}


def _topics(conn: Connection) -> dict[str, Topic]:
    """The marketing topics in force by id."""
    found = [msgspec.json.decode(o.body, type=Topic) for o in definitions.current(conn, "topic")]
    return {topic.id: topic for topic in found if topic.type is TopicKind.MARKETING}


def _as_delivery(row: _Row) -> DeliveryEvent:
    heard = row.told.heard
    assert heard.status is not None
    return DeliveryEvent(
        message_id=row.message,
        pid=row.pid,
        status=heard.status,
        at_us=heard.at_us,
        channel=row.told.channel,
        run=row.run,
        code=heard.code,
        raw=heard.raw,
        address=heard.address,
        rest_s=heard.rest_s,
    )

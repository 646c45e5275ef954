"""What a visit of one of our links does: events to the inbox, words about consent to the ledger.

A word about consent is committed before the answer is given, so that it holds for the next
message; it is written for the person whom the link's person has become since.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.definitions import Topic
from maracuja.campaigns.facts import decode_facts
from maracuja.channels import NAMES_BY_CODE
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.polls import Answered, Question, read_question, reply_of
from maracuja.ingest.deliveries import encode_deliveries
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.links.making import LinkMaker, Recipient
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.links.visitors import Visit, judge
from maracuja.model import ConsentState, DeliveryEvent, Status, TopicKind, micros, moment
from maracuja.runtime.browser_view import page_of
from maracuja.runtime.message_events import tell_subscriptions
from maracuja.runtime.preferences import Chosen, Home, Standing, keep, standing
from maracuja.store import consents, definitions, inbox, outbox, people, short_links, traits
from maracuja.store.engine import Store

MESSAGES_KEPT: Final = 10_000  # whose latest presses are remembered, to know a scanner by
PRESSES_KEPT: Final = 20

ONE_CLICK: Final = "one_click"
MAILTO: Final = "mailto"
PREFERENCE_PAGE: Final = "preference_page"
PAGES_ACCOUNT: Final = "pages"  # no vendor's: what our own pages tell


class Choice(NamedTuple):
    """One topic on one channel, and whether the person hears it now."""

    topic: Topic
    channel: str
    on: bool


class Preferences(NamedTuple):
    """What the preference page shows: `language` is the person's own, '' where unknown."""

    choices: list[Choice]
    language: str
    wishes: Standing


class LinkActions:
    """Everything behind our links. Its methods block on the database: call them in a thread."""

    def __init__(
        self, store: Store, lake_root: Path, ring: KeyRing, links: LinkMaker, home: Home = Home()
    ) -> None:
        self._store = store
        self._root = lake_root
        self._ring = ring
        self._links = links
        self._home = home
        self._presses: OrderedDict[bytes, deque[tuple[datetime, str]]] = OrderedDict()

    def read(self, token: str, purpose: Purpose) -> Ticket | None:
        """What a token says; None where it is none of ours."""
        return self._ring.read(token, purpose)

    def expand(self, code: str) -> str | None:
        """The token that a short link stands for; None where it is none of ours, or too old."""
        with self._store.read() as conn:
            return short_links.find(conn, code)

    # ------------------------------------------------------------ events

    def visited(self, ticket: Ticket, visit: Visit) -> inbox.Request:
        """The inbox row of a press or of an opening; a machine's is marked as such."""
        pressed = ticket.purpose is Purpose.CLICK
        earlier = self._remember(ticket, visit) if pressed else ()
        found = judge(
            visit,
            pixel=not pressed,
            handed_over=moment(ticket.sent_s * 1_000_000) if ticket.sent_s else None,
            earlier=earlier,
            url=ticket.detail,
        )
        event = DeliveryEvent(
            message_id=ticket.message,
            pid=ticket.pid,
            status=Status.CLICKED if pressed else Status.READ,
            at_us=micros(visit.at),
            channel=NAMES_BY_CODE.get(ticket.channel, ""),
            run=ticket.run,
            machine=found.machine,
            url=ticket.detail if pressed else "",
            raw=found.evidence,
        )
        return inbox.Request(
            received_us=micros(visit.at),
            call="click" if pressed else "read",
            key_kind="internal",
            context=b"{}",
            body=encode_deliveries([event]),
        )

    def _remember(self, ticket: Ticket, visit: Visit) -> list[tuple[datetime, str]]:
        """The presses of this message before this one, which joins them."""
        presses = self._presses.pop(ticket.message, None) or deque(maxlen=PRESSES_KEPT)
        earlier = list(presses)
        presses.append((visit.at, ticket.detail))
        self._presses[ticket.message] = presses
        while len(self._presses) > MESSAGES_KEPT:
            self._presses.popitem(last=False)
        return earlier

    # ------------------------------------------------------------ consent

    def topic(self, ticket: Ticket) -> tuple[Topic, str]:
        """The topic of an unsubscription, and the person's own language ('' where unknown)."""
        with self._store.read() as conn:
            topic = _topics(conn).get(ticket.detail) or Topic(id=ticket.detail or "all")
            return topic, _language(conn, ticket)

    def preferences_address(self, ticket: Ticket, now: datetime) -> str:
        """The address of the preference page for the person of a link."""
        to = Recipient(
            message=ticket.message,
            pid=ticket.pid,
            run=ticket.run,
            channel=ticket.channel,
            topic=ticket.detail,
        )
        return self._links.page(to, "preferences", now)

    def unsubscribe(self, ticket: Ticket, now: datetime, *, source: str, language: str) -> Topic:
        """Take the person out of the link's topic on its channel; the topic, for the answer.

        Doing it again changes nothing. A person who was erased is out already.
        """
        channel = NAMES_BY_CODE.get(ticket.channel, "email")
        with self._store.write() as conn:
            topic = _topics(conn).get(ticket.detail) or Topic(id=ticket.detail or "all")
            self._say(conn, ticket, {(topic.id, channel): False}, now, source, language)
        return topic

    def leave_by_mail(self, ticket: Ticket, now: datetime) -> Topic:
        """`unsubscribe` by a mail address, whose token has no room for the topic: it is the run's.

        A run that is not known here means every mail: whoever wrote wants none.
        """
        with self._store.read() as conn:
            frozen = outbox.launched_with(conn, [ticket.run]).get(ticket.run)
            language = _language(conn, ticket)
        topic = decode_facts(frozen).topic.id if frozen else ""
        known = msgspec.structs.replace(ticket, detail=topic)
        return self.unsubscribe(known, now, source=MAILTO, language=language)

    def preferences(self, ticket: Ticket, now: datetime) -> Preferences:
        """Every marketing topic on each of its channels, and their wishes, as they are now."""
        with self._store.read() as conn:
            pid = int(people.canonical(conn, [ticket.pid])[0])
            language = _language(conn, ticket)
            choices = [
                Choice(topic, channel, on=_on(conn, pid, topic.id, channel))
                for topic in _topics(conn).values()
                if topic.type is TopicKind.MARKETING
                for channel in topic.channels
            ]
            wishes = standing(conn, pid, now)
        return Preferences(choices, language, wishes)

    def wish(self, ticket: Ticket, chosen: Chosen, now: datetime) -> None:
        """Keep how the person of a link likes to hear; it holds for the next message."""
        with self._store.write() as conn:
            pid = int(people.canonical(conn, [ticket.pid])[0])
            keep(conn, pid, chosen, ticket, now, self._home)

    def save(
        self,
        ticket: Ticket,
        wanted: Collection[tuple[str, str]],
        now: datetime,
        *,
        language: str,
    ) -> None:
        """Write what the preference page was left with: the (topic, channel) that are wanted.

        Only what differs from what holds is a new word; unknown topics and channels are ignored.
        """
        with self._store.write() as conn:
            words = {
                (topic.id, channel): (topic.id, channel) in wanted
                for topic in _topics(conn).values()
                if topic.type is TopicKind.MARKETING
                for channel in topic.channels
            }
            self._say(conn, ticket, words, now, PREFERENCE_PAGE, language)

    def _say(
        self,
        conn: Connection,
        ticket: Ticket,
        words: Mapping[tuple[str, str], bool],
        now: datetime,
        source: str,
        language: str,
    ) -> None:
        """Add the words that change something to the ledger and the feed."""
        pid = int(people.canonical(conn, [ticket.pid])[0])
        if not people.select_people(conn, [pid]).pid:
            return
        versions = {topic.id: topic.text_version for topic in _topics(conn).values()}
        changed: list[tuple[str, str, ConsentState]] = []
        for (topic, channel), on in words.items():
            state = ConsentState.OPTED_IN if on else ConsentState.OPTED_OUT
            held = ConsentState(int(consents.states(conn, [pid], topic, channel)[0]))
            # An empty box that was never ticked says nothing, unless everything is turned down.
            untouched = held is ConsentState.UNKNOWN and not on and any(words.values())
            if held is not state and not untouched:
                changed.append((topic, channel, state))
        now_us = micros(now)
        consents.record(
            conn,
            pid=[pid] * len(changed),
            topic=[topic for topic, _, _ in changed],
            channel=[channel for _, channel, _ in changed],
            state=[state for _, _, state in changed],
            at_us=now_us,
            recorded_us=now_us,
            source=source,
            text_version=[versions.get(topic, "") for topic, _, _ in changed],
            language=language,
            message_id=ticket.message,
        )
        rows = [(pid, topic, channel, state.name.lower()) for topic, channel, state in changed]
        tell_subscriptions(
            conn, now_us, rows, message=ticket.message, source=source, run=ticket.run
        )

    # ------------------------------------------------------------ polls

    def question(self, ticket: Ticket) -> tuple[Question | None, str]:
        """What the page of a poll asks, and the person's language; None where they are gone."""
        with self._store.read() as conn:
            pid = int(people.canonical(conn, [ticket.pid])[0])
            known = bool(people.select_people(conn, [pid]).pid)
            language = _language(conn, ticket) if known else ""
        return read_question(ticket.detail) if known else None, language

    def voted(
        self, ticket: Ticket, asked: Question, numbers: Sequence[int], now: datetime
    ) -> inbox.Request:
        """The inbox row of an answer given on the page: pressed buttons, as it were.

        `numbers` are those of answers; others are ignored, and all but the first where one is
        asked for.
        """
        chosen = [n for n in dict.fromkeys(numbers) if 0 <= n < len(asked.answers)]
        channel = NAMES_BY_CODE.get(ticket.channel, "email")
        at_us = micros(now)
        heard = [
            Heard(
                kind=HeardKind.TAP,
                key=f"vote:{ticket.message.hex()}:{at_us}:{n}",
                at_us=at_us,
                reference=f"{ticket.message.hex()}.{ticket.pid}.{ticket.run}",
                payload=self._ring.seal(
                    reply_of(
                        Answered(
                            asked.trait, asked.answers[n][1], adds=asked.multiple, run=ticket.run
                        )
                    )
                ),
                speaks=False,
            )
            for n in (chosen if asked.multiple else chosen[:1])
        ]
        context, body = encode_heard(heard, channel, PAGES_ACCOUNT)
        return inbox.Request(at_us, CALL, "internal", context, body)

    # ------------------------------------------------------------ view in browser

    def view(self, ticket: Ticket, now: datetime) -> str | None:
        """The message as HTML, or its text; None where it is kept no longer."""
        return page_of(self._store, self._root, self._links, ticket, now)


def _topics(conn: Connection) -> dict[str, Topic]:
    """The topics in force by id."""
    stored = definitions.current(conn, "topic")
    return {row.id: msgspec.json.decode(row.body, type=Topic) for row in stored}


def _language(conn: Connection, ticket: Ticket) -> str:
    """The language of the link's person, '' where unknown."""
    found = people.select_people(conn, people.canonical(conn, [ticket.pid]))
    known = traits.decode(found.doc[0]).traits if found.pid else {}
    return str(known["language"].value) if "language" in known else ""


def _on(conn: Connection, pid: int, topic: str, channel: str) -> bool:
    return int(consents.states(conn, [pid], topic, channel)[0]) == ConsentState.OPTED_IN

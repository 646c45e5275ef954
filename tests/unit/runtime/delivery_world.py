"""A workspace with one launched campaign, and a transport that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from sqlalchemy import select

from maracuja.campaigns.definitions import Campaign, Topic
from maracuja.campaigns.facts import RunFacts, encode_facts
from maracuja.campaigns.schedule import Occurrence
from maracuja.channels.base import Answer, Mail, Stage
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.channels.limits import Limits
from maracuja.decisions.assignment import Arms
from maracuja.lake.bodies import write_bodies
from maracuja.links.making import LinkMaker
from maracuja.links.tokens import KeyRing
from maracuja.model import ConsentState, TopicKind, Trait, TraitSource, micros
from maracuja.rng import make_ids
from maracuja.runtime.delivery import Delivery
from maracuja.runtime.delivery_checks import Rules
from maracuja.runtime.delivery_senders import Sender
from maracuja.runtime.delivery_texts import as_stored, natural_id
from maracuja.runtime.transport import Course, Transport
from maracuja.store import consents, feed, outbox, people, runs, traits
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk, OutboxState
from maracuja.store.schema import outbox as outbox_table
from maracuja.templates.compiled import compiled
from maracuja.templates.definition import Template, Variant

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
RING = KeyRing([b"k" * 32])
SALT = "salt"
ACCEPTED = Answer(stage=Stage.GIVEN, code=250, text="2.0.0 queued")

TEMPLATE = Template(
    id="spring",
    variants=(
        Variant(
            language="en",
            subject="Hello {{ person.name }}",
            text="Hello {{ person.name }}: https://shop.example/sale?x=1 {{ links.unsubscribe }}",
            html='<html><body><p>Hello {{ person.name }}</p><a href="https://shop.example/sale?x=1">'
            'Sale</a><a href="{{ links.unsubscribe }}">Out</a></body></html>',
        ),
    ),
)


@dataclass
class Obedient:
    """Carries mail as a vendor would: what it answers is told by recipient, else it accepts."""

    answers: dict[str, Answer | None] = field(default_factory=dict)
    carried: list[Mail] = field(default_factory=list)
    before_each: Callable[[int], None] = lambda n: None
    crash_after: int | None = None

    async def send(self, wires: Sequence[Any], course: Course) -> list[Answer | None]:
        found: list[Answer | None] = [None] * len(wires)
        for n, mail in enumerate(wires):
            self.before_each(len(self.carried))
            answer = self.answers.get(mail.recipient, ACCEPTED)
            if course.halted() or answer is None or not await course.begin([n]):
                break
            if answer.stage is not Stage.CONNECT:
                self.carried.append(mail)
            if self.crash_after is not None and len(self.carried) > self.crash_after:
                raise Crash
            found[n] = answer
            course.answered(n, answer)
        return found

    async def close(self) -> None:
        pass


class Crash(BaseException):
    """The process ends here."""


def facts_of(*, kind: TopicKind = TopicKind.MARKETING, **changes: Any) -> RunFacts:
    values = {"id": "spring", "topic": "news", "audience": "all", "template": "spring", **changes}
    return RunFacts(
        campaign=msgspec.convert(values, Campaign),
        topic=Topic(id="news", type=kind),
        goals=(),
        templates={"spring": TEMPLATE},
        occurrence=Occurrence(key="once", planned=NOW),
        lottery=Arms(salt="s", campaign="spring", variants=("only",), shares=(1.0,)),
    )


class World:
    """A store, a lake and the messages of one run for the people 1..n."""

    def __init__(self, store: Store, root: Path) -> None:
        self.store, self.root = store, root
        self.journals = root.with_name("delivery")
        self.journal = self.journals / "email.journal"
        self.transport = Obedient()
        self.limits = Limits()
        self.delivery = self.open(self.transport)

    def open(
        self, transport: Transport, settings: EmailSettings | None = None, **rules: Any
    ) -> Delivery:
        """A delivery over this workspace, as after a start of the process."""
        channel = Email(settings or EmailSettings(), RING)
        self.sender = Sender(channel=channel, transport=transport, limits=self.limits)
        return Delivery(
            self.store,
            self.root,
            [self.sender],
            LinkMaker("https://go.example", RING),
            Rules(**{"quiet": None, "zone": "UTC", "salt": SALT, **rules}),
            journals=self.journals,
        )

    def add_people(self, pids: Sequence[int], *, zone: str = "") -> None:
        doc = traits.Document()
        if zone:
            doc.traits["timezone"] = Trait(zone, TraitSource.DECLARED, 1.0, micros(NOW))
        with self.store.write() as conn:
            rev = people.next_rev(conn)
            people.create(conn, rev, pids, created_us=micros(NOW), docs=traits.encode(doc))

    def consent(self, pids: Sequence[int], state: ConsentState = ConsentState.OPTED_IN) -> None:
        with self.store.write() as conn:
            consents.record(
                conn,
                pid=list(pids),
                topic="news",
                channel="email",
                state=int(state),
                at_us=micros(NOW),
                recorded_us=micros(NOW),
                source="form",
            )

    def launch(
        self,
        pids: Sequence[int],
        *,
        facts: RunFacts | None = None,
        host: str = "mail.example",
        chunk: int = 1,
        addresses: Sequence[str] = (),
    ) -> RunFacts:
        """Write the bodies and queue one message to each, all due now."""
        facts = facts or facts_of()
        frame = pl.DataFrame({"pid": pids, "person.name": [f"P{pid}" for pid in pids]})
        rendered = compiled(TEMPLATE, frame.schema).render(frame)
        bodies = rendered.slots.with_columns(
            n=pl.int_range(len(pids), dtype=pl.Int32),
            pid=pl.Series(pids, dtype=pl.Int64),
            message=pl.Series(
                make_ids(("message", facts.campaign.id, facts.occurrence.key), pids),
                dtype=pl.Binary,
            ),
            variant=pl.lit("only"),
            language=pl.lit("en"),
            address=pl.Series(list(addresses) or [f"p{pid}@{host}" for pid in pids]),
            template=pl.lit("spring/0"),
        )
        file = write_bodies(
            self.root,
            f"{facts.campaign.id}-{chunk}",
            {"spring/0": as_stored(rendered)},
            bodies,
            chunk=chunk,
            now=NOW,
        )
        with self.store.write() as conn:
            run = runs.create(
                conn,
                facts.campaign.id,
                facts.occurrence.key,
                version=1,
                planned_us=micros(NOW),
                facts=encode_facts(facts),
            ).run
            made = Chunk(chunk=chunk, run=run, path=file.path, lane=facts.lane, catalog_rev=0)
            outbox.add_chunk(conn, made, pid=list(pids), channel=1, due_us=micros(NOW))
        return facts

    def ready(self, size: int, **launch: Any) -> RunFacts:
        """People who agreed, and a message queued for each of them."""
        pids = list(range(1, size + 1))
        self.add_people(pids)
        self.consent(pids)
        return self.launch(pids, **launch)

    def run(self, until: datetime = NOW, *, start: datetime = NOW, steps_max: int = 500) -> None:
        """Step as the process loop does, jumping from due to due, up to `until`."""
        now: datetime | None = start
        for _ in range(steps_max):
            if now is None or now > until:
                return
            now = self.delivery.step(now)
        raise AssertionError("the delivery does not come to rest")

    def states(self) -> dict[int, OutboxState]:
        """pid -> state of its message."""
        with self.store.read() as conn:
            rows = conn.execute(select(outbox_table.c.pid, outbox_table.c.state)).all()
        return {pid: OutboxState(state) for pid, state in rows}

    def events(self) -> list[tuple[int, str, dict[str, Any]]]:
        """(pid, event, properties) of the feed, in order."""
        with self.store.read() as conn:
            batch = feed.read(conn, 0)
        return [
            (pid, event, msgspec.json.decode(body))
            for pid, event, body in zip(batch.pid, batch.event, batch.properties, strict=True)
        ]

    def recipients(self) -> list[str]:
        return [mail.recipient for mail in self.transport.carried]


def message_id(pid: int, facts: RunFacts | None = None) -> bytes:
    return natural_id(facts or facts_of(), pid)


def later(**span: float) -> datetime:
    return NOW + timedelta(**span)

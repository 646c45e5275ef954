"""Channels side by side: none waits for another, whatever its vendor does."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maracuja.channels import BY_NAME
from maracuja.channels.base import Answer, Stage
from maracuja.channels.email import Email
from maracuja.channels.email_settings import EmailSettings
from maracuja.channels.limits import Limits
from maracuja.channels.webhook import Webhook, WebhookSettings
from maracuja.clock import SystemClock
from maracuja.links.making import LinkMaker
from maracuja.model import ConsentState, micros
from maracuja.runtime.delivery import Delivery
from maracuja.runtime.delivery_checks import Rules
from maracuja.runtime.delivery_senders import BATCH_MAX, BATCH_MIN, Sender
from maracuja.runtime.sending import Sending
from maracuja.runtime.transport import Course, Places
from maracuja.store import consents, counters, runs
from maracuja.store.engine import Store
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import chunks
from maracuja.store.schema import outbox as outbox_table
from tests.unit.runtime.delivery_world import ACCEPTED, NOW, RING, SALT, World, facts_of

S = OutboxState
TAKEN = Answer(stage=Stage.GIVEN, code=200, text='{"id": "7"}')
HOOK = Webhook.code
PATIENCE_S = 60.0  # of a test for a thread; nothing is measured


@dataclass
class Vendor:
    """Answers at once, or only after `before` has ended."""

    answer: Answer
    before: Callable[[], Any] | None = None
    carried: list[str] = field(default_factory=list)
    urgent: list[bool] = field(default_factory=list)

    async def send(self, wires: Sequence[Any], course: Course) -> list[Answer | None]:
        found: list[Answer | None] = [None] * len(wires)
        for n, wire in enumerate(wires):
            if course.halted() or not await course.begin([n]):
                break
            self.urgent.append(course.urgent)
            if self.before is not None:
                await self.before()
            self.carried.append(wire.recipient)
            found[n] = self.answer
            course.answered(n, self.answer)
        return found

    async def close(self) -> None:
        pass


class Two(World):
    """People who are written to by mail and by webhook."""

    def __init__(self, store: Store, root: Path, *, slow: Any = None, both: Any = None) -> None:
        super().__init__(store, root)
        self.delivery.close()
        self.mail = Vendor(ACCEPTED, slow)
        self.hook = Vendor(TAKEN, both)
        settings = WebhookSettings(base_url="http://127.0.0.1:1/", secret="s" * 20)
        self.senders = [
            Sender(Email(EmailSettings(), RING), self.mail, Limits()),
            Sender(Webhook(settings), self.hook, Limits()),
        ]
        self.delivery = Delivery(
            store,
            root,
            self.senders,
            LinkMaker("https://go.example", RING),
            Rules(quiet=None, zone="UTC", salt=SALT),
            journals=self.journals,
        )

    def fill(self, size: int) -> None:
        """A campaign of each channel to the people 1..size."""
        pids = list(range(1, size + 1))
        self.add_people(pids)
        self.consent(pids)
        with self.store.write() as conn:
            consents.record(
                conn,
                pid=pids,
                topic="news",
                channel="webhook",
                state=int(ConsentState.OPTED_IN),
                at_us=micros(NOW),
                recorded_us=micros(NOW),
                source="form",
            )
        self.launch(pids)
        facts = facts_of(id="hooks", channel="webhook")
        addresses = [f"u{pid}" for pid in pids]
        self.launch(pids, facts=facts, chunk=2, addresses=addresses)
        with self.store.write() as conn:
            for table in (outbox_table, chunks):
                conn.execute(table.update().where(table.c.chunk == 2).values(channel=HOOK))

    def of(self, chunk: int) -> set[OutboxState]:
        """The states of one channel's messages: 1 mail, 2 webhook."""
        with self.store.read() as conn:
            rows = conn.execute(outbox_table.select().where(outbox_table.c.chunk == chunk)).all()
        return {S(row.state) for row in rows}


class SetToNow(SystemClock):
    """The machine's clock, set to the hour of the messages: they expire."""

    def __init__(self) -> None:
        self._ahead = NOW - super().now()

    def now(self) -> datetime:
        return super().now() + self._ahead


def wait_for(question: Callable[[], bool]) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while not question():
        assert time.monotonic() < until_s, "it hangs"
        time.sleep(0.01)  # noqa: TID251


@pytest.fixture
def opened(sqlite_store: Store, tmp_path: Path) -> Iterator[Callable[..., Two]]:
    made: list[Two] = []

    def make(**vendors: Any) -> Two:
        made.append(Two(sqlite_store, tmp_path / "lake", **vendors))
        return made[-1]

    yield make
    for world in made:
        world.delivery.close()


def test_the_batches_of_two_channels_are_out_at_once(opened: Callable[..., Two]) -> None:
    """Each vendor answers only once the other has been asked: one after the other would hang."""
    asked = {"mail": asyncio.Event(), "hook": asyncio.Event()}

    def meet(own: str, other: str) -> Callable[[], Any]:
        async def before() -> None:
            asked[own].set()
            async with asyncio.timeout(PATIENCE_S):
                await asked[other].wait()

        return before

    world = opened(slow=meet("mail", "hook"), both=meet("hook", "mail"))
    world.fill(5)
    world.run()
    assert world.of(1) == world.of(2) == {S.SENT}


def test_a_vendor_that_hangs_holds_up_nobody_else(opened: Callable[..., Two]) -> None:
    go = asyncio.Event()
    world = opened(slow=go.wait)
    world.fill(3 * BATCH_MIN)
    ended = threading.Event()
    world.delivery.let_run(lambda single: ended.set())
    for _ in range(20):
        ended.clear()
        world.delivery.step(NOW)
        if world.of(2) == {S.SENT}:
            break
        assert ended.wait(PATIENCE_S)
    assert world.of(2) == {S.SENT} and len(world.hook.carried) == 3 * BATCH_MIN
    assert world.mail.carried == [] and world.of(1) == {S.CLAIMED, S.QUEUED}
    assert world.delivery.step(NOW) is None, "for what is out somebody tells"
    world.delivery._loop.start().call_soon_threadsafe(go.set)
    wait_for(lambda: world.delivery.step(NOW) is None and world.of(1) == {S.SENT})
    assert len(set(world.mail.carried)) == len(world.mail.carried) == 3 * BATCH_MIN


def test_what_hung_at_a_crash_is_unknown_and_no_other(opened: Callable[..., Two]) -> None:
    world = opened(slow=asyncio.Event().wait)
    world.fill(BATCH_MIN)
    ended = threading.Event()
    world.delivery.let_run(lambda single: ended.set())
    world.delivery.step(NOW)
    assert ended.wait(PATIENCE_S)
    world.delivery.step(NOW)
    journal = world.journals / "email.journal"
    wait_for(lambda: b"begun" in journal.read_bytes())
    for slot in world.delivery._slots:  # the process dies
        slot.batch = None
    assert world.delivery.recover(NOW) == 1
    assert world.of(2) == {S.SENT} and world.of(1) == {S.UNKNOWN, S.QUEUED}


def test_sending_goes_on_by_itself_and_stands_still_for_an_erasure(
    opened: Callable[..., Two],
) -> None:
    world = opened()
    sending = Sending(world.delivery, lambda now: None)
    sending.begin(SetToNow(), told=True)
    try:
        assert sending.beside
        with sending.alone():
            world.fill(2 * BATCH_MIN)
            sending.queued()
            assert world.of(1) == world.of(2) == {S.QUEUED}
        wait_for(lambda: world.of(1) == world.of(2) == {S.SENT})
        sending.check()
    finally:
        sending.stop()


def test_what_ends_a_thread_is_told(opened: Callable[..., Two]) -> None:
    world = opened()
    world.fill(3)
    sending = Sending(world.delivery, lambda now: None)

    async def take_over() -> None:
        with world.store.write() as conn:
            counters.take(conn, "claim:webhook")

    world.hook.before = take_over
    sending.begin(SetToNow(), told=True)

    def told() -> bool:
        try:
            sending.check()
        except Exception as fault:
            return "taken over" in str(fault)
        return False

    wait_for(told)
    sending.stop()


def test_places_are_kept_for_what_is_urgent() -> None:
    @dataclass
    class Going:
        urgent: bool

        def halted(self) -> bool:
            return False

        async def begin(self, numbers: Sequence[int]) -> bool:
            return True

        def answered(self, number: int, answer: Answer) -> None:
            pass

    def counts(most: int, size: int = 100) -> tuple[int, int]:
        places = Places(most)
        return places.count(Going(urgent=False), size), places.count(Going(urgent=True), size)

    assert counts(16) == (14, 2) and counts(4) == (3, 1)
    assert counts(3) == (3, 3), "with so few they take turns"
    assert all(sum(counts(most, most)) == most for most in range(4, 201))
    assert counts(16, size=1) == (1, 1)


def test_a_batch_is_as_large_as_time_and_memory_allow() -> None:
    email = BY_NAME["email"]
    sender = Sender(email(EmailSettings(), RING), Vendor(ACCEPTED))  # type: ignore[call-arg]
    for _ in range(12):
        sender.adapt(sender.batch, sender.batch, 0.0001)
    assert sender.batch == BATCH_MAX, "so much is in memory at once, and no more"
    sender.adapt(3, 3, 5.0)
    assert sender.batch == BATCH_MAX, "a few slow ones say nothing"
    sender.adapt(BATCH_MAX, 10, 1.0)
    assert sender.batch == BATCH_MIN


def test_a_paused_run_is_left_out_while_the_others_share(opened: Callable[..., Two]) -> None:
    world = opened()
    world.fill(4)
    with world.store.write() as conn:
        runs.set_state(conn, 1, runs.RunState.PAUSED, micros(NOW))
    world.run(NOW + timedelta(seconds=5))
    assert world.of(1) == {S.QUEUED} and world.of(2) == {S.SENT}

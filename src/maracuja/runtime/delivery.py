"""Delivery: claims what is due, looks once more, sends, and records what became of it.

A claim is committed before anything is sent, and each message is put on the journal before it is
offered: only what a crash leaves begun is unknown. Nothing is ever sent from a claim older than a
second or without that last look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.channels import NAMES_BY_CODE
from maracuja.channels.base import Answer, Channel
from maracuja.channels.limits import Limits
from maracuja.clock import monotonic_s
from maracuja.commit_points import passed
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.errors import Conflict, UnsupportedFeature
from maracuja.links.making import LinkMaker
from maracuja.model import Status, micros, moment
from maracuja.runtime import delivery_journal
from maracuja.runtime.delivery_checks import Questions, Rules, by_run, check, windows_closed
from maracuja.runtime.delivery_devices import narrowed
from maracuja.runtime.delivery_journal import COUNTER, Journal, JournaledCourse
from maracuja.runtime.delivery_parcels import Launched, opened
from maracuja.runtime.delivery_recovery import CRASH, ended, send_again
from maracuja.runtime.delivery_renewal import Renew, as_written, renewed
from maracuja.runtime.delivery_results import (
    Book,
    Outcomes,
    Parcel,
    Refusals,
    record,
    report_well,
    sort_answer,
)
from maracuja.runtime.delivery_texts import Body, make_message
from maracuja.runtime.delivery_watch import Watch
from maracuja.runtime.transport import Course, Transport
from maracuja.store import counters, health, outbox
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk, Claimed, OutboxState

BEAT_S: Final = 5.0
AIM_S: Final = 0.2  # how long a batch should take
BATCH_MIN: Final = 20
BATCH_MAX: Final = 1_000
HOLD_S: Final = (5, 15, 60, 300)  # while the server as a whole does not take mail


@dataclass
class Sender:
    """A channel with what carries its messages and what limits it."""

    channel: Channel[Any]
    transport: Transport
    limits: Limits = field(default_factory=Limits)
    refusals: Refusals = field(default_factory=Refusals)
    batch: int = BATCH_MIN
    failures: int = 0
    held_until: datetime | None = None

    def open_at(self, now: datetime) -> datetime:
        """When it may send again: `now` where nothing holds it."""
        return max(self.limits.ready_at(now), self.held_until or now)

    def book(self, now: datetime) -> Book:
        """What sorting answers needs to know of it, and changes there."""
        return Book(self.channel, self.limits, self.refusals, now)


class Delivery:
    """The step of the worker's loop that sends. It owns the only event loop there is.

    `journal` is the file of what is under way, the same from start to start (delivery_journal);
    `renew` writes texts again where what they show has changed; `stopping` ends a batch before
    the next message; `heartbeat` is called every few seconds while a slow vendor is waited for,
    so that the worker can keep its lease.
    """

    def __init__(
        self,
        store: Store,
        lake_root: Path,
        senders: Sequence[Sender],
        links: LinkMaker,
        rules: Rules,
        *,
        journal: Path,
        renew: Renew = as_written,
        stopping: Callable[[], bool] = lambda: False,
        heartbeat: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._root = lake_root
        self._senders = {sender.channel.code: sender for sender in senders}
        self._links = links
        self._rules = rules
        self._stopping = stopping
        self._heartbeat = heartbeat
        self._renew = renew
        self._journal = Journal(journal)
        self._journal_path = journal
        self._launched = Launched()
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """Close every connection and the event loop."""
        for sender in self._senders.values():
            self._runner.run(sender.transport.close())
        self._runner.close()
        self._journal.close()

    def recover(self, now: datetime) -> int:
        """After a start: only what was begun and not answered is unknown; how many that is."""
        books = {s.channel.name: s.book(now) for s in self._senders.values()}
        self._journal.close()
        taken = delivery_journal.take_over(self._journal_path)
        with self._store.write() as conn:
            lost = outbox.claimed(conn)
            chunks, facts = self._launched.context(conn, lost)
            begun, answers = send_again(conn, lost, taken, books.values())
            single = self._launched.single
            parcels = [parcel for parcel, _ in opened(self._root, begun, chunks, facts, single)]
            unknown = 0
            for channel, out in ended(parcels, facts, answers, books, now).items():
                record(conn, out, channel=channel, salt=self._rules.salt, now=now)
                unknown += sum(told.code == CRASH for told in out.told)
        delivery_journal.forget(self._journal_path)
        passed("delivery.recovered")
        return unknown

    def step(self, now: datetime) -> datetime | None:
        """Send one batch of each channel; when to come again, None where nothing can go."""
        due = self._due(now)
        if due is None or due > now:
            return due
        busy = [self._send_batch(sender, now) for sender in self._senders.values()]
        if any(busy):
            return now
        due = self._due(now)
        return due if due is None else max(due, now + timedelta(seconds=1))

    def _due(self, now: datetime) -> datetime | None:
        """When the next message can go: at its due time, once its channel may send."""
        with self._store.read() as conn:
            paused = health.paused(conn)
            due_us = outbox.next_due(conn, paused_runs=outbox.paused_runs(conn))
        ready = [s for s in self._senders.values() if s.channel.name not in paused]
        if due_us is None or health.EVERY_CHANNEL in paused or not ready:
            return None
        return max(moment(due_us), min(sender.open_at(now) for sender in ready))

    # ------------------------------------------------------------ one batch

    def _send_batch(self, sender: Sender, now: datetime) -> bool:
        """Claim, look, send, record; whether there may be more to do at once."""
        began = monotonic_s()
        if self._stopping() or (sender.held_until is not None and sender.held_until > now):
            return False
        claimed, chunks, facts = self._claim(sender, now)
        if len(claimed.n) == 0:
            return False
        passed("delivery.claimed")
        out = Outcomes()
        parcels, mark = self._checked(sender, claimed, chunks, facts, now, out)
        batch = self._encoded(sender, parcels, facts, now, out)
        marketing = any(parcel.marketing for parcel, _ in batch)
        watch = Watch(
            self._store, sender.channel.name, facts, self._stopping, mark, marketing=marketing
        )
        wires = [wire for _, wire in batch]
        keys = [(parcel.chunk, parcel.n) for parcel, _ in batch]
        course = JournaledCourse(self._journal, keys, watch)
        answers = self._runner.run(self._carried(sender, wires, course)) if wires else []
        passed("delivery.handed_on")
        self._sort(sender, batch, answers, now, out)
        with self._store.write() as conn:
            self._see_that_it_is_ours(conn)
            record(conn, out, channel=sender.channel.name, salt=self._rules.salt, now=now)
            passed("delivery.recorded")
        passed("delivery.committed")
        self._journal.clear()
        answered = sum(answer is not None for answer in answers)
        self._adapt(sender, answered, monotonic_s() - began, out, now)
        return not out.held and not out.stop

    async def _carried(
        self, sender: Sender, wires: Sequence[Any], course: Course
    ) -> list[Answer | None]:
        """The answers of the vendor; while it is slow, the heart goes on beating."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(BEAT_S)
                self._heartbeat()

        beating = asyncio.create_task(beat())
        try:
            return await sender.transport.send(wires, course)
        finally:
            beating.cancel()

    def _see_that_it_is_ours(self, conn: Connection) -> None:
        """Raises Conflict where another worker has taken over, and answers for the claim now."""
        if counters.take(conn, COUNTER) != self._journal.claim + 1:
            raise Conflict(
                "another worker has taken over what this one was sending",
                fix="Nothing is to be done: that one goes on with the rest.",
            )

    def _claim(
        self, sender: Sender, now: datetime
    ) -> tuple[Claimed, dict[int, Chunk], dict[int, RunFacts]]:
        """Take what is due for one channel, unless people have paused it."""
        room = int(min(sender.batch, sender.limits.room(now)))
        with self._store.write() as conn:
            if {health.EVERY_CHANNEL, sender.channel.name} & health.paused(conn):
                room = 0
            claimed = outbox.claim(
                conn,
                micros(now),
                limit=room,
                paused_runs=outbox.paused_runs(conn),
                paused_channels=[code for code in NAMES_BY_CODE if code != sender.channel.code],
            )
            if len(claimed.n):
                self._journal.open(counters.take(conn, COUNTER))
            return (claimed, *self._launched.context(conn, claimed))

    def _checked(
        self,
        sender: Sender,
        claimed: Claimed,
        chunks: Mapping[int, Chunk],
        facts: Mapping[int, RunFacts],
        now: datetime,
        out: Outcomes,
    ) -> tuple[list[tuple[Parcel, Body]], int]:
        """Who may still be sent to, and the feed's mark at the moment of this last look."""
        name = sender.channel.name
        found: list[tuple[Parcel, Body]] = []
        single = self._launched.single
        for parcel, body in opened(self._root, claimed, chunks, facts, single):
            if body is None:
                out.close(parcel, OutboxState.FAILED, Status.FAILED, name, now, code="no_text")
            elif body.later:
                out.put_back(parcel, micros(now))
            else:
                found.append((parcel, body))
        passed: list[tuple[Parcel, Body]] = []
        with self._store.read() as conn:
            mark = counters.last(conn, "feed")
            found = narrowed(conn, sender.channel, found, self._rules.salt, now)
            for run, places in by_run([parcel.run for parcel, _ in found]).items():
                several = [found[place] for place in places]
                pids, addresses = [p.pid for p, _ in several], [p.address for p, _ in several]
                asked = Questions(pids, addresses, run)
                looked = check(conn, asked, facts[run], self._rules, now)
                human = [body.human for _, body in several]
                salt = self._rules.salt
                closed = windows_closed(conn, name, asked.address, salt, now, human)
                for (parcel, body), seen, shut in zip(several, looked, closed, strict=True):
                    until_us = body.expires_us or seen.expires_us
                    parcel = parcel._replace(pid=seen.pid, expires_us=until_us)
                    if seen.outcome is Outcome.SEND and until_us < micros(now):
                        seen = seen._replace(outcome=Outcome.NEVER, reason=Reason.EXPIRED.value)
                    if seen.outcome is Outcome.SEND and shut and body.content.approved is None:
                        reason = Reason.WINDOW_CLOSED.value
                        out.close(
                            parcel, OutboxState.WITHDRAWN, Status.FAILED, name, now, code=reason
                        )
                    elif seen.outcome is Outcome.SEND:
                        passed.append((parcel, body))
                    elif seen.outcome is Outcome.WAIT and seen.until_us is not None:
                        out.put_back(parcel, seen.until_us)
                    else:
                        late = seen.reason == Reason.EXPIRED
                        state = OutboxState.EXPIRED if late else OutboxState.WITHDRAWN
                        status = Status.EXPIRED if late else Status.FAILED
                        out.close(parcel, state, status, name, now, code=seen.reason)
        kept, refused = renewed(passed, chunks, facts, self._renew, now)
        for parcel, reason in refused:
            out.close(parcel, OutboxState.WITHDRAWN, Status.FAILED, name, now, code=reason.value)
        return kept, mark

    def _encoded(
        self,
        sender: Sender,
        parcels: Sequence[tuple[Parcel, Body]],
        facts: Mapping[int, RunFacts],
        now: datetime,
        out: Outcomes,
    ) -> list[tuple[Parcel, Any]]:
        """The wire forms of those whom the limits let through now."""
        hosts = [sender.channel.host(parcel.address) for parcel, _ in parcels]
        batch: list[tuple[Parcel, Any]] = []
        for (parcel, body), later in zip(parcels, sender.limits.admit(hosts, now), strict=True):
            if later is not None:
                out.put_back(parcel, micros(later))
                continue
            try:
                message = make_message(
                    body,
                    facts[parcel.run],
                    self._links,
                    pid=parcel.pid,
                    run=parcel.run,
                    now=now,
                    expires_us=parcel.expires_us,
                )
                wire = sender.channel.encode(message, now)
                batch.append((parcel.priced(sender.channel, message), wire))
            except UnsupportedFeature as fault:
                out.close(
                    parcel,
                    OutboxState.FAILED,
                    Status.REJECTED,
                    sender.channel.name,
                    now,
                    code=fault.code,
                    raw=str(fault),
                )
        return batch

    def _sort(
        self,
        sender: Sender,
        batch: Sequence[tuple[Parcel, Any]],
        answers: Sequence[Answer | None],
        now: datetime,
        out: Outcomes,
    ) -> None:
        """Put every message of the batch where its answer says."""
        book = sender.book(now)
        for (parcel, _), answer in zip(batch, answers, strict=True):
            if answer is None:
                out.put_back(parcel, micros(now))
            else:
                result = sender.channel.decode(answer, attempt=parcel.attempts + 1)
                sort_answer(out, parcel, result, book)

    def _adapt(
        self, sender: Sender, answered: int, took_s: float, out: Outcomes, now: datetime
    ) -> None:
        """The size of the next batch, and how long a server that takes nothing is left alone."""
        if out.held is not None:
            wait_s = HOLD_S[min(sender.failures, len(HOLD_S) - 1)]
            sender.failures += 1
            sender.held_until = now + timedelta(seconds=out.held.retry_after_s or wait_s)
        elif answered:
            if sender.failures:
                with self._store.write() as conn:
                    report_well(conn, sender.channel.name, now)
            sender.failures, sender.held_until = 0, None
        if answered:
            fitting = int(answered * AIM_S / max(took_s, 1e-3))
            sender.batch = min(max(fitting, BATCH_MIN), 2 * sender.batch, BATCH_MAX)

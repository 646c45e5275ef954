"""Delivery: claims what is due, looks once more, sends, and records what became of it.

A claim is committed before anything is sent, so that what a crash leaves behind is known to be
unknown; nothing is ever sent from a claim older than a second or without that last look.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.channels import NAMES_BY_CODE
from maracuja.channels.base import Answer, Channel
from maracuja.channels.limits import Limits
from maracuja.clock import monotonic_s
from maracuja.commit_points import passed
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.errors import UnsupportedFeature
from maracuja.links.making import LinkMaker
from maracuja.model import Status, micros, moment
from maracuja.runtime import delivery_texts
from maracuja.runtime.delivery_checks import Questions, Rules, by_run, check
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
from maracuja.runtime.delivery_texts import Body, make_message, natural_id
from maracuja.runtime.delivery_watch import Watch
from maracuja.runtime.message_events import tell
from maracuja.store import counters, health, outbox
from maracuja.store.engine import Store
from maracuja.store.outbox import Chunk, Claimed, OutboxState

BEAT_S: Final = 5.0
AIM_S: Final = 0.2  # how long a batch should take: what a crash leaves unknown is one batch
BATCH_MIN: Final = 20
BATCH_MAX: Final = 1_000
RUNS_KEPT: Final = 200
HOLD_S: Final = (5, 15, 60, 300)  # while the server as a whole does not take mail


class Transport(Protocol):
    """What carries wire forms to a vendor; it keeps its connections from call to call."""

    async def send(self, wires: Sequence[Any], halted: Callable[[], bool]) -> list[Answer | None]:
        """Answers in the order of `wires`; None for those not begun once `halted` says so."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


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


class Delivery:
    """The step of the worker's loop that sends. It owns the only event loop there is.

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
        self._facts: dict[int, RunFacts] = {}
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """Close every connection and the event loop."""
        for sender in self._senders.values():
            self._runner.run(sender.transport.close())
        self._runner.close()

    def recover(self, now: datetime) -> int:
        """After a start: what was in flight at the crash is unknown, on the record; how many."""
        honouring = [c for c, s in self._senders.items() if s.channel.can.honours_our_id]
        with self._store.write() as conn:
            lost = outbox.recover(conn, honouring=honouring)
            chunks, facts = self._context(conn, lost)
            out = Outcomes()
            for parcel, _ in self._opened(lost, chunks, facts):
                channel = facts[parcel.run].campaign.channel
                words = "the process ended while it was being sent"
                out.close(
                    parcel,
                    OutboxState.UNKNOWN,
                    Status.UNKNOWN,
                    channel,
                    now,
                    code="crash",
                    raw=words,
                )
            tell(conn, out.told)
        passed("delivery.recovered")
        return len(lost.n)

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
        watch = Watch(self._store, sender.channel.name, facts, self._stopping, mark)
        wires = [wire for _, wire in batch]
        answers = self._runner.run(self._carried(sender, wires, watch)) if wires else []
        passed("delivery.handed_on")
        self._sort(sender, batch, answers, now, out)
        with self._store.write() as conn:
            record(conn, out, channel=sender.channel.name, salt=self._rules.salt, now=now)
            passed("delivery.recorded")
        passed("delivery.committed")
        answered = sum(answer is not None for answer in answers)
        self._adapt(sender, answered, monotonic_s() - began, out, now)
        return not out.held and not out.stop

    async def _carried(
        self, sender: Sender, wires: Sequence[Any], watch: Watch
    ) -> list[Answer | None]:
        """The answers of the vendor; while it is slow, the heart goes on beating."""

        async def beat() -> None:
            while True:
                await asyncio.sleep(BEAT_S)
                self._heartbeat()

        beating = asyncio.create_task(beat())
        try:
            return await sender.transport.send(wires, watch)
        finally:
            beating.cancel()

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
            return (claimed, *self._context(conn, claimed))

    def _context(
        self, conn: Connection, claimed: Claimed
    ) -> tuple[dict[int, Chunk], dict[int, RunFacts]]:
        """The chunks of a claim by number, and what their runs were launched with."""
        chunks = {c.chunk: c for c in outbox.chunks_of(conn, np.unique(claimed.chunk).tolist())}
        runs = {chunk.run for chunk in chunks.values()}
        new = runs - self._facts.keys()
        if new:
            if len(self._facts) > RUNS_KEPT:
                self._facts.clear()
                new = runs
            frozen = outbox.launched_with(conn, sorted(new))
            self._facts.update({run: decode_facts(body) for run, body in frozen.items()})
        return chunks, {run: self._facts[run] for run in runs}

    def _opened(
        self, claimed: Claimed, chunks: Mapping[int, Chunk], facts: Mapping[int, RunFacts]
    ) -> list[tuple[Parcel, Body | None]]:
        """Each claimed message with its text; None where the text is gone."""
        opened: list[tuple[Parcel, Body | None]] = []
        for number in np.unique(claimed.chunk).tolist():
            of_chunk = claimed.chunk == number
            ns = claimed.n[of_chunk].tolist()
            bodies = delivery_texts.read(self._root, chunks[number], ns)
            known = facts[chunks[number].run]
            rows = zip(
                ns,
                claimed.pid[of_chunk].tolist(),
                claimed.attempts[of_chunk].tolist(),
                strict=True,
            )
            for n, pid, attempts in rows:
                body = bodies.get(n)
                parcel = Parcel(
                    chunk=number,
                    n=n,
                    pid=pid,
                    run=chunks[number].run,
                    attempts=attempts,
                    message=body.message if body else natural_id(known, pid),
                    campaign=known.campaign.id,
                    variant=body.variant if body else "",
                    address=body.address if body else "",
                    expires_us=known.expires_us,
                )
                opened.append((parcel, body))
        return opened

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
        for parcel, body in self._opened(claimed, chunks, facts):
            if body is None:
                out.close(parcel, OutboxState.FAILED, Status.FAILED, name, now, code="no_text")
            else:
                found.append((parcel, body))
        passed: list[tuple[Parcel, Body]] = []
        with self._store.read() as conn:
            mark = counters.last(conn, "feed")
            for run, places in by_run([parcel.run for parcel, _ in found]).items():
                several = [found[place] for place in places]
                asked = Questions([p.pid for p, _ in several], [p.address for p, _ in several])
                looked = check(conn, asked, facts[run], self._rules, now)
                for (parcel, body), seen in zip(several, looked, strict=True):
                    parcel = parcel._replace(pid=seen.pid, expires_us=seen.expires_us)
                    if seen.outcome is Outcome.SEND:
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
                )
                batch.append((parcel, sender.channel.encode(message, now)))
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
        book = Book(sender.channel, sender.limits, sender.refusals, now)
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

"""Delivery: claims what is due, looks once more, sends, and records what became of it.

A claim is committed before anything is sent, and each message is put on the journal before it is
offered: only what a crash leaves begun is unknown. Nothing is ever sent from a claim older than a
second or without that last look.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent import futures
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.channels.base import Answer
from maracuja.clock import monotonic_s
from maracuja.commit_points import passed
from maracuja.errors import Conflict
from maracuja.links.making import LinkMaker
from maracuja.model import micros, moment
from maracuja.runtime.delivery_checks import Rules
from maracuja.runtime.delivery_journal import JournaledCourse
from maracuja.runtime.delivery_looking import Looking
from maracuja.runtime.delivery_loop import DeliveryLoop
from maracuja.runtime.delivery_parcels import Launched
from maracuja.runtime.delivery_recovery import recover
from maracuja.runtime.delivery_renewal import Renew, as_written
from maracuja.runtime.delivery_results import Outcomes, Parcel, record, report_well, sort_answer
from maracuja.runtime.delivery_senders import Batch, Sender, Slot
from maracuja.runtime.delivery_watch import Watch
from maracuja.store import claiming, counters, health, outbox
from maracuja.store.engine import Store
from maracuja.store.outbox import SEVERAL, Claimed

BEAT_S: Final = 5.0
SOON: Final = timedelta(seconds=1)  # to look again at what is due and cannot go
BOTH: Final = (True, False)  # the ways of single messages and of all others


class Delivery:
    """The step of the worker that sends; every channel has a batch of its own on its way.

    `journals` is the folder of what is under way, the same from start to start
    (delivery_journal); `renew` writes texts again where what they show has changed; `stopping`
    ends a batch before the next message; `heartbeat` is called every few seconds while a slow
    vendor is waited for, so that the worker can keep its lease.
    """

    def __init__(
        self,
        store: Store,
        lake_root: Path,
        senders: Sequence[Sender],
        links: LinkMaker,
        rules: Rules,
        *,
        journals: Path,
        renew: Renew = as_written,
        stopping: Callable[[], bool] = lambda: False,
        heartbeat: Callable[[], None] = lambda: None,
    ) -> None:
        self._store = store
        self._senders = list(senders)
        self._slots = [
            Slot(sender, single=single, journals=journals) for sender in senders for single in BOTH
        ]
        self._looking = Looking(store, lake_root, links, rules, renew)
        self._stopping = stopping
        self._heartbeat = heartbeat
        self._journals = journals
        self._launched = Launched()
        self._loop = DeliveryLoop()
        self._ended: Callable[[bool], None] | None = None

    def let_run(self, ended: Callable[[bool], None]) -> None:
        """From now on a step leaves its batches out instead of waiting for them.

        Single messages and all others may then be stepped by a thread each; `ended` is called
        (from a third) when a batch is over, with whether it was of single ones.
        """
        self._ended = ended

    def start(self) -> None:
        """Start the event loop before there is anything to send."""
        self._loop.start()

    def close(self) -> None:
        """Wait for what is out and record it; close every connection and the event loop."""
        try:
            self.quiet()
            for sender in self._senders:
                self._loop.begin(sender.transport.close()).result()
        finally:
            self._loop.close()
            for slot in self._slots:
                slot.journal.close()

    def quiet(self) -> None:
        """Wait for all that is out, and record it; nobody may step meanwhile."""
        for slot in self._slots:
            if slot.batch is not None:
                self._wait([slot])
                self._record(slot, slot.batch, slot.batch.now)

    def recover(self, now: datetime) -> int:
        """After a start: only what was begun and not answered is unknown; how many that is."""
        books = [sender.book(now) for sender in self._senders]
        for slot in self._slots:
            slot.journal.close()
        looking = self._looking
        return recover(self._store, looking.root, self._journals, books, looking.rules.salt, now)

    def step(self, now: datetime, *, ways: Sequence[bool] = BOTH) -> datetime | None:
        """Send one batch of each channel, side by side; when to come again.

        None where nothing can go. `ways` are those whose turn it is: single messages (True), all
        others (False). A channel sends its single messages first, in batches of their own.
        """
        slots = [slot for slot in self._slots if slot.single in ways]
        more = self._record_ended(slots, now)
        due = self._due(slots, now)
        busy: set[int] = set()
        for slot, at in due.items():
            code = slot.sender.channel.code
            if at <= now and (code not in busy or self._ended) and self._begin(slot, now):
                busy.add(code)
        if self._ended is None:
            self._wait(slots)
            more |= self._record_ended(slots, now)
        if more and busy and self._ended is None:
            return now
        if busy or any(at <= now for at in due.values()):
            later = self._due(slots, now).values()
            return max(min(later), now + SOON) if later else None
        return min(due.values(), default=None)

    def _due(self, slots: Sequence[Slot], now: datetime) -> dict[Slot, datetime]:
        """When each that has nothing out can send its next message, if it has one."""
        with self._store.read() as conn:
            paused = health.paused(conn)
            dues = outbox.dues(conn, paused_runs=outbox.paused_runs(conn))
        if health.EVERY_CHANNEL in paused:
            return {}
        found = {}
        for slot in slots:
            channel = slot.sender.channel
            mine = [
                due_us
                for (code, lane), due_us in dues.items()
                if code in (channel.code, SEVERAL) and lane in slot.lanes
            ]
            if mine and slot.batch is None and channel.name not in paused:
                opens = slot.sender.open_at(now, first=slot.single)
                found[slot] = max(moment(min(mine)), opens)
        return found

    # ------------------------------------------------------------ a batch goes out

    def _begin(self, slot: Slot, now: datetime) -> bool:
        """Claim, look and send; False where there is nothing to send after all."""
        if self._stopping():
            return False
        began_s = monotonic_s()
        claimed = self._claim(slot, now)
        if len(claimed.n) == 0:
            return False
        passed("delivery.claimed")
        with self._store.read() as conn:
            context = self._launched.context(conn, claimed)
        slot.turn_over({chunk.run for chunk in context.chunks.values()})
        out, sender = Outcomes(), slot.sender
        found, mark = self._looking.checked(sender.channel, claimed, context, now, out)
        parcels = self._looking.encoded(sender, found, context.facts, now, out, first=slot.single)
        slot.batch = Batch(len(claimed.n), parcels, out, now, began_s, futures.Future())
        if parcels:
            watch = Watch(
                self._store,
                sender.channel.name,
                context.facts,
                self._stopping,
                mark,
                gives_way=self._ended is None and any(p.marketing for p, _ in parcels),
            )
            keys = [(parcel.chunk, parcel.n) for parcel, _ in parcels]
            course = JournaledCourse(slot.journal, keys, watch, urgent=slot.single)
            wires = [wire for _, wire in parcels]
            slot.batch.answers = self._loop.begin(sender.transport.send(wires, course))
        else:
            slot.batch.answers.set_result([])
        if self._ended is not None:
            tell = self._ended
            slot.batch.answers.add_done_callback(lambda _: tell(slot.single))
        return True

    def _claim(self, slot: Slot, now: datetime) -> Claimed:
        """Take what is due for one channel, unless people have paused it."""
        sender = slot.sender
        channel = sender.channel
        room = int(min(slot.size, sender.room(now, first=slot.single)))
        with self._store.write(urgent=slot.single) as conn:
            if {health.EVERY_CHANNEL, channel.name} & health.paused(conn):
                room = 0
            claimed = claiming.claim(
                conn,
                micros(now),
                channel=channel.code,
                lanes=slot.lanes,
                limit=room,
                paused_runs=outbox.paused_runs(conn),
                after_run=slot.last_run,
            )
            if len(claimed.n):
                slot.journal.open(counters.take(conn, slot.journal.counter))
        return claimed

    # ------------------------------------------------------------ a batch comes back

    def _wait(self, slots: Sequence[Slot]) -> None:
        """Until the batches of these have ended; meanwhile the heart goes on beating."""
        out = [slot.batch.answers for slot in slots if slot.batch is not None]
        while futures.wait(out, timeout=BEAT_S).not_done:
            self._heartbeat()

    def _record_ended(self, slots: Sequence[Slot], now: datetime) -> bool:
        """Write down what has become of those that are over; whether there may be more to do."""
        more = False
        for slot in slots:
            if slot.batch is not None and slot.batch.answers.done():
                more |= self._record(slot, slot.batch, now)
        return more

    def _record(self, slot: Slot, batch: Batch, now: datetime) -> bool:
        """Write down what has become of a batch; whether there may be more to do at once."""
        slot.batch = None
        answers, out, sender = batch.answers.result(), batch.out, slot.sender
        passed("delivery.handed_on")
        self._sort(sender, batch.parcels, answers, now, out)
        name = sender.channel.name
        with self._store.write(urgent=slot.single) as conn:
            self._see_that_it_is_ours(conn, slot)
            record(conn, out, channel=name, salt=self._looking.rules.salt, now=now)
            passed("delivery.recorded")
        passed("delivery.committed")
        slot.journal.clear()
        answered = sum(answer is not None for answer in answers)
        if out.held is not None:
            sender.hold(out.held.retry_after_s, now)
        elif answered:
            if sender.failures:
                with self._store.write() as conn:
                    report_well(conn, name, now)
            sender.failures, sender.held_until = 0, None
        if answered and not slot.single:
            sender.adapt(batch.claimed, answered, monotonic_s() - batch.began_s)
        return not out.held and not out.stop

    def _see_that_it_is_ours(self, conn: Connection, slot: Slot) -> None:
        """Raises Conflict where another worker has taken over, and answers for the claim now."""
        if counters.take(conn, slot.journal.counter) != slot.journal.claim + 1:
            raise Conflict(
                "another worker has taken over what this one was sending",
                fix="Nothing is to be done: that one goes on with the rest.",
            )

    def _sort(
        self,
        sender: Sender,
        parcels: Sequence[tuple[Parcel, Any]],
        answers: Sequence[Answer | None],
        now: datetime,
        out: Outcomes,
    ) -> None:
        """Put every message of the batch where its answer says."""
        book = sender.book(now)
        for (parcel, _), answer in zip(parcels, answers, strict=True):
            if answer is None:
                out.put_back(parcel, micros(now))
            else:
                result = sender.channel.decode(answer, attempt=parcel.attempts + 1)
                sort_answer(out, parcel, result, book)

"""The worker: one step after the other of what is due, by the one holder of the lease.

`tick(now)` never waits; the loop around it is the same with the system's clock and a simulated
one, so that a day of a shop is a test.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from maracuja.clock import Clock
from maracuja.errors import Conflict
from maracuja.model import micros
from maracuja.runtime.delivery import Delivery
from maracuja.runtime.launch import Launch
from maracuja.runtime.projection import Projection
from maracuja.store import leases
from maracuja.store.engine import Store

LEASE_S: Final = 30
RENEW: Final = timedelta(seconds=10)


class Chore(Protocol):
    """Upkeep and commands: something that has a time of its own."""

    def __call__(self, now: datetime) -> datetime | None:
        """Do what is due; when to come again, None: when told."""
        ...


class Parts(NamedTuple):
    """What a tick goes through, in this order: what came in counts before anything goes out."""

    projection: Projection
    launch: Launch
    delivery: Delivery
    chores: Sequence[Chore]


class Worker:
    """Holds the workspace's lease while it works; `close` gives it back.

    Raises Conflict when another worker holds it.
    """

    def __init__(self, store: Store, parts: Parts, holder: str, now: datetime) -> None:
        self._store = store
        self._parts = parts
        self._holder = holder
        self._renewed = now
        self._hold(now)
        parts.delivery.recover(now)

    def close(self) -> None:
        """Close the connections and give the lease back."""
        self._parts.delivery.close()
        self._parts.launch.close()
        with self._store.write() as conn:
            leases.release(conn, leases.WORKER, self._holder)

    def tick(self, now: datetime) -> datetime | None:
        """Do what is due now; when to come again (`now`: at once, None: when something comes).

        Raises Conflict when the lease is lost: nothing may be decided any more.
        """
        if now - self._renewed >= RENEW:
            self._hold(now)
        counts = self._parts.projection.project(now)
        due = [now] if not counts.nothing else []
        due += [
            at
            for at in (
                self._parts.launch.tick(now),
                self._parts.delivery.step(now),
                *(chore(now) for chore in self._parts.chores),
            )
            if at is not None
        ]
        return min(due, default=None)

    def settle(self, now: datetime, rounds_max: int = 1_000_000) -> datetime | None:
        """Tick until nothing is due at `now` any more; when the next thing is."""
        for _ in range(rounds_max):
            due = self.tick(now)
            if due is None or due > now:
                return due
        raise Conflict(f"the worker did not come to rest in {rounds_max} rounds")

    def _hold(self, now: datetime) -> None:
        with self._store.write() as conn:
            leases.hold(conn, leases.WORKER, self._holder, micros(now), LEASE_S)
        self._renewed = now


def work(worker: Worker, clock: Clock, stop: threading.Event, *, until_idle: bool = False) -> None:
    """The loop: tick, wait until something is due, until `stop` is set; or until nothing is."""
    while not stop.is_set():
        due = worker.tick(clock.now())
        if due is None or due > clock.now():
            if until_idle:
                return
            clock.wait_until(due, stop)

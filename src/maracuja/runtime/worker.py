"""The worker: one step after the other of what is due, by the one holder of the lease.

`tick(now)` never waits; the loop around it is the same with the system's clock and a simulated
one, so that a day of a shop is a test.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from maracuja.clock import Clock, monotonic_s
from maracuja.errors import ConfigError, Conflict
from maracuja.model import micros
from maracuja.runtime.delivery import Delivery
from maracuja.runtime.launch import Launch
from maracuja.runtime.projection import Projection
from maracuja.runtime.sending import Chore, Sending
from maracuja.store import leases
from maracuja.store.engine import Store

if TYPE_CHECKING:
    from maracuja.runtime.report_server import ReportServer

LEASE_S: Final = 30
RENEW: Final = timedelta(seconds=10)
GATHER: Final = timedelta(seconds=0.25)
GATHER_MAX: Final = timedelta(seconds=1)
REST: Final = 3  # times as long as the last batch took: sending has the rest of the processor
WORTH: Final = 5_000  # rows that came in


class Hold:
    """The workspace's lease in one worker's hand; `lost` says that it has slipped away."""

    def __init__(self, store: Store, holder: str, clock: Clock) -> None:
        self._store = store
        self._holder = holder
        self._clock = clock
        self._renewed = datetime.min.replace(tzinfo=UTC)
        self.lost = False
        self._turn = threading.Lock()
        self._doing = 0  # how many things that may take minutes, one within the other
        self._timer: threading.Timer | None = None  # outlasts what is short: a thread costs more

    def keep(self) -> None:
        """Take the lease, or renew it when ten seconds old. Raises Conflict: another has it."""
        now = self._clock.now()
        if self.lost or now - self._renewed >= RENEW:
            with self._store.write() as conn:
                leases.hold(conn, leases.WORKER, self._holder, micros(now), LEASE_S)
            self._renewed, self.lost = now, False

    def beat(self) -> None:
        """As `keep`, in the middle of a batch: what is gone is only noted, so that it ends."""
        try:
            self.keep()
        except Conflict:
            self.lost = True

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the lease, by a thread that beats, while something is done that may take minutes.

        Raises Conflict at the beginning as `keep` does.
        """
        self.keep()
        with self._turn:
            self._doing += 1
            if self._timer is None:
                self._wind()
        try:
            yield
        finally:
            with self._turn:  # no beat is under way any more
                self._doing -= 1

    def _wind(self) -> None:
        self._timer = threading.Timer(RENEW.total_seconds(), self._ring)
        self._timer.daemon = True
        self._timer.start()

    def _ring(self) -> None:
        """Ten seconds are over. Nothing is wound again where nothing is done."""
        with self._turn:
            self._timer = None
            if self._doing:
                self._wind()
                self.beat()

    def release(self) -> None:
        """Give the lease back, if it is still ours."""
        with self._turn:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        with self._store.write() as conn:
            leases.release(conn, leases.WORKER, self._holder)


class Listening(Protocol):
    """What hears something while nothing is sent."""

    def start(self) -> None:
        """Begin to listen."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


class Parts(NamedTuple):
    """What a tick goes through, in this order: what came in counts before anything goes out.

    `reports` listens beside it where bounces come in by SMTP, `lines` where a vendor tells us
    things on a line that we have opened.
    """

    projection: Projection
    launch: Launch
    delivery: Delivery
    sending: Sending
    chores: Sequence[Chore]
    reports: ReportServer | None = None
    lines: Sequence[Listening] = ()


class Worker:
    """Holds the workspace's lease while it works; `close` gives it back.

    Raises Conflict when another worker holds it, ConfigError where the port for reports is taken.
    """

    def __init__(self, hold: Hold, parts: Parts, now: datetime) -> None:
        self._hold = hold
        self._parts = parts
        self._gathered = now  # from when on what came in is taken
        hold.keep()
        with ExitStack() as stack:
            stack.callback(hold.release)
            parts.delivery.recover(now)
            stack.callback(parts.launch.close)
            stack.callback(parts.delivery.close)
            stack.callback(parts.sending.stop)
            if parts.reports is not None:
                _start(parts.reports)
                stack.callback(parts.reports.stop)
            for line in parts.lines:
                line.start()
                stack.callback(line.stop)
            self._open = stack.pop_all()

    def close(self) -> None:
        """Stop listening, close the connections and give the lease back."""
        self._open.close()

    def send_beside(self, clock: Clock, *, told: bool = False) -> None:
        """From now on messages are sent beside `tick`, not by it.

        `told`: whoever takes a single one calls `wake`; without it they are looked for.
        """
        self._parts.launch.gives_way = False
        self._parts.sending.begin(clock, told=told)

    def wake(self) -> None:
        """A single message has come in; from any thread."""
        self._parts.sending.wake()

    def tick(self, now: datetime) -> datetime | None:
        """Do what is due now; when to come again (`now`: at once, None: when something comes).

        Raises Conflict when the lease is lost: nothing may be decided any more.
        """
        parts = self._parts
        parts.sending.check()
        with self._hold.kept():
            due = [self._project(now), parts.launch.tick(now)]
        self._hold.keep()
        if parts.sending.beside:
            parts.sending.queued()
        else:
            due.append(parts.sending.step(now))
        with self._hold.kept():
            due += [chore(now) for chore in parts.chores]
        return min((at for at in due if at is not None), default=None)

    def _project(self, now: datetime) -> datetime | None:
        """Take what came in. Beside sending, a little of it waits until it is worth a batch."""
        if self._parts.sending.beside and now < self._gathered:
            return self._gathered
        began_s = monotonic_s()
        counts = self._parts.projection.project(now)
        few = counts.requests + counts.own < WORTH
        took = timedelta(seconds=monotonic_s() - began_s)
        self._gathered = now + took + min(max(GATHER, REST * took), GATHER_MAX) if few else now
        return None if counts.nothing else now

    def settle(self, now: datetime, rounds_max: int = 1_000_000) -> datetime | None:
        """Tick until nothing is due at `now` any more; when the next thing is."""
        for _ in range(rounds_max):
            due = self.tick(now)
            if due is None or due > now:
                return due
        raise Conflict(f"the worker did not come to rest in {rounds_max} rounds")


def _start(reports: ReportServer) -> None:
    try:
        reports.start()
    except OSError as fault:
        raise ConfigError(
            f"Nothing can listen for reports: {fault.strerror or fault}.",
            where="email.reports_port",
            fix="Stop the other program, or choose another port.",
        ) from fault


def work(worker: Worker, clock: Clock, stop: threading.Event, *, until_idle: bool = False) -> None:
    """The loop: tick, wait until something is due, until `stop` is set; or until nothing is."""
    while not stop.is_set():
        due = worker.tick(clock.now())
        if due is None or due > clock.now():
            if until_idle:
                return
            clock.wait_until(due, stop)

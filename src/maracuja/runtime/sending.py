"""How sending goes on beside everything else: single messages and all others by a thread each.

So neither waits for a launch or a slow vendor, nor a code for a sale. With a simulated clock
nothing runs beside: the same steps are done in turn.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Final, Protocol

from maracuja.clock import Clock
from maracuja.runtime.beside import Beside
from maracuja.runtime.delivery import Delivery

LOOK: Final = timedelta(seconds=0.05)  # how often single messages are looked for by one untold
LOOK_TOLD: Final = timedelta(seconds=1)  # and by one who is told: a word may be lost


class Chore(Protocol):
    """Something that has a time of its own."""

    def __call__(self, now: datetime) -> datetime | None:
        """Do what is due; when to come again, None: when told."""
        ...


class Sending:
    """Steps `posted` (messages asked for one by one) and `delivery`; see `step` and `begin`."""

    def __init__(self, delivery: Delivery, posted: Chore) -> None:
        self._delivery = delivery
        self._posted = posted
        self._threads: tuple[Beside, ...] = ()

    @property
    def beside(self) -> bool:
        """Whether it runs by itself."""
        return bool(self._threads)

    def step(self, now: datetime) -> datetime | None:
        """Do in turn what is due; when to come again, None: when something comes."""
        return _soonest(self._posted(now), self._delivery.step(now))

    def begin(self, clock: Clock, *, told: bool) -> None:
        """From now on it runs by itself, until `stop`; `told`: somebody calls `wake`."""

        def single(now: datetime) -> datetime | None:
            return _soonest(self._posted(now), self._delivery.step(now, ways=(True,)))

        def others(now: datetime) -> datetime | None:
            return self._delivery.step(now, ways=(False,))

        first = Beside("single messages", single, clock, LOOK_TOLD if told else LOOK)
        rest = Beside("messages", others, clock)
        self._delivery.let_run(lambda of_single: (first if of_single else rest).wake())
        self._delivery.start()
        self._threads = (first, rest)
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End the threads after the steps that are being done; what is out stays out."""
        threads, self._threads = self._threads, ()
        for thread in threads:
            thread.stop()

    def wake(self) -> None:
        """A single message has come in; from any thread."""
        for thread in self._threads[:1]:
            thread.wake()

    def queued(self) -> None:
        """Others may have been queued."""
        for thread in self._threads[1:]:
            thread.wake()

    def check(self) -> None:
        """Raise what has ended a thread, if something has."""
        for thread in self._threads:
            thread.check()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nothing is sent meanwhile, and what was on its way has ended and is recorded."""
        with ExitStack() as stack:
            for thread in self._threads:
                stack.enter_context(thread.paused())
            self._delivery.quiet()
            yield


def _soonest(*due: datetime | None) -> datetime | None:
    return min((at for at in due if at is not None), default=None)

"""The only module that reads the wall clock or waits; pure code takes `now` as an argument."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What the process loop needs of time."""

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        ...

    def wait_until(self, due: datetime | None, wake: threading.Event | None = None) -> None:
        """Wait until `due` or until `wake` is set; without `due`, a second at most."""
        ...


class SystemClock:
    """The machine's clock."""

    WAIT_S_MAX = 1.0

    def now(self) -> datetime:
        """The present moment, aware, UTC."""
        return datetime.now(UTC)

    def wait_until(self, due: datetime | None, wake: threading.Event | None = None) -> None:
        """Sleep until `due`, at most a second at a time, so that commands are seen soon."""
        left_s = self.WAIT_S_MAX if due is None else (due - self.now()).total_seconds()
        left_s = min(max(left_s, 0.0), self.WAIT_S_MAX)
        if wake is not None:
            wake.wait(left_s)
        elif left_s > 0:
            time.sleep(left_s)


class SimClock:
    """A clock that jumps: simulated days take as long as their work."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("the simulated clock starts at an aware moment")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The simulated moment, aware, UTC."""
        return self._now

    def wait_until(self, due: datetime | None, wake: threading.Event | None = None) -> None:
        """Jump to `due`; without one, a second on."""
        self._now = max(self._now, due if due is not None else self._now + timedelta(seconds=1))

    def advance(self, step: timedelta) -> datetime:
        """Move on by `step` and return the new moment."""
        self._now += step
        return self._now


def rest(seconds: float) -> None:
    """Let others go on for so long, where nothing tells when it is one's turn."""
    time.sleep(seconds)


def monotonic_s() -> float:
    """Seconds on a clock that never goes back, for measuring how long something took."""
    return time.monotonic()

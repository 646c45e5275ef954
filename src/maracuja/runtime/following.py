"""What is listened to beside the worker in a thread of its own: begun anew where it breaks.

It never lets a fault end the listening, and never loses why nothing is heard.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import ClassVar, Final

from maracuja.clock import Clock
from maracuja.errors import VendorError
from maracuja.model import micros
from maracuja.store import health
from maracuja.store.engine import Store

AGAIN_S: Final = (5.0, 15.0, 60.0, 300.0)  # after a line that broke, longer each time


class Follower(ABC):
    """Listens beside the worker; `name` is what its trouble is told under."""

    name: ClassVar[str]

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def _follow(self) -> None:
        """Read what is new and wait for more, then come back to be called again, until `_stop`.

        Raises VendorError or OSError where nothing can be read.
        """

    def start(self) -> None:
        """Begin to read."""
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it after what is at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                self._follow()
                failures = 0
            except (VendorError, OSError) as fault:
                self._say(str(fault))
                self._stop.wait(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
                failures += 1

    def _say(self, words: str) -> None:
        """Keep why nothing can be read for `maracuja check`; '' where it can."""
        with self._store.write() as conn:
            known = health.every(conn).get(self.name)
            if (known.reason if known else "") != words:
                now_us = micros(self._clock.now())
                health.set_paused(conn, self.name, now_us, paused=False, reason=words)

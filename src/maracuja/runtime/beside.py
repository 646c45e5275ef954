"""A step of the worker in a thread of its own, so that it waits for no other step.

It decides nothing: it calls its step when something is due, or when it is woken.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from maracuja.clock import Clock


class Beside:
    """Calls `step` again and again between `start` and `stop`, at least once each `look`.

    What the step raises ends the thread, and is raised again by `check` in the one who asks.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[datetime], datetime | None],
        clock: Clock,
        look: timedelta = timedelta(seconds=1),
    ) -> None:
        self._step = step
        self._clock = clock
        self._look = look
        self._woken = threading.Event()
        self._turn = threading.Lock()
        self._stopping = False
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the step that is being done."""
        self._stopping = True
        self._woken.set()
        if self._thread.ident is not None:
            self._thread.join()

    def wake(self) -> None:
        """There may be something to do now; from any thread."""
        self._woken.set()

    def check(self) -> None:
        """Raise what has ended the thread, if something has."""
        if self._fault is not None:
            raise self._fault

    @contextmanager
    def paused(self) -> Iterator[None]:
        """No step is begun meanwhile, and none is being done."""
        with self._turn:
            yield

    def _run(self) -> None:
        try:
            while not self._stopping:
                self._woken.clear()
                with self._turn:
                    due = self._step(self._clock.now())
                soon = self._clock.now() + self._look
                self._clock.wait_until(soon if due is None else min(due, soon), self._woken)
        except BaseException as fault:  # whatever it is, the worker must hear of it
            self._fault = fault

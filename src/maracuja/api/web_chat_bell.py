"""Rings for the threads that have something new: one question a second for all open chats.

The worker that writes lines is another process: the database is all that both can see.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from maracuja.clock import monotonic_s
from maracuja.runtime.web_chat_desk import WebChatDesk

LOOK_S: Final = 0.7
PACES_MAX: Final = 20_000

_log = logging.getLogger("maracuja.api")


class Bell:
    """Wakes who listens to a thread; it looks into the database only while somebody does."""

    def __init__(self, desk: WebChatDesk) -> None:
        self._desk = desk
        self._listening: dict[int, set[asyncio.Event]] = {}
        self._mark = 0
        self._turn = asyncio.Lock()
        self._watching: asyncio.Task[None] | None = None
        self.closed = False

    @asynccontextmanager
    async def listen(self, thread: int) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the thread may have something new.

        What is committed after this began is rung for: read the thread once you listen.
        """
        event = asyncio.Event()
        async with self._turn:
            if self._watching is None or self._watching.done():
                self._mark = await asyncio.to_thread(self._desk.last)
                self._watching = asyncio.create_task(self._watch())
            self._listening.setdefault(thread, set()).add(event)
        try:
            yield event
        finally:
            several = self._listening[thread]
            several.discard(event)
            if not several:
                del self._listening[thread]

    def ring(self, threads: Iterable[int]) -> None:
        """Wake those who listen to these threads, at once."""
        for thread in threads:
            for event in self._listening.get(thread, ()):
                event.set()

    def close(self) -> None:
        """Wake everybody for the last time: the server stops."""
        self.closed = True
        self.ring(list(self._listening))

    async def _watch(self) -> None:
        """Look for new lines until nobody listens any more."""
        while self._listening or self._turn.locked():
            await asyncio.sleep(LOOK_S)
            try:
                self._mark, threads = await asyncio.to_thread(self._desk.news, self._mark)
            except Exception:  # the database rests: chats go on when it is back
                _log.warning("The web chat cannot look for new lines.", exc_info=True)
                continue
            self.ring(threads)


class Paces:
    """How fast each visitor may go: a few words at once, then so many a second."""

    def __init__(self, per_s: float, most: float) -> None:
        self._per_s, self._most = per_s, most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, n: int = 1) -> float:
        """0 where they may go on, else how many seconds to wait."""
        now_s = monotonic_s()
        left, at_s = self._left.pop(who, (self._most, now_s))
        left = min(self._most, left + (now_s - at_s) * self._per_s)
        passes = left >= n
        self._left[who] = (left - n if passes else left, now_s)
        if len(self._left) > PACES_MAX:
            self._left.popitem(last=False)
        return 0.0 if passes else (n - left) / self._per_s

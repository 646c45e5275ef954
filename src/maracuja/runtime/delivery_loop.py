"""The event loop on which every vendor is spoken to, in a thread of its own.

It only carries; who sends what, and what becomes of it, is decided by those who hand work to it.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, TypeVar

_Found = TypeVar("_Found")


class DeliveryLoop:
    """Runs coroutines from any thread; started with the first or by `start`, ended by `close`."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> asyncio.AbstractEventLoop:
        """The loop, running."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(
                    target=self._loop.run_forever, name="delivery", daemon=True
                )
                self._thread.start()
            return self._loop

    def begin(self, work: Coroutine[Any, Any, _Found]) -> Future[_Found]:
        """Begin it; the future bears what it returns or raises."""
        return asyncio.run_coroutine_threadsafe(work, self.start())

    def close(self) -> None:
        """End what is still under way, and the thread."""
        with self._lock:
            loop, thread, self._loop, self._thread = self._loop, self._thread, None, None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(_cancelled(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _cancelled() -> None:
    """Cancel every other task of this loop and wait until they are over."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.get_running_loop().shutdown_default_executor()

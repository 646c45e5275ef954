"""Group commit of the inbox: many requests at once become durable in one transaction.

It must never resolve a future before the transaction that holds its request is committed.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from typing import Final

from maracuja.commit_points import passed
from maracuja.errors import Overloaded
from maracuja.runtime.packing import pack
from maracuja.store import inbox
from maracuja.store.engine import Store

WAITING_MAX: Final = 20_000
BYTES_MAX: Final = 64 * 1024 * 1024
GATHER_S: Final = 0.001

_Waiting = tuple[inbox.Request, "asyncio.Future[None]"]


class InboxWriter:
    """One thread that writes what event loops hand it; `close` writes the rest and ends it.

    While a transaction is under way the next group gathers, so that the busier it is, the more
    requests share a commit. At most 20,000 requests or 64 MiB wait.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._changed = threading.Condition()
        self._waiting: list[_Waiting] = []
        self._bytes = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._thread.start()

    def put(self, request: inbox.Request) -> asyncio.Future[None]:
        """A future of the running loop that is done once the request is durable.

        It carries an exception when the write failed. Raises Overloaded when too much waits.
        """
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        with self._changed:
            if self._closing:
                raise Overloaded("The server is stopping.", fix="Try again in a moment.")
            if len(self._waiting) >= WAITING_MAX or self._bytes >= BYTES_MAX:
                raise Overloaded("Too many requests wait.", fix="Try again in a second.")
            self._bytes += len(request.body)
            self._waiting.append((request, future))
            if len(self._waiting) == 1:
                self._changed.notify()
        return future

    def close(self) -> None:
        """Write what waits and end the thread; later requests are refused."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        group: list[_Waiting] = []
        while True:
            with self._changed:
                while not self._waiting and not self._closing:
                    self._changed.wait()
                if len(group) > 1 and not self._closing:
                    # Those just answered ask again within a moment: let them share the commit.
                    self._changed.wait(GATHER_S)
                group, self._waiting, self._bytes = self._waiting, [], 0
            if not group:
                return
            self._write(group)

    def _write(self, group: Sequence[_Waiting]) -> None:
        fault: Overloaded | None = None
        try:
            packed = [one._replace(body=pack(one.body)) for one, _ in group]
            with self._store.write_inbox() as conn:
                inbox.append(conn, packed)
                passed("inbox.appended")
            passed("inbox.committed")
        except Exception as error:  # whatever it is, each caller must hear of it
            fault = Overloaded(f"The inbox cannot be written: {error}.", fix="Try again later.")
        by_loop: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        for _, future in group:
            by_loop.setdefault(future.get_loop(), []).append(future)
        for loop, futures in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, futures, fault)


def _settle(futures: Sequence[asyncio.Future[None]], fault: Exception | None) -> None:
    for future in futures:
        if future.done():
            continue  # the client has gone
        if fault is None:
            future.set_result(None)
        else:
            future.set_exception(fault)

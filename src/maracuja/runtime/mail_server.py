"""An SMTP server in a thread of its own that leaves no line open when it stops."""

from __future__ import annotations

import asyncio
import socket
from contextlib import suppress
from typing import Any, Final
from weakref import WeakSet

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

HANG_UP_S_MAX: Final = 5


class MailServer(Controller):
    """Listens from `start` to `stop`; `handler` answers, `options` are those of aiosmtpd's SMTP.

    With `port` 0 it takes a free one; `port` says which.

    The library closes its event loop over the lines that are open then, and their sockets are
    found by the garbage collector.
    """

    def __init__(self, handler: object, host: str, port: int, **options: Any) -> None:
        super().__init__(handler, hostname=host, port=port or _free_port(host), **options)
        self._lines: WeakSet[SMTP] = WeakSet()

    def factory(self) -> SMTP:
        """What speaks on a line just taken."""
        line = SMTP(self.handler, **self.SMTP_kwargs)
        self._lines.add(line)
        return line

    def stop(self, no_assert: bool = False) -> None:
        """Take no new lines, cut the open ones, and end the thread."""
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result()
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        """Cut the open lines: a client may have died holding one.

        The server itself is closed afterwards: a closed one drops what it has just taken.
        """
        assert isinstance(self.server, asyncio.Server)
        for listening in self.server.sockets:
            self.loop.remove_reader(listening.fileno())
        with suppress(TimeoutError):
            async with asyncio.timeout(HANG_UP_S_MAX):
                while asyncio.all_tasks() - {asyncio.current_task()}:
                    for line in self._lines:
                        if isinstance(line.transport, asyncio.WriteTransport):  # it is begun
                            line.transport.abort()
                    await asyncio.sleep(0)
        await asyncio.sleep(0)


def _free_port(host: str) -> int:
    """A port that nobody listens on; the library must know it beforehand."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])

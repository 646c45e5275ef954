"""The server as a process: listens, stops at a signal when what is under way has been answered."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from collections.abc import Callable
from typing import Final

from granian.constants import Interfaces
from granian.server.embed import Server as Granian

from maracuja.api.server import Server
from maracuja.errors import ConfigError

BACKLOG: Final = 1024
GRACE_S: Final = 30.0
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def free_port(host: str, port: int) -> int:
    """The port, or a free one for 0. Raises ConfigError where it cannot be listened on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            # Another server may share its port with whoever asks to: only listening alone counts.
            probe.listen(1)
            number: int = probe.getsockname()[1]
            return number
    except OSError as fault:
        taken = fault.errno == errno.EADDRINUSE
        raise ConfigError(
            f"Port {port} on {host} is taken."
            if taken
            else f"Nothing can listen on {host}, port {port}: {fault.strerror or fault}.",
            where="server.port",
            fix="Stop the other program, or choose another with --port.",
        ) from fault


def run(
    server: Server, host: str, port: int, *, ready: Callable[[], None], force: Callable[[], None]
) -> bool:
    """Serve until SIGINT or SIGTERM; True when a second one had to force the end.

    `ready` is called once connections are taken, `force` by the second signal.
    """
    return asyncio.run(_run(server, host, port, ready, force))


async def _run(
    server: Server, host: str, port: int, ready: Callable[[], None], force: Callable[[], None]
) -> bool:
    granian = Granian(
        server,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        backlog=BACKLOG,
        websockets=True,
        log_enabled=False,
    )
    stopping, forced = asyncio.Event(), asyncio.Event()

    def on_signal() -> None:
        if stopping.is_set():
            forced.set()
            force()
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in SIGNALS:
        loop.add_signal_handler(number, on_signal)
    serving = asyncio.create_task(granian.serve())
    asked = asyncio.create_task(stopping.wait())
    await _listening(host, port, serving)
    ready()
    await asyncio.wait({serving, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if serving.done():  # it never ends by itself
        serving.result()
        raise ConfigError("The server has stopped.", where=f"{host}:{port}")
    await server.drained(GRACE_S, forced)
    granian.stop()  # type: ignore[no-untyped-call]  # granian leaves it untyped
    await asyncio.wait({serving}, timeout=GRACE_S)
    return forced.is_set()


async def _listening(host: str, port: int, serving: asyncio.Task[None]) -> None:
    """Return once a connection is taken."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(target, port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        return

"""Real processes of a workspace that are killed, and the clients and servers around them."""

from __future__ import annotations

import asyncio
import http.client
import signal
import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from maracuja.app import App
from maracuja.simulate.sink import MailSink
from maracuja.store import leases
from tests.acceptance.crash_shop import batch, customer

WAIT_S = 60.0
EVENTS = 20


def until(holds: Callable[[], bool], what: str) -> None:
    """Wait until it holds; fails after a minute."""
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, f"not in {WAIT_S:g} s: {what}"
        time.sleep(0.01)  # noqa: TID251  (waits for a process)


class Process:
    """A command of a workspace that can be killed and started again."""

    def __init__(self, workspace: Path, *arguments: str) -> None:
        self._command = [sys.executable, "-m", "maracuja", *arguments, "-w", str(workspace)]
        self._log = workspace / f"{arguments[0]}.log"
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(self._command, stdout=log, stderr=log)

    def kill(self) -> None:
        """End it as a power cut would; fails where it has ended by itself."""
        assert self._running is not None
        assert self._running.poll() is None, self._log.read_text()[-3000:]
        self._running.kill()
        self._running.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        assert self._running is not None
        self._running.send_signal(signal.SIGTERM)
        assert self._running.wait(WAIT_S) == 0, self._log.read_text()[-3000:]

    def finish(self) -> None:
        """Start it and wait until it ends by itself."""
        self.start()
        assert self._running is not None
        assert self._running.wait(WAIT_S) == 0, self._log.read_text()[-3000:]


def lease_until(app: App) -> int:
    """Until when the worker's lease runs: it moves when a worker begins."""
    with app.store.read() as conn:
        held = leases.current(conn, leases.WORKER)
    return held.until_us if held else 0


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Client:
    """Sends batches of events one by one, each again and again until it is acknowledged."""

    def __init__(self, name: str, port: int, key: str) -> None:
        self.name = name
        self.acknowledged: dict[str, str] = {}  # message id -> customer
        self.tries = 0
        self._port = port
        self._headers = {"authorization": "Basic " + b64encode(f"{key}:".encode()).decode()}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Let the batch that is under way be acknowledged, and end."""
        self._stop.set()
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive(), "the server does not answer any more"

    def _run(self) -> None:
        number = 0
        while not self._stop.is_set():
            calls = [
                {
                    "type": "track",
                    "event": "Product Viewed",
                    "messageId": f"{self.name}-{number}-{i}",
                    "userId": customer(number * 7 % 100 + i),
                    "properties": {"n": number},
                }
                for i in range(EVENTS)
            ]
            body = batch(calls)
            while not self._post(body):
                time.sleep(0.02)  # noqa: TID251  (a client's pause)
            self.acknowledged |= {call["messageId"]: call["userId"] for call in calls}
            number += 1

    def _post(self, body: bytes) -> bool:
        self.tries += 1
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            connection.request("POST", "/v1/batch", body, self._headers)
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class SlowSink(MailSink):
    """Takes a while over each message, so that a campaign lasts."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message, then answer: who is cut off in between does not know."""
        said = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(0.001)
        return said

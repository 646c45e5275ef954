"""A workspace that `maracuja serve` serves as a real process, and who asks it over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from maracuja.clock import SystemClock, monotonic_s

COMMAND = [sys.executable, "-m", "maracuja"]
WAIT_S = 60.0
PAUSE = timedelta(seconds=0.1)


def until(holds: Callable[[], Any], what: str, *, wait_s: float = WAIT_S) -> Any:
    """What it gives once it is true; fails when that takes too long."""
    clock, deadline_s = SystemClock(), monotonic_s() + wait_s
    while monotonic_s() < deadline_s:
        found = holds()
        if found:
            return found
        clock.wait_until(clock.now() + PAUSE)
    raise AssertionError(f"not in {wait_s:g} s: {what}")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=WAIT_S, check=False
    )


class Shop:
    """A workspace on disk, with what serves it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        made = run("init", "-w", str(place), "--json")
        assert made.returncode == 0, made.stderr
        self.keys: dict[str, str] = json.loads(made.stdout)
        self.log = place / "serve.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.url = ""

    def serve(self, *arguments: str) -> None:
        """Start the server on a free port, and wait until it says where it is."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "-w", str(self.place), "--port", "0", *arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
            )

        def said() -> str:
            lines = self.log.read_text().splitlines()
            return next((line for line in lines if line.startswith("http://")), "")

        self.url = until(said, "the server's address")

    def ask(self, path: str, body: object = None, *, key: str = "admin key") -> Any:
        """The JSON of an answer, None where it is not there (yet)."""
        coded = b64encode(f"{self.keys[key]}:".encode()).decode()
        headers = {"authorization": f"Basic {coded}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.url + path, data, headers), timeout=WAIT_S) as answer:
                return json.load(answer)
        except HTTPError as refused:
            refused.close()
            return None

    def workers(self) -> list[int]:
        """The processes that work on this workspace."""
        found = []
        for entry in Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (OSError, NotADirectoryError):
                continue
            if b"work" in words and os.fsencode(str(self.place)) in words:
                found.append(int(entry.name))
        return found

    def stop(self, number: signal.Signals) -> int:
        """Send the signal and wait for the end; the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=WAIT_S)

    def end(self) -> None:
        """Leave nothing running."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for pid in self.workers():
            os.kill(pid, signal.SIGKILL)

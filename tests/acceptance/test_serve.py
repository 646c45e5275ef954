"""`maracuja serve` and `maracuja work` as real processes on this machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from maracuja.clock import SystemClock, monotonic_s

pytestmark = pytest.mark.slow
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


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    """A new workspace; whatever serves it is gone in the end."""
    made = Shop(tmp_path / "shop")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()
    for pid in made.workers():
        os.kill(pid, signal.SIGKILL)


def test_events_come_in_the_worker_takes_them_and_ctrl_c_leaves_nobody_behind(shop: Shop) -> None:
    shop.serve()
    until(shop.workers, "the worker")
    who = {"type": "identify", "userId": "u1", "traits": {"email": "maria@shop.example"}}
    assert shop.ask("/v1/batch", {"batch": [who]}, key="server key") == {"success": True}
    (person,) = until(lambda: shop.ask("/api/people?who=u1")["items"], "the person")
    assert person["email"] == "maria@shop.example"

    second = run("work", "-w", str(shop.place), "--once")
    assert second.returncode == 5 and "is at work on this workspace" in second.stderr
    taken = run("serve", "-w", str(shop.place), "--port", shop.url.rpartition(":")[2])
    assert taken.returncode == 3 and "is taken" in taken.stderr

    (worker,) = shop.workers()
    os.kill(worker, signal.SIGKILL)
    (again,) = until(lambda: [pid for pid in shop.workers() if pid != worker], "a new worker")
    until(lambda: shop.ask("/api/workspace")["worker"], "its lease")
    assert "starting it again" in shop.log.read_text()

    assert shop.stop(signal.SIGINT) == 0
    assert shop.workers() == [] and again
    idle = run("work", "-w", str(shop.place), "--until-idle")  # the lease was given back
    assert idle.returncode == 0, idle.stderr


def test_sigterm_stops_it_likewise(shop: Shop) -> None:
    shop.serve()
    until(shop.workers, "the worker")
    assert shop.stop(signal.SIGTERM) == 0
    assert shop.workers() == []


def test_a_worker_does_not_outlive_its_server(shop: Shop) -> None:
    shop.serve()
    until(shop.workers, "the worker")
    shop.stop(signal.SIGKILL)
    until(lambda: not shop.workers(), "the worker's end")


def test_without_a_worker_events_are_kept_until_one_comes(shop: Shop) -> None:
    shop.serve("--no-work")
    event = {"userId": "u1", "event": "Tasted"}
    assert shop.ask("/v1/track", event, key="server key") == {"success": True}
    assert shop.workers() == []
    assert shop.ask("/api/workspace")["requests_waiting"] == 1
    assert run("work", "-w", str(shop.place), "--until-idle").returncode == 0
    assert shop.ask("/api/workspace")["requests_waiting"] == 0
    assert shop.stop(signal.SIGINT) == 0
    with pytest.raises(URLError):
        urlopen(shop.url, timeout=5)

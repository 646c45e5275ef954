"""A process beside the server, as the worker: started, watched, started again, stopped.

Its standard input is a pipe: when it closes, the server has died and it stops; whatever comes
through it only says that a single message is there.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Final

from maracuja.clock import monotonic_s
from maracuja.errors import Conflict

BACKOFF_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_S: Final = 60.0  # who lived so long is started again at once
Say = Callable[[str], None]


class ProcessBeside:
    """Runs `python -m maracuja` with these arguments until `stop`; a thread watches it.

    What dies is started again. With `ended` it may have an end: that is asked, whenever it ended
    by itself, whether this was all.
    """

    def __init__(
        self,
        called: str,
        arguments: Sequence[str],
        say: Say,
        *,
        ended: Callable[[], bool] = lambda: False,
    ) -> None:
        self._command = [sys.executable, "-m", "maracuja", *arguments]
        self._called = called
        self._say = say
        self._ended = ended
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def started(self) -> bool:
        """Whether there is anything to wait for."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the process and watch over it, unless somebody does."""
        with self._lock:
            if not self.started:
                self._thread = threading.Thread(target=self._watch, name=self._called, daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Ask it to end what it is doing and stop; returns at once, `join` waits."""
        with self._lock:
            self._stopping.set()
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.close()

    def wake(self) -> None:
        """Tell it that a single message has come in; it looks by itself where this is lost."""
        with self._lock, contextlib.suppress(OSError, ValueError):  # full, gone, or closed
            if self._process is not None and self._process.stdin is not None:
                os.write(self._process.stdin.fileno(), b"\n")

    def kill(self) -> None:
        """End it now: what was handed to a vendor is recovered at the next start."""
        self.stop()
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def join(self) -> None:
        """Wait until it has ended."""
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        failures = 0
        while (process := self._spawn()) is not None:
            began_s = monotonic_s()
            code = process.wait()
            if self._stopping.is_set():
                return
            if code == 0 and self._ended():
                return
            failures = 0 if monotonic_s() - began_s > STEADY_S else failures + 1
            wait_s = BACKOFF_S[min(failures, len(BACKOFF_S)) - 1] if failures else 0.0
            what = (
                f"Another {self._called} holds this workspace"
                if code == Conflict.exit_code
                else f"The {self._called} died (exit code {code})"
            )
            self._say(f"{what}; starting it again in {wait_s:g} s.")
            if self._stopping.wait(wait_s):
                return

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        """Start the process unless it is to stop; Ctrl-C reaches it through us alone."""
        with self._lock:
            if self._stopping.is_set():
                return None
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.PIPE, start_new_session=True
            )
            if self._process.stdin is not None:
                os.set_blocking(self._process.stdin.fileno(), False)
            return self._process


def stop_with_parent(
    stop: Callable[[], object], pipe: int, wake: Callable[[], None] = lambda: None
) -> None:
    """Call `stop` when the pipe (a descriptor) is closed, as also when the parent is killed.

    Whatever comes through it before calls `wake`.
    """

    def listen() -> None:
        while os.read(pipe, 4096):
            wake()
        stop()

    threading.Thread(target=listen, name="parent", daemon=True).start()

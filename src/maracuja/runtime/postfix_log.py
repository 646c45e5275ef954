"""Follows the log of Postfix and keeps what it tells of our mails, each once.

The place that was reached is kept only after what stands before it is durable. Nothing is written
to the log, and no line of it is kept but the server's words on our own mails.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from maracuja.channels.email import Email
from maracuja.clock import Clock
from maracuja.commit_points import passed
from maracuja.runtime.following import Follower
from maracuja.runtime.log_pieces import LogPieces, Piece
from maracuja.runtime.report_taking import keep
from maracuja.store import watermarks
from maracuja.store.engine import Store

EVERY_S: Final = 2.0
LOOK_BACK_BYTES: Final = 8_000_000  # read again after a start, to know whose mails are queued


class LogRead(NamedTuple):
    """How many lines were looked at, and how many told something."""

    lines: int
    told: int


class PostfixFollower(Follower):
    """The log at `path`, which Postfix writes on this machine."""

    name: ClassVar[str] = "postfix log"

    def __init__(self, store: Store, channel: Email, clock: Clock, path: Path) -> None:
        super().__init__(store, clock)
        self._pieces = LogPieces(path)
        self._log = channel.postfix_log()
        digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
        self._marks = f"maillog:{digest}:"
        self._looked_back = False

    def read_once(self) -> LogRead:
        """Read what is new now. Raises VendorDown where the log cannot be read."""
        now = self._clock.now()
        with self._store.read() as conn:
            known = watermarks.under(conn, self._marks)
        places = {name.removeprefix(self._marks): place for name, place in known.items()}
        there = self._pieces.marks(now)
        if not self._looked_back:
            self._look_back({mark: places[mark] for mark in there if mark in places})
        lines = told = 0
        for piece in self._pieces.after(places, now):
            told += self._keep(piece)
            lines += len(piece.lines)
            if self._stop.is_set():
                return LogRead(lines, told)
        gone = [self._marks + mark for mark in places if mark not in there]
        if gone:
            with self._store.write() as conn:
                watermarks.forget(conn, gone)
        return LogRead(lines, told)

    def _follow(self) -> None:
        self.read_once()
        self._say("")
        self._stop.wait(EVERY_S)

    def _look_back(self, places: dict[str, int]) -> None:
        """Learn whose the mails are that were in the queue; what they were told is kept."""
        now = self._clock.now()
        for mark, place in places.items():
            for piece in self._pieces.before(mark, place, LOOK_BACK_BYTES, now):
                self._log.take(piece.lines, now)
        self._looked_back = True

    def _keep(self, piece: Piece) -> int:
        now = self._clock.now()
        events = self._log.take(piece.lines, now)
        if events:
            keep(self._store, events, now)
        passed("maillog.taken")
        with self._store.write() as conn:
            watermarks.put(conn, self._marks + piece.mark, piece.end)
        return len(events)

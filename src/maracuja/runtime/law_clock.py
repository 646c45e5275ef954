"""Reminds of deadlines before they pass: requests about people's rights, breaches to report.

A reminder is a notice on the board of the law and a line in the log; it is given once for each.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from maracuja.channels.heard import Notice
from maracuja.model import micros, moment
from maracuja.store import audit, breaches, notices, rights
from maracuja.store.engine import Store
from maracuja.store.notices import Kept

BOARD: Final = "law"  # where notices of the law hang
LOOK_EVERY: Final = timedelta(minutes=10)
REQUESTS_AHEAD: Final = timedelta(days=5)
BREACHES_AHEAD: Final = timedelta(hours=24)
EVER_US: Final = 2**62

_log = logging.getLogger("maracuja.law")


class LawClock:
    """A chore of the worker: looks every ten minutes, while it works, for what is due soon."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._look = datetime.min.replace(tzinfo=UTC)
        self._again: datetime | None = None

    def __call__(self, now: datetime) -> datetime | None:
        """Remind of what is due soon; when to come again, None: when something is asked for."""
        if now >= self._look:
            self._look = now + LOOK_EVERY
            with self._store.read() as conn:
                due = due_soon(conn, now)
            if due:
                with self._store.write() as conn:
                    remind(conn, now)
            with self._store.read() as conn:
                self._again = _next(conn)
        return None if self._again is None else max(self._again, self._look)


def _next(conn: Connection) -> datetime | None:
    """When the next reminder is due, of what is still to be done."""
    ahead = [moment(one.due_us) - REQUESTS_AHEAD for one in rights.due_before(conn, EVER_US)]
    ahead += [moment(one.due_us) - BREACHES_AHEAD for one in breaches.due_before(conn, EVER_US)]
    return min(ahead, default=None)


def due_soon(conn: Connection, now: datetime) -> dict[str, str]:
    """What is due soon and was not reminded of, in words, by subject."""
    told = {}
    for one in rights.due_before(conn, micros(now + REQUESTS_AHEAD)):
        told[f"rights:{one.id}"] = (
            f"Request {one.id} ({one.right}, {one.law}) has to be answered by"
            f" {moment(one.due_us):%Y-%m-%d %H:%M} UTC."
        )
    for leak in breaches.due_before(conn, micros(now + BREACHES_AHEAD)):
        told[f"breach:{leak.id}"] = (
            f"Breach {leak.id} has to be reported by {moment(leak.due_us):%Y-%m-%d %H:%M} UTC."
        )
    return told


def remind(conn: Connection, now: datetime) -> list[str]:
    """Put up a notice for each of `due_soon`, once; the sentences."""
    told = due_soon(conn, now)
    now_us = micros(now)
    notices.keep(
        conn,
        BOARD,
        [Kept(Notice(subject=subject, words=words), now_us) for subject, words in told.items()],
    )
    for subject, words in told.items():
        kind, _, number = subject.partition(":")
        change = rights.change if kind == "rights" else breaches.change
        change(conn, int(number), reminded_us=now_us)
        audit.add(conn, now_us, audit.WORKER, "reminded", subject)
        _log.warning("%s", words)
    return list(told.values())


def board(conn: Connection) -> list[str]:
    """The notices that hang now, newest first: of what is still to be done."""
    return [one.notice.words for one in notices.of(conn, BOARD) if _open(conn, one.notice.subject)]


def _open(conn: Connection, subject: str) -> bool:
    """Whether what a notice is about is still to be done."""
    kind, _, number = subject.partition(":")
    if kind == "rights":
        return rights.get(conn, int(number)).state == rights.OPEN
    leak = breaches.get(conn, int(number))
    return leak.reported_us is None and leak.closed_us is None

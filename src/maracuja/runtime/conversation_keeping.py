"""Conversations come to their end: closed when all is said, deleted when they have been kept.

One step a call, in a transaction of its own; a crash repeats it with the same outcome.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from maracuja.config import Conversations
from maracuja.model import micros, moment
from maracuja.runtime.retention_work import conversation_days
from maracuja.store import conversations
from maracuja.store.conversations import TalkState
from maracuja.store.engine import Store

LOOK_EVERY: Final = timedelta(minutes=1)


class ConversationKeeping:
    """A chore of the worker: looks once a minute, or when something is due."""

    def __init__(self, store: Store, limits: Conversations) -> None:
        self._store = store
        self._quiet = timedelta(days=limits.quiet_days)
        self._days = limits.keep_days
        self._kept = timedelta(days=limits.keep_days)
        self._look = datetime.min.replace(tzinfo=UTC)
        self._again: datetime | None = None

    def __call__(self, now: datetime) -> datetime | None:
        """Close what is over and delete what was kept for its time; when to come again."""
        if now >= self._look:
            with self._store.read() as conn:
                self._kept = timedelta(days=conversation_days(conn, self._days))
            self._again = now if self._step(now) else self._next_due()
            self._look = min(self._again or now + LOOK_EVERY, now + LOOK_EVERY)
        return self._again

    def _step(self, now: datetime) -> bool:
        """Whether there was something to do: there may be more of it."""
        if not self._due(now):
            return False
        with self._store.write() as conn:
            done = conversations.close_quiet(conn, micros(now - self._quiet))
            if self._kept:
                done += conversations.delete_before(conn, micros(now - self._kept))
        return done > 0

    def _due(self, now: datetime) -> bool:
        due = self._next_due()
        return due is not None and due <= now

    def _next_due(self) -> datetime | None:
        """When time alone makes something due; None where nothing waits for it."""
        with self._store.read() as conn:
            waiting_us = conversations.oldest_us(conn, TalkState.WAITING)
            oldest_us = conversations.oldest_us(conn) if self._kept else None
        # A moment later: what is not older than the limit stays.
        later = timedelta(microseconds=1)
        due = [moment(waiting_us) + self._quiet + later] if waiting_us is not None else []
        due += [moment(oldest_us) + self._kept + later] if oldest_us is not None else []
        return min(due, default=None)

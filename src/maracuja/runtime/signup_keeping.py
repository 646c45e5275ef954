"""A chore of the worker: reminds of sign-ups once at most, ends those that nobody confirmed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.forms import Form
from maracuja.config import Config
from maracuja.links.tokens import KeyRing
from maracuja.model import ConsentState, micros, moment
from maracuja.runtime.signup_messages import Desk, desk_of
from maracuja.store import consents, definitions, meta, signups
from maracuja.store.engine import Store
from maracuja.store.signups import Signup, SignupState

ROWS_MAX: Final = 200  # reminders in one go
REST: Final = timedelta(seconds=10)  # between two of them


class SignupKeeping:
    """Reminds in the name of the shop; who has opted out meanwhile is not asked again."""

    def __init__(self, store: Store, config: Config) -> None:
        self._store = store
        self._config = config
        self._looked: datetime | None = None
        self._next: datetime | None = None

    def __call__(self, now: datetime) -> datetime | None:
        """Do what is due; when there is more to do (None: when told again)."""
        recent = self._looked is not None and now - self._looked < REST
        if recent and (self._next is None or now < self._next):
            return self._next
        self._looked, self._next = now, self._do(now)
        return self._next

    def _do(self, now: datetime) -> datetime | None:
        with self._store.read() as conn:
            end_us = signups.next_end(conn)
            if end_us is None:
                return None
            due = self._due(conn, now)
        ended = moment(end_us) <= now
        if due[0] or ended:
            with self._store.write() as conn:
                desk = desk_of(self._config, KeyRing([bytes.fromhex(meta.load(conn).link_key)]))
                for row in due[0]:
                    _remind(conn, desk, row, now)
                if ended:
                    signups.close_late(conn, micros(now))
            with self._store.read() as conn:
                due = self._due(conn, now)
                end_us = signups.next_end(conn)
        if due[0]:
            return now + REST
        return min((one for one in (due[1], end_us and moment(end_us)) if one), default=None)

    def _due(self, conn: Connection, now: datetime) -> tuple[list[Signup], datetime | None]:
        """Whom to remind now, and when the next one is due."""
        due: list[Signup] = []
        later: list[datetime] = []
        for stored in definitions.current(conn, "form"):
            form = msgspec.json.decode(stored.body, type=Form)
            if not form.remind_after_days:
                continue
            wait = timedelta(days=form.remind_after_days)
            for row in signups.unreminded(conn, form.id, rows_max=ROWS_MAX):
                at = moment(row.asked_us) + wait
                if at <= now < moment(row.until_us):
                    due.append(row)
                elif at > now:
                    later.append(at)
        return due[:ROWS_MAX], min(later, default=None)


def _remind(conn: Connection, desk: Desk, row: Signup, now: datetime) -> None:
    said = consents.last_said(conn, [row.pid])
    words = [said.get((row.pid, topic, row.channel)) for topic in row.topics]
    if all(last is not None and last[0] is ConsentState.OPTED_OUT for last in words):
        signups.change(conn, row.id, state=int(SignupState.CLOSED))
    else:
        desk.message(conn, row, now, again=True)

"""A person's rest from marketing: how they wish to hear, and a pause that the shop gives them.

Service messages are never kept back by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from maracuja.errors import NotFound
from maracuja.model import micros
from maracuja.runtime.preferences import standing
from maracuja.store import audit, people, wishes
from maracuja.store.wishes import EVERYTHING, Wish


@dataclass(frozen=True)
class Wishes:
    """How a person wishes to hear.

    `every_days` of a topic: at most so often (0: as often as there is something). `hours` are
    minutes of their day, equal ones mean any. `objects`: to profiling.
    """

    pause_until: datetime | None
    every_days: dict[str, int]
    hours: tuple[int, int]
    objects: bool


def wished_by(conn: Connection, pid: int, now: datetime) -> Wishes:
    """How the person wishes to hear, found also by a pid that was merged. Raises NotFound."""
    now_so = standing(conn, people.get(conn, pid).pid, now)
    return Wishes(now_so.pause_until, now_so.every_days, now_so.hours, now_so.objects)


def pause(
    conn: Connection, pid: int, days: int, *, reason: str, actor: str, now: datetime
) -> Wishes:
    """Send the person no marketing for so many days. Raises NotFound."""
    until_us = micros(now + timedelta(days=days))
    return _put(conn, pid, until_us, {"days": days, "why": reason}, actor=actor, now=now)


def resume(conn: Connection, pid: int, *, actor: str, now: datetime) -> Wishes:
    """End a pause early. Raises NotFound where there is none."""
    if wished_by(conn, pid, now).pause_until is None:
        raise NotFound(f"Marketing to person {pid} is not paused.")
    return _put(conn, pid, 0, {}, actor=actor, now=now)


def _put(
    conn: Connection, pid: int, until_us: int, detail: dict[str, object], *, actor: str,
    now: datetime,
) -> Wishes:  # fmt: skip
    own = people.get(conn, pid).pid
    kept = wishes.of(conn, own).get(EVERYTHING, Wish(own, EVERYTHING))
    wishes.put(conn, [kept._replace(pause_until_us=until_us, at_us=micros(now))])
    action = "pause_person" if until_us else "resume_person"
    audit.add(conn, micros(now), actor, action, f"person:{own}", detail)
    return wished_by(conn, own, now)

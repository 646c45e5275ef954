"""How a person likes to hear from the shop, as their preference page shows and keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.errors import NotFound
from maracuja.links.tokens import Ticket
from maracuja.model import Trait, TraitSource, micros, moment
from maracuja.runtime import rights_work
from maracuja.runtime.wishing import named_occasion
from maracuja.store import audit, objections, people, runs, wishes
from maracuja.store.wishes import EVERYTHING, Wish

EVERY_DAYS: Final = (0, 7, 30)  # as often as there is something, weekly, monthly
PAUSES: Final = (7, 14, 30, 90)  # days
LESS: Final = 30  # what the button beside "out" means, in days
ACTOR: Final = "person"
SOURCE: Final = "preference_page"


class Chosen(NamedTuple):
    """What was chosen; None, or a topic that is not there: nothing was said about it.

    `hours` are minutes of the day, equal ones mean any hour; `pause_days` 0 ends a pause.
    """

    every_days: Mapping[str, int] = {}
    hours: tuple[int, int] | None = None
    pause_days: int | None = None
    language: str | None = None
    objects: bool | None = None


class Home(NamedTuple):
    """Where the shop is: what counts for people of whom it is not known."""

    zone: str = "UTC"
    country: str = ""


class Standing(NamedTuple):
    """How it stands now: `pause_until` is None without a pause."""

    every_days: dict[str, int]
    hours: tuple[int, int]
    pause_until: datetime | None
    objects: bool


def standing(conn: Connection, pid: int, now: datetime) -> Standing:
    """What a canonical person wishes."""
    kept = wishes.of(conn, pid)
    whole = kept.get(EVERYTHING, Wish(pid, EVERYTHING))
    paused = moment(whole.pause_until_us) if whole.pause_until_us > micros(now) else None
    return Standing(
        {topic: wish.every_days for topic, wish in kept.items() if topic},
        (whole.from_min, whole.until_min),
        paused,
        objections.of(conn, pid) is not None,
    )


def keep(
    conn: Connection, pid: int, chosen: Chosen, came: Ticket, now: datetime, home: Home
) -> None:
    """Keep what a canonical person has chosen, with a line in the audit log for what changed.

    `came` is the link by which they came: its message counts as the last one about its topic.
    Takes a revision: call it first of all.
    """
    rev, now_us = people.next_rev(conn), micros(now)
    if not people.standing(conn, [pid])[0]:
        return
    kept = wishes.of(conn, pid)
    made = [
        _rarer(conn, pid, kept.get(topic), topic, days, came)
        for topic, days in chosen.every_days.items()
        if days in EVERY_DAYS and days != kept.get(topic, Wish(pid, topic)).every_days
    ]
    before = kept.get(EVERYTHING, Wish(pid, EVERYTHING))
    whole = _whole(before, chosen, now, home.zone)
    if whole != before:
        made.append(whole)
    wishes.put(conn, [wish._replace(at_us=now_us) for wish in made])
    detail: dict[str, Any] = {w.topic: w.every_days for w in made if w.topic}
    if whole != before:
        detail |= {"hours": (whole.from_min, whole.until_min), "pause_until": whole.pause_until_us}
    if chosen.language:
        told = {"language": Trait(chosen.language, TraitSource.DECLARED, 1.0, now_us)}
        if people.change(conn, rev, [pid], set_traits=[told], now_us=now_us):
            detail["language"] = chosen.language
    if _object(conn, pid, chosen.objects, now, home.country):
        detail["objects"] = chosen.objects
    if detail:
        audit.add(conn, now_us, ACTOR, "preferences", f"person:{pid}", detail)


def _rarer(
    conn: Connection, pid: int, before: Wish | None, topic: str, days: int, came: Ticket
) -> Wish:
    """The wish about a topic; whoever asks for less has just heard."""
    wish = (before or Wish(pid, topic))._replace(every_days=days)
    came_us = came.sent_s * 1_000_000
    if came.detail != topic or came_us < wish.last_us:
        return wish
    try:
        run = runs.get(conn, came.run)
    except NotFound:
        return wish._replace(last_us=came_us)
    return wish._replace(last_us=came_us, last_key=named_occasion(run.campaign, run.occurrence))


def _whole(before: Wish, chosen: Chosen, now: datetime, zone: str) -> Wish:
    wish = before
    if chosen.hours is not None:
        start, end = (minutes % 1440 for minutes in chosen.hours)
        both = (0, 0) if start == end else (start, end)
        if both != (wish.from_min, wish.until_min):
            wish = wish._replace(from_min=both[0], until_min=both[1], zone=zone)
    if chosen.pause_days == 0:
        wish = wish._replace(pause_until_us=0)
    elif chosen.pause_days in PAUSES:
        wish = wish._replace(pause_until_us=micros(now + timedelta(days=chosen.pause_days)))
    return wish


def _object(conn: Connection, pid: int, objects: bool | None, now: datetime, country: str) -> bool:
    """Keep, or take back, an objection to profiling; whether anything changed."""
    if objects is None:
        return False
    if objects:
        return rights_work.object_to_profiling(
            conn, pid, country=country, source=SOURCE, actor=ACTOR, now=now
        )
    return rights_work.allow_profiling(conn, pid, actor=ACTOR, now=now)

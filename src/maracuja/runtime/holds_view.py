"""What holds marketing to people, for somebody of the shop: the rules, whom, and letting go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from maracuja.errors import NotFound
from maracuja.model import micros, moment
from maracuja.runtime.holding import in_force
from maracuja.store import audit, denied, disputed, holds, people, silenced
from maracuja.store.holds import Hold


@dataclass(frozen=True)
class RuleShown:
    """A rule in force: which events begin and end it, and for how long at most."""

    id: str
    name: str
    opens: tuple[str, ...]
    closes: tuple[str, ...]
    key: str
    due: str
    lasts: str


@dataclass(frozen=True)
class HoldShown:
    """Something of a person's that is open, or was; `key` says which."""

    pid: int
    hold: str
    key: str
    opened: datetime | None
    begins: datetime | None
    until: datetime
    closed: datetime | None
    holds: bool


@dataclass(frozen=True)
class SilencedShown:
    """A category of which a person wants to hear nothing, since when, and said where."""

    category: str
    at: datetime
    source: str


def rules(conn: Connection) -> list[RuleShown]:
    """The rules in force, the built-in ones first."""
    return [
        RuleShown(one.id, one.name, one.opens, one.closes, one.key, one.due, one.lasts)
        for one in in_force(conn)
    ]


def now_held(conn: Connection, now: datetime, *, rows_max: int = 100) -> list[HoldShown]:
    """Whatever is open now, by person."""
    return _shown(holds.every(conn, micros(now), rows_max=rows_max), now)


def of_person(conn: Connection, pid: int, now: datetime) -> list[HoldShown]:
    """Everything of one person, also what is over. Raises NotFound."""
    return _shown(holds.of(conn, people.get(conn, pid).pid), now)


def release(
    conn: Connection, pid: int, rule: str, *, key: str | None, actor: str, now: datetime
) -> int:
    """Close what a rule holds of a person, of one `key` or all; how many.

    It is closed as if its closing event had come now. Raises NotFound where nothing is open.
    """
    own = people.get(conn, pid).pid
    now_us = micros(now)
    found = [
        one
        for one in holds.of(conn, own)
        if one.hold == rule and one.closed_us < one.opened_us and key in (None, one.key)
    ]
    if not found:
        raise NotFound(f"Nothing of `{rule}` is open of person {own}.", where="rule")
    holds.take(conn, [one._replace(closed_us=max(now_us, one.opened_us)) for one in found])
    detail = {"rule": rule, "keys": [one.key for one in found]}
    audit.add(conn, now_us, actor, "released", f"person:{own}", detail)
    return len(found)


def silenced_by(conn: Connection, pid: int) -> list[SilencedShown]:
    """What a person wants to hear nothing about. Raises NotFound."""
    return [
        SilencedShown(one.category, moment(one.at_us), one.source)
        for one in silenced.of(conn, people.get(conn, pid).pid)
    ]


def everything(conn: Connection, pid: int, now: datetime) -> dict[str, Any]:
    """All of a person that stands in these tables, for them to read. Raises NotFound.

    A value that they have denied is kept as a digest only: when, and of which trait, is told.
    """
    own = people.get(conn, pid).pid
    return {
        "holds": of_person(conn, own, now),
        "not_about": silenced_by(conn, own),
        "said_otherwise": [
            {"trait": trait, "source": source.name.lower(), "value": value, "at": moment(at_us)}
            for trait, source, value, at_us in disputed.of(conn, own)
        ],
        "denied": [{"trait": one.trait, "at": moment(one.at_us)} for one in denied.of(conn, own)],
    }


def _shown(found: Sequence[Hold], now: datetime) -> list[HoldShown]:
    def at(us: int) -> datetime | None:
        return moment(us) if us else None

    return [
        HoldShown(
            one.pid,
            one.hold,
            one.key,
            at(one.opened_us),
            at(one.begins_us),
            moment(one.until_us),
            at(one.closed_us),
            one.holds(micros(now)),
        )
        for one in found
    ]

"""Where somebody of the team is logged in, for themselves to look at and to end.

A place is known by a part of its digest: nobody can become somebody by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maracuja.errors import NotFound
from maracuja.model import micros, moment
from maracuja.runtime.team_members import Who
from maracuja.store import audit, team
from maracuja.store.engine import Store
from maracuja.store.team import Session


@dataclass(frozen=True)
class PlaceShown:
    """A browser that is logged in; `here`: the one that asks. `agent` is what it says it is."""

    id: str
    here: bool
    agent: str
    since: datetime
    seen: datetime
    until: datetime


def places(store: Store, who: Who, now: datetime) -> list[PlaceShown]:
    """Where somebody is logged in, the place used last in front."""
    with store.read() as conn:
        found = team.sessions(conn, who.member.id)
    return [
        PlaceShown(
            id=_id(one),
            here=one.digest == who.digest,
            agent=one.agent,
            since=moment(one.created_us),
            seen=moment(one.seen_us),
            until=moment(one.until_us),
        )
        for one in found
        if one.until_us > micros(now)
    ]


def end_place(store: Store, who: Who, place: str, now: datetime) -> None:
    """Log out at a place of one's own. Raises NotFound."""
    with store.write() as conn:
        found = [one for one in team.sessions(conn, who.member.id) if _id(one) == place]
        if not found:
            raise NotFound("You are not logged in there.", where="place")
        team.end(conn, found[0].digest)
        audit.add(conn, micros(now), who.actor, "log_out", f"team:{who.member.id}")


def _id(session: Session) -> str:
    return session.digest.hex()[:16]

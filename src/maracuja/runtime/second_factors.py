"""Whether everybody who works here has to have a second factor, and who still has to set one up.

It never knows a secret or a code.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from maracuja.errors import Conflict, Forbidden
from maracuja.model import micros
from maracuja.runtime.team_members import Who
from maracuja.store import audit, meta
from maracuja.store.engine import Store

_REQUIRED: Final = "second_factor_required"


def is_required(conn: Connection) -> bool:
    """Whether nobody may work here without a second factor."""
    return meta.get(conn, _REQUIRED) is not None


def require(store: Store, on: bool, now: datetime, actor: str, *, who: Who | None) -> None:
    """Ask everybody for a second factor from now on, or nobody any more.

    `who` is the member that asks, None for a program. Raises Conflict where they have none of
    their own: they would shut themselves out.
    """
    if on and who is not None and not who.member.second_factor:
        raise Conflict(
            "You have no second factor yourself.",
            where="second_factor",
            fix="Set up your own first, under “Your log-in”.",
        )
    with store.write() as conn:
        if on:
            meta.put(conn, _REQUIRED, str(micros(now)))
        else:
            meta.drop(conn, _REQUIRED)
        audit.add(conn, micros(now), actor, "require_second_factor", "team", {"required": on})


def check(who: Who) -> None:
    """See that somebody may go on to work. Raises Forbidden at `second_factor`."""
    if who.factor_due:
        raise Forbidden(
            "Everybody who works here has a second factor, and you have none yet.",
            where="second_factor",
            fix="Set it up first: the app leads you there.",
        )


def check_own_end(conn: Connection) -> None:
    """See that one may do without one's own. Raises Conflict."""
    if is_required(conn):
        raise Conflict(
            "Everybody who works here has a second factor.",
            where="second_factor",
            fix="An owner can ask for it no more, under “Team”.",
        )

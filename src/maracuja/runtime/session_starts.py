"""How a session begins, and tokens that begin one without a password: good once, for an hour.

Whoever may have such a token is decided by who makes it.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from maracuja.errors import Unauthorized
from maracuja.model import micros
from maracuja.runtime.passwords import hash_token
from maracuja.runtime.team_members import actor_of
from maracuja.store import audit, meta, team
from maracuja.store.team import Member, Session

SESSION_FOR: Final = timedelta(days=30)
ENTRY_FOR: Final = timedelta(hours=1)
_ENTRY: Final = "one_time_entry"


def begin(conn: Connection, member: Member, now: datetime, agent: str, before: str) -> str:
    """A new session's token; the session of the token `before` ends."""
    token = secrets.token_urlsafe(32)
    until_us = micros(now + SESSION_FOR)
    session = Session(
        hash_token(token), member.id, micros(now), micros(now), until_us, agent[:300]
    )
    team.end(conn, hash_token(before))
    team.begin(conn, session)
    team.change(conn, member.id, seen_us=micros(now))
    audit.add(conn, micros(now), actor_of(member), "log_in", f"team:{member.id}")
    return token


def allow_entry(conn: Connection, member: Member, now: datetime) -> str:
    """A token by which this member logs in once; one that was made before is good no more."""
    token = secrets.token_urlsafe(32)
    until_us = micros(now + ENTRY_FOR)
    meta.put(conn, _ENTRY, f"{hash_token(token).hex()} {member.id} {until_us}")
    return token


def take_entry(conn: Connection, token: str, now: datetime) -> Member:
    """Whose token it is; it is used up. Raises Unauthorized."""
    digest, number, until_us = (meta.get(conn, _ENTRY) or " 0 0").split(" ")
    fits = hmac.compare_digest(digest, hash_token(token).hex())
    if not fits or micros(now) >= int(until_us):
        raise Unauthorized("This link was used, or is too old.", fix="Log in.")
    meta.drop(conn, _ENTRY)
    member = team.get(conn, int(number))
    if member.off:
        raise Unauthorized("This link was used, or is too old.", fix="Log in.")
    return member

"""The people who work here, their sessions, and wrong passwords.

A password, a session's token and an invitation are kept as hashes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from maracuja.errors import Conflict, NotFound
from maracuja.store import bulk
from maracuja.store.schema_team import team_failures, team_members, team_sessions


class Member(NamedTuple):
    """Somebody who works here, as stored."""

    id: int
    email: str
    name: str
    role: str
    rights: bytes
    password: str
    invitation: bytes | None
    invited_until_us: int
    totp: bytes
    totp_step: int
    recovery: bytes
    off: bool
    created_us: int
    seen_us: int


class Session(NamedTuple):
    """Where somebody is logged in."""

    digest: bytes
    member: int
    created_us: int
    seen_us: int
    until_us: int
    agent: str


class Failures(NamedTuple):
    """Wrong passwords in a row, and when the last was."""

    n: int
    at_us: int


_MEMBER = tuple(team_members.c[name] for name in Member._fields)
_SESSION = tuple(team_sessions.c[name] for name in Session._fields)


# Somebody new has no second factor, may come in, and was not here yet.
_NEW: Final[Mapping[str, Any]] = {
    "rights": b"{}",
    "password": "",
    "invitation": None,
    "invited_until_us": 0,
    "totp": b"",
    "totp_step": 0,
    "recovery": b"[]",
    "off": False,
    "seen_us": 0,
}


def add(
    conn: Connection, *, email: str, name: str, role: str, created_us: int, **values: Any
) -> int:
    """Write a new member, further columns of Member given; the number. Raises Conflict."""
    taken = select(team_members.c.id).where(team_members.c.email == email)
    if conn.execute(taken).first() is not None:
        raise Conflict(f"{email} works here already.")
    row = {**_NEW, "email": email, "name": name, "role": role, "created_us": created_us, **values}
    new = insert(team_members).values(row).returning(team_members.c.id)
    number: int = conn.execute(new).scalar_one()
    return number


def change(conn: Connection, number: int, **values: Any) -> None:
    """Change some columns of a member. Raises NotFound."""
    mine = update(team_members).where(team_members.c.id == number).values(values)
    if conn.execute(mine).rowcount != 1:
        raise NotFound(f"Nobody of the team has the number {number}.")


def get(conn: Connection, number: int) -> Member:
    """A member by number. Raises NotFound."""
    return _one(conn, team_members.c.id == number, f"Nobody of the team has the number {number}.")


def by_email(conn: Connection, email: str) -> Member:
    """A member by address. Raises NotFound."""
    wanted = team_members.c.email == email.strip().lower()
    return _one(conn, wanted, f"Nobody of the team is {email}.")


def invited(conn: Connection, digest: bytes) -> Member:
    """Whom an invitation is for. Raises NotFound."""
    return _one(conn, team_members.c.invitation == digest, "There is no such invitation.")


def every(conn: Connection) -> list[Member]:
    """All members, by address."""
    query = select(*_MEMBER).order_by(team_members.c.email)
    return [_member(row) for row in bulk.fetch(conn, query)]


def drop(conn: Connection, number: int) -> None:
    """Delete a member and their sessions. Raises NotFound."""
    end_all(conn, number)
    gone = delete(team_members).where(team_members.c.id == number)
    if conn.execute(gone).rowcount != 1:
        raise NotFound(f"Nobody of the team has the number {number}.")


def begin(conn: Connection, session: Session) -> None:
    """Write a session."""
    conn.execute(insert(team_sessions).values(session._asdict()))


def session(conn: Connection, digest: bytes) -> Session | None:
    """A session by its token's hash; None where there is none."""
    rows = bulk.fetch(conn, select(*_SESSION).where(team_sessions.c.digest == digest))
    return Session(bytes(rows[0][0]), *rows[0][1:]) if rows else None


def sessions(conn: Connection, member: int) -> list[Session]:
    """Where a member is logged in, the latest first."""
    query = select(*_SESSION).where(team_sessions.c.member == member)
    rows = bulk.fetch(conn, query.order_by(team_sessions.c.seen_us.desc()))
    return [Session(bytes(row[0]), *row[1:]) for row in rows]


def touch(conn: Connection, digest: bytes, now_us: int) -> None:
    """Note that a session is in use."""
    mine = team_sessions.c.digest == digest
    conn.execute(update(team_sessions).where(mine).values(seen_us=now_us))


def end(conn: Connection, digest: bytes) -> None:
    """End a session."""
    conn.execute(delete(team_sessions).where(team_sessions.c.digest == digest))


def end_all(conn: Connection, member: int, *, but: bytes = b"") -> int:
    """End every session of a member, or all but one; how many."""
    c = team_sessions.c
    return conn.execute(delete(team_sessions).where(c.member == member, c.digest != but)).rowcount


def failures(conn: Connection, key: str) -> Failures:
    """The wrong passwords in a row under a key."""
    c = team_failures.c
    rows = bulk.fetch(conn, select(c.n, c.at_us).where(c.key == key))
    return Failures(*rows[0]) if rows else Failures(0, 0)


def failed(conn: Connection, key: str, now_us: int, forget_before_us: int) -> None:
    """Count a wrong password; those before a time are forgotten."""
    c = team_failures.c
    conn.execute(delete(team_failures).where(c.at_us < forget_before_us))
    new = bulk.insert(conn, team_failures).values(key=key, n=1, at_us=now_us)
    conn.execute(
        new.on_conflict_do_update(index_elements=["key"], set_={"n": c.n + 1, "at_us": now_us})
    )


def succeeded(conn: Connection, key: str) -> None:
    """Forget the wrong passwords under a key."""
    conn.execute(delete(team_failures).where(team_failures.c.key == key))


def owners(conn: Connection) -> int:
    """How many owners can log in."""
    c = team_members.c
    query = select(func.count()).where(c.role == "owner", c.off.is_(False), c.password != "")
    return int(conn.execute(query.select_from(team_members)).scalar_one())


def _one(conn: Connection, wanted: Any, missing: str) -> Member:
    rows = bulk.fetch(conn, select(*_MEMBER).where(wanted))
    if not rows:
        raise NotFound(missing)
    return _member(rows[0])


def _member(row: tuple[Any, ...]) -> Member:
    found = Member(*row)
    return found._replace(
        off=bool(found.off),
        rights=bytes(found.rights),
        totp=bytes(found.totp),
        recovery=bytes(found.recovery),
        invitation=None if found.invitation is None else bytes(found.invitation),
    )

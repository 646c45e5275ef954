"""People of the team: invited, logged in by password and second factor, and what they may.

Whoever guesses is made to wait; a wrong address and a wrong password take as long, and say
the same.
"""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

import msgspec
from sqlalchemy import Connection

from maracuja.errors import BadInput, Conflict, Forbidden, NotFound, TooManyRequests, Unauthorized
from maracuja.ingest import addresses
from maracuja.model import micros, moment
from maracuja.runtime import second_factors, session_starts
from maracuja.runtime.access import Area, Level, Role
from maracuja.runtime.passwords import (
    check_password,
    cipher,
    hash_password,
    hash_token,
    matching_step,
    verify_password,
)
from maracuja.runtime.team_members import (
    MemberShown,
    SecondFactor,
    Who,
    actor_of,
    packed,
    shown,
)
from maracuja.store import audit, team
from maracuja.store.engine import Store
from maracuja.store.team import Member, Session

INVITED_FOR: Final = timedelta(days=7)
IDLE_FOR: Final = timedelta(hours=12)
TOUCH_EVERY: Final = timedelta(minutes=1)
FAILURES_FREE: Final = 5
WAIT_S_MAX: Final = 900
FORGET_AFTER: Final = timedelta(days=1)
RECOVERY_CODES: Final = 10


class Team:
    """All that is done with members and sessions. Its methods block on the database."""

    def __init__(self, store: Store, key_secret: str, issuer: str) -> None:
        self._store = store
        self._key = key_secret
        self._issuer = issuer

    # ------------------------------------------------------------ who works here

    def members(self) -> list[MemberShown]:
        """Everybody, by address."""
        with self._store.read() as conn:
            return [shown(one) for one in team.every(conn)]

    def invite(
        self,
        email: str,
        role: Role,
        now: datetime,
        actor: str,
        *,
        name: str = "",
        own: Mapping[Area, Level] | None = None,
    ) -> str:
        """Put somebody on the team, who chooses a password within a week; the token for it.

        Raises BadInput for an address that is none, Conflict for one that is taken.
        """
        address = addresses.email(email)
        if address is None:
            raise BadInput(f"`{email[:100]}` is no e-mail address.", where="email")
        token = secrets.token_urlsafe(32)
        with self._store.write() as conn:
            number = team.add(
                conn,
                email=address.lower(),
                name=name.strip()[:100],
                role=role.value,
                created_us=micros(now),
                rights=packed(own or {}),
                invitation=hash_token(token),
                invited_until_us=micros(now + INVITED_FOR),
            )
            audit.add(conn, micros(now), actor, "invite", f"team:{number}", {"role": role.value})
        return token

    def invite_again(self, number: int, now: datetime, actor: str) -> str:
        """A new token, also for who has forgotten the password: it ends the old one's use."""
        token = secrets.token_urlsafe(32)
        until = micros(now + INVITED_FOR)
        with self._store.write() as conn:
            team.change(conn, number, invitation=hash_token(token), invited_until_us=until)
            audit.add(conn, micros(now), actor, "invite_again", f"team:{number}")
        return token

    def join(self, token: str, password: str, now: datetime, *, name: str = "") -> MemberShown:
        """Choose a password by an invitation, which is used up; all sessions end.

        Raises NotFound for an invitation that is none or too old, BadInput for a bad password.
        """
        check_password(password)
        hashed = hash_password(password)
        with self._store.write() as conn:
            member = team.invited(conn, hash_token(token))
            check_password(password, member.email, name or member.name, shop=self._issuer)
            if member.invited_until_us < micros(now) or member.off:
                raise NotFound("There is no such invitation.", fix="Ask for a new one.")
            called = {"name": name.strip()[:100]} if name.strip() else {}
            team.change(conn, member.id, password=hashed, invitation=None, **called)
            team.end_all(conn, member.id)
            audit.add(conn, micros(now), actor_of(member), "join", f"team:{member.id}")
            return shown(team.get(conn, member.id))

    def change(
        self,
        number: int,
        now: datetime,
        actor: str,
        *,
        role: Role | None = None,
        own: Mapping[Area, Level] | None = None,
        off: bool | None = None,
        name: str | None = None,
    ) -> MemberShown:
        """Change role, rights or name of a member, or let them in no more: at once.

        Raises NotFound, and Conflict where no owner would be left.
        """
        values: dict[str, object] = {}
        if role is not None:
            values["role"] = role.value
        if own is not None:
            values["rights"] = packed(own)
        if off is not None:
            values["off"] = off
        if name is not None:
            values["name"] = name.strip()[:100]
        with self._store.write() as conn:
            before = team.get(conn, number)
            if values:
                team.change(conn, number, **values)
            _check_owner(conn, before)
            if off:
                team.end_all(conn, number)
            said = {key: str(one) for key, one in values.items() if key != "rights"}
            audit.add(conn, micros(now), actor, "change", f"team:{number}", said)
            return shown(team.get(conn, number))

    def remove(self, number: int, now: datetime, actor: str) -> None:
        """Take somebody off the team. Raises NotFound, and Conflict for the last owner."""
        with self._store.write() as conn:
            before = team.get(conn, number)
            team.drop(conn, number)
            _check_owner(conn, before)
            audit.add(conn, micros(now), actor, "remove", f"team:{number}", before.email)

    # ------------------------------------------------------------ logging in

    def log_in(
        self,
        email: str,
        password: str,
        now: datetime,
        *,
        place: str,
        agent: str = "",
        code: str = "",
        before: str = "",
    ) -> tuple[str, Who]:
        """A new session's token, and who it is; the one of the token `before` ends.

        Raises TooManyRequests after wrong tries, by the address or from the `place` (where the
        request comes from), and Unauthorized: at `code` where the second factor is asked for.
        """
        address = email.strip().lower()[:300]
        keys = (f"email:{address}", f"place:{place[:100]}")
        with self._store.read() as conn:
            for key in keys:
                _check_wait(team.failures(conn, key), now)
            member = _known(conn, address)
        good = verify_password(password, member.password if member else "")
        if member is None or not good or member.off:
            self._failed(keys, now, member)
            raise Unauthorized("Address or password are wrong.", where="password")
        if member.totp:
            self._second(member, code, keys, now)
        with self._store.write() as conn:
            for key in keys:
                team.succeeded(conn, key)
            token = session_starts.begin(conn, member, now, agent, before)
            return token, self._who(conn, member, hash_token(token))

    def entry(self, email: str, now: datetime) -> str:
        """A token by which this member logs in once, without a password. Raises NotFound."""
        with self._store.write() as conn:
            member = _known(conn, email.lower())
            if member is None:
                raise NotFound(f"`{email}` does not work here.", where="email")
            return session_starts.allow_entry(conn, member, now)

    def enter(
        self, token: str, now: datetime, *, agent: str = "", before: str = ""
    ) -> tuple[str, Who]:
        """A new session by such a token, and who it is. Raises Unauthorized."""
        with self._store.write() as conn:
            member = session_starts.take_entry(conn, token, now)
            session = session_starts.begin(conn, member, now, agent, before)
            return session, self._who(conn, member, hash_token(session))

    def who(self, token: str, now: datetime, *, touch: bool = True) -> Who:
        """Who a session's token belongs to. Raises Unauthorized where it is over, or none.

        Without `touch` the question does not keep the session alive.
        """
        digest = hash_token(token)
        with self._store.read() as conn:
            session = team.session(conn, digest)
            member = _member_of(conn, session)
            if session is None or member is None or member.off:
                raise Unauthorized("You are not logged in.")
            who = self._who(conn, member, digest)
        idle_us = micros(now - IDLE_FOR)
        if session.until_us <= micros(now) or session.seen_us < idle_us:
            raise Unauthorized("You were logged in too long ago.", fix="Log in again.")
        if touch and session.seen_us < micros(now - TOUCH_EVERY):
            with self._store.write() as conn:
                team.touch(conn, digest, micros(now))
        return who

    def log_out(self, who: Who, now: datetime, *, everywhere: bool = False) -> None:
        """End this session, or every one of the same person."""
        with self._store.write() as conn:
            if everywhere:
                team.end_all(conn, who.member.id)
            team.end(conn, who.digest)
            said = {"everywhere": everywhere}
            audit.add(conn, micros(now), who.actor, "log_out", f"team:{who.member.id}", said)

    def change_password(self, who: Who, old: str, new: str, now: datetime) -> None:
        """Another password; every other session ends. Raises Unauthorized, BadInput."""
        check_password(new, who.member.email, who.member.name, shop=self._issuer)
        with self._store.read() as conn:
            member = team.get(conn, who.member.id)
        if not verify_password(old, member.password):
            raise Unauthorized("The old password is wrong.", where="old")
        hashed = hash_password(new)
        with self._store.write() as conn:
            team.change(conn, member.id, password=hashed)
            team.end_all(conn, member.id, but=who.digest)
            audit.add(conn, micros(now), actor_of(member), "password", f"team:{member.id}")

    # ------------------------------------------------------------ the second factor

    def propose_factor(self, who: Who) -> SecondFactor:
        """A secret for an app of codes; it counts once a code of it was given."""
        secret = base64.b32encode(os.urandom(20)).decode()
        label = quote(f"{self._issuer}:{who.member.email}")
        return SecondFactor(
            secret, f"otpauth://totp/{label}?secret={secret}&issuer={quote(self._issuer)}"
        )

    def set_factor(self, who: Who, secret: str, code: str, now: datetime) -> list[str]:
        """Ask for codes from now on; ten codes for the day on which the telephone is lost.

        Raises BadInput where the code is not of that secret.
        """
        try:
            key = base64.b32decode(secret.encode())
        except ValueError:
            raise BadInput("This is no secret of ours.", where="secret") from None
        step = matching_step(key, code, now, after=0) if len(key) >= 16 else None
        if step is None:
            raise BadInput("The code does not fit: is the clock right?", where="code")
        codes = [secrets.token_hex(5) for _ in range(RECOVERY_CODES)]
        digests = msgspec.json.encode([hash_token(one).hex() for one in codes])
        sealed = cipher(self._key).encrypt(key)
        with self._store.write() as conn:
            team.change(conn, who.member.id, totp=sealed, totp_step=step, recovery=digests)
            team.end_all(conn, who.member.id, but=who.digest)
            subject = f"team:{who.member.id}"
            audit.add(conn, micros(now), who.actor, "second_factor", subject)
        return codes

    def drop_factor(self, number: int, now: datetime, actor: str) -> None:
        """Ask no more codes of somebody. Raises NotFound."""
        with self._store.write() as conn:
            team.change(conn, number, totp=b"", totp_step=0, recovery=b"[]")
            audit.add(conn, micros(now), actor, "no_second_factor", f"team:{number}")

    def _second(self, member: Member, code: str, keys: tuple[str, ...], now: datetime) -> None:
        """Check a code of the app, or one for recovery. Raises Unauthorized."""
        if not code.strip():
            raise Unauthorized("A code of your app is needed.", where="code")
        given = code.strip().replace(" ", "")
        key = cipher(self._key).decrypt(member.totp)
        step = matching_step(key, given, now, after=member.totp_step)
        left: list[str] = msgspec.json.decode(member.recovery)
        digest = hash_token(given.lower()).hex()
        if step is not None:
            values: dict[str, object] = {"totp_step": step}
        elif digest in left:
            left.remove(digest)
            values = {"recovery": msgspec.json.encode(left)}
        else:
            self._failed(keys, now, member)
            raise Unauthorized("The code is wrong, or was used before.", where="code")
        with self._store.write() as conn:
            team.change(conn, member.id, **values)

    # ------------------------------------------------------------ behind it

    def check_csrf(self, who: Who, given: str) -> None:
        """See that a page of ours asks. Raises Forbidden."""
        if not hmac.compare_digest(given.encode(), who.csrf.encode()):
            raise Forbidden(
                "This change was not asked for by a page of ours.",
                where="x-csrf-token",
                fix="Send the `csrf` of the session in this header.",
            )

    def _who(self, conn: Connection, member: Member, digest: bytes) -> Who:
        csrf = hmac.new(self._key.encode(), b"csrf" + digest, "sha256").hexdigest()
        due = not member.totp and second_factors.is_required(conn)
        return Who(shown(member), csrf, digest, due)

    def _failed(self, keys: tuple[str, ...], now: datetime, member: Member | None) -> None:
        """Count a wrong try. The audit log names who was tried, and nobody who is not here."""
        with self._store.write() as conn:
            for key in keys:
                team.failed(conn, key, micros(now), micros(now - FORGET_AFTER))
            subject = f"team:{member.id}" if member else "team"
            audit.add(conn, micros(now), keys[-1], "log_in_failed", subject)


def _check_wait(failures: team.Failures, now: datetime) -> None:
    over = failures.n - FAILURES_FREE
    if over < 0:
        return
    wait = timedelta(seconds=min(30 * 2 ** min(over, 10), WAIT_S_MAX))
    left_s = (moment(failures.at_us) + wait - now).total_seconds()
    if left_s > 0:
        raise TooManyRequests("Too many wrong tries: wait a little.", retry_after_s=left_s)


def _check_owner(conn: Connection, before: Member) -> None:
    """See that somebody is left who may do everything. Raises Conflict."""
    if before.role == Role.OWNER.value and before.password and team.owners(conn) == 0:
        raise Conflict(
            "Nobody would be left who may do everything.", fix="Make somebody else an owner first."
        )


def _known(conn: Connection, email: str) -> Member | None:
    try:
        return team.by_email(conn, email)
    except NotFound:
        return None


def _member_of(conn: Connection, session: Session | None) -> Member | None:
    try:
        return team.get(conn, session.member) if session else None
    except NotFound:
        return None

"""Addresses that must not be written to: bounced, complained, by hand, erased.

Only a salted hash of an address is kept, so the list outlives the person without telling who.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    LargeBinary,
    delete,
    or_,
    select,
    update,
)

from maracuja.channels import address_kinds, identity_kind, kept_under
from maracuja.store import bulk, meta
from maracuja.store.schema import suppressions

ALL: Final = "all"  # nothing may be sent
MARKETING: Final = "marketing"  # service messages still may
ROWS_MAX: Final = 100_000


class Suppression(NamedTuple):
    """One suppressed address; `until_us` None: until it is lifted."""

    channel: str
    digest: bytes
    scope: str
    pid: int | None
    reason: str
    code: str
    raw: str
    at_us: int
    until_us: int | None


def digest(salt: str, channel: str, address: str) -> bytes:
    """The salted hash under which an address of a channel is kept: SHA-256, 32 bytes.

    E-mail addresses differ by no letter's case here: a shop must not write to Maria@ either.
    """
    kept = kept_under(channel)
    return hashlib.sha256(f"{salt}\0{kept}\0{address.strip().casefold()}".encode()).digest()


def digests(salt: str, channel: str, addresses: Iterable[str]) -> list[bytes]:
    """`digest` for a set."""
    start = hashlib.sha256(f"{salt}\0{kept_under(channel)}\0".encode())
    made = []
    for address in addresses:
        one = start.copy()
        one.update(address.strip().casefold().encode())
        made.append(one.digest())
    return made


def add(
    conn: Connection,
    *,
    channel: Any,
    digest: Any,
    reason: Any,
    at_us: int,
    scope: Any = ALL,
    pid: Any = None,
    code: Any = "",
    raw: Any = "",
    until_us: Any = None,
) -> int:
    """Suppress addresses, as columns (one value stands for all rows, except of `digest`).

    An address that stands already gets the new reason. The (channel, digest, scope) of a set must
    be distinct.
    """
    if len(digest) == 0:
        return 0
    one = isinstance(channel, str)
    columns = {
        "channel": kept_under(channel) if one else [kept_under(name) for name in channel],
        "digest": digest,
        "scope": scope,
        "pid": pid,
        "reason": reason,
        "code": code,
        "raw": raw,
        "at_us": at_us,
        "until_us": until_us,
    }
    return bulk.insert_columns(conn, suppressions, columns, on_conflict="replace")


def lift(
    conn: Connection,
    channel: str,
    digests: Sequence[bytes],
    *,
    reasons: Collection[str] | None = None,
) -> int:
    """Let these addresses be written to again, where they are suppressed for one of `reasons`.

    None: for any. Returns how many rows went.
    """
    gone = bulk.given(conn, "gone", digest=(LargeBinary(), digests))
    s = suppressions.c
    statement = delete(suppressions).where(
        s.channel == kept_under(channel), s.digest.in_(select(gone.c.digest))
    )
    if reasons is not None:
        statement = statement.where(s.reason.in_(list(reasons)))
    return conn.execute(statement).rowcount


def current(conn: Connection, now_us: int, *, rows_max: int = ROWS_MAX) -> list[Suppression]:
    """The suppressions in force, newest first."""
    names = [suppressions.c[name] for name in Suppression._fields]
    s = suppressions.c
    query = (
        select(*names)
        .where(_in_force(now_us))
        .order_by(s.at_us.desc(), s.channel, s.digest, s.scope)
        .limit(rows_max)
    )
    return [Suppression(*row) for row in bulk.fetch(conn, query)]


def of(conn: Connection, pid: int, now_us: int) -> list[Suppression]:
    """The suppressions in force of a canonical pid's addresses, by channel and time."""
    names = [suppressions.c[name] for name in Suppression._fields]
    s = suppressions.c
    query = select(*names).where(s.pid == pid, _in_force(now_us)).order_by(s.channel, s.at_us)
    return [Suppression(*row) for row in bulk.fetch(conn, query)]


def suppressed(
    conn: Connection, channel: str, now_us: int, *, marketing: bool
) -> npt.NDArray[np.int64]:
    """Known people who have a suppressed address on the channel, sorted; shape (n,).

    For choosing an audience; what counts at the moment of sending is the address: `blocked`.
    """
    s = suppressions.c
    query = select(s.pid).where(
        s.channel == kept_under(channel),
        s.pid.is_not(None),
        _in_force(now_us),
        _covers(marketing=marketing),
    )
    (pids,) = bulk.fetch_integers(conn, query)
    return np.unique(pids)


def blocked(
    conn: Connection, channel: str, digests: Sequence[bytes], now_us: int, *, marketing: bool
) -> npt.NDArray[np.bool_]:
    """Whether each address (by digest) is suppressed on the channel now; shape (n,)."""
    s = suppressions.c
    query = select(s.digest).where(
        s.channel == kept_under(channel), _in_force(now_us), _covers(marketing=marketing)
    )
    rows = bulk.rows_where_in(conn, query, s.digest, sorted(set(digests)))
    found = {bytes(row[0]) for row in rows}
    return np.fromiter((d in found for d in digests), dtype=bool, count=len(digests))


def attach(conn: Connection, channel: str, digests: Sequence[bytes], pids: Any) -> int:
    """Tell suppressed addresses whose they are, when such an identity appears (again)."""
    if len(digests) == 0:
        return 0
    owner = bulk.given(conn, "owner", digest=(LargeBinary(), digests), pid=(BigInteger(), pids))
    s = suppressions.c
    statement = (
        update(suppressions)
        .where(s.channel == channel, s.digest == owner.c.digest, s.pid.is_(None))
        .values(pid=owner.c.pid)
    )
    return conn.execute(statement).rowcount


def attach_new(
    conn: Connection, kinds: Sequence[str], values: Sequence[str], pids: Sequence[int]
) -> int:
    """`attach` for identities that have just appeared; mostly nothing waits for an owner."""
    s = suppressions.c
    waiting = select(s.channel).where(s.pid.is_(None)).distinct()
    told = set(kinds)
    channels = {o for (o,) in bulk.fetch(conn, waiting) if told & _identities(o)}
    if not channels:
        return 0
    salt = meta.load(conn).suppression_salt
    attached = 0
    for channel in sorted(channels):
        mine = [i for i, kind in enumerate(kinds) if kind in _identities(channel)]
        hashes = digests(salt, channel, (values[i] for i in mine))
        attached += attach(conn, channel, hashes, [pids[i] for i in mine])
    return attached


def _identities(channel: str) -> set[str]:
    """The kinds of identities whose value is an address of the channel or account."""
    return {identity_kind(channel), *address_kinds(channel)}


def move(conn: Connection, losers: Any, winners: Any) -> int:
    """Carry the suppressions of merged people over; returns how many."""
    pair = bulk.given(conn, "pair", pid=(BigInteger(), losers), to=(BigInteger(), winners))
    statement = update(suppressions).where(suppressions.c.pid == pair.c.pid).values(pid=pair.c.to)
    return conn.execute(statement).rowcount


def _in_force(now_us: int) -> ColumnElement[bool]:
    return or_(suppressions.c.until_us.is_(None), suppressions.c.until_us > now_us)


def _covers(*, marketing: bool) -> ColumnElement[bool]:
    scopes = [ALL, MARKETING] if marketing else [ALL]
    return suppressions.c.scope.in_(scopes)

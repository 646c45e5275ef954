"""Write keys and admin keys: shown once, kept as hashes, checked in constant time.

A key reads `mrc_<kind>_<id>_<secret>`. A browser key is public by nature: what it may say about a
known person is proven by an HMAC that the shop's server makes with the key's signing secret.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Row, insert, select, update

from maracuja.errors import NotFound, Unauthorized
from maracuja.store.schema import keys

PREFIX: Final = "mrc"


class KeyKind(StrEnum):
    """server: all of ingest; browser: ingest without trust; admin: the management API too."""

    SERVER = "server"
    BROWSER = "browser"
    ADMIN = "admin"


class Key(NamedTuple):
    """A key as stored: never its secret."""

    id: str
    kind: KeyKind
    name: str
    created_us: int
    revoked_us: int | None


class NewKey(NamedTuple):
    """A key at its creation: `secret` is the whole key, shown this once.

    `signing_secret` is given to the shop's server beside a browser key, else ''.
    """

    key: Key
    secret: str
    signing_secret: str


class KeyRing:
    """The keys in force, for checking many requests without asking the database each time."""

    def __init__(self, rows: list[tuple[Key, bytes]]) -> None:
        self._by_id = {key.id: (key, digest) for key, digest in rows}

    def authenticate(self, presented: str) -> Key:
        """The key that was presented. Raises Unauthorized; takes as long for any wrong secret."""
        parts = presented.split("_", 3)
        known = self._by_id.get(parts[2]) if len(parts) == 4 else None
        stored = known[1] if known else bytes(32)
        fits = hmac.compare_digest(_digest(presented), stored)
        if known is None or not fits:
            raise Unauthorized(
                "this key is not known here, or was revoked",
                fix="Make one with `maracuja key create` and send it as the user name of "
                "basic authentication.",
            )
        return known[0]


def create(conn: Connection, kind: KeyKind, name: str, now_us: int, *, key_secret: str) -> NewKey:
    """Make a key; only its hash is stored. `key_secret` is the workspace's (meta.Secrets)."""
    number = secrets.token_hex(6)
    secret = f"{PREFIX}_{kind.value}_{number}_{secrets.token_hex(20)}"
    key = Key(number, kind, name, now_us, None)
    conn.execute(insert(keys).values({**key._asdict(), "digest": _digest(secret)}))
    signing = signing_secret(key_secret, number) if kind is KeyKind.BROWSER else ""
    return NewKey(key, secret, signing)


def ring(conn: Connection) -> KeyRing:
    """The keys in force now; read it again every second or so."""
    query = select(keys).where(keys.c.revoked_us.is_(None))
    return KeyRing([(_key(row), bytes(row.digest)) for row in conn.execute(query)])


def authenticate(conn: Connection, presented: str) -> Key:
    """`KeyRing.authenticate` for one request."""
    return ring(conn).authenticate(presented)


def revoke(conn: Connection, number: str, now_us: int) -> None:
    """Let the key open nothing from now on. Raises NotFound."""
    standing = (keys.c.id == number) & keys.c.revoked_us.is_(None)
    if conn.execute(update(keys).where(standing).values(revoked_us=now_us)).rowcount != 1:
        raise NotFound(f"there is no key {number} in force")


def every(conn: Connection) -> list[Key]:
    """All keys, revoked ones too, oldest first."""
    return [_key(row) for row in conn.execute(select(keys).order_by(keys.c.created_us, keys.c.id))]


def signing_secret(key_secret: str, number: str) -> str:
    """The secret with which a shop's server proves ids sent with the browser key `number`."""
    return hmac.new(key_secret.encode(), number.encode(), hashlib.sha256).hexdigest()


def sign_id(signing_secret: str, user_id: str) -> str:
    """The proof that a server gives to its page: HMAC-SHA-256 of the id, hexadecimal."""
    return hmac.new(signing_secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def proves_id(signing_secret: str, user_id: str, proof: str) -> bool:
    """Whether `proof` is `sign_id` of this id; compared in constant time."""
    return hmac.compare_digest(sign_id(signing_secret, user_id), proof.strip().lower())


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _key(row: Row[Any]) -> Key:
    return Key(row.id, KeyKind(row.kind), row.name, row.created_us, row.revoked_us)

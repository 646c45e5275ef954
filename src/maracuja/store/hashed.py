"""People found by the salted hashes of their identities, where nothing else is known of them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from maracuja.store.pages import pages
from maracuja.store.schema import identities
from maracuja.store.suppressions import digest


def owners_of(conn: Connection, salt: str, hashes: Collection[tuple[str, bytes]]) -> list[int]:
    """The canonical pids that have an identity of one of these (kind, digest), sorted.

    Every identity is hashed: for rare work, such as replaying erasures.
    """
    wanted = frozenset(hashes)
    kinds = {kind for kind, _ in wanted}
    found: set[int] = set()
    for page in pages(conn, identities) if wanted else ():
        for kind, value, pid in zip(page["kind"], page["value"], page["pid"], strict=True):
            if kind in kinds and (kind, digest(salt, kind, value)) in wanted:
                found.add(pid)
    return sorted(found)

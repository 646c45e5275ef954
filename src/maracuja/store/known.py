"""Which people are known by more than a device: by an external id, an e-mail or a phone."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from maracuja.store import bulk
from maracuja.store.contested import KNOWN_BY
from maracuja.store.schema import identities


def known_people(conn: Connection, pids: Any) -> set[int]:
    """Those of the canonical pids that have an identity of KNOWN_BY."""
    found: set[int] = set()
    for part in bulk.slices(sorted(set(bulk.as_list(pids)))):
        asked = bulk.given_ids(conn, part)
        query = (
            select(identities.c.pid)
            .join_from(asked, identities, identities.c.pid == asked.c.id)
            .where(identities.c.kind.in_(KNOWN_BY))
        )
        found.update(pid for (pid,) in bulk.fetch(conn, query))
    return found

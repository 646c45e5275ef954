"""What became of product feeds: when each is asked for next, and how its last look ended."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, select

from maracuja.store import bulk
from maracuja.store.schema import feeds

TAKEN: Final = "taken"
SAME: Final = "same"
HELD: Final = "held"
FAILED: Final = "failed"


class FeedState(NamedTuple):
    """The last look at a feed; moments in micros, 0 for never."""

    id: str
    due_us: int = 0
    asked_us: int = 0
    taken_us: int = 0
    state: str = ""
    says: str = ""
    etag: str = ""
    modified: str = ""
    digest: str = ""
    failures: int = 0
    allowed: bool = False
    rows: int = 0
    changed: int = 0
    gone: int = 0
    refused: int = 0


def every(conn: Connection) -> dict[str, FeedState]:
    """What is known of each feed, by id."""
    query = select(*(feeds.c[name] for name in FeedState._fields)).order_by(feeds.c.id)
    found = [FeedState(*row) for row in bulk.fetch(conn, query)]
    return {one.id: one._replace(allowed=bool(one.allowed)) for one in found}


def get(conn: Connection, name: str) -> FeedState:
    """What is known of a feed; of one that was never asked for, nothing."""
    return every(conn).get(name, FeedState(name))


def put(conn: Connection, state: FeedState) -> None:
    """Keep what is known now."""
    columns = {name: [value] for name, value in state._asdict().items()}
    bulk.insert_columns(conn, feeds, columns, on_conflict="replace")


def forget(conn: Connection, name: str) -> None:
    """The feed is no more."""
    conn.execute(delete(feeds).where(feeds.c.id == name))

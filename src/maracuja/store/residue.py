"""What deleted rows leave behind in a database's files, for when deleting is not enough.

It is slow, as it writes SQLite's files anew: for erasure only.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from sqlalchemy import Engine

from maracuja.store.engine import Store


def wipe(store: Store) -> bool:
    """Rewrite both SQLite files without the pages of deleted rows, and empty their logs.

    Writers wait meanwhile; where a reader still looks at an older moment, its log is emptied by
    a later checkpoint. False when somebody else kept writing: try again later. PostgreSQL reuses
    such space by itself (autovacuum).
    """
    return store.dialect != "sqlite" or (_rewrite(store.inbox) and _rewrite(store.state))


def _rewrite(engine: Engine) -> bool:
    with closing(engine.raw_connection()) as connection, closing(connection.cursor()) as cursor:
        try:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as e:
            if "locked" in str(e):
                return False
            raise
    return True

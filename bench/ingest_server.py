"""Our ingest alone, as a granian target: `granian --interface asginl bench.ingest_server:app`.

The workspace's directory is in INGEST_WORKSPACE; it holds state.db and inbox.db, migrated.
"""

import atexit
import os
from pathlib import Path

from maracuja.api.ingest import IngestApp
from maracuja.clock import SystemClock
from maracuja.runtime.inbox_writer import InboxWriter
from maracuja.store import keys
from maracuja.store.engine import open_store

store = open_store(f"sqlite:///{Path(os.environ['INGEST_WORKSPACE']) / 'state.db'}")
writer = InboxWriter(store)
atexit.register(writer.close)


def read_keys() -> keys.KeyRing:
    """The keys in force."""
    with store.read() as conn:
        return keys.ring(conn)


app = IngestApp(read_keys=read_keys, inbox=writer, clock=SystemClock(), requests_per_s=0)

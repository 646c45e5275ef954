"""A workspace moves from one database to the other; its lake stays where it is."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Final

import msgspec

from maracuja.config import Config, load_config, write_config
from maracuja.errors import ConfigError
from maracuja.model import micros
from maracuja.store import copying, leases
from maracuja.store.copying import Progress, no_progress
from maracuja.store.engine import open_store

HOLDER: Final = "migrate"
LEASE_S: Final = 86_400


def migrate_workspace(
    directory: Path,
    database: str,
    now: datetime,
    *,
    progress: Progress = no_progress,
) -> tuple[Config, dict[str, int]]:
    """Copy state and inbox of the workspace into the empty `database`, and use that from now on.

    `database` is a URL, '' for SQLite files in the workspace's directory; the rows of each table
    are counted on both sides. The worker must be stopped, and so must whatever else writes; the
    old database is left as it is. Returns the settings, which are written to `maracuja.toml`, and
    the counts. Raises Conflict while a worker runs, where the new database holds rows, or where
    the counts differ; ConfigError where it is the one in use.
    """
    config = load_config(directory)
    moved = msgspec.structs.replace(config.store, url=database)
    target_url = msgspec.structs.replace(config, store=moved).store_url
    if target_url == config.store_url:
        raise ConfigError("The workspace is kept in this database already.", where=target_url)
    source = open_store(config.store_url)
    try:
        with source.write() as conn:
            leases.hold(conn, leases.WORKER, HOLDER, micros(now), LEASE_S)
        target = open_store(target_url)
        try:
            counts = copying.copy(source, target, progress=progress)
            with target.write() as conn:
                # Our own lease is not part of the workspace.
                counts["leases"] -= int(leases.release(conn, leases.WORKER, HOLDER))
        finally:
            target.close()
    finally:
        with source.write() as conn:
            leases.release(conn, leases.WORKER, HOLDER)
        source.close()
    plain = load_config(directory, environ={})
    settled = msgspec.structs.replace(plain, store=moved)
    write_config(settled)
    return settled, counts

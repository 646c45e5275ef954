"""Brings the tables of a store to the version that this program knows, and back.

It is loaded only when asked for: Alembic is slow to import.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from maracuja.errors import ConfigError
from maracuja.store.engine import Store

HERE: Final = Path(__file__).parent / "migrations"
VERSION_TABLES: Final = {"state": "alembic_version", "inbox": "alembic_version_inbox"}


def migrate(store: Store) -> dict[str, str]:
    """Bring both databases to the newest version, each in one transaction; returns the versions.

    Raises ConfigError when a newer Maracuja has made the tables.
    """
    for part in VERSION_TABLES:
        _refuse_newer(store, part)
    _run(store, command.upgrade, "head")
    return versions(store)


def downgrade(store: Store, to: str = "base") -> None:
    """Go back to the version `to` of the state database; the inbox goes only with `base`."""
    if to == "base":
        _run(store, command.downgrade, "base")
    else:
        with store.write() as conn:
            command.downgrade(_config("state", conn), to)


def versions(store: Store) -> dict[str, str]:
    """The version of the tables in each part (state, inbox); '' where there are none."""
    return {part: _version(store, part) for part in VERSION_TABLES}


def check(store: Store) -> None:
    """Raise ConfigError unless the tables have exactly the version that this program knows."""
    for part in VERSION_TABLES:
        _refuse_newer(store, part)
        found = _version(store, part)
        if not found:
            raise ConfigError(
                "the workspace has no tables yet", where=part, fix="Run `maracuja init`."
            )
        newest = _script(part).get_current_head()
        if found != newest:
            raise ConfigError(
                f"the tables have the older version {found}, this program needs {newest}",
                where=part,
                fix="Copy the workspace (or dump the database), then run `maracuja init`.",
            )


def _refuse_newer(store: Store, part: str) -> None:
    found = _version(store, part)
    known = {script.revision for script in _script(part).walk_revisions()}
    if found and found not in known:
        raise ConfigError(
            f"the tables have the version {found}, made by a newer Maracuja",
            where=part,
            fix="Upgrade this program.",
        )


def _version(store: Store, part: str) -> str:
    table = VERSION_TABLES[part]
    reading = store.read if part == "state" else store.read_inbox
    with reading() as conn:
        if not inspect(conn).has_table(table):
            return ""
        found = conn.execute(text(f"SELECT version_num FROM {table}")).scalar()  # noqa: S608
        return str(found or "")


def _run(store: Store, step: Callable[[Config, str], Any], to: str) -> None:
    for part in VERSION_TABLES:
        writing = store.write if part == "state" else store.write_inbox
        with writing() as conn:
            step(_config(part, conn), to)


def _config(part: str, conn: Connection | None = None) -> Config:
    config = Config()
    place = str(HERE).replace("%", "%%")
    config.set_main_option("script_location", place)
    config.set_main_option("version_locations", f"{place}/{part}")
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = conn
    config.attributes["version_table"] = VERSION_TABLES[part]
    return config


@cache
def _script(part: str) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(part))

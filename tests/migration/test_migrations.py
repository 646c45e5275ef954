"""The schema made by migrations is the schema, and there is a way back."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect, text
from sqlalchemy.schema import CreateTable

from maracuja.errors import ConfigError
from maracuja.store import counters, migrating, refused, schema
from maracuja.store.engine import Store, open_store

PARTS = {"state": schema.state, "inbox": schema.inbox_state}


def different(conn: Connection, metadata: MetaData, others: MetaData) -> list[object]:
    def ours(thing: object, name: str | None, kind: str, *_: object) -> bool:
        return kind != "table" or (
            name not in others.tables and not str(name).startswith("alembic_version")
        )

    context = MigrationContext.configure(
        conn, opts={"include_object": ours, "compare_type": True, "compare_server_default": True}
    )
    return list(compare_metadata(context, metadata))


def assert_schema(store: Store) -> None:
    with store.read() as conn:
        assert different(conn, schema.state, schema.inbox_state) == []
    with store.read_inbox() as conn:
        assert different(conn, schema.inbox_state, schema.state) == []


def test_migrations_make_the_schema(bare_store: Store) -> None:
    migrating.migrate(bare_store)
    assert_schema(bare_store)
    migrating.check(bare_store)
    with bare_store.write() as conn:
        assert counters.take(conn, "pid", 5) == 1
    assert migrating.migrate(bare_store) == migrating.versions(bare_store), "again: nothing to do"


def test_on_sqlite_the_tables_are_the_same_to_the_letter(tmp_path: Path) -> None:
    """Autogenerate does not see WITHOUT ROWID or AUTOINCREMENT; the text of the tables does."""
    bare_store = open_store(f"sqlite:///{tmp_path}/state.db")
    migrating.migrate(bare_store)
    for engine, metadata in (
        (bare_store.state, schema.state),
        (bare_store.inbox, schema.inbox_state),
    ):
        with engine.begin() as conn:
            for table in metadata.tables.values():
                made = conn.execute(
                    text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": table.name}
                ).scalar_one()
                declared = str(CreateTable(table).compile(conn))
                assert made.split() == declared.split(), table.name
    bare_store.close()


def test_down_and_up_again(bare_store: Store) -> None:
    migrating.migrate(bare_store)
    migrating.downgrade(bare_store, "0002")
    with bare_store.read() as conn:
        assert not inspect(conn).has_table("outbox") and inspect(conn).has_table("profiles")
    with pytest.raises(ConfigError, match="older version 0002"):
        migrating.check(bare_store)
    migrating.migrate(bare_store)
    assert_schema(bare_store)
    migrating.downgrade(bare_store)
    with bare_store.read() as conn:
        left = set(inspect(conn).get_table_names())
    assert left <= set(migrating.VERSION_TABLES.values())
    with pytest.raises(ConfigError, match="no tables yet"):
        migrating.check(bare_store)
    migrating.migrate(bare_store)
    assert_schema(bare_store)


def test_events_that_were_put_aside_stay_on_the_way_up_and_down(bare_store: Store) -> None:
    migrating.migrate(bare_store)
    migrating.downgrade(bare_store, "0004")
    names = "at_us, call, key_kind, code, reason, place, body"
    insert = text(
        f"INSERT INTO refused ({names}) VALUES (1, 'track', 'browser', 'x', 'y', 'z', :b)"
    )
    with bare_store.write() as conn:
        conn.execute(insert, {"b": b"body"})
    migrating.migrate(bare_store)
    with bare_store.write() as conn:
        refused.add(conn, [refused.Fault(2, "track", "browser", "k", "x", "y", "z", b"")])
        found = [(one.id, one.key, bytes(one.body)) for one in refused.newest(conn)]
    assert found == [(2, "k", b""), (1, "", b"body")]
    migrating.downgrade(bare_store, "0004")
    with bare_store.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM refused")).scalar_one() == 2


def test_tables_of_a_newer_program_are_refused(bare_store: Store) -> None:
    migrating.migrate(bare_store)
    with bare_store.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for act in (migrating.check, migrating.migrate):
        with pytest.raises(ConfigError, match="newer Maracuja"):
            act(bare_store)

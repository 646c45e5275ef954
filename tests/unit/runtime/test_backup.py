"""Backup and restore, and moving between databases: nothing lost, nobody brought back."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest
from sqlalchemy import func, select

from maracuja.config import load_config, write_config
from maracuja.errors import ConfigError, Conflict, DamagedFile
from maracuja.lake.files import verify
from maracuja.model import FileKind, micros
from maracuja.runtime import backup, erasure_log
from maracuja.runtime.erasing import erase_person
from maracuja.runtime.moving import migrate_workspace
from maracuja.runtime.projection import Projection
from maracuja.store import (
    health,
    inbox,
    leases,
    manifest,
    meta,
    migrating,
    people,
    schema,
)
from maracuja.store.engine import Store, open_store
from tests.unit.runtime.small_shop import Shop, build, traces


@pytest.fixture
def shop(bare_store: Store, tmp_path: Path) -> Shop:
    migrating.migrate(bare_store)
    return build(bare_store, tmp_path / "shop")


def counts(store: Store) -> dict[str, int]:
    found = {}
    for reading, metadata in (
        (store.read, schema.state),
        (store.read_inbox, schema.inbox_state),
    ):
        with reading() as conn:
            for table in metadata.sorted_tables:
                query = select(func.count()).select_from(table)
                found[table.name] = int(conn.execute(query).scalar_one())
    return found


def reopened(shop: Shop, root: Path) -> Shop:
    """The restored workspace."""
    config = load_config(root, environ={})
    store = open_store(config.store_url)
    migrating.check(store)
    projection = Projection(store, root / "lake", country="UA")
    return Shop(store, root, config, projection, shop.secrets, shop.now, shop.sent)


def log_of(shop: Shop) -> Path | None:
    path = shop.root / erasure_log.FILE_NAME
    return path if path.exists() else None


def events(shop: Shop) -> pl.DataFrame:
    with shop.store.read() as conn:
        files = manifest.live(conn, [FileKind.EVENTS], micros(shop.now))
    for file in files:
        verify(shop.lake, file)
    frames = [pl.read_parquet(shop.lake / file.path) for file in files]
    return pl.concat(frames, how="diagonal").sort("message_hash")


def test_a_backup_comes_back_whole_and_stopped(shop: Shop, tmp_path: Path) -> None:
    shop.call({"type": "track", "userId": "customer-1", "event": "Waited"})  # in the inbox
    target, again = tmp_path / "backup", tmp_path / "again"
    made = backup.backup(shop.store, shop.config, target, shop.now)
    assert made.counts == counts(shop.store)
    done = backup.restore(target, again, erasure_log_path=None, now=shop.now)
    assert done.counts == made.counts and done.erasures == 0
    copy = reopened(shop, again)
    try:
        with shop.store.read() as conn, copy.store.read() as other:
            assert meta.load(conn) == meta.load(other)
            assert [p for c in people.newer(conn, 0) for p in zip(*c, strict=True)] == [
                p for c in people.newer(other, 0) for p in zip(*c, strict=True)
            ]
            assert health.EVERY_CHANNEL in health.paused(other)
        shop.project()
        copy.project()
        assert events(copy).drop("received").equals(events(shop).drop("received"))
        copy.call({"type": "identify", "userId": "newcomer"})
        copy.project()
        assert copy.find("newcomer") > backup.GAPS["pid"]
    finally:
        copy.store.close()


def test_who_was_erased_after_the_backup_stays_erased(shop: Shop, tmp_path: Path) -> None:
    erase_person(shop.place, shop.projection, shop.find("customer-5"), shop.now)
    # Somebody of whom the backup knows only a request in its inbox.
    shop.call({"type": "identify", "userId": "late", "traits": {"name": "Secret003x"}})
    target, again = tmp_path / "backup", tmp_path / "again"
    backup.backup(shop.store, shop.config, target, shop.now)
    shop.project()
    late, third = shop.find("late"), shop.find("customer-3")
    erase_person(shop.place, shop.projection, late, shop.now)
    erase_person(shop.place, shop.projection, third, shop.now)
    log = log_of(shop)
    done = backup.restore(target, again, erasure_log_path=log, now=shop.now + timedelta(days=1))
    assert done.erasures == 2 and done.erased["profiles"] == 2
    copy = reopened(shop, again)
    try:
        assert traces(copy) == set()
        assert traces(copy, ("Name004x", "person004"))
        assert copy.find("customer-3") == copy.find("late") == copy.find("customer-5") == 0
        assert copy.find("customer-4") == shop.find("customer-4")
        kept = erasure_log.read(again / erasure_log.FILE_NAME)
        assert log is not None and kept == erasure_log.read(log)
    finally:
        copy.store.close()


def test_a_restore_asks_for_the_right_log(shop: Shop, tmp_path: Path) -> None:
    erase_person(shop.place, shop.projection, shop.find("customer-5"), shop.now)
    target, again = tmp_path / "backup", tmp_path / "again"
    backup.backup(shop.store, shop.config, target, shop.now)
    with pytest.raises(ConfigError, match="were erased from this workspace"):
        backup.restore(target, again, erasure_log_path=None, now=shop.now)
    with pytest.raises(ConfigError, match="no log of erasures"):
        backup.restore(target, again, erasure_log_path=tmp_path / "none", now=shop.now)
    log = tmp_path / "other.jsonl"
    log.write_bytes(b"")
    with pytest.raises(ConfigError, match="does not know 1 of the erasures"):
        backup.restore(target, again, erasure_log_path=log, now=shop.now)
    (entry, _) = erasure_log.read(shop.place.log)
    assert isinstance(entry, erasure_log.Asked)
    erasure_log.append(log, msgspec.structs.replace(entry, workspace="another"))
    with pytest.raises(ConfigError, match="another workspace"):
        backup.restore(target, again, erasure_log_path=log, now=shop.now)
    assert not again.exists()


def test_a_damaged_backup_is_refused(shop: Shop, tmp_path: Path) -> None:
    target, again = tmp_path / "backup", tmp_path / "again"
    with pytest.raises(ConfigError, match="no backup"):
        backup.restore(target, again, erasure_log_path=None, now=shop.now)
    backup.backup(shop.store, shop.config, target, shop.now)
    with pytest.raises(Conflict, match="not empty"):
        backup.backup(shop.store, shop.config, target, shop.now)
    state = target / "state.db"
    whole = state.read_bytes()
    state.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(DamagedFile, match=r"changed.*state\.db"):
        backup.restore(target, again, erasure_log_path=None, now=shop.now)
    state.write_bytes(whole)
    next((target / "lake/events").rglob("*.parquet")).unlink()
    with pytest.raises(DamagedFile, match="missing"):
        backup.restore(target, again, erasure_log_path=None, now=shop.now)
    assert not again.exists()


def test_a_backup_holds_no_password_and_is_private(shop: Shop, tmp_path: Path) -> None:
    email = msgspec.structs.replace(
        shop.config.email, user="me", password="geheim", host="mx.example"
    )
    url = msgspec.structs.replace(shop.config.store, url="postgresql://me:geheim@db/shop")
    write_config(msgspec.structs.replace(shop.config, email=email, store=url))
    target = tmp_path / "backup"
    backup.backup(shop.store, shop.config, target, shop.now)
    text = (target / "maracuja.toml").read_text()
    assert "geheim" not in text
    assert "mx.example" in text and "postgresql://me@db/shop" in text
    assert target.stat().st_mode & 0o077 == 0


def test_a_backup_while_others_write_loses_nothing_that_it_has_seen(
    shop: Shop, tmp_path: Path
) -> None:
    stop = threading.Event()
    fault: list[BaseException] = []

    def write() -> None:
        n = 0
        try:
            while not stop.is_set():
                n += 1
                shop.call({"type": "track", "userId": "customer-1", "event": f"Tick {n}"})
                shop.project()
        except BaseException as e:
            fault.append(e)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for i in range(3):
            backup.backup(shop.store, shop.config, tmp_path / f"backup{i}", shop.now)
    finally:
        stop.set()
        thread.join()
    assert not fault
    done = tmp_path / "again"
    backup.restore(tmp_path / "backup2", done, erasure_log_path=None, now=shop.now)
    copy = reopened(shop, done)
    try:
        copy.project()
        seen = events(copy)
        ticks = seen.filter(pl.col("event").str.starts_with("Tick"))["event"].to_list()
        numbers = sorted(int(name.split()[1]) for name in ticks)
        assert numbers == list(range(1, len(numbers) + 1)) and numbers
        copy.call({"type": "track", "userId": "customer-1", "event": "After"})
        copy.project()
        assert events(copy).height == seen.height + 1
    finally:
        copy.store.close()


@pytest.mark.postgresql
def test_a_workspace_moves_to_postgresql_and_back(
    tmp_path: Path, new_postgresql_url: object
) -> None:
    assert callable(new_postgresql_url)
    root = tmp_path / "shop"
    store = open_store(f"sqlite:///{tmp_path / 'state.db'}")
    migrating.migrate(store)
    shop = build(store, root)
    shop.call({"type": "track", "userId": "customer-1", "event": "Waited"})
    store.close()
    for name in ("state.db", "inbox.db"):
        (tmp_path / name).rename(root / name)
    url = new_postgresql_url()
    config, there = migrate_workspace(root, url, shop.now)
    assert load_config(root, environ={}).store_url == config.store_url == url
    moved = open_store(url)
    assert counts(moved) == there and there["profiles"] == 30
    projection = Projection(moved, root / "lake", country="UA")
    assert projection.project(shop.now).accepted == 1
    with moved.write() as conn:
        leases.hold(conn, leases.WORKER, "somebody", micros(shop.now))
    with pytest.raises(Conflict, match="at work"):
        migrate_workspace(root, "", shop.now)
    with moved.write() as conn:
        leases.release(conn, leases.WORKER, "somebody")
    with pytest.raises(Conflict, match="holds rows"):
        migrate_workspace(root, "", shop.now)  # the old files are still there
    for path in root.glob("*.db"):
        path.unlink()
    after = counts(moved)
    _, back = migrate_workspace(root, "", shop.now)
    moved.close()
    assert back == after
    with pytest.raises(ConfigError, match="already"):
        migrate_workspace(root, "", shop.now)
    again = open_store(load_config(root, environ={}).store_url)
    with again.read_inbox() as conn:
        assert inbox.size(conn) == 0
    again.close()

"""A person is forgotten everywhere, on both databases, also when a crash comes in between."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest
from sqlalchemy import select

from maracuja.errors import ConfigError, Conflict, NotFound
from maracuja.ingest.deliveries import encode_deliveries
from maracuja.lake.audience import read_audience
from maracuja.lake.bodies import read_bodies
from maracuja.model import DeliveryEvent, FileKind, Status, micros
from maracuja.runtime import erasing, erasure_log
from maracuja.runtime.erasing import erase_person, finish_erasures
from maracuja.runtime.message_events import Told, tell
from maracuja.runtime.upkeep import GRACE
from maracuja.store import consents, inbox, manifest, meta, outbox, people, runs, schema
from maracuja.store.engine import Store
from maracuja.store.erase import PSEUDONYM_FROM
from maracuja.store.suppressions import blocked, digest
from tests.unit.runtime.small_shop import TRACES, Shop, build, traces


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    return build(store, tmp_path / "shop")


def forget_old_files(shop: Shop) -> None:
    """An hour later the files that were replaced are gone."""
    shop.now += GRACE + timedelta(minutes=1)
    shop.keep_up()


def test_nothing_of_the_person_is_left_anywhere(shop: Shop) -> None:
    late = {"type": "track", "userId": "customer-3", "event": "Waited", "anonymousId": "browser-3"}
    shop.call(late)  # in the inbox, not projected yet
    shop.call({"type": "track", "userId": "customer-3", "event": 5})  # refused, with its body
    pid = shop.find("customer-3")
    with shop.store.read() as conn:
        merged, canonical = people.merged(conn)
        aliases = merged[canonical == pid].tolist()
        before = people.count(conn)
    assert aliases
    assert {trace for _, trace in traces(shop)} >= {"Name003x", "person003", "phone-of-3"}
    certificate = erase_person(shop.place, shop.projection, pid, shop.now)
    forget_old_files(shop)
    assert traces(shop) == set()
    assert traces(shop, ("Name004x", "person004"))  # the others are all there
    with shop.store.read() as conn:
        assert people.count(conn) == before - 1
        with pytest.raises(NotFound):
            people.get(conn, pid)
    for path in shop.lake.rglob("*.parquet"):
        assert not set(pl.read_parquet(path, columns=["pid"])["pid"]) & {pid, *aliases}
    assert certificate.tables["profiles"] == 1 and certificate.tables["consents"] >= 1
    assert certificate.lake["bodies_blanked"] == certificate.lake["decisions_replaced"] == 1
    assert certificate.lake["events_replaced"] == 4  # an order, sent, clicked, bounced
    assert certificate.lake["profiles_deleted"] >= 1
    text = msgspec.json.encode(certificate).decode()
    assert not any(trace in text for trace in TRACES)
    assert erasing.find_certificate(shop.store, certificate.id) == certificate


def test_no_byte_is_left_in_the_files_of_sqlite(shop: Shop) -> None:
    if shop.store.dialect != "sqlite":
        return  # PostgreSQL looks after its files by itself
    files = sorted(Path(str(shop.store.state.url.database)).parent.glob("*.db*"))

    def left() -> set[str]:
        words = ("Name003x", "person003")
        return {word for word in words for f in files if word.encode() in f.read_bytes()}

    assert left()
    erase_person(shop.place, shop.projection, shop.find("customer-3"), shop.now)
    assert left() == set()


def test_totals_stay_and_addresses_are_not_written_to(shop: Shop) -> None:
    pid = shop.find("customer-3")

    def totals() -> tuple[float, int, int]:
        with shop.store.read() as conn:
            files = manifest.live(conn, [FileKind.EVENTS, FileKind.DECISIONS], micros(shop.now))
        frames = {
            kind: pl.concat(
                [pl.read_parquet(shop.lake / f.path) for f in files if f.kind is kind],
                how="diagonal",
            )
            for kind in (FileKind.EVENTS, FileKind.DECISIONS)
        }
        events, decisions = frames[FileKind.EVENTS], frames[FileKind.DECISIONS]
        orders = events.filter(pl.col("event") == "Order Completed")
        return orders["properties.revenue"].sum(), orders["pid"].n_unique(), decisions.height

    shop.project()
    before = totals()
    erase_person(shop.place, shop.projection, pid, shop.now)
    assert totals() == before
    salt = shop.secrets.suppression_salt
    mail = digest(salt, "email", "person003@mail.example")
    with shop.store.read() as conn:
        assert blocked(conn, "email", [mail], micros(shop.now), marketing=True).all()


def test_chunks_and_runs_name_the_new_files(shop: Shop) -> None:
    pid = shop.find("customer-3")
    erase_person(shop.place, shop.projection, pid, shop.now)
    forget_old_files(shop)
    with shop.store.read() as conn:
        (run,) = runs.every(conn)
        (chunk,) = outbox.chunks_of(conn, [run.run << 20])
    assert read_audience(shop.lake, run.audience_path).height == 30
    _, bodies = read_bodies(shop.lake, chunk.path)
    assert bodies.height and bodies["address"].null_count() == 1


def test_a_crash_before_the_commit_is_made_good(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = shop.find("customer-3")

    def crash(*_: object, **__: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(erasing.manifest, "follow", crash)
        with pytest.raises(KeyboardInterrupt):
            erase_person(shop.place, shop.projection, pid, shop.now)
    with shop.store.read() as conn:
        assert people.get(conn, pid)
    (again,) = finish_erasures(shop.place, shop.projection, shop.now)
    assert again.tables["profiles"] == 1
    forget_old_files(shop)
    assert traces(shop) == set()
    assert finish_erasures(shop.place, shop.projection, shop.now) == []


def test_a_crash_after_the_commit_changes_nothing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = shop.find("customer-3")
    real = erasure_log.append

    def append(path: Path, line: erasure_log.Line) -> None:
        if isinstance(line, erasure_log.Done):
            raise KeyboardInterrupt
        real(path, line)

    with monkeypatch.context() as patch:
        patch.setattr(erasure_log, "append", append)
        with pytest.raises(KeyboardInterrupt):
            erase_person(shop.place, shop.projection, pid, shop.now)
    (entry,) = erasure_log.unfinished(erasure_log.read(shop.place.log))
    first = erasing.find_certificate(shop.store, entry.id)
    assert finish_erasures(shop.place, shop.projection, shop.now) == [first]
    assert finish_erasures(shop.place, shop.projection, shop.now) == []


def test_a_file_that_comes_meanwhile_is_not_overlooked(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = shop.find("customer-3")
    real = erasing.erase_from_lake

    def with_another_worker(*args: Any, **kwargs: Any) -> Any:
        shop.call({"type": "track", "userId": "customer-3", "event": "Waited"})
        shop.project()
        return real(*args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(erasing, "erase_from_lake", with_another_worker)
        with pytest.raises(Conflict, match="changed the lake"):
            erase_person(shop.place, shop.projection, pid, shop.now)
    assert len(finish_erasures(shop.place, shop.projection, shop.now)) == 1
    forget_old_files(shop)
    assert traces(shop) == set()


def test_who_comes_back_is_somebody_new(shop: Shop) -> None:
    pid = shop.find("customer-3")
    erase_person(shop.place, shop.projection, pid, shop.now)
    shop.call({"type": "identify", "userId": "customer-3", "traits": {"city": "Kyiv"}})
    shop.project()
    new = shop.find("customer-3")
    assert new not in (0, pid)
    with shop.store.read() as conn:
        assert set(people.get(conn, new).traits) == {"city"}
        assert consents.history(conn, new) == []
    with pytest.raises(NotFound):
        erase_person(shop.place, shop.projection, pid, shop.now)


def test_the_log_is_whole_after_a_torn_line_and_says_where_it_is_not(tmp_path: Path) -> None:
    log = tmp_path / "erasures.jsonl"
    assert erasure_log.read(log) == []
    one = erasure_log.Asked(id="a", workspace="w", at_us=1, pids=(1,), hashes=(("email", "00"),))
    erasure_log.append(log, one)
    with log.open("ab") as file:
        file.write(b'{"line":"do')
    assert erasure_log.read(log) == [one]
    erasure_log.append(log, erasure_log.Done(id="a"))
    assert erasure_log.unfinished(erasure_log.read(log)) == []
    log.write_bytes(b"?\n" + log.read_bytes())
    with pytest.raises(ConfigError, match=r"erasures\.jsonl:1"):
        erasure_log.read(log)


def test_the_inbox_is_empty_of_what_was_projected(shop: Shop) -> None:
    pid = shop.find("customer-3")
    shop.call({"type": "track", "userId": "customer-3", "event": "Waited"})
    erase_person(shop.place, shop.projection, pid, shop.now)
    with shop.store.read_inbox() as conn:
        assert inbox.size(conn) == 0
    with shop.store.read() as conn:
        assert meta.load(conn) == shop.secrets


def test_what_is_told_late_of_the_erased_is_not_kept(shop: Shop) -> None:
    pid = shop.find("customer-3")
    with shop.store.read() as conn:
        merged, canonical = people.merged(conn)
        (alias,) = merged[canonical == pid].tolist()[:1]
    erase_person(shop.place, shop.projection, pid, shop.now)
    late = [
        DeliveryEvent(
            message_id=gone.to_bytes(16),
            pid=gone,
            status=status,
            at_us=micros(shop.now),
            channel="email",
            run=1,
            url="https://shop.example/person003",
            raw="550 5.1.1 <person003@mail.example> unknown",
        )
        for gone in (pid, alias)
        for status in (Status.BOUNCED, Status.CLICKED)
    ]
    body = encode_deliveries(late)
    row = inbox.Request(micros(shop.now), "delivery", "internal", b"{}", body)
    with shop.store.write_inbox() as conn:
        inbox.append(conn, [row])
    counts = shop.projection.project(shop.now)
    assert (counts.own, counts.forgotten) == (0, 4)
    forget_old_files(shop)
    assert traces(shop) == set()
    for path in shop.lake.rglob("*.parquet"):
        assert not set(pl.read_parquet(path, columns=["pid"])["pid"]) & {pid, alias}


def test_what_is_told_late_under_the_number_still_counts(shop: Shop) -> None:
    pid = shop.find("customer-3")
    erase_person(shop.place, shop.projection, pid, shop.now)
    with shop.store.write() as conn:
        (number,) = conn.execute(
            select(schema.outbox.c.pid).where(schema.outbox.c.pid >= PSEUDONYM_FROM)
        ).scalars()
        told = Told(micros(shop.now), number, b"m" * 16, Status.FAILED, "email")
        tell(conn, [told])
    assert shop.projection.project(shop.now).own == 1

"""Exports of everything, in three forms; people come back as they were; one person's own data."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path

import msgspec
import polars as pl
import pytest

from maracuja.errors import BadInput, DamagedFile, NotFound
from maracuja.model import ConsentState, FileKind, Trait, TraitSource, micros
from maracuja.runtime import importing
from maracuja.runtime.export_files import FORMS, Form, form_of
from maracuja.runtime.export_person import export_person, write_person
from maracuja.runtime.exporting import KINDS, export, export_all
from maracuja.runtime.launch_ground import Ground
from maracuja.store import consents, manifest, meta, people
from maracuja.store.engine import Store, open_store
from maracuja.store.schema import inbox_state, state
from tests.unit.runtime.small_shop import LIMITS, Shop, build


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    made = build(store, tmp_path / "shop")
    made.project()
    return made


def read(path: Path) -> pl.DataFrame:
    """The rows as texts, whatever the form."""
    if path.suffix == ".parquet":
        return pl.read_parquet(path)
    if path.suffix == ".jsonl":
        return pl.read_ndjson(path, infer_schema_length=None)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return pl.DataFrame(rows, infer_schema_length=None)


def give(shop: Shop, kind: str, form: Form = "parquet") -> pl.DataFrame:
    path = shop.root / f"{kind}.{form}"
    rows = export(shop.store, shop.lake, LIMITS, kind, path, now=shop.now)
    frame = read(path)
    assert frame.height == rows
    return frame


@pytest.mark.parametrize("form", FORMS)
def test_everything_is_exported_in_every_form(shop: Shop, form: Form) -> None:
    into = shop.root / "out"
    counts = export_all(shop.store, shop.lake, LIMITS, into, now=shop.now, form=form)
    assert set(counts) == set(KINDS)
    assert counts["people"] == 30 and counts["products"] == 1 and counts["merges"] == 1
    assert counts["decisions"] == 30 and counts["deliveries"] == 3
    assert counts["consents"] == 30 and counts["messages"] > 10
    for kind, rows in counts.items():
        path = into / f"{kind}.{form}"
        if rows:
            assert read(path).height == rows
        elif form == "csv":
            assert path.read_text().count("\n") == 1  # the headings
    assert not list(into.glob("*.part"))


def test_what_is_exported_says_what_it_means(shop: Shop) -> None:
    said = give(shop, "consents")
    assert set(said["state"]) == {"opted_in", "opted_out"}
    assert said["text_version"].to_list() == ["2"] * 30
    assert said.schema["at"] == pl.Datetime("us")
    decisions = give(shop, "decisions")
    messages = give(shop, "messages")
    sends = decisions.filter(pl.col("outcome") == "send").sort("pid")
    assert messages.sort("pid")["message"].to_list() == sends["message"].to_list()
    assert set(messages["state"]) == {"queued"} and set(messages["channel"]) == {"email"}
    assert set(messages["campaign"]) == {"hello"}
    third = shop.find("customer-3")
    events = give(shop, "events").filter(pl.col("pid") == third)
    assert "Page Seen" in events["event"].to_list()  # under the pid of today
    assert events.filter(pl.col("event") == "Order Completed")["properties.revenue"][0] == 30.0
    audit = give(shop, "audit", "jsonl")
    assert "merged" in audit["action"].to_list()
    traits = give(shop, "traits", "csv").filter(pl.col("name") == "bonus")
    assert traits["source"].unique().to_list() == ["declared"]
    assert set(give(shop, "definitions")["id"]) == {"hello", "order", "all", "news"}


def test_no_secret_is_exported(shop: Shop) -> None:
    export_all(shop.store, shop.lake, LIMITS, shop.root / "out", now=shop.now)
    text = "".join(path.read_text() for path in (shop.root / "out").iterdir())
    for secret in (shop.secrets.link_key, shop.secrets.key_secret, shop.secrets.suppression_salt):
        assert secret not in text


@pytest.fixture
def another(tmp_path: Path) -> Store:
    """An empty workspace to import into."""
    opened = open_store(f"sqlite:///{tmp_path}/another.db", inbox=tmp_path / "another-inbox.db")
    state.create_all(opened.state)
    inbox_state.create_all(opened.inbox)
    with opened.write() as conn:
        meta.create(conn, seed=2, reproducible=True)
    return opened


@pytest.mark.parametrize("form", FORMS)
def test_exported_people_can_be_imported_again(shop: Shop, another: Store, form: Form) -> None:
    with shop.store.write() as conn:  # what tests the edges: quotes, unproven, later words
        one, two, three = (shop.find(f"customer-{i}") for i in (1, 2, 3))
        odd = Trait('ten "quoted", and\ntwo lines; юшка', TraitSource.DECLARED, 1.0, 1)
        rev = people.next_rev(conn)
        people.change(conn, rev, [one], set_traits=[{"odd": odd}], now_us=micros(shop.now))
        states = (ConsentState.UNPROVEN, ConsentState.PENDING, ConsentState.OPTED_OUT)
        for pid, word in zip((one, two, three), states, strict=True):
            consents.record(
                conn,
                pid=[pid],
                topic="news",
                channel="sms",
                state=[word],
                at_us=micros(shop.now),
                recorded_us=micros(shop.now),
                source="till",
            )
    first = shop.root / f"first.{form}"
    export(shop.store, shop.lake, LIMITS, "people", first, now=shop.now)
    later = shop.now + timedelta(hours=1)
    result = importing.run(another, importing.prepare("people", first), now=later)
    assert (result.new, result.rows_refused, result.values_refused) == (30, 0, 0)
    assert result.unproven == 1
    second = shop.root / f"second.{form}"
    export(another, shop.root / "no-lake", LIMITS, "people", second, now=later)
    by = "external_id"
    assert read(second).sort(by).equals(read(first).sort(by))
    with another.read() as conn:
        (pid,) = people.find(conn, ["external_id"], ["customer-3"]).tolist()
        person = people.get(conn, pid)
        (email, *_) = consents.history(conn, pid)
    values = {name: trait.value for name, trait in person.traits.items()}
    assert values["sizes"] == ["S", "M3"] and values["vip"] is False
    assert values["bonus"] == 3.5 and values["birthday"] == "1953-03-04"
    assert person.addresses == {"email": "person003@mail.example", "phone": "+380670000003"}
    assert (email.source, email.text_version, email.language) == ("form", "2", "uk")
    another.close()


def test_a_wrong_kind_or_form_is_refused_and_leaves_nothing(shop: Shop) -> None:
    with pytest.raises(BadInput, match="nothing called `wishes`"):
        export(shop.store, shop.lake, LIMITS, "wishes", shop.root / "x.csv", now=shop.now)
    with pytest.raises(BadInput, match=r"x\.xls"):
        export(shop.store, shop.lake, LIMITS, "people", shop.root / "x.xls", now=shop.now)
    assert form_of(Path("a.ndjson")) == "jsonl"
    assert not list(shop.root.glob("x.*"))


@pytest.mark.parametrize("how", ["gone", "damaged"])
def test_a_lake_file_that_cannot_be_read_is_named(shop: Shop, how: str) -> None:
    with shop.store.read() as conn:
        file = manifest.live(conn, [FileKind.EVENTS], micros(shop.now))[0]
    on_disk = shop.lake / file.path
    if how == "gone":
        on_disk.unlink()
    else:
        on_disk.write_bytes(b"PAR1 nothing of the kind PAR1")
    path = shop.root / "events.csv"
    with pytest.raises(DamagedFile, match="of the lake") as fault:
        export(shop.store, shop.lake, LIMITS, "events", path, now=shop.now)
    assert file.path in str(fault.value) and "restore" in fault.value.fix
    assert not path.exists()


def test_one_person_gets_all_that_is_held_about_them(shop: Shop) -> None:
    ground = Ground(shop.store, shop.lake, shop.config)
    pid = shop.find("customer-3")
    found = export_person(ground, pid, shop.now)
    person = found["person"]
    assert {i["value"] for i in person["identities"]} >= {"customer-3", "phone-of-3"}
    traits = {t["name"]: t for t in person["traits"]}
    assert traits["bonus"]["value"] == 3.5 and traits["bonus"]["source"] == "declared"
    assert traits["nickname"]["value"] == "Secret003x"
    assert person["consents"][0]["state"] == "opted_in"
    names = [event["event"] for event in found["events"]]
    assert {"Page Seen", "Order Completed", "Message Bounced"} <= set(names)
    (decision,) = found["decisions"]
    assert decision["campaign"] == "hello" and decision["says"]
    (message,) = found["messages"]
    assert message["subject"] == "Name003x, it is here"
    assert message["text"].startswith("Hello Name003x of Kyiv.")
    text = msgspec.json.encode(found).decode()
    assert "Name004x" not in text and "person004" not in text
    path = write_person(ground, pid, shop.root / "person.json", shop.now)
    assert msgspec.json.decode(path.read_bytes()) == found
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(NotFound):
        export_person(ground, 999_999, shop.now)

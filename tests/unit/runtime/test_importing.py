"""Files into a workspace: on both databases, resumed after a stop, nothing counted twice."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from maracuja.errors import BadInput
from maracuja.ingest.import_mapping import FileMapping
from maracuja.model import ConsentState, TraitSource
from maracuja.runtime import import_files
from maracuja.runtime.importing import prepare, run
from maracuja.store import consents, discovered, inbox, people, products
from maracuja.store.engine import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
HEADINGS = "id;E-mail;Телефон;Имя;bonus;consent.news.email;consent.news.email.at"
PEOPLE = f"""{HEADINGS};consent.news.email.source
1;anna@mail.example;067 000 00 01;Анна;100;in;2026-01-01;form
2;boris@mail.example;;Борис;200;in;;
3;not an address;;Вера;;out;;
;;;Никто;;;;
1;anna@mail.example;;;150;;;
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE, encoding="cp1251")
    return path


def test_people_arrive_with_traits_addresses_and_consents(store: Store, file: Path) -> None:
    result = run(store, prepare("people", file), now=NOW)
    assert (result.rows, result.taken, result.new) == (5, 4, 3)
    assert (result.rows_refused, result.values_refused, result.unproven) == (1, 1, 1)
    with store.read() as conn:
        pids = people.find(conn, ["external_id"] * 3, ["1", "2", "3"]).tolist()
        anna = people.get(conn, pids[0])
        states = consents.states(conn, pids, "news", "email").tolist()
        types = {d.name: d.type.value for d in discovered.every(conn, "trait")}
        samples = {d.name: d.samples for d in discovered.every(conn, "trait")}
    assert anna.traits["bonus"].value == 150
    assert anna.addresses == {"email": "anna@mail.example", "phone": "+380670000001"}
    assert states == [ConsentState.OPTED_IN, ConsentState.UNPROVEN, ConsentState.OPTED_OUT]
    # An example of a personal value would be one more place to erase people from.
    assert samples == {"first_name": (), "bonus": ("100.0",), "email": (), "phone": ()}
    assert types == {"first_name": "text", "bonus": "number", "email": "text", "phone": "text"}
    with Path(result.refused_path).open(encoding="utf-8") as refused:
        rows = list(csv.DictReader(refused))
    assert [(r["line"], r["column"], r["row refused"]) for r in rows] == [
        ("4", "E-mail", "no"),
        ("5", "", "yes"),
    ]


def test_a_column_may_be_what_the_customers_said_themselves(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id,sex,city\nc1,ж,Львів\n", encoding="utf-8")
    mapping = FileMapping(columns={"sex": "declared.gender"})
    run(store, prepare("people", path, mapping=mapping), now=NOW)
    with store.read() as conn:
        found = people.get(conn, int(people.find(conn, ["external_id"], ["c1"])[0])).traits
    assert {name: (one.value, one.source) for name, one in found.items()} == {
        "gender": ("ж", TraitSource.DECLARED),
        "city": ("Львів", TraitSource.IMPORTED),
    }
    mapping = FileMapping(columns={"sex": "declared.city"})
    with pytest.raises(BadInput, match="Two columns become"):
        prepare("people", path, mapping=mapping)


def test_a_dry_run_changes_nothing(store: Store, file: Path) -> None:
    result = run(store, prepare("people", file), now=NOW, dry=True)
    assert (result.rows, result.rows_refused) == (5, 1)
    assert not file.with_name("people.csv.refused.csv").exists()
    with store.read() as conn:
        assert people.count(conn) == 0


def test_the_same_file_is_not_imported_twice_by_mistake(store: Store, file: Path) -> None:
    run(store, prepare("people", file), now=NOW)
    with pytest.raises(BadInput, match="imported already"):
        run(store, prepare("people", file), now=NOW)
    again = run(store, prepare("people", file), now=NOW, again=True)
    assert again.new == 0
    with store.read() as conn:
        assert people.count(conn) == 3


def test_an_import_that_was_stopped_goes_on(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "people.csv"
    path.write_text("id\n" + "\n".join(f"c{n}" for n in range(250)))
    monkeypatch.setattr(import_files.read_rows, "__defaults__", (0, 100))

    class Stopped(Exception):
        pass

    calls = []

    def stop_at_second(share: float) -> None:
        calls.append(share)
        if len(calls) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        run(store, prepare("people", path), now=NOW, advance=stop_at_second)
    result = run(store, prepare("people", path), now=NOW)
    assert (result.resumed_after_line, result.new) == (201, 50)
    with store.read() as conn:
        assert people.count(conn) == 250


def test_products_and_events(store: Store, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_text("id,title,price,stock\np1,Манго,10.50,3\np2,X,дорого,1\n", encoding="utf-8")
    result = run(store, prepare("products", feed), now=NOW, currency="UAH")
    assert (result.new, result.rows_refused) == (1, 1)
    with store.read() as conn:
        (mango,) = products.get(conn, ["p1"])
    assert (mango.price, mango.currency, mango.stock) == (1050, "UAH", 3)

    events = tmp_path / "orders.jsonl"
    events.write_text('{"userId": "1", "revenue": 10}\n{"revenue": 5}\n')
    mapping = FileMapping(columns={}, event="Order Completed")
    result = run(store, prepare("events", events, mapping=mapping), now=NOW)
    assert (result.taken, result.rows_refused) == (1, 1)
    with store.read_inbox() as conn:
        batch = inbox.read(conn, 0)
    assert b'"revenue":10' in batch.body[0].replace(b" ", b"")

"""Files over HTTP: uploaded in pieces, columns said, tried, imported; exported and fetched."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from maracuja.runtime import import_desk
from tests.unit.api.api_world import World

ROWS = """id,E-mail,Имя,bonus,Согласие
u1,anna@mail.example,Анна,100,in
u2,not an address,Борис,200,in
,,Никто,,
u3,vera@mail.example,Вера,300,out
"""


def upload(world: World, text: str, name: str = "people.csv", kind: str = "people") -> Any:
    raw = text.encode()
    asked = {"kind": kind, "name": name, "size": len(raw)}
    made = world.ask("POST", "/api/imports", json=asked)
    assert made.status_code == 201, made.text
    path = f"/api/imports/{made.json()['id']}/pieces"
    half = len(raw) // 2
    assert world.ask("PUT", f"{path}?at=0", content=raw[:half]).json()["state"] == "coming"
    return world.ask("PUT", f"{path}?at={half}", content=raw[half:]).json()


def after(world: World, path: str) -> Any:
    """The file once nobody is at it any more."""
    done(path.rpartition("/")[2])
    return world.get(path)


def done(name: str) -> None:
    for thread in threading.enumerate():
        if thread.name == name:
            thread.join(10)


def test_a_file_is_looked_at_and_its_columns_are_guessed(world: World) -> None:
    card = upload(world, ROWS)
    assert card["state"] == "ready"
    assert card["headings"] == ["id", "E-mail", "Имя", "bonus", "Согласие"]
    assert card["mapping"]["columns"] == {
        "id": "external_id",
        "E-mail": "email",
        "Имя": "traits.first_name",
        "bonus": "traits.bonus",
        "Согласие": "traits.Согласие",
    }
    assert card["sample"][0] == ["u1", "anna@mail.example", "Анна", "100", "in"]


def test_a_trial_tells_reasons_and_writes_nothing(world: World) -> None:
    before = world.get("/api/workspace")["people"]
    card = upload(world, ROWS)
    path = f"/api/imports/{card['id']}"
    assert world.ask("POST", f"{path}/check").status_code == 202
    tried = after(world, path)["tried"]
    assert (tried["rows"], tried["taken"], tried["rows_refused"]) == (4, 3, 1)
    assert [(one["column"], one["whole"], one["times"]) for one in tried["reasons"]] == [
        ("E-mail", False, 1),
        ("", True, 1),
    ]
    assert world.get("/api/workspace")["people"] == before


def test_a_file_is_imported_once_and_does_not_stay(world: World) -> None:
    card = upload(world, ROWS)
    path = f"/api/imports/{card['id']}"
    columns = {**card["mapping"]["columns"], "Согласие": "ignore"}
    said = world.ask("PUT", f"{path}/columns", json={"columns": columns, "country": "UA"})
    assert said.json()["mapping"]["columns"]["Согласие"] == "ignore"
    assert world.ask("POST", f"{path}/run").status_code == 202
    card = after(world, path)
    assert (card["state"], card["result"]["taken"]) == ("done", 3)
    assert card["sample"] == []
    (found,) = world.items("/api/people?who=vera@mail.example")
    assert found["pid"] > 0
    folder = world.app.config.directory / import_desk.FOLDER / card["id"]
    assert not (folder / "data.csv").exists()
    refused = world.ask("GET", f"{path}/refused")
    assert "not an address" in refused.text
    assert world.ask("POST", f"{path}/run").status_code == 409
    (line,) = world.items("/api/audit?action=import")
    assert line["detail"] == {"file": "people.csv", "kind": "people"}
    (work,) = [one for one in world.items("/api/work") if one["kind"] == "import"]
    assert (work["subject"], work["doing"], work["done"], work["total"]) == (
        "people.csv",
        "done",
        1000,
        1000,
    )
    assert world.ask("DELETE", path).status_code == 204
    assert not folder.exists()


@pytest.mark.parametrize(
    ("columns", "where"),
    [
        ({"E-mail": "phone number"}, "columns.E-mail"),
        ({"E-mail": "ignore", "id": "ignore"}, "columns"),
        ({"Nothing": "email"}, "columns"),
    ],
)
def test_columns_that_cannot_be_are_refused(
    world: World, columns: dict[str, str], where: str
) -> None:
    card = upload(world, ROWS)
    whole = {**card["mapping"]["columns"], **columns}
    answer = world.ask("PUT", f"/api/imports/{card['id']}/columns", json={"columns": whole})
    assert (answer.status_code, answer.json()["where"]) == (400, where)


def test_what_is_no_file_of_rows_says_so_without_a_path(world: World) -> None:
    refused = world.ask(
        "POST", "/api/imports", json={"kind": "people", "name": "a.exe", "size": 1}
    )
    assert refused.status_code == 400
    card = upload(world, "a,a\n1,2\n", name="two.csv")
    assert card["state"] == "refused"
    assert card["fault"] == "two.csv has two columns `a`."


def test_a_piece_that_belongs_nowhere_is_refused(world: World) -> None:
    asked = {"kind": "people", "name": "a.csv", "size": 5}
    made = world.ask("POST", "/api/imports", json=asked).json()
    path = f"/api/imports/{made['id']}/pieces"
    assert world.ask("PUT", f"{path}?at=3", content=b"ab").status_code == 409
    assert world.ask("PUT", f"{path}?at=0", content=b"abcdef").status_code == 409


def test_an_import_that_the_server_lost_is_stopped_and_goes_on(world: World) -> None:
    card = upload(world, ROWS)
    desk = world.app.imports
    kept = desk.get(card["id"])
    desk._cards.keep(import_desk.changed(kept, state="running"))
    path = f"/api/imports/{card['id']}"
    assert world.get(path)["state"] == "stopped"
    world.ask("POST", f"{path}/run")
    assert after(world, path)["state"] == "done"


def test_people_are_exported_and_the_file_can_be_fetched(world: World) -> None:
    world.worker.tick(world.app.clock.now())
    made = world.ask("POST", "/api/exports", json={"what": "people", "form": "jsonl"})
    assert made.status_code == 202, made.text
    id = made.json()["id"]
    done(id)
    (card,) = world.items("/api/exports")
    assert card["state"] == "done"
    answer = world.ask("GET", f"/api/exports/{id}/file")
    assert f'filename="{card["name"]}"' in answer.headers["content-disposition"]
    assert len(answer.text.splitlines()) == card["rows"] > 0
    assert len(answer.content) == card["size"]
    assert world.ask("DELETE", f"/api/exports/{id}").status_code == 204
    assert world.items("/api/exports") == []
    unknown = world.ask("POST", "/api/exports", json={"what": "secrets"})
    assert unknown.status_code == 400

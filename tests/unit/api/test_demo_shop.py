"""The demo shop beside an empty workspace: who may have it, how far it is, and its going."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.clock import SimClock
from maracuja.errors import Conflict
from maracuja.model import micros
from maracuja.runtime import demo_shop, demo_team
from maracuja.runtime.access import GRANTS, Area, Level, Role, asked
from maracuja.runtime.demo_shop import FOLDER, MAKING
from maracuja.runtime.passwords import cipher
from maracuja.store import audit, keys, team
from maracuja.ui import home
from tests.unit.api.api_world import NOON, World

OWNER, PASSWORD = "olena@shop.example", "four words without sense"
LOAD, REMOVE = "/api/demo-shop/load", "/api/demo-shop/remove"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[tuple[World, list[str]]]:
    """A workspace without anybody, and how often its server was told to play or to renew."""
    place, clock, told = tmp_path / "shop", SimClock(NOON), list[str]()
    keys = composition.create(place, {"shop": {"name": "Fruit & Co"}}, clock=clock)
    with composition.opened(place, clock) as opened:
        app = replace(opened, play=lambda: told.append("play"), renew=lambda: told.append("renew"))
        server = Server(app, lambda: home)
        worker = composition.make_worker(app, holder="test")
        yield World(app, server, worker, keys), told
        server.close()
        worker.close()


def _make(world: World) -> Path:
    """What the player leaves behind, without the story."""
    app, making = world.app, world.app.config.directory / MAKING
    wished = demo_shop.begin(app.store)
    assert wished is not None
    composition.create(making, {"shop": {"name": "Маракуйя"}}, clock=SimClock(NOON), seed=1)
    (making / demo_shop.DEMO_MARK).touch()
    with composition.opened(making, SimClock(NOON)) as made:
        keys = {"own_key": app.secrets.key_secret, "demo_key": made.secrets.key_secret}
        with app.store.read() as before, made.store.write() as conn:
            demo_team.bring(before, conn, **keys)
            demo_shop.done(conn, wished, NOON)
    folder = app.config.directory / FOLDER
    making.rename(folder)
    demo_shop.forget(app.store)
    return folder


def test_an_empty_workspace_asks_for_it_once(empty: tuple[World, list[str]]) -> None:
    world, told = empty
    seen = world.get("/api/demo-shop")
    assert (seen["state"], seen["may"]) == ("none", True)
    for _ in range(2):
        answer = world.ask("POST", LOAD, json={"people": 400})
        assert answer.status_code == 202 and answer.json()["state"] == "making"
    assert told == ["play", "play"]  # the second finds it running
    assert [line["detail"] for line in world.items("/api/audit?action=load_demo")] == [
        {"people": 400}
    ]
    for people in (99, 20_001):
        assert world.ask("POST", LOAD, json={"people": people}).status_code in (400, 422)


def test_its_progress_is_work_until_it_cannot_be_made(empty: tuple[World, list[str]]) -> None:
    world, _ = empty
    store = world.app.store
    world.ask("POST", LOAD, json={})
    assert demo_shop.begin(store) is not None
    demo_shop.tell(store, "living", 0.25)
    (work,) = world.items("/api/work")
    assert (work["kind"], work["step"], work["done"], work["total"], work["doing"]) == (
        "demo", "living", 250, 1000, "obeying",
    )  # fmt: skip
    seen = world.get("/api/demo-shop")
    assert (seen["step"], seen["share"], seen["again"]) == ("living", 0.25, False)
    again = demo_shop.begin(store)  # the server was stopped meanwhile
    assert again is not None and (again.tries, again.share) == (2, 0.0)
    assert world.get("/api/demo-shop")["again"]
    demo_shop.give_up(store, "The disk is full.")
    assert demo_shop.begin(store) is None and demo_shop.wanted(store) is None
    assert world.items("/api/work") == []
    seen = world.get("/api/demo-shop")
    assert (seen["state"], seen["fault"], seen["may"]) == ("stopped", "The disk is full.", True)
    assert world.ask("POST", LOAD, json={}).json()["state"] == "making"


def test_a_workspace_with_a_life_keeps_to_it(world: World) -> None:
    assert world.get("/api/demo-shop") == {
        "state": "none", "may": False, "step": "", "share": 0.0, "again": False, "fault": "",
        "beside": False, "folder": "",
    }  # fmt: skip
    refused = world.ask("POST", LOAD, json={})
    assert refused.status_code == 409 and "maracuja demo" in refused.text
    playable = replace(world.app, play=lambda: None)
    asks = World(playable, Server(playable, lambda: home), world.worker, world.keys)
    refused = asks.ask("POST", LOAD, json={})
    assert refused.status_code == 409 and "people of its own" in refused.text
    assert world.ask("POST", REMOVE, json={}).status_code == 409
    asks.server.close()


def test_what_the_environment_gives_would_hold_for_it_too(
    empty: tuple[World, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    world, told = empty
    monkeypatch.setenv("MARACUJA_SERVER__PORT", "9000")
    assert world.get("/api/demo-shop")["may"]
    monkeypatch.setenv("MARACUJA_EMAIL__PASSWORD", "secret")
    assert not world.get("/api/demo-shop")["may"]
    refused = world.ask("POST", LOAD, json={})
    assert refused.status_code == 409 and "email.password" in refused.text
    assert told == []


def test_it_is_shown_in_the_place_of_the_own_shop_until_it_is_removed(
    empty: tuple[World, list[str]],
) -> None:
    world, _ = empty
    own = world.app.config.directory
    world.ask("POST", LOAD, json={})
    assert demo_shop.shown(own) == own
    folder = _make(world)
    assert demo_shop.shown(own) == folder and demo_shop.home(folder) == own
    told: list[str] = []
    with composition.opened(folder, SimClock(NOON)) as opened:
        app = replace(opened, renew=lambda: told.append("renew"))
        server = Server(app, lambda: home)
        demo = World(app, server, world.worker, {"admin key": _admin_key(app)})
        seen = demo.get("/api/demo-shop")
        assert (seen["state"], seen["beside"], seen["may"]) == ("shown", True, False)
        (work,) = demo.items("/api/work")
        assert (work["kind"], work["doing"]) == ("demo", "done")
        assert demo.ask("POST", LOAD, json={}).status_code == 409
        assert demo.ask("POST", REMOVE, json={}).status_code == 202
        server.close()
    assert told == ["renew"] and demo_shop.shown(own) == own
    assert not folder.exists() and world.get("/api/demo-shop")["state"] == "none"
    with world.app.store.read() as conn:
        assert audit.newest(conn)[0].action == "remove_demo"


def test_the_team_comes_along_and_only_who_removes_it_stays_logged_in(
    empty: tuple[World, list[str]],
) -> None:
    world, _ = empty
    app = world.app
    app.team.join(app.team.invite(OWNER, Role.OWNER, NOON, "test"), PASSWORD, NOON)
    tokens = [app.team.log_in(OWNER, PASSWORD, NOON, place=place)[0] for place in ("a", "b")]
    sealed = cipher(app.secrets.key_secret).encrypt(b"key of the second factor")
    with app.store.write() as conn:
        team.change(conn, 1, totp=sealed, totp_step=7)
    world.ask("POST", LOAD, json={})
    folder = _make(world)
    with composition.opened(folder, SimClock(NOON)) as made:
        assert made.secrets.key_secret != app.secrets.key_secret
        who = [made.team.who(token, NOON) for token in tokens]
        assert {one.member.email for one in who} == {OWNER}
        with made.store.read() as conn:
            brought = team.get(conn, 1)
        opened = cipher(made.secrets.key_secret).decrypt(brought.totp)
        assert (opened, brought.totp_step) == (b"key of the second factor", 7)
        demo_shop.leave(made.config, NOON, actor="test", session=who[0].digest)
    with app.store.read() as conn:
        assert [one.digest for one in team.sessions(conn, 1)] == [who[0].digest]


def test_it_is_for_the_owner_to_load_and_remove() -> None:
    for path in (LOAD, REMOVE):
        area, level = asked("POST", path)
        may = {role for role in Role if GRANTS[role].get(area, Level.NONE) >= level}
        assert may == {Role.OWNER}
    assert asked("GET", "/api/demo-shop") == (Area.REPORTS, Level.READ)


def test_a_demo_that_stands_alone_is_deleted_by_hand(tmp_path: Path) -> None:
    place = tmp_path / "demo-data"
    composition.create(place, {}, clock=SimClock(NOON), seed=1)
    (place / demo_shop.DEMO_MARK).touch()
    with composition.opened(place, SimClock(NOON)) as made:
        seen = demo_shop.see(made.store, made.config, playable=True)
        assert (seen.state, seen.beside, seen.folder) == ("shown", False, "demo-data")
        with pytest.raises(Conflict, match="no other") as refused:
            demo_shop.leave(made.config, NOON, actor="test", session=b"")
    assert "demo-data" in refused.value.fix


def test_a_folder_that_was_half_deleted_goes_at_the_next_start(tmp_path: Path) -> None:
    leaving = tmp_path / f"{FOLDER}.leaving"
    leaving.mkdir()
    (leaving / "state.db").touch()
    assert demo_shop.shown(tmp_path) == tmp_path and not leaving.exists()


def _admin_key(app: composition.App) -> str:
    with app.store.write() as conn:
        made = keys.create(conn, keys.KeyKind.ADMIN, "test", micros(NOON), key_secret="")
    return made.secret

"""Settings over HTTP: shown without secrets, changed in the file, accounts tried before."""

from __future__ import annotations

from typing import Any

import pytest

from maracuja.config import FILE_NAME, load_config
from maracuja.runtime import settings_work
from maracuja.store import audit
from tests.unit.api.api_world import World

TOKEN = "7000001:a-token-that-nobody-may-see"


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The world; on the internet there is every name."""

    async def found(self: Any, host: str, port: int = 0, family: Any = 0) -> list[Any]:
        return [{"host": "93.184.216.34"}]

    monkeypatch.setattr(settings_work.PublicResolver, "resolve", found)
    return world


def put(world: World, path: str, **values: Any) -> Any:
    return world.ask("PUT", f"/api/settings/{path}", json={"values": values})


def settings_of(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in shown["settings"]}


def sections(world: World) -> dict[str, dict[str, dict[str, Any]]]:
    return {one["name"]: settings_of(one) for one in world.items("/api/settings")}


def test_a_setting_says_what_it_takes_and_where_it_is_given(world: World) -> None:
    found = sections(world)
    assert found["shop"]["currency"]["takes"] == "text"
    assert found["pressure"]["messages"]["given"] == "file"
    assert found["measurement"]["global_holdout"] | {"help": ""} == {
        "name": "global_holdout",
        "takes": "number",
        "value": 0.05,
        "default": 0.05,
        "filled": True,
        "choices": [],
        "least": 0.0,
        "most": 1.0,
        "help": "",
        "given": "default",
        "by_hand": False,
    }


def test_a_change_is_in_the_file_and_in_the_audit_log(world: World) -> None:
    answer = put(world, "shop", name="Fruit & Co", postal_address="Sadova 1")
    assert answer.status_code == 200, answer.text
    assert load_config(world.app.config.directory).shop.name == "Fruit & Co"
    (line,) = world.items("/api/audit?action=settings")
    assert (line["subject"], line["detail"]["name"]) == ("settings:shop", "Fruit & Co")
    put(world, "shop", postal_address=None)
    assert sections(world)["shop"]["postal_address"]["given"] == "default"


@pytest.mark.parametrize(
    ("path", "values", "where"),
    [
        ("shop", {"time_zone": "Mars/Olympus"}, "shop.time_zone"),
        ("shop", {"nonsense": 1}, "shop.nonsense"),
        ("pressure", {"messages": "many"}, ""),
        ("server", {"port": 22}, "server.port"),
        ("channels/email", {"postfix_log": "/etc/passwd"}, "email.postfix_log"),
        ("channels/telegram", {"base_url": "https://10.0.0.1"}, "telegram.base_url"),
        ("channels/telegram", {"base_url": "http://127.0.0.1:9"}, "telegram.base_url"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    world: World, path: str, values: dict[str, Any], where: str
) -> None:
    file = world.app.config.directory / FILE_NAME
    before = file.read_text(encoding="utf-8")
    answer = put(world, path, **values)
    assert answer.status_code == 400, answer.text
    assert answer.json().get("where", "") == where
    assert file.read_text(encoding="utf-8") == before


def test_what_the_environment_gives_is_shown_and_not_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MARACUJA_SHOP__CURRENCY", "EUR")
    shown = sections(world)["shop"]["currency"]
    assert (shown["value"], shown["given"]) == ("EUR", "environment")
    refused = put(world, "shop", currency="UAH")
    assert refused.status_code == 400
    assert "environment" in refused.json()["detail"]


def test_an_account_comes_changes_and_goes(world: World) -> None:
    blank = world.get("/api/settings/channels/telegram")
    assert not blank["set_up"]
    made = put(world, "channels/telegram", token=TOKEN, bot="fruit_bot").json()
    assert made["set_up"]
    assert made["webhook"].endswith("/w/telegram/main")
    shown = settings_of(made)["token"]
    assert (shown["value"], shown["filled"]) == (None, True)
    put(world, "channels/telegram", bot="other_bot")
    kept = load_config(world.app.config.directory).channels["telegram"]
    assert (kept.token, kept.bot) == (TOKEN, "other_bot")  # type: ignore[attr-defined]  # its own
    names = [one["name"] for one in world.items("/api/settings/channels")]
    assert names == ["email", "telegram"]
    assert world.ask("DELETE", "/api/settings/channels/telegram").status_code == 204
    assert not load_config(world.app.config.directory).channels
    assert world.ask("DELETE", "/api/settings/channels/telegram").status_code == 404


def test_secrets_are_in_no_answer_and_in_no_audit_line(world: World) -> None:
    put(world, "channels/telegram", token=TOKEN)
    assert TOKEN not in world.ask("GET", "/api/settings/channels").text
    assert TOKEN not in world.ask("GET", "/api/settings/channels/telegram").text
    with world.app.store.read() as conn:
        assert TOKEN not in str(audit.newest(conn))


def test_an_account_is_tried_before_it_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maracuja.runtime import channel_trial

    asked: list[str] = []

    def check(channel: Any, transport: Any) -> str:
        asked.append(channel.settings.token)
        return "the bot @fruit_bot"

    monkeypatch.setattr(channel_trial, "check_account", check)
    answer = world.ask(
        "POST", "/api/settings/channels/telegram/check", json={"values": {"token": TOKEN}}
    )
    assert answer.json() == {"words": "the bot @fruit_bot"}
    assert asked == [TOKEN]
    assert not world.get("/api/settings/channels/telegram")["set_up"]


def test_a_mail_server_is_not_asked_who_we_are(world: World) -> None:
    answer = world.ask("POST", "/api/settings/channels/email/check", json={"values": {}})
    assert answer.status_code == 422
    assert "DNS" in answer.json()["fix"]


def test_the_audit_log_is_narrowed_down_by_who_acted(world: World) -> None:
    put(world, "shop", name="Fruit & Co")
    (line,) = world.items("/api/audit?action=settings")
    mine = world.items("/api/audit", params={"actor": line["actor"]})
    assert line in mine
    assert world.items("/api/audit?actor=nobody") == []


def test_erasures_stand_with_their_certificates(world: World) -> None:
    (who,) = world.items("/api/people?who=p1@shop.example")
    world.ask("DELETE", f"/api/people/{who['pid']}")
    (waiting,) = world.items("/api/rights/erasures")
    assert (waiting["pid"], waiting["done"]) == (who["pid"], None)
    world.worker.tick(world.app.clock.now())
    (done,) = world.items("/api/rights/erasures")
    assert done["done"] is not None
    assert done["certificate"]["files_rewritten"] >= 0
    assert done["fault"] == ""

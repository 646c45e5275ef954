"""A person's devices over HTTP and on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from maracuja.cli import cli
from maracuja.model import micros
from maracuja.store import devices, inbox, suppressions
from tests.contract.channel_cases.web_push import ADDRESS
from tests.unit.api.api_world import NOON, World

PHONE = {"channel": "mobile_push", "token": "a-token-of-one", "platform": "Android",
         "app": "shop.app"}  # fmt: skip


@pytest.fixture
def pid(world: World) -> int:
    body = {"userId": "d1", "traits": {"first_name": "Maria"}}
    with world.app.store.write_inbox() as conn:
        row = inbox.Request(micros(NOON), "identify", "server", b"{}", json.dumps(body).encode())
        inbox.append(conn, [row])
    world.worker.settle(NOON)
    return int(world.items("/api/people?who=d1")[0]["pid"])


def posted(world: World, path: str, asked: object) -> Any:
    """The JSON of what came of asking."""
    answer = world.ask("POST", path, json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_devices_are_registered_shown_and_turned_off(world: World, pid: int) -> None:
    made = posted(world, f"/api/people/{pid}/devices", PHONE)
    assert (made["channel"], made["at"], made["app"], made["platform"], made["off"]) == (
        "mobile_push", "fcm", "shop.app", "android", "",
    )  # fmt: skip
    browser = {"channel": "web_push", "subscription": json.loads(ADDRESS)}
    posted(world, f"/api/people/{pid}/devices", browser)
    shown = world.get(f"/api/people/{pid}")
    assert len(shown["devices"]) == 2 and shown["addresses"] == {}
    assert "a-token-of-one" not in json.dumps(shown) and "p256dh" not in json.dumps(shown)
    off = world.ask("DELETE", f"/api/people/{pid}/devices/{made['id']}").json()
    assert off["off"] == "left" and off["off_until"] is None
    found = {one["id"]: one["off"] for one in world.items(f"/api/people/{pid}/devices")}
    assert found[made["id"]] == "left" and sorted(found.values()) == ["", "left"]
    again = posted(world, f"/api/people/{pid}/devices", PHONE)
    assert again["id"] == made["id"] and again["off"] == ""
    export = world.get(f"/api/people/{pid}/export")
    assert {one["channel"] for one in export["device_addresses"]} == {"mobile_push", "web_push"}


def test_what_is_no_device_is_refused(world: World, pid: int) -> None:
    for wrong in ({"channel": "web_push"}, {**PHONE, "token": "x"}, {**PHONE, "channel": "sms"}):
        assert world.ask("POST", f"/api/people/{pid}/devices", json=wrong).status_code == 400
    path = f"/api/people/{pid}/devices/{'0' * 16}"
    assert world.ask("DELETE", path).status_code == 404


def test_a_hand_suppresses_every_device(world: World, pid: int) -> None:
    posted(world, f"/api/people/{pid}/devices", PHONE)
    posted(world, f"/api/people/{pid}/devices", {**PHONE, "token": "a-token-of-two"})
    asked = {"channel": "mobile_push", "reason": "asked by phone"}
    assert len(posted(world, f"/api/people/{pid}/suppressions", asked)) == 2
    salt = world.app.secrets.suppression_salt
    tokens = ["fcm:a-token-of-one", "fcm:a-token-of-two"]
    with world.app.store.read() as conn:
        digests = suppressions.digests(salt, "mobile_push", tokens)
        found = suppressions.blocked(conn, "mobile_push", digests, micros(NOON), marketing=False)
        assert found.all()
        assert len(devices.of(conn, [pid])) == 2


def test_the_command_line_turns_one_off(world: World, pid: int) -> None:
    made = posted(world, f"/api/people/{pid}/devices", PHONE)
    place = str(world.app.config.directory)
    run = CliRunner().invoke(
        cli, ["profile", "device-off", f"pid:{pid}", made["id"], "--workspace", place]
    )
    assert run.exit_code == 0, run.output
    shown = CliRunner().invoke(cli, ["profile", "show", f"pid:{pid}", "--workspace", place])
    assert made["id"] in shown.output and "left" in shown.output

"""The first run: who may claim a workspace, that it happens once, and what is kept."""

from __future__ import annotations

import threading
import tomllib
from dataclasses import replace
from typing import Any

import pytest

from maracuja.config import FILE_NAME, load_config
from maracuja.errors import BadInput, ConfigError, Conflict
from maracuja.runtime import first_run
from tests.unit.api.api_world import NOON, World

PASSWORD = "four words without sense"
CLAIM: dict[str, Any] = {
    "email": "Olena@shop.example", "password": PASSWORD, "name": "Олена", "shop": "Маракуйя",
    "time_zone": "Europe/Kyiv", "language": "uk", "languages": ["uk", "ru", "mn"],
    "currency": "UAH", "country": "UA",
}  # fmt: skip
AFAR: dict[str, Any] = {"key": None, "client": "203.0.113.7"}


def test_whoever_sits_at_the_machine_claims_it_once(world: World) -> None:
    seen = world.get("/api/first-run", key=None)
    assert seen["needed"] and seen["here"] and seen["shop"]["name"] == "Fruit & Co"
    answer = world.ask("POST", "/api/first-run", key=None, json=CLAIM)
    assert answer.status_code == 201 and answer.json()["role"] == "owner"
    logged_in = world.ask("POST", "/api/session", key=None,
                          json={"email": "olena@shop.example", "password": PASSWORD})  # fmt: skip
    assert logged_in.status_code == 200
    config = load_config(world.app.config.directory, {})
    assert (config.shop.name, config.shop.currency) == ("Маракуйя", "UAH")
    assert config.shop.languages == ("uk", "ru", "mn") and config.pressure.messages == 0
    again = world.ask("POST", "/api/first-run", key=None, json=CLAIM)
    assert again.status_code == 409
    assert world.get("/api/first-run", key=None) == {"needed": False, "here": False, "shop": None}
    assert "claim" in [line["action"] for line in world.items("/api/audit")]


def test_from_afar_it_takes_the_token_of_the_server(world: World) -> None:
    token = first_run.make_token(world.app.store)
    seen = world.get("/api/first-run", **AFAR)
    assert seen == {"needed": True, "here": False, "shop": None}
    assert world.get(f"/api/first-run?token={token}", **AFAR)["shop"]["currency"] == "USD"
    for wrong in ("", "0" * 43):
        answer = world.ask("POST", "/api/first-run", json={**CLAIM, "token": wrong}, **AFAR)
        assert answer.status_code == 403
    proxied = {"headers": {"x-forwarded-for": "203.0.113.7"}, "key": None}
    assert world.ask("POST", "/api/first-run", json=CLAIM, **proxied).status_code == 403
    foreign = {"headers": {"sec-fetch-site": "cross-site"}, "key": None}
    assert world.ask("POST", "/api/first-run", json=CLAIM, **foreign).status_code == 403
    good = {**CLAIM, "token": token}
    assert world.ask("POST", "/api/first-run", json=good, **AFAR).status_code == 201
    assert first_run.make_token(world.app.store) == ""
    assert world.ask("POST", "/api/first-run", json=good, **AFAR).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "nobody", "bad_input"),
        ("password", "short", "bad_input"),
        ("time_zone", "Europe/Atlantis", "bad_input"),
        ("language", "en", "bad_input"),
        ("currency", "hryvnia", "bad_input"),
        ("shop", " ", "bad_input"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    world: World, field: str, value: str, code: str
) -> None:
    before = (world.app.config.directory / FILE_NAME).read_text(encoding="utf-8")
    answer = world.ask("POST", "/api/first-run", key=None, json={**CLAIM, field: value})
    assert answer.status_code in (400, 422) and answer.json()["code"] == code
    assert (world.app.config.directory / FILE_NAME).read_text(encoding="utf-8") == before
    assert world.get("/api/first-run", key=None)["needed"]


def test_of_two_at_a_time_one_becomes_the_owner(world: World) -> None:
    app = world.app
    shop = replace(first_run.shop_of(app.config), name="One")
    outcomes: list[str] = []

    def claim(name: str) -> None:
        owner = first_run.Owner(f"{name}@shop.example", PASSWORD, name)
        try:
            first_run.claim(app.store, app.config.directory, owner, replace(shop, name=name), NOON)
            outcomes.append(name)
        except Conflict:
            outcomes.append("refused")

    both = [threading.Thread(target=claim, args=(name,)) for name in ("anna", "boris")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert outcomes.count("refused") == 1
    (winner,) = (name for name in outcomes if name != "refused")
    assert load_config(app.config.directory, {}).shop.name == winner
    assert [one.name for one in app.team.members()] == [winner]


def test_the_rest_of_the_file_stays_letter_by_letter(world: World) -> None:
    path = world.app.config.directory / FILE_NAME
    path.write_text(
        '# ours\n[shop]\nname = "Old"  # was\nurl = "https://old.example"\n\n'
        "[pressure]\nmessages = 2\n",
        encoding="utf-8",
    )
    shop = replace(first_run.shop_of(world.app.config), name='The "new" one', languages=("en",))
    text = first_run.named(path, shop)
    assert text.startswith("# ours\n[shop]\n") and "[pressure]\nmessages = 2\n" in text
    said = tomllib.loads(text)["shop"]
    assert said["name"] == 'The "new" one' and said["url"] == "https://old.example"
    path.write_text('shop = {name = "Old"}\n', encoding="utf-8")
    with pytest.raises((ConfigError, tomllib.TOMLDecodeError)):
        first_run.named(path, shop)
    with pytest.raises(BadInput):
        first_run.named(path, replace(shop, languages=("uk",)))

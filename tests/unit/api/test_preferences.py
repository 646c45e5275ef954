"""How people say how they like to hear; what they see and change of what is kept of them."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from maracuja.app import key_ring
from maracuja.channels import CODES_BY_NAME
from maracuja.links.tokens import Purpose, Ticket
from maracuja.model import Privacy, micros
from maracuja.runtime.own_data import OwnDataDesk
from maracuja.runtime.signup_messages import desk_of
from maracuja.store import audit, commands, discovered, objections, people, wishes
from tests.unit.api.api_world import World
from tests.unit.api.form_world import (
    BROWSER,
    hidden,
    letters,
    link_in,
    press,
    put_form,
    send,
    wait,
)

LANGUAGES = ("en", "ru", "uk", "mn")


def token(world: World, who: str = "u3", purpose: Purpose = Purpose.PREFERENCES) -> str:
    pid = world.items(f"/api/people?who={who}")[0]["pid"]
    now_s = int(world.app.clock.now().timestamp())
    ticket = Ticket(
        purpose=purpose, message=b"m" * 16, pid=pid, run=9, channel=1, sent_s=now_s,
        detail="harvest",
    )  # fmt: skip
    return key_ring(world.app).sign(ticket)


def pid_of(world: World, who: str = "u3") -> int:
    return int(world.items(f"/api/people?who={who}")[0]["pid"])


def open_page(world: World, path: str) -> str:
    answer = world.ask("GET", path, key=None, headers=BROWSER)
    assert answer.status_code == 200, answer.text
    return answer.text


def kept(world: World, who: str = "u3") -> dict[str, wishes.Wish]:
    with world.app.store.read() as conn:
        return wishes.of(conn, pid_of(world, who))


def test_less_often_stands_beside_out(world: World) -> None:
    put_form(world)
    path = f"/u/{token(world, purpose=Purpose.UNSUBSCRIBE)}"
    page = open_page(world, path)
    assert "Yes, unsubscribe" in page and "Less often instead" in page
    answer = press(world, path, do="less", lang="en")
    assert "At most one message a month" in answer.text
    wish = kept(world)["harvest"]
    assert wish.every_days == 30
    assert wish.last_us == micros(world.app.clock.now()), "they have just heard"
    assert world.items(f"/api/people/{pid_of(world)}/consents") == []


def test_hours_frequency_pause_and_language_are_kept_and_shown(world: World) -> None:
    put_form(world)
    path = f"/p/{token(world)}"
    page = open_page(world, path)
    assert 'name="often.harvest"' in page and 'name="pause"' in page
    given = {
        "on": "harvest/email", "do": "save", "often.harvest": "7", "from": "540", "until": "1200",
        "pause": "14", "write_in": "uk", "often.nonsense": "7", "often.harvest2": "x",
    }  # fmt: skip
    shown = world.ask(
        "POST", path, key=None, headers=BROWSER, data={**given, "asked": ["hours", "objects"]}
    ).text
    assert "Saved." in shown or "Збережено." in shown
    found = kept(world)
    assert found["harvest"].every_days == 7
    whole = found[""]
    assert (whole.from_min, whole.until_min, whole.zone) == (540, 1200, "UTC")
    assert whole.pause_until_us == micros(world.app.clock.now() + timedelta(days=14))
    page = open_page(world, path)
    assert '<option value="540" selected>' in page and '<option value="7" selected>' in page
    assert "Keep the pause" in page or "Залишити паузу" in page
    traits = {t["name"]: t for t in world.get(f"/api/people/{pid_of(world)}")["traits"]}
    assert traits["language"]["value"] == "uk" and traits["language"]["source"] == "declared"
    with world.app.store.read() as conn:
        (line,) = audit.newest(conn, action="preferences")
    assert line.actor == "person" and line.detail["harvest"] == 7

    world.ask("POST", path, key=None, headers=BROWSER, data={"on": "harvest/email", "do": "save"})
    assert kept(world) == found, "what was not asked stays as it is"
    world.ask("POST", path, key=None, data={"pause": "0", "do": "save", "asked": "hours"})
    assert kept(world)[""].pause_until_us == 0 and kept(world)[""].from_min == 0


def test_an_objection_to_profiling_is_a_box_to_tick(world: World) -> None:
    put_form(world)
    path = f"/p/{token(world)}"
    for data, stands in (({"asked": "objects", "objects": "yes"}, True), ({"do": "save"}, True),
                         ({"asked": "objects"}, False)):  # fmt: skip
        world.ask("POST", path, key=None, data={"do": "save", **data})
        with world.app.store.read() as conn:
            assert (objections.of(conn, pid_of(world)) is not None) is stands


def test_a_machine_changes_nothing(world: World) -> None:
    put_form(world)
    paths = [f"/p/{token(world)}", f"/p/{token(world)}/data"]
    for path in paths:
        for method in ("GET", "HEAD"):
            assert world.ask(method, path, key=None).status_code == 200
    with world.app.store.read() as conn:
        assert not wishes.any_there(conn)
        before = world.get(f"/api/people/{pid_of(world)}")
    world.ask("POST", paths[1], key=None, data={"do": "delete", "name": "city"})
    assert world.get(f"/api/people/{pid_of(world)}") == before, "a POST without the page's key"


# ---------------------------------------------------------------- why do you have this?


def test_each_trait_has_its_source_and_each_consent_its_proof(world: World) -> None:
    put_form(world)
    send(
        world, {"email": "p3@shop.example", "first_name": "Olha", "page": "https://shop.example/"}
    )
    press(world, link_in(letters(world)[-1]))
    page = open_page(world, f"/p/{token(world)}/data")
    assert "City" in page and "Kyiv" in page and "you told us, November 20, 2026" in page
    assert "p3@shop.example" not in page and "p…@shop.example" in page
    assert "Fruit &amp; Co may write to me." in page and "You agreed" in page
    assert "https://shop.example/" in page and "127.0.0.0" in page
    assert "confirmed by a button in a message to you" in page


def test_a_person_corrects_and_takes_away_and_nobody_puts_it_back(world: World) -> None:
    path = f"/p/{token(world)}/data"
    key = hidden(open_page(world, path))["key"]

    def say(**fields: str) -> str:
        data = {"key": key, "lang": "en", **fields}
        return world.ask("POST", path, key=None, headers=BROWSER, data=data).text

    assert "Changed." in say(do="change", name="city", value="  Odesa ")
    assert "could not be taken" in say(do="change", name="city", value="")
    assert "could not be taken" in say(do="change", name="email", value="x@y.example")
    assert "could not be taken" in say(do="change", name="none", value="1")
    assert "Taken away." in say(do="delete", name="first_name")
    assert "too long" in say(do="delete", name="city", key="own|1|2026-01-01~AAAAAAAA")

    told = {"firstName": "Name3", "city": "Kyiv"}
    call = {"userId": "u3", "traits": told, "messageId": "again"}
    world.ask("POST", "/v1/identify", key="server key", json=call)
    wait(world, 60)
    world.worker.settle(world.app.clock.now())
    traits = {t["name"]: t for t in world.get(f"/api/people/{pid_of(world)}")["traits"]}
    assert "first_name" not in traits, "they said that it is not theirs"
    assert (traits["city"]["value"], traits["city"]["source"]) == ("Odesa", "declared")
    with world.app.store.read() as conn:
        lines = audit.newest(conn, subject=f"person:{pid_of(world)}")
    assert {"change_trait", "delete_trait"} <= {line.action for line in lines}


def test_what_is_sensitive_is_shown_by_a_link_to_their_own_address(world: World) -> None:
    with world.app.store.write() as conn:
        discovered.set_privacy(conn, "trait", "", "city", Privacy.SENSITIVE)
    path = f"/p/{token(world)}/data"
    page = open_page(world, path)
    assert "Kyiv" not in page and "kept, but not shown" in page
    key = hidden(page)["key"]
    data = {"key": key, "lang": "en", "do": "delete", "name": "city"}
    assert "could not be taken" in world.ask("POST", path, key=None, data=data).text

    for _ in range(3):
        answer = world.ask("POST", path, key=None, data={"key": key, "do": "whole", "lang": "en"})
    assert "p…@shop.example" in answer.text and len(letters(world)) == 1, "once an hour"
    letter = letters(world)[0]
    assert letter["to"] == "p3@shop.example" and letter["subject"] == "Your data at Fruit & Co"
    whole = link_in(letter)
    page = open_page(world, whole)
    assert "Kyiv" in page and "p3@shop.example" in page
    data = {**hidden(page), "do": "delete", "name": "city"}
    assert "Taken away." in world.ask("POST", whole, key=None, data=data).text
    wait(world, 3 * 3_600)
    assert world.ask("GET", whole, key=None).status_code == 410
    assert world.ask("POST", whole, key=None, data=data).status_code == 410


def test_everything_is_deleted_once_their_own_address_says_so(world: World) -> None:
    path = f"/p/{token(world)}/data"
    key = hidden(open_page(world, path))["key"]
    answer = world.ask("POST", path, key=None, data={"key": key, "do": "erase", "lang": "en"})
    assert "We have written to" in answer.text
    with world.app.store.read() as conn:
        assert commands.waiting(conn) == []
    link = link_in(letters(world)[0])
    assert "Really delete everything?" in open_page(world, link)
    with world.app.store.read() as conn:
        assert commands.waiting(conn) == [], "looking is no pressing"
    for _ in range(2):
        assert "It is being deleted" in press(world, link).text
    with world.app.store.read() as conn:
        assert len(commands.waiting(conn)) == 1
        pid = int(people.find(conn, ["external_id"], ["u3"])[0])
    wait(world, 60)
    world.worker.settle(world.app.clock.now())
    assert world.ask("GET", f"/api/people/{pid}").status_code == 404
    for dead in (path, f"/p/{token_of(world, pid)}"):
        assert world.ask("GET", dead, key=None).status_code in (200, 404)
    assert world.ask("GET", path, key=None).status_code == 404


@pytest.mark.parametrize(
    ("known", "code", "channel"),
    [
        ({"telegram": "42"}, 1, "telegram"),  # the link came by mail: there is no mail address now
        ({"telegram": "42", "email": "p3@shop.example"}, 1, "email"),
        ({"telegram": "42", "email": "p3@shop.example"}, CODES_BY_NAME["telegram"], "telegram"),
        ({"telegram": "42"}, CODES_BY_NAME["viber"], "telegram"),
        ({"web_push": "a-device"}, 1, ""),
    ],
)
def test_the_link_goes_where_they_are_known(
    world: World, known: dict[str, str], code: int, channel: str
) -> None:
    desk = OwnDataDesk(
        world.app.store,
        key_ring(world.app),
        desk_of(world.app.config, key_ring(world.app)),
        ["email", "telegram", "viber", "web_push"],
    )
    pid, now = pid_of(world), world.app.clock.now()
    with world.app.store.write() as conn:
        rev = people.next_rev(conn)
        told = {"email": "", **known}
        people.change(conn, rev, [pid], set_traits=[{}], set_addresses=[told], now_us=micros(now))
    ticket = Ticket(Purpose.PREFERENCES, b"m" * 16, pid, run=9, channel=code, sent_s=1)
    sent = desk.write_to_them(ticket, "uk", now, erase=False)
    if not channel:
        assert sent is None and letters(world) == []
        return
    assert sent is not None and sent.channel == channel
    (letter,) = letters(world)
    assert (letter["channel"], letter["to"]) == (channel, known[channel])
    assert "Kyiv" in open_page(world, link_in(letter))


def token_of(world: World, pid: int) -> str:
    ticket = Ticket(purpose=Purpose.PREFERENCES, message=b"m" * 16, pid=pid)
    return key_ring(world.app).sign(ticket)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_speak_every_language_and_load_nothing(world: World, language: str) -> None:
    put_form(world)
    pages: list[Any] = [
        f"/p/{token(world)}/data", f"/p/{token(world)}",
        f"/u/{token(world, purpose=Purpose.UNSUBSCRIBE)}", "/f/news",
    ]  # fmt: skip
    for path in pages:
        answer = world.ask("GET", f"{path}?lang={language}", key=None)
        assert f'<html lang="{language}">' in answer.text
        assert not re.findall(r"<(script|img|link|iframe)\b", answer.text)
        assert len(re.findall("<h1>", answer.text)) == 1
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_export_for_the_person_holds_proofs_and_wishes(world: World) -> None:
    put_form(world)
    send(world, {"email": "p3@shop.example"})
    press(world, link_in(letters(world)[-1]))
    world.ask("POST", f"/p/{token(world)}", key=None, data={"do": "save", "often.harvest": "7"})
    found = world.get(f"/api/people/{pid_of(world)}/export")
    (one,) = found["sign_ups"]
    assert one["proof"]["text"] == "Fruit & Co may write to me." and one["form"] == "news"
    (wish,) = found["preferences"]
    assert (wish["topic"], wish["every_days"]) == ("harvest", 7)

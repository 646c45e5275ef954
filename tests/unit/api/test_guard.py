"""Who may manage, what another site may not ask for, and what every answer carries."""

from __future__ import annotations

from base64 import b64encode

import pytest

from maracuja.store import keys
from tests.unit.api.api_world import NOON, World

POLICY = "content-security-policy"


def test_management_needs_an_admin_key(world: World) -> None:
    assert world.ask("GET", "/api/people").status_code == 200
    nobody = world.ask("GET", "/api/people", key=None)
    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"].startswith("Basic")
    script = world.ask("GET", "/api/people", key=None, headers={"sec-fetch-mode": "cors"})
    assert script.status_code == 401 and "www-authenticate" not in script.headers
    assert set(nobody.json()) == {"type", "title", "status", "detail", "code", "where", "fix"}
    for kind in ("server key", "browser key"):
        refused = world.ask("GET", "/api/people", key=kind)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Basic !!!", "Basic w6nDqQ=", "Digest x"])
def test_a_header_that_says_nothing_is_no_key(world: World, header: str) -> None:
    answer = world.ask("GET", "/api/people", key=None, headers={"authorization": header})
    assert answer.status_code == 401


def test_an_admin_key_may_be_the_user_of_basic_authentication(world: World) -> None:
    coded = b64encode(f"{world.keys['admin key']}:".encode()).decode()
    headers = {"authorization": f"Basic {coded}"}
    assert world.ask("GET", "/api/people", key=None, headers=headers).status_code == 200


def test_a_revoked_key_opens_nothing(world: World) -> None:
    (number,) = [k["id"] for k in world.items("/api/keys") if k["kind"] == "admin"]
    assert world.ask("DELETE", f"/api/keys/{number}").status_code == 204
    assert world.ask("GET", "/api/people").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://elsewhere.example"},
        {"origin": "null"},
    ],
)
def test_another_site_may_not_ask_for_changes(world: World, headers: dict[str, str]) -> None:
    answer = world.ask("POST", "/api/sending/go-on", headers=headers)
    assert (answer.status_code, answer.json()["where"]) == (403, "origin")
    own = {"origin": "http://127.0.0.1:8080", "sec-fetch-site": "same-origin"}
    assert world.ask("POST", "/api/sending/go-on", headers=own).status_code == 200


def test_the_page_in_front_is_open_on_this_machine_alone(world: World) -> None:
    assert world.ask("GET", "/report", key=None).status_code == 200
    elsewhere = world.ask("GET", "/report", key=None, client="203.0.113.7")
    assert elsewhere.status_code == 401
    # A name that leads to this machine, or a proxy on it, does not make the visitor a local one.
    for headers in ({"host": "shop.example"}, {"x-forwarded-for": "203.0.113.7"}):
        assert world.ask("GET", "/report", key=None, headers=headers).status_code == 401
    assert world.ask("GET", "/report", client="203.0.113.7").status_code == 200


@pytest.mark.parametrize(
    "path", ["/report", "/docs", "/openapi.json", "/healthz", "/api/keys", "/api/no"]
)
def test_nothing_is_loaded_from_elsewhere(world: World, path: str) -> None:
    answer = world.ask("GET", path)
    assert answer.headers[POLICY].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    if "html" in answer.headers["content-type"]:
        assert "<script" not in answer.text
        assert "http" not in answer.text.replace("http://127.0.0.1", "")


def test_the_pixel_may_be_shown_by_mail_readers(world: World) -> None:
    answer = world.ask("GET", "/o/none.gif", key=None)
    assert "cross-origin-resource-policy" not in answer.headers


def test_long_bodies_are_refused_before_they_are_read(world: World) -> None:
    answer = world.ask("PUT", "/api/definitions/topic/x", content=b"x" * 2_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_events_take_no_admin_key_and_management_is_not_asked(world: World) -> None:
    coded = b64encode(f"{world.keys['admin key']}:".encode()).decode()
    event = {"userId": "u1", "event": "Tasted"}
    headers = {"authorization": f"Basic {coded}"}
    refused = world.ask("POST", "/v1/track", key=None, headers=headers, json=event)
    assert refused.status_code == 403


def test_every_change_is_on_record_with_who_made_it(world: World) -> None:
    asked = {"kind": "admin", "name": "Olena"}
    made = world.ask("POST", "/api/keys", json=asked).json()
    with world.app.store.read() as conn:
        assert keys.authenticate(conn, made["secret"]).name == "Olena"
    world.keys["admin key"] = made["secret"]
    world.ask("POST", "/api/sending/stop", json={"reason": "a wrong price"})
    world.put("topic", "news")
    lines = world.items("/api/audit")
    assert [line["action"] for line in lines[:3]] == ["put", "stop_all", "create_key"]
    assert lines[0]["actor"] == lines[1]["actor"] == "key:Olena"
    assert lines[1]["detail"] == {"reason": "a wrong price"}
    assert lines[0]["at"].startswith(NOON.date().isoformat())

"""What keeps the server safe that no other test looks at: headers, bodies, what is told."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator

import pytest

from tests.unit.api.api_world import World, opened_world

PAGES = ("/api/workspace", "/api/nothing", "/openapi.json", "/docs", "/healthz")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of a few people."""
    with opened_world(tmp_path_factory.mktemp("safe") / "shop") as made:
        yield made


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_headers_that_shut_a_browser_up(world: World, path: str) -> None:
    headers = world.ask("GET", path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers and "x-powered-by" not in headers


def test_no_other_site_may_read_what_is_managed(world: World) -> None:
    origin = {"origin": "https://evil.example"}
    assert (
        "access-control-allow-origin"
        not in world.ask("GET", "/api/people", headers=origin).headers
    )
    asked = {**origin, "access-control-request-method": "DELETE"}
    preflight = world.ask("OPTIONS", "/api/people/1", key=None, headers=asked)
    assert preflight.status_code == 405
    assert "access-control-allow-origin" not in preflight.headers


def test_a_body_is_json_and_says_so(world: World) -> None:
    """A form of another site can send text or a form without asking first, but not JSON."""
    body = b'{"reason": "x"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        sent = world.ask("POST", "/api/sending/stop", content=body, headers={"content-type": kind})
        assert sent.status_code in (400, 415, 422), kind
    for method in ("TRACE", "CONNECT", "PROPFIND"):
        assert world.ask(method, "/api/workspace").status_code == 405, method


def test_a_fault_of_ours_tells_nothing_of_us(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the secret is out")

    monkeypatch.setattr("maracuja.api.workspace.overview_of", fail)
    answer = world.ask("GET", "/api/workspace")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert "the secret is out" in caplog.text


def test_no_log_line_holds_a_password_a_key_or_a_token(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = secrets.token_urlsafe(16)
    entered = {"email": "olena@shop.example", "password": secret}
    assert world.ask("POST", "/api/session", key=None, json=entered).status_code == 401
    joined = {"token": secret, "password": "four words without sense"}
    assert world.ask("POST", "/api/session/join", key=None, json=joined).status_code == 404
    headers = {"authorization": f"Bearer mrc_admin_1_{secret}"}
    assert world.ask("GET", "/api/keys", key=None, headers=headers).status_code == 401
    assert world.ask("GET", "/api/keys", key="server key").status_code == 403
    assert secret not in caplog.text and world.keys["server key"] not in caplog.text
    assert "GET /api/keys was refused" in caplog.text
    assert secret not in world.ask("GET", "/api/audit?limit=1000").text
    listed = world.ask("GET", "/api/keys").text
    assert not any(one in listed for one in world.keys.values())


def test_a_name_given_twice_is_not_taken_for_two(world: World) -> None:
    twice = world.ask("GET", "/api/audit?limit=1&limit=2")
    assert len(twice.json()["items"]) <= 2
    unknown = {"kind": "admin", "name": "x", "role": "owner", "revoked": None}
    made = world.ask("POST", "/api/keys", json=unknown).json()
    assert "role" not in made and made["revoked"] is None


def test_texts_stay_texts_in_every_query(world: World) -> None:
    for text in ("' OR '1'='1", "x'; DROP TABLE audit; --", "%", "_", "\\", '"'):
        for path, name in (
            ("/api/people", "who"), ("/api/audit", "subject"), ("/api/shelf", "words"),
        ):  # fmt: skip
            answer = world.ask("GET", path, params={name: text})
            assert answer.status_code == 200 and answer.json()["items"] == [], (path, text)
    assert world.items("/api/audit?limit=1") != []

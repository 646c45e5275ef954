"""People of the team: invited, logged in, with a second factor; every route for each role."""

from __future__ import annotations

import asyncio
import base64
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from maracuja.clock import SimClock
from maracuja.errors import NotFound
from maracuja.runtime.access import Area, Level, Role, asked, rights
from maracuja.store import team
from tests.unit.api.api_world import NOON, World, make_world, opened_world

PASSWORD = "four words without sense"
EMAIL = "olena@shop.example"


class Browser:
    """Somebody who asks with cookies, and says so in every change."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._cookies = httpx.Cookies()
        self.csrf = ""

    def ask(self, method: str, path: str, *, csrf: str | None = None, **options: Any) -> Any:
        headers = dict(options.pop("headers", {}))
        headers["x-csrf-token"] = self.csrf if csrf is None else csrf

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(
                self._world.server,  # type: ignore[arg-type]
                raise_app_exceptions=False,
                client=("203.0.113.7", 5000),
            )
            async with httpx.AsyncClient(
                transport=transport, base_url="http://127.0.0.1:8080", cookies=self._cookies
            ) as asking:
                answer = await asking.request(method, path, headers=headers, **options)
                self._cookies = asking.cookies
                return answer

        return asyncio.run(send())

    def cookies(self) -> list[tuple[str, str]]:
        return list(self._cookies.items())

    def log_in(self, email: str = EMAIL, password: str = PASSWORD, code: str = "") -> Any:
        asked = {"email": email, "password": password, "code": code}
        answer = self.ask("POST", "/api/session", json=asked)
        if answer.status_code == 200:
            self.csrf = answer.json()["csrf"]
        return answer


def _invite(world: World, email: str = EMAIL, role: str = "owner", **more: Any) -> str:
    answer = world.ask("POST", "/api/team", json={"email": email, "role": role, **more})
    assert answer.status_code == 201, answer.text
    token: str = answer.json()["token"]
    return token


def _join(world: World, email: str = EMAIL, role: str = "owner", **more: Any) -> Browser:
    """Somebody who was invited, has chosen a password and logged in."""
    asked = {"token": _invite(world, email, role, **more), "password": PASSWORD}
    browser = Browser(world)
    assert browser.ask("POST", "/api/session/join", json=asked).status_code == 200
    assert browser.log_in(email).status_code == 200
    return browser


def _wait(world: World, **span: float) -> datetime:
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    clock.wait_until(clock.now() + timedelta(**span))
    return clock.now()


def test_an_invited_person_chooses_a_password_once_and_logs_in(world: World) -> None:
    token = _invite(world)
    browser = Browser(world)
    assert browser.ask("GET", "/api/people").status_code == 401
    weak = {"token": token, "password": "short"}
    assert browser.ask("POST", "/api/session/join", json=weak).status_code == 400
    good = {"token": token, "password": PASSWORD, "name": "Олена"}
    assert browser.ask("POST", "/api/session/join", json=good).json()["name"] == "Олена"
    assert browser.ask("POST", "/api/session/join", json=good).status_code == 404
    answer = browser.log_in("OLENA@shop.example ")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie
    assert browser.ask("GET", "/api/people").status_code == 200
    known = browser.ask("GET", "/api/session").json()
    assert known["member"]["email"] == EMAIL and known["shop"]["currency"] == "USD"
    (member,) = world.items("/api/team")
    assert (member["state"], member["seen"]) == ("active", "2026-11-20T12:00:00Z")
    actions = [line["action"] for line in world.items("/api/audit")]
    assert {"invite", "join", "log_in"} <= set(actions)


def test_an_invitation_ends_after_a_week_and_can_be_made_again(world: World) -> None:
    token = _invite(world)
    _wait(world, days=8)
    browser = Browser(world)
    late = {"token": token, "password": PASSWORD}
    assert browser.ask("POST", "/api/session/join", json=late).status_code == 404
    (member,) = world.items("/api/team")
    again = world.ask("POST", f"/api/team/{member['id']}/invitation").json()["token"]
    asked = {"token": again, "password": PASSWORD}
    assert browser.ask("POST", "/api/session/join", json=asked).status_code == 200


def test_a_change_is_made_only_when_a_page_of_ours_asks(world: World) -> None:
    browser = _join(world)
    path = "/api/sending/go-on"
    assert browser.ask("POST", path, csrf="").status_code == 403
    assert browser.ask("POST", path, csrf="0" * 64).status_code == 403
    foreign = {"sec-fetch-site": "cross-site"}
    assert browser.ask("POST", path, headers=foreign).status_code == 403
    assert browser.ask("POST", path).status_code == 200
    assert world.items("/api/audit")[0]["actor"] == f"team:{EMAIL}"


def test_who_guesses_is_made_to_wait(world: World) -> None:
    _join(world)
    browser = Browser(world)
    for _ in range(5):
        assert browser.log_in(password="a wrong password").status_code == 401
    slow = browser.log_in()
    assert slow.status_code == 429 and int(slow.headers["retry-after"]) in range(1, 31)
    unknown = browser.log_in("nobody@shop.example")
    assert unknown.status_code == 429  # the place has to wait, whoever it asks for
    _wait(world, seconds=31)
    says = browser.log_in("nobody@shop.example").json()["detail"]
    assert says == "Address or password are wrong."
    _wait(world, hours=1)
    assert browser.log_in().status_code == 200


def test_a_session_ends_by_itself_and_by_logging_out(world: World) -> None:
    browser, other = _join(world), Browser(world)
    other.log_in()
    assert browser.ask("DELETE", "/api/session").status_code == 204
    assert world.items("/api/audit?action=log_out")[0]["detail"] == {"everywhere": False}
    assert browser.ask("GET", "/api/people").status_code == 401
    assert other.ask("GET", "/api/people").status_code == 200
    for _ in range(3):  # it lasts while it is used
        _wait(world, hours=11)
        assert other.ask("GET", "/api/people").status_code == 200
    _wait(world, hours=13)
    assert other.ask("GET", "/api/people").status_code == 401
    other.log_in()
    for _ in range(70):
        _wait(world, hours=11)
        if other.ask("GET", "/api/session").status_code == 401:
            break
    assert world.app.clock.now() - NOON > timedelta(days=29)


def test_another_password_ends_the_other_sessions(world: World) -> None:
    browser, other = _join(world), Browser(world)
    other.log_in()
    wrong = {"old": "not the password", "new": "another four words here"}
    assert browser.ask("POST", "/api/session/password", json=wrong).status_code == 401
    right = {**wrong, "old": PASSWORD}
    assert browser.ask("POST", "/api/session/password", json=right).status_code == 204
    assert browser.ask("GET", "/api/session").status_code == 200
    assert other.ask("GET", "/api/session").status_code == 401
    assert other.log_in().status_code == 401
    assert other.log_in(password="another four words here").status_code == 200


def _code(secret: str, now: datetime) -> str:
    app = TOTP(base64.b32decode(secret), 6, SHA1(), 30)
    return app.generate(int(now.timestamp())).decode()


def test_the_second_factor_is_asked_for_and_no_code_counts_twice(world: World) -> None:
    browser = _join(world)
    proposed = browser.ask("POST", "/api/session/second-factor/proposal").json()
    assert proposed["address"].startswith(
        "otpauth://totp/Fruit%20%26%20Co%3Aolena%40shop.example?"
    )
    asked = {"secret": proposed["secret"], "code": "000000"}
    assert browser.ask("POST", "/api/session/second-factor", json=asked).status_code == 400
    asked["code"] = _code(proposed["secret"], NOON)
    spare = browser.ask("POST", "/api/session/second-factor", json=asked).json()
    assert len(set(spare)) == 10
    needed = browser.log_in()
    assert (needed.status_code, needed.json()["where"]) == (401, "code")
    assert browser.log_in(code=asked["code"]).status_code == 401  # it was used to set it up
    now = _wait(world, minutes=1)
    code = _code(proposed["secret"], now)
    assert browser.log_in(code=code).status_code == 200
    assert browser.log_in(code=code).status_code == 401
    assert browser.log_in(code=spare[0].upper()).status_code == 200
    assert browser.log_in(code=spare[0]).status_code == 401
    (member,) = world.items("/api/team")
    assert member["second_factor"]
    assert world.ask("DELETE", f"/api/team/{member['id']}/second-factor").status_code == 204
    assert browser.log_in().status_code == 200


def test_rights_change_at_once_and_the_last_owner_stays(world: World) -> None:
    owner = _join(world)
    helper = _join(world, "ivan@shop.example", "operator")
    assert helper.ask("GET", "/api/people").status_code == 200
    assert helper.ask("GET", "/api/keys").status_code == 403
    members = {one["email"]: one["id"] for one in owner.ask("GET", "/api/team").json()["items"]}
    mine, theirs = members[EMAIL], members["ivan@shop.example"]
    more = {"rights": {"settings": 1, "people": 0}}
    assert owner.ask("PATCH", f"/api/team/{theirs}", json=more).status_code == 200
    assert helper.ask("GET", "/api/keys").status_code == 200
    assert helper.ask("GET", "/api/people").status_code == 403
    assert owner.ask("PATCH", f"/api/team/{mine}", json={"role": "analyst"}).status_code == 409
    assert owner.ask("DELETE", f"/api/team/{mine}").status_code == 409
    assert owner.ask("PATCH", f"/api/team/{theirs}", json={"off": True}).status_code == 200
    assert helper.ask("GET", "/api/keys").status_code == 401
    assert helper.log_in("ivan@shop.example").status_code == 401
    assert owner.ask("DELETE", f"/api/team/{theirs}").status_code == 204
    bad = {"email": "no address", "role": "owner"}
    assert world.ask("POST", "/api/team", json=bad).status_code == 400
    assert (
        world.ask("POST", "/api/team", json={"email": EMAIL, "role": "owner"}).status_code == 409
    )


def test_logging_in_again_ends_the_session_that_was_there(world: World) -> None:
    browser = _join(world)
    (old,) = [value for _, value in browser.cookies()]
    assert browser.log_in().status_code == 200
    (new,) = [value for _, value in browser.cookies()]
    assert new != old
    stolen = world.ask(
        "GET", "/api/people", key=None, headers={"cookie": f"maracuja_session={old}"}
    )
    assert stolen.status_code == 401


def test_over_https_the_cookie_is_locked_to_this_host(tmp_path: Path) -> None:
    place = tmp_path / "shop"
    keys = make_world(place, public_url="https://go.shop.example")
    with opened_world(place, keys) as world:
        asked = {"token": _invite(world), "password": PASSWORD}
        assert world.ask("POST", "/api/session/join", key=None, json=asked).status_code == 200
        entered = {"email": EMAIL, "password": PASSWORD}
        answer = world.ask("POST", "/api/session", key=None, json=entered)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-maracuja_session=")
        assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        token = cookie.split(";")[0].partition("=")[2]
        for name, status in (("__Host-maracuja_session", 200), ("maracuja_session", 401)):
            headers = {"cookie": f"{name}={token}"}
            assert world.ask("GET", "/api/people", key=None, headers=headers).status_code == status


def test_everybody_sees_where_they_are_logged_in_and_ends_it_there(world: World) -> None:
    browser, other = _join(world), Browser(world)
    _wait(world, minutes=5)
    other.log_in()
    found = browser.ask("GET", "/api/session/places").json()["items"]
    (there,) = [one for one in found if not one["here"]]
    assert len(found) == 2
    path = f"/api/session/places/{there['id']}"
    assert browser.ask("DELETE", path, csrf="").status_code == 403
    assert browser.ask("DELETE", path).status_code == 204
    assert other.ask("GET", "/api/session").status_code == 401
    assert browser.ask("GET", "/api/session").status_code == 200
    assert browser.ask("DELETE", path).status_code == 404


def test_wrong_tries_stand_in_the_audit_log(world: World) -> None:
    browser = _join(world)
    (member,) = world.items("/api/team")
    browser.log_in(password="a wrong password")
    browser.log_in("nobody@shop.example", password="a wrong password")
    unknown, known = world.items("/api/audit?action=log_in_failed")
    assert (known["subject"], unknown["subject"]) == (f"team:{member['id']}", "team")
    assert known["actor"] == "place:203.0.113.7" and "nobody" not in str(unknown)


OPEN = ("/api/session", "/api/first-run", "/api/live")  # asked by whoever is there


def test_every_route_belongs_to_an_area(world: World) -> None:
    """A route that is added has to be put into one before it is open to anybody of the team."""
    for path, methods in world.get("/openapi.json")["paths"].items():
        for method in methods:
            if not path.startswith(OPEN):
                area, level = asked(method.upper(), path)
                assert area in Area and level > Level.NONE


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OWNER])
def test_every_route_is_shut_to_who_may_not_use_it(world: World, role: Role) -> None:
    browser = _join(world, "somebody@shop.example", role.value)
    granted = rights(role, {})
    for path, methods in world.get("/openapi.json")["paths"].items():
        if path.startswith(OPEN):
            continue
        for method in methods:
            area, level = asked(method.upper(), path)
            if granted[area] >= level:
                continue
            real = path
            for part in [one for one in path.split("/") if one.startswith("{")]:
                real = real.replace(part, "1")
            answer = browser.ask(method.upper(), real, json={})
            assert answer.status_code == 403, (method, path, answer.status_code)
            assert answer.json()["where"] == area.value, (method, path)


def test_a_link_of_the_machine_logs_in_once_and_there_alone(world: World) -> None:
    _join(world)
    now = world.app.clock.now()
    first, token = (world.app.team.entry(EMAIL, now) for _ in range(2))
    browser = Browser(world)  # from afar
    assert browser.ask("POST", "/api/session/enter", json={"token": token}).status_code == 403

    def enter(given: str) -> int:
        asked = {"token": given}
        return world.ask("POST", "/api/session/enter", key=None, json=asked).status_code

    assert enter(first) == 401 and enter("") == 401
    assert enter(token) == 200
    assert enter(token) == 401
    late = world.app.team.entry(EMAIL, now - timedelta(hours=1))
    assert enter(late) == 401
    off = world.app.team.entry(EMAIL, now)
    with world.app.store.write() as conn:
        team.change(conn, 1, off=True)
    assert enter(off) == 401
    with pytest.raises(NotFound):
        world.app.team.entry("nobody@shop.example", now)

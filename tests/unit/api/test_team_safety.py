"""A second factor for everybody, mails about changes to a log-in, names in passwords."""

from __future__ import annotations

from typing import Any

import pytest

from maracuja.model import SendResult, Status, Verdict
from maracuja.runtime import channel_trial, team_letters
from maracuja.runtime.team_letter_words import Changed, letter
from tests.unit.api.api_world import NOON, World
from tests.unit.api.test_team import EMAIL, PASSWORD, Browser, _code, _join, _wait

FIRST = {  # what leads to a second factor, and out
    ("get", "/api/session"),
    ("delete", "/api/session"),
    ("post", "/api/session/second-factor/proposal"),
    ("post", "/api/session/second-factor"),
}
NOBODY = ("/api/session/join", "/api/session/enter", "/api/first-run")  # asked by no member
LOG_IN = ("post", "/api/session")


def _set_up(browser: Browser, world: World) -> None:
    proposed = browser.ask("POST", "/api/session/second-factor/proposal").json()
    code = _code(proposed["secret"], world.app.clock.now())
    given = {"secret": proposed["secret"], "code": code}
    assert browser.ask("POST", "/api/session/second-factor", json=given).status_code == 200


def _require(asking: Any, on: bool = True) -> Any:
    return asking.ask("PUT", "/api/team/second-factor", json={"required": on})


def test_who_has_no_second_factor_does_nothing_before_one_is_set_up(world: World) -> None:
    owner, other = _join(world), _join(world, "ivan@shop.example", "engineer")
    refused = _require(owner)
    assert (refused.status_code, refused.json()["where"]) == (409, "second_factor")
    assert _require(other).status_code == 403  # the team is the owners'
    _set_up(owner, world)
    assert _require(owner).status_code == 200
    assert owner.ask("GET", "/api/team/rules").json()["second_factor"] is True

    assert other.ask("GET", "/api/session").json()["factor_due"] is True
    walked = 0
    for path, methods in world.get("/openapi.json")["paths"].items():
        for method in methods:
            if (method, path) in FIRST | {LOG_IN} or path.startswith(NOBODY):
                continue
            if path.startswith("/v1/") and not path.startswith(("/v1/messages", "/v1/conv")):
                continue
            real = "/".join("1" if one.startswith("{") else one for one in path.split("/"))
            answer = other.ask(method.upper(), real, json={})
            assert answer.status_code == 403, (method, path, answer.status_code, answer.text)
            assert answer.json()["where"] == "second_factor", (method, path)
            walked += 1
    assert walked > 100

    _set_up(other, world)
    assert other.ask("GET", "/api/session").json()["factor_due"] is False
    assert other.ask("GET", "/api/campaigns").status_code == 200
    kept = other.ask("DELETE", "/api/session/second-factor")
    assert (kept.status_code, kept.json()["where"]) == (409, "second_factor")
    assert _require(owner, on=False).status_code == 200
    assert other.ask("DELETE", "/api/session/second-factor").status_code == 204
    assert other.ask("GET", "/api/campaigns").status_code == 200


def test_who_logs_in_later_is_led_there_too(world: World) -> None:
    assert _require(world).status_code == 200  # a program has no log-in to shut out
    browser = _join(world)
    told = browser.log_in().json()
    assert told["factor_due"] is True
    assert browser.ask("GET", "/api/people").status_code == 403


def _told(world: World) -> list[tuple[str, str, str]]:
    lines = world.items("/api/audit?actor=server&limit=100")
    return [(one["action"], one["detail"]["change"], one["subject"]) for one in lines]


def test_without_an_e_mail_of_the_shop_the_log_says_that_nobody_was_told(world: World) -> None:
    browser = _join(world)
    assert browser.ask("GET", "/api/session").json()["letters"] is False
    new = {"old": PASSWORD, "new": "another four of them here"}
    assert browser.ask("POST", "/api/session/password", json=new).status_code == 204
    assert _told(world)[0] == ("not_told", "password", "team:1")
    line = world.items("/api/audit?actor=server")[0]
    assert line["detail"]["why"] == "The shop has no e-mail of its own yet."


def test_members_hear_by_mail_what_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = _join(world)
    sent: list[tuple[str, str, str]] = []

    def send(channel: Any, transport: Any, address: str, content: Any, now: Any) -> SendResult:
        sent.append((address, content.subject, content.text))
        verdict = Verdict.ACCEPTED if len(sent) < 5 else Verdict.TEMPORARY
        return SendResult(verdict=verdict, status=Status.SENT, raw="450 busy")

    monkeypatch.setattr(channel_trial, "send_now", send)
    monkeypatch.setattr(team_letters, "can_write", lambda _: True)
    _set_up(browser, world)
    _wait(world, minutes=1)
    new = {"old": PASSWORD, "new": "another four of them here"}
    assert browser.ask("POST", "/api/session/password", json=new).status_code == 204
    assert browser.ask("DELETE", "/api/session/second-factor").status_code == 204
    made = browser.ask("POST", "/api/keys", json={"kind": "server", "name": "till"}).json()
    assert browser.ask("DELETE", f"/api/keys/{made['id']}").status_code == 204
    assert [one[0] for one in sent] == [EMAIL] * 5
    assert sent[0][1] == "A second factor was set up for you · Fruit & Co"
    assert "Your password was changed" in sent[1][2] and "another four" not in str(sent)
    assert made["secret"] not in str(sent) and EMAIL in sent[3][2]
    first, *rest = _told(world)
    assert first == ("not_told", "key_revoked", "team:1")
    assert [one[1] for one in rest[:4]] == [
        "key_made",
        "no_second_factor",
        "password",
        "second_factor",
    ]


def test_every_letter_is_in_every_language() -> None:
    for changed in Changed:
        texts = [
            letter(changed, one, shop="S", by="key:k", at=NOON)
            for one in ("en", "ru", "uk", "mn", "de")
        ]
        assert len(set(texts)) == 4 and texts[0] == texts[-1]


@pytest.mark.parametrize("password", ["0lena likes red boats", "the co fruit of a tree"])
def test_a_password_holds_no_name_of_person_or_shop(world: World, password: str) -> None:
    browser = _join(world)
    asked = {"old": PASSWORD, "new": password}
    refused = browser.ask("POST", "/api/session/password", json=asked)
    assert refused.status_code == 400 and "the shop's" in refused.text

"""Calls that come twice, answers that are known already, callers who call too often."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from maracuja.clock import SimClock
from maracuja.store import answered
from tests.unit.api.api_world import CITY, World, make_world, opened_world

KEY = {"idempotency-key": "order 17"}
ASKED = {"kind": "server", "name": "till"}


def _keys(world: World) -> list[str]:
    return [one["name"] for one in world.items("/api/keys")]


def test_the_same_call_twice_makes_one_thing_and_has_one_answer(world: World) -> None:
    before = len(_keys(world))
    first = world.ask("POST", "/api/keys", json=ASKED, headers=KEY)
    again = world.ask("POST", "/api/keys", json=ASKED, headers=KEY)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json() and first.json()["secret"]
    assert again.headers["idempotency-replayed"] == "true"
    assert "idempotency-replayed" not in first.headers
    assert len(_keys(world)) == before + 1
    other = world.ask("POST", "/api/keys", json={**ASKED, "name": "site"}, headers=KEY)
    assert (other.status_code, other.json()["where"]) == (409, "Idempotency-Key")
    gone = [world.ask("DELETE", f"/api/keys/{first.json()['id']}", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in gone] == [409, 409], "the key was another call's"


def test_a_key_is_of_who_gives_it_and_for_a_day(world: World) -> None:
    spent = {"days": [{"day": "2026-11-01", "source": "ads", "cost": "12.50"}]}
    path = "/v1/shop/spend"
    for key in ("server key", "admin key"):
        said = world.ask("POST", path, key=key, json=spent, headers=KEY)
        assert said.status_code == 200 and "idempotency-replayed" not in said.headers, key
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    clock.advance(timedelta(hours=23))
    said = world.ask("POST", path, json=spent, headers=KEY)
    assert said.headers["idempotency-replayed"] == "true"
    clock.advance(timedelta(hours=2))
    assert "idempotency-replayed" not in world.ask("POST", path, json=spent, headers=KEY).headers


def test_what_was_refused_or_changed_nothing_is_done_afresh(world: World) -> None:
    bad = world.ask("POST", "/api/rights", json={"pid": 9999, "right": "access"}, headers=KEY)
    assert bad.status_code == 404
    good = world.ask("POST", "/api/keys", json=ASKED, headers=KEY)
    assert good.status_code == 201, "the key is still free"
    count = {"idempotency-key": "a question"}
    for _ in range(2):
        asked = world.ask("POST", "/api/segments/count", json={"where": CITY}, headers=count)
        assert asked.status_code == 200 and "idempotency-replayed" not in asked.headers
    long = world.ask("POST", "/api/keys", json=ASKED, headers={"idempotency-key": "x" * 201})
    assert long.status_code == 400


def test_a_crash_between_the_change_and_its_answer_repeats_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise SystemError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr(answered, "finish", crash)
        assert world.ask("POST", "/api/keys", json=ASKED, headers=KEY).status_code == 500
    assert _keys(world).count("till") == 1
    again = world.ask("POST", "/api/keys", json=ASKED, headers=KEY)
    assert again.status_code == 409 and "its answer is not known" in again.json()["detail"]
    assert _keys(world).count("till") == 1


def test_a_crash_before_the_change_stands_leaves_the_key_free(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any, **__: Any) -> None:
        raise SystemError("the power went")

    with monkeypatch.context() as broken:
        broken.setattr("maracuja.store.audit.add", crash)  # the last step of the transaction
        assert world.ask("POST", "/api/keys", json=ASKED, headers=KEY).status_code == 500
    assert "till" not in _keys(world)
    assert world.ask("POST", "/api/keys", json=ASKED, headers=KEY).status_code == 201


def test_the_erasure_of_anybody_empties_the_kept_answers(world: World) -> None:
    asked = {"pid": 1, "right": "access"}
    assert world.ask("POST", "/api/rights", json=asked, headers=KEY).status_code == 201
    assert world.ask("DELETE", "/api/people/2").status_code == 202
    world.worker.tick(world.app.clock.now())
    again = world.ask("POST", "/api/rights", json=asked, headers=KEY)
    assert again.status_code == 409 and len(world.items("/api/rights")) == 1


def test_who_has_an_answer_is_told_that_it_still_holds(world: World) -> None:
    for path in ("/api/people/1", "/api/definitions", "/api/workspace"):
        tag = world.ask("GET", path).headers["etag"]
        same = world.ask("GET", path, headers={"if-none-match": f'"other", {tag}'})
        assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    tag = world.ask("GET", "/api/definitions").headers["etag"]
    assert world.put("topic", "harvest").status_code == 200
    newer = world.ask("GET", "/api/definitions", headers={"if-none-match": tag})
    assert newer.status_code == 200 and newer.headers["etag"] != tag
    assert "etag" not in world.ask("GET", "/api/nothing").headers


def test_a_definition_is_changed_only_from_the_version_that_was_read(world: World) -> None:
    path = "/api/definitions/topic/harvest"
    made = world.ask("PUT", path, json={"definition": {}, "base": 0})
    assert made.headers["etag"] == world.ask("GET", path).headers["etag"] == '"1"'
    named = {"definition": {"channels": ["sms"]}}
    assert world.ask("PUT", path, json=named, headers={"if-match": '"1"'}).status_code == 200
    stale = {"definition": {"channels": ["telegram"]}}
    assert world.ask("PUT", path, json=stale, headers={"if-match": '"1"'}).status_code == 409
    assert world.ask("DELETE", path, headers={"if-match": '"1"'}).status_code == 409
    both = world.ask("PUT", path, json={**named, "base": 1}, headers={"if-match": '"2"'})
    assert (both.status_code, both.json()["where"]) == (400, "If-Match")
    assert world.ask("DELETE", path, headers={"if-match": "mine"}).status_code == 400
    assert world.ask("DELETE", path, headers={"if-match": '"2"'}).status_code == 200


def test_who_calls_too_often_waits_and_nobody_else_does(tmp_path: Path) -> None:
    place = tmp_path / "shop"
    with opened_world(place, make_world(place, calls_per_s=1)) as world:
        for _ in range(10):
            assert world.ask("GET", "/api/keys").status_code == 200
        slow = world.ask("GET", "/api/keys")
        assert slow.status_code == 429 and int(slow.headers["retry-after"]) >= 1
        assert slow.json()["code"] == "too_many_requests"
        assert world.ask("GET", "/v1/shop/coupons", key="server key").status_code == 200

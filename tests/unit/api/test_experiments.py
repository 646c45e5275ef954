"""Tests of variants over HTTP: planned, launched, rolled out by hand, listed."""

from __future__ import annotations

from tests.unit.api.api_world import World, agree, define

VARIANTS = [{"id": "a", "template": "fruit"}, {"id": "b", "template": "fruit"}]


def test_a_test_is_planned_refused_launched_and_ended_by_hand(world: World) -> None:
    define(world)
    agree(world)
    known = world.get("/api/definitions/campaign/fruit")
    body = {k: v for k, v in known["body"].items() if k not in ("kind", "id", "template")}
    body |= {"variants": VARIANTS, "holdout": 0, "test": {"rate": 0.01}}
    changed = world.ask(
        "PUT", "/api/definitions/campaign/fruit", json={"definition": body, "base": 1}
    )
    assert changed.status_code == 200, changed.text
    small = world.ask("POST", "/api/campaigns/fruit/launch")
    assert small.status_code in (400, 422)
    assert "too small for a test" in small.json()["fix"]
    body["test"] = {"share": 0.6, "rate": 0.9}
    changed = world.ask(
        "PUT", "/api/definitions/campaign/fruit", json={"definition": body, "base": 2}
    )
    assert changed.status_code == 200, changed.text
    plan = world.get("/api/campaigns/fruit/plan")
    assert plan["variants"] == ["a", "b"]
    assert plan["waiting"] == plan["audience"] - plan["tested"]
    assert world.get("/api/campaigns/fruit/tests") == []
    early = world.ask("POST", "/api/campaigns/fruit/roll-out?variant=a")
    assert early.status_code == 404
    assert world.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
    world.worker.settle(world.app.clock.now())
    [shown] = world.get("/api/campaigns/fruit/tests")
    assert (shown["standing"], shown["chosen"], shown["looks"]) == ("running", "", [])
    assert world.ask("POST", "/api/campaigns/fruit/roll-out?variant=a").status_code == 409
    ended = world.ask("POST", "/api/campaigns/fruit/roll-out?variant=a&early=true")
    assert ended.status_code == 200, ended.text
    assert (ended.json()["standing"], ended.json()["chosen"]) == ("ended", "a")
    world.worker.settle(world.app.clock.now())
    (run,) = world.get("/api/campaigns/fruit")
    assert run["waiting"] == 0

"""Tests of variants over HTTP: planned, refused where too small, listed, rolled out by hand."""

from __future__ import annotations

from maracuja.store import experiments
from tests.unit.api.api_world import World, agree, define

VARIANTS = [{"id": "a", "template": "fruit"}, {"id": "b", "template": "fruit"}]


def change(world: World, base: int, **changes: object) -> None:
    known = world.get("/api/definitions/campaign/fruit")["body"]
    body = {k: v for k, v in known.items() if k not in ("kind", "id", "template", "test")}
    answer = world.ask(
        "PUT",
        "/api/definitions/campaign/fruit",
        json={"definition": {**body, "variants": VARIANTS, **changes}, "base": base},
    )
    assert answer.status_code == 200, answer.text


def test_a_test_is_refused_where_too_small_and_its_variant_rolled_out_by_hand(
    world: World,
) -> None:
    define(world)
    agree(world)
    change(world, 1, test={"rate": 0.01})
    for method, path in (("GET", "plan"), ("POST", "launch")):
        small = world.ask(method, f"/api/campaigns/fruit/{path}")
        assert small.status_code == 422, small.text
        assert "too small for a test" in small.json()["fix"]
    assert world.items("/api/campaigns/fruit/tests") == []
    assert world.ask("POST", "/api/campaigns/fruit/roll-out?variant=a").status_code == 404
    change(world, 2)
    assert world.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
    world.worker.tick(world.app.clock.now())
    (run,) = world.items("/api/campaigns/fruit")
    with world.app.store.write() as conn:
        experiments.begin(conn, run["run"], "fruit", plan=b"{}", share=0.5)
    [shown] = world.items("/api/campaigns/fruit/tests")
    assert (shown["standing"], shown["chosen"], shown["looks"]) == ("running", "", [])
    running = world.ask("POST", "/api/campaigns/fruit/roll-out?variant=a")
    assert (running.status_code, running.json()["code"]) == (409, "conflict")
    assert world.ask("POST", "/api/campaigns/fruit/roll-out?variant=c").status_code == 404
    ended = world.ask("POST", "/api/campaigns/fruit/roll-out?variant=a&early=true")
    assert ended.status_code == 200, ended.text
    assert (ended.json()["standing"], ended.json()["chosen"]) == ("ended", "a")
    assert ended.json()["rolled_out_by"]

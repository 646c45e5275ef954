"""Wear-out and purchases after a click over HTTP."""

from __future__ import annotations

from tests.unit.api.api_world import World, define


def test_both_are_told_as_records(world: World) -> None:
    define(world)
    assert world.items("/api/wear-out") == [] and world.items("/api/after-click") == []
    for path in ("/api/wear-out?tactic=none", "/api/after-click?campaign=none"):
        refused = world.ask("GET", path)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_found")
    parts = world.get("/openapi.json")["components"]["schemas"]
    assert {"WearOut", "AfterClick", "ClaimsReport"} <= set(parts)

"""A person's profile over HTTP: their segments, a trait by hand, a pause of marketing."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from maracuja.runtime.voice import Asked
from maracuja.runtime.wishing import wished
from maracuja.store import audit
from tests.unit.api.api_world import NOON, World, define


def _trait(world: World, pid: int, name: str) -> dict[str, object] | None:
    known = world.get(f"/api/people/{pid}")["traits"]
    return next((one for one in known if one["name"] == name), None)


def test_a_person_is_in_some_segments(world: World) -> None:
    define(world)
    world.put("segment", "lookers", where=[{"did": "Product Viewed"}])
    world.put("segment", "buyers", where=[{"did": "Order Completed"}, {"segment": "kyiv"}])
    found = {one["id"]: one["held"] for one in world.items("/api/people/2/segments")}
    assert found == {"buyers": False, "kyiv": True, "lookers": True}
    assert world.items("/api/people/1/segments")[1]["held"] is False
    assert world.ask("GET", "/api/people/999/segments").status_code == 404


def test_a_segment_that_no_longer_suits_the_data_says_so(world: World) -> None:
    define(world)
    world.put("segment", "lookers", where=[{"did": "Product Viewed"}])
    with world.app.store.write() as conn:
        conn.exec_driver_sql("UPDATE discovered SET type = 'number' WHERE name = 'city'")
    found = {one["id"]: one for one in world.items("/api/people/2/segments")}
    assert not found["kyiv"]["held"] and "compared with a number" in found["kyiv"]["fault"]
    assert found["lookers"]["held"] and not found["lookers"]["fault"]


def test_what_somebody_told_prevails_until_it_is_forgotten(world: World) -> None:
    told = world.ask("PUT", "/api/people/2/traits/city", json={"value": "Odesa"})
    assert told.status_code == 200 and told.json()["source"] == "declared"
    assert (_trait(world, 2, "city") or {})["value"] == "Odesa"
    gone = world.ask("DELETE", "/api/people/2/traits/city")
    assert gone.status_code == 204 and _trait(world, 2, "city") is None
    assert world.ask("DELETE", "/api/people/2/traits/city").status_code == 404
    with world.app.store.read() as conn:
        actions = [line.action for line in audit.newest(conn, rows_max=2)]
    assert actions == ["delete_trait", "change_trait"]


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [("email", "a@b.example", 400), ("city", 7, 400), ("city", "", 400), ("unheard", "x", 404)],
)
def test_a_value_that_is_none_is_refused(
    world: World, name: str, value: object, status: int
) -> None:
    answer = world.ask("PUT", f"/api/people/2/traits/{name}", json={"value": value})
    assert answer.status_code == status, answer.text


def test_marketing_to_a_person_is_paused_and_resumed(world: World) -> None:
    asked = {"days": 14, "reason": "a death in the family"}
    paused = world.ask("PUT", "/api/people/2/pause", json=asked)
    assert paused.status_code == 200, paused.text
    until = (NOON + timedelta(days=14)).strftime("%Y-%m-%dT%H")
    assert paused.json()["pause_until"].startswith(until)
    assert _kept_back(world, 2) == ["asked_for_pause"]
    assert world.ask("DELETE", "/api/people/2/pause").json()["pause_until"] is None
    assert _kept_back(world, 2) == []
    assert world.ask("DELETE", "/api/people/2/pause").status_code == 404


def _kept_back(world: World, pid: int) -> list[str]:
    asked = Asked("harvest", ["email"], world.app.clock.now())
    with world.app.store.read() as conn:
        return wished(conn, np.array([pid]), asked)["withheld"].to_list()

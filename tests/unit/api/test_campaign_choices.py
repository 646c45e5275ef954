"""What each channel offers beside the choice, and the people behind a dry run's numbers."""

from __future__ import annotations

from typing import Any

from tests.unit.api.api_world import CITY, PEOPLE, World, agree, define


def _email(world: World, **asked: Any) -> dict[str, Any]:
    answer = world.ask("POST", "/api/reach", json={"topic": "harvest", **asked})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    [mine] = [one for one in found["channels"] if one["channel"] == "email"]
    return {**mine, "audience": found["audience"]}


def test_channels_say_whom_they_reach_of_an_audience(world: World) -> None:
    define(world)
    agree(world)
    everybody, kyiv = _email(world), _email(world, segment="kyiv")
    assert everybody["audience"] == PEOPLE and kyiv["audience"] == PEOPLE // 2
    assert kyiv["reachable"] == PEOPLE // 2 - 1 == everybody["reachable"]
    assert _email(world, where=CITY)["reachable"] == kyiv["reachable"]
    assert _email(world, exclude=["kyiv"])["audience"] == PEOPLE // 2
    assert kyiv["asked"] and kyiv["set_up"] and kyiv["carries"]["html"]
    assert kyiv["past"] == {"sent": 0, "delivered": None, "failed": 0, "answered": None}


def test_a_topic_that_is_not_there_reaches_nobody(world: World) -> None:
    define(world)
    answer = world.ask("POST", "/api/reach", json={"topic": "none"})
    assert answer.status_code in (404, 422)
    assert (
        world.ask("POST", "/api/reach", json={"topic": "harvest", "where": [{}]}).status_code
        == 422
    )


def test_every_number_of_a_dry_run_opens_its_people(world: World) -> None:
    define(world)
    agree(world)
    gates = world.ask("POST", "/api/campaigns/fruit/dry-run").json()["gates"]
    assert sum(one["people"] for one in gates) == PEOPLE // 2
    seen: set[int] = set()
    for gate in gates:
        reason = ":".join(filter(None, (gate["reason"], gate["detail"])))
        path = f"/api/campaigns/fruit/dry-run/people?outcome={gate['outcome']}&reason={reason}"
        found = world.ask("GET", path).json()
        assert found["counted"] == found["total"] == gate["people"]
        seen |= {one["pid"] for one in found["items"]}
    assert len(seen) == PEOPLE // 2
    path = "/api/campaigns/fruit/dry-run/people?outcome=never&reason=too_long"
    assert world.ask("GET", path).json()["items"] == []

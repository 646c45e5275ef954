"""The dry run of a campaign that an event sets off, over HTTP: as many days back as are asked."""

from __future__ import annotations

from datetime import timedelta

from tests.unit.api.api_world import NOON, World, agree, define


def test_a_dry_run_of_a_trigger_goes_back_as_many_days_as_are_asked(world: World) -> None:
    define(world)
    agree(world)
    then = [NOON - timedelta(days=days, hours=6) for days in (2, 10, 40)]
    calls = [
        {
            "type": "track", "event": "Signed Up", "userId": f"u{i}", "messageId": f"s{i}",
            "timestamp": at.isoformat(),
        }
        for i, at in zip((3, 5, 7), then, strict=True)
    ]  # fmt: skip
    told = world.ask(
        "POST", "/v1/batch", key=None, auth=(world.keys["server key"], ""), json={"batch": calls}
    )
    assert told.status_code == 200, told.text
    world.worker.settle(world.app.clock.now())
    welcome = {
        "topic": "harvest", "trigger": {"event": "Signed Up"}, "template": "fruit",
        "goals": ["order"],
    }  # fmt: skip
    assert world.put("campaign", "welcome", **welcome).status_code == 200
    for query, days, events in (("", 7, 1), ("?days=30", 30, 2), ("?days=60", 60, 3)):
        found = world.ask("POST", f"/api/campaigns/welcome/dry-run{query}").json()
        assert (found["replay"]["days"], found["replay"]["entered"]) == (days, events)
        assert sum(one["people"] for one in found["when"]) == events
    for days in (0, 91, "many"):
        refused = world.ask("POST", f"/api/campaigns/welcome/dry-run?days={days}")
        assert (refused.status_code, refused.json()["where"]) == (400, "query.days")

"""What people wish is obeyed by a launch, and once more before what was decided goes out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from maracuja.model import micros
from maracuja.runtime.wishing import named_occasion, occasion
from maracuja.store import wishes
from maracuja.store.engine import Store
from maracuja.store.wishes import Wish
from tests.unit.api.api_world import World, agree, define
from tests.unit.runtime.delivery_world import NOW, facts_of
from tests.unit.runtime.delivery_world import World as Delivering

DAY = timedelta(days=1)


def pid(world: World, who: str) -> int:
    return int(world.items(f"/api/people?who={who}")[0]["pid"])


def reason(world: World, who: str, campaign: str) -> str:
    told = world.get(f"/api/people/{pid(world, who)}/why?campaign={campaign}")
    return str(told["decisions"][-1]["reason"]).partition(":")[0]


def test_a_launch_obeys_and_remembers(world: World) -> None:
    define(world)
    agree(world)
    now = world.app.clock.now()
    with world.app.store.write() as conn:
        made = [
            Wish(pid(world, "u3"), "", pause_until_us=micros(now + 90 * DAY)),
            Wish(pid(world, "u5"), "harvest", every_days=30),
            Wish(pid(world, "u7"), "", from_min=13 * 60, until_min=14 * 60, zone="UTC"),
            Wish(pid(world, "u9"), "recipes", every_days=30, last_us=micros(now)),
        ]
        wishes.put(conn, made)
    world.ask("POST", "/api/campaigns/fruit/launch")
    world.worker.settle(now)
    assert reason(world, "u3", "fruit") == "asked_for_pause"
    assert reason(world, "u7", "fruit") == "asked_for_hours"
    assert reason(world, "u9", "fruit") in ("passed", "held_out"), "another topic"
    with world.app.store.read() as conn:
        kept = wishes.of(conn, pid(world, "u5"))["harvest"]
    assert kept.last_us == micros(now), "a ghost has heard too"
    assert kept.last_key == named_occasion("fruit", "once")
    assert reason(world, "u5", "fruit") in ("passed", "held_out")

    second = {"topic": "harvest", "audience": "kyiv", "template": "fruit", "goals": ["order"]}
    assert world.put("campaign", "again", **second).status_code == 200
    world.ask("POST", "/api/campaigns/again/launch")
    world.worker.settle(now)
    assert reason(world, "u5", "again") == "asked_for_less"
    told = world.get(f"/api/people/{pid(world, 'u5')}/why?campaign=again")["decisions"][-1]
    assert told["outcome"] == "never", "in 30 days it is no longer current"


def test_what_was_decided_is_looked_at_once_more(sqlite_store: Store, tmp_path: Path) -> None:
    delivering = Delivering(sqlite_store, tmp_path / "lake")
    delivering.add_people([1, 2, 3])
    delivering.consent([1, 2, 3])
    delivering.launch([1, 2, 3])
    with delivering.store.write() as conn:
        wishes.put(conn, [Wish(1, "", pause_until_us=micros(NOW + 90 * DAY))])
        # Two asked for less, and this very message is what they heard last.
        key = occasion(facts_of())
        wishes.put(conn, [Wish(2, "news", every_days=30, last_us=micros(NOW), last_key=key)])
    delivering.run()
    assert sorted(delivering.recipients()) == ["p2@mail.example", "p3@mail.example"]

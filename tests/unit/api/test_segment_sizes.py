"""The list of segments, and how large they were over time."""

from __future__ import annotations

from datetime import timedelta

from maracuja.clock import SimClock
from maracuja.store import segment_sizes
from maracuja.store.segment_sizes import Size
from tests.unit.api.api_world import CITY, World, define


def test_segments_are_listed_in_words_with_their_last_size(world: World) -> None:
    define(world)
    assert (
        world.put("segment", "inner", where=[{"segment": "kyiv"}], name="Asked").status_code == 200
    )
    first, second = world.items("/api/segments")
    assert (first["id"], first["name"], first["people"]) == ("inner", "Asked", None)
    assert second["says"] == "Everybody for whom “city” is “Kyiv”."
    assert second["named_by"] == ["campaign:fruit", "segment:inner"] and second["version"] == 1
    world.worker.settle(world.app.clock.now())
    assert [one["people"] for one in world.items("/api/segments")] == [20, 20]
    assert [one["id"] for one in world.items("/api/segments?words=Kyiv")] == ["inner", "kyiv"]
    assert [one["id"] for one in world.items("/api/segments?words=asked")] == ["inner"]


def test_sizes_are_counted_once_a_day_and_stay(world: World) -> None:
    define(world)
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    world.worker.settle(clock.now())
    world.put("segment", "kyiv", where=[*CITY, {"trait": "first_name", "is": "Name1"}])
    clock.advance(timedelta(hours=1))
    world.worker.settle(clock.now())
    assert [one["people"] for one in world.items("/api/segments/kyiv/sizes")] == [20]
    clock.advance(timedelta(hours=13))  # past midnight, before four
    world.worker.settle(clock.now())
    assert len(world.items("/api/segments/kyiv/sizes")) == 1
    clock.advance(timedelta(hours=4))
    world.worker.settle(clock.now())
    sizes = world.items("/api/segments/kyiv/sizes")
    assert [(one["day"], one["people"]) for one in sizes] == [
        ("2026-11-20", 20),
        ("2026-11-21", 1),
    ]
    assert world.ask("GET", "/api/segments/none/sizes").status_code == 404


def test_a_segment_that_cannot_be_counted_keeps_no_other_from_it(world: World) -> None:
    define(world)
    assert world.put("segment", "a-wrong-one", where=CITY).status_code == 200
    with world.app.store.write() as conn:
        from maracuja.store import definitions

        body = {"kind": "segment", "id": "a-wrong-one", "where": [{"segment": "gone"}]}
        definitions.put(conn, "segment", "a-wrong-one", body, base=None, actor="test", now_us=1)
    world.worker.settle(world.app.clock.now())
    by_id = {one["id"]: one["people"] for one in world.items("/api/segments")}
    assert by_id == {"a-wrong-one": None, "kyiv": 20}


def test_the_list_shows_the_last_sizes_of_each(world: World) -> None:
    define(world)
    with world.app.store.write() as conn:
        for day in range(1, 32):
            segment_sizes.put(conn, Size("kyiv", f"2026-10-{day:02}", day))
    (kyiv,) = world.items("/api/segments")
    assert [one["people"] for one in kyiv["sizes"]] == list(range(2, 32))
    assert (kyiv["people"], kyiv["counted"]) == (31, "2026-10-31")


def test_segments_are_labelled_and_put_away(world: World) -> None:
    define(world)
    assert world.put("segment", "kyiv-too", where=CITY, name="Too").status_code == 200
    labels = world.ask("POST", "/api/segments/kyiv/labels", json={"add": ["autumn", "city"]})
    assert labels.json() == ["autumn", "city"]
    assert world.ask("POST", "/api/segments/kyiv-too/archive").status_code == 204

    def shown(query: str) -> list[str]:
        return [one["id"] for one in world.items(f"/api/segments?{query}")]

    assert (shown("label=city"), shown("label=none")) == (["kyiv"], [])
    assert (shown("archived=false"), shown("archived=true")) == (["kyiv"], ["kyiv-too"])
    assert shown("") == ["kyiv", "kyiv-too"]
    assert world.ask("DELETE", "/api/segments/kyiv-too/archive").status_code == 204
    assert shown("archived=true") == []
    assert world.ask("POST", "/api/segments/none/archive").status_code == 404


def test_a_few_people_are_explained_at_once(world: World) -> None:
    where = [{"trait": "first_name", "is": "Name1"}]
    (one,) = world.ask("POST", "/api/segments/sample", json={"where": where}).json()
    (other, *_) = world.ask("POST", "/api/segments/sample", json={"where": CITY}).json()
    asked = {"where": where, "people": [other["pid"], 99_999, one["pid"]]}
    found = world.ask("POST", "/api/segments/explain-people?language=mn", json=asked).json()
    assert [(each["pid"], each["held"]) for each in found] == [
        (other["pid"], other["pid"] == one["pid"]),
        (one["pid"], True),
    ]
    assert found[1]["conditions"][0]["evidence"] == "«Name1»"

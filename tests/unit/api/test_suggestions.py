"""What the builder of segments suggests: names and frequent values, none of what is personal."""

from __future__ import annotations

from tests.unit.api.api_world import World, define


def test_names_are_those_that_the_data_have_shown(world: World) -> None:
    define(world)
    found = world.get("/api/suggestions/names")
    traits = {one["name"]: one for one in found["traits"]}
    assert traits["city"]["values"] and traits["city"]["type"] == "text"
    assert not traits["first_name"]["values"]
    (event,) = [one for one in found["events"] if one["name"] == "Product Viewed"]
    assert {one["name"] for one in event["properties"]} == {"category", "price"}
    assert found["topics"] == ["harvest"] and found["segments"] == ["kyiv"]
    assert found["facts"]["category_affinity"] == "category"


def test_values_are_the_most_frequent_ones_and_follow_the_data(world: World) -> None:
    path = "/api/suggestions/values"
    assert world.items(f"{path}?trait=city") == [
        {"value": "Kyiv", "count": 20},
        {"value": "Lviv", "count": 20},
    ]
    assert [one["value"] for one in world.items(f"{path}?trait=city&holding=LV")] == ["Lviv"]
    seen = world.items(f"{path}?event=Product Viewed&property=category")
    assert seen == [{"value": "fruit", "count": 40}]
    assert len(world.items(f"{path}?event=Product Viewed&property=price&limit=3")) == 3
    pid = world.ask("POST", "/api/people/list", json={"words": "u7"}).json()["items"][0]["pid"]
    other = world.ask("POST", "/api/people/list", json={"words": "u8"}).json()["items"][0]["pid"]
    assert world.ask("POST", f"/api/people/{pid}/merge", json={"loser": other}).status_code == 200
    assert sum(one["count"] for one in world.items(f"{path}?trait=city")) == 39


def test_what_is_personal_is_never_suggested(world: World) -> None:
    path = "/api/suggestions/values"
    assert world.items(f"{path}?trait=first_name") == []
    private = {"scope": "trait", "name": "city", "privacy": "sensitive"}
    assert world.ask("PUT", "/api/discovered/privacy", json=private).status_code == 200
    assert world.items(f"{path}?trait=city") == []
    assert world.ask("GET", f"{path}?trait=shoes").status_code == 404
    assert world.ask("GET", path).status_code == 400

"""What differs between two versions of a definition."""

from __future__ import annotations

from typing import Any

from tests.unit.api.api_world import World, define


def _template(*texts: tuple[str, str], **more: Any) -> dict[str, Any]:
    leave = "{{ links.unsubscribe }}"
    variants = [
        {"language": language, "subject": "It is here", "text": f"{text} {leave}"}
        for language, text in texts
    ]
    return {"variants": variants, **more}


def test_versions_differ_place_by_place(world: World) -> None:
    define(world)
    path = "/api/definitions/template/fruit/changes"
    assert world.put("template", "fruit", **_template(("en", "Hi"))).status_code == 200
    second = _template(("uk", "Вітаємо"), ("en", "Hi"), name="Fruit")
    assert world.put("template", "fruit", **second).status_code == 200
    (text,) = world.items(f"{path}?old=1&new=2")
    assert text["place"] == "variants[0].text" and text["after"].startswith("Hi ")
    assert not text["added"] and not text["removed"]
    changes = {one["place"]: one for one in world.items(f"{path}?old=2&new=3")}
    assert set(changes) == {"name", "variants[0]"}  # English stands as it was, one place further
    assert changes["variants[0]"]["added"] and changes["variants[0]"]["after"]["language"] == "uk"
    back = {one["place"]: one for one in world.items(f"{path}?old=3&new=2")}
    assert back["variants[0]"]["removed"] and back["variants[0]"]["after"] is None
    assert world.items(f"{path}?old=2&new=2") == []
    assert world.ask("GET", f"{path}?old=1&new=9").status_code == 404

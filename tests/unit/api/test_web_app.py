"""The web app at every address that is nobody else's."""

from __future__ import annotations

import pytest

from tests.unit.api.api_world import World


@pytest.mark.parametrize("path", ["/", "/people/17", "/campaigns/spring/report", "/no/such/place"])
def test_every_place_in_the_app_is_its_one_page(world: World, path: str) -> None:
    answer = world.ask("GET", path, key=None, client="203.0.113.7")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/html")
    again = world.ask("GET", path, key=None)
    policies = [one.headers["content-security-policy"] for one in (answer, again)]
    assert policies[0] != policies[1], "each answer has a nonce of its own"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/api/nothing", "/assets/none.js", "/favicon.ico", "/a/../b.js"])
def test_what_no_person_asks_for_is_not_there(world: World, path: str) -> None:
    answer = world.ask("GET", path, key=None)
    assert answer.status_code == 404 and answer.json()["code"] == "not_found"

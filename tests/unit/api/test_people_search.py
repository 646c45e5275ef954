"""The list of people over HTTP: words, filters, order, parts; and the timeline of one of them."""

from __future__ import annotations

from typing import Any

import pytest

from maracuja.model import Trait, TraitSource
from maracuja.rng import make_id
from maracuja.store import people
from maracuja.store.conversation_words import Word, hear
from tests.unit.api.api_world import PEOPLE, World, agree, define

NOON_US = 1_795_176_000_000_000  # 2026-11-20 12:00 UTC


def _list(world: World, path: str = "", **asked: Any) -> Any:
    answer = world.ask("POST", f"/api/people/list{path}", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def _names(found: Any) -> list[str]:
    return [one["name"] for one in found["items"]]


def test_people_are_found_by_parts_of_names_and_addresses(world: World) -> None:
    assert _names(_list(world, words="name17")) == ["Name17"]
    assert _names(_list(world, words="P17@shop")) == ["Name17"]
    assert _names(_list(world, words="name1 shop", order="name"))[:2] == ["Name1", "Name10"]
    assert _names(_list(world, words="u17")) == ["Name17"]  # an identity is in no column
    assert _list(world, words="nobody") == {"items": [], "next": None, "total": 0}


def test_a_phone_is_found_by_its_digits(world: World) -> None:
    with world.app.store.write() as conn:
        rev = people.next_rev(conn)
        trait = {"phone": Trait("+380671234567", TraitSource.DECLARED, 1.0, NOON_US)}
        people.change(conn, rev, [7], set_traits=[trait],
                      set_addresses=[{"phone": "+380671234567"}], now_us=NOON_US)  # fmt: skip
    (found,) = _list(world, words="067 123-45")["items"]
    assert found["pid"] == 7 and found["phone"] == "+380671234567"


def test_filters_are_conditions_of_segments(world: World) -> None:
    define(world)
    agree(world)
    kyiv = {"trait": "city", "is": "Kyiv"}
    assert _list(world, where=[kyiv])["total"] == PEOPLE // 2
    assert _list(world, where=[{"segment": "kyiv"}, {"reachable": "email"}])["total"] == 20
    said = {"consent": "harvest", "channel": "email"}
    assert _list(world, where=[kyiv, said])["total"] == 19
    dear = {"did": "Product Viewed", "where": [{"property": "price", "at_least": 30}]}
    assert _list(world, where=[dear])["total"] == 10
    assert _list(world, created_since="2026-11-20T12:00:01Z")["total"] == 0
    assert _list(world, created_until="2026-11-20T12:00:01Z")["total"] == PEOPLE
    answer = world.ask("POST", "/api/people/list", json={"where": [{"trait": "city", "above": 1}]})
    assert answer.status_code == 422 and answer.json()["code"] == "segment"


@pytest.mark.parametrize(
    "order", ["created", "-created", "name", "-name", "traits.city", "-traits.city"]
)
def test_parts_in_any_order_hold_everybody_once(world: World, order: str) -> None:
    with world.app.store.write() as conn:
        people.create(conn, people.next_rev(conn), [900, 901], created_us=NOON_US)  # no city
    pids: list[int] = []
    cities: list[str | None] = []
    after = ""
    while True:
        found = _list(world, f"?limit=9&after={after}", order=order, columns=["city"])
        assert found["total"] == PEOPLE + 2
        pids += [one["pid"] for one in found["items"]]
        cities += [one["traits"].get("city") for one in found["items"]]
        if found["next"] is None:
            break
        after = found["next"]
    assert sorted(pids) == sorted({*pids}) and len(pids) == PEOPLE + 2
    if "city" in order:
        assert cities[-2:] == [None, None]
        known = [city for city in cities if city]
        assert known == sorted(known, reverse=order.startswith("-"))


def test_a_cursor_of_another_order_is_refused(world: World) -> None:
    after = _list(world, "?limit=2", order="name")["next"]
    answer = world.ask("POST", f"/api/people/list?after={after}", json={"order": "created"})
    assert answer.status_code == 400 and answer.json()["where"] == "after"
    answer = world.ask("POST", "/api/people/list", json={"order": "shoe size"})
    assert answer.status_code == 400 and answer.json()["where"] == "order"


def test_the_list_knows_every_change_at_once(world: World) -> None:
    """Kept columns are brought up to date: changed traits, merges, erasures."""
    lviv = [{"trait": "city", "is": "Lviv"}]
    before = _list(world, where=lviv, order="name")
    gone, merged, changed = (one["pid"] for one in before["items"][:3])
    with world.app.store.write() as conn:
        city = {"city": Trait("Kyiv", TraitSource.DECLARED, 1.0, NOON_US + 1)}
        rev = people.next_rev(conn)
        people.change(conn, rev, [changed], set_traits=[city], now_us=NOON_US + 1)
    assert _list(world, where=lviv)["total"] == before["total"] - 1
    assert world.ask("DELETE", f"/api/people/{gone}").status_code == 202
    world.worker.settle(world.app.clock.now())
    left = _list(world, where=lviv, order="name")
    assert left["total"] == before["total"] - 2
    assert left["items"][0]["pid"] == merged
    winner = left["items"][1]["pid"]
    answer = world.ask("POST", f"/api/people/{winner}/merge", json={"loser": merged})
    assert answer.status_code == 200
    assert _list(world, where=lviv)["total"] == before["total"] - 3


def test_a_timeline_goes_through_everything_newest_first(world: World) -> None:
    define(world)
    agree(world)
    world.worker.settle(world.app.clock.now())
    pid = _list(world, words="u7")["items"][0]["pid"]
    words = [
        Word(pid=pid, channel="telegram", account="telegram", address="17", id=make_id("turn", n),
             at_us=NOON_US + n, text=f"word {n}")
        for n in (1, 2)
    ]  # fmt: skip
    with world.app.store.write() as conn:
        assert hear(conn, words, 10**9) == 2
    path = f"/api/people/{pid}/timeline"
    whole = world.get(path)["items"]
    assert [one["kind"] for one in whole[:2]] == ["talk", "talk"]
    assert whole[0]["says"] == "word 2" and whole[0]["channel"] == "telegram"
    assert whole[0]["turn"]["author"] == "person"
    assert {one["kind"] for one in whole} == {"talk", "consent", "event"}
    assert "Product Viewed" in [one["event"] for one in whole]
    one_by_one, after = [], ""
    while after is not None:
        found = world.get(f"{path}?limit=1&after={after}")
        one_by_one += found["items"]
        after = found["next"]
    assert one_by_one == whole
    (seen,) = world.get(f"{path}?kinds=event&kinds=consent&limit=1")["items"]
    assert seen["kind"] in ("event", "consent")
    assert world.ask("GET", "/api/people/999999/timeline").status_code == 404
    assert world.ask("GET", f"{path}?after=none").status_code == 400


def test_every_number_of_a_report_opens_its_people(world: World) -> None:
    define(world)
    agree(world)
    world.ask("POST", "/api/campaigns/fruit/launch")
    world.worker.tick(world.app.clock.now())
    report = world.get("/api/campaigns/fruit/report")["audience"]
    path = "/api/campaigns/fruit/people"
    for number, count in (
        ("audience", report["people"]),
        ("would_send", report["would_send"]),
        ("held_campaign", report["held_campaign"]),
        ("left_out", 1),
        ("converted", 0),
    ):
        found = world.get(f"{path}?number={number}")
        assert (found["total"], found["counted"]) == (count, count), number
    (silent,) = world.get(f"{path}?number=left_out&reason=no_consent")["items"]
    assert silent["name"] == "Name1"
    assert world.get(f"{path}?number=left_out&reason=suppressed")["total"] == 0
    first = world.get(f"{path}?limit=15&order=name")
    rest = world.get(f"{path}?limit=15&order=name&after={first['next']}")
    pids = [one["pid"] for one in (*first["items"], *rest["items"])]
    assert len({*pids}) == len(pids) == PEOPLE // 2
    assert world.ask("DELETE", f"/api/people/{silent['pid']}").status_code == 202
    world.worker.settle(world.app.clock.now())
    gone = world.get(f"{path}?number=left_out")
    assert (gone["total"], gone["counted"]) == (0, 1)
    assert world.ask("GET", f"{path}?number=delivered").status_code == 400
    assert world.ask("GET", "/api/campaigns/none/people").status_code == 404

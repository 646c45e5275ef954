"""The web app's first page: what needs somebody, how channels and data do, and the checklist."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from maracuja.model import Status, micros
from maracuja.rng import make_id
from maracuja.runtime.message_events import Told, tell
from maracuja.runtime.team_work import Team
from maracuja.store import health, meta
from tests.unit.api.api_world import NOON, PEOPLE, World, agree, define


def _matters(seen: Any) -> list[str]:
    return [one["matter"] for one in seen["attention"]]


def test_a_new_shop_sees_what_is_to_be_done(world: World) -> None:
    seen = world.get("/api/overview")
    assert (seen["shop"], seen["people"], seen["demo"]) == ("Fruit & Co", PEOPLE, False)
    assert seen["worth"] is None and seen["attention"] == []
    steps = seen["checklist"]
    assert steps["people"] and steps["shop_named"]
    assert not any(steps[one] for one in ("owner", "topic", "campaign", "channel_sends", "done"))
    assert seen["freshness"]["last_event"] == "2026-11-20T12:00:00Z"
    assert seen["freshness"]["last_import"] is None and seen["freshness"]["waiting"] == 0
    define(world)
    _owner(world.app.team)
    steps = world.get("/api/overview")["checklist"]
    assert steps["owner"] and steps["topic"]


def _owner(team: Team) -> None:
    from maracuja.runtime.access import Role

    team.invite("olena@shop.example", Role.OWNER, NOON, "test")


def test_a_campaign_of_the_week_shows_what_it_was_worth(world: World) -> None:
    define(world)
    agree(world)
    world.ask("POST", "/api/campaigns/fruit/launch")
    world.worker.tick(world.app.clock.now())
    worth = world.get("/api/overview")["worth"]
    (one,) = worth["campaigns"]
    assert (one["campaign"], one["goal"], one["final"]) == ("fruit", "order", False)
    assert (one["finding"], worth["finding"]) == ("not_yet", "not_yet")
    assert one["conversions"]["value"] is None and one["conversions"]["reason"]
    assert worth["unmeasured"] == {} and worth["currency"] == "USD"
    quiet = {"topic": "harvest", "audience": "kyiv", "template": "fruit", "holdout": 0}
    stored = world.put("campaign", "quiet", **quiet)
    assert stored.status_code == 200, stored.text
    answer = world.ask("POST", "/api/campaigns/quiet/launch")
    assert answer.status_code == 200, answer.text
    world.worker.tick(world.app.clock.now())
    assert world.get("/api/overview")["worth"]["unmeasured"] == {"quiet": "no_goal"}


def test_a_campaign_is_of_the_week_until_its_window_has_been_closed_for_one(world: World) -> None:
    define(world)
    agree(world)
    world.ask("POST", "/api/campaigns/fruit/launch")
    world.worker.tick(NOON)
    for days, shown in ((8, ["fruit"]), (13, ["fruit"]), (15, [])):  # its window is seven days
        world.app.clock.wait_until(NOON + timedelta(days=days))
        world.worker.settle(world.app.clock.now())
        campaigns = world.get("/api/overview")["worth"]["campaigns"]
        assert [one["campaign"] for one in campaigns] == shown, days
        assert all(one["final"] for one in campaigns)


def test_what_stands_out_is_told_with_its_reason(world: World) -> None:
    define(world)
    agree(world)
    world.ask("POST", "/api/campaigns/fruit/launch")
    world.ask("POST", "/api/campaigns/fruit/pause")
    world.ask("POST", "/api/channels/telegram/pause", json={"reason": "the token is old"})
    pid = world.ask("POST", "/api/people/list", json={"words": "u3"}).json()["items"][0]["pid"]
    asked = {"pid": pid, "right": "access"}
    assert world.ask("POST", "/api/rights", json=asked).status_code in (200, 201)
    with world.app.store.write() as conn:
        meta.put(conn, "last_import_us", str(micros(NOON - timedelta(hours=1))))
        health.set_rate(conn, "sms", micros(NOON), 3.5)
    seen = world.get("/api/overview")
    assert _matters(seen)[0] == "channel_paused" and "campaign_paused" in _matters(seen)
    assert seen["attention"][0]["detail"] == "the token is old"
    by_name = {one["channel"]: one for one in seen["channels"]}
    assert by_name["telegram"]["paused"] and by_name["sms"]["rate_per_s"] == 3.5
    assert seen["freshness"]["last_import"] == "2026-11-20T11:00:00Z"


def test_channels_show_their_last_day(world: World) -> None:
    ages = {"a": timedelta(hours=2), "b": timedelta(hours=30), "c": timedelta(hours=3)}
    told = []
    for name, age in ages.items():
        message = make_id("message", name)
        at_us = micros(NOON - age)
        told.append(Told(at_us, 3, message, Status.SENT, "email", "fruit"))
        if name == "c":
            told.append(Told(at_us, 3, message, Status.BOUNCED, "email", "fruit"))
    with world.app.store.write() as conn:
        assert tell(conn, told) == 4
    world.worker.settle(world.app.clock.now())
    (mail,) = [one for one in world.get("/api/overview")["channels"] if one["channel"] == "email"]
    assert (mail["set_up"], mail["sent"], mail["failed"]) == (True, 2, 1)
    assert mail["last_success"] == "2026-11-20T10:00:00Z"
    sms = next(one for one in world.get("/api/overview")["channels"] if one["channel"] == "sms")
    assert (sms["set_up"], sms["sent"], sms["last_success"]) == (False, 0, None)

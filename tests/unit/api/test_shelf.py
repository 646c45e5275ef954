"""Campaigns on the shelf: listed, copied, archived, labelled, noted; the calendar; growth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from maracuja.clock import SimClock
from maracuja.model import ConsentState, micros
from maracuja.runtime import growth as growth_work
from maracuja.store import bulk, consents, people, suppressions
from maracuja.store.schema_shop import ad_spend
from tests.unit.api.api_world import NOON, PEOPLE, World, agree, define


def _go(world: World, until: datetime) -> None:
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    clock.wait_until(until)
    world.worker.settle(until)


def _also(world: World, name: str, /, **changes: Any) -> None:
    """Another campaign with the same text."""
    base = {"topic": "harvest", "audience": "kyiv", "template": "fruit", "goals": ["order"]}
    answer = world.put("campaign", name, **{**base, **changes})
    assert answer.status_code == 200, answer.text


# ---------------------------------------------------------------- one campaign


def test_campaigns_are_listed_by_label_words_and_archive(world: World) -> None:
    define(world)
    _also(world, "autumn", name="Осінній врожай")
    labels = world.ask(
        "POST", "/api/campaigns/autumn/labels", json={"add": ["autumn", "fruit & co"]}
    )
    assert labels.json() == ["autumn", "fruit & co"]
    assert [one["id"] for one in world.items("/api/shelf?label=autumn")] == ["autumn"]
    assert [one["id"] for one in world.items("/api/shelf?words=ВРОЖАЙ")] == ["autumn"]
    assert {one["id"]: one["state"] for one in world.items("/api/shelf")} == {
        "autumn": "draft", "fruit": "draft",
    }  # fmt: skip
    gone = world.ask("POST", "/api/campaigns/autumn/labels", json={"remove": ["autumn", "none"]})
    assert gone.json() == ["fruit & co"]
    bad = world.ask("POST", "/api/campaigns/autumn/labels", json={"add": ["<b>"]})
    assert bad.status_code == 400


def test_what_is_archived_is_not_listed_and_not_launched(world: World) -> None:
    define(world)
    agree(world)
    assert world.ask("POST", "/api/campaigns/fruit/archive").status_code == 204
    assert world.items("/api/shelf") == []
    assert [one["state"] for one in world.items("/api/shelf?archived=true")] == ["archived"]
    refused = world.ask("POST", "/api/campaigns/fruit/launch")
    assert refused.status_code == 409 and "archive" in refused.json()["detail"]
    assert world.ask("DELETE", "/api/campaigns/fruit/archive").status_code == 204
    assert world.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
    busy = world.ask("POST", "/api/campaigns/fruit/archive")
    assert busy.status_code == 409 and "cancel" in busy.json()["fix"]
    assert world.ask("POST", "/api/campaigns/nothing/archive").status_code == 404


def test_the_list_tells_what_went_from_what_will_go(world: World) -> None:
    define(world)
    agree(world)
    _also(world, "weekly", schedule={"every": "week", "weekdays": ["monday"], "at": "10:00"})
    _also(world, "undated")

    def times() -> dict[str, tuple[str | None, str | None]]:
        listed = world.items("/api/shelf")
        return {one["id"]: (one["last"], one["next"]) for one in listed if one["id"] != "fruit"}

    world.ask("POST", "/api/campaigns/weekly/launch")
    first, second = "2026-11-23T10:00:00Z", "2026-11-30T10:00:00Z"
    assert times() == {"weekly": (None, first), "undated": (None, None)}
    _go(world, datetime(2026, 11, 23, 10, 1, tzinfo=UTC))
    went, comes = times()["weekly"]
    assert went is not None and went.startswith(first[:13]) and comes == second
    world.ask("POST", "/api/campaigns/weekly/cancel")
    assert times()["weekly"] == (went, None)


def test_notes_are_kept_with_their_author(world: World) -> None:
    define(world)
    for text in ("The first batch was late.", "Write on Fridays only."):
        assert (
            world.ask("POST", "/api/campaigns/fruit/notes", json={"text": text}).status_code == 200
        )
    found = world.items("/api/campaigns/fruit/notes")
    assert [one["text"] for one in found] == [
        "Write on Fridays only.",
        "The first batch was late.",
    ]
    assert found[0]["actor"] == "key:first admin key"
    assert world.items("/api/shelf")[0]["notes"] == 2
    assert world.ask("POST", "/api/campaigns/fruit/notes", json={"text": "  "}).status_code == 400


def test_a_copy_is_a_campaign_of_its_own(world: World) -> None:
    define(world)
    asked = {"id": "second", "name": "The second", "texts": True}
    made = world.ask("POST", "/api/campaigns/fruit/clone", json=asked).json()
    assert [(one["kind"], one["id"]) for one in made] == [
        ("template", "second"), ("campaign", "second"),
    ]  # fmt: skip
    copied = world.get("/api/definitions/campaign/second")["body"]
    assert (copied["template"], copied["name"]) == ("second", "The second")
    assert copied["audience"] == "kyiv"
    again = world.ask("POST", "/api/campaigns/fruit/clone", json=asked)
    assert again.status_code == 409
    light = world.ask("POST", "/api/campaigns/fruit/clone", json={"id": "third"}).json()
    assert light[0]["template"] == "fruit" and light[0]["name"] == "fruit (copy)"
    assert world.ask("POST", "/api/campaigns/none/clone", json={"id": "x"}).status_code == 404


# ---------------------------------------------------------------- the calendar


def _calendar(world: World, days: int = 30, **more: Any) -> Any:
    params = {
        "since": NOON.isoformat(),
        "until": (NOON + timedelta(days=days)).isoformat(),
        **more,
    }
    answer = world.ask("GET", "/api/calendar", params=params)
    assert answer.status_code == 200, answer.text
    return answer


def test_the_calendar_shows_what_was_sent_what_follows_and_what_is_planned(world: World) -> None:
    define(world)
    agree(world)
    weekly = {"every": "week", "weekdays": ["monday"], "at": "10:00"}
    _also(world, "weekly", schedule=weekly)
    _also(world, "someday", schedule={"day": "2026-12-01", "at": "09:00"})
    _also(world, "undated")
    assert world.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
    assert world.ask("POST", "/api/campaigns/weekly/launch").status_code == 200
    found = _calendar(world).json()["entries"]
    shown = [(one["from_"][:16], one["campaign"], one["state"]) for one in found]
    assert shown == [
        ("2026-11-20T12:00", "fruit", "scheduled"),
        ("2026-11-23T10:00", "weekly", "scheduled"),
        ("2026-11-30T10:00", "weekly", "expected"),
        ("2026-12-01T09:00", "someday", "draft"),
        ("2026-12-07T10:00", "weekly", "expected"),
        ("2026-12-14T10:00", "weekly", "expected"),
    ]
    _go(world, NOON + timedelta(minutes=1))
    states = {one["campaign"]: one["state"] for one in _calendar(world).json()["entries"]}
    assert states["fruit"] in ("sending", "done", "finished")
    world.ask("POST", "/api/campaigns/weekly/cancel")
    assert "weekly" not in {one["campaign"] for one in _calendar(world).json()["entries"]}


def test_who_would_hear_twice_on_one_day_is_counted(world: World) -> None:
    define(world)
    agree(world)
    tomorrow = {"day": "2026-11-21", "at": "10:00"}
    _also(world, "kyiv-again", schedule=tomorrow)
    everybody = [{"trait": "city", "known": True}]
    _also(world, "everybody", schedule={**tomorrow, "at": "18:00"}, audience=everybody)
    _also(world, "later", schedule={"day": "2026-11-25", "at": "10:00"})
    found = _calendar(world, overlaps=True).json()
    assert {one["campaign"]: one["people"] for one in found["entries"]} == {
        "kyiv-again": PEOPLE // 2, "everybody": PEOPLE, "later": PEOPLE // 2,
    }  # fmt: skip
    (pair,) = found["overlaps"]
    assert {pair["first"], pair["second"]} == {"kyiv-again", "everybody"}
    assert (pair["day"], pair["people"], pair["share"]) == ("2026-11-21", PEOPLE // 2, 1.0)


def test_the_calendar_goes_to_other_calendars(world: World) -> None:
    define(world)
    long = "Дуже довга назва кампанії, яку календар має скласти; " * 3
    _also(world, "someday", name=long, schedule={"day": "2026-12-01", "at": "09:00"})
    answer = _calendar(world, form="ics")
    assert answer.headers["content-type"].startswith("text/calendar")
    lines = answer.content.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    whole = answer.text.replace("\r\n ", "")
    assert "DTSTART:20261201T090000Z" in whole and "UID:someday-once@maracuja" in whole
    assert f"SUMMARY:{long.strip()}".replace(",", "\\,").replace(";", "\\;")[:60] in whole


@pytest.mark.parametrize("days", [0, -1, 400])
def test_a_span_that_is_none_is_refused(world: World, days: int) -> None:
    params = {"since": NOON.isoformat(), "until": (NOON + timedelta(days=days)).isoformat()}
    assert world.ask("GET", "/api/calendar", params=params).status_code == 400


# ---------------------------------------------------------------- growth


def _say(world: World, who: str, state: ConsentState, at: datetime, source: str) -> None:
    with world.app.store.write() as conn:
        (pid,) = people.find(conn, ["external_id"], [who]).tolist()
        consents.record(
            conn, pid=[pid], topic="harvest", channel="email", state=int(state),
            at_us=micros(at), recorded_us=micros(at), source=source,
        )  # fmt: skip


def test_growth_tells_whence_people_came_what_it_cost_and_why_they_went(world: World) -> None:
    define(world)
    start = datetime(2026, 11, 2, 12, tzinfo=UTC)
    into, out = ConsentState.OPTED_IN, ConsentState.OPTED_OUT
    for n in range(4):
        _say(world, f"u{n}", into, start + timedelta(days=n), "facebook")
    _say(world, "u4", into, start + timedelta(days=8), "checkout")
    _say(world, "u0", into, start + timedelta(days=8), "facebook")  # said twice: came once
    _say(world, "u1", out, start + timedelta(days=9), "preference page")
    with world.app.store.write() as conn:
        (pid,) = people.find(conn, ["external_id"], ["u2"]).tolist()
        digest = suppressions.digest(
            world.app.secrets.suppression_salt, "email", "p2@shop.example"
        )
        at_us = micros(start + timedelta(days=10))
        suppressions.add(
            conn, channel="email", digest=[digest], reason="bounced", at_us=at_us, pid=[pid]
        )
        spent = {
            "day": ["2026-11-03"], "source": ["facebook"], "campaign": ["x"], "currency": ["USD"],
            "cost": [5_000], "clicks": [9], "impressions": [99],
        }  # fmt: skip
        bulk.insert_columns(conn, ad_spend, spent)
    found = world.get("/api/growth/harvest", params={"since": start.isoformat()})
    rows = [(p["start"][:10], p["gained"], p["lost"], p["reachable"]) for p in found["periods"]]
    assert rows == [("2026-11-02", 4, 0, 4), ("2026-11-09", 1, 2, 3), ("2026-11-16", 0, 0, 3)]
    assert [(s["source"], s["gained"], s["stays"], s["cost_each"]) for s in found["sources"]] == [
        ("facebook", 4, 2, 25.0), ("checkout", 1, 1, None),
    ]  # fmt: skip
    assert [(loss["why"], loss["lost"]) for loss in found["losses"]] == [
        ("bounced", 1), ("opted out", 1),
    ]  # fmt: skip
    assert world.ask("GET", "/api/growth/nothing").status_code == 404


def test_growth_by_month_ends_where_it_says(world: World) -> None:
    define(world)
    since = NOON - timedelta(days=200)
    found = growth_work.growth(world.app.ground, "harvest", "email", since, NOON, step="month")
    assert [p.start.day for p in found.periods] == [1] * len(found.periods)
    assert len(found.periods) == 7 and found.periods[-1].reachable == 0

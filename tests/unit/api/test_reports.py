"""Reports over everything, and reports that are shared by a link."""

from __future__ import annotations

from datetime import timedelta

from maracuja.clock import SimClock
from maracuja.model import Status, micros
from maracuja.rng import make_id
from maracuja.runtime.message_events import Told, tell
from tests.unit.api.api_world import NOON, World, agree, define


def launched(world: World) -> None:
    """A campaign of the shop has been sent."""
    define(world)
    agree(world)
    assert world.ask("POST", "/api/campaigns/fruit/launch").status_code == 200
    now = world.app.clock.now()
    world.worker.settle(now)


def shared(world: World, **asked: object) -> dict[str, str]:
    """A link to the campaign's report."""
    answer = world.ask("POST", "/api/reports/shares", json={"campaign": "fruit", **asked})
    assert answer.status_code == 201, answer.text
    link: dict[str, str] = answer.json()
    return link


def test_the_worth_of_campaigns_of_some_days(world: World) -> None:
    launched(world)
    (campaign,) = world.get("/api/reports?days=30")["campaigns"]
    assert (campaign["campaign"], campaign["finding"]) == ("fruit", "not_yet")


def test_what_became_of_messages_is_counted_by_days(world: World) -> None:
    hours = {"a": 2, "b": 30, "c": 3, "old": 200}
    told = []
    for name, ago in hours.items():
        message = make_id("message", name)
        at_us = micros(NOON - timedelta(hours=ago))
        told.append(Told(at_us, 3, message, Status.SENT, "email", "fruit"))
        if name == "c":
            told.append(Told(at_us, 3, message, Status.BOUNCED, "email", "fruit"))
    with world.app.store.write() as conn:
        assert tell(conn, told) == 5
    world.worker.settle(world.app.clock.now())
    (mail,) = world.items("/api/reports/channels?days=7")
    assert (mail["channel"], mail["sent"], mail["bounced"], mail["failed"]) == ("email", 3, 1, 0)
    assert mail["delivered"] is None and mail["read"] == 0
    assert len(mail["days"]) == 7 and mail["days"][0] == {"day": "2026-11-14", "sent": 0, "bad": 0}
    assert mail["days"][-2:] == [
        {"day": "2026-11-19", "sent": 1, "bad": 0},
        {"day": "2026-11-20", "sent": 2, "bad": 1},
    ]


def test_whoever_has_the_link_reads_the_report_and_nothing_else(world: World) -> None:
    launched(world)
    link = shared(world, language="uk")
    path = f"/r/{link['token']}"
    assert link["url"].endswith(path)
    page = world.ask("GET", path, key=None, client="203.0.113.7")
    assert page.status_code == 200 and "Звіт про приріст" in page.text
    assert "Lift report" in world.ask("GET", f"{path}?language=en", key=None).text
    for hidden in ("/docs", "/claims", "shop.example", "Name1"):
        assert hidden not in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    claims = world.ask("POST", "/api/reports/shares", json={}).json()
    assert world.ask("GET", f"/r/{claims['token']}", key=None).status_code == 200


def test_a_link_ends_and_is_taken_back(world: World) -> None:
    launched(world)
    short, long = shared(world, days=1), shared(world, days=9)
    assert [one["id"] for one in world.items("/api/reports/shares?campaign=fruit")] == sorted(
        [short["id"], long["id"]]
    )
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    clock.advance(timedelta(days=1))
    assert world.ask("GET", f"/r/{short['token']}", key=None).status_code == 404
    assert world.ask("GET", f"/r/{long['token']}", key=None).status_code == 200
    assert len(world.items("/api/reports/shares?campaign=fruit")) == 1
    gone = world.ask("DELETE", f"/api/reports/shares/{long['id']}")
    assert gone.status_code == 204
    assert world.ask("GET", f"/r/{long['token']}", key=None).status_code == 404
    assert world.ask("DELETE", f"/api/reports/shares/{long['id']}").status_code == 404
    told = [line["action"] for line in world.items("/api/audit")]
    assert told.count("share") == 2 and told.count("take_back_share") == 1


def test_a_link_of_somebody_elses_making_shows_nothing(world: World) -> None:
    launched(world)
    link = shared(world)
    for wrong in (link["id"], f"{link['id']}~AAAAAAAA", "~", "x"):
        assert world.ask("GET", f"/r/{wrong}", key=None).status_code == 404
    assert world.ask("POST", "/api/reports/shares", json={"campaign": "no"}).status_code == 404

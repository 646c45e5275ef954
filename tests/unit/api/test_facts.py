"""Facts, the quality of traits, holds and silenced categories over HTTP."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from maracuja.model import micros
from maracuja.segments.computed import COMPUTED
from maracuja.store import inbox
from tests.unit.api.api_world import NOON, World


def tell(world: World, *calls: dict[str, Any]) -> None:
    body = json.dumps({"batch": list(calls)}).encode()
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(NOON), "batch", "server", b"{}", body)])
    world.worker.settle(NOON)


def did(event: str, days_ago: float, **properties: Any) -> dict[str, Any]:
    return {
        "type": "track",
        "userId": "d1",
        "event": event,
        "timestamp": (NOON - timedelta(days=days_ago)).isoformat(),
        "properties": properties,
    }


@pytest.fixture
def pid(world: World) -> int:
    tell(
        world,
        {"type": "identify", "userId": "d1", "traits": {"first_name": "Maria", "city": "1"}},
        did("Order Completed", 40, revenue=120, category="tea"),
        did("Product Viewed", 1, category="tea", product_id="t1"),
    )
    return int(world.items("/api/people?who=d1")[0]["pid"])


def test_facts_are_listed_and_shown(world: World, pid: int) -> None:
    assert [one["name"] for one in world.items("/api/facts")] == list(COMPUTED)
    first, *_ = world.items("/api/facts?language=uk")
    assert (first["called"], first["type"]) == ("кількість замовлень", "number")
    shown = {one["name"]: one for one in world.items(f"/api/facts/people/{pid}")}
    assert shown["lifetime_value"]["value"] == 120
    assert shown["lifetime_value"]["origin"] == "given"
    assert shown["top_category"]["value"] == "tea"
    assert world.ask("GET", "/api/facts/people/99999").status_code == 404


def test_reports_answer(world: World, pid: int) -> None:
    assert world.get("/api/facts/shares")["buyers"] == 1
    (cohort, *_) = world.items("/api/facts/cohorts?months=3")
    assert cohort["people"] == 1
    steps = world.items("/api/facts/funnel")
    assert [one["step"] for one in steps] == ["viewed", "added", "checkout", "ordered"]
    assert steps[0]["people"] >= 1
    assert {one["step"] for one in world.items("/api/facts/next")} == {"viewed"}
    for wrong in ("shares?percent=0", "cohorts?months=99", "funnel?days=0"):
        assert world.ask("GET", f"/api/facts/{wrong}").status_code in (400, 422)
    assert world.ask("GET", "/api/facts/next?days=3&within_days=9").status_code == 400


def test_the_quality_of_traits(world: World, pid: int) -> None:
    found = {one["name"]: one for one in world.items("/api/facts/quality")}
    assert found["city"]["implausible"] >= 1 and found["city"]["todo"]
    one = world.get("/api/facts/quality/city")
    assert one["quality"]["name"] == "city"
    assert {doubt["pid"] for doubt in one["doubts"]} >= {pid}
    assert world.ask("GET", "/api/facts/quality/hat").status_code == 404


def test_a_hold_is_seen_and_let_go_of(world: World, pid: int) -> None:
    rules = {one["id"] for one in world.items("/api/holds/rules")}
    assert rules == {"complaint", "refund", "refunded", "late-order"}
    assert world.items("/api/holds") == []
    tell(world, did("Complaint Opened", 1, complaint_id="17"))
    (held,) = world.items("/api/holds")
    assert (held["pid"], held["hold"], held["key"], held["holds"]) == (
        pid, "complaint", "17", True,
    )  # fmt: skip
    asked = {"rule": "complaint"}
    done = world.ask("POST", f"/api/holds/people/{pid}/release", json=asked)
    assert done.json() == {"released": 1}
    assert world.items("/api/holds") == []
    assert world.items(f"/api/holds/people/{pid}")[0]["holds"] is False
    assert world.ask("POST", f"/api/holds/people/{pid}/release", json=asked).status_code == 404
    assert world.get(f"/api/people/{pid}/export")["holds"][0]["hold"] == "complaint"


def test_a_category_is_silenced_and_heard_again(world: World, pid: int) -> None:
    path = f"/api/holds/people/{pid}/silenced"
    (said,) = world.ask("POST", path, json={"category": "fishing > rods"}).json()
    assert (said["category"], said["source"]) == ("fishing > rods", "api")
    assert world.items(path) == [said]
    assert world.get(f"/api/people/{pid}/export")["not_about"] == [said]
    again = world.ask("DELETE", f"{path}?category=fishing%20%3E%20rods")
    assert again.json() == [] and world.items(path) == []
    assert world.ask("DELETE", f"{path}?category=tea").status_code == 404
    assert world.ask("POST", path, json={"category": " "}).status_code in (400, 422)

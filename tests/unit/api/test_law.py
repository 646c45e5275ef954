"""Rights, proofs, the record of processing and breaches over HTTP."""

from __future__ import annotations

import pytest

from tests.unit.api.api_world import World


@pytest.fixture
def pid(world: World) -> int:
    return int(world.items("/api/people?who=u3")[0]["pid"])


def test_a_request_goes_its_way(world: World, pid: int) -> None:
    made = world.ask("POST", "/api/rights", json={"pid": pid, "right": "access", "source": "mail"})
    assert made.status_code == 201, made.text
    request = made.json()
    assert (request["law"], request["state"], request["late"]) == ("ukraine", "open", False)
    assert [one["id"] for one in world.items("/api/rights")] == [request["id"]]
    way = f"/api/rights/{request['id']}"
    assert world.ask("POST", f"{way}/extend", json={"reason": "x"}).status_code == 400
    assert world.ask("POST", f"{way}/answer", json={}).status_code == 400
    done = world.ask("POST", f"{way}/answer", json={"outcome": "handed over"}).json()
    assert done["state"] == "answered"
    assert [one["action"] for one in done["steps"]] == ["rights_taken_down", "rights_answered"]
    assert world.ask("POST", f"{way}/refuse", json={"reason": "no"}).status_code == 409
    assert world.items("/api/rights") == []
    assert world.items("/api/rights?every=true")[0]["state"] == "answered"
    assert world.items("/api/rights/reminders") == []
    assert world.ask("GET", "/api/rights/99").status_code == 404
    wrong = {"pid": pid, "right": "riches"}
    assert world.ask("POST", "/api/rights", json=wrong).status_code == 400


def test_an_objection_is_made_and_taken_back(world: World, pid: int) -> None:
    way = f"/api/rights/objections/{pid}"
    made = world.ask("PUT", way, json={"source": "page"}).json()
    assert made == {"pid": pid, "objects": True, "changed": True}
    assert world.ask("PUT", way, json={}).json()["changed"] is False
    assert world.get(f"/api/people/{pid}/export")["objects_to_profiling"] is True
    assert world.ask("DELETE", way).json() == {"pid": pid, "objects": False, "changed": True}


def test_the_law_is_shown_with_its_sources(world: World) -> None:
    assert [one["id"] for one in world.items("/api/law/sets")] == [
        "gdpr",
        "germany",
        "italy",
        "poland",
        "ukraine",
        "russia",
        "mongolia",
        "strict",
    ]
    gdpr = world.get("/api/law/sets/gdpr")
    assert gdpr["breach"]["stated"]["source"] == "GDPR art. 33(1)"
    assert gdpr["opt_in"]["mail"]["needs"] == "soft"
    assert world.ask("GET", "/api/law/sets/magna").status_code == 404
    record = world.get("/api/law/record")
    assert record["channels"][0]["channel"] == "email" and record["lacks"]
    page = world.ask("GET", "/api/law/record?form=html&language=mn")
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert '<html lang="mn">' in page.text and "language=uk" in page.text
    assert world.ask("GET", "/api/law/record?form=html&language=de").status_code == 400
    assert {one["kind"] for one in world.items("/api/law/retention")} >= {"events", "inbox"}
    assert world.ask("GET", f"/api/law/proof/{'0' * 32}").status_code == 404


def test_a_breach_goes_its_way(world: World) -> None:
    noted = {"what": "a list was sent out", "data": "names"}
    made = world.ask("POST", "/api/law/breaches", json=noted)
    assert made.status_code == 201, made.text
    way = f"/api/law/breaches/{made.json()['id']}"
    assert world.ask("POST", f"{way}/count").json()["people"] == 40
    text = world.get(f"{way}/text?to=authority")["text"]
    assert "about 40" in text and "Ukrainian Parliament Commissioner" in text
    told = world.ask("POST", f"{way}/told", json={"to": "authority"}).json()
    assert told["reported"]
    assert world.ask("POST", f"{way}/close", json={"measures": ""}).status_code == 400
    closed = world.ask("POST", f"{way}/close", json={"measures": "passwords changed"}).json()
    assert closed["closed"]
    assert [one["id"] for one in world.items("/api/law/breaches")] == [made.json()["id"]]
    assert world.get(way)["measures"] == "passwords changed"

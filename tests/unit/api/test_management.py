"""The management API from definitions to a report, as a dashboard would use it."""

from __future__ import annotations

import pytest

from tests.unit.api.api_world import CITY, PEOPLE, World, agree, define


def test_a_definition_has_versions_and_nobody_writes_over_another(world: World) -> None:
    define(world)
    path = "/api/definitions/segment/kyiv"
    stands = world.get(path)
    assert stands["version"] == 1 and stands["body"]["where"] == CITY
    newer = {"definition": {"where": [{"trait": "city", "is": "Lviv"}]}, "base": 1}
    assert world.ask("PUT", path, json=newer).json()["version"] == 2
    stale = world.ask("PUT", path, json={"definition": {"where": CITY}, "base": 1})
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict")
    assert [one["version"] for one in world.items(f"{path}/history")] == [1, 2]
    assert world.get(f"{path}?version=1")["body"]["where"] == CITY
    named = world.ask("DELETE", path)
    assert named.status_code == 422 and "campaign fruit" in named.json()["where"]
    assert "is still in use" in named.text
    assert world.ask("DELETE", "/api/definitions/campaign/fruit").json() == {"version": 2}
    assert world.ask("DELETE", path).status_code == 200
    assert {one["kind"] for one in world.items("/api/definitions")} == {
        "topic",
        "goal",
        "template",
    }


@pytest.mark.parametrize(
    ("kind", "definition", "code", "where"),
    [
        ("segment", {"where": [{"trait": "city", "iss": "x"}]}, "segment", "where[0]"),
        ("template", {"variants": [{"language": "en", "text": "{{ x"}]}, "template", None),
        ("campaign", {"topic": "none", "audience": "none", "template": "none"}, "campaign", None),
        ("topic", {"type": "gossip"}, "campaign", "type"),
        ("topic", {"kind": "goal", "event": "x"}, "bad_input", "id"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_place(
    world: World, kind: str, definition: dict[str, object], code: str, where: str | None
) -> None:
    answer = world.put(kind, "x", **definition)
    assert answer.status_code in (400, 422) and answer.json()["code"] == code, answer.text
    assert where is None or answer.json()["where"] == where


def test_a_segment_is_counted_sampled_and_explained(world: World) -> None:
    define(world)
    counted = world.ask("POST", "/api/segments/count", json={"segment": "kyiv", "sample": 2})
    assert counted.json()["people"] == PEOPLE // 2 and counted.json()["exact"]
    assert len(counted.json()["sample"]) == 2
    guess = world.ask("POST", "/api/segments/count", json={"where": CITY, "exact": False}).json()
    assert not guess["exact"] and guess["asked"] < PEOPLE
    sample = world.ask("POST", "/api/segments/sample?size=3", json={"where": CITY}).json()
    assert len(sample) == 3 and all(one["email"] for one in sample)
    asked = {"where": CITY, "person": "u2"}
    told = world.ask("POST", "/api/segments/explain?language=uk", json=asked).json()
    assert not told["held"] and told["conditions"][0]["evidence"] == "«Lviv»"
    checked = world.ask(
        "POST", "/api/segments/check", json={"definition": {"id": "x", "where": [{"trait": "t"}]}}
    )
    assert checked.status_code == 422 or checked.json()["faults"]
    both = world.ask("POST", "/api/segments/count", json={"segment": "kyiv", "where": CITY})
    assert both.status_code == 400


def test_a_template_is_looked_over_and_read_as_one_person(world: World) -> None:
    define(world)
    checked = world.ask("POST", "/api/templates/check", json={"template": "fruit"}).json()
    assert checked["ok"] and "person.first_name" in {need["path"] for need in checked["needs"]}
    asked = {"template": "fruit", "person": "u7"}
    shown = world.ask("POST", "/api/templates/preview", json=asked).json()
    assert shown["text"].startswith("Hello Name7.") and shown["error"] == ""
    several = world.ask("POST", "/api/templates/preview", json={"template": "fruit"}).json()
    assert [one["who"] for one in several["people"]] == [
        "a woman", "a man", "somebody unknown", "a dirty name",
    ]  # fmt: skip
    reads = [one["preview"] for one in several["people"]]
    assert reads[2]["error"] == "missing:person.first_name" and reads[2]["text"] == ""
    assert reads[0]["text"].startswith(f"Hello {several['people'][0]['name']}.")


def test_a_campaign_goes_from_rehearsal_to_report(world: World) -> None:
    define(world)
    agree(world)
    assert world.items("/api/campaigns/fruit/check") == []
    no_address = world.items("/api/campaigns/fruit/advice")
    assert [one["code"] for one in no_address] == ["no_address"]
    assert world.put("tone", "house", forbidden=["hello"]).status_code == 200
    (advised,) = (a for a in world.items("/api/campaigns/fruit/advice") if a not in no_address)
    assert (advised["code"], advised["where"]) == ("forbidden", "fruit: variants[0].text")
    told = world.ask("POST", "/api/campaigns/fruit/dry-run").json()
    assert told["audience"] == PEOPLE // 2
    assert sum(gate["people"] for gate in told["gates"]) == told["audience"]
    assert [gate["people"] for gate in told["gates"] if gate["reason"] == "no_consent"] == [1]
    assert all(one["text"].startswith("Hello Name") for one in told["samples"])
    assert world.items("/api/campaigns") == []  # a rehearsal leaves nothing behind

    (run,) = world.ask("POST", "/api/campaigns/fruit/launch").json()
    assert run["state"] == "scheduled"
    again = world.ask("POST", "/api/campaigns/fruit/launch")
    assert again.status_code == 409
    world.ask("POST", "/api/sending/stop", json={})
    assert world.get("/api/sending")["stopped"]
    (held,) = world.ask("POST", "/api/campaigns/fruit/pause").json()
    (freed,) = world.ask("POST", "/api/campaigns/fruit/resume").json()
    assert (held["state"], freed["state"]) == ("paused", "scheduled")
    world.ask("POST", "/api/sending/go-on")
    world.worker.tick(world.app.clock.now())
    (run,) = world.items("/api/campaigns/fruit")
    assert run["audience"] == PEOPLE // 2 and run["parts_decided"] == 1

    report = world.get("/api/campaigns/fruit/report")
    assert report["audience"]["people"] == PEOPLE // 2
    assert report["audience"]["left_out"] == {"no_consent": 1}
    lines = world.ask("GET", "/api/campaigns/fruit/report?form=csv").text.splitlines()
    assert lines[0].startswith("section,")
    page = world.ask("GET", "/report?language=uk", key=None).text
    assert 'lang="uk"' in page and 'href="/docs"' in page
    (ended,) = world.ask("POST", "/api/campaigns/fruit/cancel").json()
    assert ended["state"] == "cancelled"


def test_why_says_what_was_decided_and_why_somebody_was_left_out(world: World) -> None:
    define(world)
    agree(world)
    world.ask("POST", "/api/campaigns/fruit/launch")
    world.worker.tick(world.app.clock.now())
    silent, outside = (world.items(f"/api/people?who=u{i}")[0]["pid"] for i in (1, 2))
    (decided,) = world.get(f"/api/people/{silent}/why")["decisions"]
    assert decided["says"] == "not sent: the person never agreed to this topic on this channel"
    absent = world.get(f"/api/people/{outside}/why?campaign=fruit")
    assert absent["decisions"] == [] and "not in the audience" in absent["absent"]
    assert absent["conditions"][0]["held"] is False
    assert world.ask("GET", f"/api/people/{silent}/why?campaign=none").status_code == 422


def test_one_person_twice_becomes_one(world: World) -> None:
    first, second = (world.items(f"/api/people?who=u{i}")[0]["pid"] for i in (5, 6))
    merged = world.ask("POST", f"/api/people/{first}/merge", json={"loser": second})
    assert merged.json() == {"pid": first}
    person = world.get(f"/api/people/{second}")
    assert person["pid"] == first and person["merged"] == [second]
    assert {one["value"] for one in person["identities"]} >= {"u5", "u6"}
    again = world.ask("POST", f"/api/people/{first}/merge", json={"loser": second})
    assert again.status_code == 409
    events = [one["event"] for one in world.items(f"/api/people/{first}/events")]
    assert events.count("Product Viewed") == 2


def test_people_of_two_arms_who_become_one_are_flagged(world: World) -> None:
    define(world)
    agree(world)
    world.ask("POST", "/api/campaigns/fruit/launch")
    world.worker.tick(world.app.clock.now())
    first, second = (world.items(f"/api/people?who=u{i}")[0]["pid"] for i in (3, 5))
    world.ask("POST", f"/api/people/{first}/merge", json={"loser": second})
    (line,) = world.items(f"/api/audit?subject=person:{first}&action=merged")
    assert line["detail"] == {"loser": second, "rule": "by_hand", "crossed": True}


def test_suppressions_are_added_and_lifted_by_hand(world: World) -> None:
    pid = world.items("/api/people?who=p5@SHOP.example")[0]["pid"]
    path = f"/api/people/{pid}/suppressions"
    (one,) = world.ask("POST", path, json={"channel": "email", "reason": "asked us"}).json()
    assert (one["reason"], one["raw"]) == ("by_hand", "asked us")
    (listed,) = world.items("/api/suppressions")
    assert listed["pid"] == pid
    assert world.ask("DELETE", f"{path}/email").json() == {"suppressions": 1}
    assert world.ask("DELETE", f"{path}/email").status_code == 404
    unknown = {"topic": "none", "channel": "email", "state": "opted_out"}
    assert world.ask("POST", f"/api/people/{pid}/consents", json=unknown).status_code == 404


def test_a_person_gets_everything_that_is_kept_about_them(world: World) -> None:
    pid = world.items("/api/people?who=u5")[0]["pid"]
    found = world.get(f"/api/people/{pid}/export")
    assert "p5@shop.example" in str(found) and found["events"]
    (line,) = world.items(f"/api/audit?subject=person:{pid}")
    assert line["action"] == "export"
    assert world.get(f"/api/audit/{line['id']}") == line
    assert world.ask("GET", "/api/audit/999999").status_code == 404


def test_an_opt_in_needs_its_source(world: World) -> None:
    define(world)
    said = {"topic": "harvest", "channel": "email", "state": "opted_in"}
    answer = world.ask("POST", "/api/people/1/consents", json=said)
    assert (answer.status_code, answer.json()["where"]) == (400, "source")


def test_the_worker_erases_whom_it_is_asked_to(world: World) -> None:
    pid = world.items("/api/people?who=u5")[0]["pid"]
    asked = world.ask("DELETE", f"/api/people/{pid}")
    assert asked.status_code == 202
    number = asked.json()["command"]
    assert world.get(f"/api/commands/{number}")["done"] is None
    world.worker.tick(world.app.clock.now())
    done = world.get(f"/api/commands/{number}")
    assert done["result"]["certificate"]["tables"]
    assert world.ask("GET", f"/api/people/{pid}").status_code == 404
    assert world.items("/api/people?who=u5") == []


def test_what_the_data_have_shown_and_how_careful_to_be(world: World) -> None:
    shown = {(d["scope"], d["name"]): d for d in world.items("/api/discovered")}
    assert shown["trait", "city"]["privacy"] == "public"
    assert shown["property", "price"]["event"] == "Product Viewed"
    given = {"scope": "trait", "name": "city", "privacy": "sensitive"}
    assert world.ask("PUT", "/api/discovered/privacy", json=given).status_code == 200
    (city,) = [d for d in world.items("/api/discovered?scope=trait") if d["name"] == "city"]
    assert city["privacy"] == "sensitive"
    unseen = world.ask("PUT", "/api/discovered/privacy", json={**given, "name": "shoe"})
    assert unseen.status_code == 404


def test_events_put_aside_are_seen_and_replayed(world: World) -> None:
    body = {"batch": [{"type": "track", "userId": "u1"}]}  # without the name of what happened
    coded = {"key": None, "json": {**body, "writeKey": world.keys["server key"]}}
    assert world.ask("POST", "/v1/batch", **coded).status_code == 200
    world.worker.settle(world.app.clock.now())
    (one,) = world.items("/api/events/refused")
    assert one["code"] == "no_event_name" and one["replayed"] is None
    assert world.get("/api/events/refused/counts") == {"no_event_name": 1}
    assert world.ask("POST", "/api/events/replay", json={}).json() == {"events": 1}
    world.worker.settle(world.app.clock.now())
    assert [r["id"] for r in world.items("/api/events/refused")] != [one["id"]]  # put aside again
    assert len(world.items("/api/events/refused?every=true")) == 2


def test_a_fault_of_ours_tells_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("the secret is 42")

    monkeypatch.setattr("maracuja.runtime.people_view.page", fail)
    answer = world.ask("GET", "/api/people")
    assert answer.status_code == 500 and answer.json()["code"] == "error"
    assert "42" not in answer.text


def test_a_new_workspace_is_welcomed_with_the_next_steps(world: World) -> None:
    page = world.ask("GET", "/report", key=None).text
    assert "Fruit &amp; Co" in page and "maracuja campaign launch" in page
    reference = world.ask("GET", "/docs", key=None).text
    described = world.ask("GET", "/openapi.json", key=None).json()
    for path in described["paths"]:
        assert path in reference
    assert "LiftReport" in described["components"]["schemas"]


def test_the_description_is_fit_to_make_a_client_from(world: World) -> None:
    described = world.ask("GET", "/openapi.json", key=None).json()
    operations = [one for path in described["paths"].values() for one in path.values()]
    names = [one["operationId"] for one in operations]
    assert len(set(names)) == len(names) and all(name.isidentifier() for name in names)
    parts = described["components"]["schemas"]
    assert all(name.isidentifier() for name in parts)
    for one in operations:
        answers = [a for status, a in one["responses"].items() if status.startswith("2")]
        assert answers and one["description"]
        for answer in answers:
            assert all(content["schema"] for content in answer.get("content", {}).values())

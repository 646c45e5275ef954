"""Outlets and bonuses over HTTP."""

from __future__ import annotations

from tests.unit.api.api_world import World

SHOP = "/v1/shop"


def test_outlets_are_kept_all_or_none_and_the_nearest_is_found(world: World) -> None:
    kyiv = {
        "id": "k1", "name": "Podil", "city": "Kyiv", "latitude": 50.46, "longitude": 30.52,
        "hours": "daily 00:00-24:00", "zone": "Europe/Kyiv",
    }  # fmt: skip
    lviv = {"id": "l1", "name": "Rynok", "city": "Lviv", "hours": "when we like"}
    said = world.ask("POST", f"{SHOP}/outlets", key="server key", json={"outlets": [kyiv, lviv]})
    assert (said.status_code, said.json()["where"]) == (400, "outlets[1]")
    assert world.items(f"{SHOP}/outlets") == []
    lviv["hours"] = ""
    said = world.ask("POST", f"{SHOP}/outlets", key="server key", json={"outlets": [kyiv, lviv]})
    assert said.status_code == 200, said.text
    near = world.ask("GET", f"{SHOP}/outlets/near?latitude=50.5&longitude=30.5").json()
    assert (near["id"], near["open_now"], near["distance_km"]) == ("k1", True, 4.7)
    near = world.ask("GET", f"{SHOP}/outlets/near?city=lviv").json()
    assert (near["id"], near["open_now"], near["distance_km"]) == ("l1", None, None)
    assert world.ask("GET", f"{SHOP}/outlets/near?city=paris").status_code == 404
    assert world.ask("DELETE", f"{SHOP}/outlets/l1").json() == {"closed": True}
    assert world.ask("DELETE", f"{SHOP}/outlets/l1").status_code == 404


def test_a_bonus_is_credited_once_and_spent_once(world: World) -> None:
    entry = {"external_id": "u1", "source": "orders", "key": "A-1", "amount": 500,
             "expires": "2027-01-31"}  # fmt: skip
    wrong = entry | {"external_id": "nobody", "key": "A-2"}
    both = {"entries": [entry, wrong]}
    path = f"{SHOP}/bonus/entries"
    first = world.ask("POST", path, key="server key", json=both).json()
    assert (first["taken"], first["there_already"]) == (1, 0)
    assert first["refused"] == [{"line": 2, "reason": "nobody has the external_id `nobody`"}]
    assert world.ask("POST", path, json={"entries": [entry]}).json()["there_already"] == 1
    spent = {"external_id": "u1", "source": "till", "key": "7", "amount": 200}
    for _ in range(2):
        said = world.ask("POST", f"{SHOP}/bonus/spend", key="server key", json=spent)
        assert (said.status_code, said.json()["balance"]) == (200, 300)
    said = world.ask("POST", f"{SHOP}/bonus/spend", json=spent | {"key": "8", "amount": 301})
    assert (said.status_code, said.json()["detail"]) == (
        409,
        "The balance is 300, less than 301.",
    )
    shown = world.ask("GET", f"{SHOP}/bonus?external_id=u1").json()
    assert (shown["balance"], shown["expiring"]) == (300, 300)
    assert [(one["key"], one["amount"]) for one in shown["entries"]] == [("A-1", 500), ("7", -200)]
    assert world.ask("GET", f"{SHOP}/bonus?external_id=u1", key="browser key").status_code == 403


def test_spending_is_taken_by_the_day_and_reported(world: World) -> None:
    day = {"day": "2026-11-20", "source": "google", "campaign": "autumn", "currency": "uah",
           "cost": "10.50", "clicks": 7}  # fmt: skip
    for _ in range(2):
        said = world.ask("POST", f"{SHOP}/spend", key="server key", json={"days": [day]})
        assert said.json() == {"taken": 1, "refused": []}
    said = world.ask("GET", f"{SHOP}/spend?first=2026-11-01&last=2026-11-30").json()
    (one,) = said["ads"]
    assert (one["source"], one["currency"], one["cost"], one["returns"]) == (
        "google", "UAH", 1050, 0.0,
    )  # fmt: skip
    assert world.ask("GET", f"{SHOP}/spend?first=2026-11-30&last=2026-11-01").status_code == 400


def test_hours_are_shown_as_they_may_be_told_again(world: World) -> None:
    hours = "mon-fri 09:00-13:00, 14:00-18:00; sat 22:00-02:00; 2026-12-25 closed"
    place = {"id": "k1", "name": "Podil", "hours": f"  {hours.upper()}; "}
    for _ in range(2):
        said = world.ask("POST", f"{SHOP}/outlets", json={"outlets": [place]})
        assert said.json()[0]["hours"] == hours
        place["hours"] = said.json()[0]["hours"]


def test_a_balance_is_shown_by_either_number_of_the_person(world: World) -> None:
    entry = {"external_id": "u1", "source": "orders", "key": "A-1", "amount": 500}
    world.ask("POST", f"{SHOP}/bonus/entries", json={"entries": [entry]})
    pid = world.items("/api/people?who=u1")[0]["pid"]
    ours = world.get(f"{SHOP}/bonus?pid={pid}")
    assert ours["balance"] == 500 and ours == world.get(f"{SHOP}/bonus?external_id=u1")
    for query in ("", f"?pid={pid}&external_id=u1"):
        assert world.ask("GET", f"{SHOP}/bonus{query}").status_code == 400
    assert world.ask("GET", f"{SHOP}/bonus?pid=9999").status_code == 404

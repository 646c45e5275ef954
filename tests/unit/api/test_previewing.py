"""What the template editor asks beside a preview: people to read as, the parts of an SMS."""

from __future__ import annotations

from tests.unit.api.api_world import World


def test_an_sms_is_counted_as_it_goes_out(world: World) -> None:
    told = world.ask(
        "POST", "/api/templates/parts", json={"text": "Hello", "language": "en"}
    ).json()
    assert (told["alphabet"], told["parts"], told["left"]) == ("gsm7", ["Hello"], 155)
    assert (told["price"], told["currency"], told["too_many"]) == (0.0, "USD", False)
    long = "Маракуйя приїде за тиждень. " * 4
    told = world.ask("POST", "/api/templates/parts", json={"text": long, "language": "uk"}).json()
    assert told["alphabet"] == "ucs2" and "".join(told["parts"]) == long
    latin = next(one for one in told["ways"] if one["letters"] == "latin")
    assert latin["saved"] == len(told["parts"]) - 1 and latin["text"].isascii()
    endless = {"text": "x" * 2_000, "language": "en"}
    assert world.ask("POST", "/api/templates/parts", json=endless).json()["too_many"]


def test_real_people_are_offered_to_read_as(world: World) -> None:
    found = world.items("/api/templates/readers")
    assert 0 < len(found) <= 4
    assert all(one["traits"]["first_name"] and one["traits"]["city"] for one in found)
    assert len({one["pid"] for one in found}) == len(found)

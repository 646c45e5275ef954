"""Links in an SMS: short, on the shop's own address, counted, gone with their person."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from maracuja import rng
from maracuja.app import make_links
from maracuja.channels.sms import Sms
from maracuja.links.making import Recipient
from maracuja.links.tokens import SHORT_CHARS
from maracuja.simulate.vendors.http import Faults
from maracuja.store import erase, people, short_links
from tests.contract.channel_case import NOW
from tests.contract.channel_world import World, define, opened_world
from tests.contract.test_channel_delivery import begin
from tests.contract.test_channels import case_of

PHONE = "Mozilla/5.0 (Linux; Android 13; SM-A515F) AppleWebKit/537.36 Mobile Safari/537.36"
GUESSES = 10_000
TEXT = """
kind: template
id: hello
variants:
  - language: en
    text: "{{ person.first_name }} https://shop.example/passion-fruit?id=1 {{ links.unsubscribe }}"
"""


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, case_of(Sms), faults=Faults()) as made:
        with made.app.store.write() as conn:
            define(conn, TEXT)
        begin(made, Sms, 2)
        made.deliver(hours=1)
        yield made


def links(world: World) -> list[list[str]]:
    """The paths of our links in each SMS, the press first."""
    shown = sorted(map(repr, world.vendor.shown))
    return [re.findall(r"/s/[A-Za-z0-9_-]+", text) for text in shown]


def visit(world: World, path: str, method: str = "GET", agent: str = PHONE) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(world.server)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as asking:
            return await asking.request(method, path, headers={"user-agent": agent})

    return asyncio.run(send())


def presses(world: World) -> list[tuple[bool, str]]:
    world.settle(seconds=2)
    frame = world.events()
    found = frame.filter(frame["event"] == "Message Clicked").sort("ts")
    return [
        (bool(row.get("properties.machine")), row["properties.url"]) for row in found.to_dicts()
    ]


def test_they_are_short_different_for_each_person_and_lead_on_with_their_marks(
    world: World,
) -> None:
    found = links(world)
    codes = [path.removeprefix("/s/") for paths in found for path in paths]
    assert len(codes) == len(set(codes)) == 4 and {len(c) for c in codes} == {SHORT_CHARS}
    (press, leave), _ = found
    world.settle(minutes=5)
    answer = visit(world, press)
    target = "https://shop.example/passion-fruit?id=1&utm_source=maracuja"
    assert answer.status_code == 302 and answer.headers["location"].startswith(target)
    assert answer.headers["referrer-policy"] == "no-referrer"
    world.settle(minutes=1)
    visit(world, press, agent="TelegramBot (like TwitterBot)")
    world.settle(minutes=1)
    visit(world, press, method="HEAD")
    assert [machine for machine, _ in presses(world)] == [False, True, True]
    assert presses(world)[0][1].startswith(target)
    page = visit(world, leave)
    assert page.status_code == 302 and page.headers["location"].startswith("/u/")
    assert visit(world, page.headers["location"]).status_code == 200


def test_the_same_message_has_the_same_link_in_each_attempt(world: World) -> None:
    to = Recipient(message=b"m" * 16, pid=7, run=1, channel=10, topic="news")
    first, again = (make_links(world.app).shortening() for _ in range(2))
    url = "https://shop.example/a"
    assert first.click(to, url, NOW) == again.click(to, url, NOW.replace(year=2027))
    other = Recipient(message=b"n" * 16, pid=7, run=1, channel=10, topic="news")
    assert first.click(other, url, NOW) != first.click(to, url, NOW)


def test_nobody_guesses_one(world: World) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    chance = rng.stream(1, "short links", "guessed")
    genuine = links(world)[0][0].removeprefix("/s/")
    with world.app.store.read() as conn:
        assert short_links.find(conn, genuine)
        for n in range(GUESSES):
            at = int(chance.integers(SHORT_CHARS))
            letter = letters[int(chance.integers(64))]
            made = genuine[:at] + letter + genuine[at + 1 :]
            if n % 2:
                made = "".join(letters[int(i)] for i in chance.integers(64, size=SHORT_CHARS))
            assert made == genuine or short_links.find(conn, made) is None
    for wrong in ("/s/", "/s/short", f"/s/{genuine}x", "/s/%00%00%00%00%00%00%00%00%00%00"):
        assert visit(world, wrong).status_code == 404


def test_an_erased_person_leaves_no_link_and_no_press(world: World) -> None:
    world.settle(minutes=5)
    paths = links(world)
    assert {visit(world, one[0]).status_code for one in paths} == {302}
    long = make_links(world.app)
    with world.app.store.write() as conn:
        pids = people.pids_after(conn, 0, 10)
        for pid in pids:
            erase.erase(conn, pid, salt=world.app.secrets.suppression_salt, now_us=1)
    assert {visit(world, one[0]).status_code for one in paths} == {404}
    to = Recipient(message=b"m" * 16, pid=pids[0], run=1, channel=10, topic="news")
    replayed = long.click(to, "https://shop.example/a", NOW).partition("/c/")[2]
    assert visit(world, f"/c/{replayed}").status_code == 302, "the reader is led on"
    assert "https://shop.example/a" not in {url for _, url in presses(world)}

"""What open pages hear: which things changed, from where they had stopped; and work's progress."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from maracuja.api import live as live_api
from maracuja.api.live import Watch
from maracuja.rng import make_id
from maracuja.store import commands, live
from maracuja.store.conversation_words import Word, hear
from maracuja.store.live import Kind
from tests.unit.api.api_world import PEOPLE, World, agree, define
from tests.unit.api.test_team import _join

NOON_US = 1_795_176_000_000_000  # 2026-11-20 12:00 UTC


def _say(world: World, n: int) -> None:
    word = Word(pid=3, channel="telegram", account="telegram", address="17",
                id=make_id("turn", n), at_us=NOON_US + n, text=f"word {n}")  # fmt: skip
    with world.app.store.write() as conn:
        hear(conn, [word], 10**12)


def _heard(text: str) -> list[tuple[str, Any]]:
    frames = [
        dict(line.split(": ", 1) for line in one.split("\n")) for one in text.split("\n\n")[:-1]
    ]
    return [(one["event"], json.loads(one["data"])) for one in frames]


def _replay(world: World, asking: Any = None, query: str = "?after=0", **options: Any) -> Any:
    """All that a page hears that comes just before the server stops."""
    ask = asking or world.ask
    ask("GET", "/api/work")  # the application is loaded by the first request
    world.server._management.state.live.close()  # type: ignore[union-attr]
    answer = ask("GET", f"/api/live{query}", **options)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/event-stream")
    return _heard(answer.text)


def test_each_thing_is_told_once_with_its_last_change(world: World) -> None:
    _say(world, 1)
    _say(world, 2)
    with world.app.store.write() as conn:
        number = commands.append(conn, 1, "test", "erase", {"pid": 3})
        last = live.last(conn)
    hello, *changed = _replay(world)
    assert hello == ("hello", {"seq": 0})
    kinds = [(one["kind"], one["seq"]) for _, one in changed]
    assert kinds == [("conversation", last - 1), ("work", last)]
    assert changed[1][1]["id"] == str(number)
    assert _replay(world, query=f"?after={last - 1}")[1:] == [changed[1]]
    again = _replay(world, query="?after=0", headers={"last-event-id": str(last)})
    assert again == [("hello", {"seq": last})]
    assert _replay(world, query="") == [("hello", {"seq": last})]


def test_people_hear_of_what_they_may_see(world: World) -> None:
    _say(world, 1)
    define(world)
    world.ask("POST", "/api/campaigns/fruit/launch")
    operator = _join(world, "op@shop.example", "operator")
    heard = [one["kind"] for _, one in _replay(world, operator.ask)[1:]]
    assert heard == ["conversation"]
    analyst = _join(world, "an@shop.example", "analyst")
    assert [one["kind"] for _, one in _replay(world, analyst.ask)[1:]] == ["campaign"]
    assert world.ask("GET", "/api/live", key=None).status_code == 401
    assert world.ask("GET", "/api/live", key="server key").status_code == 403


def test_an_open_stream_hears_what_comes_and_ends_with_the_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_api, "LOOK_S", 0.01)

    async def listen() -> list[bytes]:
        watch = Watch(world.app.store)
        stream = watch.stream(None, [Kind.CONVERSATION])
        heard = [await anext(stream)]
        coming = asyncio.ensure_future(anext(stream))
        await asyncio.sleep(0.05)
        await asyncio.to_thread(_say, world, 9)
        heard.append(await asyncio.wait_for(coming, 20))
        watch.close()
        async for frame in stream:
            heard.append(frame)
        return heard

    hello, changed = asyncio.run(listen())
    assert b"event: hello" in hello and b'"kind":"conversation"' in changed


def test_work_shows_how_far_it_is(world: World) -> None:
    define(world)
    agree(world)
    assert world.items("/api/work") == []
    world.ask("POST", "/api/campaigns/fruit/launch")
    (planned,) = world.items("/api/work")
    (listed,) = world.items("/api/shelf")
    assert listed["progress"] == planned
    assert (planned["kind"], planned["subject"], planned["doing"]) == (
        "campaign",
        "fruit",
        "waiting",
    )
    world.worker.tick(world.app.clock.now())
    (sending,) = world.items("/api/work")
    assert (sending["doing"], sending["done"]) == ("sending", 0)
    assert 0 < sending["total"] <= PEOPLE // 2 - 1
    world.ask("DELETE", "/api/people/5")
    asked = next(one for one in world.items("/api/work") if one["kind"] == "erase")
    assert (asked["doing"], asked["subject"], asked["done"], asked["total"]) == (
        "obeying",
        "5",
        0,
        1,
    )
    world.worker.settle(world.app.clock.now())
    done = next(one for one in world.items("/api/work") if one["kind"] == "erase")
    assert (done["doing"], done["done"]) == ("done", 1) and done["result"]

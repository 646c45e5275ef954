"""What open pages hear: which things changed, from where they had stopped; and work's progress."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from maracuja.api import live as live_api
from maracuja.api import presence
from maracuja.api.guard import COOKIE
from maracuja.rng import make_id
from maracuja.store import commands, live
from maracuja.store.conversation_words import Word, hear
from tests.unit.api.api_world import PEOPLE, World, agree, define
from tests.unit.api.test_team import Browser, _join

HOME = "http://127.0.0.1:8080"
NOON_US = 1_795_176_000_000_000  # 2026-11-20 12:00 UTC


def _say(world: World, n: int) -> None:
    word = Word(pid=3, channel="telegram", account="telegram", address="17",
                id=make_id("turn", n), at_us=NOON_US + n, text=f"word {n}")  # fmt: skip
    with world.app.store.write() as conn:
        hear(conn, [word], 10**12)


class Line:
    """An open socket of a page, as the server sees it; `code` is with which it was closed."""

    def __init__(self, world: World, cookies: str, *, query: str = "", origin: str = HOME) -> None:
        self._up: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._down: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._up.put_nowait({"type": "websocket.connect"})
        headers = {"host": "127.0.0.1:8080", "cookie": cookies, "origin": origin}
        scope = {
            "type": "websocket", "path": "/api/live", "query_string": query.encode(),
            "headers": [(k.encode(), v.encode()) for k, v in headers.items() if v],
            "subprotocols": [], "scheme": "ws", "root_path": "",
        }  # fmt: skip
        self.serving = asyncio.create_task(
            world.server(scope, self._up.get, self._down.put)  # type: ignore[arg-type]
        )

    async def next(self) -> dict[str, Any]:
        """The next frame, or `{"code": …}` of the end; beats are passed over."""
        while True:
            told = await asyncio.wait_for(self._down.get(), 20)
            if told["type"] == "websocket.close":
                await asyncio.wait_for(self.serving, 5)
                return {"code": told["code"]}
            if told["type"] == "websocket.send" and told["text"] != '{"t":"beat"}':
                frame: dict[str, Any] = json.loads(told["text"])
                return frame

    def say(self, text: str) -> None:
        self._up.put_nowait({"type": "websocket.receive", "text": text})

    def here(self, conversation: str, *, writing: bool = False) -> None:
        self.say(json.dumps({"t": "here", "conversation": conversation, "writing": writing}))

    async def beside(self) -> list[tuple[str, bool]]:
        """Who else is there, as the next frame says."""
        told = await self.next()
        assert told["t"] == "beside"
        return [(one["name"], one["writing"]) for one in told["members"]]

    async def cut(self) -> None:
        self._up.put_nowait({"type": "websocket.disconnect", "code": 1006})
        await asyncio.wait_for(self.serving, 5)


def _cookies(browser: Browser) -> str:
    return "; ".join(f"{name}={value}" for name, value in browser.cookies())


def _things(frame: dict[str, Any]) -> list[str]:
    return [one["kind"] for one in frame["things"]]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_api, "LOOK_S", 0.01)


def test_whoever_was_away_hears_each_thing_once(world: World) -> None:
    _say(world, 1)
    _say(world, 2)
    with world.app.store.write() as conn:
        number = commands.append(conn, 1, "test", "erase", {"pid": 3})
        last = live.last(conn)
    cookies = _cookies(_join(world))

    async def play() -> None:
        line = Line(world, cookies, query="after=0")
        assert await line.next() == {"t": "hello", "seq": 0}
        told = await line.next()
        assert (told["t"], told["seq"]) == ("changed", last)
        assert _things(told) == ["conversation", "work"]
        assert told["things"][1]["id"] == str(number)
        await line.cut()
        await asyncio.to_thread(_say, world, 3)  # while the line is down
        again = Line(world, cookies, query=f"after={last}")
        assert await again.next() == {"t": "hello", "seq": last}
        missed = await again.next()
        assert _things(missed) == ["conversation"] and missed["seq"] > last
        await asyncio.to_thread(_say, world, 4)
        assert (await again.next())["seq"] == missed["seq"] + 1
        begun = Line(world, cookies)
        assert await begun.next() == {"t": "hello", "seq": missed["seq"] + 1}
        restored = Line(world, cookies, query="after=99999")  # of a database that is no more
        assert await restored.next() == {"t": "hello", "seq": missed["seq"] + 1}
        for one in (again, begun, restored):
            await one.cut()

    asyncio.run(play())


def test_people_hear_of_what_they_may_see(world: World) -> None:
    _say(world, 1)
    define(world)
    world.ask("POST", "/api/campaigns/fruit/launch")

    async def heard(cookies: str) -> list[str]:
        line = Line(world, cookies, query="after=0")
        await line.next()
        told = await line.next()
        await line.cut()
        return _things(told)

    for role, kinds in (("operator", ["conversation"]), ("analyst", ["campaign"])):
        cookies = _cookies(_join(world, f"{role}@shop.example", role))
        assert asyncio.run(heard(cookies)) == kinds


def test_nobody_else_is_let_in(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    cookies = _cookies(_join(world))
    monkeypatch.setattr(live_api, "OF_MEMBER_MAX", 1)

    async def play() -> None:
        for stranger in (
            Line(world, ""),
            Line(world, f"{COOKIE}=invented"),
            Line(world, cookies, origin="https://evil.example"),
            Line(world, cookies, origin=""),
        ):
            assert await stranger.next() == {"code": live_api.FORBIDDEN}
        one = Line(world, cookies)
        assert (await one.next())["t"] == "hello"
        assert await Line(world, cookies).next() == {"code": live_api.TOO_MANY}
        for said in ("Listen to me.", '{"t": "here", "conversation": "Anna\'s"}', "[" * 999):
            one.say(said)
            assert await one.next() == {"code": live_api.SPOKEN}
            one = Line(world, cookies)
            assert (await one.next())["t"] == "hello"
        await one.cut()

    asyncio.run(play())


def test_operators_of_one_conversation_see_who_else_is_there_and_who_writes(world: World) -> None:
    anna = _cookies(_join(world, "anna@shop.example", "operator"))
    olena = _cookies(_join(world, "olena@shop.example", "marketer"))
    with world.app.store.read() as conn:
        kept = live.last(conn)

    async def play() -> None:
        first, second = Line(world, anna), Line(world, anna)  # two tabs of one member
        other = Line(world, olena)
        for line in (first, second, other):
            assert (await line.next())["t"] == "hello"
        first.here("ab")
        assert await first.beside() == []
        other.here("ab")
        assert await other.beside() == [("anna@shop.example", False)]
        assert await first.beside() == [("olena@shop.example", False)]
        second.here("ab", writing=True)
        assert await second.beside() == [("olena@shop.example", False)]
        assert await other.beside() == [("anna@shop.example", True)]
        second.here("cd", writing=True)
        assert await second.beside() == []
        assert await other.beside() == [("anna@shop.example", False)]
        await first.cut()
        assert await other.beside() == []
        other.here("cd")
        assert await other.beside() == [("anna@shop.example", True)]
        assert await second.beside() == [("olena@shop.example", False)]
        other.here("")
        assert await second.beside() == []
        for line in (second, other):
            await line.cut()

    asyncio.run(play())
    with world.app.store.read() as conn:
        assert live.last(conn) == kept  # nothing of it is kept


def test_whoever_makes_no_sign_is_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = _cookies(_join(world, "anna@shop.example", "operator"))
    olena = _cookies(_join(world, "olena@shop.example", "operator"))
    analyst = _cookies(_join(world, "boris@shop.example", "analyst"))

    async def play() -> None:
        watches, silent, stranger = (Line(world, who) for who in (anna, olena, analyst))
        for line in (watches, silent, stranger):
            assert (await line.next())["t"] == "hello"
        watches.here("ab")
        assert await watches.beside() == []
        monkeypatch.setattr(presence, "SIGN_S", 0.05)
        stranger.here("ab", writing=True)  # who may not read conversations is not there
        silent.here("ab", writing=True)
        assert await watches.beside() == [("olena@shop.example", True)]
        assert await watches.beside() == []
        for line in (watches, silent, stranger):
            await line.cut()

    asyncio.run(play())


def test_a_page_that_never_stops_talking_is_hung_up_on(world: World) -> None:
    cookies = _cookies(_join(world))

    async def play() -> None:
        line = Line(world, cookies)
        assert (await line.next())["t"] == "hello"
        line.here("ab")
        assert await line.beside() == []
        for _ in range(live_api.SIGNS_MAX + 5):
            line.here("ab")
        assert await line.next() == {"code": live_api.TOO_MANY}

    asyncio.run(play())


def test_a_socket_ends_with_its_session_and_with_the_server(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_api, "BEAT_S", 0.02)
    monkeypatch.setattr(live_api, "SESSION_S", 0.0)
    browser, other = _join(world), _join(world, "other@shop.example")

    async def play() -> None:
        line, stays = Line(world, _cookies(browser)), Line(world, _cookies(other))
        assert (await line.next())["t"] == (await stays.next())["t"] == "hello"
        answer = await asyncio.to_thread(browser.ask, "DELETE", "/api/session")
        assert answer.status_code == 204, answer.text
        assert await line.next() == {"code": live_api.OVER}
        await world.server.drained(10, asyncio.Event())
        assert await stays.next() == {"code": live_api.RESTART}

    asyncio.run(play())


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

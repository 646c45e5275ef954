"""One socket of the chat: frames that are no good are told so, and limits hold."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from maracuja.api import web_chat_socket
from maracuja.api.web_chat_socket import FRAME_CHARS_MAX, OF_VISITOR_MAX, Company, Socket
from maracuja.channels.web_chat_token import make_token
from maracuja.store.engine import Store
from tests.property.test_web_chat import NOW, SECRET, WITHOUT_END, Wire, World

Play = Callable[[Wire], Awaitable[None]]


class Line(Wire):
    """A line that notes with which code the server closed it."""

    def __init__(self, **headers: str) -> None:
        super().__init__(WITHOUT_END, WITHOUT_END)
        self.headers = headers
        self.code = 0

    async def close(self, code: int = 1000) -> None:
        self.code = self.code or code
        self.cut()

    async def heard(self) -> dict[str, Any]:
        """The next frame of the server."""
        frame = await asyncio.wait_for(self.down.get(), 5)
        assert frame is not None, "the server has closed it"
        return json.loads(frame)  # type: ignore[no-any-return]

    def write(self, text: str) -> None:
        """Any text as a frame."""
        self._up.put_nowait(text)


def meet(world: World, play: Callable[[Line], Awaitable[None]], **headers: str) -> Line:
    """Let a socket be served while the play lasts."""

    async def both() -> Line:
        line = Line(**headers)
        serving = asyncio.create_task(Socket(world.room, line).serve())  # type: ignore[arg-type]
        await play(line)
        line.cut()
        await asyncio.wait_for(serving, 5)
        return line

    return asyncio.run(both())


@pytest.fixture
def world(sqlite_store: Store) -> World:
    return World(sqlite_store)


def test_a_hello_that_is_no_good_is_told_and_is_all(world: World) -> None:
    for hello, code in (
        ("{}", "bad_input"),
        ("nonsense", "bad_input"),
        ('{"t": "say", "id": "visitor-0001", "text": "x"}', "bad_input"),
        ('{"t": "hello", "key": "mrc_browser_a_b"}', "unauthorized"),
        (json.dumps({"t": "hello", "key": world.visitor.key, "user": "u1"}), "unauthorized"),
        (json.dumps({"t": "hello", "key": world.visitor.key, "after": -1}), "bad_input"),
    ):

        async def play(line: Line, hello: str = hello, code: str = code) -> None:
            line.write(hello)
            told = await line.heard()
            assert (told["t"], told["code"]) == ("refused", code), hello
            assert await line.down.get() is None

        assert meet(world, play).code == 1000


def test_frames_that_are_no_good_are_refused_and_the_next_is_heard(world: World) -> None:
    async def play(line: Line) -> None:
        world.visitor.hello(line)
        assert (await line.heard())["t"] == "welcome"
        for frame, named in (
            ("[]", ""),
            ("nonsense", ""),
            ('{"t": "shout"}', ""),
            ('{"t": "say", "id": "visitor-0001", "text": ""}', "visitor-0001"),
            ('{"t": "seen", "ids": ["x.y.z"]}', ""),
            ('{"t": "say", "id": 7, "text": "x"}', ""),
        ):
            line.write(frame)
            told = await line.heard()
            assert (told["t"], told["id"]) == ("refused", named), frame
        line.write('{"t": "ping"}')
        assert await line.heard() == {"t": "pong"}
        for n in range(25):
            line.write(json.dumps({"t": "say", "id": f"visitor-{n:04}", "text": "x"}))
        told = [await line.heard() for _ in range(25)]
        slow = [one for one in told if one["t"] == "refused"]
        assert len(slow) >= 4 and slow[0]["code"] == "too_many_requests"
        assert slow[0]["retry_after_s"] > 0 and slow[0]["id"]
        line.write("x" * (FRAME_CHARS_MAX + 1))
        while await line.down.get() is not None:
            pass

    assert meet(world, play).code == web_chat_socket.TOO_BIG


def test_pages_of_other_sites_get_no_socket(world: World) -> None:
    async def play(line: Line) -> None:
        assert await line.down.get() is None

    assert meet(world, play, origin="https://evil.example").code == web_chat_socket.FORBIDDEN
    world.room.company = Company(0)
    assert meet(world, play).code == web_chat_socket.TOO_MANY


def test_a_visitor_has_so_many_sockets_and_no_more(world: World) -> None:
    token = make_token(SECRET, f"guest:{'a' * 32}", int(NOW.timestamp()) + 60)

    async def play() -> None:
        lines, serving = [], []
        for _ in range(OF_VISITOR_MAX + 1):
            line = Line()
            lines.append(line)
            serving.append(asyncio.create_task(Socket(world.room, line).serve()))  # type: ignore[arg-type]
            hello = {"t": "hello", "key": world.visitor.key, "token": world.visitor.token or token}
            line.write(json.dumps(hello))
            if len(lines) <= OF_VISITOR_MAX:
                world.visitor.token = (await line.heard())["token"]
        assert await lines[-1].down.get() is None
        assert lines[-1].code == web_chat_socket.TOO_MANY
        for line in lines:
            line.cut()
        await asyncio.gather(*serving)
        assert world.room.company.enter(), "all were given back"
        assert world.room.company._open == 1 and not world.room.company._of

    asyncio.run(play())

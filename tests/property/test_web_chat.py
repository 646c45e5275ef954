"""The chat's protocol over lines that break at any frame: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.websockets import WebSocketDisconnect

from maracuja.api.web_chat import WebChatRoom
from maracuja.api.web_chat_socket import Socket
from maracuja.channels.web_chat import WebChat, WebChatSettings
from maracuja.channels.web_chat_token import public_id
from maracuja.clock import SimClock
from maracuja.ingest.heard import read_heard
from maracuja.model import micros
from maracuja.rng import make_id
from maracuja.runtime.web_chat_desk import WebChatDesk
from maracuja.store import inbox, keys, web_chat
from maracuja.store.engine import Store, open_store
from maracuja.store.keys import KeyKind
from maracuja.store.web_chat import New, Side

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SECRET = "0123456789abcdef0123456789abcdef"
WITHOUT_END = 10_000


class Broken(Exception):
    """The line is gone."""


class Wire:
    """A socket as the server holds it, whose line breaks after so many frames either way."""

    def __init__(self, up: int, down: int) -> None:
        self.headers: dict[str, str] = {}
        self._left = {"up": up, "down": down}
        self._up: asyncio.Queue[str | None] = asyncio.Queue()
        self.down: asyncio.Queue[str | None] = asyncio.Queue()
        self.gone = False

    def _pass(self, way: str) -> None:
        self._left[way] -= 1
        if self.gone or self._left[way] < 0:
            self.cut()
            raise Broken

    def cut(self) -> None:
        """Nothing more comes through."""
        self.gone = True
        self._up.put_nowait(None)
        self.down.put_nowait(None)

    # as the server has it

    async def accept(self) -> None:
        """Nothing is to be done."""

    async def close(self, code: int = 1000) -> None:
        """The server ends it."""
        self.cut()

    async def receive_text(self) -> str:
        """The next frame of the browser."""
        frame = None if self.gone and self._up.empty() else await self._up.get()
        if frame is None:
            raise WebSocketDisconnect(1006)
        return frame

    async def send_text(self, frame: str) -> None:
        """One frame to the browser; one that is lost on the way is no error here."""
        try:
            self._pass("down")
        except Broken:
            return
        self.down.put_nowait(frame)

    # as the browser has it

    def say(self, frame: dict[str, Any]) -> None:
        """One frame to the server."""
        self._pass("up")
        self._up.put_nowait(json.dumps(frame))


@dataclass
class Visitor:
    """A browser as the snippet is one: what it keeps outlives every line."""

    key: str
    token: str = ""
    last: int = 0
    lines: dict[str, dict[str, Any]] = field(default_factory=dict)
    words: list[dict[str, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)  # not confirmed yet
    welcomed: bool = False
    twice: bool = False  # sends each word again though it was not lost

    def hello(self, wire: Wire) -> None:
        """The first frame."""
        self.welcomed = False
        wire.say({"t": "hello", "key": self.key, "token": self.token, "after": self.last})

    def write(self, wire: Wire, text: str, number: int) -> None:
        """Put a word down, then say it if that works."""
        self.words.append({"t": "say", "id": f"visitor-{number:04}", "text": text})
        for _ in range((1 + self.twice) * self.welcomed):
            wire.say(self.words[-1])

    def hear(self, wire: Wire, frame: dict[str, Any]) -> None:
        """What the server says."""
        if frame["t"] == "welcome":
            self.token = frame["token"]
            assert frame["from"] == self.last, "it goes on where this browser stopped"
            self.welcomed = True
            if self.seen:
                wire.say({"t": "seen", "ids": sorted(self.seen)})
            for word in self.words:
                wire.say(word)
        if frame["t"] == "seen":
            self.seen -= {*frame["ids"]}
        if frame["t"] == "line":
            known = frame["id"] in self.lines
            self.lines[frame["id"]] = frame
            self.words = [word for word in self.words if word["id"] != frame["id"]]
            if not known:
                assert frame["seq"] > self.last, "in order"
                self.last = frame["seq"]
                if frame["from"] == "shop":
                    self.seen.add(frame["id"])
                    wire.say({"t": "taken", "ids": [frame["id"]]})
                    wire.say({"t": "seen", "ids": [frame["id"]]})


class World:
    """A room over a database of its own, and what it put into the inbox of events."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.heard: list[inbox.Request] = []
        clock = SimClock(NOW)
        with store.write() as conn:
            made = keys.create(conn, KeyKind.BROWSER, "page", micros(NOW), key_secret="k")
        channel = WebChat(WebChatSettings(secret=SECRET), "http://127.0.0.1/w/web_chat/main")

        async def put(request: inbox.Request) -> None:
            self.heard.append(request)

        desk = WebChatDesk(store, channel, "k")
        self.room = WebChatRoom(channel, desk, put, clock, ("Shop", "http://127.0.0.1"))
        self.visitor = Visitor(made.secret)
        self._sent = 0

    def send(self) -> None:
        """The shop writes into the thread, and the worker hands it over twice."""
        address = self.room.channel.visitor(self.visitor.token, NOW)
        self._sent += 1
        message = make_id("message", self._sent)
        named = public_id(SECRET, f"{message.hex()}.7.3")
        body = msgspec.json.encode({"id": named, "text": f"shop {self._sent}"})
        with self.store.write() as conn:
            for _ in range(2):
                web_chat.add(conn, [New(address, message, 7, 3, Side.SHOP, 0, body)], micros(NOW))


@dataclass(frozen=True)
class Spell:
    """One line: after how many frames either way it breaks, and what is done meanwhile."""

    up: int
    down: int
    acts: tuple[str, ...]


spells = st.builds(
    Spell,
    up=st.integers(0, 8),
    down=st.integers(0, 8),
    acts=st.lists(st.sampled_from(["write", "send", "rest"]), max_size=4).map(tuple),
)


async def play(world: World, several: list[Spell]) -> None:
    """Every spell in turn, and a good line in the end."""
    visitor, number = world.visitor, 0
    for spell in [*several, Spell(WITHOUT_END, WITHOUT_END, ("rest",))]:
        wire = Wire(spell.up, spell.down)
        serving = asyncio.create_task(Socket(world.room, wire).serve())  # type: ignore[arg-type]
        try:
            visitor.hello(wire)
            for act in (*spell.acts, "rest"):
                if act == "write":
                    number += 1
                    visitor.write(wire, f"word {number}", number)
                if act == "send" and visitor.token:
                    world.send()
                    world.room.bell.ring(list(world.room.bell._listening))
                await listen(world, wire)
        except Broken:
            pass
        wire.cut()
        await serving
    assert not visitor.words and not visitor.seen, "everything was confirmed"


async def listen(world: World, wire: Wire) -> None:
    """Hear what comes, until it is quiet for a moment."""
    last = wire._left["up"] >= WITHOUT_END - 500
    while True:
        try:
            frame = await asyncio.wait_for(wire.down.get(), 0.3 if last else 0.03)
        except TimeoutError:
            return
        if frame is None:
            raise Broken
        world.visitor.hear(wire, json.loads(frame))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(several=st.lists(spells, max_size=5), twice=st.booleans())
def test_nothing_is_lost_and_nothing_doubled(
    sqlite_template: Path, several: list[Spell], twice: bool
) -> None:
    place = Path(tempfile.mkdtemp())
    for name in ("state.db", "inbox.db"):
        shutil.copy(sqlite_template / name, place / name)
    store = open_store(f"sqlite:///{place}/state.db")
    try:
        world = World(store)
        world.visitor.twice = twice
        asyncio.run(play(world, several))
        check(world)
    finally:
        store.close()
        shutil.rmtree(place)


def check(world: World) -> None:
    """The browser has the thread, and the events are each told."""
    visitor = world.visitor
    address = world.room.channel.visitor(visitor.token, NOW)
    with world.store.read() as conn:
        stored = web_chat.of(conn, [address])
        threads = list(web_chat.find(conn, [address]).values())
    shown = sorted(visitor.lines.values(), key=lambda line: line["seq"])
    assert [line.seq for line in stored] == [line["seq"] for line in shown]
    assert [line.seq for line in stored] == list(range(1, threads[0].seq + 1)), "without a gap"
    texts = [line["text"] for line in shown]
    assert len(texts) == len({*texts})
    assert len([one for one in texts if one.startswith("shop")]) == world._sent
    words = [one for one in texts if one.startswith("word")]
    told = [row.heard for row in read_heard(_requests(world.heard)).rows]
    keys_of_words = {one.key for one in told if one.kind == "message"}
    assert len(keys_of_words) == len(words), "each word is an event, under one key"
    receipts = {one.key for one in told if one.kind == "receipt"}
    assert {key.partition(":")[0] for key in receipts} <= {"delivered", "read"}
    assert len(receipts) == 2 * world._sent


def _requests(rows: list[inbox.Request]) -> list[Any]:
    from maracuja.ingest.calls import Request

    return [Request(n, *row) for n, row in enumerate(rows)]

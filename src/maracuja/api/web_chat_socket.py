"""One open chat: replays the thread from where the browser stopped, then tells what is new.

Nothing lives in the socket alone: whatever was lost with one is in the database for the next.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.websockets import WebSocket, WebSocketDisconnect

from maracuja.channels.web_chat_frames import heard_of, read_frames
from maracuja.errors import BadInput, MaracujaError, TooManyRequests, WebhookRejected
from maracuja.model import micros
from maracuja.runtime.web_chat_desk import Entry, Hello, shown
from maracuja.store.web_chat import LINES_MAX, Thread

if TYPE_CHECKING:
    from maracuja.api.web_chat import WebChatRoom

HELLO_S: Final = 10.0
SILENT_S: Final = 75.0  # browsers say `ping` every 25 s
FRAME_CHARS_MAX: Final = 20_000
OF_VISITOR_MAX: Final = 10  # sockets: tabs and devices
RESTART, FORBIDDEN, TOO_MANY, TOO_BIG = 1012, 4403, 4429, 1009


class Company:
    """The sockets that are open, in all and of each visitor."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._of: dict[str, set[Socket]] = {}

    def enter(self) -> bool:
        """Whether one more may be opened."""
        if self._open >= self._most:
            return False
        self._open += 1
        return True

    def leave(self) -> None:
        """One is closed."""
        self._open -= 1

    def of(self, address: str) -> set[Socket]:
        """Those of one visitor: their tabs and devices."""
        return self._of.get(address, set())

    def join(self, address: str, socket: Socket) -> bool:
        """Whether this visitor may have one more."""
        if len(self.of(address)) >= OF_VISITOR_MAX:
            return False
        self._of.setdefault(address, set()).add(socket)
        return True

    def part(self, address: str, socket: Socket) -> None:
        """One of this visitor is closed."""
        several = self._of[address]
        several.discard(socket)
        if not several:
            del self._of[address]


class _Hello(Hello, frozen=True, tag_field="t", tag="hello"):
    """The first frame."""


class Socket:
    """The course of one socket: hello, welcome, lines and frames, until either side ends it."""

    def __init__(self, room: WebChatRoom, socket: WebSocket) -> None:
        self._room = room
        self._socket = socket
        self._sending = asyncio.Lock()
        self._address = ""
        self._told = 0  # up to which line

    async def serve(self) -> None:
        """Be there until the browser goes or the server stops."""
        room = self._room
        if not room.allows(self._socket.headers.get("origin")):
            await self._socket.close(FORBIDDEN)
            return
        if not room.company.enter():
            await self._socket.close(TOO_MANY)
            return
        try:
            await self._socket.accept()
            with suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
                await self._met()
        finally:
            room.company.leave()

    async def _met(self) -> None:
        """After the hello: welcome them and stay; a hello that is no good is told and is all."""
        try:
            hello = await asyncio.wait_for(self._hello(), HELLO_S)
            entry, thread = await self._room.enter(hello)
        except MaracujaError as refusal:
            await self._refuse(refusal)
            await self._socket.close()
            return
        self._address = entry.address
        if not self._room.company.join(self._address, self):
            await self._socket.close(TOO_MANY)
            return
        try:
            await self._stay(entry, thread, hello.after)
        finally:
            self._room.company.part(self._address, self)

    async def _hello(self) -> _Hello:
        raw = await self._socket.receive_text()
        try:
            return msgspec.json.decode(raw[:FRAME_CHARS_MAX], type=_Hello)
        except (msgspec.DecodeError, RecursionError) as fault:
            raise BadInput(f"The first frame is no hello: {fault}.") from None

    async def _stay(self, entry: Entry, thread: Thread, after: int) -> None:
        room = self._room
        async with room.bell.listen(thread.thread) as rung:
            start = await run_in_threadpool(room.desk.begin_after, thread, after, room.clock.now())
            await self._send({"t": "welcome", **room.welcome(entry, thread, start)})
            self._told = start
            telling = asyncio.create_task(self._tell(thread.thread, start, rung))
            hearing = asyncio.create_task(self._hear())
            done, waiting = await asyncio.wait(
                {telling, hearing}, return_when=asyncio.FIRST_COMPLETED
            )
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)
            for task in done:
                task.result()

    # ------------------------------------------------------------ to the browser

    async def _tell(self, thread: int, after: int, rung: asyncio.Event) -> None:
        """Every line after a place, in order, now and as they come."""
        room = self._room
        while not room.bell.closed:
            rung.clear()
            while True:
                lines = await run_in_threadpool(
                    room.desk.read, thread, room.clock.now(), after=after
                )
                for line in lines:
                    await self._send({"t": "line", **line})
                    self._told = after = line["seq"]
                if len(lines) < LINES_MAX:
                    break
            await rung.wait()
        await self._socket.close(RESTART)

    async def _send(self, told: dict[str, Any]) -> None:
        async with self._sending:
            await self._socket.send_text(msgspec.json.encode(told).decode())

    async def _refuse(self, refusal: MaracujaError, named: str = "") -> None:
        told = {"t": "refused", "code": refusal.code, "message": refusal.message, "id": named}
        if isinstance(refusal, TooManyRequests):
            told["retry_after_s"] = refusal.retry_after_s  # type: ignore[assignment]  # JSON
        await self._send(told)

    # ------------------------------------------------------------ from the browser

    async def _hear(self) -> None:
        """Frame after frame; one that is no good is told so, and the next is heard."""
        while True:
            raw = await asyncio.wait_for(self._socket.receive_text(), SILENT_S)
            if len(raw) > FRAME_CHARS_MAX:
                await self._socket.close(TOO_BIG)
                return
            told: Any = None
            try:
                told = msgspec.json.decode(raw)
                if isinstance(told, dict) and told.get("t") == "ping":
                    await self._send({"t": "pong"})
                    continue
                await self._take(told)
            except (msgspec.DecodeError, RecursionError, WebhookRejected) as fault:
                await self._refuse(BadInput(f"The frame is not taken: {fault}"), _named(told))
            except MaracujaError as refusal:
                await self._refuse(refusal, _named(told))

    async def _take(self, told: Any) -> None:
        frames = read_frames([told])
        room, address = self._room, self._address
        now_us = micros(room.clock.now())
        heard = heard_of(frames, address, room.channel.settings.secret, now_us)
        kept = await room.take(address, frames, heard)
        for line in kept.said:  # what is new comes in its turn; what was known is told again
            if line.seq <= self._told:
                await self._send({"t": "line", **shown(line)})
        if kept.noted:
            for one in tuple(room.company.of(address)):
                with suppress(WebSocketDisconnect, RuntimeError):
                    await one._send({"t": "seen", "ids": kept.noted})


def _named(told: Any) -> str:
    """The visitor's own id of a frame that was refused."""
    found = told.get("id", "") if isinstance(told, dict) else ""
    return found if isinstance(found, str) else ""

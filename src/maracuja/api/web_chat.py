"""The web chat over HTTP: the snippet, the in-app inbox, and what a page asks without a socket.

A token comes in a header or a body, never in an address; only pages of the shop's sites may ask.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Annotated, Any, Final, TypeVar

import msgspec
from fastapi import APIRouter, Query, Request, Response, WebSocket
from msgspec import Meta
from starlette.concurrency import run_in_threadpool

from maracuja.api.bodies import read_body
from maracuja.api.small_script import script_for
from maracuja.api.web_chat_bell import Bell, Paces
from maracuja.api.web_chat_socket import Company, Socket
from maracuja.app import App
from maracuja.channels.base import Inbound
from maracuja.channels.heard import Heard
from maracuja.channels.web_chat import BEARER, WebChat
from maracuja.channels.web_chat_frames import AnyFrame, Say, Tap, read_frames
from maracuja.clock import Clock
from maracuja.errors import (
    BadInput,
    Forbidden,
    MaracujaError,
    TooManyRequests,
    Unauthorized,
    WebhookRejected,
)
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import micros
from maracuja.runtime.web_chat_desk import Entry, Hello, Kept, WebChatDesk, shown
from maracuja.store import inbox
from maracuja.store.web_chat import LINES_MAX, Thread

BODY_BYTES_MAX: Final = 64_000
WAIT_S_MAX: Final = 25
WORDS_PER_S, WORDS_AT_ONCE = 1.0, 20.0
CALLS_PER_S, CALLS_AT_ONCE = 5.0, 100.0
GUESTS_PER_S, GUESTS_AT_ONCE = 20.0, 600.0  # new ones, in all

Put = Callable[[inbox.Request], Awaitable[None]]
_Told = TypeVar("_Told")


class Sync(msgspec.Struct, frozen=True):
    """What a page or an app asks for: lines after a place, waited for; what it has to say."""

    token: Annotated[str, Meta(max_length=1_000)] = ""
    after: Annotated[int, Meta(ge=0, le=2**62)] = 0
    wait_s: Annotated[float, Meta(ge=0, le=WAIT_S_MAX)] = 0
    frames: list[dict[str, Any]] = []


class WebChatRoom:
    """What the routes and the sockets of one account share."""

    def __init__(
        self, channel: WebChat, desk: WebChatDesk, put: Put, clock: Clock, shop: tuple[str, str]
    ) -> None:
        self.channel = channel
        self.desk = desk
        self.bell = Bell(desk)
        self.clock = clock
        self.name, self.url = shop
        self._put = put
        self._words = Paces(WORDS_PER_S, WORDS_AT_ONCE)
        self._calls = Paces(CALLS_PER_S, CALLS_AT_ONCE)
        self._guests = Paces(GUESTS_PER_S, GUESTS_AT_ONCE)
        self.company = Company(channel.settings.sockets)

    async def enter(self, hello: Hello) -> tuple[Entry, Thread]:
        """Let a visitor in; raises as `WebChatDesk.enter`, and TooManyRequests."""
        now = self.clock.now()
        if not hello.user and not hello.token:
            self._pace(self._guests, "", 1)
        entry = await run_in_threadpool(self.desk.enter, hello, now)
        self._pace(self._calls, entry.address, 1)
        await self._tell(entry.heard)
        return entry, await run_in_threadpool(self.desk.seat, entry, now)

    async def take(self, address: str, frames: Sequence[AnyFrame], heard: Sequence[Heard]) -> Kept:
        """Take what a visitor said and what that tells: durable as events, then in their thread.

        Raises TooManyRequests, Overloaded, and NotFound for a guest who was forgotten.
        """
        now = self.clock.now()
        words = sum(isinstance(frame, Say | Tap) for frame in frames)
        self._pace(self._calls, address, 1)
        self._pace(self._words, address, words)
        await self._tell(await run_in_threadpool(self.desk.untold, address, heard))
        kept = await run_in_threadpool(self.desk.keep, address, frames, now)
        if words:
            self.bell.ring([kept.thread.thread])
        return kept

    def _pace(self, paces: Paces, who: str, n: int) -> None:
        """Raise TooManyRequests where it goes too fast."""
        wait_s = paces.take(who, n) if n else 0.0
        if wait_s:
            raise TooManyRequests("This goes too fast.", retry_after_s=wait_s)

    async def _tell(self, heard: list[Heard]) -> None:
        if heard:
            account = self.channel.settings.account
            context, body = encode_heard(heard, self.channel.name, account)
            now_us = micros(self.clock.now())
            await self._put(inbox.Request(now_us, CALL, "internal", context, body))

    def welcome(self, entry: Entry, thread: Thread, after: int) -> dict[str, Any]:
        """What a visitor is told first; their lines follow those up to `after`."""
        return {
            "token": entry.token,
            "until": entry.until_s,
            "visitor": entry.address,
            "shop": self.name,
            "started": thread.started_us > 0,
            "from": after,
            "greeting": self.channel.settings.greeting,
        }

    def allows(self, origin: str | None) -> bool:
        """Whether a page of this site may ask; an app has no origin."""
        return origin is None or self.channel.allows(origin, self.url)


def open_room(app: App, put: Put) -> WebChatRoom | None:
    """The room of the workspace; None where the channel is not set up."""
    channel = app.vendors.over_http().get(WebChat.name)
    if not isinstance(channel, WebChat):
        return None
    desk = WebChatDesk(app.store, channel, app.secrets.key_secret)
    shop = app.config.shop
    return WebChatRoom(channel, desk, put, app.clock, (shop.name, shop.url))


def web_chat_router(room: WebChatRoom) -> APIRouter:
    """The routes of the account; they go before those of other channels' webhooks."""
    router = APIRouter(include_in_schema=False)
    routes = _Routes(room)
    place = f"/w/{room.channel.name}/{room.channel.settings.account}"
    router.add_api_route(f"{place}.js", routes.script, methods=["GET"])
    for path, ask, methods in (
        ("/v1/inbox/open", routes.open, ["POST", "OPTIONS"]),
        ("/v1/inbox", routes.sync, ["POST", "OPTIONS"]),
        ("/v1/inbox", routes.lines, ["GET"]),
        (place, routes.sync, ["POST", "OPTIONS"]),
    ):
        router.add_api_route(path, ask, methods=methods)
    router.add_api_websocket_route(place, routes.socket)
    return router


class _Routes:
    """Answers requests; every answer to a page says that this page may read it."""

    def __init__(self, room: WebChatRoom) -> None:
        self._room = room

    async def script(self, request: Request) -> Response:
        """The snippet, for the pages of the shop."""
        return script_for(request, "web_chat.js")

    async def open(self, request: Request) -> Response:
        """Say hello: who the visitor is from now on."""

        async def answer() -> dict[str, Any]:
            room, hello = self._room, _read(await read_body(request, BODY_BYTES_MAX), Hello)
            entry, thread = await room.enter(hello)
            now = room.clock.now()
            start = await run_in_threadpool(room.desk.begin_after, thread, hello.after, now)
            unseen = await run_in_threadpool(room.desk.unseen, thread.thread, now)
            told = room.welcome(entry, thread, start)
            return {**told, "seq": thread.seq, "unseen": unseen}

        return await self._answered(request, answer)

    async def sync(self, request: Request) -> Response:
        """Take frames, and give the lines after a place, once there are some."""

        async def answer() -> dict[str, Any]:
            raw = await read_body(request, BODY_BYTES_MAX)
            asked = _read(raw, Sync)
            headers = {name.lower(): value for name, value in request.headers.items()}
            room, now = self._room, self._room.clock.now()
            address = self._visitor(_bearer(request) or asked.token)
            try:
                # As of every vendor, the channel verifies the raw call.
                hook = room.channel.webhook(Inbound(body=raw, headers=headers), now)
            except WebhookRejected as refusal:
                raise BadInput(refusal.message) from None
            frames = read_frames(asked.frames)
            kept = await room.take(address, frames, hook.heard) if frames else None
            thread = kept.thread if kept else await run_in_threadpool(room.desk.find, address)
            said = [shown(line) for line in kept.said] if kept else []
            return await self._given(thread, asked.after, asked.wait_s, said)

        return await self._answered(request, answer)

    async def lines(
        self,
        request: Request,
        after: Annotated[int, Query(ge=0, le=2**62)] = 0,
        before: Annotated[int, Query(ge=0, le=2**62)] = 0,
        limit: Annotated[int, Query(ge=1, le=LINES_MAX)] = 50,
    ) -> Response:
        """The in-app inbox: lines after a place, or the last ones before one."""

        async def answer() -> dict[str, Any]:
            room, now = self._room, self._room.clock.now()
            address = self._visitor(_bearer(request))
            thread = await run_in_threadpool(room.desk.find, address)
            if thread is None:
                return {"lines": [], "seq": 0, "unseen": 0}
            found = await run_in_threadpool(
                room.desk.read, thread.thread, now, after=after, before=before, limit=limit
            )
            unseen = await run_in_threadpool(room.desk.unseen, thread.thread, now)
            return {"lines": found, "seq": thread.seq, "unseen": unseen}

        return await self._answered(request, answer)

    async def socket(self, socket: WebSocket) -> None:
        """An open chat."""
        await Socket(self._room, socket).serve()

    def _visitor(self, token: str) -> str:
        """Whose token it is. Raises Unauthorized."""
        try:
            return self._room.channel.visitor(token, self._room.clock.now())
        except WebhookRejected as refusal:
            raise Unauthorized(refusal.message, fix="Say hello again.") from None

    async def _given(
        self, thread: Thread | None, after: int, wait_s: float, said: list[dict[str, Any]]
    ) -> dict[str, Any]:
        room = self._room
        if thread is None:
            return {"lines": [], "seq": 0, "unseen": 0, "said": said}
        number = thread.thread
        async with room.bell.listen(number) as rung:
            start = await run_in_threadpool(room.desk.begin_after, thread, after, room.clock.now())
            lines = await self._lines(number, start)
            if not lines and wait_s and not said and not room.bell.closed:
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), wait_s)
                lines = await self._lines(number, start)
        unseen = await run_in_threadpool(room.desk.unseen, number, room.clock.now())
        return {"lines": lines, "seq": thread.seq, "unseen": unseen, "said": said, "from": start}

    async def _lines(self, thread: int, after: int) -> list[dict[str, Any]]:
        desk, now = self._room.desk, self._room.clock.now()
        return await run_in_threadpool(desk.read, thread, now, after=after)

    async def _answered(
        self, request: Request, answer: Callable[[], Awaitable[dict[str, Any]]]
    ) -> Response:
        """The answer, or its refusal, with what lets the page read it."""
        origin = request.headers.get("origin")
        headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
        try:
            if not self._room.allows(origin):
                raise Forbidden("The chat does not stand on this site.", where="origin")
            if origin is not None:
                headers |= {"Access-Control-Allow-Origin": origin, "Vary": "Origin"}
            if request.method == "OPTIONS":
                allowed = {"Access-Control-Allow-Headers": "authorization, content-type",
                           "Access-Control-Max-Age": "86400"}  # fmt: skip
                return Response(status_code=204, headers=headers | allowed)
            return _json(await answer(), 200, headers)
        except MaracujaError as refusal:
            return _refused(refusal, headers)


def problem(error: MaracujaError) -> dict[str, Any]:
    """A refusal as the browser reads it."""
    told = {"code": error.code, "message": error.message, "where": error.where, "fix": error.fix}
    if isinstance(error, TooManyRequests):
        told["retry_after_s"] = error.retry_after_s  # type: ignore[assignment]  # JSON
    return told


def _refused(error: MaracujaError, headers: dict[str, str]) -> Response:
    if isinstance(error, TooManyRequests):
        headers = {**headers, "Retry-After": str(int(error.retry_after_s) + 1)}
    return _json(problem(error), error.http_status, headers)


def _json(told: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    body = msgspec.json.encode(told)
    return Response(body, status, headers, media_type="application/json")


def _bearer(request: Request) -> str:
    header = request.headers.get("authorization", "")
    return header[len(BEARER) :].strip() if header.lower().startswith(BEARER) else ""


def _read(raw: bytes, kind: type[_Told]) -> _Told:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadInput(f"The call cannot be read: {fault}.") from None

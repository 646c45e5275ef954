"""The one ASGI application: events go their bare way at once, all else is loaded when asked for.

Until somebody asks for a page, a link or the management API the process stays small.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

import msgspec

from maracuja.api import problems
from maracuja.api.ingest import IngestApp, Message, Receive, Scope, Send
from maracuja.app import App
from maracuja.clock import monotonic_s
from maracuja.errors import BadInput, MaracujaError, Overloaded, TooLarge
from maracuja.runtime.inbox_writer import InboxWriter
from maracuja.store import inbox, keys

if TYPE_CHECKING:
    from maracuja.api.here import Pages

RESTART: Final = 1012  # closes a socket whose server stops
BODY_BYTES_MAX: Final = 2_000_000
MESSAGE_BYTES_MAX: Final = 12_000_000  # of a single message: its files in base64, its words

# Pages carry their own styles, and nothing else: no script runs and nothing is loaded.
HEADERS: Final = {
    b"content-security-policy": b"default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    b"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
    b"cache-control": b"no-store",
}
# Where the world reaches us over https alone: browsers keep to it for a year.
STRICT: Final = {b"strict-transport-security": b"max-age=31536000"}
MESSAGES: Final = "/v1/messages"
# Below /v1 too, but no events.
MANAGED: Final = ("/v1/shop", MESSAGES, "/v1/conversations", "/v1/inbox")
LINKS: Final = ("/c/", "/o/", "/u/", "/p/", "/w/", "/v1/inbox", "/v/", "/s/", "/f/", "/y/", "/t/")
_JSON: Final[Mapping[str, str]] = {"content-type": "application/json"}
STOPPING_S: Final = 2.0  # when whoever keeps it running has started the next


class Management(Protocol):
    """The application for all but events: FastAPI's, loaded when it is first asked for."""

    state: Any

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request."""
        ...


def hang_up(management: Management) -> None:
    """Close every open chat and stream: browsers come back to the next server by themselves."""
    management.state.live.close()
    if management.state.web_chat is not None:
        management.state.web_chat.bell.close()


class Server:
    """`/v1/*` to ingest, `/healthz` at once, all else to management; `close` it after the last.

    `load_pages` gives the pages that people see when the first is asked for.
    """

    def __init__(self, app: App, load_pages: Callable[[], Pages]) -> None:
        self._app = app
        self._load_pages = load_pages
        strict = app.config.public_url.startswith("https://")
        self._headers = HEADERS | STRICT if strict else HEADERS
        self._writer = InboxWriter(app.store)
        self._ingest = IngestApp(
            read_keys=self._read_keys,
            inbox=self._writer,
            clock=app.clock,
            requests_per_s=app.config.server.requests_per_s,
            public_url=app.config.server.public_url,
        )
        self._management: Management | None = None
        self._loading = asyncio.Lock()
        self._under_way = 0
        self._draining = False

    def close(self) -> None:
        """Write what has been accepted; later requests are refused."""
        self._writer.close()

    async def drained(self, wait_s: float, forced: asyncio.Event) -> None:
        """Refuse new requests, and wait for those under way: so long, or until it is forced."""
        self._draining = True
        if self._management is not None:
            hang_up(self._management)
        deadline_s = monotonic_s() + wait_s
        while self._under_way and not forced.is_set() and monotonic_s() < deadline_s:
            await asyncio.sleep(0.02)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "websocket":
            await self._meet(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        if self._draining:
            await _refuse(send, Overloaded("The server is stopping.", retry_after_s=STOPPING_S))
            return
        self._under_way += 1
        try:
            await self._route(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _meet(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An open chat, until either side ends it."""
        if self._draining:
            await send({"type": "websocket.close", "code": RESTART})
            return
        self._under_way += 1
        try:
            await (self._management or await self._load())(scope, receive, send)
        finally:
            self._under_way -= 1

    async def _route(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path.startswith("/v1/") and not _managed(path):
            await self._ingest(scope, receive, send)
            return
        guarded = _guarded(send, self._headers)
        if path == "/healthz":
            await _answer(guarded, 200, b'{"ok": true}')
            return
        try:
            _check_size(scope)
        except MaracujaError as error:
            await _refuse(guarded, error)
            return
        management = self._management or await self._load()
        # Links answer with headers of their own: mail readers show our pixel in their pages.
        await management(scope, receive, send if path.startswith(LINKS) else guarded)

    async def _load(self) -> Management:
        """The application for all but events, made on the first request."""
        async with self._loading:
            if self._management is None:
                self._management = await asyncio.to_thread(self._make)
            return self._management

    def _make(self) -> Management:
        from maracuja.api.management import make_management

        return make_management(self._app, self._load_pages(), self._put)

    async def _put(self, request: inbox.Request) -> None:
        await self._writer.put(request)

    def _read_keys(self) -> keys.KeyRing:
        with self._app.store.read() as conn:
            return keys.ring(conn)


def _managed(path: str) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in MANAGED)


def _check_size(scope: Scope) -> None:
    """Raise for a body that is announced to be too long, or whose length cannot be read."""
    most = MESSAGE_BYTES_MAX if scope["path"] == MESSAGES else BODY_BYTES_MAX
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise BadInput("The content-length is no number.")
            if int(value) > most:
                raise TooLarge(f"A body of more than {most} bytes is not taken.")


def _guarded(send: Send, further: Mapping[bytes, bytes]) -> Send:
    """Add the headers that a route has not set itself."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            given: Sequence[tuple[bytes, bytes]] = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            added = [(name, value) for name, value in further.items() if name not in names]
            message = {**message, "headers": [*given, *added]}
        await send(message)

    return guarded


async def _refuse(send: Send, error: MaracujaError) -> None:
    body = msgspec.json.encode(problems.told_of(error))
    told = {"content-type": problems.MEDIA_TYPE, **problems.headers_of(error)}
    await _answer(send, error.http_status, body, told)


async def _answer(send: Send, status: int, body: bytes, told: Mapping[str, str] = _JSON) -> None:
    lines = {**told, "content-length": str(len(body))}
    headers: list[tuple[Any, Any]] = [(k.encode(), v.encode()) for k, v in lines.items()]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

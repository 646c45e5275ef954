"""Segment's HTTP API at /v1/*: a bare ASGI application that answers 200 once a request is durable.

It never looks into events beyond their outer shape: the projection does, and puts bad ones aside.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
import zlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any, Final, Protocol

import msgspec

from maracuja.api.rates import Rates
from maracuja.clock import Clock, monotonic_s
from maracuja.errors import (
    BadInput,
    Forbidden,
    MaracujaError,
    NotFound,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    UnsupportedMedia,
)
from maracuja.ingest.calls import CALLS, REQUEST_BYTES_MAX, VERBS, check_request
from maracuja.model import micros
from maracuja.store.inbox import Request
from maracuja.store.keys import Key, KeyKind, KeyRing

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = Mapping[bytes, bytes]

KEYS_S: Final = 1.0  # how long a revoked key may still be taken

# Segment's browser client says /v1/t for /v1/track, and so on.
PATHS: Final = {f"/v1/{call}": call for call in CALLS} | {
    f"/v1/{call[0]}": call for call in VERBS | {"batch"}
}
SETTINGS: Final = re.compile(r"/v1/projects/([^/]+)/settings")
SETTINGS_S: Final = 600  # for which browsers keep them
_CORS: Final = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"retry-after"),
]
_JSON: Final = [(b"content-type", b"application/json"), *_CORS]
_OK_BODY: Final = b'{"success": true}'
_OK: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [*_JSON, (b"content-length", str(len(_OK_BODY)).encode())],
}
_SETTINGS: Final = [
    *_JSON,
    (b"cache-control", f"public, max-age={SETTINGS_S}".encode()),
    (b"vary", b"host"),
]
_PREFLIGHT: Final = [
    *_CORS,
    (b"allow", b"POST, OPTIONS"),
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (
        b"access-control-allow-headers",
        b"authorization, content-type, content-encoding, x-retry-count",
    ),
    (b"access-control-max-age", b"86400"),
    (b"content-length", b"0"),
]


class Inbox(Protocol):
    """Where requests go; see `runtime.inbox_writer.InboxWriter`."""

    def put(self, request: Request) -> Awaitable[None]:
        """Done once the request is durable; raises Overloaded when too much waits."""
        ...


class IngestApp:
    """The ASGI application. `read_keys` gives the keys in force; it is asked once a second.

    `public_url` is where browsers find it; empty: where they asked.
    """

    def __init__(
        self,
        *,
        read_keys: Callable[[], KeyRing],
        inbox: Inbox,
        clock: Clock,
        requests_per_s: float,
        public_url: str = "",
    ) -> None:
        self._public_url = public_url
        self._keys = _Keys(read_keys)
        self._rates = Rates(requests_per_s)
        self._inbox = inbox
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        assert scope["type"] == "http", "only HTTP is served here"
        project = SETTINGS.fullmatch(scope["path"])
        if scope["method"] != "POST" and not (project and scope["method"] == "GET"):
            status = 204 if scope["method"] == "OPTIONS" else 405
            await _answer(send, status, _PREFLIGHT, b"")
            return
        try:
            if project:
                await _answer(send, 200, _SETTINGS, self._settings(scope, project[1]))
                return
            await self._take(scope, receive)
        except MaracujaError as error:
            await _answer_error(send, error)
            return
        await send(_OK)
        await send({"type": "http.response.body", "body": _OK_BODY})

    async def _take(self, scope: Scope, receive: Receive) -> None:
        call = PATHS.get(scope["path"].rstrip("/"))
        if call is None:
            raise NotFound(f"{scope['path']} is no call of this API.", fix="Post to /v1/batch.")
        headers: Headers = dict(scope["headers"])
        given = _basic_user(headers.get(b"authorization"))
        key = self._allow(given) if given is not None else None
        body = await _read_body(receive, headers)
        _, in_body = check_request(call, body)
        if key is None:
            key = self._allow(in_body)
        caller = _caller(scope, headers, key) if key.kind is KeyKind.BROWSER else b""
        now_us = micros(self._clock.now())
        await self._inbox.put(Request(now_us, call, key.kind.value, caller, body))

    def _settings(self, scope: Scope, presented: str) -> bytes:
        """What Segment's browser client asks for first: where its calls go.

        Raises Unauthorized, and Forbidden for a key that is no browser's.
        """
        key = self._keys.find(presented)
        if key.kind is not KeyKind.BROWSER:
            raise Forbidden("Only a browser key stands in pages.", fix="Make one for the page.")
        headers: Headers = dict(scope["headers"])
        asked = f"{scope['scheme']}://{headers.get(b'host', b'').decode('latin-1')}"
        protocol, _, host = (self._public_url or asked).rstrip("/").partition("://")
        ours = {"apiKey": presented, "apiHost": f"{host}/v1", "protocol": protocol}
        told = {
            "integrations": {"Segment.io": {**ours, "addBundledMetadata": False}},
            "metrics": {"sampleRate": 0},
        }
        return msgspec.json.encode(told)

    def _allow(self, presented: str | None) -> Key:
        """The key; raises what stands against taking a request with it."""
        if not presented:
            raise Unauthorized(
                "There is no write key.", fix="Send it as the user of basic authentication."
            )
        key = self._keys.find(presented)
        if key.kind is KeyKind.ADMIN:
            raise Forbidden("An admin key may not send events.", fix="Use a server key.")
        wait_s = self._rates.take(key.id)
        if wait_s:
            raise TooManyRequests("This key sends too many requests.", retry_after_s=wait_s)
        return key


class _Keys:
    """The keys in force, read again every second; those seen since need not be checked again."""

    def __init__(self, read_keys: Callable[[], KeyRing]) -> None:
        self._read = read_keys
        self._seen: dict[str, Key] = {}
        self._until_s = 0.0

    def find(self, presented: str) -> Key:
        """The key; raises Unauthorized."""
        now_s = monotonic_s()
        if now_s >= self._until_s:
            self._ring = self._read()
            self._seen = {}
            self._until_s = now_s + KEYS_S
        key = self._seen.get(presented)
        if key is None:
            key = self._seen[presented] = self._ring.authenticate(presented)
        return key


def _basic_user(header: bytes | None) -> str | None:
    """The user of basic authentication; None without such a header."""
    if header is None:
        return None
    scheme, _, coded = header.partition(b" ")
    if scheme.lower() != b"basic":
        raise Unauthorized("Only basic authentication is known.", fix="Send the write key so.")
    try:
        return base64.b64decode(coded, validate=True).partition(b":")[0].decode()
    except (binascii.Error, UnicodeDecodeError) as fault:
        raise Unauthorized("The authorization header cannot be read.") from fault


async def _read_body(receive: Receive, headers: Headers) -> bytes:
    """The body after gzip; raises TooLarge, UnsupportedMedia or BadInput."""
    kind = headers.get(b"content-type", b"application/json").partition(b";")[0].strip().lower()
    # Browsers send text/plain because it needs no preflight.
    if kind not in (b"application/json", b"text/plain", b""):
        raise UnsupportedMedia(
            f"The content type {kind.decode('latin-1')!r} is not taken.", fix="Send JSON."
        )
    encoding = headers.get(b"content-encoding", b"identity").strip().lower()
    if encoding not in (b"gzip", b"identity", b""):
        raise UnsupportedMedia(
            f"The encoding {encoding.decode('latin-1')!r} is not taken.", fix="Use gzip or none."
        )
    given = headers.get(b"content-length", b"")
    length = int(given) if given.isdigit() else None
    if length is not None and length > REQUEST_BYTES_MAX:
        raise _too_large()
    body = await _receive_all(receive, length)
    return _gunzip(body) if encoding == b"gzip" else body


async def _receive_all(receive: Receive, length: int | None) -> bytes:
    """The whole body; once `length` bytes are there, no further message is waited for."""
    message = await receive()
    body: bytes = message.get("body", b"")
    parts, size = [body], len(body)
    while message.get("more_body", False) and size != length:
        message = await receive()
        body = message.get("body", b"")
        parts.append(body)
        size += len(body)
        if size > REQUEST_BYTES_MAX:
            raise _too_large()
    if message["type"] == "http.disconnect":
        raise BadInput("The request ended early.")
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _gunzip(body: bytes) -> bytes:
    reader = zlib.decompressobj(wbits=31)
    try:
        plain = reader.decompress(body, REQUEST_BYTES_MAX + 1)
    except zlib.error as fault:
        raise BadInput(f"The body is not gzip: {fault}.") from fault
    if len(plain) > REQUEST_BYTES_MAX:
        raise _too_large()
    if not reader.eof:
        raise BadInput("The body is not gzip: it ends early.")
    return plain


def _too_large() -> TooLarge:
    return TooLarge(
        f"A request of more than {REQUEST_BYTES_MAX} bytes is not taken.",
        fix="Send smaller batches.",
    )


def _caller(scope: Scope, headers: Headers, key: Key) -> bytes:
    """What a browser's connection tells, as Segment's context spells it, and its key's number."""
    client = scope.get("client")
    agent = headers.get(b"user-agent")
    told = {"ip": client[0] if client else None, "userAgent": agent and agent.decode("latin-1")}
    given = {name: value for name, value in told.items() if value}
    return msgspec.json.encode({**given, "key": key.id})


async def _answer_error(send: Send, error: MaracujaError) -> None:
    body = msgspec.json.encode({"success": False, "code": error.code, "message": str(error)})
    headers = [*_JSON, (b"content-length", str(len(body)).encode())]
    if isinstance(error, TooManyRequests):
        headers.append((b"retry-after", str(math.ceil(error.retry_after_s)).encode()))
    if isinstance(error, Unauthorized):
        headers.append((b"www-authenticate", b'Basic realm="maracuja"'))
    await _answer(send, error.http_status, headers, body)


async def _answer(
    send: Send, status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes
) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})

"""Entity tags: who has an answer already is told 304 instead of getting it again.

A definition's tag is its version; all else has the digest of its answer.
"""

from __future__ import annotations

import hashlib
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maracuja.errors import BadInput

_JSON: Final = "application/json"
_KEPT: Final = ("etag", "cache-control", "vary")  # what a 304 says too


def of_version(version: int) -> str:
    """The tag of a version."""
    return f'"{version}"'


def version_of(tag: str | None) -> int | None:
    """The version that `If-Match` names; None without one, or for any. Raises BadInput."""
    if tag is None or tag.strip() == "*":
        return None
    number = tag.strip().removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise BadInput("This is no tag of ours.", where="If-Match", fix="Give the ETag you got.")
    return int(number)


class ETags:
    """Around the application: gives JSON that was read its tag, and heeds `If-None-Match`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        known = Headers(scope=scope).get("if-none-match", "")
        held: list[Message] = []

        async def tag(message: Message) -> None:
            if message["type"] == "http.response.start" and _tagged(message):
                held.append(message)
                return
            if held:
                start = held.pop()
                whole = not message.get("more_body")
                if whole and _matches(_tag(start, message.get("body", b"")), known):
                    start, message = _unchanged(start), {"type": "http.response.body", "body": b""}
                await send(start)
            await send(message)

        await self._app(scope, receive, tag)


def _tagged(start: Message) -> bool:
    return start["status"] == 200 and Headers(raw=start["headers"]).get("content-type") == _JSON


def _tag(start: Message, body: bytes) -> str:
    """The tag of an answer, which now carries it."""
    headers = MutableHeaders(raw=start["headers"])
    if "etag" not in headers:
        headers["etag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return headers["etag"]


def _matches(tag: str, known: str) -> bool:
    return tag in (one.strip().removeprefix("W/") for one in known.split(","))


def _unchanged(start: Message) -> Message:
    headers = Headers(raw=start["headers"])
    kept = [(name.encode(), headers[name].encode()) for name in _KEPT if name in headers]
    return {"type": "http.response.start", "status": 304, "headers": kept}

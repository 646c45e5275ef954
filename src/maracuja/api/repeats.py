"""Calls with an `Idempotency-Key`, obeyed once however often they come.

That a call was obeyed is written in the transaction of its change: after a crash either both
stand or neither. The answer is kept right after; where a crash came between, a repeated call is
told that the change stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import MutableSequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from fastapi import Request, Response
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from maracuja.app import App
from maracuja.errors import BadInput, Conflict
from maracuja.model import micros
from maracuja.runtime.passwords import cipher
from maracuja.store import answered
from maracuja.store.engine import BESIDE, Store

HEADER: Final = "idempotency-key"
KEY_CHARS_MAX: Final = 200
KEPT_FOR: Final = timedelta(days=1)
OWN: Final = ("/v1/messages",)  # keeps its keys with the messages, and longer
_SEALED_FOR: Final = "kept answers"


class Given(msgspec.Struct):
    """An answer as it was given."""

    status: int
    media: str
    body: bytes


class Repeated(Exception):
    """The call was obeyed before: the answer that it was given then."""

    def __init__(self, given: Given) -> None:
        super().__init__("obeyed before")
        self.given = given


class Once:
    """The mark of a call that is being obeyed: written with the first change that it makes."""

    def __init__(self, digest: bytes, asked: bytes, now: datetime) -> None:
        self.digest = digest
        self.marked = False
        self._asked = asked
        self._now = now

    def write(self, conn: Connection) -> None:
        """Write the mark. Raises Conflict where the same call is obeyed at the same time."""
        if not self.marked:
            since_us = micros(self._now - KEPT_FOR)
            answered.begin(conn, self.digest, self._asked, micros(self._now), since_us)

    def committed(self) -> None:
        """The change stands, and the mark with it."""
        self.marked = True


async def once(request: Request, app: App, actor: str) -> None:
    """See that a change which `actor` asks for with a key is made once.

    Raises Repeated where it was made, Conflict where the key was another call's or the answer
    is not known, BadInput.
    """
    key = request.headers.get(HEADER, "")
    if not key or request.method == "GET" or request.url.path in OWN:
        return
    if len(key) > KEY_CHARS_MAX:
        raise BadInput(f"A key has {KEY_CHARS_MAX} letters at most.", where="Idempotency-Key")
    called = (request.method, request.url.path, request.url.query)
    digest = _digest(actor.encode(), key.encode())
    asked = _digest(*(part.encode() for part in called), await request.body())
    now = app.clock.now()
    kept = await run_in_threadpool(_find, app.store, digest, now)
    if kept is not None:
        raise _repeated(app, kept, asked)
    mark = Once(digest, asked, now)
    request.state.once = mark
    BESIDE.set(mark)


def answer_again(_: Request, repeated: Repeated) -> Response:
    """The answer that was given."""
    given = repeated.given
    headers = {"idempotency-replayed": "true"}
    if given.media:
        headers["content-type"] = given.media
    return Response(given.body, given.status, headers)


class Repeats:
    """Around the application: keeps the answers of calls that were obeyed."""

    def __init__(self, app: ASGIApp, here: App) -> None:
        self._app = app
        self._here = here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        held: list[Message] = []

        async def keep(message: Message) -> None:
            mark: Once | None = scope.get("state", {}).get("once")
            if mark is None or not mark.marked:
                await send(message)
                return
            held.append(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                await run_in_threadpool(self._keep, mark, held)
                for one in held:
                    await send(one)

        await self._app(scope, receive, keep)

    def _keep(self, mark: Once, held: MutableSequence[Message]) -> None:
        start, *parts = held
        media = dict(start["headers"]).get(b"content-type", b"").decode()
        body = b"".join(part.get("body", b"") for part in parts)
        given = msgspec.msgpack.encode(Given(start["status"], media, body))
        sealed = cipher(self._here.secrets.key_secret, _SEALED_FOR).encrypt(given)
        with self._here.store.write() as conn:
            answered.finish(conn, mark.digest, sealed)


def _find(store: Store, digest: bytes, now: datetime) -> answered.Kept | None:
    with store.read() as conn:
        return answered.find(conn, digest, micros(now - KEPT_FOR))


def _repeated(app: App, kept: answered.Kept, asked: bytes) -> Exception:
    if kept.asked != asked:
        return Conflict(
            "This key was given with another call.",
            where="Idempotency-Key",
            fix="Give every change a key of its own.",
        )
    if not kept.answer:
        return Conflict(
            "This was done, but its answer is not known any more.",
            where="Idempotency-Key",
            fix="Look at what stands now.",
        )
    sealed: Any = cipher(app.secrets.key_secret, _SEALED_FOR).decrypt(kept.answer)
    return Repeated(msgspec.msgpack.decode(sealed, type=Given))


def _digest(*parts: bytes) -> bytes:
    """SHA-256 of the parts, each with its length, so that none can be taken for another."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.digest()

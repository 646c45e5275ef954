"""The rival of bench.ingest: FastAPI and pydantic before the same inbox with group commit.

A granian target like ingest_server; auth, gzip, limits and statuses are those of our ingest.
"""

import atexit
import gzip
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from pydantic import BaseModel, Field

from maracuja.clock import SystemClock
from maracuja.errors import Unauthorized
from maracuja.model import micros
from maracuja.runtime.inbox_writer import InboxWriter
from maracuja.store import inbox, keys
from maracuja.store.engine import open_store

store = open_store(f"sqlite:///{Path(os.environ['INGEST_WORKSPACE']) / 'state.db'}")
writer = InboxWriter(store)
atexit.register(writer.close)
clock = SystemClock()


class Track(BaseModel):
    """One event; what it holds is checked later, as ours does."""

    model_config = {"extra": "allow"}
    writeKey: str | None = None


class Batch(BaseModel):
    """Many events."""

    batch: list[Any] = Field(max_length=2500)
    sentAt: Any = None
    context: Any = None
    writeKey: str | None = None


class GzipRequest(Request):
    """FastAPI's own recipe for bodies in gzip."""

    async def body(self) -> bytes:
        """The plain body, read once."""
        if not hasattr(self, "_body"):
            body = await super().body()
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            self._body = body
        return self._body


class GzipRoute(APIRoute):
    """Uses GzipRequest."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """The handler, with the body unpacked."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            if request.headers.get("content-type", "application/json") != "application/json":
                return JSONResponse({"success": False}, status_code=415)
            try:
                unpacked = GzipRequest(request.scope, request.receive)
                limit = 32 * 1024 if request.url.path == "/v1/track" else 500 * 1024
                if len(await unpacked.body()) > limit:
                    return JSONResponse({"success": False}, status_code=413)
                return await handler(unpacked)
            except (RequestValidationError, OSError, EOFError):
                return JSONResponse({"success": False}, status_code=400)

        return handle


app = FastAPI()
app.router.route_class = GzipRoute
basic = HTTPBasic(auto_error=False)
_ring: list[Any] = [0.0, None, {}]


def write_key(credentials: Annotated[HTTPBasicCredentials | None, Depends(basic)]) -> str:
    """The kind of the key; the ring is read again every second and hits are remembered."""
    if credentials is None:
        raise HTTPException(401)
    if time.monotonic() >= _ring[0]:
        with store.read() as conn:
            _ring[:] = [time.monotonic() + 1.0, keys.ring(conn), {}]
    found = _ring[2].get(credentials.username)
    if found is None:
        try:
            found = _ring[1].authenticate(credentials.username)
        except Unauthorized as error:
            raise HTTPException(401) from error
        _ring[2][credentials.username] = found
    kind: str = found.kind.value
    return kind


async def _store(request: Request, call: str, kind: str) -> dict[str, bool]:
    body = await request.body()
    await writer.put(inbox.Request(micros(clock.now()), call, kind, b"", body))
    return {"success": True}


@app.post("/v1/batch")
async def batch(
    payload: Batch, request: Request, kind: Annotated[str, Depends(write_key)]
) -> dict[str, bool]:
    """A batch, durable before the answer."""
    return await _store(request, "batch", kind)


@app.post("/v1/track")
async def track(
    payload: Track, request: Request, kind: Annotated[str, Depends(write_key)]
) -> dict[str, bool]:
    """One event, durable before the answer."""
    return await _store(request, "track", kind)

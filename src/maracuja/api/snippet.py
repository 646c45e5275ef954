"""The shop's snippet over HTTP: its script, the part that it loads later, and the push worker.

It hands out what the build has left in `ui/static/snippet` and never packs anything itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from fastapi import APIRouter, Request, Response

from maracuja.channels.base import Inbound
from maracuja.channels.http import HttpChannel
from maracuja.channels.web_push import WebPush
from maracuja.clock import Clock
from maracuja.errors import NotFound

SCRIPT: Final = "maracuja.js"
LATE: Final = re.compile(r"late-[\w-]+\.js")  # its name changes with what is in it
SCRIPT_S: Final = 600  # for which browsers keep the script
STATIC: Final = files("maracuja.ui") / "static" / "snippet"
_PACKED: Final = {"br": ".br", "gzip": ".gz"}  # the smaller one first
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}


def snippet_router(
    channels: Mapping[str, HttpChannel], clock: Clock, static: Traversable = STATIC
) -> APIRouter:
    """The routes that the pages of shops load from; anybody may."""
    router = APIRouter(include_in_schema=False)

    @router.get(f"/{SCRIPT}")
    def script(request: Request) -> Response:
        """The script of the tag."""
        return _file(static, SCRIPT, f"public, max-age={SCRIPT_S}", request)

    @router.get("/maracuja/{name}")
    def late(name: str, request: Request) -> Response:
        """The part that is loaded when it is needed: the same name is the same bytes for ever."""
        if not LATE.fullmatch(name):
            raise NotFound("There is no such script.", where=name)
        return _file(static, name, "public, max-age=31536000, immutable", request)

    @router.get("/maracuja-sw.js")
    def worker() -> Response:
        """The service worker of web push, for the one line in the worker of the shop's site."""
        channel = channels.get(WebPush.name)
        if channel is None:
            raise NotFound(
                "Web push is not set up.", where="web_push", fix="docs/web_push.md says how."
            )
        hook = channel.webhook(Inbound(body=b"", method="GET", query={"worker": ""}), clock.now())
        headers = {**_HEADERS, "Cache-Control": f"public, max-age={SCRIPT_S}"}
        return Response(hook.body, headers=headers, media_type=hook.content_type)

    return router


def _file(static: Traversable, name: str, cache: str, request: Request) -> Response:
    """A script as small as the browser reads it; raises NotFound where it was not built."""
    plain = static / name
    if not plain.is_file():
        raise NotFound(
            "The snippet is not built on this server.",
            where=name,
            fix="Install Maracuja without MARACUJA_SKIP_UI, or run `npm run build` in web/.",
        )
    body = plain.read_bytes()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    headers = {**_HEADERS, "Cache-Control": cache, "ETag": tag, "Vary": "Accept-Encoding"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    taken = request.headers.get("accept-encoding", "")
    for encoding, ending in _PACKED.items():
        packed = static / f"{name}{ending}"
        if encoding in taken and packed.is_file():
            headers["Content-Encoding"] = encoding
            body = packed.read_bytes()
            break
    return Response(body, headers=headers, media_type="text/javascript; charset=utf-8")

"""The small scripts that lie beside the routes, as the pages of shops load them."""

from __future__ import annotations

import gzip
import hashlib
import re
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from fastapi import Request, Response

SCRIPT_S: Final = 600  # for which browsers keep a script
# Blocks, and lines of their own: the scripts have neither in a text.
_COMMENTS: Final = re.compile(r"/\*[^\0]*?\*/ ?|^ *//.*\n", re.MULTILINE)
_INDENT: Final = re.compile(r"^\s+", re.MULTILINE)


class SmallScript(NamedTuple):
    """A script as it goes out, the same as gzip, and its tag."""

    plain: bytes
    packed: bytes
    tag: str


@cache
def small_script(name: str) -> SmallScript:
    """The script of that file without its comments and indentation."""
    written = files("maracuja.api").joinpath(name).read_text(encoding="utf-8")
    plain = _INDENT.sub("", _COMMENTS.sub("", written)).encode()
    tag = f'"{hashlib.sha256(plain).hexdigest()[:16]}"'
    return SmallScript(plain, gzip.compress(plain, 9, mtime=0), tag)


def script_for(request: Request, name: str) -> Response:
    """The script for whoever asks from a page of any site."""
    script = small_script(name)
    headers = {
        "Cache-Control": f"public, max-age={SCRIPT_S}",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
        "ETag": script.tag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == script.tag:
        return Response(status_code=304, headers=headers)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = script.packed if packed else script.plain
    return Response(body, media_type="text/javascript; charset=utf-8", headers=headers)

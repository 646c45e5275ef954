"""The web app: its files, and its one page for every address that is a place in it."""

from __future__ import annotations

import re
import secrets
from typing import Final

from fastapi import APIRouter, Request, Response

from maracuja.api.here import Shown
from maracuja.errors import NotFound

# Messages' links begin with a part of one letter; of those the app shows shared reports (/r/).
_OTHERS: Final = re.compile(r"(api|v1|[a-qs-z])(/|$)")

router = APIRouter(include_in_schema=False)


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
async def web_app(request: Request, path: str, pages: Shown) -> Response:
    """A file of the app, or the app itself, which knows what is at the address.

    Small files are read at once: a thread for each would take longer, and a page asks for dozens.
    Raises NotFound for what a browser cannot mean as a place in it.
    """
    found = pages.app_file(path, request.headers.get("accept-encoding", ""))
    if found is None:
        if _OTHERS.match(path) or "." in path.rpartition("/")[2]:
            raise NotFound(f"There is nothing at /{path}.")
        found = pages.app_page(secrets.token_urlsafe(16))
    content, headers = found
    return Response(content, headers=headers)

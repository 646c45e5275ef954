"""Write openapi.json of an empty shop beside this file, for `npm run types`.

Only what the app asks and is answered: refusals have one shape everywhere (`client.ts`), and the
words of the description are on the page of the API.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from maracuja.api.management import make_management
from maracuja.app import create, open_app
from maracuja.config import load_config
from maracuja.store.inbox import Request
from maracuja.ui import home

TO = Path(__file__).with_name("openapi.json")
ASKED = ("/api/", "/v1/conversations", "/v1/shop/")  # below /v1 too: what shops' servers ask for
WORDS = ("description", "summary", "example", "examples", "title")


def described() -> dict[str, Any]:
    """The description of the API, without words and refusals."""
    with tempfile.TemporaryDirectory() as place:
        shop = Path(place) / "shop"
        create(shop, {})
        app = open_app(load_config(shop))
        try:
            made = make_management(app, home, _nowhere).openapi()
        finally:
            app.close()
    for path, methods in list(made["paths"].items()):
        if not path.startswith(ASKED):
            del made["paths"][path]
        for route in methods.values():
            route["responses"] = {k: v for k, v in route["responses"].items() if k[0] == "2"}
    bare: dict[str, Any] = _without_words(made)
    return bare


def _without_words(part: Any, *, named: bool = False) -> Any:
    """Without what is only read by people; below `properties` every key is a name, not a word."""
    if isinstance(part, list):
        return [_without_words(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        key: _without_words(value, named=key in ("properties", "schemas"))
        for key, value in part.items()
        if named or key not in WORDS
    }


async def _nowhere(_: Request) -> None:
    raise NotImplementedError


if __name__ == "__main__":
    TO.write_text(json.dumps(described(), sort_keys=True, indent=1), encoding="utf-8")

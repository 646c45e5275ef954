"""The snippet over HTTP: packed, kept for as long as it may be, absent in plain words."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from maracuja.api.answers import add_errors_to
from maracuja.api.snippet import snippet_router
from maracuja.channels.web_push import WebPush
from maracuja.clock import SimClock
from tests.contract.channel_case import NOW
from tests.contract.channel_cases.web_push import PUBLIC, SETTINGS

SCRIPT = b"analytics = [];" * 50


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """What a build leaves."""
    (tmp_path / "maracuja.js").write_bytes(SCRIPT)
    (tmp_path / "maracuja.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "maracuja.js.br").write_bytes(b"as brotli")
    (tmp_path / "late-Ab_1-9.js").write_bytes(b"export const start = 1;")
    return tmp_path


def ask(static: Path, path: str, *, push: bool = False, **headers: str) -> httpx.Response:
    """One request of a page; what it takes is what the test says."""
    api = FastAPI()
    add_errors_to(api)
    channels = {"web_push": WebPush(SETTINGS)} if push else {}
    api.include_router(snippet_router(channels, SimClock(NOW), static))
    given = {"accept-encoding": "identity", **{k.replace("_", "-"): v for k, v in headers.items()}}

    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url="http://go.example") as asking:
            # The raw bytes: nothing here unpacks brotli.
            async with asking.stream("GET", path, headers=given) as answer:
                raw = b"".join([part async for part in answer.aiter_raw()])
            return httpx.Response(answer.status_code, headers=answer.headers, request=None,
                                  extensions={"raw": raw})  # fmt: skip

    return asyncio.run(send())


@pytest.mark.parametrize(
    ("taken", "packed", "body"),
    [
        ("identity", None, SCRIPT),
        ("gzip, deflate", "gzip", gzip.compress(SCRIPT)),
        ("gzip, deflate, br, zstd", "br", b"as brotli"),
    ],
    ids=["plain", "gzip", "brotli"],
)
def test_the_script_is_as_small_as_the_browser_reads_it(
    static: Path, taken: str, packed: str | None, body: bytes
) -> None:
    answer = ask(static, "/maracuja.js", accept_encoding=taken)
    assert answer.status_code == 200
    assert answer.headers.get("content-encoding") == packed
    assert answer.extensions["raw"][10:] == body[10:]  # gzip writes the time into its head
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"


def test_it_is_asked_for_again_and_the_later_part_never(static: Path) -> None:
    first = ask(static, "/maracuja.js")
    assert first.headers["cache-control"] == "public, max-age=600"
    again = ask(static, "/maracuja.js", if_none_match=first.headers["etag"])
    assert (again.status_code, again.extensions["raw"]) == (304, b"")
    late = ask(static, "/maracuja/late-Ab_1-9.js")
    assert late.headers["cache-control"].endswith("immutable")
    assert late.headers["access-control-allow-origin"] == "*", "modules are loaded by CORS"


@pytest.mark.parametrize(
    "path", ["/maracuja/late-gone.js", "/maracuja/maracuja.js", "/maracuja/..%2fx.js"]
)
def test_nothing_else_is_handed_out(static: Path, path: str) -> None:
    assert ask(static, path).status_code == 404


def test_without_a_build_it_says_so(tmp_path: Path) -> None:
    answer = ask(tmp_path, "/maracuja.js")
    assert answer.status_code == 404
    assert b"The snippet is not built on this server." in answer.extensions["raw"]
    assert b"MARACUJA_SKIP_UI" in answer.extensions["raw"]


def test_the_push_worker_has_a_short_address(static: Path) -> None:
    answer = ask(static, "/maracuja-sw.js", push=True)
    assert answer.status_code == 200 and PUBLIC.encode() in answer.extensions["raw"]
    assert answer.headers["content-type"].startswith("text/javascript")
    none = ask(static, "/maracuja-sw.js")
    assert none.status_code == 404 and b"Web push is not set up." in none.extensions["raw"]

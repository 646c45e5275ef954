"""What Segment's browser client asks: its settings, short names of calls, what it may read."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from maracuja.api.ingest import PATHS, IngestApp
from maracuja.clock import SimClock
from maracuja.runtime.inbox_writer import InboxWriter
from maracuja.store import inbox, keys, meta
from maracuja.store.engine import Store
from tests.unit.ingest.test_http import NOW, make_key

CALL = b'{"userId":"u1","event":"Tasted"}'


def ask(
    store: Store, method: str, path: str, body: bytes = b"", *, key: str = "", public_url: str = ""
) -> tuple[int, dict[str, str], Any]:
    """One request of a page on another origin."""

    def read_keys() -> keys.KeyRing:
        with store.read() as conn:
            return keys.ring(conn)

    writer = InboxWriter(store)
    app = IngestApp(read_keys=read_keys, inbox=writer, clock=SimClock(NOW), requests_per_s=0,
                    public_url=public_url)  # fmt: skip
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    headers = [(b"host", b"go.example:8080"), (b"content-type", b"text/plain")]
    scope = {"type": "http", "method": method, "path": path, "scheme": "http", "headers": headers}
    asyncio.run(app(scope, receive, send))
    writer.close()
    given = {name.decode(): value.decode() for name, value in told[0]["headers"]}
    return told[0]["status"], given, json.loads(told[1]["body"] or b"null")


@pytest.fixture(autouse=True)
def secrets(store: Store) -> None:
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)


@pytest.mark.parametrize(
    ("public_url", "host", "protocol"),
    [
        ("", "go.example:8080/v1", "http"),
        ("https://go.shop.example/", "go.shop.example/v1", "https"),
    ],
)
def test_the_settings_send_calls_here_and_nothing_anywhere_else(
    store: Store, public_url: str, host: str, protocol: str
) -> None:
    key = make_key(store, keys.KeyKind.BROWSER)
    status, headers, told = ask(
        store, "GET", f"/v1/projects/{key}/settings", public_url=public_url
    )
    assert status == 200 and headers["access-control-allow-origin"] == "*"
    ours = told["integrations"].pop("Segment.io")
    assert (ours["apiKey"], ours["apiHost"], ours["protocol"]) == (key, host, protocol)
    assert told == {"integrations": {}, "metrics": {"sampleRate": 0}}


def test_only_browser_keys_have_settings(store: Store) -> None:
    server = make_key(store, keys.KeyKind.SERVER)
    assert ask(store, "GET", f"/v1/projects/{server}/settings")[0] == 403
    assert ask(store, "GET", "/v1/projects/mrc_browser_x_y/settings")[0] == 401
    assert ask(store, "GET", "/v1/track")[0] == 405


@pytest.mark.parametrize(
    ("path", "call"),
    [("/v1/t", "track"), ("/v1/p", "page"), ("/v1/i", "identify"), ("/v1/g", "group"),
     ("/v1/a", "alias"), ("/v1/s", "screen"), ("/v1/b", "batch")],
)  # fmt: skip
def test_each_call_has_its_short_name(store: Store, path: str, call: str) -> None:
    assert PATHS[path] == call
    key = make_key(store, keys.KeyKind.BROWSER)
    one = {"writeKey": key, "type": call, "userId": "u1", "event": "Tasted", "batch": []}
    assert ask(store, "POST", path, json.dumps(one).encode())[0] == 200
    with store.read_inbox() as conn:
        assert inbox.read(conn, 0).call == [call]


def test_a_page_may_say_that_it_tries_again_and_read_how_long_to_wait(store: Store) -> None:
    status, headers, _ = ask(store, "OPTIONS", "/v1/t")
    assert status == 204
    assert "x-retry-count" in headers["access-control-allow-headers"]
    assert headers["access-control-expose-headers"] == "retry-after"

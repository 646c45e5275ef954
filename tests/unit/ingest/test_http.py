import asyncio
import gzip
import json
import threading
from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from maracuja.api.ingest import IngestApp
from maracuja.clock import SimClock
from maracuja.errors import Overloaded
from maracuja.model import micros
from maracuja.runtime import inbox_writer
from maracuja.runtime.arrivals import unpack_within
from maracuja.runtime.inbox_writer import InboxWriter
from maracuja.store import inbox, keys, meta
from maracuja.store.engine import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
EVENT = b'{"userId":"u1","event":"Tasted"}'
BATCH = b'{"batch":[{"type":"track","userId":"u1","event":"Tasted"}]}'

Answer = tuple[int, dict[str, str], dict[str, Any]]


@pytest.fixture(autouse=True)
def secrets(store: Store) -> None:
    """The workspace's own."""
    with store.write() as conn:
        meta.create(conn, seed=1, reproducible=True)


def make_key(store: Store, kind: keys.KeyKind = keys.KeyKind.SERVER) -> str:
    with store.write() as conn:
        return keys.create(conn, kind, "test", 0, key_secret="x").secret


class Server:
    """The application with its writer, called without a socket."""

    def __init__(self, store: Store, requests_per_s: float = 0) -> None:
        self.store = store
        self.writer = InboxWriter(store)

        def read_keys() -> keys.KeyRing:
            with store.read() as conn:
                return keys.ring(conn)

        self.app = IngestApp(
            read_keys=read_keys,
            inbox=self.writer,
            clock=SimClock(NOW),
            requests_per_s=requests_per_s,
        )

    def ask(
        self,
        body: bytes,
        *,
        path: str = "/v1/batch",
        key: str | None = None,
        method: str = "POST",
        parts: int = 1,
        **headers: str,
    ) -> Answer:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if key is not None:
            given["authorization"] = "Basic " + b64encode(f"{key}:".encode()).decode()
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "client": ("10.0.0.7", 1),
            "headers": [(n.encode(), v.encode()) for n, v in given.items()],
        }
        size = -(-len(body) // parts) or 1
        chunks = [body[i : i + size] for i in range(0, len(body), size)] or [b""]
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": chunks.pop(0), "more_body": bool(chunks)}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        start, end = sent
        answered = {name.decode(): value.decode() for name, value in start["headers"]}
        return start["status"], answered, json.loads(end["body"]) if end["body"] else {}

    def waiting(self) -> inbox.Batch:
        with self.store.read_inbox() as conn:
            return unpack_within(inbox.read(conn, 0), 1_000_000)


@pytest.fixture
def server(store: Store) -> Iterator[Server]:
    made = Server(store)
    yield made
    made.writer.close()


@pytest.mark.parametrize(
    "call", ["identify", "track", "page", "screen", "alias", "group", "batch", "import"]
)
def test_every_call_is_durable_before_the_answer(server: Server, call: str) -> None:
    body = BATCH if call in ("batch", "import") else EVENT
    status, headers, answer = server.ask(body, path=f"/v1/{call}", key=make_key(server.store))
    assert (status, answer) == (200, {"success": True})
    assert headers["access-control-allow-origin"] == "*"
    waiting = server.waiting()
    assert (waiting.call, waiting.body, waiting.key_kind) == ([call], [body], ["server"])
    assert waiting.received_us == [micros(NOW)]


def test_gzip_and_parts(server: Server) -> None:
    key = make_key(server.store)
    packed = gzip.compress(BATCH)
    assert server.ask(packed, key=key, content_encoding="gzip", parts=3)[0] == 200
    assert server.waiting().body == [BATCH]
    for broken in (BATCH, packed[:-5]):
        assert server.ask(broken, key=key, content_encoding="gzip")[0] == 400


def test_a_small_body_may_not_unpack_to_a_large_one(server: Server) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    status, _, answer = server.ask(bomb, key=make_key(server.store), content_encoding="gzip")
    assert (status, answer["code"]) == (413, "too_large")


def test_keys(server: Server) -> None:
    key = make_key(server.store)
    assert server.ask(BATCH)[0] == 401
    status, headers, answer = server.ask(BATCH, key="mrc_server_x_y")
    assert (status, answer["code"]) == (401, "unauthorized")
    assert headers["www-authenticate"].startswith("Basic")
    assert server.ask(BATCH, authorization="Bearer x")[0] == 401
    assert server.ask(BATCH, authorization="Basic ***")[0] == 401
    assert server.ask(BATCH[:-1] + f',"writeKey":"{key}"}}'.encode())[0] == 200
    assert server.waiting().call == ["batch"]


def test_an_admin_key_may_not_send(store: Store) -> None:
    key = make_key(store, keys.KeyKind.ADMIN)
    server = Server(store)
    assert server.ask(BATCH, key=key)[0] == 403
    server.writer.close()


def test_a_browser_tells_who_calls(server: Server) -> None:
    key = make_key(server.store, keys.KeyKind.BROWSER)
    status, _, _ = server.ask(BATCH, key=key, user_agent="Mozilla/5.0", content_type="text/plain")
    assert status == 200
    waiting = server.waiting()
    assert waiting.key_kind == ["browser"]
    assert json.loads(waiting.context[0]) == {
        "ip": "10.0.0.7",
        "userAgent": "Mozilla/5.0",
        "key": key.split("_")[2],
    }


def test_a_browser_asks_before_it_posts(server: Server) -> None:
    status, headers, _ = server.ask(b"", method="OPTIONS")
    assert status == 204
    assert "POST" in headers["access-control-allow-methods"]
    assert "authorization" in headers["access-control-allow-headers"]
    assert server.ask(b"", method="GET")[0] == 405


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"[]", {}, 400),
        (b'{"batch":{}}', {}, 400),
        (b"", {}, 400),
        (b" " * 512_001, {}, 413),
        (BATCH, {"content_length": "600000"}, 413),
        (BATCH, {"content_type": "application/xml"}, 415),
        (BATCH, {"content_encoding": "br"}, 415),
    ],
)
def test_what_is_wrong_is_said(
    server: Server, body: bytes, headers: dict[str, str], status: int
) -> None:
    answer = server.ask(body, key=make_key(server.store), parts=2, **headers)
    assert answer[0] == status
    assert set(answer[2]) == {"success", "code", "message"}
    assert not server.waiting().seq


def test_an_unknown_path(server: Server) -> None:
    assert server.ask(BATCH, path="/v1/dance", key=make_key(server.store))[0] == 404


def test_too_many_requests_of_one_key(store: Store) -> None:
    server = Server(store, requests_per_s=0.1)
    key = make_key(store)
    assert server.ask(BATCH, key=key)[0] == 200
    status, headers, answer = server.ask(BATCH, key=key)
    assert (status, answer["code"]) == (429, "too_many_requests")
    assert 1 <= int(headers["retry-after"]) <= 10
    server.writer.close()


def test_too_much_waiting_is_refused(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_writer, "WAITING_MAX", 0)
    status, headers, answer = server.ask(BATCH, key=make_key(server.store))
    assert (status, answer["code"], headers["retry-after"]) == (503, "overloaded", "1")


def test_many_requests_share_a_transaction(store: Store) -> None:
    begun = threading.Event()
    go = threading.Event()
    commits = []

    class Slow:
        def write_inbox(self) -> Any:
            begun.set()
            go.wait(5)
            commits.append(1)
            return store.write_inbox()

    writer = InboxWriter(Slow())  # type: ignore[arg-type]

    async def send() -> None:
        request = inbox.Request(1, "track", "server", b"", EVENT)
        first = writer.put(request)
        await asyncio.get_running_loop().run_in_executor(None, begun.wait, 5)
        others = [writer.put(request) for _ in range(50)]
        assert not first.done()
        go.set()
        await asyncio.gather(first, *others)

    asyncio.run(send())
    writer.close()
    assert len(commits) == 2
    with store.read_inbox() as conn:
        assert inbox.size(conn) == 51


def test_whoever_waits_hears_of_a_disk_that_fails(store: Store) -> None:
    class Broken:
        def write_inbox(self) -> Any:
            raise OSError("no space left")

    writer = InboxWriter(Broken())  # type: ignore[arg-type]

    async def send() -> None:
        await writer.put(inbox.Request(1, "track", "server", b"", EVENT))

    with pytest.raises(Overloaded, match="no space"):
        asyncio.run(send())
    writer.close()
    with pytest.raises(Overloaded):
        asyncio.run(send())

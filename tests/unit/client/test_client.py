"""The client where lines break and servers are busy: nothing is done twice, all is raised."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from maracuja import client, errors
from maracuja.client import Client, Unreachable

PROBLEM = {"code": "conflict", "detail": "It is newer.", "where": "base", "fix": "Load it again."}


class Stand(HTTPServer):
    """A server that answers what it is told to, in turn."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str], Any] | None] = []
        self.seen: list[tuple[str, str, str | None, str | None, bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Stand

    def _answer(self) -> None:
        length = int(self.headers.get("content-length", 0))
        key, given = self.headers["authorization"], self.headers["idempotency-key"]
        self.server.seen.append((self.command, self.path, key, given, self.rfile.read(length)))
        answer = self.server.answers.pop(0)
        if answer is None:
            self.close_connection = True  # the line breaks
            return
        status, headers, body = answer
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = do_DELETE = _answer

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture
def stand(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    waited: list[float] = []
    monkeypatch.setattr(client, "rest", waited.append)
    server = Stand()
    server.waited = waited  # type: ignore[attr-defined]  # for the tests alone
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(stand: Stand) -> Iterator[Client]:
    made = Client(f"http://127.0.0.1:{stand.server_address[1]}/below", "mrc_admin_x")
    yield made
    made.close()


def test_a_change_is_tried_again_with_the_key_it_had(stand: Stand, shop: Client) -> None:
    stand.answers = [None, (503, {"retry-after": "7"}, PROBLEM), (201, {}, {"id": "k1"})]
    assert shop.post("/api/keys", {"kind": "server"}) == {"id": "k1"}
    assert len({given for *_, given, _ in stand.seen}) == 1 and stand.seen[0][3]
    assert {(verb, path, key) for verb, path, key, *_ in stand.seen} == {
        ("POST", "/below/api/keys", "Bearer mrc_admin_x")
    }
    assert stand.waited == [client.WAIT_S, 7.0]  # type: ignore[attr-defined]
    stand.answers = [(200, {}, {}), (200, {}, {})]
    for _ in range(2):
        shop.delete("/api/keys/k1")
    assert len({given for *_, given, _ in stand.seen}) == 3, "each change has a key of its own"


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (409, "conflict", errors.Conflict),
        (404, "not_found", errors.NotFound),
        (422, "segment", errors.SegmentError),
        (403, "forbidden", errors.Forbidden),
        (502, "vendor", errors.MaracujaError),
        (500, "error", errors.MaracujaError),
    ],
)
def test_what_is_refused_is_raised_as_its_class(
    stand: Stand, shop: Client, status: int, code: str, kind: type[errors.MaracujaError]
) -> None:
    stand.answers = [(status, {}, {**PROBLEM, "code": code})] * client.TRIES
    with pytest.raises(kind) as raised:
        shop.define("segment", "kyiv", {"where": []}, base=1)
    told = raised.value
    assert (told.code, told.message, told.where, told.fix) == (
        code, "It is newer.", "base", "Load it again.",
    )  # fmt: skip


def test_a_limit_says_when_to_come_again(stand: Stand, shop: Client) -> None:
    slow = {**PROBLEM, "code": "too_many_requests"}
    stand.answers = [(429, {"retry-after": "3"}, slow)] * client.TRIES
    with pytest.raises(errors.TooManyRequests) as raised:
        shop.get("/api/workspace")
    assert raised.value.retry_after_s == 3.0 and len(stand.seen) == client.TRIES


def test_lists_are_read_part_by_part(stand: Stand, shop: Client) -> None:
    stand.answers = [
        (200, {}, {"items": [1, 2], "next": "b"}),
        (200, {}, {"items": [3], "next": None}),
    ]
    listed = shop.each("/v1/conversations", state=["open", "waiting"], archived=False, none=None)
    assert next(listed) == 1 and len(stand.seen) == 1
    assert list(listed) == [2, 3]
    paths = [path for _, path, *_ in stand.seen]
    assert paths[0] == "/below/v1/conversations?state=open&state=waiting&archived=false"
    assert paths[1] == f"{paths[0]}&after=b"


def test_who_does_not_answer_is_unreachable() -> None:
    with pytest.raises(Unreachable, match="does not answer"):
        Client("http://127.0.0.1:9", "k", tries=1).get("/api/workspace")
    with pytest.raises(errors.BadInput):
        Client("ftp://shop.example", "k")

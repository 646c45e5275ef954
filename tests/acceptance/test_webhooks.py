"""A CRM calls the real server, the worker reads it, and another program is told: as processes."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from maracuja.channels.signing import SIGNATURE, check_signature
from maracuja.clock import SystemClock
from tests.acceptance.served_shop import WAIT_S, Shop, run, until

pytestmark = pytest.mark.slow
DEFINITIONS = """
kind: inbound
id: crm
calls:
- type: identify
  user_id: $.contact.id
  traits: {{email: $.contact.email}}
- type: track
  event: Deal Won
  user_id: $.contact.id
  message_id: $.id
  properties: {{revenue: {{path: $.price, read_as: number}}}}
---
kind: outbound
id: bi
url: http://127.0.0.1:{port}/told
events: [Deal Won]
person: [email]
"""


class Receiver(ThreadingHTTPServer):
    """A program that is told of events; it refuses the first call."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.got: list[tuple[dict[str, str], bytes]] = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        server = self.server
        assert isinstance(server, Receiver)
        server.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
        self.send_response(503 if len(server.got) == 1 else 200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # its own name
        """Says nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def test_what_a_crm_tells_reaches_the_other_program(tmp_path: Path, receiver: Receiver) -> None:
    shop = Shop(tmp_path / "shop")
    with (shop.place / "maracuja.toml").open("a") as settings:
        settings.write("\n[messages]\nprivate_receivers = true\n")
    definitions = tmp_path / "definitions"
    definitions.mkdir()
    text = DEFINITIONS.format(port=receiver.server_address[1])
    (definitions / "hooks.yaml").write_text(text)
    assert run("apply", str(definitions), "-w", str(shop.place)).returncode == 0
    secrets = [
        json.loads(run(kind, "secret", name, "-w", str(shop.place), "--json").stdout)
        for kind, name in (("inbound", "crm"), ("outbound", "bi"))
    ]
    shop.serve()
    try:
        told = {"id": 7, "price": "1 200,50", "contact": {"id": "m1", "email": "m@shop.example"}}
        headers = {"x-signature": secrets[0]["secret"], "content-type": "application/json"}
        for _ in range(2):  # a CRM tells again what it takes for lost
            request = Request(f"{shop.url}/h/crm", json.dumps(told).encode(), headers)
            with urlopen(request, timeout=WAIT_S) as answer:
                assert answer.status == 200
        with pytest.raises(HTTPError) as refused:
            urlopen(
                Request(f"{shop.url}/h/crm", b"{}", {"x-signature": "guessed"}), timeout=WAIT_S
            )
        refused.value.close()
        assert refused.value.code == 403
        until(lambda: len(receiver.got) >= 2, "a second call")
    finally:
        shop.stop(signal.SIGTERM)
    (first, body), (second, again) = receiver.got
    assert body == again and first["idempotency-key"] == second["idempotency-key"]
    (secret,) = secrets[1]["secrets"]
    check_signature(second[SIGNATURE], secret, again, SystemClock().now())
    (event,) = json.loads(again)["events"]
    assert (event["event"], event["userId"]) == ("Deal Won", "m1")
    assert event["properties"] == {"revenue": 1200.5}
    assert event["traits"] == {"email": "m@shop.example"}

"""Web push against a push service that others wrote: the npm package web-push-testing."""

from __future__ import annotations

import json
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from maracuja.channels.web_push import WebPush, WebPushSettings
from maracuja.channels.web_push_address import as_address, read_subscription
from maracuja.clock import SystemClock
from maracuja.runtime.channel_trial import send_test
from maracuja.runtime.http import HttpTransport
from tests.contract.channel_cases.web_push import HOOK, PUBLIC, SECTION
from tests.contract.node_peer import free_port, npm_install

PACKAGE = "web-push-testing@1.2.2"
pytestmark = [pytest.mark.slow, pytest.mark.node]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The host and port of the service."""
    place = tmp_path_factory.mktemp("push")
    script = npm_install(place, PACKAGE) / "web-push-testing" / "src" / "bin" / "server.js"
    port = free_port()
    process = subprocess.Popen(
        ["node", str(script), str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert "running" in process.stdout.readline()
        yield f"localhost:{port}"
    finally:
        process.kill()
        process.communicate()


def post(host: str, path: str, body: dict[str, str]) -> Any:
    """What the service's own API answers."""
    request = urllib.request.Request(
        f"http://{host}/{path}",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        body_of = answer.read()
    return json.loads(body_of) if body_of[:1] == b"{" else None


def test_it_decrypts_what_we_send_and_says_what_has_ended(server: str) -> None:
    asked = {"userVisibleOnly": "true", "applicationServerKey": PUBLIC}
    made = post(server, "subscribe", asked)["data"]
    address = as_address(read_subscription({"endpoint": made["endpoint"], "keys": made["keys"]}))
    channel = WebPush(WebPushSettings(**SECTION, hosts=(server,)), HOOK)
    now = SystemClock().now

    def send(text: str) -> tuple[str, str]:
        result = send_test(channel, HttpTransport(channel, now), address, text, now())
        return result.verdict.value, result.code

    assert send("Маракуйя вже тут") == ("accepted", "")
    (plain,) = post(server, "get-notifications", {"clientHash": made["clientHash"]})["data"][
        "messages"
    ]
    assert json.loads(plain)["notification"]["body"] == "Маракуйя вже тут"
    post(server, f"expire-subscription/{made['clientHash']}", {})
    assert send("Nobody") == ("permanent", "gone")

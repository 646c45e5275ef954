"""Telegram against servers by others: npm's `telegram-test-api`, and `mockpost`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.heard import HeardKind
from maracuja.channels.http import HttpRequest
from maracuja.channels.telegram import SECRET_HEADER, Telegram
from maracuja.content import Button, Content
from maracuja.model import Address, Verdict
from tests.contract.channel_case import FILE, NOW, PICTURE, message
from tests.contract.channel_cases.telegram import CASE, SECRET, SETTINGS
from tests.contract.mockpost_peer import mockpost
from tests.contract.node_peer import free_port, npm_install, serving

PACKAGE = "telegram-test-api@4.2.1"
TOKEN = f"123456:{'A' * 35}"
SERVER = """
const Server = require(process.argv[1]);
new Server({port: Number(process.argv[2]), host: "127.0.0.1"}).start();
"""
# Of our methods, those that each of the two knows.
MOCKPOST = {"sendMessage", "sendPhoto", "sendDocument"}
CHANNEL = Address(kind="telegram", value="@my_channel")


def bot(base: str) -> Telegram:
    return Telegram(msgspec.structs.replace(SETTINGS, base_url=base, token=TOKEN))


def method(request: HttpRequest) -> str:
    return request.url.rpartition("/")[2]


def post(asking: httpx.Client, request: HttpRequest) -> Answer:
    said = asking.post(request.url, content=request.body, headers=request.headers)
    return Answer(stage=Stage.GIVEN, code=said.status_code, text=said.text)


@pytest.mark.slow
def test_mockpost_takes_every_message_of_a_kind_that_it_knows(tmp_path: Path) -> None:
    with mockpost(tmp_path) as base, httpx.Client(timeout=60) as asking:
        channel, ids = bot(f"{base}/telegram"), set()
        known = post(asking, channel.account_request())
        assert channel.answered_well(known) and "mockpost" in channel.account_words(known)
        for name, content in CASE.contents.items():
            request = channel.encode(message(CASE, content=content), NOW)
            result = channel.decode(post(asking, request))
            if method(request) in MOCKPOST:
                assert result.verdict is Verdict.ACCEPTED, (name, result.raw)
                ids.add(result.vendor_id)
        assert len(ids) > 5, "each under an id of its own"
        bare = channel.encode(message(CASE), NOW)
        nothing = msgspec.structs.replace(bare, body=b'{"chat_id": 42, "text": ""}')
        refused = channel.decode(post(asking, nothing))
        assert (refused.verdict, refused.code) == (Verdict.CONTENT, "content")


@pytest.mark.slow
def test_posts_go_to_a_channel(tmp_path: Path) -> None:
    """A channel of the shop's own has a name in place of a number."""
    post_ = Content(
        text="*New* harvest", formatted=True,
        buttons=(Button(text="See", url="https://shop.example/"),),
    )  # fmt: skip
    contents = (post_, Content(text="Look", media=(PICTURE,)), Content(text="", media=(FILE,)))
    with mockpost(tmp_path) as base, httpx.Client(timeout=60) as asking:
        channel = bot(f"{base}/telegram")
        for content in contents:
            request = channel.encode(message(CASE, content=content, to=CHANNEL), NOW)
            answer = post(asking, request)
            assert channel.decode(answer).vendor_id.startswith("@my_channel:")
            assert msgspec.json.decode(answer.text)["result"]["chat"]["type"] == "channel"


@pytest.mark.slow
@pytest.mark.node
def test_the_test_api_of_others_shows_what_we_sent_and_tells_what_people_did(
    tmp_path: Path,
) -> None:
    package, port = npm_install(tmp_path, PACKAGE) / "telegram-test-api", free_port()
    with (
        serving(["node", "-e", SERVER, str(package), str(port)], port, tmp_path) as base,
        httpx.Client(timeout=60) as asking,
    ):
        channel = bot(base)
        assert channel.answered_well(post(asking, channel.account_request()))
        sent = []
        for content in CASE.contents.values():
            request = channel.encode(message(CASE, content=content), NOW)
            if method(request) == "sendMessage":
                result = channel.decode(post(asking, request))
                assert result.verdict is Verdict.ACCEPTED and result.vendor_id, result.raw
                sent.append(msgspec.json.decode(request.body))
        chat = {"token": TOKEN, "chatId": 42}
        shown = asking.post(f"{base}/getUpdates", json=chat).json()["result"]
        assert [one["message"] for one in shown] == sent

        about = {"from": {"id": 42, "first_name": "Maria", "is_bot": False},
                 "chat": {"id": 42, "first_name": "Maria", "type": "private"},
                 "date": int(NOW.timestamp()) - 60, "botToken": TOKEN}  # fmt: skip
        asking.post(f"{base}/sendMessage", json={**about, "text": "/start poster-1"})
        asking.post(f"{base}/sendMessage", json={**about, "text": "Hello"})
        asking.post(f"{base}/sendCallback", json={**about, "message": about, "data": "yes"})
        told: list[Any] = asking.get(f"{base}/bot{TOKEN}/getUpdates").json()["result"]
        heard = [one for update in told for one in told_by(channel, update)]
        assert [one.kind for one in heard][:2] == [HeardKind.START, HeardKind.MESSAGE]
        assert heard[0].payload == "poster-1" and heard[1].text == "Hello"
        assert {one.address for one in heard} == {"42"}


def told_by(channel: Telegram, update: Any) -> list[Any]:
    """What one update says; presses of this server lack the number of their message."""
    if "callback_query" in update:
        update["callback_query"]["message"].setdefault("message_id", 5)
    body = msgspec.json.encode(update)
    return channel.webhook(Inbound(body=body, headers={SECRET_HEADER: SECRET}), NOW).heard

"""Calls of vendors over HTTP: believed only when proven, and durable before the 200."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.api.webhooks import webhooks_router
from maracuja.channels.base import Inbound
from maracuja.channels.http import BODY_BYTES_MAX
from maracuja.channels.telegram import SECRET_HEADER
from maracuja.errors import Overloaded
from maracuja.simulate.vendors.http import Faults
from maracuja.store import inbox
from tests.contract.channel_cases.telegram import CASE, SECRET
from tests.contract.channel_world import World, opened_world

START = {
    "update_id": 1,
    "message": {
        "message_id": 1,
        "date": 1,
        "chat": {"id": 42, "type": "private"},
        "from": {"id": 42, "is_bot": False, "first_name": "Maria"},
        "text": "/start",
    },
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, CASE, faults=Faults()) as made:
        yield made


def call(world: World, body: Any = None, *, secret: str = SECRET) -> int:
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body or START)
    (status,) = world.call([Inbound(body=raw, headers={SECRET_HEADER: secret})])
    return status


def waiting(world: World) -> int:
    with world.app.store.read_inbox() as conn:
        return inbox.size(conn)


def test_what_is_answered_200_is_in_the_inbox(world: World) -> None:
    assert call(world) == 200
    assert waiting(world) == 1


def test_who_does_not_prove_to_be_the_vendor_leaves_nothing(world: World) -> None:
    for secret in ("", "x", SECRET + "0", SECRET[:-1]):
        assert call(world, secret=secret) == 403
    assert call(world, b"\xff{") == 403
    assert waiting(world) == 0


def test_a_call_that_tells_nothing_is_taken_and_leaves_nothing(world: World) -> None:
    assert call(world, {"update_id": 1, "poll": {}}) == 200
    assert waiting(world) == 0


def test_only_accounts_that_are_set_up_are_called(world: World) -> None:
    channel = world.channel
    for name in ("viber", "email", "nothing"):
        world.channel = name
        assert call(world) == 404
    world.channel, world.account = channel, "other"
    assert call(world) == 404
    assert waiting(world) == 0


def test_a_call_that_is_too_long_is_not_read(world: World) -> None:
    assert call(world, b" " * (BODY_BYTES_MAX + 1)) == 413
    assert waiting(world) == 0


def test_a_vendor_is_told_to_come_again_where_nothing_more_can_be_kept(world: World) -> None:
    import asyncio

    import httpx
    from fastapi import FastAPI

    async def full(request: inbox.Request) -> None:
        raise Overloaded("full")

    api = FastAPI()
    api.include_router(
        webhooks_router({"telegram": CASE.make()}, full, world.clock, "https://shop")  # type: ignore[dict-item]
    )

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(api)
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as asking:
            return await asking.post(
                "/w/telegram/main", json=START, headers={SECRET_HEADER: SECRET}
            )

    answer = asyncio.run(ask())
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"


def test_a_pressed_button_is_answered_in_the_call_itself() -> None:
    press = {"id": "7", "from": START["message"]["from"], "chat_instance": "1", "data": "yes"}  # type: ignore[index]
    body = msgspec.json.encode({"update_id": 2, "callback_query": press})
    channel = CASE.make()
    assert CASE.genuine is not None
    from tests.contract.channel_case import NOW

    hook = channel.webhook(CASE.genuine(body), NOW)  # type: ignore[attr-defined]
    assert msgspec.json.decode(hook.body) == {
        "method": "answerCallbackQuery",
        "callback_query_id": "7",
    }

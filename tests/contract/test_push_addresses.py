"""Where people take notifications: whose word is believed, and what is kept of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from maracuja.model import micros
from maracuja.simulate.vendors.http import Faults
from maracuja.store import inbox, people
from tests.contract.channel_cases.mobile_push import APNS_TOKEN, CASE
from tests.contract.channel_cases.web_push import ADDRESS
from tests.contract.channel_world import World, opened_world

PHONE = {"device": {"type": "ios", "token": APNS_TOKEN, "model": "iPhone17,1"}}
BROWSER = {"web_push": {**json.loads(ADDRESS), "expirationTime": None}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, CASE, faults=Faults()) as made:
        yield made


def tell(world: World, key: str, *calls: dict[str, Any]) -> None:
    """The calls of one batch, by a key of this kind."""
    body = json.dumps({"batch": [{"messageId": f"{n}-{key}", **c} for n, c in enumerate(calls)]})
    with world.app.store.write_inbox() as conn:
        row = inbox.Request(micros(world.clock.now()), "batch", key, b"{}", body.encode())
        inbox.append(conn, [row])
    world.settle()


def addresses(world: World, kind: str, value: str) -> dict[str, str]:
    with world.app.store.read() as conn:
        (pid,) = people.find(conn, [kind], [value]).tolist()
        return people.get(conn, pid).addresses


def test_a_server_tells_where_a_customer_is_reached(world: World) -> None:
    tell(world, "server", {"type": "identify", "userId": "u1", "context": PHONE | BROWSER})
    expected = {"mobile_push": f"apns:{APNS_TOKEN}", "web_push": ADDRESS}
    assert addresses(world, "external_id", "u1") == expected


def test_the_token_told_last_comes_first(world: World) -> None:
    later = {"device": {"type": "android", "token": "token-of-a-phone:7"}}
    tell(
        world,
        "server",
        {"type": "track", "event": "Opened", "userId": "u1", "context": PHONE},
        {"type": "track", "event": "Opened", "userId": "u1", "context": later},
    )
    both = f"fcm:token-of-a-phone:7\napns:{APNS_TOKEN}"
    assert addresses(world, "external_id", "u1") == {"mobile_push": both}


def test_a_visitor_may_subscribe_and_nobody_may_for_a_customer(world: World) -> None:
    tell(world, "server", {"type": "identify", "userId": "u1", "traits": {"first_name": "Maria"}})
    tell(
        world,
        "browser",
        {"type": "track", "event": "Seen", "anonymousId": "a1", "context": BROWSER},
        {"type": "track", "event": "Seen", "userId": "u1", "context": BROWSER},
    )
    assert addresses(world, "anonymous_id", "a1") == {"web_push": ADDRESS}
    assert addresses(world, "external_id", "u1") == {}


def test_no_token_becomes_a_column(world: World) -> None:
    tell(world, "server", {"type": "track", "event": "Seen", "userId": "u1",
                           "context": PHONE | BROWSER})  # fmt: skip
    frame = world.events()
    assert "context.device.model" in frame.columns
    assert APNS_TOKEN not in repr(frame.to_dicts()) and "p256dh" not in repr(frame.to_dicts())

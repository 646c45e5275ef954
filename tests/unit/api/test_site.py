"""The shop's site over HTTP: what goes into its pages, and when each program there was heard."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from maracuja.model import micros
from maracuja.store import inbox, web_chat
from tests.unit.api.api_world import NOON, World


def _told(world: World, library: str, event: str) -> None:
    call = {
        "type": "track",
        "event": event,
        "userId": "u1",
        "messageId": f"{library}-{event}",
        "context": {"library": {"name": library}},
    }
    body = json.dumps({"batch": [call]}).encode()
    now = world.app.clock.now()
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(now), "batch", "browser", b"", body)])
    world.worker.settle(now)


def _site(world: World) -> Any:
    return world.get("/api/settings/site")


def test_a_site_that_says_nothing_is_not_heard(world: World) -> None:
    seen = _site(world)
    assert seen["address"] == world.app.config.public_url
    assert (seen["heard"], seen["chatted"], seen["chat"]) == ({}, None, "")


def test_each_library_is_heard_by_its_name(world: World) -> None:
    _told(world, "maracuja.js", "Seen")
    first = _site(world)["heard"]
    assert set(first) == {"maracuja.js"}
    _told(world, "analytics.js", "Seen")
    assert set(_site(world)["heard"]) == {"maracuja.js", "analytics.js"}
    assert world.get("/api/overview")["checklist"]["site"] is True


def test_whoever_comes_into_the_chat_is_heard(world: World) -> None:
    later = NOON + timedelta(minutes=5)
    with world.app.store.write() as conn:
        web_chat.come(conn, "guest:7", micros(later))
    assert _site(world)["chatted"] == "2026-11-20T12:05:00Z"

"""Several devices of a person: one message to each of them, and each lost by itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja.channels.devices import DEVICES_MAX, split
from maracuja.model import micros
from maracuja.runtime import campaign_work
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.mobile_push import MobilePushVendor
from maracuja.store import devices, inbox, people, suppressions
from maracuja.store.outbox import OutboxState
from tests.contract.channel_case import recorded
from tests.contract.channel_cases import web_push
from tests.contract.channel_cases.mobile_push import CASE
from tests.contract.channel_world import World, opened_world

S = OutboxState


def device(token: str, kind: str = "android", **app: str) -> dict[str, Any]:
    told: dict[str, Any] = {"device": {"type": kind, "token": token}}
    return {**told, "app": app} if app else told


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened_world(tmp_path, CASE, faults=Faults()) as made:
        yield made


class Shop:
    """Tells calls, one batch each a minute after the last."""

    def __init__(self, world: World) -> None:
        self.world, self.n = world, 0

    def tell(self, key: str = "server", **call: Any) -> None:
        self.n += 1
        body = {"type": "track", "event": "Opened", "messageId": f"m{self.n}", **call}
        with self.world.app.store.write_inbox() as conn:
            raw = json.dumps({"batch": [body]}).encode()
            at_us = micros(self.world.clock.now())
            inbox.append(conn, [inbox.Request(at_us, "batch", key, b"{}", raw)])
        self.world.settle(minutes=1)

    def tokens(self, value: str, kind: str = "external_id") -> list[str]:
        with self.world.app.store.read() as conn:
            (pid,) = people.find(conn, [kind], [value]).tolist()
            found = people.get(conn, pid).addresses.get("mobile_push", "")
        return [one.removeprefix("fcm:") for one in split(found)]


@pytest.fixture
def shop(world: World) -> Shop:
    return Shop(world)


def test_every_device_is_kept_the_one_seen_last_first(shop: Shop) -> None:
    shop.tell(userId="u1", context=device("a-token-of-one", namespace="shop.app"))
    shop.tell(userId="u1", context=device("a-token-of-two", kind="ios"))
    assert shop.tokens("u1") == ["a-token-of-two", "a-token-of-one"]
    shop.world.settle(hours=2)
    shop.tell(userId="u1", context=device("a-token-of-one"))
    assert shop.tokens("u1") == ["a-token-of-one", "a-token-of-two"]
    with shop.world.app.store.read() as conn:
        (pid,) = people.find(conn, ["external_id"], ["u1"]).tolist()
        told = [(one.app, one.platform) for one in devices.of(conn, [pid])]
    assert told == [("shop.app", "android"), ("", "ios")]


def test_there_are_no_more_than_the_maximum(shop: Shop) -> None:
    for n in range(DEVICES_MAX + 2):
        shop.tell(userId="u1", context=device(f"a-token-of-{n:02}"))
    kept = [f"a-token-of-{n:02}" for n in range(DEVICES_MAX + 1, 1, -1)]
    assert shop.tokens("u1") == kept


def test_whoever_logs_in_on_a_shared_phone_takes_it_over(shop: Shop) -> None:
    shop.tell(userId="u1", context=device("a-shared-token"))
    shop.tell(userId="u1", context=device("a-token-of-one"))
    shop.tell(userId="u2", context=device("a-shared-token"))
    assert shop.tokens("u1") == ["a-token-of-one"]
    assert shop.tokens("u2") == ["a-shared-token"]


def test_whoever_logs_out_leaves_the_phone_to_a_visitor(shop: Shop) -> None:
    shop.tell(userId="u1", context=device("a-shared-token"))
    shop.tell("browser", anonymousId="a9", context=device("a-shared-token"))
    assert shop.tokens("u1") == []
    assert shop.tokens("a9", "anonymous_id") == ["a-shared-token"]


def test_an_unproven_login_takes_the_phone_away_and_gives_it_to_nobody(shop: Shop) -> None:
    shop.tell(userId="u1", context=device("a-shared-token"))
    shop.tell(userId="u2")
    shop.tell("browser", userId="u2", context=device("a-shared-token"))
    assert shop.tokens("u1") == shop.tokens("u2") == []


def test_a_word_that_comes_late_takes_nothing_away(shop: Shop) -> None:
    before = shop.world.clock.now().isoformat()
    shop.world.settle(hours=3)
    shop.tell(userId="u1", context=device("a-shared-token"))
    shop.tell(userId="u2", context=device("a-shared-token"), timestamp=before)
    assert shop.tokens("u1") == ["a-shared-token"]


def test_a_device_that_was_turned_off_stays_off_until_it_is_turned_on(shop: Shop) -> None:
    context = device("a-token-of-one")
    shop.tell(userId="u1", context=context)
    shop.tell(userId="u1", context=context, event="Device Deleted")
    shop.tell(userId="u1", context=context)
    assert shop.tokens("u1") == []
    shop.tell(userId="u1", context=context, event="Device Created or Updated")
    assert shop.tokens("u1") == ["a-token-of-one"]


def test_the_devices_of_people_who_turn_out_to_be_one_are_joined(shop: Shop) -> None:
    shop.tell("browser", anonymousId="a1", context=device("a-token-of-one"))
    shop.tell(userId="u1", context=device("a-token-of-two"))
    shop.tell(type="identify", userId="u1", anonymousId="a1", traits={"plan": "big"})
    assert shop.tokens("u1") == ["a-token-of-two", "a-token-of-one"]


# ---------------------------------------------------------------- a campaign


def name(shop: Shop, *tokens: str) -> None:
    shop.tell(type="identify", event=None, userId="u1", traits={"first_name": "Maria"})
    for token in tokens:
        shop.tell(userId="u1", context=device(token))


def vendor(world: World) -> MobilePushVendor:
    assert isinstance(world.vendor, MobilePushVendor)
    return world.vendor


def test_one_message_goes_to_each_device(shop: Shop) -> None:
    world = shop.world
    name(shop, "a-token-of-one", "a-token-of-two", "a-token-of-three")
    world.launch()
    world.deliver(hours=1)
    assert world.states() == {S.SENT: 1}
    assert len(vendor(world).shown) == 3
    world.settle(seconds=5)
    assert world.counts()["Message Sent"] == 1


def test_a_device_that_is_gone_takes_only_itself_away(shop: Shop) -> None:
    world = shop.world
    name(shop, "a-token-of-one", "a-token-of-two")
    vendor(world).gone.add("fcm:a-token-of-two")
    world.launch()
    world.deliver(hours=1)
    assert world.states() == {S.SENT: 1}
    assert shop.tokens("u1") == ["a-token-of-one"]
    world.settle(seconds=5)
    assert "Message Bounced" not in world.counts()


def test_what_waits_for_a_phone_that_changed_hands_does_not_go_there(shop: Shop) -> None:
    world = shop.world
    name(shop, "a-shared-token", "a-token-of-one")
    world.launch()
    due = world.clock.now()
    with world.app.store.write() as conn:
        campaign_work.let_channel(conn, "mobile_push", due, paused=True)
    world.settle(seconds=1)
    shop.tell(userId="u2", context=device("a-shared-token"))
    with world.app.store.write() as conn:
        campaign_work.let_channel(conn, "mobile_push", world.clock.now(), paused=False)
    world.deliver(hours=0.1)
    assert world.states() == {S.SENT: 1}
    assert [token for token, _ in vendor(world).shown] == ["fcm:a-token-of-one"]


def test_where_every_device_is_gone_the_message_bounces_once(shop: Shop) -> None:
    world = shop.world
    name(shop, "a-token-of-one", "a-token-of-two")
    vendor(world).gone.update(["fcm:a-token-of-one", "fcm:a-token-of-two"])
    world.launch()
    world.deliver(hours=1)
    assert world.states() == {S.FAILED: 1}
    world.settle(seconds=5)
    assert world.counts()["Message Bounced"] == 1
    assert shop.tokens("u1") == []


@pytest.mark.parametrize(("late_ms", "left"), [(60_000, 0), (-60_000, 1)])
def test_a_token_that_was_told_after_apple_lost_it_stays(
    shop: Shop, late_ms: int, left: int
) -> None:
    """Apple says since when a token is gone: an app that was installed again has told it since."""
    world, token = shop.world, "ab" * 32
    name(shop)
    shop.tell(userId="u1", context=device(token, "ios"))
    told_ms = int(world.clock.now().timestamp() * 1000) - 60_000  # a minute passes with each word
    service = vendor(world)
    service.gone.add(f"apns:{token}")
    service.gone_ms[f"apns:{token}"] = told_ms + late_ms
    world.launch()
    world.deliver(hours=1)
    assert world.states() == {S.FAILED: 1}
    assert len(shop.tokens("u1")) == left
    with world.app.store.read() as conn:
        assert len(suppressions.current(conn, micros(world.clock.now()))) == 1 - left


def test_a_browser_with_another_subscription_is_the_same_persons(tmp_path: Path) -> None:
    """Told by its worker: the new one is used, the old one no more; a stranger's is nobody's."""
    with opened_world(tmp_path, web_push.CASE, faults=Faults()) as world:
        shop, told = Shop(world), msgspec.json.decode(web_push.ADDRESS)
        shop.tell(type="identify", event=None, userId="u1", traits={"first_name": "Maria"})
        shop.tell(userId="u1", context={"web_push": told})
        for one in recorded("web_push"):
            if one.body["event"] == "renewed":
                call = web_push.genuine(msgspec.json.encode(one.body))
                assert world.call([call, call]) == [200, 200]
                new = one.heard[0]["text"]
        world.settle(minutes=1)
        with world.app.store.read() as conn:
            (pid,) = people.find(conn, ["external_id"], ["u1"]).tolist()
            assert people.get(conn, pid).addresses["web_push"] == new
            assert devices.owners(conn, "web_push", [new]) == [pid]

"""CRMs tell us in words of their own, other programs are told of events: over HTTP, to the end."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp import web

from maracuja.channels.signing import SIGNATURE, check_signature, signature
from maracuja.clock import SimClock
from maracuja.config import Messages
from maracuja.errors import WebhookRejected
from maracuja.model import micros
from maracuja.runtime.calling import CallWork
from maracuja.runtime.outbound_work import make_outbound_work
from maracuja.store import inbound, inbox
from maracuja.store.outbound import Owed
from tests.unit.api.api_world import NOON, World

WON: dict[str, Any] = {
    "type": "track",
    "event": "Deal Won",
    "user_id": "$.contact",
    "message_id": "$.id",
    "properties": {"revenue": {"path": "$.price", "read_as": "number"}},
}
SENT = {"id": 7, "contact": "u3", "price": "1 200,50"}


@pytest.fixture(autouse=True)
def _still(world: World) -> None:
    """The thread beside the worker makes no calls: here they are made one by one."""
    for line in world.worker._parts.lines:
        line.stop()


def _count(world: World, event: str) -> list[Any]:
    """How many people did it."""
    asked = {"where": [{"did": event}], "exact": True}
    return [world.ask("POST", "/api/segments/count", json=asked).json()["people"]]


def _secret(world: World, name: str = "crm") -> str:
    found: str = world.get(f"/api/inbound/{name}/secret")["secret"]
    return found


def _told(world: World, sent: Any = SENT, secret: str | None = None, **options: Any) -> Any:
    given = {"x-signature": _secret(world) if secret is None else secret}
    return world.ask("POST", "/h/crm", key=None, json=sent, headers=given, **options)


def _settle(world: World, later: timedelta = timedelta()) -> None:
    clock = world.app.clock
    assert isinstance(clock, SimClock)
    clock.wait_until(clock.now() + later)
    world.worker.settle(clock.now())


# ---------------------------------------------------------------- inbound


def test_what_a_crm_tells_becomes_an_event_of_the_person(world: World) -> None:
    assert world.put("inbound", "crm", calls=[WON]).status_code == 200
    assert _told(world).status_code == 200
    assert _told(world).status_code == 200  # a CRM tells twice what it was not answered in time
    _settle(world)
    assert _count(world, "Deal Won") == [1]
    (shown,) = world.items("/api/inbound")
    assert shown["url"] == "http://127.0.0.1:8080/h/crm"
    assert (shown["told"], shown["taken"], shown["refused"]) == (2, 2, 0)
    assert world.items("/api/inbound/crm/calls")[0]["body"] == SENT


def test_nothing_is_believed_without_the_secret(world: World) -> None:
    world.put("inbound", "crm", calls=[WON])
    for secret in ("", "guessed"):
        assert _told(world, secret=secret).status_code == 403
    assert world.ask("POST", "/h/nobody", key=None, json=SENT).status_code == 404
    assert world.ask("POST", "/h/crm", key=None, content=b"{").status_code == 403
    assert _told(world, content=b"{").status_code in (200, 400)
    world.put("inbound", "crm", calls=[WON], paused=True)
    assert _told(world).status_code == 404
    with world.app.store.read() as conn:
        assert all(json.loads(one.body) == SENT for one in inbound.newest(conn))


@pytest.mark.parametrize(
    ("how", "headers"),
    [
        ({"scheme": "hmac-sha256", "header": "X-Crm", "prefix": "sha256="}, "sha256="),
        ({"scheme": "hmac-sha1", "header": "X-Crm", "encoding": "base64"}, ""),
        ({"scheme": "maracuja", "header": "X-Crm"}, ""),
    ],
)
def test_the_signatures_of_crms_are_known(world: World, how: dict[str, str], headers: str) -> None:
    world.put("inbound", "crm", calls=[WON], signature=how)
    secret, body = _secret(world), json.dumps(SENT).encode()
    digest = hmac.new(secret.encode(), body, "sha1" if "sha1" in how["scheme"] else hashlib.sha256)
    said = (
        signature(secret, int(NOON.timestamp()), body)
        if how["scheme"] == "maracuja"
        else base64.b64encode(digest.digest()).decode()
        if how.get("encoding") == "base64"
        else digest.hexdigest()
    )
    given = {"x-crm": f"{headers}{said}", "content-type": "application/json"}
    asked = {"key": None, "content": body, "headers": given}
    assert world.ask("POST", "/h/crm", **asked).status_code == 200
    worse = {**asked, "content": body + b" "}
    assert world.ask("POST", "/h/crm", **worse).status_code == 403


def test_a_secret_of_the_settings_may_stand_in_the_address(world: World) -> None:
    world.app.config.secrets["kept"] = "a secret of theirs"
    how = {"scheme": "token", "parameter": "key"}
    world.put("inbound", "crm", calls=[WON], signature=how, secret="kept")
    asked = {"key": None, "json": SENT}
    assert world.ask("POST", "/h/crm?key=a%20secret%20of%20theirs", **asked).status_code == 200
    assert world.ask("POST", "/h/crm?key=another", **asked).status_code == 403
    world.put("inbound", "crm", calls=[WON], signature=how, secret="missing")
    answer = world.ask("POST", "/h/crm?key=x", **asked)
    assert answer.status_code >= 400 and "missing" in answer.text


def test_what_a_wrong_mapping_refused_is_read_again_when_it_is_mended(world: World) -> None:
    wrong = {**WON, "user_id": "$.customer"}
    world.put("inbound", "crm", calls=[wrong])
    _told(world)
    _settle(world)
    (call,) = world.items("/api/inbound/crm/calls?failed=true")
    assert call["state"] == "refused"
    assert call["fault"] == "calls[0].user_id: nobody is named: nothing lies at $.customer"
    assert _count(world, "Deal Won") == [0]
    world.put("inbound", "crm", calls=[WON])
    assert world.ask("POST", "/api/inbound/crm/replay").json() == {"count": 1}
    assert world.ask("POST", "/api/inbound/crm/replay?whole=true").json() == {"count": 1}
    _settle(world)
    assert _count(world, "Deal Won") == [1]
    assert world.items("/api/inbound")[0]["taken"] == 1


def test_what_was_kept_long_enough_is_forgotten(world: World) -> None:
    world.put("inbound", "crm", calls=[WON], keep_days=2)
    _told(world)
    _settle(world)
    _settle(world, timedelta(days=1))
    assert len(world.items("/api/inbound/crm/calls")) == 1
    _settle(world, timedelta(days=2))
    assert world.items("/api/inbound/crm/calls") == []


def test_an_erased_person_is_in_nothing_that_was_told(world: World) -> None:
    world.put("inbound", "crm", calls=[WON])
    _told(world)
    _told(world, {"id": 8, "contact": "u5"})
    _settle(world)
    pid = world.items("/api/people?who=u3")[0]["pid"]
    assert world.ask("DELETE", f"/api/people/{pid}").status_code < 300
    _settle(world)
    assert [one["body"]["contact"] for one in world.items("/api/inbound/crm/calls")] == ["u5"]


def test_a_mapping_is_tried_and_one_is_proposed(world: World) -> None:
    sample = {"lead": {"id": 5, "sum": 10}, "person": {"id": 8, "email": "a@b.example"}}
    asked = {"id": "crm", "payload": sample}
    found = world.ask("POST", "/api/inbound/suggest", json=asked).json()
    assert found["calls"][0]["user_id"] == "$.person.id"
    definition = {key: value for key, value in found.items() if key not in ("kind", "id")}
    assert world.put("inbound", "crm", **definition).status_code == 200
    trial = world.ask("POST", "/api/inbound/crm/test", json={}).json()
    assert [one["type"] for one in trial["calls"]] == ["identify", "track"]
    assert trial["calls"][1]["properties"] == {"id": 5, "sum": 10}
    other = world.ask("POST", "/api/inbound/crm/test", json={"payload": {}}).json()
    assert other["calls"] == [] and len(other["faults"]) == 2
    nobody = world.ask("POST", "/api/inbound/suggest", json={"id": "x", "payload": {"sum": 3}})
    assert nobody.status_code == 400


# ---------------------------------------------------------------- outbound


class Receiver:
    """A program that listens on loopback; `answers` come first, then 200."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.port = 0

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append((headers, await request.read()))
        return web.Response(status=self.answers.pop(0) if self.answers else 200, text="so be it")

    @property
    def events(self) -> list[dict[str, Any]]:
        return [one for _, body in self.got for one in json.loads(body)["events"]]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on an event loop of its own."""
    made, loop = Receiver(), asyncio.new_event_loop()
    app = web.Application()
    app.router.add_post("/told", made.take)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
    made.port = runner.addresses[0][1]
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    yield made
    asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def _define(world: World, receiver: Receiver, **more: Any) -> None:
    events = {"events": ["Order Completed"], "url": f"http://127.0.0.1:{receiver.port}/told"}
    answer = world.put("outbound", "bi", **events, **more)
    assert answer.status_code == 200, answer.text


def _order(world: World, number: int, revenue: float, who: str = "u3") -> None:
    call = {
        "type": "track",
        "userId": who,
        "event": "Order Completed",
        "messageId": f"order {number}",
        "properties": {"revenue": revenue, "items": [{"id": "a"}], "from": {"shop": "Kyiv"}},
    }
    body = json.dumps({"batch": [call]}).encode()
    with world.app.store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(NOON), "batch", "server", b"", body)])
    world.worker.settle(world.app.clock.now())


def _work(world: World, *, private: bool = True) -> CallWork[Owed]:
    settings = Messages(private_receivers=private)
    return make_outbound_work(world.app.store, settings, world.app.secrets.key_secret)


def _call(world: World, work: CallWork[Owed] | None = None) -> None:
    """Make every call that is due now."""

    async def step() -> None:
        made = work or _work(world)
        while (due := await made.step(world.app.clock.now())) and due <= world.app.clock.now():
            pass
        await made.close()

    asyncio.run(step())


def test_each_event_is_told_once_signed_and_with_the_person(
    world: World, receiver: Receiver
) -> None:
    where = [{"property": "revenue", "at_least": 50}]
    _define(world, receiver, where=where, person=["email", "city"])
    _order(world, 1, 120.5)
    _order(world, 2, 20.0)
    _order(world, 1, 120.5)
    _call(world)
    _call(world)
    (headers, body), secret = receiver.got[0], world.get("/api/outbound/bi/secret")["secret"]
    check_signature(headers[SIGNATURE], secret, body, NOON)
    with pytest.raises(WebhookRejected):
        check_signature(headers[SIGNATURE], secret, body + b" ", NOON)
    assert len(receiver.got) == 1
    (event,) = receiver.events
    assert event["event"] == "Order Completed" and event["userId"] == "u3"
    assert event["properties"] == {
        "revenue": 120.5, "items": [{"id": "a"}], "from": {"shop": "Kyiv"},
    }  # fmt: skip
    assert event["traits"] == {"email": "p3@shop.example", "city": "Kyiv"}
    (shown,) = world.items("/api/outbound")
    assert (shown["taken"], shown["waiting"], shown["given_up"]) == (1, 0, 0)


def test_several_events_share_a_call_and_what_is_refused_is_told_again(
    world: World, receiver: Receiver
) -> None:
    _define(world, receiver, batch=2)
    for number in range(5):
        _order(world, number, 100.0)
    receiver.answers = [500]
    work = _work(world)
    _call(world, work)
    (shown,) = world.items("/api/outbound")
    assert (shown["waiting"], shown["taken"], shown["given_up"]) == (2, 3, 0)
    _settle(world, timedelta(minutes=1))
    _call(world)
    assert sorted(one["messageId"] for one in receiver.events[2:]) == [
        f"order {number}" for number in range(5)
    ]
    (refused, *_, again) = (headers["idempotency-key"] for headers, _ in receiver.got)
    assert refused == again
    assert world.items("/api/outbound")[0]["taken"] == 5


def test_what_was_given_up_is_told_when_somebody_asks(world: World, receiver: Receiver) -> None:
    _define(world, receiver)
    _order(world, 1, 100.0)
    receiver.answers = [410]
    _call(world)
    assert world.items("/api/outbound")[0]["given_up"] == 1
    _call(world)
    assert len(receiver.got) == 1
    assert world.ask("POST", "/api/outbound/bi/retry").json() == {"count": 1}
    _call(world)
    assert [one["messageId"] for one in receiver.events] == ["order 1"] * 2
    assert world.items("/api/outbound")[0]["given_up"] == 0


def test_a_held_webhook_waits_and_one_that_is_gone_tells_nothing(
    world: World, receiver: Receiver
) -> None:
    _define(world, receiver, paused=True)
    _order(world, 1, 100.0)
    _call(world)
    assert receiver.got == []
    _define(world, receiver)
    assert world.ask("DELETE", "/api/definitions/outbound/bi").status_code < 300
    _call(world)
    assert receiver.got == []
    (shown,) = world.items("/api/outbound")
    assert shown["gone"] and shown["waiting"] == 1


def test_while_a_secret_is_changed_both_sign(world: World, receiver: Receiver) -> None:
    _define(world, receiver)
    old = world.get("/api/outbound/bi/secret")["secret"]
    _define(world, receiver, secret_version=2)
    new = world.get("/api/outbound/bi/secret")["secret"]
    assert old != new
    _order(world, 1, 100.0)
    _call(world)
    headers, body = receiver.got[0]
    for secret in (old, new):
        check_signature(headers[SIGNATURE], secret, body, NOON)


def test_addresses_within_are_not_called_unless_the_settings_allow_it(
    world: World, receiver: Receiver
) -> None:
    _define(world, receiver)
    _order(world, 1, 100.0)
    _call(world, _work(world, private=False))
    assert receiver.got == []
    answer = world.ask("POST", "/api/outbound/bi/test")
    assert answer.status_code == 400 and "url" in answer.json()["where"]


def test_an_example_is_sent_and_the_answer_shown(world: World, receiver: Receiver) -> None:
    _define(world, receiver)
    inside = msgspec.structs.replace(world.app.config, messages=Messages(private_receivers=True))
    object.__setattr__(world.app, "config", inside)
    receiver.answers = [503]
    assert world.ask("POST", "/api/outbound/bi/test").json() == {
        "ok": False, "code": 503, "answer": "so be it",
    }  # fmt: skip
    assert world.ask("POST", "/api/outbound/bi/test").json()["ok"]
    assert receiver.events[0]["event"] == "Webhook Tested"


def test_the_erased_are_told_of_to_nobody(world: World, receiver: Receiver) -> None:
    _define(world, receiver)
    _order(world, 1, 100.0)
    _order(world, 2, 100.0, "u5")
    pid = world.items("/api/people?who=u3")[0]["pid"]
    world.ask("DELETE", f"/api/people/{pid}")
    _settle(world)
    _call(world)
    assert [one["userId"] for one in receiver.events] == ["u5"]

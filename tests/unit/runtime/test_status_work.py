"""Other programs are told what became of messages: signed, in order, until they have it."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from aiohttp import web

from maracuja import rng
from maracuja.channels.signing import SIGNATURE, check_signature
from maracuja.channels.telling import IDEMPOTENCY, check_receiver, is_public
from maracuja.clock import SystemClock
from maracuja.config import Config, Messages, make_config
from maracuja.errors import BadInput, ConfigError, WebhookRejected
from maracuja.model import Status, micros
from maracuja.runtime import calling, status_work
from maracuja.runtime.calling import FAILURES_MAX, REST_S, RETRY_S, CallThread, CallWork
from maracuja.runtime.status_work import make_status_work
from maracuja.store import posted, status_calls
from maracuja.store.engine import Store
from maracuja.store.posted import RUN, Posted, Step

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "a secret of the shop"
A, B = b"a" * 16, b"b" * 16


@dataclass
class Receiver:
    """A program of the shop's that listens on loopback."""

    port: int = 0
    answers: list[int] = field(default_factory=list)  # then 200
    headers: dict[str, str] = field(default_factory=dict)
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.got.append(({k.lower(): v for k, v in request.headers.items()}, body))
        status = self.answers.pop(0) if self.answers else 200
        return web.Response(status=status, text="so it is", headers=self.headers)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/told"

    @property
    def told(self) -> list[tuple[str, str]]:
        found = [json.loads(body) for _, body in self.got]
        return [(one["message"][:2], one["status"]) for one in found]


@dataclass
class World:
    """A store, a receiver, the work, and the moment."""

    store: Store
    receiver: Receiver
    work: CallWork[status_calls.Call]
    loop: asyncio.AbstractEventLoop
    now: datetime = NOW

    def ask(self, message: bytes = A, url: str = "") -> None:
        """A message whose caller wants to be told."""
        row = Posted(message, b"", 1, 1, 2, "email", "a@b", "email", b"{}")
        with self.store.write() as conn:
            posted.add(conn, row)
            status_calls.listen(conn, message, url or self.receiver.url)
            at_us = micros(self.now)
            status_calls.add(conn, [status_calls.New(message, Status.QUEUED, at_us)])

    def note(self, status: Status, message: bytes = A, code: str = "") -> None:
        with self.store.write() as conn:
            posted.note(conn, [(RUN, Step(message, status, micros(self.now), code, "raw"))])

    def step(self) -> datetime | None:
        return self.loop.run_until_complete(self.work.step(self.now))

    def settle(self, until: datetime | None = None) -> None:
        """Do what is due until then."""
        until = until or self.now
        for _ in range(10_000):
            due = self.step()
            if due is None or due > until:
                return
            self.now = max(self.now, due)
        raise AssertionError("it does not come to rest")

    def receivers(self) -> list[status_calls.Receiver]:
        with self.store.read() as conn:
            return status_calls.receivers(conn)


def settings(**changed: Any) -> Messages:
    return Messages(**{"status_secret": SECRET, "private_receivers": True, **changed})


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    loop = asyncio.new_event_loop()
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/told", receiver.take)
    runner = web.AppRunner(app)
    loop.run_until_complete(runner.setup())
    site = web.TCPSite(runner, "127.0.0.1", 0)
    loop.run_until_complete(site.start())
    receiver.port = runner.addresses[0][1]
    made = World(store, receiver, make_status_work(store, settings()), loop)
    yield made
    loop.run_until_complete(made.work.close())
    loop.run_until_complete(runner.cleanup())
    loop.close()


def test_each_status_is_told_once_in_order_and_signed_as_our_webhooks_are(world: World) -> None:
    world.ask()
    world.note(Status.SENT)
    world.note(Status.DELIVERED, code="d")
    world.note(Status.DELIVERED, code="again")
    world.settle()
    world.note(Status.CLICKED)
    world.settle()
    expected = [("61", s) for s in ("queued", "sent", "delivered", "clicked")]
    assert world.receiver.told == expected
    ids = set()
    for n, (headers, body) in enumerate(world.receiver.got):
        check_signature(headers[SIGNATURE], SECRET, body, NOW)
        for wrong in (body + b" ", body.replace(b"6161", b"6162")):
            with pytest.raises(WebhookRejected):
                check_signature(headers[SIGNATURE], SECRET, wrong, NOW)
        with pytest.raises(WebhookRejected):
            check_signature(headers[SIGNATURE], SECRET, body, NOW + timedelta(minutes=11))
        told = json.loads(body)
        assert told["id"] == headers[IDEMPOTENCY] and told["n"] == n
        assert told["event"] == "message.status" and told["channel"] == "email"
        ids.add(told["id"])
    assert len(ids) == 4
    assert json.loads(world.receiver.got[2][1])["code"] == "d"
    assert world.step() is None


def test_what_is_not_taken_holds_up_its_own_message_alone(world: World) -> None:
    world.ask(A)
    world.receiver.answers = [500]
    world.settle()
    world.note(Status.SENT, A)
    world.ask(B)
    world.settle()
    assert world.receiver.told == [("61", "queued"), ("62", "queued")]
    world.settle(NOW + timedelta(minutes=1))
    assert world.receiver.told[2:] == [("61", "queued"), ("61", "sent")]
    first, again = (json.loads(world.receiver.got[n][1])["id"] for n in (0, 2))
    assert first == again


def test_it_is_tried_for_a_day_ever_more_seldom_and_then_given_up(world: World) -> None:
    world.ask()
    world.note(Status.SENT)
    world.receiver.answers = [404] * 100
    world.settle(NOW + timedelta(days=3))
    assert [status for _, status in world.receiver.told] == ["queued"] * (len(RETRY_S) + 1)
    hours = (world.now - NOW).total_seconds() / 3600
    assert 17 < hours < 27
    (failing,) = world.receivers()
    assert (failing.waiting, failing.given_up) == (0, 2)
    assert failing.answer == "404 so it is" and failing.host == f"127.0.0.1:{world.receiver.port}"
    world.receiver.answers = []
    world.note(Status.DELIVERED)  # news of the same message is tried afresh
    world.settle()
    assert world.receiver.told[-1] == ("61", "delivered")


def test_a_receiver_that_is_gone_is_not_asked_again(world: World) -> None:
    world.ask()
    world.note(Status.SENT)
    world.receiver.answers = [410]
    world.settle(NOW + timedelta(days=2))
    assert world.receiver.told == [("61", "queued")]


def test_retry_after_is_heeded(world: World) -> None:
    world.ask()
    world.receiver.answers, world.receiver.headers = [429], {"Retry-After": "900"}
    due = world.step()
    assert due == NOW
    assert (world.step() or NOW) >= NOW + timedelta(seconds=900)


def test_a_host_that_fails_again_and_again_is_left_alone_and_then_tried_with_one(
    world: World,
) -> None:
    messages = [bytes([n]) * 16 for n in range(1, 21)]
    world.receiver.answers = [503] * 20
    for message in messages[:FAILURES_MAX]:
        world.ask(message)
    world.step()
    assert len(world.receiver.got) == FAILURES_MAX
    for message in messages[FAILURES_MAX:]:
        world.ask(message)
    other = "http://127.0.0.1:9/told"  # nobody listens there; its own matter
    world.ask(b"o" * 16, other)
    due = world.step()
    assert len(world.receiver.got) == FAILURES_MAX
    rest = NOW + timedelta(seconds=REST_S[0])
    assert due == NOW
    due = world.step()
    assert due is not None and NOW < due <= rest
    world.now = rest
    world.step()
    assert len(world.receiver.got) == FAILURES_MAX + 1
    world.receiver.answers = []
    world.settle(NOW + timedelta(hours=1))
    assert {message for message, _ in world.receiver.told} == {m.hex()[:2] for m in messages}
    left = {one.host: one for one in world.receivers()}
    assert left["127.0.0.1:9"].failing == 1
    assert left[f"127.0.0.1:{world.receiver.port}"].waiting == 0


def test_what_waits_survives_a_crash_and_goes_with_the_person(world: World) -> None:
    world.ask(A)
    world.ask(B)
    world.note(Status.SENT, B)
    lost = make_status_work(world.store, settings())  # another process, later
    with world.store.write() as conn:
        posted.forget(conn, [], [("email", "a@b")])
    assert world.loop.run_until_complete(lost.step(NOW)) is None
    world.ask(A)
    world.work = lost
    world.settle()
    assert world.receiver.told == [("61", "queued")]


def test_private_addresses_are_not_called_whatever_they_are_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = make_status_work(world.store, settings(private_receivers=False))
    world.ask(A)  # taken under other settings
    due = world.loop.run_until_complete(strict.step(NOW))
    assert due == NOW and world.receiver.got == []
    (found,) = world.receivers()
    assert found.given_up == 1

    monkeypatch.setattr(status_work, "check_receiver", lambda *_, **__: None)
    world.ask(B, f"http://localhost:{world.receiver.port}/told")
    world.loop.run_until_complete(strict.step(NOW))
    world.loop.run_until_complete(strict.close())
    assert world.receiver.got == []
    assert any("private network" in one.answer for one in world.receivers())


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/told",
        "https://127.0.0.1/told",
        "https://10.1.2.3/",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fd00::1]/",
        "https://[2002:7f00:1::]/",
        "https://localhost/",
        "https://db.internal./",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://user@shop.example/",
        "https://shop.example/#x",
        "ftp://shop.example/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as fault:
        check_receiver(url, SECRET, private=False)
    assert fault.value.where == "status_url"


def test_what_may_be_called(world: World) -> None:
    for url in ("https://shop.example/told?a=1", "https://8.8.8.8/", "https://shop.example:8443/"):
        check_receiver(url, SECRET, private=False)
    check_receiver("http://127.0.0.1:1/", SECRET, private=True)
    assert is_public("2606:4700:4700::1111") and not is_public("fe80::1%eth0")
    with pytest.raises(BadInput, match="no secret"):
        check_receiver("https://shop.example/", "", private=False)


def test_the_settings_refuse_what_cannot_work_and_hide_the_secret() -> None:
    from maracuja.config import shown

    good = {"messages": {"status_secret": SECRET, "status_url": "https://shop.example/told"}}
    assert shown(make_config(good))["messages"]["status_secret"] == "***"
    assert Config().messages == Messages()
    for bad in (
        {"status_secret": "short"},
        {"status_url": "https://shop.example/told"},
        {"status_secret": SECRET, "status_url": "http://shop.example/"},
    ):
        with pytest.raises(ConfigError):
            make_config({"messages": bad})


def test_the_thread_tells_while_nothing_else_runs_and_outlives_a_fault(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.now = SystemClock().now()
    taken = threading.Event()
    thread = CallThread(make_status_work(world.store, settings()), SystemClock().now, "statuses")

    async def wait() -> None:
        while not world.receiver.got:
            await asyncio.sleep(0.01)
        taken.set()

    monkeypatch.setattr(calling, "LOOK_S", 0.01)
    failing = [OSError("the database is gone for a moment")]
    due = status_calls.due

    def stumbling(*args: Any, **more: Any) -> list[status_calls.Call]:
        if failing:
            raise failing.pop()
        return due(*args, **more)

    monkeypatch.setattr(status_calls, "due", stumbling)
    world.ask()
    thread.start()
    try:
        world.loop.run_until_complete(asyncio.wait_for(wait(), 30))
    finally:
        world.loop.run_until_complete(asyncio.to_thread(thread.stop))
    assert taken.is_set() and world.receiver.told == [("61", "queued")]
    assert msgspec.json.decode(world.receiver.got[0][1])["status"] == "queued"


@pytest.mark.parametrize("seed", range(8))
def test_whatever_goes_wrong_each_status_arrives_in_order(world: World, seed: int) -> None:
    """Answers lost, refused and late, the process killed in between: a chaos on a seed."""
    chance = rng.stream(seed, "statuses", "chaos")
    ladder = [Status.SENT, Status.DELIVERED, Status.READ, Status.CLICKED]
    messages = [bytes([n]) * 16 for n in range(1, 6)]
    left = {message: list(ladder) for message in messages}
    for message in messages:
        world.ask(message)
    for _ in range(60):
        busy = [message for message, rest in left.items() if rest]
        if busy:
            message = busy[int(chance.integers(len(busy)))]
            world.note(left[message].pop(0), message)
        world.receiver.answers = [int(chance.choice([200, 500, 503, 404, 429])) for _ in range(3)]
        if chance.random() < 0.3:  # another process goes on with what stands in the database
            world.loop.run_until_complete(world.work.close())
            world.work = make_status_work(world.store, settings())
        world.step()
        world.now += timedelta(seconds=float(chance.integers(1, 90)))
    world.receiver.answers = []
    world.settle(world.now + timedelta(days=1))
    seen: dict[str, list[str]] = {}
    for message, status in world.receiver.told:
        told = seen.setdefault(message, [])
        if status not in told:
            told.append(status)
    expected = ["queued", *(status.value for status in ladder)]
    assert seen == {message.hex()[:2]: expected for message in messages}

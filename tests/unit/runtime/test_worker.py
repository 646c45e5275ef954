"""The worker: its lease, the order of a tick, its chores over a day, what it is asked to do."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from maracuja import app as composition
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.channels.base import Answer, Mail
from maracuja.clock import SimClock
from maracuja.errors import ConfigError, Conflict
from maracuja.model import FileKind, micros
from maracuja.runtime import erasing, launch_control, orders
from maracuja.runtime.transport import Course
from maracuja.runtime.worker import Hold, Worker
from maracuja.simulate.vendors import MailVendor
from maracuja.store import commands, definitions, feed, inbox, leases, manifest, people, runs
from maracuja.store.runs import RunState

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DEFINITIONS = """
kind: topic
id: news
---
kind: goal
id: order
event: Order Completed
---
kind: template
id: hello
variants: [{language: en, subject: Hello, text: "Hello! {{ links.unsubscribe }}"}]
---
kind: campaign
id: hello
topic: news
audience: [{trait: email, known: true}]
template: hello
goals: [order]
holdout: 0
"""


class Shop:
    """A workspace at a simulated time, with a worker whose mail goes to a vendor in memory."""

    def __init__(self, place: Path, stack: ExitStack, **settings: Any) -> None:
        self.place, self._stack = place, stack
        self.clock = SimClock(NOW)
        quiet = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
        measured = {"global_holdout": 0.0}
        whole = {"pressure": quiet, "measurement": measured, **settings}
        composition.create(place, whole, clock=self.clock, seed=1)
        self.app: App = stack.enter_context(composition.opened(place, self.clock))
        self.vendor = MailVendor(keep=True)
        with self.app.store.write() as conn:
            for one in decode_text(DEFINITIONS):
                definitions.put(conn, kind_of(one), one.id, one, base=None, actor="t", now_us=1)

    def begin(self, holder: str = "first", transport: Any = None) -> Worker:
        """A worker, closed at the end of the test."""
        worker = composition.make_worker(
            self.app, holder=holder, transport=transport or self.vendor
        )
        self._stack.callback(worker.close)
        return worker

    def call(self, *calls: dict[str, Any]) -> None:
        """A request of the shop's server, durable."""
        now = self.clock.now()
        body = msgspec.json.encode({"batch": calls})
        with self.app.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(now), "batch", "server", b"{}", body)])

    def customers(self, count: int) -> None:
        """So many people with an address and a consent."""
        for i in range(count):
            who = {"userId": f"c{i}", "timestamp": self.clock.now().isoformat()}
            self.call(
                {
                    **who,
                    "type": "identify",
                    "messageId": f"i{i}",
                    "traits": {"email": f"c{i}@mail.example"},
                },
                {**who, **consent("opted_in"), "messageId": f"in{i}"},
            )

    def launch(self) -> None:
        """The campaign, now."""
        with self.app.store.write() as conn:
            launch_control.launch(conn, self.app.ground, "hello", self.clock.now())

    def pid(self, name: str) -> int:
        """Whose external id it is; 0 for nobody."""
        with self.app.store.read() as conn:
            return int(people.find(conn, ["external_id"], [name])[0])

    def recipients(self) -> list[str]:
        """Who has got mail."""
        return sorted(one.to for one in self.vendor.received)


def consent(state: str) -> dict[str, Any]:
    """The event of a word about news by mail."""
    said = {"topic": "news", "channel": "email", "state": state, "source": "form"}
    return {"type": "track", "event": "Subscription Updated", "properties": said}


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Shop]]:
    with ExitStack() as stack:
        yield lambda **settings: Shop(tmp_path / "shop", stack, **settings)


@pytest.fixture
def shop(make: Callable[..., Shop]) -> Shop:
    return make()


# ------------------------------------------------------------ the order of a tick


def test_what_came_in_counts_before_anything_goes_out(shop: Shop) -> None:
    shop.customers(3)
    worker = shop.begin()
    worker.settle(NOW)
    shop.launch()
    when = {"timestamp": shop.clock.now().isoformat()}
    shop.call({**when, **consent("opted_out"), "userId": "c1", "messageId": "out"})
    due = worker.tick(NOW)
    assert due == NOW, "there was something to do"
    worker.settle(NOW)
    assert shop.recipients() == ["c0@mail.example", "c2@mail.example"]
    with shop.app.store.read() as conn:
        [run] = runs.every(conn)
    assert run.state is RunState.DONE


def test_a_worker_at_rest_says_when_it_is_needed_again(shop: Shop) -> None:
    due = shop.begin().settle(NOW)
    assert due is not None and due > NOW


# ------------------------------------------------------------ the lease


def test_two_workers_do_not_work_on_one_workspace(shop: Shop) -> None:
    first = shop.begin()
    with pytest.raises(Conflict, match="first is at work"):
        shop.begin("second")
    first.close()
    shop.begin("second")


def test_a_worker_that_has_lost_its_lease_decides_nothing_more(shop: Shop) -> None:
    worker = shop.begin()
    shop.customers(2)
    shop.clock.advance(timedelta(seconds=31))
    Hold(shop.app.store, "second", shop.clock).keep()
    with pytest.raises(Conflict, match="second is at work"):
        worker.tick(shop.clock.now())
    with shop.app.store.read_inbox() as conn:
        assert inbox.size(conn) == 2


def test_a_lease_is_renewed_and_its_loss_noted(shop: Shop) -> None:
    hold = Hold(shop.app.store, "first", shop.clock)
    hold.keep()
    shop.clock.advance(timedelta(seconds=11))
    hold.beat()
    with shop.app.store.read() as conn:
        held = leases.current(conn, leases.WORKER)
    assert held is not None and held.until_us == micros(NOW + timedelta(seconds=41))
    shop.clock.advance(timedelta(seconds=31))
    other = Hold(shop.app.store, "second", shop.clock)
    other.keep()
    hold.beat()
    assert hold.lost
    with pytest.raises(Conflict):
        hold.keep()
    hold.release()  # it is not ours to give back
    other.beat()
    assert not other.lost


@pytest.mark.slow
def test_a_lease_outlives_what_takes_long(shop: Shop) -> None:
    hold = Hold(shop.app.store, "first", shop.clock)
    with hold.kept(), hold.kept():
        pass  # what is short leaves the clock wound for what follows
    with hold.kept():
        shop.clock.advance(timedelta(seconds=25))
        threading.Event().wait(10.5)  # it beats every ten seconds
        with shop.app.store.read() as conn:
            held = leases.current(conn, leases.WORKER)
    assert held is not None and held.until_us == micros(NOW + timedelta(seconds=55))


def test_a_command_does_the_work_where_no_worker_does(shop: Shop) -> None:
    shop.customers(1)
    worker = shop.begin()
    worker.settle(NOW)
    with shop.app.store.write() as conn:
        number = orders.ask_erasure(conn, shop.pid("c0"), NOW, actor="me")
    with pytest.raises(Conflict, match="first is at work"):
        composition.obey(shop.app, holder="me")
    worker.close()
    composition.obey(shop.app, holder="me")
    with shop.app.store.read() as conn:
        assert "certificate" in commands.get(conn, number).result
        assert leases.current(conn, leases.WORKER) is None


class Slow(MailVendor):
    """Takes the first mail, then so long that somebody else takes the lease."""

    def __init__(self, shop: Shop) -> None:
        super().__init__(keep=True)
        self._shop = shop

    async def send(self, wires: Sequence[Mail], course: Course) -> list[Answer | None]:
        """The answer to the first; the others only if nobody says stop."""
        [first] = await super().send(wires[:1], course)
        self._shop.clock.advance(timedelta(seconds=31))
        Hold(self._shop.app.store, "second", self._shop.clock).keep()
        await asyncio.sleep(5.5)  # the heart beats every five
        return [first, *await super().send(wires[1:], course)]


@pytest.mark.slow
def test_a_batch_ends_when_the_lease_is_lost_under_it(shop: Shop) -> None:
    shop.customers(3)
    slow = Slow(shop)
    worker = shop.begin(transport=slow)
    with pytest.raises(Conflict):
        shop.launch()
        worker.settle(NOW)
    assert len(slow.received) == 1, "no more was begun"


# ------------------------------------------------------------ chores


def test_a_day_keeps_the_workspace_small(shop: Shop) -> None:
    worker = shop.begin()
    for hour in range(0, 26, 2):
        shop.customers(4)
        shop.call({"type": "track", "event": "Seen", "userId": "c1", "messageId": f"s{hour}"})
        shop.clock.wait_until(NOW + timedelta(hours=hour))
        worker.settle(shop.clock.now())
    until = NOW + timedelta(hours=30)
    while shop.clock.now() < until:
        shop.clock.wait_until(worker.settle(shop.clock.now()) or until)
    with shop.app.store.read() as conn:
        live = manifest.live(conn, list(FileKind), micros(until))
        every = manifest.paths(conn)
        assert feed.size(conn) == 0
    with shop.app.store.read_inbox() as conn:
        assert inbox.size(conn) == 0
    days = [file.day for file in live if file.kind is FileKind.EVENTS]
    assert days.count("2026-11-21") == 1, "the day that is over is one file"
    assert any(file.kind is FileKind.PROFILES for file in live)
    lake = shop.app.lake_root
    on_disk = {p.relative_to(lake).as_posix() for p in lake.rglob("*.parquet")}
    assert on_disk == every == {file.path for file in live}, "what was merged is gone"


def test_whom_somebody_asks_to_forget_is_forgotten(shop: Shop) -> None:
    shop.customers(2)
    worker = shop.begin()
    worker.settle(NOW)
    pid = shop.pid("c1")
    with shop.app.store.write() as conn:
        number = orders.ask_erasure(conn, pid, NOW, actor="me")
        other = commands.append(conn, micros(NOW), "me", "dance")
    worker.settle(NOW)
    assert shop.pid("c1") == 0 and shop.pid("c0") != 0
    with shop.app.store.read() as conn:
        result = commands.get(conn, number).result
        assert commands.get(conn, other).result["code"] == "unknown"
    place = composition.erasure_place(shop.app)
    certificate = erasing.certificate_of(place, pid)
    assert certificate is not None
    assert msgspec.convert(result["certificate"], erasing.Certificate) == certificate


def test_asking_twice_gives_the_same_certificate(shop: Shop) -> None:
    shop.customers(1)
    worker = shop.begin()
    worker.settle(NOW)
    with shop.app.store.write() as conn:
        asked = [orders.ask_erasure(conn, shop.pid("c0"), NOW, actor="me") for _ in range(2)]
    worker.settle(NOW)
    with shop.app.store.read() as conn:
        first, second = (commands.get(conn, number).result for number in asked)
    assert first == second and "certificate" in first


# ------------------------------------------------------------ reports


def test_reports_are_taken_while_the_worker_works(make: Callable[..., Shop]) -> None:
    port = free_port()
    shop = make(email={"reports_port": port})
    worker = shop.begin()
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        assert client.noop()[0] == 250
    worker.close()
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.1", port, timeout=10)


def test_a_port_that_is_taken_is_named_and_the_lease_given_back(
    make: Callable[..., Shop],
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        shop = make(email={"reports_port": taken.getsockname()[1]})
        with pytest.raises(ConfigError, match="reports"):
            shop.begin()
        with shop.app.store.read() as conn:
            assert leases.current(conn, leases.WORKER) is None


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

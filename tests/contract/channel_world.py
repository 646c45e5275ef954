"""A shop whose campaign goes out over one channel, to a vendor in this process, and back."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja import app as composition
from maracuja.api.server import Server
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.channels.base import Inbound
from maracuja.clock import SimClock
from maracuja.model import ConsentState, FileKind, Trait, TraitSource, micros
from maracuja.runtime import launch_control
from maracuja.runtime.worker import Worker
from maracuja.simulate.vendors.http import Faults, HttpVendor
from maracuja.store import consents, definitions, inbox, manifest, outbox, people
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import outbox as outbox_table
from maracuja.ui import home
from tests.contract.channel_case import NOW, Case

STILL = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
DEFINITIONS = """
kind: topic
id: news
channels: [CHANNEL]
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: segment
id: all
where: [{trait: first_name, known: true}]
---
kind: template
id: hello
language: en
variants:
  - language: en
    text: "Hello {{ person.first_name }}, the passion fruit is here. {{ links.unsubscribe }}"
---
kind: campaign
id: hello
topic: news
channel: CHANNEL
audience: all
template: hello
goals: [order]
holdout: 0
"""


@dataclass
class World:
    """An open workspace, its server and worker, and the vendor."""

    app: App
    server: Server
    worker: Worker
    clock: SimClock
    vendor: HttpVendor
    channel: str
    account: str = "main"
    address: str = ""  # of the one person whom a test is about

    def settle(self, **span: float) -> datetime:
        """Let so much time pass and everything be done that is due."""
        until = self.clock.now() + timedelta(**span)
        while True:
            due = self.worker.settle(self.clock.now())
            if due is None or due > until:
                return self.clock.advance(until - self.clock.now())
            self.clock.wait_until(due)

    def deliver(self, *, hours: float) -> None:
        """Let time pass until every message is final, or nothing more is sent, or it is over."""
        until, worker = self.clock.now() + timedelta(hours=hours), self.worker
        while self.clock.now() < until and worker.settle(self.clock.now()):
            due = worker._parts.delivery.step(self.clock.now())
            if due is None:
                return
            self.clock.wait_until(min(due, until))

    def call(self, calls: list[Any]) -> list[int]:
        """The vendor calls our webhook; the statuses of our answers."""
        return called(self.server, f"/w/{self.channel}/{self.account}", calls)

    def identify(self, traits: list[dict[str, Any]]) -> None:
        """The shop tells who its customers are."""
        calls = [
            {
                "type": "identify",
                "userId": f"u{n}",
                "messageId": f"i{n}",
                "traits": {name: one[name] for name in one if name != "context"},
                "context": one.get("context", {}),
            }
            for n, one in enumerate(traits)
        ]
        if calls:
            body = json.dumps({"batch": calls}).encode()
            with self.app.store.write_inbox() as conn:
                row = inbox.Request(micros(self.clock.now()), "batch", "server", b"{}", body)
                inbox.append(conn, [row])

    def name_everybody(self) -> None:
        """The shop's people learn the names of those who came, and write them down."""
        self.identify([{"first_name": "Nobody"}])  # the trait is one that the shop has
        self.settle()
        with self.app.store.write() as conn:
            rev, now_us = people.next_rev(conn), micros(self.clock.now())
            pids = people.pids_after(conn, 0, 100_000)
            names = [
                {"first_name": Trait(f"Name{pid}", TraitSource.DECLARED, 1.0, now_us)}
                for pid in pids
            ]
            people.change(conn, rev, pids, set_traits=names, now_us=now_us)

    def launch(self) -> None:
        """Everybody who has not agreed yet agrees, and the campaign is launched."""
        now = self.clock.now()
        with self.app.store.write() as conn:
            pids = people.pids_after(conn, 0, 100_000)
            said = consents.states(conn, pids, "news", self.channel).tolist()
            silent = [p for p, s in zip(pids, said, strict=True) if s == ConsentState.UNKNOWN]
            consents.record(
                conn,
                pid=silent,
                topic="news",
                channel=self.channel,
                state=int(ConsentState.OPTED_IN),
                at_us=micros(now),
                recorded_us=micros(now),
                source="form",
            )
            launch_control.launch(conn, self.app.ground, "hello", now)

    def states(self) -> Counter[OutboxState]:
        """How many messages are in each state."""
        with self.app.store.read() as conn:
            rows = conn.execute(outbox_table.select()).all()
        return Counter(OutboxState(row.state) for row in rows)

    def left(self) -> int:
        """How many messages are not final."""
        with self.app.store.read() as conn:
            return outbox.left(conn)

    def events(self) -> pl.DataFrame:
        """The events of the lake."""
        with self.app.store.read() as conn:
            files = manifest.live(conn, [FileKind.EVENTS], micros(self.clock.now()))
        frames = [pl.read_parquet(self.app.lake_root / file.path) for file in files]
        return pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame()

    def counts(self) -> dict[str, int]:
        """How many events have each name."""
        frame = self.events()
        return dict(frame.group_by("event").len().rows()) if frame.width else {}


def called(server: Server, path: str, calls: Sequence[Inbound]) -> list[int]:
    """A vendor calls this address of ours; the statuses of our answers."""

    async def send() -> list[int]:
        transport = httpx.ASGITransport(server)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://shop") as asking:
            answers = [
                await asking.request(
                    c.method, path, content=c.body, headers=c.headers, params=c.query
                )
                for c in calls
            ]
        return [answer.status_code for answer in answers]

    return asyncio.run(send()) if calls else []


def define(conn: Connection, text: str) -> None:
    """Put definitions in force, in place of those of the same names."""
    for one in decode_text(text):
        definitions.put(
            conn,
            kind_of(one),
            one.id,
            msgspec.to_builtins(one),
            base=None,
            actor="test",
            now_us=micros(NOW),
        )


@contextmanager
def opened_world(
    place: Path, case: Case, *, seed: int = 0, faults: Faults, url: str = ""
) -> Iterator[World]:
    """A new shop with the definitions and no people; its clock stands still.

    Its state is on the database at `url`, or on SQLite.
    """
    channel = case.make().name
    clock = SimClock(NOW)
    settings = {
        "pressure": STILL,
        "measurement": {"global_holdout": 0},
        "store": {"url": url},
        channel: {**case.section, "topics": ["news"]},
    }
    composition.create(place, settings, clock=clock, seed=seed)
    assert case.vendor is not None
    vendor = case.vendor(seed, faults)
    vendor.now = clock.now
    with composition.opened(place, clock) as app:
        with app.store.write() as conn:
            define(conn, DEFINITIONS.replace("CHANNEL", channel))
        worker = composition.make_worker(app, holder="test", transports={channel: vendor})
        server = Server(app, lambda: home)
        try:
            yield World(app, server, worker, clock, vendor, channel)
        finally:
            server.close()
            worker.close()

"""A shop that tries texts on a part of its people, who buy by what they have read."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import polars as pl

from maracuja import app as composition
from maracuja import rng
from maracuja.api.server import Server
from maracuja.app import App
from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.channels import BY_NAME
from maracuja.clock import SimClock
from maracuja.model import (
    ConsentState,
    Discovery,
    FileKind,
    Privacy,
    Trait,
    TraitSource,
    TraitType,
    micros,
)
from maracuja.runtime import campaign_work
from maracuja.runtime.worker import Worker
from maracuja.simulate.vendors.mail import MailVendor
from maracuja.stats.report import LiftReport
from maracuja.store import (
    consents,
    definitions,
    discovered,
    experiments,
    inbox,
    manifest,
    people,
    resolving,
    runs,
)
from maracuja.store.experiments import Experiment, Look
from maracuja.ui import home
from tests.contract.channel_world import called
from tests.simulation.storm_sides import Side

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
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
window: 1 day
---
kind: segment
id: all
where: [{trait: first_name, known: true}]
---
kind: template
id: plain
variants: [{language: en, subject: Plain, text: "It is here. {{ links.unsubscribe }}"}]
---
kind: template
id: bold
variants: [{language: en, subject: Bold, text: "It is here! {{ links.unsubscribe }}"}]
"""
TWO = """
kind: campaign
id: hello
topic: news
audience: all
variants: [{id: plain, template: plain}, {id: bold, template: bold}]
goals: [order]
holdout: HOLDOUT
TEST
"""
Chance = Callable[[int, str], float]
"""The chance to buy of the n-th person who has read a message with this subject."""
_NAMED = re.compile(r"Name(\d+), (\w+)")


def by_mail(vendor: MailVendor) -> Side:
    """E-mail, by a mail server of this process."""
    rates = {"rate_per_s": 100000, "host_rate_per_s": 100000}
    section = {"sender": "shop@shop.example", **rates}
    return Side("email", section, vendor, lambda n: f"u{n}@shop.example")


@dataclass
class Shop:
    """The open workspace; people are numbered from 0, and reached over one channel."""

    app: App
    server: Server
    worker: Worker
    clock: SimClock
    side: Side
    seed: int
    pids: list[int] = field(default_factory=list)
    read: dict[int, list[tuple[datetime, str]]] = field(default_factory=dict)
    coming: list[tuple[datetime, int, int]] = field(default_factory=list)
    told: int = 0

    # ------------------------------------------------------------ people

    def know(self, count: int, traits: Mapping[str, list[Any]] | None = None) -> None:
        """So many people whom the channel reaches, who agreed to the news."""
        every, now_us = range(count), micros(self.clock.now())
        known = {"first_name": [f"Name{n}" for n in every], **(traits or {})}
        with self.app.store.write() as conn:
            discovered.record(
                conn,
                [
                    Discovery(
                        "trait", "", name, TraitType.TEXT, now_us, now_us, count, (),
                        Privacy.PERSONAL,
                    )
                    for name in known
                ],
            )  # fmt: skip
            rev = people.next_rev(conn)
            kind = BY_NAME[self.side.name].can.address_kind
            claims = resolving.Claims(
                rows=count,
                row=np.tile(np.arange(count), 2),
                kind=["external_id"] * count + [kind] * count,
                value=[f"u{n}" for n in every] + [self.side.address(n) for n in every],
                at_us=now_us,
            )
            self.pids = resolving.resolve(conn, rev, claims, now_us=now_us).pid.tolist()
            people.change(
                conn,
                rev,
                self.pids,
                set_traits=[
                    {
                        name: Trait(values[n], TraitSource.DECLARED, 1.0, now_us)
                        for name, values in known.items()
                        if values[n] is not None
                    }
                    for n in every
                ],
                set_addresses=[{kind: self.side.address(n)} for n in every],
                now_us=now_us,
            )
            self.say(conn, range(count), ConsentState.OPTED_IN)

    def say(self, conn: Any, who: Any, state: ConsentState) -> None:
        """These people agree to the news, or opt out."""
        now_us = micros(self.clock.now())
        consents.record(
            conn,
            pid=[self.pids[n] for n in who],
            topic="news",
            channel=self.side.name,
            state=int(state),
            at_us=now_us,
            recorded_us=now_us,
            source="form",
        )

    def buys(self, n: int, at: datetime) -> None:
        """The n-th person will buy something at that moment."""
        self.told += 1
        heapq.heappush(self.coming, (at, self.told, n))

    def track(self, event: str, who: list[tuple[int, datetime]], **properties: Any) -> None:
        """These people did it at those moments, on the device of theirs that is known."""
        calls = []
        for n, at in who:
            self.told += 1
            calls.append(
                {
                    "type": "track", "event": event, "userId": f"u{n}",
                    "messageId": f"call-{self.told}", "timestamp": at.isoformat(),
                    "properties": properties, "context": self.side.context(n),
                }
            )  # fmt: skip
        body = msgspec.json.encode({"batch": calls})
        now_us = micros(self.clock.now())
        with self.app.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(now_us, "batch", "server", b"{}", body)])

    # ------------------------------------------------------------ the campaign

    def apply(self, text: str) -> None:
        """Put definitions in force."""
        with self.app.store.write() as conn:
            for one in decode_text(text):
                definitions.put(
                    conn, kind_of(one), one.id, msgspec.to_builtins(one), base=None,
                    actor="test", now_us=micros(self.clock.now()),
                )  # fmt: skip

    def launch(self, test: str, *, holdout: float = 0, text: str = TWO) -> None:
        """The campaign with this test is written and launched."""
        self.apply(text.replace("TEST", test).replace("HOLDOUT", str(holdout)))
        with self.app.store.write() as conn:
            campaign_work.launch(conn, self.app.ground, "hello", self.clock.now())

    # ------------------------------------------------------------ time

    def live(self, hours: float, chance: Chance | None = None, step: float = 4) -> None:
        """So many hours go by; whoever reads a message buys within a day, or does not."""
        until = self.clock.now() + timedelta(hours=hours)
        while True:
            self.settle()
            self._read(chance)
            now = self.clock.now()
            if now >= until:
                return
            self.clock.advance(min(timedelta(hours=step), until - now))
            self._buy()

    def settle(self) -> None:
        """Everything that is due now; what vendors tell comes in."""
        path = f"/w/{self.side.name}/main"
        calls = [] if isinstance(self.side.vendor, MailVendor) else self.side.vendor.calls()
        assert {*called(self.server, path, calls)} <= {200}
        self.worker.settle(self.clock.now())

    def restart(self) -> None:
        """The worker is gone, and another one begins where it was."""
        self.worker.close()
        self.clock.advance(timedelta(seconds=60))
        self.worker = _worker(self.app, self.side, "another")

    def _read(self, chance: Chance | None) -> None:
        now = self.clock.now()
        for n, subject in self._came():
            self.read.setdefault(n, []).append((now, subject))
            if chance is None:
                continue
            luck = rng.stream(self.seed, "buys", n, subject)
            if luck.random() < chance(n, subject):
                self.buys(n, now + timedelta(hours=float(luck.uniform(0.5, 23))))

    def _came(self) -> list[tuple[int, str]]:
        """Who has got what since the last look: a mail by its subject, else `Name7, plain ...`."""
        vendor = self.side.vendor
        if isinstance(vendor, MailVendor):
            mails = [(re.match(r"u(\d+)@", one.to), one.subject) for one in vendor.take()]
            return [(int(to[1]), subject) for to, subject in mails if to is not None]
        shown, vendor.shown = vendor.shown, []
        texts = [_NAMED.search(repr(one)) for one in shown]
        return [(int(text[1]), text[2]) for text in texts if text is not None]

    def _buy(self) -> None:
        now, who = self.clock.now(), []
        while self.coming and self.coming[0][0] <= now:
            at, _, n = heapq.heappop(self.coming)
            who.append((n, at))
        if who:
            self.track("Order Completed", who, revenue=100)

    # ------------------------------------------------------------ what is written down

    @property
    def experiment(self) -> Experiment:
        """The experiment of the last run."""
        with self.app.store.read() as conn:
            return experiments.of_campaign(conn, "hello")[-1]

    @property
    def looks(self) -> list[Look]:
        """The looks at it."""
        with self.app.store.read() as conn:
            return experiments.looks(conn, self.experiment.run)

    def run_state(self) -> str:
        """The state of the campaign's last run."""
        with self.app.store.read() as conn:
            return runs.every(conn, campaign="hello")[-1].state.value

    def subjects(self) -> Counter[str]:
        """How many have read what."""
        return Counter(subject for rows in self.read.values() for _, subject in rows)

    def decisions(self) -> pl.DataFrame:
        """Every decision."""
        with self.app.store.read() as conn:
            files = manifest.live(conn, [FileKind.DECISIONS], micros(self.clock.now()))
        frames = [pl.read_parquet(self.app.lake_root / file.path) for file in files]
        return pl.concat(frames, how="diagonal_relaxed").sort("at", "pid")

    def report(self) -> LiftReport:
        """What the campaign changed."""
        return campaign_work.report(self.app.ground, "hello", self.clock.now())


def _worker(app: App, side: Side, holder: str) -> Worker:
    return composition.make_worker(app, holder=holder, transports={side.name: side.vendor})


@contextmanager
def opened_shop(
    place: Path,
    *,
    seed: int = 0,
    pressure: Mapping[str, Any] = STILL,
    url: str = "",
    side: Side | None = None,
) -> Iterator[Shop]:
    """A new shop with its definitions and no people; its clock stands still.

    Its people are reached by mail, or over the channel of `side`.
    """
    clock, side = SimClock(NOW), side or by_mail(MailVendor(seed=seed, keep=True))
    settings = {
        "pressure": dict(pressure),
        "measurement": {"global_holdout": 0},
        "shop": {"currency": "UAH", "time_zone": "Europe/Kyiv"},
        "server": {"public_url": "https://maracuja.shop.example"},
        side.name: side.section,
        **({"store": {"url": url}} if url else {}),
    }
    composition.create(place, settings, clock=clock, seed=seed)
    with composition.opened(place, clock) as app:
        server = Server(app, lambda: home)
        shop = Shop(app, server, _worker(app, side, "test"), clock, side, seed)
        shop.apply(DEFINITIONS.replace("CHANNEL", side.name))
        try:
            yield shop
        finally:
            server.close()
            shop.worker.close()

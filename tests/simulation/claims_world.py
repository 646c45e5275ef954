"""A shop of known truth whose campaigns go through the whole platform, for the claims report."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import numpy as np
import polars as pl

from maracuja import app as composition
from maracuja import rng
from maracuja.campaigns.decoding import decode_text, kind_of, plain
from maracuja.clock import SimClock
from maracuja.config import load_config
from maracuja.ingest.import_mapping import FileMapping
from maracuja.model import Status, micros
from maracuja.rng import make_id
from maracuja.runtime import campaign_work, claims_work, importing
from maracuja.runtime.message_events import Told, tell
from maracuja.runtime.past_campaigns import record_past
from maracuja.simulate.vendors import MailVendor
from maracuja.stats.claims.report import ClaimsReport, Tested
from maracuja.store import definitions, inbox, people

INTERESTS = ("fishing", "garden")
BASE = 0.4  # buy within a week without any of it
DEFINITIONS = """
kind: topic
id: news
channels: [email, viber_business]
---
kind: goal
id: purchase
event: Order Completed
window: 7 days
value: revenue
---
kind: template
id: hello
variants:
  - {language: en, subject: Hello, text: "{% if person.interest %}{{ person.interest }}!{% else %}Hello{% endif %} {{ links.unsubscribe }}"}
---
kind: template
id: fishing
variants: [{language: en, subject: Fish, text: "Rods! {{ links.unsubscribe }}"}]
---
kind: template
id: garden
variants: [{language: en, subject: Garden, text: "Spades! {{ links.unsubscribe }}"}]
---
kind: template
id: come-back
variants: [{language: en, channel: viber_business, text: "We miss you. {{ links.unsubscribe }}"}]
---
kind: campaign
id: twins
topic: news
audience: [{trait: interest, known: true}]
variants: [{id: personal, template: hello}, {id: generic, generic_twin_of: personal}]
goals: [purchase]
holdout: 0
breakdowns: []
---
kind: campaign
id: matched
topic: news
audience: [{trait: interest, known: true}]
variants:
  - {id: rods, template: fishing, suits: {interest: fishing}}
  - {id: spades, template: garden, suits: {interest: garden}}
goals: [purchase]
holdout: 0
breakdowns: [interest]
---
kind: campaign
id: again
topic: news
audience: [{trait: interest, known: true}]
template: hello
goals: [purchase]
holdout: 0.4
breakdowns: []
---
kind: campaign
id: back
topic: news
channel: viber_business
tactic: re-engagement
audience: [{trait: interest, known: true}]
template: come-back
goals: [purchase]
holdout: 0
breakdowns: []
"""  # noqa: E501


class Shop:
    """People who like one of two things, and a worker; time goes on with each campaign."""

    def __init__(self, directory: Path, start: datetime, *, count: int, seed: int) -> None:
        self.clock, self.seed, self.count = SimClock(start), seed, count
        settings = {
            "pressure": {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"},
            "measurement": {"global_holdout": 0.0},
        }
        composition.create(directory, settings, clock=self.clock, seed=seed)
        self.app = composition.open_app(load_config(directory), self.clock)
        self.worker = composition.make_worker(self.app, holder="claims", transport=MailVendor())
        self.interest = rng.stream(seed, "interests").integers(0, 2, count)
        self._import(directory)

    def close(self) -> None:
        """Give everything back."""
        self.worker.close()
        self.app.close()

    def _import(self, directory: Path) -> None:
        names = [f"c{n}" for n in range(self.count)]
        path = directory / "people.csv"
        pl.DataFrame(
            {
                "external_id": names,
                "email": [f"{name}@mail.example" for name in names],
                "interest": [INTERESTS[i] for i in self.interest],
                "consent.news.email": "yes",
                "consent.news.email.at": "2026-01-01",
                "consent.news.email.source": "shop",
            }
        ).write_csv(path)
        work = importing.prepare("people", path, mapping=FileMapping(columns={}))
        importing.run(self.app.store, work, now=self.clock.now())
        self.put(DEFINITIONS)
        with self.app.store.read() as conn:
            self.pids = np.array(people.find(conn, ["external_id"] * self.count, names))

    def put(self, text: str) -> None:
        """Put definitions in force."""
        with self.app.store.write() as conn:
            for one in decode_text(text):
                definitions.put(
                    conn, kind_of(one), one.id, plain(one), base=None, actor="test",
                    now_us=micros(self.clock.now()),
                )  # fmt: skip

    def send(self, campaign: str) -> pl.DataFrame:
        """Launch it, let it go out; the last decision about each person, in the people's order."""
        now = self.clock.now()
        with self.app.store.write() as conn:
            campaign_work.launch(conn, self.app.ground, campaign, now)
        self.worker.settle(now)
        decided = campaign_work.last_decisions(self.app.ground, campaign, now)
        return pl.DataFrame({"pid": self.pids}).join(
            decided, on="pid", how="left", maintain_order="left"
        )

    def buy(self, label: str, chances: np.ndarray) -> None:
        """Everybody buys with their chance within the week; the window closes."""
        luck = rng.stream(self.seed, "buys", label).random(self.count)
        when = (self.clock.now() + timedelta(days=2)).isoformat()
        calls = [
            {
                "type": "track", "userId": f"c{n}", "event": "Order Completed",
                "messageId": f"{label}-{n}", "timestamp": when, "properties": {"revenue": 10.0},
            }
            for n in np.flatnonzero(luck < chances)
        ]  # fmt: skip
        self.clock.advance(timedelta(days=8))
        now_us = micros(self.clock.now())
        bodies = [
            msgspec.json.encode({"batch": calls[at : at + 500]})
            for at in range(0, len(calls), 500)
        ]
        with self.app.store.write_inbox() as conn:
            inbox.append(
                conn, [inbox.Request(now_us, "batch", "server", b"{}", body) for body in bodies]
            )
        self.worker.settle(self.clock.now())

    def call_back(self, read: float, clicked: float, size: int) -> None:
        """A campaign to silent people on Viber, on record; so many read it, so many click."""
        now = self.clock.now()
        arms = pl.DataFrame({"pid": self.pids[:size], "variant": "only", "held": False})
        run = record_past(self.app.ground, "back", arms, now)
        luck = rng.stream(self.seed, "back").random(size)
        told = [
            Told(
                micros(now + timedelta(minutes=5)), int(pid),
                make_id("message", "back", run.occurrence, int(pid)), status, "viber_business",
                "back", run.run, "only",
            )
            for pid, drawn in zip(self.pids[:size], luck, strict=True)
            for status, chance in (
                (Status.DELIVERED, 0.95), (Status.READ, read), (Status.CLICKED, clicked)
            )
            if drawn < chance * (1 if status is Status.DELIVERED else 0.95)
        ]  # fmt: skip
        with self.app.store.write() as conn:
            tell(conn, told)
        self.clock.advance(timedelta(days=8))
        self.worker.settle(self.clock.now())

    def report(self) -> ClaimsReport:
        """The claims report as of now."""
        return claims_work.report(self.app.ground, self.clock.now())


def live(shop: Shop, times: float, *, read: float, clicked: float) -> dict[str, Tested]:
    """Four campaigns of one truth, and what the report says: by the claim's id."""
    base = np.full(shop.count, BASE)
    variants = shop.send("twins")["variant"].to_numpy()
    shop.buy("twins", np.where(variants == "personal", base * times, base))
    drawn = shop.send("matched")["variant"].to_numpy()
    fits = np.where(drawn == "rods", 0, 1) == shop.interest
    shop.buy("matched", np.where(fits, base * times, base))
    sent = (shop.send("again")["outcome"] == "send").to_numpy()
    shop.buy("again", np.where(sent, base * times, base))
    shop.call_back(read, clicked, size=min(1_000, shop.count))
    return {one.claim.id: one for one in shop.report().tested}

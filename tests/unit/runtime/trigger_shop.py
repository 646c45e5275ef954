"""A shop with campaigns that an event sets off, its worker's steps, and a clock that jumps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.config import Config, make_config
from maracuja.lake.decisions import DECISION_TYPES
from maracuja.lake.files import locate
from maracuja.model import FileKind, micros
from maracuja.runtime import campaign_work, delivery_texts
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.projection import Projection
from maracuja.runtime.upkeep import upkeep
from maracuja.store import definitions, inbox, manifest, meta, outbox, people, products
from maracuja.store.engine import Store

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PEOPLE = 20
GROUND = """
kind: topic
id: offers
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: template
id: cart
language: en
variants:
  - language: en
    subject: "{{ person.first_name }}, your cart"
    text: "{{ event.product_id }} for {{ person.first_name }}. {{ links.unsubscribe }}"
"""
CART = """
kind: campaign
id: cart
topic: offers
trigger:
  event: Product Added
  wait: 2 hours
  again_after: 7 days
  unless: [{did: Order Completed}]
template: cart
expires_after: 12 hours
holdout: 0
goals: [order]
"""


SERIES = """
kind: template
id: w1
variants: [{language: en, subject: One, text: "one {{ links.unsubscribe }}"}]
---
kind: template
id: w2
variants: [{language: en, subject: Two, text: "two {{ event.plan }} {{ links.unsubscribe }}"}]
---
kind: template
id: w3
variants: [{language: en, subject: Three, text: "three {{ links.unsubscribe }}"}]
---
kind: campaign
id: welcome
topic: offers
trigger: {event: Signed Up}
messages:
  - {template: w1}
  - {template: w2, wait: 2 days, unless: [{did: Page Seen}]}
  - {template: w3, wait: 7 days, from: entry}
expires_after: 1 day
holdout: 0
goals: [order]
"""


def config(root: Path, **pressure: Any) -> Config:
    """The configuration, without quiet hours and caps unless asked for."""
    still = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
    return make_config(
        {
            "root": str(root),
            "pressure": {**still, **pressure},
            "measurement": {"global_holdout": 0.0},
            "shop": {"time_zone": "Europe/Kyiv", "currency": "UAH"},
        }
    )


@dataclass
class TriggerShop:
    """The parts of the workspace; `now` moves on by `pass_`."""

    store: Store
    root: Path
    config: Config
    projection: Projection
    ground: Ground
    launch: Launch
    now: datetime = NOON
    called: int = 0
    dues: list[datetime | None] = field(default_factory=list)

    def apply(self, text: str) -> None:
        """Put definitions in force."""
        with self.store.write() as conn:
            for one in decode_text(text):
                definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)

    def track(self, i: int, event: str, at: datetime | None = None, **properties: Any) -> str:
        """One event of the i-th customer; the id of its message."""
        self.called += 1
        name = f"call-{self.called}"
        call = {
            "type": "track",
            "userId": f"u{i}",
            "event": event,
            "properties": properties,
            "messageId": name,
            "timestamp": (at or self.now).isoformat(),
        }
        self.send(call)
        return name

    def send(self, *calls: dict[str, Any]) -> None:
        """Calls as a server sends them, in the inbox."""
        body = msgspec.json.encode({"batch": calls})
        with self.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(self.now), "batch", "server", b"{}", body)])

    def project(self) -> None:
        """Take in everything that has come."""
        while not self.projection.project(self.now).nothing:
            pass

    def start(self, campaign: str = "cart") -> None:
        """Launch a campaign, and let it listen."""
        with self.store.write() as conn:
            campaign_work.launch(conn, self.ground, campaign, self.now)
        self.tick()

    def tick(self) -> datetime | None:
        """Everything that is due now; when the next thing is."""
        self.project()
        due: datetime | None = self.now
        for _ in range(100):
            due = self.launch.tick(self.now)
            if due is None or due > self.now:
                break
        return due

    def pass_(self, **span: float) -> None:
        """Let time go on, doing what becomes due on its way."""
        end = self.now + timedelta(**span)
        due = self.tick()
        while due is not None and due <= end:
            self.now = max(due, self.now)
            due = self.tick()
            if due is not None and due <= self.now:
                due = self.now + timedelta(seconds=1)
        self.now = end
        self.tick()

    def keep_up(self) -> None:
        """Let upkeep do all that is due."""
        while upkeep(self.store, self.root / "lake", self.config.lake, self.now).step:
            pass

    def pid(self, i: int) -> int:
        """The pid of the i-th customer."""
        with self.store.read() as conn:
            return int(people.find(conn, ["external_id"], [f"u{i}"])[0])

    def decided(self) -> pl.DataFrame:
        """Every decision so far, with `who` (the customer's number), in order."""
        with self.store.read() as conn:
            files = manifest.live(conn, [FileKind.DECISIONS], micros(self.now))
        frames = [pl.read_parquet(locate(self.root / "lake", one.path)) for one in files]
        rows = pl.concat([pl.DataFrame(schema=DECISION_TYPES), *frames], how="diagonal_relaxed")
        whose = {self.pid(i): i for i in range(PEOPLE)}
        return rows.sort("at", "pid").with_columns(
            who=pl.col("pid").replace_strict(whose, default=None)
        )

    def told(self) -> list[tuple[int, str, str]]:
        """(who, outcome, reason) of every decision, in the order of time."""
        return list(self.decided().select("who", "outcome", "reason").iter_rows())

    def texts(self) -> dict[int, list[str]]:
        """What each customer reads, by number, in the order of the chunks."""
        found: dict[int, list[str]] = {}
        whose = {self.pid(i): i for i in range(PEOPLE)}
        with self.store.read() as conn:
            chunks = [one for run in range(1, 60) for one in outbox.chunks_of_run(conn, run)]
        for chunk in chunks:
            bodies = delivery_texts.read(self.root / "lake", chunk, range(200))
            for body in bodies.values():
                found.setdefault(whose[body.pid], []).append(body.content.text)
        return found


def build(store: Store, root: Path, **pressure: Any) -> TriggerShop:
    """Twenty customers who agreed to offers by mail; two products; nothing launched."""
    with store.write() as conn:
        meta.create(conn, seed=7, reproducible=True)
        shelf = [
            products.Product("p1", "Pear", "fruit", 1250, "UAH", 2, "https://x.example/p1", ""),
            products.Product("p2", "Plum", "fruit", 900, "UAH", 9, "https://x.example/p2", ""),
            products.Product("p3", "Gone", "fruit", 100, "UAH", 0, "https://x.example/p3", ""),
        ]
        products.put(conn, shelf)
    (root / "lake").mkdir(parents=True, exist_ok=True)
    settings = config(root, **pressure)
    ground = Ground(store, root / "lake", settings)
    projection = Projection(store, root / "lake", country="UA")
    shop = TriggerShop(store, root, settings, projection, ground, Launch(ground))
    shop.apply(GROUND)
    for i in range(PEOPLE):
        shop.send(
            {
                "type": "identify",
                "userId": f"u{i}",
                "messageId": f"identify-{i}",
                "timestamp": shop.now.isoformat(),
                "traits": {"firstName": f"Name{i}", "email": f"u{i}@x.example", "city": "Kyiv"},
            },
            {
                "type": "track",
                "userId": f"u{i}",
                "event": "Subscription Updated",
                "messageId": f"consent-{i}",
                "timestamp": shop.now.isoformat(),
                "properties": {
                    "topic": "offers", "channel": "email", "state": "opted_in", "source": "form",
                    "text_version": "1", "language": "en",
                },
            },
        )  # fmt: skip
    shop.project()
    shop.now += timedelta(minutes=1)
    return shop

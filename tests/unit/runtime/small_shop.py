"""A workspace with people, events, consents, merges, one launched campaign and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
from sqlalchemy import select

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.config import Config, Lake, make_config, write_config
from maracuja.model import Status, micros
from maracuja.rng import make_id
from maracuja.runtime import launch_control
from maracuja.runtime.erasing import Place
from maracuja.runtime.launch import Launch
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.message_events import Told, tell
from maracuja.runtime.projection import Projection
from maracuja.runtime.upkeep import upkeep
from maracuja.store import (
    consents,
    definitions,
    inbox,
    meta,
    people,
    products,
    schema,
)
from maracuja.store.engine import Store

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LIMITS = Lake(threads=1, memory="500MB")
CITIES = ("Kyiv", "Lviv", "Odesa")
DEFINITIONS = """
kind: topic
id: news
---
kind: goal
id: order
event: Order Completed
value: revenue
---
kind: segment
id: all
where: [{trait: city, known: true}]
---
kind: template
id: hello
language: en
variants:
  - language: en
    subject: "{{ person.first_name }}, it is here"
    text: "Hello {{ person.first_name }} of {{ person.city }}. {{ links.unsubscribe }}"
---
kind: campaign
id: hello
topic: news
audience: all
template: hello
goals: [order]
"""


# What only customer 3 has: names, addresses, ids, texts, in any table or file.
TRACES = (
    "Name003x",
    "person003",
    "0670000003",
    'customer-3"',
    "customer-3'",
    'browser-3"',
    "browser-3'",
    "phone-of-3",
    "Secret003x",
    "M3'",
    'M3"',
)


@dataclass
class Shop:
    """The parts of the workspace at `root`; `now` moves on."""

    store: Store
    root: Path
    config: Config
    projection: Projection
    secrets: meta.Secrets
    now: datetime = NOW
    sent: int = 0

    @property
    def lake(self) -> Path:
        """The lake's root."""
        return self.root / "lake"

    @property
    def place(self) -> Place:
        """Where people are erased."""
        log = self.root / "erasures.jsonl"
        return Place(self.store, self.lake, log, self.secrets, LIMITS)

    def call(self, *calls: dict[str, Any]) -> None:
        """Accept a batch of Segment calls."""
        for one in calls:
            self.sent += 1
            one.setdefault("messageId", f"call-{self.sent}")
            one.setdefault("timestamp", self.now.isoformat())
        body = msgspec.json.encode({"batch": calls})
        with self.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(self.now), "batch", "server", b"{}", body)])

    def project(self) -> None:
        """Take in everything that has come."""
        while not self.projection.project(self.now).nothing:
            pass

    def keep_up(self) -> None:
        """Let upkeep do all that is due."""
        while upkeep(self.store, self.lake, LIMITS, self.now).step:
            pass

    def find(self, external_id: str) -> int:
        """The pid of somebody; 0 for nobody."""
        with self.store.read() as conn:
            return int(people.find(conn, ["external_id"], [external_id])[0])


def person(i: int) -> dict[str, Any]:
    """The identify call of the i-th customer."""
    return {
        "type": "identify",
        "userId": f"customer-{i}",
        "anonymousId": f"browser-{i}",
        "traits": {
            "firstName": f"Name{i:03d}x",
            "email": f"person{i:03d}@mail.example",
            "phone": f"+38067000{i:04d}",
            "city": CITIES[i % 3],
            "bonus": i + 0.5,
            "vip": i % 2 == 0,
            "birthday": f"19{50 + i % 50}-03-0{1 + i % 9}",
            "sizes": ["S", f"M{i}"],
        },
    }


def build(store: Store, root: Path, *, size: int = 30) -> Shop:
    """So many customers with orders and consents; a campaign launched to them."""
    with store.write() as conn:
        secrets = meta.create(conn, seed=7, reproducible=True)
        for one in decode_text(DEFINITIONS):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)
        pear = products.Product("p1", "Pear", "fruit", 1250, "UAH", 3, "https://x.example/p1", "")
        products.put(conn, [pear])
    still = {"messages": 0, "quiet_from": "00:00", "quiet_until": "00:00"}
    config = make_config(
        {"root": str(root), "pressure": still, "measurement": {"global_holdout": 0.0}}
    )
    (root / "lake").mkdir(parents=True)
    write_config(config)
    projection = Projection(store, root / "lake", country="UA")
    shop = Shop(store, root, config, projection, secrets)
    shop.call(*map(person, range(size)))
    shop.project()
    shop.now += timedelta(minutes=2)
    shop.keep_up()
    for i in range(size):
        who = {"userId": f"customer-{i}"}
        order = {"revenue": 10.0 * i, "note": f"for Name{i:03d}x"}
        shop.call(
            {**who, "type": "track", "event": "Product Viewed", "properties": {"sku": "p1"}},
            {**who, "type": "track", "event": "Order Completed", "properties": order},
            {**who, "type": "track", "event": "Subscription Updated", "properties": _opt_in(i)},
        )
    shop.project()
    _merge_a_visitor(shop)
    _launch(shop)
    return shop


def _opt_in(i: int) -> dict[str, Any]:
    return {
        "topic": "news",
        "channel": "email",
        "state": "opted_in" if i % 5 else "opted_out",
        "source": "form",
        "text_version": "2",
        "language": "uk",
        "address": f"person{i:03d}@mail.example",
    }


def _merge_a_visitor(shop: Shop) -> None:
    """Customer 3 was somebody else on another device first."""
    shop.call(
        {
            "type": "identify",
            "anonymousId": "phone-of-3",
            "traits": {"nickname": "Secret003x"},
        },
        {"type": "track", "anonymousId": "phone-of-3", "event": "Page Seen"},
    )
    shop.project()
    shop.keep_up()
    shop.call({"type": "identify", "userId": "customer-3", "anonymousId": "phone-of-3"})
    shop.project()


def _launch(shop: Shop) -> None:
    """The campaign, and answers of customer 3's server."""
    ground = Ground(shop.store, shop.lake, shop.config)
    with shop.store.write() as conn:
        run = launch_control.launch(conn, ground, "hello", shop.now)
    launch = Launch(ground)
    due: datetime | None = shop.now
    while due is not None and due <= shop.now:
        due = launch.tick(shop.now)
    launch.close()
    pid = shop.find("customer-3")
    with shop.store.write() as conn:
        for status in (Status.SENT, Status.CLICKED, Status.BOUNCED):
            told = Told(
                at_us=micros(shop.now),
                pid=pid,
                message=make_id("message", "hello", "once", pid),
                status=status,
                channel="email",
                campaign="hello",
                run=run.run,
                raw="550 person003@mail.example unknown" if status is Status.BOUNCED else "",
            )
            tell(conn, [told])
        assert consents.history(conn, pid)
    shop.now += timedelta(minutes=5)


def everything(shop: Shop) -> dict[str, str]:
    """Every table and every Parquet file as text, by name."""
    found: dict[str, str] = {}
    for reading, metadata in (
        (shop.store.read, schema.state),
        (shop.store.read_inbox, schema.inbox_state),
    ):
        with reading() as conn:
            for table in metadata.sorted_tables:
                rows = [
                    [
                        bytes(v).decode("utf-8", "replace")
                        if isinstance(v, bytes | memoryview)
                        else v
                        for v in row
                    ]
                    for row in conn.execute(select(table))
                ]
                found[table.name] = repr(rows)
    for path in sorted(shop.lake.rglob("*.parquet")):
        metadata = pl.read_parquet_metadata(path)
        rows = pl.read_parquet(path).rows()
        found[path.relative_to(shop.lake).as_posix()] = repr(rows) + repr(metadata)
    log = shop.root / "erasures.jsonl"
    found["log"] = log.read_text() if log.exists() else ""
    return found


def traces(shop: Shop, wanted: tuple[str, ...] = TRACES) -> set[tuple[str, str]]:
    """(table or file, trace) of every trace that is left."""
    return {(name, t) for name, text in everything(shop).items() for t in wanted if t in text}

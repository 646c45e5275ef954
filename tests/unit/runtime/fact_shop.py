"""A workspace whose six people did known things on known days: for facts and their reports."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from maracuja.config import make_config
from maracuja.model import micros
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.projection import Projection
from maracuja.store import inbox, meta
from maracuja.store.engine import Store

NOW = datetime.fromisoformat("2026-06-01T12:00:00+00:00")
MONEY = "UAH"


def _did(
    who: str, at: str, event: str, *, source: str = "", device: str = "", **properties: Any
) -> dict[str, Any]:
    context: dict[str, Any] = {}
    if source:
        context["campaign"] = {"source": source}
    if device:
        context["device"] = {"type": device}
    return {
        "type": "track",
        "userId": who,
        "event": event,
        "timestamp": f"{at}+00:00",
        "properties": properties,
        "context": context,
    }


def _order(who: str, at: str, revenue: float, **more: Any) -> dict[str, Any]:
    return _did(who, at, "Order Completed", revenue=revenue, **more)


TEA = {"product_id": "t1", "category": "tea", "price": 120.0}
ROD = {"product_id": "r1", "category": "rods", "price": 900.0}
DONE = [
    # Olena buys every month, and looked at tea for a minute this morning.
    _order("olena", "2026-03-10T10:00:00", 100.0, order_id="a1", **TEA),
    _order("olena", "2026-03-10T10:00:05", 100.0, order_id="a1", **TEA),  # sent twice
    _order("olena", "2026-04-11T10:00:00", 200.0, order_id="a2", **TEA),
    _order("olena", "2026-05-12T10:00:00", 300.0, order_id="a3", **TEA),
    _did("olena", "2026-05-20T09:00:00", "Order Refunded", order_id="a3", total=50.0),
    _did("olena", "2026-06-01T09:00:00", "Product Viewed", source="mail", device="mobile", **TEA),
    _did("olena", "2026-06-01T09:01:00", "Product Added", device="mobile", **TEA),
    # Ivan left his cart in May and came back for it two days later.
    _did("ivan", "2026-05-04T18:00:00", "Product Viewed", source="google", **ROD),
    _did("ivan", "2026-05-04T18:02:00", "Product Added", **ROD),
    _order("ivan", "2026-05-06T18:00:00", 900.0, **ROD),
    # Taras looked at a rod and did nothing more; Nina looked again; Petro lately.
    _did("taras", "2026-05-05T10:00:00", "Product Viewed", **ROD),
    _did("nina", "2026-05-07T10:00:00", "Product Viewed", **ROD),
    _did("nina", "2026-05-09T10:00:00", "Product Viewed", **ROD),
    _did("petro", "2026-05-30T10:00:00", "Product Viewed", **TEA),
    # Anna ordered in the last minutes of April on the shop's clock (Kyiv: three hours ahead).
    _order("anna", "2026-04-30T20:59:00", 50.0, **TEA),
    _order("anna", "2026-04-30T21:01:00", 50.0, order_id="n2", **TEA),
]


def build(store: Store, root: Path, done: list[dict[str, Any]] | None = None) -> Ground:
    """The workspace in which people did DONE, or other things, everything projected."""
    with store.write() as conn:
        meta.create(conn, seed=7, reproducible=True)
    (root / "lake").mkdir(parents=True)
    shop = {"time_zone": "Europe/Kyiv", "currency": MONEY}
    ground = Ground(store, root / "lake", make_config({"root": str(root), "shop": shop}))
    send(store, DONE if done is None else done, NOW - timedelta(minutes=2))
    project(ground, NOW - timedelta(minutes=1))
    return ground


def send(store: Store, calls: list[dict[str, Any]], now: datetime = NOW) -> None:
    """Put calls into the inbox."""
    body = msgspec.json.encode({"batch": calls, "sentAt": now.isoformat()})
    with store.write_inbox() as conn:
        inbox.append(conn, [inbox.Request(micros(now), "batch", "server", b"{}", body)])


def identify(who: str, *, days_ago: float = 1, **traits: Any) -> dict[str, Any]:
    """What a person tells of themselves."""
    at = NOW - timedelta(days=days_ago)
    return {
        "type": "identify",
        "userId": who,
        "timestamp": at.isoformat(),
        "messageId": f"{who} {traits} {days_ago}",
        "traits": traits,
    }


def project(ground: Ground, now: datetime = NOW) -> None:
    """Take in everything that waits."""
    projection = Projection(ground.store, ground.lake, country="UA")
    while not projection.project(now).nothing:
        pass


def pid_of(store: Store, who: str) -> int:
    """The number of a person."""
    from maracuja.store import people

    with store.read() as conn:
        return int(people.find(conn, ["external_id"], [who])[0])

"""Computed facts folded in plain Python over one shop's events: the judge of the SQL.

Written from docs/facts.md, person by person and event by event; it must never share code with it.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

Event = Mapping[str, Any]
POINTS = {
    "Product Viewed": 1,
    "Product Added to Wishlist": 2,
    "Product Added": 3,
    "Order Completed": 5,
}
STEPS = ["Product Viewed", "Product Added", "Checkout Started", "Order Completed"]
WORDS = ["viewed", "added", "checkout", "ordered"]


def everybody(rows: Iterable[Event], merged: Mapping[int, int], now: datetime) -> dict[int, Any]:
    """Every fact that needs no `of`, by person."""
    people: dict[int, list[Event]] = defaultdict(list)
    for row in rows:
        if row["ts"] <= now:
            people[merged.get(row["pid"], row["pid"])].append(row)
    for own in people.values():
        own.sort(key=lambda row: (row["ts"], row["message_hash"]))
    found: dict[int, dict[str, Any]] = {pid: {} for pid in people}
    for pid, own in people.items():
        found[pid] |= interest(own, now) | visits(own, now) | dwell(own, now) | funnel(own, now)
    for pid, facts in value(people, now).items():
        found[pid] |= facts
    bands(found)
    return found


def knowing(rows: Iterable[Event], catalogue: Mapping[str, Mapping[str, Any]]) -> list[Event]:
    """The events, with what they do not say of their products as the catalogue has it."""

    def fill(one: Event, prefix: str) -> Event:
        known = catalogue.get(one.get(f"{prefix}product_id") or "", {})
        told = dict(one)
        if known.get("category") and not one.get(f"{prefix}category"):
            told[f"{prefix}category"] = known["category"]
        if known.get("price") is not None and one.get(f"{prefix}price") is None:
            told[f"{prefix}price"] = known["price"]
        return told

    filled = []
    for row in rows:
        new = {**fill(row, "properties.")}
        if listed := new["properties.products"]:
            new["properties.products"] = json.dumps([fill(one, "") for one in json.loads(listed)])
        filled.append(new)
    return filled


def value(people: Mapping[int, list[Event]], now: datetime) -> dict[int, dict[str, Any]]:
    worth: dict[int, tuple[datetime, int, int, datetime]] = {}
    for pid, own in people.items():
        orders: dict[str, Event] = {}
        for row in own:
            if row["event"] == "Order Completed":
                orders.setdefault(row["properties.order_id"] or str(row["message_hash"]), row)
        if not orders:
            continue
        paid = sum(round((row["properties.revenue"] or 0) * 10_000) for row in orders.values())
        back = [row for row in own if row["event"] == "Order Refunded"]
        paid -= sum(abs(round((row["properties.revenue"] or 0) * 10_000)) for row in back)
        times = [row["ts"] for row in orders.values()]
        worth[pid] = (max(times), len(orders), paid, min(times))
    everyone = list(worth.values())

    def below(place: int, mine: Any) -> int:
        return sum(other[place] < mine for other in everyone)

    facts: dict[int, dict[str, Any]] = {}
    for pid, (last, often, paid, first) in worth.items():
        n = len(everyone)
        scores = [
            1 + 5 * below(place, mine) // n for place, mine in enumerate((last, often, paid))
        ]
        facts[pid] = {
            "orders": often,
            "first_order": first,
            "last_order": last,
            "days_since_order": (now - last) // timedelta(days=1),
            "lifetime_value": paid / 10_000,
            "average_order": paid / 10_000 / often,
            "recency_score": scores[0],
            "frequency_score": scores[1],
            "value_score": scores[2],
            "rfv": "".join(map(str, scores)),
            "value_decile": 1 + 10 * below(2, paid) // n,
            "value_top_share": 100 * sum(other[2] >= paid for other in everyone) / n,
            "value_bottom_share": 100 * sum(other[2] <= paid for other in everyone) / n,
        }
    return facts


def touches(own: list[Event], now: datetime) -> list[tuple[str | None, str | None, Any, int]]:
    """(category, product, price, weight) of everything that shows an interest."""
    found = []
    for row in own:
        age = (now - row["ts"]) / timedelta(days=1)
        if row["event"] not in POINTS or age >= 360:
            continue
        weight = round(POINTS[row["event"]] * 1e6 * 0.5 ** (age / 30))
        names = ("category", "product_id", "price")
        found.append((*(row[f"properties.{name}"] or None for name in names), weight))
        listed = row["properties.products"]
        if row["event"] == "Order Completed" and listed:
            for item in json.loads(listed):
                found.append((*(item.get(name) or None for name in names), weight))
    return found


def interest(own: list[Event], now: datetime) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    shown = touches(own, now)
    for place, name in ((0, "top_category"), (1, "top_product")):
        sums: dict[str, int] = defaultdict(int)
        for one in shown:
            if one[place] is not None:
                sums[one[place]] += one[3]
        if sums:
            facts[name] = min(sums, key=lambda v: (-sums[v], v))
            if place == 0:
                facts["top_category_share"] = max(sums.values()) / sum(sums.values())
    priced = [(round(one[2] * 10_000), one[3]) for one in shown if (one[2] or 0) > 0]
    if priced:
        weight = sum(w for _, w in priced)
        facts["usual_price"] = sum(w * price for price, w in priced) / weight / 10_000
    return facts


def bands(found: dict[int, dict[str, Any]]) -> None:
    prices = [facts["usual_price"] for facts in found.values() if "usual_price" in facts]
    for facts in found.values():
        if "usual_price" in facts:
            below = sum(other < facts["usual_price"] for other in prices)
            facts["price_band"] = ["low", "middle", "high"][3 * below // len(prices)]


def affinity(own: list[Event], now: datetime, category: str) -> float | None:
    shown = [one for one in touches(own, now) if one[0] is not None]
    whole = sum(one[3] for one in shown)
    return sum(one[3] for one in shown if one[0] == category) / whole if whole else None


def _lately(own: list[Event], now: datetime) -> list[Event]:
    since = now - timedelta(days=365)
    return [row for row in own if row["ts"] > since and row["kind"] != "internal"]


def visits(own: list[Event], now: datetime) -> dict[str, Any]:
    parts: list[list[Event]] = []
    for row in _lately(own, now):
        if parts and row["ts"] - parts[-1][-1]["ts"] <= timedelta(minutes=30):
            parts[-1].append(row)
        else:
            parts.append([row])
    if not parts:
        return {}

    def first(part: list[Event], name: str) -> Any:
        return next((row[name] for row in part if row[name]), None)

    source = [first(part, "context.campaign.source") or "direct" for part in parts]
    devices = [first(part, "context.device.type") for part in parts]
    known = [one for one in devices if one]
    regions = [one for part in parts if (one := first(part, "context.location.region"))]
    lasted = sum((part[-1]["ts"] - part[0]["ts"] for part in parts), timedelta())
    return {
        "visits": len(parts),
        "last_visit": parts[-1][0]["ts"],
        "minutes_a_visit": lasted / timedelta(minutes=1) / len(parts),
        "first_source": source[0],
        "last_source": source[-1],
        "device": min(known, key=lambda one: (-known.count(one), one)) if known else None,
        "region": regions[-1] if regions else None,
    }


def stays(own: list[Event], now: datetime) -> list[tuple[Event, timedelta]]:
    """How long each viewed product was looked at."""
    lately = _lately(own, now)
    found = []
    for row in lately:
        seconds = row["properties.seconds"]
        if row["event"] == "Product Dwelled" and seconds:
            found.append((row, timedelta(seconds=min(seconds, 86_400))))
        if row["event"] != "Product Viewed" or row["context.library.name"] == "maracuja.js":
            continue
        later = [
            other["ts"]
            for other in lately
            if timedelta(seconds=1) <= other["ts"] - row["ts"] <= timedelta(minutes=30)
        ]
        if later:
            found.append((row, min(later) - row["ts"]))
    return found


def dwell(own: list[Event], now: datetime) -> dict[str, Any]:
    stayed = stays(own, now)
    if not stayed:
        return {}
    facts: dict[str, Any] = {
        "dwell_seconds": sum((how for _, how in stayed), timedelta()).total_seconds()
    }
    for name, fact in (("product_id", "longest_product"), ("category", "longest_category")):
        sums: dict[str, timedelta] = defaultdict(timedelta)
        for row, how in stayed:
            if row[f"properties.{name}"]:
                sums[row[f"properties.{name}"]] += how
        facts[fact] = min(sums, key=lambda v: (-sums[v], v)) if sums else None
    return facts


def funnel(own: list[Event], now: datetime) -> dict[str, Any]:
    steps = [row for row in own if row["event"] in STEPS and row["ts"] > now - timedelta(days=30)]
    if not steps:
        return {}
    bought = max((row["ts"] for row in steps if row["event"] == STEPS[-1]), default=None)
    after = [row for row in steps if bought is None or row["ts"] > bought]
    if not after:
        after = [row for row in steps if row["ts"] == bought and row["event"] == STEPS[-1]]
    far = max(after, key=lambda row: (STEPS.index(row["event"]), row["ts"], row["message_hash"]))
    return {
        "funnel_step": WORDS[STEPS.index(far["event"])],
        "funnel_left": max(row["ts"] for row in after),
        "funnel_product": far["properties.product_id"] or None,
        "funnel_category": far["properties.category"] or None,
    }

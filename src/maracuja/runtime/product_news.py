"""A price that fell and what is back in stock, told as events of those who looked at the product.

The events go in at the top like every other: triggers and segments see them. Each change is told
once: its events have ids of their own, however often a crash repeats them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.commit_points import passed
from maracuja.currencies import minor_units
from maracuja.lake.interest import interested
from maracuja.lake.session import open_session
from maracuja.model import FileKind, micros, moment
from maracuja.rng import make_id
from maracuja.runtime import feed_work
from maracuja.runtime.launch_ground import Ground
from maracuja.store import inbox, manifest, people, products
from maracuja.store.products import BACK, DROPPED, Change, Product

EVENTS: Final = {DROPPED: "Product Price Dropped", BACK: "Product Back In Stock"}
TOLD_DAYS: Final = 30  # where no feed says how long an interest lasts
IN_REQUEST: Final = 500
KINDS: Final = ("external_id", "anonymous_id")  # by which an event names people


class ProductNews:
    """A chore of the worker: tells of what has changed since it last looked."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def __call__(self, now: datetime) -> datetime | None:
        """Tell of the next changes; `now` while there are more of them."""
        with self._ground.store.read() as conn:
            waiting = products.changes(conn)
        if not waiting:
            return None
        tell(self._ground, waiting, now)
        return now


def tell(ground: Ground, changes: Sequence[Change], now: datetime) -> int:
    """Put an event of each person and change into the inbox; how many."""
    latest = {(one.product, one.what): one for one in changes}  # a second drop counts alone
    with ground.store.read() as conn:
        days = max((feed.told for feed in feed_work.every(conn)), default=TOLD_DAYS)
        shelf = {one.id: one for one in products.get(conn, [c.product for c in changes])}
        found = _interested(conn, ground, [c.product for c in changes], now, days)
        names = _names(conn, found["pid"].unique().to_list())
    calls = list(_calls(latest.values(), shelf, found, names))
    requests = [
        inbox.Request(
            received_us=micros(now),
            call="batch",
            key_kind="server",
            context=b"{}",
            body=b'{"batch":[' + b",".join(calls[at : at + IN_REQUEST]) + b"]}",
        )
        for at in range(0, len(calls), IN_REQUEST)
    ]
    # Two databases on SQLite: what a crash repeats has the same message ids.
    with ground.store.write_inbox() as conn:
        inbox.append(conn, requests)
    passed("news.events_appended")
    with ground.store.write() as conn:
        products.told(conn, max(one.id for one in changes))
    passed("news.committed")
    return len(calls)


def _interested(
    conn: Connection, ground: Ground, names: Sequence[str], now: datetime, days: int
) -> pl.DataFrame:
    """product, pid of those who looked lately."""
    files = manifest.live(conn, (FileKind.EVENTS,), micros(now))
    pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    con = open_session(ground.lake, files, merged=merged, memory=ground.config.lake.memory)
    try:
        until = now.replace(tzinfo=None)
        return interested(con, names, until - timedelta(days=days), until)
    finally:
        con.close()


def _names(conn: Connection, pids: Sequence[int]) -> dict[int, tuple[str, str]]:
    """The surest (kind, value) by which each person is recognised."""
    found: dict[int, tuple[str, str]] = {}
    rank = {kind: n for n, kind in enumerate(KINDS)}
    for pid, kind, value in people.identities_of_many(conn, pids):
        if kind in rank and (pid not in found or rank[kind] < rank[found[pid][0]]):
            found[pid] = kind, value
    return found


def _calls(
    changes: Any,
    shelf: Mapping[str, Product],
    found: pl.DataFrame,
    names: Mapping[int, tuple[str, str]],
) -> Iterator[bytes]:
    """The calls, as a shop's server would send them."""
    who: dict[str, list[int]] = {}
    for product, pid in found.iter_rows():
        who.setdefault(product, []).append(pid)
    for change in sorted(changes, key=lambda one: one.id):
        product = shelf.get(change.product)
        if product is None or product.gone or product.stock == 0:
            continue
        told = _properties(change, product)
        for pid in who.get(change.product, ()):
            if pid in names:
                yield msgspec.json.encode(_call(change, pid, names[pid], told))


def _call(
    change: Change, pid: int, named: tuple[str, str], told: Mapping[str, Any]
) -> dict[str, Any]:
    kind, value = named
    key = ("product change", change.product, change.what, change.at_us, pid)
    return {
        "type": "track",
        "event": EVENTS[change.what],
        "messageId": make_id(*key).hex(),
        "timestamp": moment(change.at_us).isoformat(),
        "properties": told,
        "userId" if kind == KINDS[0] else "anonymousId": value,
    }


def _properties(change: Change, product: Product) -> dict[str, Any]:
    """What templates, triggers and segments may ask: money in the currency's own units."""

    def units(minor: int | None) -> float | None:
        return None if minor is None else minor / minor_units(change.currency)

    told = {
        "product_id": product.id,
        "name": product.title,
        "category": product.category,
        "price": units(change.price),
        "previous_price": units(change.before),
        "drop": round(1 - change.price / change.before, 4)
        if change.before and change.price is not None
        else None,
        "currency": change.currency,
        "stock": product.stock,
        "url": product.url,
        "image_url": product.picture,
    }
    return {name: value for name, value in told.items() if value not in (None, "")}

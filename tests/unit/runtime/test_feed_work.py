"""Feeds in a workspace: only what differs, what is gone, what is held, and who is told of it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import polars as pl
import pytest

from maracuja.errors import BadInput, VendorDown
from maracuja.lake.files import locate
from maracuja.model import FileKind, micros
from maracuja.runtime import feed_fetching, feed_work
from maracuja.runtime.feed_fetching import Fetched, check_address
from maracuja.runtime.feed_keeping import FeedKeeping
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.product_news import ProductNews
from maracuja.runtime.projection import Projection
from maracuja.store import feeds, inbox, manifest, products
from maracuja.store.engine import Store
from tests.unit.runtime.shop_people import NOON, apply, make_ground

FEED = """
kind: feed
id: main
source: main.csv
form: csv
every: 1 hour
price_drop: 0.1
"""


@pytest.fixture
def ground(store: Store, tmp_path: Path) -> Ground:
    made = make_ground(store, tmp_path, 3)
    apply(store, FEED)
    (tmp_path / "feeds").mkdir()
    return made


def write(ground: Ground, *rows: tuple[str, object, object]) -> None:
    """The feed's file: id, price and stock of each product."""
    lines = ["id,title,price,stock", *(f"{i},Title {i},{p},{s}" for i, p, s in rows)]
    path = ground.config.directory / "feeds" / "main.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def look(ground: Ground, now: datetime) -> feeds.FeedState:
    """The chore does all that is due; what became of the feed."""
    keeping = FeedKeeping(ground)
    while (due := keeping(now)) is not None and due <= now:
        pass
    with ground.store.read() as conn:
        return feeds.get(conn, "main")


def shelf(ground: Ground) -> dict[str, tuple[int | None, int | None, bool]]:
    with ground.store.read() as conn:
        return {one.id: (one.price, one.stock, one.gone) for one in products.every(conn)}


def test_only_what_differs_is_written_and_what_vanished_is_gone(ground: Ground) -> None:
    write(ground, ("a", 10, 1), ("b", 20, 2))
    state = look(ground, NOON)
    assert (state.state, state.rows, state.changed, state.gone) == ("taken", 2, 2, 0)
    assert state.due_us == micros(NOON + timedelta(hours=1))
    with ground.store.read() as conn:
        rev = products.last_rev(conn)
    later = NOON + timedelta(hours=1)
    state = look(ground, later)
    assert (state.state, state.changed) == ("same", 0)
    write(ground, ("a", 11, 1), ("c", 5, 0))
    state = look(ground, later + timedelta(hours=1))
    assert (state.state, state.changed, state.gone) == ("taken", 2, 1)
    with ground.store.read() as conn:
        assert products.changed_since(conn, rev) == ["a", "b", "c"]
    assert shelf(ground) == {
        "a": (1100, 1, False), "b": (2000, 2, True), "c": (500, 0, False),
    }  # fmt: skip


def test_products_of_others_are_left_alone(ground: Ground) -> None:
    with ground.store.write() as conn:
        products.put(conn, [products.Product("own", "Own", "", 1, "UAH", None, "", "")])
    write(ground, ("a", 10, 1))
    look(ground, NOON)
    assert shelf(ground)["own"] == (1, None, False)


def test_a_feed_that_lost_most_of_its_products_is_held_until_it_is_allowed(ground: Ground) -> None:
    write(ground, *((f"p{n}", 10, 1) for n in range(20)))
    look(ground, NOON)
    write(ground, *((f"p{n}", 10, 1) for n in range(5)), ("odd", "free", 1))
    at = NOON + timedelta(hours=1)
    state = look(ground, at)
    assert (state.state, state.says) == (
        "held",
        "The feed has lost 15 of 20 products (75%), so nothing was changed. 1 rows were refused."
        " If that is meant: maracuja feeds allow main",
    )
    assert not any(gone for *_, gone in shelf(ground).values())
    with ground.store.write() as conn:
        feed_work.allow(conn, "main", at, actor="test")
    state = look(ground, at)
    assert (state.state, state.gone, state.allowed) == ("taken", 15, False)


def test_a_feed_that_cannot_be_read_is_asked_again_later_and_later(ground: Ground) -> None:
    at, waits = NOON, []
    for _ in range(3):
        state = look(ground, at)
        assert state.state == "failed"
        assert state.says.startswith("feeds/main.csv cannot be read: No such file")
        waits.append(state.due_us - micros(at))
        at += timedelta(microseconds=waits[-1])
    assert [wait // 60_000_000 for wait in waits] == [5, 10, 20]
    write(ground, ("a", 1, 1))
    assert look(ground, at).failures == 0


def test_an_address_is_asked_with_what_is_known(ground: Ground) -> None:
    apply(ground.store, FEED.replace("source: main.csv", "source: https://shop.example/f.csv"))
    asked: list[tuple[str, str, str]] = []

    def fetched(url: str, etag: str, modified: str) -> Fetched:
        asked.append((url, etag, modified))
        if etag:
            return Fetched(None)
        return Fetched(b"id,price\na,1\n", '"one"', "Fri, 20 Nov 2026 10:00:00 GMT")

    keeping = FeedKeeping(ground, fetched)
    states = []
    for hour in range(2):
        at = NOON + timedelta(hours=hour)
        while (due := keeping(at)) is not None and due <= at + timedelta(seconds=1):
            pass
        with ground.store.read() as conn:
            states.append(feeds.get(conn, "main").state)
    assert states == ["taken", "same"]
    assert asked == [
        ("https://shop.example/f.csv", "", ""),
        ("https://shop.example/f.csv", '"one"', "Fri, 20 Nov 2026 10:00:00 GMT"),
    ]


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example/f.xml", "https://localhost/f.xml", "https://127.0.0.1/f",
        "https://10.0.0.7/f", "https://[::1]/f", "https://0x7f000001/f", "https://127.1/f",
        "https://169.254.169.254/latest", "https://[::ffff:10.0.0.1]/f", "ftp://shop.example/f",
        "https://user:word@shop.example/f", "https://db.internal/f", "file:///etc/passwd",
    ],
)  # fmt: skip
def test_an_inner_address_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        check_address(url, private=False)


def test_a_name_that_leads_inside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    async def inside(*_: object) -> list[Any]:
        return [{"host": "10.1.2.3", "hostname": "feed.example", "port": 443,
                 "family": 2, "proto": 0, "flags": 0}]  # fmt: skip

    import aiohttp

    monkeypatch.setattr(aiohttp.ThreadedResolver, "resolve", inside)
    with pytest.raises(VendorDown, match="private network"):
        feed_fetching.fetch("https://feed.example/f.xml", "", "")


# ---------------------------------------------------------------- who is told


def tracked(name: str, who: str, product: str) -> dict[str, Any]:
    return {
        "type": "track", "userId": who, "event": name, "messageId": f"{name} {who} {product}",
        "timestamp": (NOON - timedelta(days=2)).isoformat(),
        "properties": {"product_id": product},
    }  # fmt: skip


def project(ground: Ground, now: datetime, *calls: dict[str, Any]) -> None:
    """Take these calls in, and whatever waits."""
    if calls:
        body = msgspec.json.encode({"batch": list(calls)})
        with ground.store.write_inbox() as conn:
            inbox.append(conn, [inbox.Request(micros(now), "batch", "server", b"{}", body)])
    projection = Projection(ground.store, ground.lake, country="UA")
    while not projection.project(now).nothing:
        pass


def told(ground: Ground, now: datetime) -> list[tuple[str, str, float | None, float | None]]:
    """(event, product, price, previous price) of everybody's news, in the lake."""
    with ground.store.read() as conn:
        files = manifest.live(conn, (FileKind.EVENTS,), micros(now))
    frames = [pl.read_parquet(locate(ground.lake, file.path)) for file in files]
    rows = pl.concat(frames, how="diagonal_relaxed").filter(
        pl.col("event").is_in(["Product Price Dropped", "Product Back In Stock"])
    )
    names = ["event", "properties.product_id", "properties.price", "properties.previous_price"]
    have = [name if name in rows.columns else pl.lit(None).alias(name) for name in names]
    return sorted(rows.select(have).rows(), key=str)


def test_who_looked_is_told_of_a_drop_and_of_what_is_back_once(ground: Ground) -> None:
    write(ground, ("a", 100, 5), ("b", 50, 0), ("c", 30, 1))
    look(ground, NOON)
    project(
        ground,
        NOON,
        tracked("Product Viewed", "maria", "a"),
        tracked("Product Added", "maria", "a"),
        tracked("Product Added to Wishlist", "ivan", "b"),
        tracked("Product Viewed", "olena", "c"),
    )
    news, later = ProductNews(ground), NOON + timedelta(hours=1)
    assert news(NOON) is None, "what is new is no news"
    # A fifth cheaper; back in stock; a twentieth cheaper is not worth a word.
    write(ground, ("a", 80, 5), ("b", 50, 3), ("c", 29, 1))
    look(ground, later)
    assert news(later) == later
    assert news(later) is None
    project(ground, later)
    expected = [
        ("Product Back In Stock", "b", 50.0, None),
        ("Product Price Dropped", "a", 80.0, 100.0),
    ]
    assert told(ground, later) == expected
    # The same feed again, and a crash between the two databases, tell nobody twice.
    look(ground, later + timedelta(hours=1))
    assert news(later + timedelta(hours=1)) is None
    assert told(ground, later) == expected


def test_a_crash_after_the_inbox_tells_nobody_twice(ground: Ground) -> None:
    write(ground, ("a", 100, 5))
    look(ground, NOON)
    project(ground, NOON, tracked("Product Viewed", "maria", "a"))
    write(ground, ("a", 80, 5))
    later = NOON + timedelta(hours=1)
    look(ground, later)
    with ground.store.read() as conn:
        waiting = products.changes(conn)
    from maracuja.runtime.product_news import tell

    assert tell(ground, waiting, later) == 1
    assert tell(ground, waiting, later + timedelta(minutes=1)) == 1, "the commit was lost"
    project(ground, later + timedelta(minutes=1))
    assert len(told(ground, later + timedelta(minutes=1))) == 1

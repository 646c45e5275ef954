"""Product feeds at work: read, checked against what was there, taken or held, and told about."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.feeds import FOLDER, Feed
from maracuja.commit_points import passed
from maracuja.errors import BadInput, MaracujaError, NotFound
from maracuja.ingest.feed_products import FeedProduct, FeedRead, Refused, read_products
from maracuja.ingest.feed_rows import BYTES_MAX, read_rows
from maracuja.model import micros, moment
from maracuja.runtime.launch_ground import Ground
from maracuja.store import audit, definitions, feeds, products
from maracuja.store.feeds import FeedState
from maracuja.store.products import Product

HELD_MIN: Final = 10  # products that a feed has had, below which it is never held
RETRY: Final = timedelta(minutes=5)
RETRY_MAX: Final = timedelta(hours=6)
REFUSED_SHOWN: Final = 10


@dataclass(frozen=True)
class FeedShown:
    """A feed and its last look; `state` is taken, same, held, failed, or empty: never asked."""

    feed: str
    source: str
    state: str
    says: str
    asked: datetime | None
    taken: datetime | None
    due: datetime | None
    products: int
    rows: int
    changed: int
    gone: int
    refused: int


@dataclass(frozen=True)
class FeedTaken:
    """What became of a feed that was read; `refused` are the first rows that were left out."""

    feed: str
    state: str
    says: str
    rows: int
    changed: int
    gone: int
    refused_count: int
    refused: tuple[Refused, ...]


def every(conn: Connection) -> list[Feed]:
    """The feeds in force, by id."""
    found = (decode_stored(one.body) for one in definitions.current(conn, "feed"))
    return [one for one in found if isinstance(one, Feed)]


def get(conn: Connection, name: str) -> Feed:
    """A feed. Raises NotFound."""
    for feed in every(conn):
        if feed.id == name:
            return feed
    raise NotFound(f"There is no feed `{name}`.", fix="Write it, and `apply` it.")


def show(conn: Connection) -> list[FeedShown]:
    """Every feed with what became of its last look."""
    known = feeds.every(conn)
    found = []
    for feed in every(conn):
        now = known.get(feed.id, FeedState(feed.id))
        found.append(
            FeedShown(
                feed=feed.id,
                source=feed.source.partition("?")[0],
                state=now.state,
                says=now.says,
                asked=_at(now.asked_us),
                taken=_at(now.taken_us),
                due=_at(now.due_us),
                products=len(products.of_feed(conn, feed.id)),
                rows=now.rows,
                changed=now.changed,
                gone=now.gone,
                refused=now.refused,
            )
        )
    return found


def read_file(ground: Ground, feed: Feed) -> bytes:
    """The feed's file in the workspace's folder. Raises BadInput where it cannot be read."""
    path = ground.config.directory / FOLDER / feed.source
    try:
        if path.is_symlink() or path.stat().st_size > BYTES_MAX:
            raise BadInput(f"{path.name} is longer than {BYTES_MAX:,} bytes, or no file.")
        return path.read_bytes()
    except OSError as fault:
        raise BadInput(
            f"{FOLDER}/{feed.source} cannot be read: {fault.strerror}.", where=f"feed {feed.id}"
        ) from None


def take(
    ground: Ground,
    feed: Feed,
    body: bytes,
    now: datetime,
    *,
    etag: str = "",
    modified: str = "",
    allow: bool = False,
    dry: bool = False,
) -> FeedTaken:
    """Take a feed over in one transaction: what differs, and what is gone.

    One that has lost more than `gone_max` of its products is held unless `allow`, or somebody
    has allowed it: then nothing changes. Raises BadInput for a file that is none.
    """
    digest = hashlib.sha256(body).hexdigest()
    with ground.store.read() as conn:
        before = feeds.get(conn, feed.id)
    currency = feed.currency or ground.config.shop.currency
    found = read_products(read_rows(feed.form.value, body, feed.columns), currency, now)
    with ground.store.write() as conn:
        there = products.of_feed(conn, feed.id)
        ids = {one.id for one in found.products}
        lost = 0 if feed.partial else len(there - ids)
        held = not (allow or before.allowed) and held_words(feed, len(there), lost, found)
        state = before._replace(
            due_us=micros(now + feed.pause),
            asked_us=micros(now),
            failures=0,
            rows=found.rows,
            refused=found.refused_count,
        )
        if held:
            state = state._replace(state=feeds.HELD, says=held, changed=0, gone=0)
        elif not dry:
            state = _write(conn, feed, found.products, state, now, lost)
            state = state._replace(
                etag=etag, modified=modified, digest=digest, allowed=False, says=words(found)
            )
        if not dry:
            feeds.put(conn, state)
            if state.state != before.state:
                subject = f"feed:{feed.id}"
                audit.add(conn, micros(now), audit.WORKER, f"feed_{state.state}", subject)
            passed("feed.products_written")
    passed("feed.committed")
    return FeedTaken(
        feed.id, state.state, held or words(found), found.rows, state.changed, lost,
        found.refused_count, tuple(found.refused[:REFUSED_SHOWN]),
    )  # fmt: skip


def _write(
    conn: Connection,
    feed: Feed,
    found: Sequence[FeedProduct],
    state: FeedState,
    now: datetime,
    lost: int,
) -> FeedState:
    """Put the products into the catalogue; the state of a feed that was taken."""
    rows = [Product(*one[:8], False, *one[8:]) for one in found]
    was = products.last_rev(conn)
    rev = products.put(
        conn,
        rows,
        whole=not feed.partial,
        source=feed.id,
        drop=feed.price_drop if feed.told else 0.0,
        at_us=micros(now),
    )
    changed = len(products.changed_since(conn, was)) - lost if rev != was else 0
    name = feeds.TAKEN if rev != was or not state.taken_us else feeds.SAME
    return state._replace(state=name, taken_us=micros(now), changed=max(changed, 0), gone=lost)


def held_words(feed: Feed, there: int, lost: int, found: FeedRead) -> str:
    """Why a feed is held, in a sentence; '' where it is not."""
    if there < HELD_MIN or lost <= there * feed.gone_max:
        return ""
    refused = f" {found.refused_count:,} rows were refused." if found.refused_count else ""
    return (
        f"The feed has lost {lost:,} of {there:,} products ({lost / there:.0%}), so nothing was"
        f" changed.{refused} If that is meant: maracuja feeds allow {feed.id}"
    )


def words(found: FeedRead) -> str:
    """What was read, in a sentence."""
    refused = f", {found.refused_count:,} rows were refused" if found.refused_count else ""
    return f"{len(found.products):,} products{refused}"


def same(conn: Connection, feed: Feed, now: datetime) -> None:
    """The feed is as it was last time."""
    before = feeds.get(conn, feed.id)
    state = feeds.HELD if before.state == feeds.HELD else feeds.SAME
    due_us, asked_us = micros(now + feed.pause), micros(now)
    before = before._replace(due_us=due_us, asked_us=asked_us)
    feeds.put(conn, before._replace(state=state, failures=0, changed=0, gone=0))


def failed(conn: Connection, feed: Feed, fault: MaracujaError, now: datetime) -> None:
    """The feed could not be had, or is none: it is asked again sooner, then ever later."""
    before = feeds.get(conn, feed.id)
    wait = min(max(feed.pause, RETRY), RETRY * 2 ** min(before.failures, 10), RETRY_MAX)
    says = " ".join(filter(None, [fault.message, f"({fault.where})" if fault.where else ""]))
    state = before._replace(
        state=feeds.FAILED,
        says=says,
        due_us=micros(now + wait),
        asked_us=micros(now),
        failures=before.failures + 1,
    )
    feeds.put(conn, state)
    if before.state != feeds.FAILED:
        audit.add(conn, micros(now), audit.WORKER, "feed_failed", f"feed:{feed.id}", says)


def allow(conn: Connection, name: str, now: datetime, *, actor: str) -> None:
    """Take the next look whatever the feed has lost. Raises NotFound."""
    feed = get(conn, name)
    state = feeds.get(conn, feed.id)._replace(allowed=True, due_us=micros(now), etag="",
                                              modified="")  # fmt: skip
    feeds.put(conn, state)
    audit.add(conn, micros(now), actor, "feed_allow", f"feed:{feed.id}")


def ask_now(conn: Connection, name: str, now: datetime) -> None:
    """Let the worker look at once. Raises NotFound."""
    feed = get(conn, name)
    feeds.put(conn, feeds.get(conn, feed.id)._replace(due_us=micros(now)))


def _at(us: int) -> datetime | None:
    return moment(us) if us else None

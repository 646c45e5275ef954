"""Feeds are asked for when they are due, beside the worker, and taken by it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from maracuja.campaigns.feeds import Feed
from maracuja.errors import MaracujaError
from maracuja.model import micros, moment
from maracuja.runtime import feed_work
from maracuja.runtime.feed_fetching import Fetched, fetch
from maracuja.runtime.launch_ground import Ground
from maracuja.store import feeds

POLL: Final = timedelta(seconds=1)
LOOK_EVERY: Final = timedelta(seconds=30)  # for feeds that somebody has just applied
Fetch = Callable[[str, str, str], Fetched]


class FeedKeeping:
    """A chore of the worker: one feed at a time, fetched by a thread, taken in the worker's turn.

    `fetched_by` asks for an address, with the marks of what is known, instead of the internet.
    """

    def __init__(self, ground: Ground, fetched_by: Fetch | None = None) -> None:
        private = ground.config.messages.private_receivers
        self._ground = ground
        self._fetch = fetched_by or partial(fetch, private=private)
        self._thread: ThreadPoolExecutor | None = None
        self._asked: tuple[Feed, Future[Fetched]] | None = None
        self._look = datetime.min.replace(tzinfo=UTC)
        self._any = False  # feeds at all

    def __call__(self, now: datetime) -> datetime | None:
        """Take what has come, and ask for what is due; when to come again, None: nothing to do."""
        if self._asked is not None:
            feed, coming = self._asked
            if not coming.done():
                return now + POLL
            self._asked = None
            self._taken(feed, now, coming.result)
        elif now < self._look:
            return self._look if self._any else None
        with self._ground.store.read() as conn:
            known, states = feed_work.every(conn), feeds.every(conn)
        self._any = bool(known)
        self._look = now + LOOK_EVERY
        if not known:
            return None
        dues = {f.id: states[f.id].due_us if f.id in states else 0 for f in known}
        feed = min(known, key=lambda one: (dues[one.id], one.id))
        if dues[feed.id] > micros(now):
            self._look = min(self._look, moment(dues[feed.id]))
            return self._look
        self._begin(feed, states.get(feed.id, feeds.FeedState(feed.id)), now)
        return now if self._asked is None else now + POLL

    def _begin(self, feed: Feed, state: feeds.FeedState, now: datetime) -> None:
        """Read a file at once; let a thread ask for an address."""
        self._look = now
        if feed.is_file:
            self._taken(feed, now, lambda: Fetched(feed_work.read_file(self._ground, feed)))
            return
        self._thread = self._thread or ThreadPoolExecutor(1, "feeds")
        asked = self._thread.submit(self._fetch, feed.source, state.etag, state.modified)
        self._asked = feed, asked

    def _taken(self, feed: Feed, now: datetime, coming: Callable[[], Fetched]) -> None:
        """Take a feed over, or note why it is not."""
        try:
            came = coming()
            if came.body is None:
                with self._ground.store.write() as conn:
                    feed_work.same(conn, feed, now)
                return
            feed_work.take(
                self._ground, feed, came.body, now, etag=came.etag, modified=came.modified
            )
        except MaracujaError as fault:
            with self._ground.store.write() as conn:
                feed_work.failed(conn, feed, fault, now)

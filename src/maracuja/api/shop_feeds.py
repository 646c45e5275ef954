"""Product feeds over HTTP: what became of each, look at once, allow one that is held."""

from __future__ import annotations

from operator import attrgetter

from maracuja.api.answers import Listing, Name, Part
from maracuja.api.here import Actor, Here, Now, managing
from maracuja.model import micros
from maracuja.runtime import feed_work
from maracuja.runtime.feed_work import FeedShown
from maracuja.store import audit

router = managing("/feeds", "shop")


@router.get("")
def list_feeds(here: Here, part: Part) -> Listing[FeedShown]:
    """Every feed and its last look."""
    with here.store.read() as conn:
        return part.of(feed_work.show(conn), attrgetter("feed"))


@router.post("/{name}/look")
def look_at_feed(here: Here, actor: Actor, now: Now, name: Name) -> list[FeedShown]:
    """Let the worker read it now."""
    with here.store.write() as conn:
        feed_work.ask_now(conn, name, now)
        audit.add(conn, micros(now), actor, "feed_look", f"feed:{name}")
        return feed_work.show(conn)


@router.post("/{name}/allow")
def allow_feed(here: Here, actor: Actor, now: Now, name: Name) -> list[FeedShown]:
    """Take it the next time, whatever it has lost."""
    with here.store.write() as conn:
        feed_work.allow(conn, name, now, actor=actor)
        return feed_work.show(conn)

"""When the programs in the shop's pages were last heard: read from events and chats that came in.

It changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from maracuja.config import Config
from maracuja.lake.files import prune
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import FileKind, TraitType, micros, moment
from maracuja.runtime.launch_ground import Ground
from maracuja.store import discovered, manifest, web_chat

BACK: Final = timedelta(days=7)
WEB_CHAT: Final = "web_chat"
# As the calls name it: ours is maracuja.js, Segment's for browsers analytics.js.
LIBRARY: Final = "context.library.name"
_LAST: Final = f"""
SELECT "{LIBRARY}", max(received) FROM events
WHERE kind <> 'internal' AND received >= $back AND "{LIBRARY}" IS NOT NULL GROUP BY 1
"""  # noqa: S608


@dataclass(frozen=True)
class SiteShown:
    """What goes into the shop's pages, and when it was last heard.

    `address` begins the script's address; `chat` is the web chat's script, '' where there is no
    chat. `heard` is by library, of the last week; `chatted` when somebody was last in the chat.
    """

    address: str
    chat: str
    heard: dict[str, datetime]
    chatted: datetime | None


def site(ground: Ground, now: datetime) -> SiteShown:
    """What the page about the shop's site shows."""
    config = ground.config
    with ground.store.read() as conn:
        stand = (manifest.version(conn, (FileKind.EVENTS,)), now.date())
        heard = ground.lately.get("site", stand, lambda: _heard(conn, ground, now))
        came_us = web_chat.last_came(conn)
    return SiteShown(
        address=config.public_url,
        chat=_chat(config),
        heard=heard,
        chatted=moment(came_us) if came_us else None,
    )


def tells(conn: Connection) -> bool:
    """Whether anything in the shop has ever told what people do."""
    return any(one.event for one in discovered.every(conn, "property"))


def _chat(config: Config) -> str:
    return f"{config.hook(WEB_CHAT)}.js" if WEB_CHAT in config.channels else ""


def _heard(conn: Connection, ground: Ground, now: datetime) -> dict[str, datetime]:
    since = now - BACK
    files = prune(manifest.live(conn, (FileKind.EVENTS,), micros(now)), since=since)
    limits = ground.config.lake
    con = open_session(ground.lake, files, threads=limits.threads, memory=limits.memory)
    try:
        ensure_columns(con, {LIBRARY: TraitType.TEXT})
        rows = con.execute(_LAST, {"back": since.replace(tzinfo=None)}).fetchall()
    finally:
        con.close()
    return {library: at.replace(tzinfo=UTC) for library, at in rows}

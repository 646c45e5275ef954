"""What vendors have said of our accounts that still holds: warnings, and what may not go.

A notice stands until its vendor takes it back; what is older than it changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.channels.heard import Notice
from maracuja.store import meta

NOTICES_MAX: Final = 500  # of a channel, the newest


class Kept(NamedTuple):
    """A notice and when it was given; one without words says that nothing is wrong any more."""

    notice: Notice
    at_us: int


_kept = msgspec.json.Decoder(list[Kept])


def of(conn: Connection, channel: str) -> list[Kept]:
    """The notices that hold on a channel, newest first."""
    return [one for one in _all(conn, channel) if one.notice.words]


def stopped(conn: Connection, channel: str) -> frozenset[str]:
    """The subjects, such as a template, that may not be sent there now."""
    return frozenset(one.notice.subject for one in of(conn, channel) if one.notice.stops)


def keep(conn: Connection, channel: str, told: Iterable[Kept]) -> list[Kept]:
    """Keep what is newer than what is known of its subject; those that say something new."""
    held = {one.notice.subject: one for one in _all(conn, channel)}
    news = []
    for one in sorted(told, key=lambda one: one.at_us):
        before = held.get(one.notice.subject)
        if before is not None and before.at_us > one.at_us:
            continue
        held[one.notice.subject] = one
        if one.notice.words and (before is None or before.notice != one.notice):
            news.append(one)
    newest = sorted(held.values(), key=lambda one: -one.at_us)[:NOTICES_MAX]
    meta.put(conn, _name(channel), msgspec.json.encode(newest).decode())
    return news


def _all(conn: Connection, channel: str) -> list[Kept]:
    text = meta.get(conn, _name(channel))
    return _kept.decode(text) if text else []


def _name(channel: str) -> str:
    return f"notices:{channel}"

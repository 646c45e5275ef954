"""What is heard about reaching people: who can be again, whose window is open, who must be told.

It works inside the projection's transaction and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from maracuja.channels import BY_NAME
from maracuja.channels.heard import HeardKind
from maracuja.ingest.heard import HeardRow
from maracuja.runtime import device_changes
from maracuja.store import audit, health, last_words, notices, suppressions, vendor_ids
from maracuja.store.notices import Kept

BLOCKED: Final = "blocked"
# What ends when the vendor lets us through again; who comes back themselves ends more.
LIFTED: Final = {
    HeardKind.MESSAGE: (BLOCKED, "bounced"),
    HeardKind.TAP: (BLOCKED, "bounced"),
    HeardKind.BACK: (BLOCKED, "bounced"),
    HeardKind.START: (BLOCKED, "bounced", "unsubscribed"),
}
_WRITING: Final = frozenset({HeardKind.MESSAGE, HeardKind.TAP, HeardKind.START, HeardKind.LEAVE})


class Reached(NamedTuple):
    """One thing heard, and every address at which its channel reaches the person."""

    told: HeardRow
    addresses: list[str]

    def digests(self, salt: str) -> list[bytes]:
        """The hashes of the addresses, as suppressions have them."""
        return suppressions.digests(salt, self.told.channel, self.addresses)


def referred(reference: str) -> vendor_ids.Known | None:
    """What `channels.http.reference` made and a vendor echoes; None where it is not ours."""
    parts = reference.split(".")
    if len(parts) != 3 or len(parts[0]) != 32 or not all(p.isdigit() for p in parts[1:]):
        return None
    try:
        return vendor_ids.Known(bytes.fromhex(parts[0]), int(parts[1]), int(parts[2]))
    except ValueError:
        return None


def lift(conn: Connection, rows: Sequence[Reached], salt: str) -> None:
    """Who opens a channel again can be reached again."""
    opened: dict[tuple[str, HeardKind], list[bytes]] = {}
    for row in rows:
        if row.told.heard.kind in LIFTED:
            key = (row.told.channel, row.told.heard.kind)
            opened.setdefault(key, []).extend(row.digests(salt))
    for (channel, kind), digests in sorted(opened.items()):
        suppressions.lift(conn, channel, digests, reasons=LIFTED[kind])


def open_windows(conn: Connection, rows: Sequence[Reached], salt: str) -> None:
    """Who wrote or pressed may be answered freely for a while, where a channel says so."""
    said: dict[str, dict[bytes, int]] = {}
    for row in rows:
        heard, channel = row.told.heard, row.told.channel
        if heard.kind in _WRITING and heard.speaks and BY_NAME[channel].can.window_s:
            words = said.setdefault(channel, {})
            at_us = min(heard.at_us, row.told.received_us)
            for digest in row.digests(salt):
                words[digest] = max(at_us, words.get(digest, 0))
    for channel, words in sorted(said.items()):
        last_words.note(conn, channel, words)


def settle(conn: Connection, rev: int, told: Sequence[HeardRow], now_us: int) -> None:
    """What is no word of a person: of our accounts, and of devices that have another address."""
    note_accounts(conn, told, now_us)
    stop_channels(conn, told, now_us)
    device_changes.renew(conn, rev, told, now_us)


def note_accounts(conn: Connection, told: Sequence[HeardRow], now_us: int) -> None:
    """What vendors say of our accounts is kept, and goes on the record where it is bad news."""
    said: dict[str, list[Kept]] = {}
    for row in told:
        if row.heard.notice is not None:
            at_us = min(row.heard.at_us, row.received_us)
            said.setdefault(row.channel, []).append(Kept(row.heard.notice, at_us))
    for channel, kept in sorted(said.items()):
        for one in notices.keep(conn, channel, kept):
            about, words = f"channel:{channel}", one.notice.words
            audit.add(conn, now_us, "delivery", "channel.notice", about, words)


def stop_channels(conn: Connection, told: Sequence[HeardRow], now_us: int) -> None:
    """A vendor that took a message and says later that our account cannot send: stop, and say so.

    A channel that stands still already keeps its first reason.
    """
    alarms: dict[str, str] = {}
    for row in told:
        if row.heard.alarm:
            alarms.setdefault(row.channel, row.heard.alarm)
    for channel in sorted(alarms.keys() - health.paused(conn)):
        health.set_paused(conn, channel, now_us, paused=True, reason=alarms[channel])
        audit.add(conn, now_us, "delivery", "channel.stop", f"channel:{channel}", alarms[channel])

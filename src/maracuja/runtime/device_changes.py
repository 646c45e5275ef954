"""What a batch of events says of devices that take notifications: seen, turned on, turned off.

It works inside the projection's transaction and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.channels import address_kind
from maracuja.channels.heard import HeardKind
from maracuja.ingest.decode import Decoded
from maracuja.ingest.heard import HeardRow
from maracuja.store import devices
from maracuja.store.devices import Told, Word
from maracuja.store.known import known_people
from maracuja.store.people import Pids

# Track calls that say more than that a device is there; the device is the context's.
WORDS: Final = {
    "Device Created or Updated": Word.ON,
    "Device Deleted": Word.OFF,
    "Application Uninstalled": Word.OFF,
}


def take(
    conn: Connection, rev: int, decoded: Decoded, rows: Sequence[int], pids: Pids, *, now_us: int
) -> None:
    """Keep what these rows of the batch, with their canonical people, tell of devices.

    Of somebody known it is believed only of a server or with a signed id: else whoever knows an id
    could have another's messages sent to themselves.
    """
    telling = [place for place, context in enumerate(decoded.contexts) if context.pushes]
    if not telling:
        return
    seen = (
        decoded.frame[rows]
        .select(
            "context",
            "ts_us",
            "signed",
            pl.when(pl.col("kind") == "track").then("event").alias("event"),
            pl.Series("pid", pids, dtype=pl.Int64),
        )
        .filter(pl.col("context").is_in(telling))
        .with_columns(
            word=pl.col("event").replace_strict(
                {name: int(word) for name, word in WORDS.items()}, default=int(Word.SEEN)
            )
        )
        .group_by("context", "signed", "pid", "word", maintain_order=True)
        .agg(pl.col("ts_us").max())
    )
    doubted = known_people(conn, set(seen.filter(~pl.col("signed"))["pid"].to_list()))
    told = [
        Told(
            pid=pid,
            kind=push.kind,
            address=push.address,
            at_us=at_us + n,  # of one moment, the one told last
            word=Word(word),
            app=push.app,
            platform=push.platform,
            believed=signed or pid not in doubted,
        )
        for n, (place, signed, pid, word, at_us) in enumerate(
            seen.sort("ts_us", maintain_order=True).iter_rows()
        )
        for push in decoded.contexts[place].pushes
    ]
    devices.tell(conn, rev, told, now_us, known_people)


def renew(conn: Connection, rev: int, told: Sequence[HeardRow], now_us: int) -> None:
    """A device that is somebody's goes on under its new address, and the old one is left."""
    words: list[Told] = []
    for row in told:
        heard = row.heard
        if heard.kind is not HeardKind.RENEWED:
            continue
        kind = address_kind(row.channel)
        (pid,) = devices.owners(conn, kind, [heard.address])
        at_us = min(heard.at_us, row.received_us)
        if pid and heard.text != heard.address:
            words.append(Told(pid, kind, heard.text, at_us, Word.ON))
            words.append(Told(pid, kind, heard.address, at_us, Word.OFF))
    if words:
        devices.tell(conn, rev, words, now_us, known_people)

"""What a person was sent on the channel of a conversation: looked up when shown, never copied.

Operators' answers are left out: they are turns of the conversation itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.channels import channel_of
from maracuja.decisions.message_words import happened
from maracuja.lake.facts import aliases_of
from maracuja.lake.files import locate
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import Content, FileKind, TraitType, micros, moment
from maracuja.runtime import conversation_view, delivery_texts
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.posted_texts import ID, Written
from maracuja.store import conversations, manifest, outbox, people, posted
from maracuja.templates.placeholders import fill

_COLUMNS: Final = {
    f"properties.{name}": kind
    for name, kind in (
        ("message", TraitType.TEXT),
        ("campaign", TraitType.TEXT),
        ("channel", TraitType.TEXT),
        ("run", TraitType.NUMBER),
    )
}
_SENT: Final = """
    SELECT "properties.message" AS message, max("properties.campaign") AS campaign,
        max("properties.run") AS run, min(epoch_us(ts)) AS at_us, arg_max(event, ts) AS became
    FROM events
    WHERE pid IN ({pids}) AND "properties.channel" = ? AND event LIKE 'Message %'
    GROUP BY ALL HAVING count(*) FILTER (event IN ('Message Sent', 'Message Unknown')) > 0
    ORDER BY at_us DESC, message LIMIT {limit}
"""


@dataclass(frozen=True)
class MessageSeen:
    """A message that the person was sent; `became` is the last that was heard of it, in words.

    `campaign` is '' of a single message; `text` '' where it is not kept any more.
    """

    id: str
    at: datetime
    campaign: str
    subject: str
    text: str
    became: str


class _Row(NamedTuple):
    message: str
    campaign: str
    run: int
    at_us: int
    became: str


def messages(
    ground: Ground, number: str, now: datetime, *, rows_max: int = 10
) -> list[MessageSeen]:
    """What this person was sent on this channel, the latest first. Raises NotFound.

    What is not projected yet is not there yet. Reads the lake.
    """
    with ground.store.read() as conn:
        talk = conversation_view.find(conn, number)
        rows, pids = _sent(conn, ground, talk.pid, channel_of(talk.channel), now, rows_max)
        texts = _texts(conn, ground.lake, rows, pids)
    return [
        MessageSeen(
            id=row.message,
            at=moment(row.at_us),
            campaign="" if row.campaign == ID else row.campaign,
            subject=texts.get(row.message, ("", ""))[0],
            text=texts.get(row.message, ("", ""))[1],
            became=happened(row.became, "en"),
        )
        for row in rows
    ]


def _sent(
    conn: Connection, ground: Ground, pid: int, channel: str, now: datetime, rows_max: int
) -> tuple[list[_Row], list[int]]:
    """The latest messages but for operators' answers, and all numbers that the person had."""
    merged, canonical = people.merged(conn)
    con = open_session(
        ground.lake,
        manifest.live(conn, [FileKind.EVENTS], micros(now)),
        merged=pl.DataFrame({"pid": merged, "canonical": canonical}).to_arrow(),
        threads=ground.config.lake.threads,
        memory=ground.config.lake.memory,
    )
    try:
        ensure_columns(con, _COLUMNS)
        pids = [int(one) for one in aliases_of(con, pid)]
        rows = _ask(con, pids, channel, rows_max)
    finally:
        con.close()
    said = conversations.turns_among(conn, [bytes.fromhex(row.message) for row in rows])
    return [row for row in rows if bytes.fromhex(row.message) not in said][:rows_max], pids


def _ask(
    con: duckdb.DuckDBPyConnection, pids: Sequence[int], channel: str, rows_max: int
) -> list[_Row]:
    """Sent messages; more than wanted, because operators' answers are among them."""
    listed = ", ".join(str(pid) for pid in pids)
    found = con.execute(_SENT.format(pids=listed, limit=5 * int(rows_max)), [channel]).fetchall()
    return [_Row(row[0], row[1] or "", int(row[2] or 0), row[3], row[4]) for row in found]


def _texts(
    conn: Connection, lake: Path, rows: Sequence[_Row], pids: Sequence[int]
) -> dict[str, tuple[str, str]]:
    """Subject and text of these messages by id, as far as they are kept."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        if row.run in posted.RUNS:
            one = posted.get(conn, bytes.fromhex(row.message))
            if one is not None and one.written:
                written = msgspec.json.decode(one.written, type=Written)
                found[row.message] = _plain(written.content, written.links)
    for run in {row.run for row in rows if row.run and row.run not in posted.RUNS}:
        wanted = [bytes.fromhex(row.message) for row in rows if row.run == run]
        for chunk in outbox.chunks_of_run(conn, run):
            numbers = _places(lake, chunk.path, wanted, pids)
            for body in delivery_texts.read(lake, chunk, numbers).values() if numbers else ():
                found[body.message.hex()] = _plain(body.content, body.links)
    return found


def _places(lake: Path, path: str, wanted: Sequence[bytes], pids: Sequence[int]) -> list[int]:
    """Which rows of a chunk's file hold these messages."""
    on_disk = locate(lake, path)
    if not on_disk.is_file():
        return []
    theirs = pl.col("pid").is_in(list(pids))
    sought = pl.col("message").is_in(pl.Series(sorted(wanted), dtype=pl.Binary).implode())
    scan = pl.scan_parquet(on_disk, glob=False).filter(theirs & sought)
    return scan.select("n").collect()["n"].to_list()


def _plain(content: Content, links: Mapping[int, str]) -> tuple[str, str]:
    """Subject and text with addresses as they were before they were signed."""

    def filled(text: str) -> str:
        href, page = (lambda _, url: url), (lambda name: f"[{name}]")
        return fill(text, links, html=False, href=href, page=page)

    return filled(content.subject), filled(content.text)

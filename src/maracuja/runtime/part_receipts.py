"""Receipts of the parts of a message: it is delivered once all are, and failed with the first.

It works inside the projection's transaction and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol, TypeVar

from sqlalchemy import Connection

from maracuja.channels import BY_NAME
from maracuja.channels.heard import HeardKind
from maracuja.ingest.heard import HeardRow
from maracuja.model import Status
from maracuja.store import message_parts
from maracuja.store.message_parts import Part

_OVER: Final = frozenset({Status.FAILED, Status.BOUNCED, Status.REJECTED, Status.EXPIRED})


class Found(Protocol):
    """One thing heard, and the message that it is about; b'' where that is none of ours."""

    @property
    def told(self) -> HeardRow:
        """What was heard, and where."""

    @property
    def message(self) -> bytes:
        """The message's id."""


Row = TypeVar("Row", bound=Found)


def whole(conn: Connection, rows: Sequence[Row], now_us: int) -> list[Row]:
    """The rows that say something of whole messages; what is said of parts is kept."""
    cut = [row for row in rows if _of_part(row)]
    if not cut:
        return list(rows)
    known = message_parts.of(conn, [row.message for row in cut])
    kept: list[Row] = []
    news: list[Part] = []
    for row in rows:
        heard = row.told.heard
        parts = {part.vendor_id: part for part in known.get(row.message, ())}
        total = heard.parts or next((part.total for part in parts.values()), 1)
        if heard.status is None or total <= 1 or not _of_part(row):
            kept.append(row)
            continue
        over = any(part.status in _OVER for part in parts.values())
        told = Part(row.message, heard.vendor_id, total, heard.status)
        parts[heard.vendor_id] = told
        news.append(told)
        known[row.message] = list(parts.values())
        arrived = sum(part.status == Status.DELIVERED for part in parts.values())
        if arrived == total if heard.status is Status.DELIVERED else not over:
            kept.append(row)
    message_parts.note(conn, news, now_us)
    return kept


def _of_part(row: Found) -> bool:
    heard = row.told.heard
    cuts = row.told.channel in BY_NAME and BY_NAME[row.told.channel].cuts
    return cuts and heard.kind is HeardKind.RECEIPT and bool(row.message and heard.vendor_id)

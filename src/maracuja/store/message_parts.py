"""What became of each part of a message that was cut into several: all of them make the message.

A part may be told of before it is known here that it was sent, and the other way round.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, delete, func, select

from maracuja.store import bulk
from maracuja.store.schema import message_parts

KEPT_DAYS: Final = 60  # as the vendors' ids of messages are


class Part(NamedTuple):
    """One part under its vendor's id; `status` is '' until it is told."""

    message: bytes
    vendor_id: str
    total: int
    status: str = ""


def expect(conn: Connection, message: bytes, vendor_ids: Sequence[str], at_us: int) -> None:
    """A message was sent in these parts; what has been told of them already stays."""
    total = len(vendor_ids)
    _put(conn, [Part(message, name, total) for name in vendor_ids], at_us, "ignore")


def note(conn: Connection, told: Iterable[Part], at_us: int) -> None:
    """Keep what became of parts; the last word of each counts."""
    distinct = {(part.message, part.vendor_id): part for part in told}
    _put(conn, list(distinct.values()), at_us, "replace")


def of(conn: Connection, messages: Iterable[bytes]) -> dict[bytes, list[Part]]:
    """The parts of these messages, as far as they are known."""
    columns = [message_parts.c[name] for name in Part._fields]
    asked = sorted(set(messages))
    rows = bulk.rows_where_in(conn, select(*columns), message_parts.c.message, asked)
    found: dict[bytes, list[Part]] = {}
    for message, vendor_id, total, status in rows:
        part = Part(bytes(message), vendor_id, total, status)
        found.setdefault(part.message, []).append(part)
    return found


def oldest_us(conn: Connection) -> int | None:
    """When the first part that is kept was sent or told; None where there is none."""
    return conn.execute(select(func.min(message_parts.c.at_us))).scalar()


def delete_before(conn: Connection, at_us: int) -> int:
    """Delete parts of before then; returns how many."""
    return conn.execute(delete(message_parts).where(message_parts.c.at_us < at_us)).rowcount


def _put(
    conn: Connection,
    parts: Sequence[Part],
    at_us: int,
    on_conflict: Literal["ignore", "replace"],
) -> None:
    if parts:
        columns = {name: [getattr(part, name) for part in parts] for name in Part._fields} | {
            "at_us": at_us
        }
        bulk.insert_columns(conn, message_parts, columns, on_conflict=on_conflict)

"""Under which id a vendor knows each message: what receipts, presses and replies name.

Kept only for channels whose vendors do not echo an id of ours.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Text, and_, bindparam, delete, func, select

from maracuja.store import bulk
from maracuja.store.schema import vendor_ids

KEPT_DAYS: Final = 60  # receipts and presses come later than that only by accident


class Known(NamedTuple):
    """The message behind a vendor's id, whose it was, and in which run."""

    message: bytes
    pid: int
    run: int


def add(
    conn: Connection,
    channel: int,
    *,
    vendor_id: Sequence[str],
    message: Sequence[bytes],
    pid: Sequence[int],
    run: Sequence[int],
    at_us: int,
) -> int:
    """Keep the ids of messages sent on a channel, as columns; one that stands is replaced."""
    if not vendor_id:
        return 0
    distinct = dict(zip(vendor_id, zip(message, pid, run, strict=True), strict=True))
    columns = {
        "channel": channel,
        "vendor_id": list(distinct),
        "message": [row[0] for row in distinct.values()],
        "pid": [row[1] for row in distinct.values()],
        "run": [row[2] for row in distinct.values()],
        "at_us": at_us,
    }
    return bulk.insert_columns(conn, vendor_ids, columns, on_conflict="replace")


def find(conn: Connection, channel: int, asked: Sequence[str]) -> dict[str, Known]:
    """The messages behind these ids; those that are not known are left out."""
    found: dict[str, Known] = {}
    for part in bulk.slices(sorted(set(asked))):
        wanted = bulk.given(conn, "wanted", vendor_id=(Text(), part))
        v = vendor_ids.c
        query = select(v.vendor_id, v.message, v.pid, v.run).join_from(
            wanted,
            vendor_ids,
            and_(v.channel == channel, v.vendor_id == wanted.c.vendor_id),
        )
        for name, message, pid, run in bulk.fetch(conn, query):
            found[name] = Known(bytes(message), pid, run)
    return found


class Sent(NamedTuple):
    """A vendor's id of a message, and when it was given to the vendor, in us."""

    vendor_id: str
    at_us: int


def sent_to(conn: Connection, channel: int, pids: Sequence[int]) -> dict[int, list[Sent]]:
    """What these people were sent on a channel, as far as it is kept, the earlier first."""
    found: dict[int, list[Sent]] = {}
    for part in bulk.slices(pids):
        wanted = bulk.given_ids(conn, part)
        v = vendor_ids.c
        # As a literal, so that the index of that channel alone is used.
        this = v.channel == bindparam(None, channel, literal_execute=True)
        query = (
            select(v.pid, v.vendor_id, v.at_us)
            .join_from(wanted, vendor_ids, and_(this, v.pid == wanted.c.id))
            .order_by(v.at_us, v.vendor_id)
        )
        for pid, name, at_us in bulk.fetch(conn, query):
            found.setdefault(pid, []).append(Sent(name, at_us))
    return found


def oldest_us(conn: Connection) -> int | None:
    """When the first message that is kept was sent; None where there is none."""
    return conn.execute(select(func.min(vendor_ids.c.at_us))).scalar()


def delete_before(conn: Connection, at_us: int) -> int:
    """Delete the ids of messages sent before then; returns how many."""
    return conn.execute(delete(vendor_ids).where(vendor_ids.c.at_us < at_us)).rowcount

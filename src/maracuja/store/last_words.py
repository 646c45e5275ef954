"""When somebody last wrote to us from an address: some channels take free text only for a while.

Like a suppression it is kept by a salted hash alone, and no longer than any window is open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, and_, delete, func, select

from maracuja.store import bulk
from maracuja.store.schema import last_words

KEPT_DAYS: Final = 31


def note(conn: Connection, channel: str, said: Mapping[bytes, int]) -> int:
    """Keep when each address (by digest) last wrote, in us; an earlier word changes nothing."""
    standing = of(conn, channel, list(said))
    later = {d: at_us for d, at_us in said.items() if at_us > standing.get(d, -1)}
    if not later:
        return 0
    columns = {"channel": channel, "digest": list(later), "at_us": list(later.values())}
    return bulk.insert_columns(conn, last_words, columns, on_conflict="replace")


def of(conn: Connection, channel: str, digests: Sequence[bytes]) -> dict[bytes, int]:
    """When each of these addresses last wrote, in us; those that never did are left out."""
    w = last_words.c
    query = select(w.digest, w.at_us).where(w.channel == channel)
    rows = bulk.rows_where_in(conn, query, w.digest, sorted(set(digests)))
    return {bytes(digest): at_us for digest, at_us in rows}


def forget(conn: Connection, hashes: Iterable[tuple[str, bytes]]) -> int:
    """Delete what is known of addresses (channel, digest) of an erased person; how many."""
    by_channel: dict[str, set[bytes]] = {}
    for channel, digest in hashes:
        by_channel.setdefault(channel, set()).add(digest)
    return sum(_delete(conn, channel, found) for channel, found in sorted(by_channel.items()))


def _delete(conn: Connection, channel: str, digests: Collection[bytes]) -> int:
    w = last_words.c
    these = and_(w.channel == channel, w.digest.in_(sorted(digests)))
    return conn.execute(delete(last_words).where(these)).rowcount


def oldest_us(conn: Connection) -> int | None:
    """The earliest word that is kept; None where there is none."""
    return conn.execute(select(func.min(last_words.c.at_us))).scalar()


def delete_before(conn: Connection, at_us: int) -> int:
    """Delete words said before then; returns how many."""
    return conn.execute(delete(last_words).where(last_words.c.at_us < at_us)).rowcount

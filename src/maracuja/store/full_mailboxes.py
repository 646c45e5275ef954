"""How often an address had no room: after three times over two weeks it is left alone for a month.

Like a suppression it is kept by a salted hash alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, LargeBinary, and_, delete, select

from maracuja.store import bulk, suppressions
from maracuja.store.schema import full_mailboxes

DAY_US: Final = 24 * 3600 * 1_000_000
TIMES: Final = 3
SPAN_US: Final = 14 * DAY_US  # that lie so far apart at least, from the first to the last
GAP_US: Final = 45 * DAY_US  # after so long without another the count begins anew
PAUSE_US: Final = 30 * DAY_US

REASON: Final = "mailbox_full"


def note(conn: Connection, channel: str, owners: Mapping[bytes, int], now_us: int) -> int:
    """Count one refusal more for each address (digest -> canonical pid).

    Those that had no room TIMES times over SPAN_US are suppressed for PAUSE_US, unless they are
    already for good. Returns how many.
    """
    f = full_mailboxes.c
    conn.execute(delete(full_mailboxes).where(f.last_us < now_us - GAP_US))
    digests = sorted(owners)
    query = select(f.digest, f.n, f.first_us).where(f.channel == channel)
    rows = bulk.rows_where_in(conn, query, f.digest, digests)
    known = {bytes(digest): (n, first_us) for digest, n, first_us in rows}
    counted = {d: (known[d][0] + 1, known[d][1]) if d in known else (1, now_us) for d in digests}
    over = [d for d, (n, first) in counted.items() if n >= TIMES and now_us - first >= SPAN_US]
    left = sorted(counted.keys() - set(over))
    columns = {
        "channel": channel,
        "digest": left,
        "n": [counted[d][0] for d in left],
        "first_us": [counted[d][1] for d in left],
        "last_us": now_us,
    }
    if left:
        bulk.insert_columns(conn, full_mailboxes, columns, on_conflict="replace")
    if not over:
        return 0
    forget(conn, ((channel, digest) for digest in over))
    standing = suppressions.blocked(conn, channel, over, now_us, marketing=False)
    new = [digest for digest, stands in zip(over, standing, strict=True) if not stands]
    suppressions.add(
        conn,
        channel=channel,
        digest=new,
        reason=REASON,
        at_us=now_us,
        pid=[owners[digest] for digest in new],
        code="5.2.2",
        until_us=now_us + PAUSE_US,
    )
    return len(new)


def forget(conn: Connection, addresses: Iterable[tuple[str, bytes]]) -> int:
    """Count these addresses (channel, digest) no longer; returns how many were."""
    gone = 0
    by_channel: dict[str, list[bytes]] = {}
    for channel, digest in addresses:
        by_channel.setdefault(channel, []).append(digest)
    f = full_mailboxes.c
    for channel, digests in sorted(by_channel.items()):
        mine = bulk.given(conn, "mine", digest=(LargeBinary(), digests))
        named = and_(f.channel == channel, f.digest.in_(select(mine.c.digest)))
        gone += conn.execute(delete(full_mailboxes).where(named)).rowcount
    return gone

"""How often in a row an address refused what may pass: a full mailbox, a phone that is away.

A mailbox full three times over two weeks is left alone for a month. Like a suppression it is kept
by a salted hash alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from sqlalchemy import Connection, LargeBinary, and_, delete, exists, select

from maracuja.store import bulk, suppressions
from maracuja.store.schema import full_mailboxes

DAY_US: Final = 24 * 3600 * 1_000_000
PAUSE_US: Final = 30 * DAY_US


class Rule(NamedTuple):
    """How often is too often, and how far apart the first and the last lie at least.

    After `gap_us` without another the count begins anew.
    """

    times: int
    span_us: int
    gap_us: int


FULL: Final = Rule(times=3, span_us=14 * DAY_US, gap_us=45 * DAY_US)
RESTS: Final = Rule(times=3, span_us=0, gap_us=400 * DAY_US)  # each is followed by a rest

REASON: Final = "mailbox_full"


def note(conn: Connection, channel: str, owners: Mapping[bytes, int], now_us: int) -> int:
    """Count one refusal more for each full mailbox (digest -> canonical pid).

    Those that FULL says are suppressed for PAUSE_US, unless they are already for good. Returns how
    many.
    """
    over = count(conn, channel, owners, now_us, FULL)
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


def count(
    conn: Connection, channel: str, refusing: Collection[bytes], now_us: int, rule: Rule
) -> list[bytes]:
    """Count one refusal more for each address; those that the rule says, counted no longer."""
    f = full_mailboxes.c
    old = and_(f.channel == channel, f.last_us < now_us - rule.gap_us)
    conn.execute(delete(full_mailboxes).where(old))
    digests = sorted(refusing)
    query = select(f.digest, f.n, f.first_us).where(f.channel == channel)
    rows = bulk.rows_where_in(conn, query, f.digest, digests)
    known = {bytes(digest): (n, first_us) for digest, n, first_us in rows}
    counted = {d: (known[d][0] + 1, known[d][1]) if d in known else (1, now_us) for d in digests}
    over = [
        digest
        for digest, (n, first_us) in counted.items()
        if n >= rule.times and now_us - first_us >= rule.span_us
    ]
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
    forget(conn, ((channel, digest) for digest in over))
    return over


def any_counted(conn: Connection, channel: str) -> bool:
    """Whether any address of a channel is counted."""
    return bool(conn.execute(select(exists().where(full_mailboxes.c.channel == channel))).scalar())


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

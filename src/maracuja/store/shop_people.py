"""What the shop's tables hold about people, when two become one and when one is forgotten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import BigInteger, Connection, delete, update

from maracuja.store import bulk, coupons
from maracuja.store.schema import bonus_entries


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Merged people (loser -> winner) keep their codes and their ledger."""
    losers = sorted(into)
    winners = [into[pid] for pid in losers]
    coupons.move(conn, losers, winners)
    pair = bulk.given(conn, "pair", pid=(BigInteger(), losers), to=(BigInteger(), winners))
    theirs = bonus_entries.c.pid == pair.c.pid
    conn.execute(update(bonus_entries).where(theirs).values(pid=pair.c.to))


def forget(conn: Connection, pids: Sequence[int], token: int) -> dict[str, int]:
    """Rows by table: codes stay used under the number `token`, the ledger goes."""
    mine = bonus_entries.c.pid.in_(list(pids))
    return {
        "coupons": coupons.replace_people(conn, pids, token),
        "bonus_entries": conn.execute(delete(bonus_entries).where(mine)).rowcount,
    }

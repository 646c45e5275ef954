"""Coupon codes: each is given once, comes back if its message never went out, is redeemed once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    BigInteger,
    Connection,
    Integer,
    Text,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    update,
)

from maracuja.store import bulk, counters
from maracuja.store.outbox import OutboxState
from maracuja.store.schema import coupons, outbox

UNGIVEN: Final = {
    "pid": None, "run": 0, "chunk": 0, "n": 0, "given_us": 0, "expires_us": 0, "kept": 0,
    "redeemed_us": 0, "order_id": "", "revenue": None, "currency": "",
}  # fmt: skip


class Coupon(NamedTuple):
    """A code as it stands; `pid` None: nobody has it. Moments in micros, 0 for none."""

    pool: str
    folded: str
    code: str
    pid: int | None
    run: int
    works_until_us: int
    given_us: int
    expires_us: int
    redeemed_us: int
    order_id: str
    revenue: int | None  # minor units
    currency: str


class Free(NamedTuple):
    """A code that may be given."""

    folded: str
    code: str
    works_until_us: int


class Pool(NamedTuple):
    """How a pool stands."""

    codes: int
    free: int
    given: int
    redeemed: int


_UNUSED: Final = and_(coupons.c.pid.is_(None), coupons.c.redeemed_us == 0)
_COLUMNS: Final = tuple(coupons.c[name] for name in Coupon._fields)


def add(
    conn: Connection, pool: str, rows: Sequence[tuple[str, str]], *, works_until_us: Any = 0
) -> int:
    """Put (folded, code) pairs into the pool; how many are new. What is there already stays.

    `works_until_us` is a column, or one moment for all.
    """
    if not rows:
        return 0
    first = counters.take(conn, "coupon", len(rows))
    columns = {
        "pool": pool,
        "folded": [one for one, _ in rows],
        "code": [code for _, code in rows],
        "seq": range(first, first + len(rows)),
        "works_until_us": works_until_us,
        **UNGIVEN,
    }
    return bulk.insert_columns(conn, coupons, columns, on_conflict="ignore")


def free(conn: Connection, pool: str, count: int, *, until_us: int, now_us: int) -> list[Free]:
    """The next codes to give, at most so many, that work beyond `until_us` (and now)."""
    works = or_(coupons.c.works_until_us == 0, coupons.c.works_until_us > max(until_us, now_us))
    query = (
        select(coupons.c.folded, coupons.c.code, coupons.c.works_until_us)
        .where(coupons.c.pool == pool, _UNUSED, works)
        .order_by(coupons.c.seq)
        .limit(count)
    )
    return [Free(*row) for row in bulk.fetch(conn, query)]


def held(conn: Connection, pool: str, pids: Any, *, until_us: int) -> dict[int, Coupon]:
    """What these people have in their hands already, and works beyond `until_us`, by pid."""
    works = or_(coupons.c.expires_us == 0, coupons.c.expires_us > until_us)
    query = select(*_COLUMNS).where(coupons.c.pool == pool, coupons.c.redeemed_us == 0, works)
    rows = bulk.rows_where_in(conn, query, coupons.c.pid, pids)
    found = sorted((Coupon(*row) for row in rows), key=lambda one: (one.given_us, one.folded))
    return {one.pid: one for one in reversed(found) if one.pid is not None}


def of_run(conn: Connection, run: int, pids: Any) -> dict[int, Coupon]:
    """The codes that these people were given last, by pid: those of the run before all others."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), coupons.c.pid, pids)
    found = sorted(
        (Coupon(*row) for row in rows), key=lambda one: (one.run == run, one.given_us, one.folded)
    )
    return {one.pid: one for one in found if one.pid is not None}


def claim(
    conn: Connection,
    pool: str,
    *,
    folded: Sequence[str],
    pid: Sequence[int],
    n: Sequence[int],
    expires_us: Sequence[int],
    run: int,
    chunk: int,
    now_us: int,
) -> bool:
    """Give codes to people, each by the outbox row (chunk, n) that carries it.

    In the transaction of the chunk. False, and nothing was given, where somebody else has one of
    them by now. Who has a code already keeps it.
    """
    if not folded:
        return True
    asked = bulk.given(
        conn, "claimed", folded=(Text(), folded), pid=(BigInteger(), pid), n=(Integer(), n),
        expires_us=(BigInteger(), expires_us),
    )  # fmt: skip
    mine = and_(coupons.c.pool == pool, coupons.c.folded == asked.c.folded)
    theirs = or_(coupons.c.pid.is_(None), coupons.c.pid == asked.c.pid)
    able = select(coupons.c.folded).join_from(coupons, asked, and_(mine, theirs))
    if len(bulk.fetch(conn, able.with_for_update(of=coupons))) < len(folded):
        return False
    # A code whose earlier message went out, or still may, stays whatever becomes of this one.
    under_way = exists().where(
        outbox.c.chunk == coupons.c.chunk,
        outbox.c.n == coupons.c.n,
        outbox.c.state.not_in([state.value for state in _NEVER_SENT]),
    )
    again = and_(mine, coupons.c.pid == asked.c.pid, coupons.c.kept == 0)
    conn.execute(update(coupons).where(again, under_way).values(kept=1))
    conn.execute(update(coupons).where(again).values(run=run, chunk=chunk, n=asked.c.n))
    conn.execute(
        update(coupons)
        .where(mine, coupons.c.pid.is_(None))
        .values(
            pid=asked.c.pid,
            run=run,
            chunk=chunk,
            n=asked.c.n,
            given_us=now_us,
            expires_us=asked.c.expires_us,
        )
    )
    return True


_NEVER_SENT: Final = (OutboxState.FAILED, OutboxState.EXPIRED, OutboxState.WITHDRAWN)


def settle(conn: Connection) -> int:
    """Let codes come back whose message never went out; how many do.

    Those whose message is gone out stay with their people for good.
    """
    still = and_(coupons.c.pid.is_not(None), coupons.c.kept == 0)
    carried = and_(outbox.c.chunk == coupons.c.chunk, outbox.c.n == coupons.c.n)
    lost = exists().where(carried, outbox.c.state.in_([one.value for one in _NEVER_SENT]))
    waits = exists().where(
        carried, outbox.c.state.in_([OutboxState.QUEUED.value, OutboxState.CLAIMED.value])
    )
    back = conn.execute(
        update(coupons).where(still, lost, coupons.c.redeemed_us == 0).values(**UNGIVEN)
    ).rowcount
    conn.execute(update(coupons).where(still, ~waits).values(kept=1))
    return back


def open_ones(conn: Connection) -> bool:
    """Whether any code is in a message of which it is not known yet whether it goes out."""
    still = and_(coupons.c.pid.is_not(None), coupons.c.kept == 0)
    return conn.execute(select(coupons.c.pool).where(still).limit(1)).first() is not None


def find(conn: Connection, folded: Sequence[str]) -> list[Coupon]:
    """The codes that read so, of every pool, in the order of the pools."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), coupons.c.folded, sorted(set(folded)))
    return sorted(Coupon(*row) for row in rows)


def redeem(conn: Connection, rows: Sequence[Coupon]) -> int:
    """Note that these were used, with `redeemed_us`, `order_id`, `revenue` and `currency`.

    What was redeemed before stays as it is. Returns how many were not.
    """
    if not rows:
        return 0
    used = bulk.given(
        conn, "used",
        pool=(Text(), [one.pool for one in rows]),
        folded=(Text(), [one.folded for one in rows]),
        at_us=(BigInteger(), [one.redeemed_us for one in rows]),
        order_id=(Text(), [one.order_id for one in rows]),
        revenue=(BigInteger(), [one.revenue for one in rows]),
        currency=(Text(), [one.currency for one in rows]),
    )  # fmt: skip
    same = and_(coupons.c.pool == used.c.pool, coupons.c.folded == used.c.folded)
    return conn.execute(
        update(coupons)
        .where(same, coupons.c.redeemed_us == 0)
        .values(
            redeemed_us=used.c.at_us,
            order_id=used.c.order_id,
            revenue=used.c.revenue,
            currency=used.c.currency,
        )
    ).rowcount


def pool(conn: Connection, name: str, now_us: int) -> Pool:
    """How a pool stands: free are those that still work."""
    c = coupons.c
    works = or_(c.works_until_us == 0, c.works_until_us > now_us)
    query = select(
        func.count(),
        func.coalesce(func.sum(case((and_(_UNUSED, works), 1), else_=0)), 0),
        func.coalesce(func.sum(case((c.pid.is_not(None), 1), else_=0)), 0),
        func.coalesce(func.sum(case((c.redeemed_us > 0, 1), else_=0)), 0),
    ).where(c.pool == name)
    ((codes, unused, given, redeemed),) = bulk.fetch(conn, query)
    return Pool(codes, int(unused), int(given), int(redeemed))


def by_run(conn: Connection, name: str) -> list[tuple[int, int, int]]:
    """(run, given, redeemed) of a pool, by run; 0: given by no campaign."""
    c = coupons.c
    query = (
        select(c.run, func.count(), func.sum(case((c.redeemed_us > 0, 1), else_=0)))
        .where(c.pool == name, c.pid.is_not(None))
        .group_by(c.run)
        .order_by(c.run)
    )
    return [(run, given, int(used)) for run, given, used in bulk.fetch(conn, query)]


def revenue(conn: Connection, name: str) -> list[tuple[int, str, int, int]]:
    """(run, currency, orders, revenue in minor units) of what was redeemed with a sum."""
    c = coupons.c
    query = (
        select(c.run, c.currency, func.count(), func.sum(c.revenue))
        .where(c.pool == name, c.redeemed_us > 0, c.revenue.is_not(None))
        .group_by(c.run, c.currency)
        .order_by(c.run, c.currency)
    )
    return [(run, currency, n, int(sum_)) for run, currency, n, sum_ in bulk.fetch(conn, query)]


def of_people(conn: Connection, pids: Any) -> list[Coupon]:
    """Every code that these people were given, by pool and code."""
    return sorted(
        Coupon(*row) for row in bulk.rows_where_in(conn, select(*_COLUMNS), coupons.c.pid, pids)
    )


def listed(conn: Connection, name: str, *, rows_max: int = 100_000) -> list[Coupon]:
    """The codes of a pool in the order in which they are given."""
    query = select(*_COLUMNS).where(coupons.c.pool == name).order_by(coupons.c.seq)
    return [Coupon(*row) for row in bulk.fetch(conn, query.limit(rows_max))]


def hand(
    conn: Connection, name: str, one: Free, pid: int, *, expires_us: int, now_us: int
) -> bool:
    """Give a code to one person outside of any message; False where it is no longer free."""
    wanted = (coupons.c.pool == name, coupons.c.folded == one.folded, coupons.c.pid.is_(None))
    given = {"pid": pid, "given_us": now_us, "expires_us": expires_us, "kept": 1}
    return conn.execute(update(coupons).where(*wanted).values(**given)).rowcount == 1


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """Merged people keep their codes."""
    pair = bulk.given(conn, "pair", pid=(BigInteger(), losers), to=(BigInteger(), winners))
    conn.execute(update(coupons).where(coupons.c.pid == pair.c.pid).values(pid=pair.c.to))


def replace_people(conn: Connection, pids: Sequence[int], token: int) -> int:
    """Put a number in the place of erased people: their codes are never given again."""
    return conn.execute(
        update(coupons).where(coupons.c.pid.in_(list(pids))).values(pid=token, order_id="")
    ).rowcount

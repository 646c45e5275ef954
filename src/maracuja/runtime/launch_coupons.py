"""The coupon codes of a run: looked up for a chunk of people, claimed when the chunk is committed.

Looking up writes nothing, so a rehearsal sees the same; whoever is not sent to uses none up.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl
from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.coupons import CODE, EXPIRES, CouponPool, end_of
from maracuja.campaigns.facts import RunFacts
from maracuja.model import micros, moment
from maracuja.runtime.launch_chunk import FOLDED, UNTIL, Decided
from maracuja.runtime.launch_ground import Ground
from maracuja.store import coupons
from maracuja.store.coupons import Coupon, Free
from maracuja.store.engine import Store
from maracuja.templates.needs import needs


def run_coupons(ground: Ground, facts: RunFacts) -> RunCoupons | None:
    """The codes of a run; None where its campaign gives none."""
    if facts.coupons is None:
        return None
    return RunCoupons(ground.store, facts, facts.coupons, ground.zone)


class RunCoupons:
    """The codes that a run's chunks are written with.

    One thread looks up and another commits: what is looked up and not committed yet is kept here,
    so that no two people read the same code.
    """

    def __init__(self, store: Store, facts: RunFacts, pool: CouponPool, zone: str) -> None:
        self._store = store
        self._pool = pool
        self._zone = zone
        self._until_us = facts.expires_us
        self._pending: dict[str, int] = {}  # folded -> pid
        self.arms = [
            arm.variant
            for arm in facts.arms
            if any(
                n.path.startswith("coupon.") for n in needs(facts.templates[arm.template]).paths
            )
        ]

    def offer(self, people: pl.DataFrame, would: pl.Series, now: datetime) -> pl.DataFrame:
        """The people (sorted by pid) with `coupon.code` and `coupon.expires`, null for no code.

        `would` (Boolean, shape (n,)) says who is sent to if the text can be written: of them those
        whose arm shows a code get one. All others, ghosts too, read one that is none, as long as
        the pool would have had one for them.
        """
        pending = dict(self._pending)  # before looking: what is committed meanwhile is in both
        takes = would & people["variant"].is_in(self.arms)
        takers = people["pid"].filter(takes).to_list()
        with self._store.read() as conn:
            mine = coupons.held(conn, self._pool.id, takers, until_us=self._until_us)
            wanted = len(takers) - len(mine)
            found = coupons.free(
                conn,
                self._pool.id,
                wanted + 1 + len(pending),
                until_us=self._until_us,
                now_us=micros(now),
            )
        mine = {pid: one for pid, one in mine.items() if pending.get(one.folded, pid) == pid}
        free = [one for one in found if one.folded not in pending][: wanted + 1]
        return self._laid_out(people, takes, mine, free, now)

    def _laid_out(
        self,
        people: pl.DataFrame,
        takes: pl.Series,
        mine: Mapping[int, Coupon],
        free: list[Free],
        now: datetime,
    ) -> pl.DataFrame:
        """Codes for those who take one, by pid; the rest see whether there would be one."""
        day = now.astimezone(zones.zone(self._zone)).date()
        last = self._pool.last_day(day)
        end = end_of(last, self._zone)
        new = takes & ~people["pid"].is_in(list(mine))
        order = new.cast(pl.Int64).cum_sum()
        owners = dict(zip(people["pid"].filter(new).to_list(), free, strict=False))
        rows: dict[int, tuple[str, str, int]] = {
            pid: (one.code, one.folded, one.expires_us) for pid, one in mine.items()
        }
        for pid, code in owners.items():
            ends = [micros(end)] if end is not None else []
            ends += [code.works_until_us] if code.works_until_us else []
            rows[pid] = (code.code, code.folded, min(ends, default=0))
        given = pl.DataFrame(
            [(pid, *row, self._day(row[2])) for pid, row in sorted(rows.items())],
            schema={"pid": pl.Int64, CODE: pl.String, FOLDED: pl.String, UNTIL: pl.Int64,
                    EXPIRES: pl.Date},
            orient="row",
        )  # fmt: skip
        would_have = ~takes & (order < len(free))
        stand_in = pl.when(would_have).then(pl.lit(self._stand_in(free)))
        found = people.drop(CODE, EXPIRES, strict=False)
        return found.join(given, on="pid", how="left", maintain_order="left").with_columns(
            pl.coalesce(CODE, stand_in).alias(CODE),
            pl.coalesce(EXPIRES, pl.when(would_have).then(pl.lit(last, pl.Date))).alias(EXPIRES),
        )

    def again(self, conn: Connection, people: pl.DataFrame, run: int) -> pl.DataFrame:
        """People whose texts are written once more, with the codes that they were given."""
        given = coupons.of_run(conn, run, people["pid"].to_list())
        kept = {pid: one for pid, one in given.items() if one.pool == self._pool.id}
        codes = [kept[pid].code if pid in kept else None for pid in people["pid"]]
        ends = [self._day(kept[pid].expires_us) if pid in kept else None for pid in people["pid"]]
        return people.with_columns(
            pl.Series(CODE, codes, dtype=pl.String), pl.Series(EXPIRES, ends, dtype=pl.Date)
        )

    def keep(self, claimed: pl.DataFrame) -> None:
        """These are in texts that are about to be committed (CLAIMED)."""
        self._pending |= dict(zip(claimed[FOLDED], claimed["pid"], strict=True))

    def claim(
        self, conn: Connection, decided: Decided, run: int, chunk: int, now: datetime
    ) -> bool:
        """Give the codes for good, in the chunk's transaction.

        False, and nothing was given, where somebody else has one of them since.
        """
        rows = decided.coupons.join(decided.bodies.select("pid", "n"), on="pid", how="inner")
        return coupons.claim(
            conn,
            self._pool.id,
            folded=rows[FOLDED].to_list(),
            pid=rows["pid"].to_list(),
            n=rows["n"].to_list(),
            expires_us=rows[UNTIL].to_list(),
            run=run,
            chunk=chunk,
            now_us=micros(now),
        )

    def forget(self) -> None:
        """What was looked up and does not count is decided again."""
        self._pending.clear()

    def committed(self, decided: Decided) -> None:
        """Their chunk counts: the database knows whose they are."""
        for one in decided.coupons[FOLDED]:
            self._pending.pop(one, None)

    def _day(self, until_us: int) -> Any:
        """The last day on which a code works that ends at a moment; None for no end."""
        if not until_us:
            return None
        return (moment(until_us) - timedelta(seconds=1)).astimezone(zones.zone(self._zone)).date()

    def _stand_in(self, free: list[Free]) -> str:
        """A text as long as a code, which is none."""
        return "X" * len(free[0].code) if free else self._pool.pattern

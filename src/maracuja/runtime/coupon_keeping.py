"""Coupons come back whose message never went out, and somebody is told of pools that run dry."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from maracuja.model import micros
from maracuja.runtime.coupon_work import pools
from maracuja.store import audit, coupons, meta
from maracuja.store.engine import Store

LOOK_EVERY: Final = timedelta(minutes=1)
_log = logging.getLogger("maracuja.coupons")


class CouponKeeping:
    """A chore of the worker: looks once a minute."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._look = datetime.min.replace(tzinfo=UTC)

    def __call__(self, now: datetime) -> datetime | None:
        """Take back what was not sent, and tell of pools that are low; when to come again."""
        with self._store.read() as conn:
            waits = coupons.open_ones(conn)
            known = pools(conn)
        if not known:
            return None
        if now >= self._look:
            self._look = now + LOOK_EVERY
            if waits:
                with self._store.write() as conn:
                    coupons.settle(conn)
            self._warn(now)
        return self._look if waits else None

    def _warn(self, now: datetime) -> None:
        """Say once that a pool is low, and again after it was filled and has run low again."""
        with self._store.read() as conn:
            at = micros(now)
            left = {
                pool.id: len(coupons.free(conn, pool.id, pool.low + 1, until_us=at, now_us=at))
                for pool in pools(conn)
            }
            low = sorted(pool.id for pool in pools(conn) if left[pool.id] <= pool.low)
            told = (meta.get(conn, "coupons low") or "").split()
        if low == told:
            return
        with self._store.write() as conn:
            meta.put(conn, "coupons low", " ".join(low))
            for name in set(low) - set(told):
                subject, words = f"coupons:{name}", f"{left[name]} codes are left"
                audit.add(conn, micros(now), audit.WORKER, "coupons_low", subject, words)
                _log.warning("The pool of coupons %s is low: %d codes are left.", name, left[name])

"""Bonuses end by themselves: the balance that people's profiles show follows."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from maracuja.model import micros, moment
from maracuja.runtime.bonus_work import show_balances
from maracuja.store import bonus, watermarks
from maracuja.store.bulk import slices
from maracuja.store.engine import Store

MARK: Final = "bonus ended"
AT_ONCE: Final = 10_000


class BonusKeeping:
    """A chore of the worker: looks when the next bonus ends."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __call__(self, now: datetime) -> datetime | None:
        """Show the balances of those whose bonus has ended; when the next one does."""
        now_us = micros(now)
        with self._store.read() as conn:
            mark = watermarks.get(conn, MARK)
            following = bonus.next_end(conn, mark)
            ended = bonus.ending(conn, mark, now_us)
        if following is None or following > now_us:
            return None if following is None else moment(following)
        for some in slices(ended, AT_ONCE):
            with self._store.write() as conn:
                show_balances(conn, some, now)
        with self._store.write() as conn:
            watermarks.put(conn, MARK, now_us)
        return now

"""Ends a batch that is going out when something has changed since the last look.

It only says so: what was not begun by then goes back to the outbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from maracuja.clock import monotonic_s
from maracuja.store import counters, health, outbox, posted
from maracuja.store.engine import Store

CLAIM_S: Final = 1.0  # how long a claim is good for; the rest goes back
LOOK_S: Final = 0.05  # how often a pause is looked for while a batch is going out
FIRST: Final = 8  # questions of a watch that are not answered by the time alone


class Watch:
    """Says when a batch must stop: a pause, a stop, a word about consent, or its time is over.

    `mark` is the feed's number at the last look: whoever opts out moves it. A batch that gives way
    also ends for a message that was asked for by itself, such as a code for signing in.
    """

    def __init__(
        self,
        store: Store,
        channel: str,
        runs: Iterable[int],
        stopping: Callable[[], bool],
        mark: int,
        *,
        gives_way: bool = False,
    ) -> None:
        self._store = store
        self._names = {health.EVERY_CHANNEL, channel}
        self._runs = set(runs)
        self._stopping = stopping
        self._mark = mark
        self._gives_way = gives_way
        self._since = self._looked = monotonic_s()
        self._asked = 0
        self._over = False

    def __call__(self) -> bool:
        """Whether nothing more may be begun; once True, always."""
        self._asked += 1
        now_s = monotonic_s()
        if not self._over:
            # The first ones always go, so that a slow machine gets on at all.
            late = now_s - self._since > CLAIM_S and self._asked > FIRST
            self._over = late or self._stopping()
        if not self._over and now_s - self._looked > LOOK_S:
            self._looked = now_s
            self._over = self._changed()
        return self._over

    def _changed(self) -> bool:
        with self._store.read() as conn:
            return bool(
                counters.last(conn, "feed") != self._mark
                or self._names & health.paused(conn)
                or self._runs & set(outbox.paused_runs(conn))
                or (self._gives_way and posted.waiting(conn))
            )

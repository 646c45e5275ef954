"""What the messages of a campaign on one channel would cost, by texts as they would be sent.

It counts what the gates say and writes to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Final

import polars as pl

from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME
from maracuja.config import Config
from maracuja.decisions.reasons import Outcome
from maracuja.runtime.launch_cascade import ONE_PART, account_at
from maracuja.runtime.launch_chunk import Decided
from maracuja.runtime.rehearsed_texts import Words, some_of, words_of

_COMING: Final = [Outcome.SEND.value, Outcome.WAIT.value]


@dataclass(frozen=True)
class CostPlanned:
    """What a channel's messages cost; money in the shop's currency.

    `people` get `messages` at most: whoever waits counts as if they got theirs. `parts` are those
    of a message on average and `each` its mean price, by the `read` texts that were written.
    Where vendors are `paid` for each but the settings name no price, `each`, `total` are None.
    """

    channel: str
    paid: bool
    people: int
    messages: int
    parts: float
    each: float | None
    total: float | None
    read: int


class CostCount:
    """Sums over the chunks of a rehearsal on one channel."""

    def __init__(self, config: Config, channel: str) -> None:
        self._config = config
        self._channel = channel
        self._paid = BY_NAME[channel].paid
        self._people: list[pl.Series] = []
        self._words: list[Words] = []

    def add(self, facts: RunFacts, decided: Decided, now: datetime) -> None:
        """One chunk more: who is sent to, or may be later."""
        rows = decided.decisions
        coming = rows.filter(pl.col("outcome").is_in(_COMING), pl.col("held") == "")
        self._people.append(coming["pid"])
        self.read(facts, decided, now)

    def read(self, facts: RunFacts, decided: Decided, now: datetime) -> None:
        """Some of the texts that were written."""
        if self._paid:
            rows = some_of(decided.bodies)
            self._words += words_of(self._config, facts, rows, decided.skeletons, now)

    def planned(self) -> CostPlanned:
        """What it comes to."""
        pids = pl.concat([pl.Series(dtype=pl.Int64), *self._people])
        account = account_at(self._config, self._channel)
        words = self._words or [Words(ONE_PART, "")]
        each = fmean(account.price(*one) for one in words) if account else 0.0
        known = each > 0 or not self._paid
        return CostPlanned(
            channel=self._channel,
            paid=self._paid,
            people=pids.n_unique(),
            messages=len(pids),
            parts=fmean(account.pieces(*one) for one in words) if account else 1.0,
            each=each if known else None,
            total=each * len(pids) if known else None,
            read=len(self._words),
        )

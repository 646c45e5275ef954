"""Two letters that the simulated shop tries on a few of its people, and who looks in by them.

Only the simulator knows that one of them brings three times as many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from maracuja import rng
from maracuja.simulate.sink import Received
from maracuja.simulate.visits import at_moments, requests, visit_calls

CAMPAIGN: Final = "letters"
LOOKS: Final = {"Новинки магазина": 0.06, "Как выбрать и не пожалеть": 0.18}
"""The share of readers who come to look, beside those who come anyway, by subject."""


@dataclass
class Letters:
    """The people of the shop, as readers of letters."""

    seed: int
    people: pl.DataFrame
    goods: pl.DataFrame

    def answers(self, received: Sequence[Received], now: datetime) -> list[tuple[datetime, bytes]]:
        """The calls of those who look in on the day after `now`, because of what has come."""
        chances = {one.to: LOOKS[one.subject] for one in received if one.subject in LOOKS}
        if not chances:
            return []
        share = self.people["email"].replace_strict(chances, default=0.0)
        label = f"letters {now:%Y-%m-%d}"
        luck = rng.stream(self.seed, label).random(self.people.height)
        rows = np.flatnonzero(luck < share.to_numpy())
        visits = at_moments(
            self.seed, label, self.people, rows, now.date(), 1, ordered=False
        ).filter(pl.col("ts") > now.replace(tzinfo=None))
        return requests(visit_calls(self.seed, label, visits, self.people, self.goods))

"""What a voice that keeps marketing back is asked, and how it answers; see `withholding`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts

Pids = npt.NDArray[np.int64]

COLUMNS: Final = {"pid": pl.Int64, "withheld": pl.String, "withheld_until_us": pl.Int64}


class Asked(NamedTuple):
    """The marketing message that it is about."""

    topic: str
    channels: Sequence[str]
    now: datetime
    facts: RunFacts | None = None  # of the campaign, where it is one


Voice = Callable[[Connection, Pids, Asked], pl.DataFrame]
"""Those of the (canonical) pids who are not to be written to: COLUMNS, at most one row each.

`withheld` is reasons.stored; `withheld_until_us` is null where there is no end in sight.
"""

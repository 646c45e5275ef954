"""What keeps marketing from a person beside consent: each voice says whom it is about, and why.

A voice is a function in a file of its own, named once in VOICES. It is asked when a launch decides
and once more before the sending, so what is said in between counts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

Pids = npt.NDArray[np.int64]

COLUMNS: Final = {"pid": pl.Int64, "withheld": pl.String, "withheld_until_us": pl.Int64}


class Asked(NamedTuple):
    """The marketing message that it is about."""

    topic: str
    channels: Sequence[str]
    now: datetime


Voice = Callable[[Connection, Pids, Asked], pl.DataFrame]
"""Those of the (canonical) pids who are not to be written to: COLUMNS, at most one row each.

`withheld` is reasons.stored; `withheld_until_us` is null where there is no end in sight.
"""

VOICES: Final[tuple[Voice, ...]] = ()
"""In the order in which they are believed."""


def withheld(conn: Connection, pids: Pids, asked: Asked) -> pl.DataFrame:
    """What the first voice that objects says of each person, as COLUMNS."""
    return first_said([voice(conn, pids, asked) for voice in VOICES])


def first_said(said: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The first row of each person, in the order of the frames."""
    frames = [pl.DataFrame(schema=COLUMNS), *said]
    return pl.concat(frames).unique(subset="pid", keep="first", maintain_order=True)

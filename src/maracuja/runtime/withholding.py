"""What keeps marketing from a person beside consent: each voice says whom it is about, and why.

A voice is a function in a file of its own, named once in VOICES. It is asked when a launch decides
and once more before the sending, so what is said in between counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.runtime.holding import held
from maracuja.runtime.law_voice import asked_by_law
from maracuja.runtime.silencing import not_about
from maracuja.runtime.voice import COLUMNS, Asked, Pids, Voice
from maracuja.runtime.wishing import wished

VOICES: Final[tuple[Voice, ...]] = (asked_by_law, not_about, held, wished)
"""In the order in which they are believed."""


def withheld(conn: Connection, pids: Pids, asked: Asked) -> pl.DataFrame:
    """What the first voice that objects says of each person, as COLUMNS."""
    return first_said([voice(conn, pids, asked) for voice in VOICES])


def first_said(said: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The first row of each person, in the order of the frames."""
    frames = [pl.DataFrame(schema=COLUMNS), *said]
    return pl.concat(frames).unique(subset="pid", keep="first", maintain_order=True)

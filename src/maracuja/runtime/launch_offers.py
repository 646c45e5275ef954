"""What the shop offers each person of a chunk, as columns: the nearest outlet, the bonus balance.

It is asked only where a text reads it; it never changes anything.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.model import TraitType
from maracuja.runtime import bonus_work, outlet_work
from maracuja.templates.offered import BONUS, OUTLET, lacking

WHERE: Final = ("person.latitude", "person.longitude", "person.city")
"""What says where a person is."""


def asked_too(reads: Collection[str], types: Mapping[str, TraitType]) -> list[str]:
    """The traits that are read for what is offered, beside those that the texts show."""
    near = any(name.startswith("outlet.") for name in reads)
    return [name for name in WHERE if near and name.removeprefix("person.") in types]


def offered(
    conn: Connection, people: pl.DataFrame, reads: Sequence[str], now: datetime, zone: str
) -> pl.DataFrame:
    """The people with the columns of templates.offered that are read; empty where nothing is.

    `people` has `pid` and the traits of `asked_too`; `zone` is the shop's.
    """
    if any(name in OUTLET for name in reads):
        people = outlet_work.columns(conn, people, now, zone)
    if any(name in BONUS for name in reads):
        people = bonus_work.columns(conn, people, now, zone)
    return lacking(people, list(reads))

"""What people want to hear nothing about: campaigns leave them out, and its products are gone.

It must never be asked about service messages.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.categories import CHARS_MAX, is_below
from maracuja.decisions.reasons import Reason, stored
from maracuja.errors import BadInput, NotFound
from maracuja.model import micros
from maracuja.runtime.voice import COLUMNS, Asked, Pids
from maracuja.store import audit, people, silenced
from maracuja.store.silenced import Silenced

COLUMN: Final = "silenced"


def not_about(conn: Connection, pids: Pids, asked: Asked) -> pl.DataFrame:
    """The voice of `withholding`: who wants nothing about the category of the campaign."""
    category = asked.facts.campaign.category if asked.facts else ""
    if not category:
        return pl.DataFrame(schema=COLUMNS)
    told = silenced.about(conn, pids)
    above = {one for one in {word.category for word in told} if is_below(category, one)}
    found = {word.pid: word.category for word in told if word.category in above}
    return pl.DataFrame(
        [(pid, stored(Reason.NOT_ABOUT_THIS, said), None) for pid, said in sorted(found.items())],
        schema=COLUMNS,
        orient="row",
    )


def silenced_of(conn: Connection, pids: Pids) -> pl.DataFrame:
    """`pid` and `silenced`: the categories that each of these people has silenced, sorted."""
    rows = [(one.pid, one.category) for one in silenced.about(conn, pids)]
    frame = pl.DataFrame(rows, schema={"pid": pl.Int64, COLUMN: pl.String}, orient="row")
    return frame.sort("pid", COLUMN).group_by("pid", maintain_order=True).agg(COLUMN)


def offered(products: pl.DataFrame, categories: list[str]) -> pl.DataFrame:
    """The catalogue without what lies in these categories."""
    known = products["category"].unique().to_list()
    gone = [one for one in known if one and any(is_below(one, above) for above in categories)]
    return products.filter(~pl.col("category").is_in(gone).fill_null(value=False))


def silence(
    conn: Connection,
    pid: int,
    category: str,
    *,
    source: str,
    actor: str,
    now: datetime,
    message: bytes = b"",
) -> None:
    """Write to a person nothing more about a category. Raises NotFound, BadInput."""
    own = people.get(conn, pid).pid
    name = category.strip()
    if not name or len(name) > CHARS_MAX or not name.isprintable():
        raise BadInput(f"A category has 1 to {CHARS_MAX} letters.", where="category")
    now_us = micros(now)
    silenced.put(conn, Silenced(own, name, now_us, source, message))
    detail = {"category": name, "source": source, "message": message.hex()}
    audit.add(conn, now_us, actor, "silenced", f"person:{own}", detail)


def lift(conn: Connection, pid: int, category: str, *, actor: str, now: datetime) -> None:
    """Let a person hear about a category again. Raises NotFound."""
    own = people.get(conn, pid).pid
    if not silenced.lift(conn, own, category):
        raise NotFound(f"Person {own} has not silenced `{category}`.", where="category")
    audit.add(conn, micros(now), actor, "unsilenced", f"person:{own}", {"category": category})

"""The words of messages that a launch would send, links as long as they will be.

They are read for their length and price; none of them is ever sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

import polars as pl

from maracuja.campaigns.facts import RunFacts
from maracuja.config import Config
from maracuja.links.making import LinkMaker
from maracuja.links.tokens import KeyRing
from maracuja.runtime.delivery_texts import LINKS, PARTS, Body, make_message
from maracuja.templates.compiled import splice

READ_MAX: Final = 300  # texts that are read, of each channel and chunk
_RING: Final = KeyRing([bytes(32)])  # signs addresses of the right length, which lead nowhere


class Words(NamedTuple):
    """What one person would read, and its language."""

    text: str
    language: str


def some_of(rows: pl.DataFrame) -> pl.DataFrame:
    """At most READ_MAX of the rows, from all of them."""
    return rows[:: -(-rows.height // READ_MAX)] if rows.height else rows


def words_of(
    config: Config,
    facts: RunFacts,
    rows: pl.DataFrame,
    skeletons: Mapping[str, Any],
    now: datetime,
) -> list[Words]:
    """The words of each row: pid, variant, template (its skeleton's key), language, s0..sk."""
    links = LinkMaker(config.public_url, _RING)
    found = []
    for row in rows.iter_rows(named=True):
        body = _body(row, skeletons[row["template"]])
        message = make_message(body, facts, links, pid=body.pid, run=1, now=now)
        found.append(Words(message.content.text, body.language))
    return found


def _body(row: Mapping[str, Any], skeleton: Mapping[str, Any]) -> Body:
    """A rendered row as delivery takes it."""
    slots = {name: text or "" for name, text in row.items() if name[:1] == "s"}
    return Body(
        n=0,
        pid=row["pid"],
        message=bytes(16),
        variant=row["variant"],
        language=row["language"],
        address="",
        template=row["template"],
        content=splice(skeleton[PARTS], slots),
        links={int(n): url for n, url in skeleton[LINKS].items()},
    )

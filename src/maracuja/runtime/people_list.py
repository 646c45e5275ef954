"""The list of people: searched, filtered by the language of segments, in order, part by part.

Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.errors import BadInput
from maracuja.lake.gathering import inside, mask_of
from maracuja.model import moment
from maracuja.runtime import audience, people_view
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.people_columns import SOUGHT
from maracuja.runtime.people_kept import KeptPeople, opened_kept
from maracuja.segments.comparing import When
from maracuja.segments.definition import Condition
from maracuja.store import people, traits

Pids = npt.NDArray[np.int64]
Key = int | float | str | None

WORDS_MAX: Final = 8
_KEY: Final = "key"
_BARE: Final = str.maketrans("", "", " ()-.+/")


class Place(NamedTuple):
    """After whom a part of the list begins: what they are ordered by, and their number."""

    key: Key
    pid: int


@dataclass(frozen=True)
class ListAsked:
    """What is asked for. `where`: conditions of a segment; `among`: of these people alone.

    `order`: created, name or traits.<name>; with a minus before it, from the end. Who has no such
    value comes last.
    """

    words: str = ""
    where: Sequence[Condition] = ()
    created_since: datetime | None = None
    created_until: datetime | None = None
    order: str = "-created"
    columns: Sequence[str] = ()
    among: Pids | None = None


@dataclass(frozen=True)
class PersonListed:
    """A person in the list; `traits` holds those of the columns asked for that are known."""

    pid: int
    name: str
    email: str
    phone: str
    language: str
    created: datetime
    traits: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PeopleListed:
    """A part of the list, each with their place, and how many there are in all its parts."""

    people: list[PersonListed]
    places: dict[int, Place]
    total: int


def listed(
    ground: Ground, asked: ListAsked, now: datetime, *, behind: Place | None, rows_max: int
) -> PeopleListed:
    """The people that fit, at most `rows_max`, who follow `behind`.

    Raises SegmentError for conditions that do not suit the data, BadInput for an order that is
    none.
    """
    column, descending = _ordered(asked.order)
    with ground.store.read() as conn:
        kept = KeptPeople(conn, ground, now)
        frame = kept.frame(list(dict.fromkeys([column, *([SOUGHT] if asked.words else [])])))
        frame = _found(conn, ground, frame, asked, now)
        frame = frame.select("pid", _key(frame, column))
        total = frame.height
        if behind is not None:
            frame = frame.filter(_follows(frame, behind, descending=descending))
        places = [Place(key, pid) for pid, key in _first(frame, rows_max, descending=descending)]
        shown = rows(conn, [place.pid for place in places], asked.columns)
    return PeopleListed(shown, {place.pid: place for place in places}, total)


def rows(conn: Connection, pids: Sequence[int], columns: Sequence[str]) -> list[PersonListed]:
    """These people as the list shows them, in this order; who is no longer there is left out."""
    found = people.select_people(conn, pids)
    by_pid = {
        pid: _row(pid, created_us, traits.decode(doc), columns)
        for pid, created_us, doc in zip(found.pid, found.created_us, found.doc, strict=True)
    }
    return [by_pid[pid] for pid in pids if pid in by_pid]


def _row(
    pid: int, created_us: int, document: traits.Document, columns: Sequence[str]
) -> PersonListed:
    brief = people_view.brief(pid, document)
    known = {name: document.traits[name].value for name in columns if name in document.traits}
    return PersonListed(
        pid=pid,
        name=brief.name,
        email=brief.email,
        phone=document.addresses.get("phone", ""),
        language=brief.language,
        created=moment(created_us),
        traits=known,
    )


# ---------------------------------------------------------------- who


def _found(
    conn: Connection, ground: Ground, frame: pl.DataFrame, asked: ListAsked, now: datetime
) -> pl.DataFrame:
    """The rows of the frame that fit what is asked."""
    if asked.words:
        by_name = people_view.matches(conn, asked.words, ground.config.shop.country)
        frame = frame.filter(_holding(asked.words) | pl.col("pid").is_in(by_name))
    created = pl.col("created")
    if asked.created_since is not None:
        frame = frame.filter(created >= _naive(asked.created_since))
    if asked.created_until is not None:
        frame = frame.filter(created < _naive(asked.created_until))
    if asked.among is not None:
        frame = frame.filter(pl.Series(np.isin(frame["pid"].to_numpy(), asked.among)))
    if asked.where:
        with opened_kept(conn, ground, asked.where, now) as sources:
            chosen = audience.evaluate(asked.where, sources, When(now, ground.zone)).pids
        frame = frame.filter(inside(mask_of(chosen), frame["pid"].to_numpy()))
    return frame


def _holding(words: str) -> pl.Expr:
    """Whether each of the words is in a name, an e-mail or a phone number."""
    bare = words.translate(_BARE)
    digits = bare.isascii() and bare.isdigit() and len(bare) > 2
    asked = [bare] if digits else words.lower().split()[:WORDS_MAX]
    return pl.all_horizontal(
        pl.col(SOUGHT).str.contains(word, literal=True).fill_null(value=False) for word in asked
    )


# ---------------------------------------------------------------- in order


def _ordered(order: str) -> tuple[str, bool]:
    """The column of an order, and whether it goes from the end."""
    name = order.removeprefix("-")
    columns: Mapping[str, str] = {"created": "created", "name": SOUGHT}
    if name not in columns and not name.startswith("traits."):
        raise BadInput(
            f"Nothing is ordered by `{name}`.",
            where="order",
            fix="Use created, name or traits.<name>, with a minus before it for the other end.",
        )
    return columns.get(name, name), order.startswith("-")


def _key(frame: pl.DataFrame, column: str) -> pl.Expr:
    """What people are ordered by, as a number or text."""
    if column not in frame.columns:
        return pl.lit(None, dtype=pl.String).alias(_KEY)
    dtype = frame.schema[column]
    if isinstance(dtype, pl.List):
        raise BadInput("A list of things has no order.", where="order")
    key = pl.col(column)
    if dtype.is_temporal():
        key = key.to_physical().cast(pl.Int64)
    elif dtype == pl.Boolean:
        key = key.cast(pl.Int64)
    return key.alias(_KEY)


def _follows(frame: pl.DataFrame, behind: Place, *, descending: bool) -> pl.Expr:
    """Who comes after a place."""
    key, pid = pl.col(_KEY), pl.col("pid")
    later = pid < behind.pid if descending else pid > behind.pid
    if behind.key is None:
        return key.is_null() & later
    if (frame.schema[_KEY] == pl.String) is not isinstance(behind.key, str):
        raise BadInput("The cursor is of another order.", where="after", fix="Begin at the top.")
    further = key < behind.key if descending else key > behind.key
    return key.is_null() | further | ((key == behind.key) & later)


def _first(frame: pl.DataFrame, rows_max: int, *, descending: bool) -> list[tuple[int, Key]]:
    """The first people of the order with their keys; those without one come last."""
    known = frame.filter(pl.col(_KEY).is_not_null())
    cut = known.top_k if descending else known.bottom_k
    by = [_KEY, "pid"]
    first = cut(rows_max, by=by).sort(by, descending=descending)
    rest = rows_max - first.height
    if rest > 0:
        others = frame.filter(pl.col(_KEY).is_null())
        last = others.sort("pid", descending=descending).head(rest)
        first = pl.concat([first, last])
    return [(pid, key) for pid, key in first.select("pid", _KEY).iter_rows()]


def _naive(at: datetime) -> datetime:
    return moment(round(at.timestamp() * 1_000_000)).replace(tzinfo=None)

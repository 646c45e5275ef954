"""The law as this workspace holds it now, and what of each person it is asked about.

It reads the state database only, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.decoding import decode_stored
from maracuja.campaigns.law import LAW, LawDeclaration, TraitClass, TraitDeclaration
from maracuja.channels import channel_of
from maracuja.decisions import countries
from maracuja.decisions.lawful import TOLD, Rulebook, confirming, counted, lawful
from maracuja.errors import NotFound
from maracuja.model import ConsentState, Profile, TraitType
from maracuja.store import consents, definitions
from maracuja.store.traits import Document

Pids = npt.NDArray[np.int64]

COUNTRY: Final = "country"
BIRTHDAY: Final = "birthday"
PHONE: Final = "address.phone"
_UNDECLARED: Final = LawDeclaration(advice=False)


class Law:
    """What is asked of the law at a moment: `country` is the shop's, `zone` its time zone."""

    def __init__(self, conn: Connection, country: str, zone: str) -> None:
        self.book: Rulebook = declaration(conn).rulebook(country)
        self.flags: Final = [
            one.name for one in declared(conn).values() if one.class_ is TraitClass.MINOR
        ]
        self._zone = zone

    def asks(self, types: Mapping[str, TraitType]) -> list[str]:
        """The columns of the profile copy that it needs, of the traits that there are."""
        names = [name for name in (COUNTRY, BIRTHDAY, *self.flags) if name in types]
        return [PHONE, *(f"traits.{name}" for name in names)]

    def of(self, found: pl.DataFrame, now: datetime) -> pl.DataFrame:
        """Columns NOTHING of people with the columns of `asks` and `zone`, shape (n, 3)."""
        return lawful(_told(found, self.flags), self.book, now, self._zone)

    def of_documents(self, documents: Sequence[Document | None], now: datetime) -> pl.DataFrame:
        """The same of people as the state database keeps them; None: they are gone."""
        rows = [_row(one or Document(), self.flags) for one in documents]
        told = pl.DataFrame(rows, schema=TOLD, orient="row")
        return lawful(told, self.book, now, self._zone)

    def consent(
        self,
        conn: Connection,
        pids: Pids,
        states: npt.NDArray[np.int8],
        law: pl.Series,
        topic: str,
        channel: str,
    ) -> npt.NDArray[np.int8]:
        """The consents in force as they count by each person's law; SOFT does not count."""
        held = counted(states, law, channel, self.book)
        asked = confirming(law, channel, self.book) & (states == ConsentState.OPTED_IN)
        if not asked.any():
            return held
        there = consents.confirmed(conn, pids[asked], topic, channel_of(channel))
        unproven = asked & ~np.isin(pids, there)
        return np.where(unproven, np.int8(ConsentState.SOFT), held).astype(np.int8)


def is_declared(conn: Connection) -> bool:
    """Whether the shop has declared how it holds the law."""
    return declaration(conn) is not _UNDECLARED


def declaration(conn: Connection) -> LawDeclaration:
    """What the shop declared; where it declared nothing, the laws alone hold."""
    try:
        body = definitions.get(conn, LAW, LAW).body
    except NotFound:
        return _UNDECLARED
    found = decode_stored(body)
    assert isinstance(found, LawDeclaration)
    return found


def declared(conn: Connection) -> dict[str, TraitDeclaration]:
    """The declarations of traits in force, by the trait's name."""
    found = (decode_stored(one.body) for one in definitions.current(conn, "trait"))
    return {one.name: one for one in found if isinstance(one, TraitDeclaration)}


class Told(NamedTuple):
    """What one person told of where and how old they are; `frame` is TOLD of one row."""

    country: str
    frame: pl.DataFrame


def told_of(person: Profile, flags: Sequence[str] = ()) -> Told:
    """What the law asks about, of one person; `country` '' where nothing tells it."""
    row = _row(Document(traits=person.traits, addresses=person.addresses), flags)
    said, phone, zone, *_ = row
    frame = pl.DataFrame([row], schema=TOLD, orient="row")
    return Told(countries.of_person(said, phone, zone, ""), frame)


def _told(found: pl.DataFrame, flags: Sequence[str]) -> pl.DataFrame:
    """The columns TOLD of people of the profile copy."""
    minors = [found[f"traits.{name}"] for name in flags if f"traits.{name}" in found]
    young = [pl.lit(_true(one)) for one in minors]
    born = f"traits.{BIRTHDAY}"
    country = f"traits.{COUNTRY}"
    return found.select(
        country=pl.col(country).cast(pl.String) if country in found else pl.lit(None),
        phone=pl.col(PHONE).cast(pl.String),
        zone=pl.col("zone").cast(pl.String),
        birthday=_dates(found[born]) if born in found else pl.lit(None),
        minor=pl.any_horizontal(young) if young else pl.lit(None),
    ).cast(TOLD)  # type: ignore[arg-type]  # a dict of types is what polars takes


def _dates(column: pl.Series) -> pl.Series:
    """Birthdays as dates, whatever type the trait has; null where they are none."""
    if column.dtype == pl.String:
        return column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    if column.dtype in (pl.Date, pl.Datetime("us")):
        return column.cast(pl.Date)
    return pl.Series([None], dtype=pl.Date).new_from_index(0, column.len())


def _true(column: pl.Series) -> pl.Series:
    """Where a flag is set: true, yes or 1."""
    words = column.cast(pl.String).str.to_lowercase()
    return words.is_in(["true", "yes", "1"]).fill_null(value=False)


def _row(one: Document, flags: Sequence[str]) -> tuple[Any, ...]:
    """A person's document as a row of TOLD."""

    def said(name: str) -> str | None:
        trait = one.traits.get(name)
        return None if trait is None or trait.value is None else str(trait.value)

    minor = any((said(name) or "").lower() in ("true", "yes", "1") for name in flags)
    born = said(BIRTHDAY)
    return (said(COUNTRY), one.addresses.get("phone"), said("timezone"), _date(born), minor)


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None

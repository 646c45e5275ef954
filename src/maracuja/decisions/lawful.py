"""What the law of each person's country says of a moment: its hours, its age; as columns.

It must never loosen anything: the shop's own rules and the person's wishes are further gates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja import zones
from maracuja.decisions import countries
from maracuja.decisions.law import Effective, Kind, LawSet, Own, kind_of, strictest
from maracuja.decisions.law_sets import BY_COUNTRY, BY_ID, STRICT
from maracuja.decisions.quiet import quiet_end
from maracuja.model import ConsentState, Record

TOLD: Final = {
    "country": pl.String(),  # the trait, as it was told
    "phone": pl.String(),  # in E.164
    "zone": pl.String(),  # IANA name
    "birthday": pl.Date(),
    "minor": pl.Boolean(),  # a declared flag says so
}
"""What is asked of each person; nulls where it is not known."""

NOTHING: Final = {"law": pl.String(), "law_until_us": pl.Int64(), "under_age": pl.Boolean()}


class Rulebook(Record, frozen=True):
    """The laws as this shop holds them: `country` is its own, `laws` say otherwise for some.

    `laws` maps ISO codes to ids of rule sets.
    """

    country: str = ""
    own: Own = Own()
    laws: Mapping[str, str] = {}

    def law_of(self, country: str) -> LawSet:
        """The rule set of a country; '' is the shop's own."""
        code = (country or self.country).upper()
        return BY_ID[self.laws.get(code, BY_COUNTRY.get(code, STRICT))]

    def effective(self, law: str) -> Effective:
        """What holds for people of that rule set here."""
        return strictest(BY_ID[law], self.own)

    def every(self) -> Mapping[str, Effective]:
        """The same for all rule sets, by id."""
        return {law: self.effective(law) for law in BY_ID}


def laws_of(people: pl.DataFrame, book: Rulebook) -> pl.Series:
    """The id of the rule set of each person, shape (n,); `people` has `country`, `phone`, `zone`.

    By their own word, else by their telephone, else by their zone, else by the shop's country.
    """
    told = zip(people["country"], people["phone"], people["zone"], strict=True)
    found = (book.law_of(countries.of_person(*one, book.country)).id for one in told)
    return pl.Series("law", found, dtype=pl.String)


def lawful(people: pl.DataFrame, book: Rulebook, now: datetime, zone: str) -> pl.DataFrame:
    """Columns NOTHING: each person's law, until when it is closed, whether they are too young.

    `people` has TOLD, shape (n, 5); `zone` is the shop's. Null: open now; the age is not known.
    """
    told = people.select("country", "zone", phone=pl.col("phone").str.slice(0, countries.PREFIX))
    places = told.unique()
    law = laws_of(places, book)
    found = {one: book.effective(one) for one in law.unique().to_list()}
    places = places.with_columns(law, _closed(law, places["zone"], found, now, zone))
    there = told.join(
        places, on=told.columns, how="left", nulls_equal=True, maintain_order="left"
    ).select("law", "law_until_us")
    return there.with_columns(_young(there["law"], people, found, now, zone))


def _closed(
    law: pl.Series,
    zone_names: pl.Series,
    found: Mapping[str, Effective],
    now: datetime,
    zone: str,
) -> pl.Series:
    """When the law lets a message arrive again; null where it does now."""
    ends = [
        [quiet_end(hours, name, now, zone) for hours in found[one].quiet]
        for one, name in zip(law, zone_names, strict=True)
    ]
    last = [max((end for end in some if end is not None), default=None) for some in ends]
    return pl.Series("law_until_us", last, dtype=pl.Int64)


def _young(
    law: pl.Series,
    people: pl.DataFrame,
    found: Mapping[str, Effective],
    now: datetime,
    zone: str,
) -> pl.Series:
    """Who is known to be under the age of their law, on their own date."""
    flagged = people["minor"].fill_null(value=False)
    born = people["birthday"]
    if born.null_count() == born.len():
        return flagged.alias("under_age")
    today = zones.local_columns(people["zone"], now, zone)["local_date"]
    young = pl.lit(value=False)
    for one, effective in found.items():
        late = born > today.dt.offset_by(f"-{effective.age}y")
        young = pl.when(law == one).then(late.fill_null(value=False)).otherwise(young)
    return pl.select((young | flagged).alias("under_age")).to_series()


def counted(
    states: npt.NDArray[np.int8], law: pl.Series, channel: str, book: Rulebook
) -> npt.NDArray[np.int8]:
    """The consents as they count on a channel: a soft opt-in is one where the law takes it.

    Elsewhere it stays SOFT, and the gates refuse it. Shape (n,), as `law`.
    """
    soft = states == ConsentState.SOFT
    if not soft.any():
        return states
    kind: Kind = kind_of(channel)
    taken = [one for one, effective in book.every().items() if kind in effective.soft]
    allowed = law.is_in(taken).to_numpy()
    return np.where(soft & allowed, np.int8(ConsentState.OPTED_IN), states).astype(np.int8)


def confirming(law: pl.Series, channel: str, book: Rulebook) -> npt.NDArray[np.bool_]:
    """Of whom a confirmed opt-in is asked on a channel; shape (n,)."""
    kind = kind_of(channel)
    asking = [one for one, effective in book.every().items() if kind in effective.double]
    answer: npt.NDArray[np.bool_] = law.is_in(asking).to_numpy()
    return answer

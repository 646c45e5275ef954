"""Rows of a file of people to checked columns: who they are, their traits, their consents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import msgspec
import polars as pl

from maracuja.ingest import addresses
from maracuja.ingest.checks import NOBODY
from maracuja.ingest.columns import is_name
from maracuja.ingest.import_mapping import (
    IDENTITIES,
    ConsentColumns,
    FileMapping,
    consents,
    declared,
    trait_of,
)
from maracuja.ingest.times import parse_times
from maracuja.model import ConsentState, TraitType

LINE: Final = "line"  # the column that holds each row's line number in its file
ID_CHARS_MAX: Final = 256
PLAIN_EMAIL: Final = r"^[a-z0-9]+([._-][a-z0-9]+){0,5}@([a-z0-9]+(-[a-z0-9]+)*\.){1,4}[a-z]{2,20}$"
AGREED: Final = 0.98
SAMPLE: Final = 2000

STATES: Final[dict[str, ConsentState]] = {
    **dict.fromkeys(
        ("in", "yes", "y", "1", "true", "+", "opted_in", "subscribed", "да", "так", "тийм"),
        ConsentState.OPTED_IN,
    ),
    **dict.fromkeys(
        ("out", "no", "n", "0", "false", "-", "opted_out", "unsubscribed", "нет", "ні", "үгүй"),
        ConsentState.OPTED_OUT,
    ),
    "pending": ConsentState.PENDING,
    "soft": ConsentState.SOFT,
}


@dataclass(frozen=True)
class RowRefusal:
    """A row, or one value of it, that was not taken."""

    line: int
    column: str
    value: str
    reason: str
    whole: bool  # the row is gone; else only this value


@dataclass(frozen=True)
class ConsentRows:
    """Consents to one topic on one channel; columns row (number in the chunk), state, at, ..."""

    topic: str
    channel: str
    rows: pl.DataFrame


@dataclass(frozen=True)
class PeopleChunk:
    """`height` people: identities and traits as columns of shape (height,), null where unsaid."""

    lines: pl.Series
    identities: pl.DataFrame
    traits: dict[str, pl.Series]
    declared: frozenset[str]  # the traits that people have said themselves
    types: dict[str, TraitType]
    consents: list[ConsentRows]
    refused: list[RowRefusal] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many people."""
        return self.identities.height


def read_people(
    rows: pl.DataFrame, mapping: FileMapping, known: Mapping[str, TraitType], now: datetime
) -> PeopleChunk:
    """Check a chunk of a file.

    `rows` holds texts in the file's own columns and `line`; `known` the types of traits seen
    before. A value that cannot be right is left out and told; a row without a usable identity is
    refused as a whole. Consents without a source and a date become UNPROVEN.
    """
    refused: list[RowRefusal] = []
    rows = rows.with_columns(
        pl.col(heading).str.strip_chars().replace("", None) for heading in mapping.columns
    )
    found = {
        target: _identity(rows, heading, target, mapping.country, refused)
        for heading, target in mapping.columns.items()
        if target in IDENTITIES
    }
    identities = pl.DataFrame(
        {
            name: found.get(name, pl.Series([None] * rows.height, dtype=pl.String))
            for name in IDENTITIES
        }
    )
    usable = ~identities.select(pl.all_horizontal(pl.all().is_null())).to_series()
    for line in rows.filter(~usable)[LINE]:
        reason = "nothing in this row says who it is about"
        refused.append(RowRefusal(line, "", "", reason, whole=True))
    rows, identities = rows.filter(usable), identities.filter(usable)
    traits, types = _traits(rows, mapping, known, refused)
    return PeopleChunk(
        lines=rows[LINE],
        identities=identities,
        traits=traits,
        declared=declared(mapping),
        types=types,
        consents=[
            _consents(rows, columns, mapping, now, refused) for columns in consents(mapping)
        ],
        refused=refused,
    )


def _identity(
    rows: pl.DataFrame, heading: str, kind: str, country: str, refused: list[RowRefusal]
) -> pl.Series:
    """The column in one spelling; what cannot be right becomes null and is told."""
    texts = rows[heading]
    if kind == "email":
        values, problem = _emails(texts), "this is no e-mail address"
    elif kind == "phone":
        problem = f"this is no telephone number of {country} and none with + and a country's code"
        values = _each(texts, lambda text: addresses.phone(text, country))
    else:
        problem = (
            f"an id has at most {ID_CHARS_MAX} characters, no control characters, and is no word "
            "for nobody, such as null or 0"
        )
        bad = (
            texts.str.len_chars().gt(ID_CHARS_MAX)
            | texts.str.contains(r"[\x00-\x1f\x7f]")
            | texts.str.to_lowercase().is_in(sorted(NOBODY))
        )
        values = texts.zip_with(~bad.fill_null(value=False), pl.Series([None], dtype=pl.String))
    _tell(rows, heading, values.is_null(), problem, refused)
    return values


def _emails(texts: pl.Series) -> pl.Series:
    """`addresses.email` over a column; the plainest spellings need no look one by one."""
    lower = texts.str.to_lowercase()
    plain = lower.str.contains(PLAIN_EMAIL).fill_null(value=False)
    odd = _each(texts.zip_with(~plain, pl.Series([None], dtype=pl.String)), addresses.email)
    return lower.zip_with(plain, odd)


def _each(texts: pl.Series, repair: object) -> pl.Series:
    """A Python function over a column, nulls left alone."""
    assert callable(repair)
    return pl.Series(
        [None if text is None else repair(text) for text in texts.to_list()], dtype=pl.String
    )


def _tell(
    rows: pl.DataFrame, heading: str, missing: pl.Series, reason: str, refused: list[RowRefusal]
) -> None:
    """Note the values that were there and have become null."""
    wrong = rows.select(LINE, heading).filter(missing & rows[heading].is_not_null())
    refused += [RowRefusal(line, heading, v, reason, whole=False) for line, v in wrong.iter_rows()]


def _traits(
    rows: pl.DataFrame,
    mapping: FileMapping,
    known: Mapping[str, TraitType],
    refused: list[RowRefusal],
) -> tuple[dict[str, pl.Series], dict[str, TraitType]]:
    """The trait columns, typed: as known before, else as all their texts agree."""
    traits: dict[str, pl.Series] = {}
    types: dict[str, TraitType] = {}
    for heading, target in mapping.columns.items():
        name = trait_of(target)
        if not name:
            continue
        if not is_name(target):
            _tell(rows, heading, rows[heading].is_not_null(), "a trait needs a name", refused)
            continue
        kind = known.get(name) or infer_text_type(rows[heading])
        values = typed_texts(rows[heading], kind)
        _tell(rows, heading, values.is_null(), f"this is no {kind}, as `{name}` is", refused)
        traits[name], types[name] = values, kind
    return traits, types


def infer_text_type(texts: pl.Series) -> TraitType:
    """The type that the texts of a column agree on; text where they do not.

    A few typing errors (2 %) do not make dates into texts: they are told instead.
    """
    some = texts.drop_nulls()
    if some.is_empty():
        return TraitType.TEXT
    if some.str.contains(r"^-?(0|[1-9]\d{0,14})([.,]\d{1,9})?$").all():
        return TraitType.NUMBER
    if some.str.to_lowercase().is_in(["true", "false"]).all():
        return TraitType.BOOLEAN
    if some.str.starts_with("[").all() and not _lists(some).null_count():
        return TraitType.LIST
    sample = some.head(SAMPLE)
    if _share(_dates(sample)) >= AGREED:
        return TraitType.DATE
    return TraitType.TIME if _share(parse_times(sample)) >= AGREED else TraitType.TEXT


def _share(parsed: pl.Series) -> float:
    """How many of them are something."""
    return 1.0 - parsed.null_count() / parsed.len()


def typed_texts(texts: pl.Series, kind: TraitType) -> pl.Series:
    """Texts as a column of that type, null where one does not fit."""
    if kind is TraitType.NUMBER:
        return texts.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
    if kind is TraitType.BOOLEAN:
        lower = texts.str.to_lowercase()
        return lower.replace_strict(
            {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False},
            default=None,
            return_dtype=pl.Boolean,
        )
    if kind is TraitType.DATE:
        return _dates(texts)
    if kind is TraitType.TIME:
        return parse_times(texts).cast(pl.Datetime("us"))
    if kind is TraitType.LIST:
        return _lists(texts)
    return texts


def _lists(texts: pl.Series) -> pl.Series:
    """Lists of texts: as JSON, which is how an export has them, or parted by semicolons."""
    parted = texts.str.split(";").list.eval(pl.element().str.strip_chars())
    if not texts.str.starts_with("[").any():
        return parted
    lists = [
        _json_list(text) if text is not None and text.startswith("[") else items
        for text, items in zip(texts.to_list(), parted.to_list(), strict=True)
    ]
    return pl.Series(texts.name, lists, dtype=pl.List(pl.String))


def _json_list(text: str) -> list[str] | None:
    try:
        return msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        return None


def _dates(texts: pl.Series) -> pl.Series:
    """2026-11-21, 21.11.2026 and 21/11/2026 as dates."""
    first = texts.str.to_date("%Y-%m-%d", strict=False)
    for pattern in ("%d.%m.%Y", "%d/%m/%Y"):
        first = first.fill_null(texts.str.to_date(pattern, strict=False))
    return first


def _consents(
    rows: pl.DataFrame,
    columns: ConsentColumns,
    mapping: FileMapping,
    now: datetime,
    refused: list[RowRefusal],
) -> ConsentRows:
    """Who said what to one topic on one channel, with its proof where the file has one."""
    texts = rows[columns.state]
    state = texts.str.to_lowercase().replace_strict(
        {text: int(value) for text, value in STATES.items()}, default=None, return_dtype=pl.Int64
    )
    _tell(rows, columns.state, state.is_null(), "a consent is `in`, `out` or empty", refused)

    def text(heading: str, otherwise: str) -> pl.Series:
        given = rows[heading] if heading else pl.Series([None] * rows.height, dtype=pl.String)
        return given.fill_null(otherwise)

    said = text(columns.at, mapping.consent_at)
    day = _dates(said).cast(pl.Datetime("us"))
    at = day.fill_null(
        parse_times(said.zip_with(day.is_null(), pl.Series([None], dtype=pl.String))).cast(
            day.dtype
        )
    )
    later = at > now.replace(tzinfo=None)
    at = at.zip_with(~later.fill_null(value=False), pl.Series([None], dtype=pl.Datetime("us")))
    source = text(columns.source, mapping.consent_source)
    proven = at.is_not_null() & (source != "")
    unproven = (state == int(ConsentState.OPTED_IN)) & ~proven
    frame = pl.DataFrame(
        {
            "row": pl.Series(range(rows.height), dtype=pl.Int64),
            "state": state.zip_with(~unproven, pl.Series([int(ConsentState.UNPROVEN)])),
            "at": at.fill_null(now.replace(tzinfo=None)),
            "source": source.replace("", "import"),
            "text_version": text(columns.version, ""),
            "language": text(columns.language, ""),
        }
    ).filter(state.is_not_null())
    return ConsentRows(columns.topic, columns.channel, frame)

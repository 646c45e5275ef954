"""Facts: what a condition needs to know of a person's events, as records with a stable key.

queries.py computes them for everybody, fold.py for one person; the two must never differ.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from maracuja.errors import SegmentError
from maracuja.model import Record
from maracuja.segments.comparing import SCALE, When, given
from maracuja.segments.computed import computed
from maracuja.segments.definition import (
    Clicked,
    Comparison,
    DidNot,
    Known,
    Measure,
    Names,
    Property,
    Read,
    Received,
    Sequence,
    Step,
    names,
    subject,
    word,
)
from maracuja.segments.operators import Kind, kind_of_sql
from maracuja.segments.spans import moment_of, span

MESSAGE_EVENTS: Final[Mapping[type[Measure], str]] = {
    Received: "Message Sent",
    Read: "Message Read",
    Clicked: "Message Clicked",
}
KINDS: Final[Mapping[str, Kind]] = {
    "count": Kind.NUMBER,
    "distinct": Kind.NUMBER,
    "sum": Kind.SCALED,
    "average": Kind.SCALED,
    "sequence": Kind.TIME,
}
NEEDS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "sum": (Kind.NUMBER,),
    "average": (Kind.NUMBER,),
    "min": (Kind.NUMBER, Kind.DATE, Kind.TIME),
    "max": (Kind.NUMBER, Kind.DATE, Kind.TIME),
}
COMPUTED_KIND: Final = "computed"
COUNTED: Final = ("count", "distinct")  # 0 where there are no events; the others are unknown
CELL_MAX: Final = (
    2**53 // SCALE
)  # a number beyond it is left out of sums: no DOUBLE is exact there


class Fact(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What is computed over a person's events; two conditions that need the same share it.

    `kind`: count first last sum average min max distinct top sequence computed. A sequence is the
    time of its last completion; of a computed one `events` is the name. Values: counts Int64; sums
    and averages in 1/10000 units; times naive UTC; computed ones as computed.COMPUTED says; others
    as the property.
    """

    kind: str
    events: tuple[str, ...] = ()
    where: tuple[Property, ...] = ()
    of: str = ""
    within: str = ""
    older_than: str = ""
    since: str = ""
    until: str = ""
    steps: tuple[Step, ...] = ()
    in_total: str = ""

    @property
    def key(self) -> str:
        """A stable name: the kind and a digest of the rest."""
        raw = msgspec.json.encode(self, order="deterministic")
        return f"{self.kind}_{hashlib.sha256(raw).hexdigest()[:12]}"

    @property
    def column(self) -> str:
        """Its column in the frame of a predicate."""
        return f"facts.{self.key}"


def fact(condition: Measure | Sequence) -> Fact:
    """The fact that a condition needs."""
    if isinstance(condition, Sequence):
        return Fact(
            kind="sequence",
            steps=tuple(condition.sequence),
            within=condition.within or "",
            in_total=condition.in_total or "",
        )
    if isinstance(condition, Known):
        return Fact(kind=COMPUTED_KIND, events=(condition.fact,), of=condition.of or "")
    kind, events, where = word(condition), names(subject(condition)), condition.where
    if isinstance(condition, Received | Read | Clicked):
        where = (*where, *_messages(subject(condition), condition.channel, kind))
        kind, events = "count", (MESSAGE_EVENTS[type(condition)],)
    return Fact(
        kind="count" if kind in ("did", "did_not") else kind,
        events=events,
        where=where,
        of=getattr(condition, "of", None) or "",
        within=condition.within or "",
        older_than=condition.older_than or "",
        since=condition.since or "",
        until=condition.until or "",
    )


def _messages(campaigns: Names, channel: str | None, kind: str) -> Iterable[Property]:
    if names(campaigns) != ("any",):
        yield Property(property="campaign", in_=list(names(campaigns)))
    if channel is not None:
        yield Property(property="channel", is_=channel)
    if kind != "received":
        yield Property(property="machine", is_not=True)


def outcome(condition: Measure | Sequence) -> Comparison:
    """What the fact has to be, with the default of each condition spelled out."""
    if isinstance(condition, Sequence):
        return Property(property="", known=True)
    if isinstance(condition, DidNot):
        return Property(property="", is_=0)
    if given(condition):
        return condition
    counts = fact(condition).kind in COUNTED
    return Property(property="", at_least=1.0) if counts else Property(property="", known=True)


def full_name(name: str) -> str:
    """The column of a property: `category` is `properties.category`."""
    return name if name.startswith(("properties.", "context.")) else f"properties.{name}"


def value_kind(wanted: Fact, columns: Mapping[str, str]) -> Kind:
    """What the fact's value is; SegmentError where its property does not suit."""
    if wanted.kind in KINDS:
        kind = KINDS[wanted.kind]
    elif wanted.kind == COMPUTED_KIND:
        kind = computed(wanted.events[0]).kind
    elif wanted.of:
        kind = property_kind(wanted.of, columns, numeric=wanted.kind in NEEDS)
    else:
        kind = Kind.TIME
    needed = NEEDS.get(wanted.kind, ())
    if needed and property_kind(wanted.of, columns, numeric=True) not in needed:
        raise SegmentError(
            f"{wanted.kind!r} needs numbers, and {wanted.of!r} holds something else.",
            where="of",
            fix="Name a property with numbers.",
        )
    return kind


def property_kind(name: str, columns: Mapping[str, str], *, numeric: bool) -> Kind:
    """The kind of a property; one without a column is a number where `numeric`, else a text."""
    found = columns.get(full_name(name))
    if found is not None:
        return kind_of_sql(found)
    return Kind.NUMBER if numeric else Kind.TEXT


def wanted_kind(comparison: Comparison) -> Kind:
    """The kind that a comparison itself suggests, for a property that has no column."""
    said = given(comparison)
    sample = said.get("is_", said.get("is_not"))
    for name in ("in_", "not_in"):
        listed = said.get(name)
        sample = listed[0] if isinstance(listed, list) and listed else sample
    if isinstance(sample, bool):
        return Kind.BOOLEAN
    numeric = said.keys() & {"above", "at_least", "below", "at_most"}
    return Kind.NUMBER if numeric or isinstance(sample, int | float) else Kind.TEXT


def property_tests(where: Property, columns: Mapping[str, str]) -> tuple[Kind, Property]:
    """The kind of the property and the comparison, `known` where none is given."""
    found = columns.get(full_name(where.property))
    kind = wanted_kind(where) if found is None else kind_of_sql(found)
    return kind, where if given(where) else Property(property=where.property, known=True)


def window(wanted: Fact, when: When) -> tuple[datetime | None, datetime | None]:
    """The half-open window [low, high) of occurred times, naive UTC; a missing end is open.

    `within` begins just after its moment: one microsecond later.
    """
    lows, highs = [], []
    tick = datetime.resolution
    if wanted.within:
        lows.append(span(wanted.within, "within").after(when.minute, times=-1) + tick)
    if wanted.since:
        lows.append(moment_of(wanted.since, when.zone, where="since"))
    if wanted.older_than:
        highs.append(span(wanted.older_than, "older_than").after(when.minute, times=-1) + tick)
    if wanted.until:
        highs.append(moment_of(wanted.until, when.zone, end=True, where="until"))
    low = max(lows).replace(tzinfo=None) if lows else None
    high = min(highs).replace(tzinfo=None) if highs else None
    return low, high

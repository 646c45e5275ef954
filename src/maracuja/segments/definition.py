"""The segment language: what a marketer writes in YAML or JSON, as frozen tagged records.

It must never look at data: whether names exist is check.py's question, what they mean facts.py's.
"""

from __future__ import annotations

from typing import Any, Final, Literal, TypeAlias, get_args

import msgspec

from maracuja.model import Record
from maracuja.segments.reading import readable_schema

Scalar: TypeAlias = str | int | float | bool
Names: TypeAlias = str | list[str]
ConsentWord: TypeAlias = Literal["unknown", "opted_in", "opted_out", "pending", "unproven", "soft"]


class Comparison(Record, frozen=True, kw_only=True, omit_defaults=True):
    """What a value has to be; all that is given must hold.

    Spans are texts such as "30 days"; dates and times are ISO 8601 texts. An unknown value holds
    only for `is_not`, `not_in`, `lacks` and `known: false`.
    """

    is_: Scalar | None = msgspec.field(name="is", default=None)
    is_not: Scalar | None = None
    in_: list[Scalar] | None = msgspec.field(name="in", default=None)
    not_in: list[Scalar] | None = None
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    contains: str | None = None
    lacks: str | None = None
    starts: str | None = None
    ends: str | None = None
    known: bool | None = None
    before: str | None = None
    after: str | None = None
    in_last: str | None = None
    longer_ago: str | None = None
    in_next: str | None = None
    anniversary_in: str | None = None


class Trait(Comparison, frozen=True, kw_only=True, tag_field="if", tag="trait"):
    """A trait compared; without a comparison, that it is known."""

    trait: str


class Property(Comparison, frozen=True, kw_only=True):
    """A property of an event compared: `category` or, in full, `context.device.type`."""

    property: str


class Measure(Comparison, frozen=True, kw_only=True, tag_field="if"):
    """Something counted over a person's events of a window, and what it has to be.

    `within` and `older_than` are spans back from now, `since` and `until` dates (the last day
    included) or times.
    """

    where: tuple[Property, ...] = ()
    within: str | None = None
    older_than: str | None = None
    since: str | None = None
    until: str | None = None


CHOOSING: Final = ("where", "within", "older_than", "since", "until")  # which events count


class Did(Measure, frozen=True, kw_only=True, tag="did"):
    """How often any of the events happened; without a comparison, at least once."""

    did: Names


class DidNot(Measure, frozen=True, kw_only=True, tag="did_not"):
    """None of the events happened."""

    did_not: Names


class First(Measure, frozen=True, kw_only=True, tag="first"):
    """The first such event: its time, or the property `of` of the first that has it."""

    first: Names
    of: str | None = None


class Last(Measure, frozen=True, kw_only=True, tag="last"):
    """The last such event: its time, or the property `of` of the last that has it."""

    last: Names
    of: str | None = None


class Sum(Measure, frozen=True, kw_only=True, tag="sum"):
    """The sum of a numeric property, exact to 1/10000."""

    sum: Names
    of: str


class Average(Measure, frozen=True, kw_only=True, tag="average"):
    """The average of a numeric property over the events that have it."""

    average: Names
    of: str


class Smallest(Measure, frozen=True, kw_only=True, tag="min"):
    """The smallest value of a numeric or time property."""

    min: Names
    of: str


class Largest(Measure, frozen=True, kw_only=True, tag="max"):
    """The largest value of a numeric or time property."""

    max: Names
    of: str


class Distinct(Measure, frozen=True, kw_only=True, tag="distinct"):
    """How many different values of a property there are."""

    distinct: Names
    of: str


class Top(Measure, frozen=True, kw_only=True, tag="top"):
    """The most frequent value of a property; of equals, the first by name."""

    top: Names
    of: str


class Known(Measure, frozen=True, kw_only=True, tag="fact"):
    """A computed fact (segments/computed.py), of one category or product where `of` names it."""

    fact: str
    of: str | None = None


class Step(Record, frozen=True, kw_only=True, omit_defaults=True):
    """A step of a sequence: `did`, or `did_not` for what must be absent.

    `within` counts from the step before. An absence between two steps has none: it lasts until
    the next step.
    """

    did: Names | None = None
    did_not: Names | None = None
    where: tuple[Property, ...] = ()
    within: str | None = None


class Sequence(
    Record, frozen=True, kw_only=True, omit_defaults=True, tag_field="if", tag="sequence"
):
    """Steps strictly one after the other; a closing absence counts once its time has passed.

    `within` reaches back from now; `in_total` from the last step back to the first.
    """

    sequence: list[Step]
    within: str | None = None
    in_total: str | None = None


class Received(Measure, frozen=True, kw_only=True, tag="received"):
    """Messages of the campaigns ("any" for all) that the channel took."""

    received: Names
    channel: str | None = None


class Read(Measure, frozen=True, kw_only=True, tag="read"):
    """Messages of the campaigns read by a person, machines left out."""

    read: Names
    channel: str | None = None


class Clicked(Measure, frozen=True, kw_only=True, tag="clicked"):
    """Links clicked in messages of the campaigns, machines left out."""

    clicked: Names
    channel: str | None = None


class Consents(
    Record, frozen=True, kw_only=True, omit_defaults=True, tag_field="if", tag="consent"
):
    """What the person said about a topic on a channel."""

    consent: str
    channel: str
    state: ConsentWord | list[ConsentWord] = "opted_in"


class Reachable(Record, frozen=True, kw_only=True, tag_field="if", tag="reachable"):
    """Whether there is a usable address for the channel."""

    reachable: str


class Member(Record, frozen=True, kw_only=True, tag_field="if", tag="segment"):
    """Whether the person is in another segment."""

    segment: str


class Share(Record, frozen=True, kw_only=True, omit_defaults=True, tag_field="if", tag="share"):
    """A seeded share of everybody in percent, beginning at `start`: same salt, same people."""

    share: float
    salt: str
    start: float = 0.0


class AllOf(Record, frozen=True, kw_only=True, tag_field="if", tag="all"):
    """Every condition holds."""

    all: list[Condition]


class AnyOf(Record, frozen=True, kw_only=True, tag_field="if", tag="any"):
    """At least one condition holds."""

    any: list[Condition]


class NoneOf(Record, frozen=True, kw_only=True, tag_field="if", tag="none"):
    """No condition holds."""

    none: list[Condition]


Group: TypeAlias = AllOf | AnyOf | NoneOf
Condition: TypeAlias = (
    Trait
    | Did
    | DidNot
    | First
    | Last
    | Sum
    | Average
    | Smallest
    | Largest
    | Distinct
    | Top
    | Known
    | Sequence
    | Received
    | Read
    | Clicked
    | Consents
    | Reachable
    | Member
    | Share
    | AllOf
    | AnyOf
    | NoneOf
)

CONDITIONS: Final[tuple[type[msgspec.Struct], ...]] = get_args(Condition)
WORDS: Final = tuple(str(kind.__struct_config__.tag) for kind in CONDITIONS)


class Segment(
    Record, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="segment"
):
    """A named set of people: everybody for whom all conditions of `where` hold."""

    id: str
    where: list[Condition]
    name: str = ""
    about: str = ""


_WRITTEN: Final[tuple[type[msgspec.Struct], ...]] = (*CONDITIONS, Property, Step, Segment)
FIELDS: Final = tuple(
    dict.fromkeys(f.encode_name for kind in _WRITTEN for f in msgspec.structs.fields(kind))
)


def schema() -> dict[str, Any]:
    """The JSON Schema of a segment for editors, made from these types."""
    return readable_schema(Segment)


def names(value: Names) -> tuple[str, ...]:
    """One name or several as a sorted tuple without repetition."""
    return (value,) if isinstance(value, str) else tuple(sorted(set(value)))


def word(condition: msgspec.Struct | type[msgspec.Struct]) -> str:
    """The key that names the kind of condition, such as `did`."""
    return str(condition.__struct_config__.tag)


def subject(condition: msgspec.Struct) -> Any:
    """The value of the key that names it: the events, the trait, the list of a group."""
    return getattr(condition, word(condition))

"""The predicate of a segment: a Polars expression over traits, facts, consent, reach and members.

The same expression serves a million people and one. It must never yield null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import polars as pl

from maracuja.errors import SegmentError
from maracuja.model import ConsentState, Record
from maracuja.segments import definition as d
from maracuja.segments.comparing import When, given, tests
from maracuja.segments.facts import COUNTED, Fact, fact, outcome
from maracuja.segments.operators import Kind, both, kind_of

CONSENT_STATES: Final = {state.name.lower(): int(state) for state in ConsentState}
LOCAL: Final = ("in_last", "longer_ago", "in_next", "anniversary_in")


class Needs(Record, frozen=True):
    """What the frame of a predicate must hold, each sorted and once."""

    traits: tuple[str, ...]
    facts: tuple[Fact, ...]
    consents: tuple[tuple[str, str], ...]  # (topic, channel)
    channels: tuple[str, ...]
    segments: tuple[str, ...]
    salts: tuple[str, ...]
    local_date: bool


def leaves(conditions: Iterable[d.Condition]) -> Iterator[d.Condition]:
    """The conditions inside all groups, in the order of writing."""
    for condition in conditions:
        if isinstance(condition, d.AllOf | d.AnyOf | d.NoneOf):
            yield from leaves(d.subject(condition))
        else:
            yield condition


def needs(conditions: Sequence[d.Condition]) -> Needs:
    """The columns that a predicate will read."""
    found = list(leaves(conditions))
    measured = [c for c in found if isinstance(c, d.Measure | d.Sequence)]
    facts = {f.key: f for f in map(fact, measured)}
    return Needs(
        traits=tuple(sorted({c.trait for c in found if isinstance(c, d.Trait)})),
        facts=tuple(facts[key] for key in sorted(facts)),
        consents=tuple(
            sorted({(c.consent, c.channel) for c in found if isinstance(c, d.Consents)})
        ),
        channels=tuple(sorted({c.reachable for c in found if isinstance(c, d.Reachable)})),
        segments=tuple(sorted({c.segment for c in found if isinstance(c, d.Member)})),
        salts=tuple(sorted({c.salt for c in found if isinstance(c, d.Share)})),
        local_date=any(
            isinstance(c, d.Comparison) and given(c).keys() & set(LOCAL) for c in found
        ),
    )


def predicate(
    conditions: Sequence[d.Condition],
    schema: Mapping[str, pl.DataType],
    scales: Mapping[str, Kind],
    when: When,
) -> pl.Expr:
    """A Boolean expression without nulls: whether all conditions hold.

    `schema`: the columns of the frame: `traits.<name>`, `facts.<key>`, `consent.<topic>.<channel>`
    (ConsentState), `reach.<channel>`, `member.<segment>`, `draw.<salt>`, `local_date`. `scales`:
    the kind of each fact by its column. SegmentError where a comparison does not suit its column.
    """
    return pl.all_horizontal(
        [held(c, schema, scales, when, f"where[{i}]") for i, c in enumerate(conditions)]
    )


def held(
    condition: d.Condition,
    schema: Mapping[str, pl.DataType],
    scales: Mapping[str, Kind],
    when: When,
    where: str = "",
) -> pl.Expr:
    """One condition as in `predicate`."""
    match condition:
        case d.AllOf() | d.AnyOf() | d.NoneOf():
            word = d.word(condition)
            parts = [
                held(c, schema, scales, when, f"{where}.{word}[{i}]")
                for i, c in enumerate(d.subject(condition))
            ]
            if word == "all":
                return pl.all_horizontal(parts)
            return pl.any_horizontal(parts) if word == "any" else ~pl.any_horizontal(parts)
        case d.Trait():
            return _trait(condition, schema, when, where)
        case d.Measure() | d.Sequence():
            wanted = fact(condition)
            kind = scales[wanted.column]
            column = pl.col(wanted.column)
            if wanted.kind in COUNTED:
                column = column.fill_null(0)
            return _compared(outcome(condition), kind, column, when, where)
        case d.Consents():
            states = [condition.state] if isinstance(condition.state, str) else condition.state
            column = pl.col(f"consent.{condition.consent}.{condition.channel}").fill_null(0)
            return column.is_in([CONSENT_STATES[s] for s in states])
        case d.Reachable():
            return pl.col(f"reach.{condition.reachable}").fill_null(False)
        case d.Member():
            return pl.col(f"member.{condition.segment}").fill_null(False)
        case d.Share():
            draw = pl.col(f"draw.{condition.salt}")
            end = min(condition.start + condition.share, 100.0)
            return (draw >= condition.start / 100) & (draw < end / 100)
        case _:
            raise SegmentError("This condition has no meaning here.", where=where)


def holds_without(condition: d.Measure | d.Sequence, kind: Kind, when: When) -> bool:
    """Whether a condition about events holds for people whom its fact's query does not name."""
    nothing = 0 if fact(condition).kind in COUNTED else None
    return all(test.holds(nothing) for test in tests(outcome(condition), kind, when))


def _trait(
    condition: d.Trait, schema: Mapping[str, pl.DataType], when: When, where: str
) -> pl.Expr:
    name = f"traits.{condition.trait}"
    comparison: d.Comparison = condition
    if not given(condition):
        comparison = d.Property(property="", known=True)
    if name not in schema:
        return _compared_unknown(comparison)
    return _compared(comparison, kind_of(schema[name]), pl.col(name), when, where)


def _compared_unknown(comparison: d.Comparison) -> pl.Expr:
    """A trait that nobody has yet: only the negative comparisons hold."""
    holds = all(
        name in ("is_not", "not_in", "lacks") or (name == "known" and value is False)
        for name, value in given(comparison).items()
    )
    return pl.lit(holds)


def _compared(
    comparison: d.Comparison, kind: Kind, column: pl.Expr, when: When, where: str
) -> pl.Expr:
    return both(tests(comparison, kind, when, where), lambda test: test.columns(column))

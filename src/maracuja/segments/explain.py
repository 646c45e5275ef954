"""Why one person is in a segment or not: each condition, whether it held, and on what evidence.

It must never find another answer than the predicate: it asks the same expressions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from maracuja.model import ConsentState, Record
from maracuja.segments import definition as d
from maracuja.segments.comparing import When
from maracuja.segments.facts import fact
from maracuja.segments.operators import Kind
from maracuja.segments.predicate import held
from maracuja.segments.words import say_condition, say_evidence


class Reason(Record, frozen=True):
    """One condition for one person; a group's reasons are its parts."""

    where: str
    held: bool
    says: str
    evidence: str
    parts: tuple[Reason, ...] = ()


def explain(
    conditions: Sequence[d.Condition],
    person: pl.DataFrame,
    scales: Mapping[str, Kind],
    when: When,
    language: str = "en",
    where: str = "where",
) -> tuple[Reason, ...]:
    """The reasons for a frame of one row, shape (1, columns of predicate.predicate)."""
    assert person.height == 1, "an explanation is about one person"
    return tuple(
        _reason(c, person, scales, when, language, f"{where}[{i}]")
        for i, c in enumerate(conditions)
    )


def _reason(
    condition: d.Condition,
    person: pl.DataFrame,
    scales: Mapping[str, Kind],
    when: When,
    language: str,
    where: str,
) -> Reason:
    yes = bool(person.select(held(condition, person.schema, scales, when, where)).item())
    parts: tuple[Reason, ...] = ()
    evidence = ""
    if isinstance(condition, d.AllOf | d.AnyOf | d.NoneOf):
        inside = f"{where}.{d.word(condition)}"
        parts = explain(d.subject(condition), person, scales, when, language, inside)
    else:
        evidence = _evidence(condition, person, scales, language)
    return Reason(
        where=where,
        held=yes,
        says=say_condition(condition, language),
        evidence=evidence,
        parts=parts,
    )


def _evidence(
    condition: d.Condition, person: pl.DataFrame, scales: Mapping[str, Kind], language: str
) -> str:
    column = column_of(condition)
    value = person[column].to_list()[0] if column in person.columns else None
    if isinstance(condition, d.Consents):
        value = ConsentState(value or 0).name.lower()
    if isinstance(condition, d.Reachable | d.Member):
        value = bool(value)
    if isinstance(condition, d.Share) and value is not None:
        value = round(100 * value, 2)
    return say_evidence(condition, value, scales.get(column), language)


def column_of(condition: d.Condition) -> str:
    """The column that a condition looks at; groups look at none."""
    match condition:
        case d.Trait(trait=name):
            return f"traits.{name}"
        case d.Measure() | d.Sequence():
            return fact(condition).column
        case d.Consents(consent=topic, channel=channel):
            return f"consent.{topic}.{channel}"
        case d.Reachable(reachable=channel):
            return f"reach.{channel}"
        case d.Member(segment=other):
            return f"member.{other}"
        case d.Share(salt=salt):
            return f"draw.{salt}"
        case _:
            return ""

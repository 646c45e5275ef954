"""Keeps special categories, and what marks somebody as a child, out of segments and texts.

It knows names and declarations; it must never look at a person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from maracuja.campaigns.law import TraitClass, TraitDeclaration
from maracuja.errors import SegmentError
from maracuja.segments import definition as d

Sensitive = Callable[[str], bool]
"""Whether a name is classed as sensitive, where nobody has declared it."""

_SAYS = {
    TraitClass.SPECIAL: "is of a special category: the law keeps it out of segments",
    TraitClass.MINOR: "marks somebody as a child: the law keeps it out of segments",
}


def kept_out(
    conditions: Sequence[d.Condition],
    segment: str,
    declared: Mapping[str, TraitDeclaration],
    sensitive: Sensitive,
    where: str = "where",
) -> Iterator[SegmentError]:
    """A fault for each trait or property that a segment (or a campaign's audience) may not ask.

    `segment` is its id: a declaration may name it. `declared` by trait.
    """
    for i, condition in enumerate(conditions):
        yield from _of(condition, segment, declared, sensitive, f"{where}[{i}]")


def _of(
    condition: d.Condition,
    segment: str,
    declared: Mapping[str, TraitDeclaration],
    sensitive: Sensitive,
    where: str,
) -> Iterator[SegmentError]:
    if isinstance(condition, d.AllOf | d.AnyOf | d.NoneOf):
        place = f"{where}.{d.word(condition)}"
        yield from kept_out(d.subject(condition), segment, declared, sensitive, place)
        return
    if isinstance(condition, d.Trait):
        one = declared.get(condition.trait)
        if one is not None and one.class_ is not TraitClass.ORDINARY:
            if segment not in one.segments:
                yield _fault(condition.trait, _SAYS[one.class_], segment, f"{where}.trait")
        elif one is None and sensitive(condition.trait):
            yield _fault(
                condition.trait,
                "is classed as sensitive: it is kept out of segments",
                segment,
                f"{where}.trait",
            )
        return
    for name in dict.fromkeys(_properties(condition)):
        if sensitive(name.removeprefix("properties.")):
            yield SegmentError(
                f"The property `{name}` is classed as sensitive: it is kept out of segments.",
                where=where,
                fix="Ask for something else, or change its privacy class if the mark is wrong.",
            )


def _fault(trait: str, says: str, segment: str, where: str) -> SegmentError:
    return SegmentError(
        f"The trait `{trait}` {says}.",
        where=where,
        fix=f"Take it out, or allow it: `kind: trait` with `segments: [{segment}]` and its basis.",
    )


def _properties(value: Any) -> Iterator[str]:
    """The names of properties that a condition compares, at any depth of its steps."""
    if isinstance(value, d.Property):
        yield value.property
    if isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            inner = getattr(value, name)
            if name == "of" and isinstance(inner, str):
                yield inner
            yield from _properties(inner)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _properties(one)

"""Segments for a marketer: what is wrong with one, how many it holds, who, and why one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from maracuja.errors import MaracujaError, NotFound, SegmentError
from maracuja.model import Discovery, TraitType
from maracuja.runtime import audience, trait_rules
from maracuja.runtime.audience import Sources
from maracuja.runtime.launch_audience import segments_of
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.people_kept import opened_kept, opened_sources
from maracuja.runtime.people_view import Brief, briefs
from maracuja.runtime.people_why import ConditionShown, shown
from maracuja.segments import check as segment_check
from maracuja.segments.comparing import When
from maracuja.segments.definition import Condition, Segment
from maracuja.segments.words import LANGUAGES, say
from maracuja.store import discovered, people
from maracuja.store.meta import load

EXACT_UP_TO: Final = 300_000  # people; above, a count is an estimate unless exactness is asked for


@dataclass(frozen=True)
class Fault:
    """Something that is wrong with a definition: what, where in it, and what to do."""

    code: str
    message: str
    where: str
    fix: str


@dataclass(frozen=True)
class SegmentChecked:
    """What a segment says in plain words of each language, and its faults (none: it is sound)."""

    id: str
    says: dict[str, str]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class SegmentCounted:
    """How many of `of` people; exact, or an estimate `people` plus or minus `margin` (95 %).

    `rare`: the sample met too few (`met` of `asked`) for the margin to mean much.
    """

    people: int
    of: int
    exact: bool
    margin: int
    rare: bool
    met: int
    asked: int
    sample: tuple[Brief, ...] = ()


@dataclass(frozen=True)
class SegmentExplained:
    """Whether one person is in, and each condition with its evidence."""

    pid: int
    held: bool
    conditions: tuple[ConditionShown, ...]


def fault(error: MaracujaError) -> Fault:
    """An error of a definition, or of what it stands on, as a value."""
    return Fault(error.code, error.message, error.where, error.fix)


def known_names(conn: Connection) -> segment_check.Known:
    """The names that segments of this workspace may mention, as the data have shown them."""
    around = definitions_in_force(conn)
    names = discovered.every(conn)
    topics = [name for kind, name in around if kind == "topic"]
    return segment_check.Known(
        traits={d.name: d.type for d in names if d.scope == "trait"},
        properties=_properties(names),
        campaigns=[name for kind, name in around if kind == "campaign"],
        topics=topics,
        segments=segments_of(around),
    )


def _properties(names: Sequence[Discovery]) -> dict[str, TraitType]:
    prefixes = {"property": "properties", "context": "context"}
    return {f"{prefixes[d.scope]}.{d.name}": d.type for d in names if d.scope in prefixes}


def get(conn: Connection, name: str) -> Segment:
    """The segment in force of this id. Raises NotFound."""
    found = segments_of(definitions_in_force(conn)).get(name)
    if found is None:
        raise NotFound(f"There is no segment `{name}`.", fix="Apply its definition first.")
    return found


def check(conn: Connection, segment: Segment) -> SegmentChecked:
    """Say the segment in words, and hold it against the names that there are."""
    sensitive = trait_rules.sensitive_names(discovered.every(conn))
    faults: list[SegmentError] = [
        *segment_check.check(segment, known_names(conn)),
        *trait_rules.of_segment(segment, definitions_in_force(conn), sensitive),
    ]
    says = {language: say(segment.where, language) for language in LANGUAGES}
    return SegmentChecked(segment.id, says, tuple(fault(error) for error in faults))


def count(
    ground: Ground,
    where: Sequence[Condition],
    now: datetime,
    *,
    exact: bool | None = None,
    sample: int = 0,
) -> SegmentCounted:
    """How many people hold all conditions, with so many of them as examples.

    Exact, or estimated from 4 of the 64 buckets; without `exact` as the number of people
    suggests. Raises SegmentError.
    """
    when = When(now, ground.zone)
    with ground.store.read() as conn:
        everybody = people.count(conn)
    if exact is None:
        exact = everybody <= EXACT_UP_TO
    if not exact:
        with ground.store.read() as conn, opened_kept(conn, ground, where, now) as sources:
            guess = audience.estimate(where, sources, when)
            return SegmentCounted(
                people=guess.count,
                of=everybody,
                exact=False,
                margin=guess.margin,
                rare=guess.rare,
                met=guess.met,
                asked=guess.asked,
            )
    with ground.store.read() as conn, opened(conn, ground, now) as sources:
        found = audience.evaluate(where, sources, when)
        chosen = found.sample(sample, load(conn).seed) if sample else []
        return SegmentCounted(
            people=int(found.pids.size),
            of=found.people,
            exact=True,
            margin=0,
            rare=False,
            met=int(found.pids.size),
            asked=found.people,
            sample=tuple(briefs(conn, chosen)),
        )


def sample(
    ground: Ground, where: Sequence[Condition], now: datetime, size: int = 10
) -> list[Brief]:
    """So many people of the segment, the same ones each time. Raises SegmentError."""
    return list(count(ground, where, now, exact=True, sample=size).sample)


def explain(
    ground: Ground,
    where: Sequence[Condition],
    pid: int,
    now: datetime,
    *,
    language: str = "en",
) -> SegmentExplained:
    """Which conditions one person holds and on what evidence. Raises NotFound, SegmentError."""
    with ground.store.read() as conn:
        own = people.get(conn, pid).pid
    (found,) = explain_each(ground, where, [own], now, language=language)
    return found


def explain_each(
    ground: Ground,
    where: Sequence[Condition],
    pids: Sequence[int],
    now: datetime,
    *,
    language: str = "en",
) -> list[SegmentExplained]:
    """The same for a few canonical people; who is gone is left out. Raises SegmentError."""
    when = When(now, ground.zone)
    with ground.store.read() as conn, opened(conn, ground, now) as sources:
        there = set(people.select_people(conn, pids).pid)
        found = [
            audience.explain_person(where, sources, when, pid, language)
            for pid in pids
            if pid in there
        ]
    return [SegmentExplained(one.pid, one.held, tuple(map(shown, one.reasons))) for one in found]


@contextmanager
def opened(conn: Connection, ground: Ground, now: datetime) -> Iterator[Sources]:
    """What segments are evaluated on, closed at the end."""
    segments = segments_of(definitions_in_force(conn))
    with opened_sources(conn, ground, segments, now) as sources:
        yield sources

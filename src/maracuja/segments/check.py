"""What can be wrong with a segment: its shape when it is read, its names and kinds when checked.

It must never look at people: it is told which names there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from maracuja.errors import SegmentError
from maracuja.model import Record, TraitType
from maracuja.segments import definition as d
from maracuja.segments.comparing import When, given, spelled, tests
from maracuja.segments.computed import check_asked
from maracuja.segments.facts import NEEDS, fact, full_name, outcome, property_tests, value_kind
from maracuja.segments.operators import Kind
from maracuja.segments.reading import clean, convert, near
from maracuja.segments.spans import moment_of, span

STEPS_MAX: Final = 8
NAME_CHARS_MAX: Final = 200

# Comparisons are tried at this moment when a segment is read: faults do not depend on it.
_TRIAL: Final = When(datetime(2024, 2, 29, tzinfo=UTC))


class Known(Record, frozen=True):
    """The names that there are; None where they are not known and so not checked.

    `properties` by full name (`properties.category`), as the lake discovered them.
    """

    traits: Mapping[str, TraitType] | None = None
    events: Collection[str] | None = None
    properties: Mapping[str, TraitType] | None = None
    campaigns: Collection[str] | None = None
    topics: Collection[str] | None = None
    channels: Collection[str] | None = None
    segments: Mapping[str, d.Segment] | None = None


def decode(raw: object) -> d.Segment:
    """The segment of a mapping as YAML or JSON gives it; SegmentError with path and fix."""
    if isinstance(raw, Mapping):
        raw = {**raw, "where": clean(raw.get("where"), "where", d.WORDS)}
        raw.setdefault("kind", "segment")
    segment: d.Segment = convert(raw, d.Segment, "", d.FIELDS)
    _name(segment.id, "id")
    _shapes(segment.where, "where")
    return segment


def decode_conditions(raw: object, where: str = "where") -> list[d.Condition]:
    """A bare list of conditions, as campaigns may hold one; `where` is its path in errors."""
    conditions: list[d.Condition] = convert(
        clean(raw, where, d.WORDS), list[d.Condition], where, d.FIELDS
    )
    _shapes(conditions, where)
    return conditions


def decode_measure(raw: object, where: str = "facts") -> d.Measure:
    """One fact as templates declare it: a measure without a comparison, `did` for the count."""
    (measure,) = decode_conditions([raw], where)
    if isinstance(measure, d.Measure) and not isinstance(measure, d.DidNot):
        if not given(measure):
            return measure
        raise SegmentError(
            "A fact is a value, not a comparison.",
            where=where,
            fix=f"Leave out {', '.join(map(spelled, given(measure)))}.",
        )
    kinds = [d.word(k) for k in d.CONDITIONS if issubclass(k, d.Measure) and k is not d.DidNot]
    raise SegmentError(
        f"A fact is one of {', '.join(kinds)}.",
        where=where,
        fix="Write for example {sum: Order Completed, of: revenue, within: 90 days}.",
    )


# ---------------------------------------------------------------- shape


def _shapes(conditions: Sequence[d.Condition], where: str) -> None:
    for i, condition in enumerate(conditions):
        _shape(condition, f"{where}[{i}]")


def _shape(condition: d.Condition, where: str) -> None:
    if isinstance(condition, d.AllOf | d.AnyOf | d.NoneOf):
        _shapes(d.subject(condition), f"{where}.{d.word(condition)}")
    elif isinstance(condition, d.Sequence):
        _sequence(condition, where)
    elif isinstance(condition, d.Measure):
        _measure(condition, where)
    elif isinstance(condition, d.Share):
        _share(condition, where)
    elif isinstance(condition, d.Trait):
        _name(condition.trait, f"{where}.trait")
        _comparison(condition, where)
    elif isinstance(condition, d.Consents):
        _name(condition.consent, f"{where}.consent")
        _name(condition.channel, f"{where}.channel")
        if not condition.state:
            raise SegmentError(
                "The list is empty.", where=f"{where}.state", fix="Such as opted_in."
            )
    else:
        _name(d.subject(condition), f"{where}.{d.word(condition)}")


def _measure(condition: d.Measure, where: str) -> None:
    _names(d.subject(condition), f"{where}.{d.word(condition)}")
    if isinstance(condition, d.Known):
        chosen = [name for name in d.CHOOSING if getattr(condition, name)]
        check_asked(condition.fact, condition.of, chosen, where)
    if isinstance(condition, d.DidNot) and given(condition):
        raise SegmentError(
            "'did_not' takes no comparison.",
            where=where,
            fix="Use did with at_most to allow a few.",
        )
    of = getattr(condition, "of", None)
    if of is not None:
        _name(of, f"{where}.of")
    _filters(condition.where, where)
    for name in ("within", "older_than"):
        if (text := getattr(condition, name)) is not None:
            span(text, f"{where}.{name}")
    for name in ("since", "until"):
        if (text := getattr(condition, name)) is not None:
            moment_of(text, "UTC", end=name == "until", where=f"{where}.{name}")
    kind = value_kind(fact(condition), {})
    if isinstance(condition, d.First | d.Last | d.Top | d.Smallest | d.Largest) and of is not None:
        _comparison(condition, where)  # the kind is only known with the property's column
    else:
        tests(outcome(condition), kind, _TRIAL, where)


def _filters(where: Sequence[d.Property], path: str) -> None:
    for i, item in enumerate(where):
        place = f"{path}.where[{i}]"
        _name(item.property, f"{place}.property")
        _comparison(item, place)


def _comparison(comparison: d.Comparison, where: str) -> None:
    """A comparison of a value of unknown kind: it has to suit at least one kind."""
    faults = []
    for kind in Kind:
        try:
            tests(comparison, kind, _TRIAL, where)
            return
        except SegmentError as fault:
            faults.append(fault)
    # The fault that was found furthest on is the one about the value itself.
    raise max(faults, key=lambda f: "does not suit" not in f.message)


def _sequence(condition: d.Sequence, where: str) -> None:
    steps, path = condition.sequence, f"{where}.sequence"
    if not 2 <= len(steps) <= STEPS_MAX:
        raise SegmentError(
            f"A sequence has 2 to {STEPS_MAX} steps.", where=path, fix="Use did for one event."
        )
    for i, step in enumerate(steps):
        _step(steps, i, step, f"{path}[{i}]")
    if condition.within is not None:
        span(condition.within, f"{where}.within")
    if condition.in_total is not None:
        _fixed(condition.in_total, f"{where}.in_total")


def _step(steps: Sequence[d.Step], i: int, step: d.Step, where: str) -> None:
    if (step.did is None) == (step.did_not is None):
        raise SegmentError(
            "A step is either did or did_not.", where=where, fix="Such as {did: Product Viewed}."
        )
    _names(step.did or step.did_not or [], where)
    _filters(step.where, where)
    if step.within is not None:
        _fixed(step.within, f"{where}.within")
    if i == 0 and (step.did is None or step.within is not None):
        raise SegmentError(
            "The first step is an event, without within.",
            where=where,
            fix="Put the within of the whole sequence beside it.",
        )
    if step.did_not is None:
        return
    last = i == len(steps) - 1
    if last and step.within is None:
        raise SegmentError(
            "It is not said how long the event must be absent.",
            where=where,
            fix='Add for example within: "2 hours".',
        )
    if not last and (step.within is not None or steps[i + 1].did is None):
        raise SegmentError(
            "An absence between two steps lasts until the next step.",
            where=where,
            fix="Remove its within, and name several events in one did_not.",
        )


def _fixed(text: str, where: str) -> None:
    if not span(text, where).fixed:
        raise SegmentError(
            "Between events, months and years are not exact.", where=where, fix="Use days."
        )


def _share(condition: d.Share, where: str) -> None:
    _name(condition.salt, f"{where}.salt")
    if not (0 < condition.share <= 100 and 0 <= condition.start < 100):
        raise SegmentError(
            "A share is a percentage above 0 up to 100, its start below 100.",
            where=where,
            fix="Such as {share: 10, salt: spring}.",
        )


def _names(value: d.Names, where: str) -> None:
    if not value:
        raise SegmentError("No name is given.", where=where, fix="Name an event.")
    for name in d.names(value):
        _name(name, where)


def _name(name: str, where: str) -> None:
    if not name.strip() or len(name) > NAME_CHARS_MAX:
        raise SegmentError(
            f"A name has 1 to {NAME_CHARS_MAX} characters.", where=where, fix="Correct it."
        )


# ---------------------------------------------------------------- names and kinds


def check(segment: d.Segment, known: Known) -> list[SegmentError]:
    """Everything that is wrong with a readable segment, in the order of writing."""
    faults = list(_unknown(segment.where, known, "where"))
    if known.segments is not None:
        try:
            order([segment.id], {**known.segments, segment.id: segment})
        except SegmentError as fault:
            if not any(f.message == fault.message for f in faults):
                faults.append(fault)
    return faults


def _unknown(
    conditions: Sequence[d.Condition], known: Known, where: str
) -> Iterator[SegmentError]:
    for i, condition in enumerate(conditions):
        place = f"{where}[{i}]"
        if isinstance(condition, d.AllOf | d.AnyOf | d.NoneOf):
            yield from _unknown(d.subject(condition), known, f"{place}.{d.word(condition)}")
            continue
        yield from _unknown_names(condition, known, place)
        try:
            _kinds(condition, known, place)
        except SegmentError as fault:
            yield fault


def _unknown_names(condition: d.Condition, known: Known, where: str) -> Iterator[SegmentError]:
    for what, name, there, place in _mentioned(condition, known, where):
        if there is not None and name not in there:
            listed = near(name, there) or (
                f"There are {', '.join(sorted(there)[:8])}." if there else "There are none yet."
            )
            yield SegmentError(f"There is no {what} {name!r}.", where=place, fix=listed)


_Mention = tuple[str, str, Collection[str] | None, str]


def _mentioned(condition: d.Condition, known: Known, where: str) -> Iterator[_Mention]:
    """What a condition mentions: (what it is, its name, the known ones, the path)."""
    match condition:
        case d.Trait(trait=name):
            yield "trait", name, known.traits, f"{where}.trait"
        case d.Consents(consent=topic, channel=channel):
            yield "topic", topic, known.topics, f"{where}.consent"
            yield "channel", channel, known.channels, f"{where}.channel"
        case d.Reachable(reachable=channel):
            yield "channel", channel, known.channels, f"{where}.reachable"
        case d.Member(segment=other):
            yield "segment", other, known.segments, f"{where}.segment"
        case d.Sequence(sequence=steps):
            for i, step in enumerate(steps):
                place = f"{where}.sequence[{i}]"
                for name in d.names(step.did or step.did_not or []):
                    yield "event", name, known.events, place
                yield from _properties(step.where, known, place)
        case d.Received() | d.Read() | d.Clicked():
            for name in d.names(d.subject(condition)):
                if name != "any":
                    yield "campaign", name, known.campaigns, f"{where}.{d.word(condition)}"
            if condition.channel is not None:
                yield "channel", condition.channel, known.channels, f"{where}.channel"
            yield from _properties(condition.where, known, where)
        case d.Measure() if not isinstance(condition, d.Known):
            for name in d.names(d.subject(condition)):
                yield "event", name, known.events, f"{where}.{d.word(condition)}"
            if of := getattr(condition, "of", None):
                yield "property", full_name(of), known.properties, f"{where}.of"
            yield from _properties(condition.where, known, where)


def _properties(where: Sequence[d.Property], known: Known, path: str) -> Iterator[_Mention]:
    for i, item in enumerate(where):
        place = f"{path}.where[{i}].property"
        yield "property", full_name(item.property), known.properties, place


def _kinds(condition: d.Condition, known: Known, where: str) -> None:
    """Whether the comparisons suit what the names hold, as far as that is known."""
    columns = sql_types(known.properties or {})
    if isinstance(condition, d.Trait) and condition.trait in (known.traits or {}):
        assert known.traits is not None
        tests(condition, Kind(known.traits[condition.trait].value), _TRIAL, where)
    if isinstance(condition, d.Measure) and not isinstance(condition, d.Known):
        wanted = fact(condition)
        if not wanted.of or wanted.kind not in NEEDS or full_name(wanted.of) in columns:
            kind = value_kind(wanted, columns)
            if not wanted.of or full_name(wanted.of) in columns:
                tests(outcome(condition), kind, _TRIAL, where)
        _filter_kinds(condition.where, columns, where)
    if isinstance(condition, d.Sequence):
        for i, step in enumerate(condition.sequence):
            _filter_kinds(step.where, columns, f"{where}.sequence[{i}]")


def _filter_kinds(where: Sequence[d.Property], columns: Mapping[str, str], path: str) -> None:
    for i, item in enumerate(where):
        kind, comparison = property_tests(item, columns)
        tests(comparison, kind, _TRIAL, f"{path}.where[{i}]")


_SQL_TYPES: Final = {
    TraitType.NUMBER: "DOUBLE",
    TraitType.BOOLEAN: "BOOLEAN",
    TraitType.DATE: "DATE",
    TraitType.TIME: "TIMESTAMP",
}


def sql_types(properties: Mapping[str, TraitType]) -> dict[str, str]:
    """The lake's column types of discovered properties; lists and objects are JSON text."""
    return {name: _SQL_TYPES.get(kind, "VARCHAR") for name, kind in properties.items()}


# ---------------------------------------------------------------- segments in segments


def order(wanted: Sequence[str], segments: Mapping[str, d.Segment]) -> list[str]:
    """The ids of the segments with all that they mention, mentioned ones first, each once.

    SegmentError with the path where one mentions itself, or one that is not there.
    """
    done: dict[str, None] = {}
    for name in wanted:
        _visit(name, segments, done, ())
    return list(done)


def _visit(
    name: str, segments: Mapping[str, d.Segment], done: dict[str, None], path: tuple[str, ...]
) -> None:
    if name in done:
        return
    if name in path:
        circle = " -> ".join((*path[path.index(name) :], name))
        raise SegmentError(
            f"Segments mention each other in a circle: {circle}.",
            where=path[-1],
            fix="Take one of them out.",
        )
    if name not in segments:
        raise SegmentError(
            f"There is no segment {name!r}.",
            where=path[-1] if path else "",
            fix=near(name, segments),
        )
    for other in _members(segments[name].where):
        _visit(other, segments, done, (*path, name))
    done[name] = None


def _members(conditions: Any) -> Iterator[str]:
    for condition in conditions:
        if isinstance(condition, d.AllOf | d.AnyOf | d.NoneOf):
            yield from _members(d.subject(condition))
        elif isinstance(condition, d.Member):
            yield condition.segment

"""In which of the shop's segments a person is now. Nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from maracuja.errors import SegmentError
from maracuja.runtime import audience
from maracuja.runtime.audience import Sources
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.segment_work import opened
from maracuja.segments.comparing import When
from maracuja.segments.definition import Member
from maracuja.store import people


@dataclass(frozen=True)
class SegmentHeld:
    """A segment, and whether the person is in it; `fault` where it cannot be told, else ''."""

    id: str
    name: str
    held: bool
    fault: str


def segments_of_person(ground: Ground, pid: int, now: datetime) -> list[SegmentHeld]:
    """Every segment by name, folded from the person's own events. Raises NotFound."""
    when = When(now, ground.zone)
    with ground.store.read() as conn, opened(conn, ground, now) as sources:
        own = people.get(conn, pid).pid
        names = sorted(sources.segments)
        try:
            told = _held(names, sources, when, own)
        except SegmentError:  # one does not suit the data: each is asked alone
            told = {}
            for name in names:
                told |= _alone(name, sources, when, own)
    return [
        SegmentHeld(name, sources.segments[name].name, told[name] is True, _fault(told[name]))
        for name in names
    ]


def _held(names: list[str], sources: Sources, when: When, pid: int) -> dict[str, bool | str]:
    if not names:
        return {}
    asked = [Member(segment=name) for name in names]
    found = audience.explain_person(asked, sources, when, pid)
    return {name: one.held for name, one in zip(names, found.reasons, strict=True)}


def _alone(name: str, sources: Sources, when: When, pid: int) -> dict[str, bool | str]:
    try:
        return _held([name], sources, when, pid)
    except SegmentError as error:
        return {name: error.message}


def _fault(told: bool | str) -> str:
    return told if isinstance(told, str) else ""

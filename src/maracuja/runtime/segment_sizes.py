"""How large segments are: counted once a day, beside the other work, one after the other.

What was counted stays, also where a segment's definition has changed since.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.definitions import Campaign
from maracuja.errors import SegmentError
from maracuja.model import moment
from maracuja.runtime.audience import evaluate
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.segment_work import opened
from maracuja.segments.comparing import When
from maracuja.segments.definition import Member, Segment
from maracuja.segments.predicate import leaves
from maracuja.segments.words import say
from maracuja.store import definitions, marks, segment_sizes
from maracuja.store.segment_sizes import Size

LOOK_EVERY: Final = timedelta(minutes=10)
BEGINS: Final = 4  # o'clock, by the shop's clock: few are at work
KEPT: Final = timedelta(days=800)
LATELY: Final = 30  # days whose sizes the list shows

_log = logging.getLogger("maracuja.segments")


@dataclass(frozen=True)
class DaySize:
    """How many people a segment held on a day."""

    day: date
    people: int


@dataclass(frozen=True)
class SegmentListed:
    """A segment on the shelf: in words, its last sizes, and which others and campaigns name it.

    `people` is the last of `sizes`, which go back up to 30 days, oldest first.
    """

    id: str
    name: str
    says: str
    changed: datetime
    version: int
    people: int | None
    counted: date | None
    sizes: tuple[DaySize, ...]
    labels: tuple[str, ...]
    archived: bool
    named_by: tuple[str, ...]


class SegmentSizes:
    """A chore of the worker: counts one segment at a time that was not counted today."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._look = datetime.min.replace(tzinfo=UTC)
        self._failed: set[tuple[str, str]] = set()

    def __call__(self, now: datetime) -> datetime | None:
        """Count the next one; when to come again, None: whenever the worker is awake."""
        if now < self._look:
            return None
        local = now.astimezone(zones.zone(self._ground.zone, "UTC"))
        day = local.date().isoformat()
        if local.hour >= BEGINS and self._count_one(day, now):
            return now
        self._look = now + LOOK_EVERY
        return None

    def _count_one(self, day: str, now: datetime) -> bool:
        """Whether there was one to count."""
        store = self._ground.store
        with store.read() as conn:
            counted = segment_sizes.counted_on(conn, day)
            missing = [one for one in _segments(conn) if one.id not in counted]
            missing = [one for one in missing if (one.id, day) not in self._failed]
            if not missing:
                return False
            segment = missing[0]
            try:
                with opened(conn, self._ground, now) as sources:
                    found = evaluate(segment.where, sources, When(now, self._ground.zone))
            except SegmentError as fault:
                _log.info("The segment %s cannot be counted: %s", segment.id, fault.message)
                self._failed.add((segment.id, day))
                return True
        with store.write() as conn:
            segment_sizes.put(conn, Size(segment.id, day, int(found.pids.size)))
            before = date.fromisoformat(day) - KEPT
            segment_sizes.forget_before(conn, before.isoformat())
        return True


def listed(
    conn: Connection,
    *,
    words: str = "",
    label: str = "",
    archived: bool | None = None,
    language: str = "en",
) -> list[SegmentListed]:
    """The segments by name: of a label, with these words in id, name or sentence.

    `archived`: only those in the archive, or only the others; None: all.
    """
    lately = segment_sizes.lately(conn, LATELY)
    tagged, away = marks.labels_of(conn, "segment"), marks.archived_of(conn, "segment")
    stored = {one.id: one for one in definitions.current(conn, "segment")}
    named = _named_by(conn)
    shown = []
    for segment in _segments(conn):
        kept, labels = stored[segment.id], tagged.get(segment.id, [])
        says = say(segment.where, language)
        if words.casefold() not in f"{segment.id} {segment.name} {says}".casefold():
            continue
        if (label and label not in labels) or archived not in (None, segment.id in away):
            continue
        sizes = tuple(map(_day_size, lately.get(segment.id, [])))
        shown.append(
            SegmentListed(
                id=segment.id,
                name=segment.name or segment.id,
                says=says,
                changed=moment(kept.created_us),
                version=kept.version,
                people=sizes[-1].people if sizes else None,
                counted=sizes[-1].day if sizes else None,
                sizes=sizes,
                labels=tuple(labels),
                archived=segment.id in away,
                named_by=tuple(sorted(named.get(segment.id, ()))),
            )
        )
    return sorted(shown, key=lambda one: (one.name.casefold(), one.id))


def sizes(conn: Connection, name: str, since: date) -> list[DaySize]:
    """The sizes of a segment from a day on, oldest first. Raises NotFound."""
    definitions.get(conn, "segment", name)
    return [_day_size(one) for one in segment_sizes.of(conn, name, since.isoformat())]


def _day_size(one: Size) -> DaySize:
    return DaySize(date.fromisoformat(one.day), one.people)


def _segments(conn: Connection) -> list[Segment]:
    found = definitions_in_force(conn)
    return [one for _, one in sorted(found.items()) if isinstance(one, Segment)]


def _named_by(conn: Connection) -> dict[str, set[str]]:
    """By segment: the campaigns and segments that name it, as `campaign:spring`."""
    found: dict[str, set[str]] = {}
    for (kind, name), one in definitions_in_force(conn).items():
        if isinstance(one, Segment):
            mentioned = [c.segment for c in leaves(one.where) if isinstance(c, Member)]
        elif isinstance(one, Campaign):
            mentioned = [*one.exclude, *([one.audience] if isinstance(one.audience, str) else [])]
        else:
            continue
        for segment in filter(None, mentioned):
            found.setdefault(segment, set()).add(f"{kind}:{name}")
    return found

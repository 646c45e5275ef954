"""The calendar: what was sent, what is under way and what is to come, and who would hear twice.

It reads and counts; it never launches anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from typing import Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.checks import Known
from maracuja.campaigns.definitions import Campaign, Topic
from maracuja.campaigns.facts import decode_facts
from maracuja.campaigns.schedule import Occurrence, first_occurrence, last_due, occurrences
from maracuja.errors import BadInput, DefinitionError
from maracuja.lake.audience import read_audience
from maracuja.model import TopicKind, moment
from maracuja.runtime.launch_audience import audience_of
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.segment_work import opened
from maracuja.segments.comparing import When
from maracuja.store import manifest, marks, runs
from maracuja.store.people import canonical
from maracuja.store.runs import Run, RunState

Pids = npt.NDArray[np.int64]

DAYS_MAX: Final = 370
ENTRIES_MAX: Final = 2_000
EXPECTED: Final = "expected"  # follows by the schedule of a campaign that was launched
DRAFT: Final = "draft"  # has a date, and nobody has launched it
_OVER: Final = (RunState.CANCELLED,)


@dataclass(frozen=True)
class Entry:
    """One sending: `from_` is when the first person is due, `until` when the last.

    `state` is the run's, `expected` or `draft`. `people` is its audience: frozen, or as it
    stands now; None where it was not counted or could not be.
    """

    campaign: str
    name: str
    occurrence: str
    from_: datetime
    until: datetime
    state: str
    channels: list[str]
    topic: str
    marketing: bool
    labels: list[str]
    run: int | None = None
    people: int | None = None
    fault: str = ""


@dataclass(frozen=True)
class Overlap:
    """Two sendings of one day that `people` are in the audience of both of."""

    day: date
    first: str
    second: str
    people: int
    share: float  # of the smaller audience


@dataclass(frozen=True)
class Calendar:
    """The sendings of some days, in order; `always` are campaigns that wait for events.

    `crowded` says how many people would be due more messages within the cap's days than the cap
    lets through; `overlaps` and `crowded` are None where nobody asked.
    """

    since: datetime
    until: datetime
    entries: list[Entry]
    always: list[str]
    overlaps: list[Overlap] | None = None
    crowded: int | None = None
    cap: str = ""


def calendar(
    ground: Ground, since: datetime, until: datetime, now: datetime, *, overlaps: bool = False
) -> Calendar:
    """What is or was due in [since, until). Raises BadInput for a span that cannot be shown."""
    if not (since < until and until - since <= timedelta(days=DAYS_MAX)):
        raise BadInput(
            f"The calendar shows 1 to {DAYS_MAX} days.", where="until", fix="Ask for fewer."
        )
    with ground.store.read() as conn:
        around = definitions_in_force(conn)
        found = sorted(
            _entries(conn, ground, around, since, until, now),
            key=lambda one: (one.from_, one.campaign),
        )[:ENTRIES_MAX]
        away = marks.archived_of(conn, "campaign")
        always = sorted(
            one.id
            for (kind, _), one in around.items()
            if kind == "campaign" and _triggered(one) and one.id not in away
        )
        made = Calendar(since, until, found, always)
        return _with_people(conn, ground, around, made, now) if overlaps else made


def _triggered(campaign: object) -> bool:
    return getattr(campaign, "trigger", None) is not None


def _entries(
    conn: Connection,
    ground: Ground,
    around: Known,
    since: datetime,
    until: datetime,
    now: datetime,
) -> Iterator[Entry]:
    tags = marks.labels_of(conn, "campaign")
    away = marks.archived_of(conn, "campaign")
    launched: dict[str, Run] = {}
    for run in runs.every(conn):
        launched[run.campaign] = run
        facts = decode_facts(run.facts)
        if run.state in _OVER or _triggered(facts.campaign):
            continue
        entry = _entry(facts.campaign, around, facts.occurrence, run.state.value, tags)
        if entry.from_ < until and entry.until >= since:
            yield replace(entry, run=run.run)
    for (kind, name), one in around.items():
        if kind != "campaign" or not isinstance(one, Campaign) or _triggered(one) or name in away:
            continue
        last = launched.get(name)
        for occurrence in _to_come(one, last, now, since, until, ground.zone):
            state = EXPECTED if last is not None else DRAFT
            yield _entry(one, around, occurrence, state, tags)


def _to_come(
    campaign: Campaign,
    last: Run | None,
    now: datetime,
    since: datetime,
    until: datetime,
    zone: str,
) -> Iterator[Occurrence]:
    """The occurrences for which there is no run yet, as far as its schedule tells."""
    schedule = campaign.schedule
    if last is not None:
        if not schedule.recurring or last.state in _OVER:
            return
        after = max(moment(last.planned_us), now)
    else:
        first = first_occurrence(schedule, now, zone)
        if first is None or not (schedule.recurring or schedule.day or schedule.moment):
            return
        if not schedule.recurring:
            if since <= first.planned < until and first.planned >= now:
                yield first
            return
        after = now
    for occurrence in occurrences(schedule, after, zone):
        if occurrence.planned >= until:
            return
        if last_due(occurrence) >= since:
            yield occurrence


def _entry(
    campaign: Campaign,
    around: Known,
    occurrence: Occurrence,
    state: str,
    tags: Mapping[str, list[str]],
) -> Entry:
    topic = around.get(("topic", campaign.topic))
    marketing = not isinstance(topic, Topic) or topic.type is TopicKind.MARKETING
    return Entry(
        campaign=campaign.id,
        name=campaign.name or campaign.id,
        occurrence=occurrence.key,
        from_=occurrence.planned,
        until=max(last_due(occurrence), occurrence.planned),
        state=state,
        channels=list(campaign.channels),
        topic=campaign.topic,
        marketing=marketing,
        labels=tags.get(campaign.id, []),
    )


# ---------------------------------------------------------------- who would hear twice


def _with_people(
    conn: Connection, ground: Ground, around: Known, made: Calendar, now: datetime
) -> Calendar:
    """The calendar with the sizes of audiences, overlaps, and who is due too much."""
    people = _audiences(conn, ground, around, made.entries, now)
    entries = [
        replace(one, people=None if isinstance(p, str) else len(p), fault=_fault(p))
        for one, p in zip(made.entries, people, strict=True)
    ]
    known = [
        (one, p)
        for one, p in zip(entries, people, strict=True)
        if one.marketing and not isinstance(p, str)
    ]
    cap = ground.cap
    return replace(
        made,
        entries=entries,
        overlaps=sorted(
            _overlaps(known, ground.zone), key=lambda one: (one.day, -one.people, one.first)
        ),
        crowded=_crowded(known, ground.zone, cap.messages, cap.days) if cap else 0,
        cap=f"{cap.messages} in {cap.days} days" if cap else "",
    )


def _fault(people: Pids | str) -> str:
    return people if isinstance(people, str) else ""


def _audiences(
    conn: Connection, ground: Ground, around: Known, entries: Sequence[Entry], now: datetime
) -> list[Pids | str]:
    """The people of each entry (sorted canonical pids), or why they cannot be counted."""
    frozen = {run.run: run.audience_path for run in runs.every(conn) if run.audience_path}
    live = {file.path for file in manifest.get(conn, sorted(frozen.values()))}
    asked: dict[str, Pids | str] = {}
    found: list[Pids | str] = []
    with opened(conn, ground, now) as sources:
        for one in entries:
            path = frozen.get(one.run or 0, "")
            if path in live:
                pids = read_audience(ground.lake, path)["pid"].to_numpy()
                found.append(np.unique(canonical(conn, pids)))
                continue
            if one.campaign not in asked:
                wanted = around.get(("campaign", one.campaign))
                try:
                    assert isinstance(wanted, Campaign)
                    asked[one.campaign] = audience_of(wanted, sources, When(now, ground.zone))
                except (DefinitionError, AssertionError) as fault:
                    asked[one.campaign] = str(fault) or "its definition is gone"
            found.append(asked[one.campaign])
    return found


def _overlaps(known: Sequence[tuple[Entry, Pids]], zone: str) -> Iterable[Overlap]:
    """Every two sendings of different campaigns whose days touch, and the people in both."""
    for (one, mine), (other, theirs) in combinations(known, 2):
        day = max(_day(one.from_, zone), _day(other.from_, zone))
        touch = day <= min(_day(one.until, zone), _day(other.until, zone))
        if one.campaign == other.campaign or not touch:
            continue
        both = len(np.intersect1d(mine, theirs, assume_unique=True))
        if both:
            share = both / min(len(mine), len(theirs))
            yield Overlap(day, one.campaign, other.campaign, both, share)


def _crowded(known: Sequence[tuple[Entry, Pids]], zone: str, messages: int, days: int) -> int:
    """How many people are due more than so many messages within so many days in a row."""
    if not known:
        return 0
    everybody = np.unique(np.concatenate([pids for _, pids in known]))
    first = min(_day(one.from_, zone) for one, _ in known)
    last = max(_day(one.from_, zone) for one, _ in known)
    span = (last - first).days + 1
    due = np.zeros((span + 1, len(everybody)), dtype=np.int16)
    for one, pids in known:
        due[(_day(one.from_, zone) - first).days + 1, np.searchsorted(everybody, pids)] += 1
    so_far = np.cumsum(due, axis=0, dtype=np.int16)
    too_many = np.zeros(len(everybody), dtype=bool)
    for end in range(1, span + 1):
        too_many |= so_far[end] - so_far[max(end - days, 0)] > messages
    return int(too_many.sum())


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(zones.zone(zone)).date()


# ---------------------------------------------------------------- for other calendars


def as_ics(made: Calendar, shop: str, now: datetime) -> str:
    """The calendar for Google, Outlook and the like, as iCalendar (RFC 5545)."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Maracuja//Calendar//EN"]
    lines += ["CALSCALE:GREGORIAN", f"X-WR-CALNAME:{_escaped(shop)}"]
    for one in made.entries:
        said = f"{one.state}; {', '.join(one.channels)}; {one.topic}"
        lines += [
            "BEGIN:VEVENT",
            f"UID:{one.campaign}-{one.occurrence}@maracuja",
            f"DTSTAMP:{_utc(now)}",
            f"DTSTART:{_utc(one.from_)}",
            f"DTEND:{_utc(max(one.until, one.from_ + timedelta(minutes=30)))}",
            f"SUMMARY:{_escaped(one.name)}",
            f"DESCRIPTION:{_escaped(said)}",
            *([f"CATEGORIES:{','.join(map(_escaped, one.labels))}"] if one.labels else []),
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return plain.replace("\r", "").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 bytes; what follows begins with a space."""
    parts, rest = [], line
    while len(rest.encode()) > 74:
        cut = 74
        while len(rest[:cut].encode()) > 74:
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
    return "\r\n ".join([*parts, rest])

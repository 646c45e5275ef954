"""A breach of data: noted with its clock, its people counted, the texts that tell of it.

It must never tell anybody by itself: what is sent to authorities and people, a person sends.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
from sqlalchemy import Connection

from maracuja.decisions.law_sets import BY_ID, DEFAULT
from maracuja.errors import BadInput, Conflict
from maracuja.model import micros, moment
from maracuja.runtime import audience, segment_work
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.law_in_force import Law
from maracuja.runtime.rights_work import Step, steps_of
from maracuja.segments.comparing import When
from maracuja.segments.definition import Member
from maracuja.store import audit, breaches, people, traits
from maracuja.store.breaches import UNCOUNTED, Breach
from maracuja.store.people import CHUNK, Pids

AUTHORITY: Final = "authority"
PEOPLE: Final = "people"


@dataclass(frozen=True)
class BreachShown:
    """A breach with its clock; `people` is null until they were counted. `late`: not reported."""

    id: int
    what: str
    noticed: datetime
    since: datetime | None
    until: datetime | None
    data: str
    scope: str
    people: int | None
    laws: tuple[str, ...]
    authorities: tuple[str, ...]
    due: datetime
    late: bool
    measures: str
    reported: datetime | None
    told: datetime | None
    closed: datetime | None
    steps: tuple[Step, ...] = ()


def note(
    conn: Connection,
    what: str,
    *,
    actor: str,
    now: datetime,
    noticed: datetime | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    data: str = "",
    scope: str = "",
    measures: str = "",
) -> BreachShown:
    """Note a breach; until its people are counted the shortest clock of all laws runs.

    Raises BadInput for times to come or in the wrong order, NotFound for a segment.
    """
    seen = noticed or now
    if seen > now:
        raise BadInput("A breach cannot be noticed in the future.", where="noticed")
    if since and until and since > until:
        raise BadInput("It ends before it begins.", where="until")
    if scope:
        segment_work.get(conn, scope)
    made = Breach(
        id=0,
        noticed_us=micros(seen),
        from_us=micros(since) if since else None,
        until_us=micros(until) if until else None,
        what=what,
        data=data,
        scope=scope,
        laws="",
        people=UNCOUNTED,
        due_us=micros(_due(seen, ())),
        measures=measures,
        reported_us=None,
        told_us=None,
        closed_us=None,
        reminded_us=None,
    )
    number = breaches.add(conn, made)
    step(conn, number, actor, "noted", now)
    return show(conn, number, now)


def count(ground: Ground, number: int, *, actor: str, now: datetime) -> BreachShown:
    """Count the people: of its segment, else those with events in its time, else everybody.

    The clock becomes that of the strictest of their laws. Raises NotFound, SegmentError.
    """
    with ground.store.read() as conn:
        leak = breaches.get(conn, number)
        pids = _affected(ground, conn, leak, now)
        laws = _laws(ground, conn, pids, now)
    with ground.store.write() as conn:
        due = _due(moment(leak.noticed_us), tuple(laws))
        breaches.change(
            conn,
            number,
            people=len(pids),
            laws=",".join(sorted(laws)),
            due_us=micros(due),
        )
        step(conn, number, actor, "counted", now, dict(sorted(laws.items())))
        return show(conn, number, now)


def report(conn: Connection, number: int, *, to: str, actor: str, now: datetime) -> BreachShown:
    """Note that the authority, or the people, were told. Raises NotFound, Conflict, BadInput."""
    leak = breaches.get(conn, number)
    columns = {AUTHORITY: "reported_us", PEOPLE: "told_us"}
    if to not in columns:
        raise BadInput(f"`{to}` is nobody to tell.", fix=f"It is {AUTHORITY} or {PEOPLE}.")
    if getattr(leak, columns[to]) is not None:
        raise Conflict(f"The {to} were told of breach {number} already.")
    breaches.change(conn, number, **{columns[to]: micros(now)})
    step(conn, number, actor, f"told_{to}", now)
    return show(conn, number, now)


def close(
    conn: Connection, number: int, measures: str, *, actor: str, now: datetime
) -> BreachShown:
    """Close a breach with what was done about it. Raises NotFound, Conflict, BadInput."""
    leak = breaches.get(conn, number)
    if leak.closed_us is not None:
        raise Conflict(f"Breach {number} is closed already.")
    if not (measures or leak.measures).strip():
        raise BadInput("It is not said what was done about it.", where="measures")
    breaches.change(conn, number, closed_us=micros(now), measures=measures or leak.measures)
    step(conn, number, actor, "closed", now)
    return show(conn, number, now)


def show(conn: Connection, number: int, now: datetime) -> BreachShown:
    """A breach with its steps. Raises NotFound."""
    return _shown(breaches.get(conn, number), now, steps_of(conn, f"breach:{number}"))


def listed(conn: Connection, now: datetime) -> list[BreachShown]:
    """All breaches, the newest first."""
    return [_shown(one, now, ()) for one in breaches.every(conn)]


def step(
    conn: Connection, number: int, actor: str, action: str, now: datetime, detail: Any = None
) -> None:
    """Write down what was done about a breach."""
    audit.add(conn, micros(now), actor, f"breach_{action}", f"breach:{number}", detail)


def _due(noticed: datetime, laws: tuple[str, ...]) -> datetime:
    """When the authority has to be told at the latest, by the strictest of the laws."""
    hours = min((BY_ID[law].breach.hours for law in laws), default=DEFAULT.breach.hours)
    return noticed + timedelta(hours=hours)


def _affected(ground: Ground, conn: Connection, leak: Breach, now: datetime) -> Pids:
    """The canonical pids of whom it is about."""
    with segment_work.opened(conn, ground, now) as sources:
        if leak.scope:
            where = [Member(segment=leak.scope)]
            return audience.evaluate(where, sources, When(now, ground.zone)).pids
        if leak.from_us is None and leak.until_us is None:
            return np.array(people.pids_after(conn, 0, 2**31), dtype=np.int64)
        query = """
            SELECT DISTINCT coalesce(m.canonical, e.pid) FROM events e
            LEFT JOIN merged m ON m.pid = e.pid
            WHERE epoch_us(e.ts) >= ? AND epoch_us(e.ts) <= ?
        """
        span = [leak.from_us or 0, leak.until_us or micros(now)]
        rows = sources.con.execute(query, span).fetchall()
    found = np.array(sorted(pid for (pid,) in rows), dtype=np.int64)
    return found[people.standing(conn, found)] if found.size else found


def _laws(ground: Ground, conn: Connection, pids: Pids, now: datetime) -> Counter[str]:
    """How many of them are under each law."""
    law = Law(conn, ground.config.shop.country, ground.zone)
    found: Counter[str] = Counter()
    for at in range(0, len(pids), CHUNK):
        docs = people.select_people(conn, pids[at : at + CHUNK]).doc
        found.update(law.of_documents([traits.decode(doc) for doc in docs], now)["law"].to_list())
    return found


def _shown(one: Breach, now: datetime, steps: tuple[Step, ...]) -> BreachShown:
    laws = tuple(filter(None, one.laws.split(",")))
    due = moment(one.due_us)
    return BreachShown(
        id=one.id,
        what=one.what,
        noticed=moment(one.noticed_us),
        since=None if one.from_us is None else moment(one.from_us),
        until=None if one.until_us is None else moment(one.until_us),
        data=one.data,
        scope=one.scope,
        people=None if one.people == UNCOUNTED else one.people,
        laws=laws,
        authorities=tuple(BY_ID[law].breach.authority for law in laws),
        due=due,
        late=one.reported_us is None and one.closed_us is None and due < now,
        measures=one.measures,
        reported=None if one.reported_us is None else moment(one.reported_us),
        told=None if one.told_us is None else moment(one.told_us),
        closed=None if one.closed_us is None else moment(one.closed_us),
        steps=steps,
    )

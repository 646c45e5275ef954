"""Occurrences of campaigns: a one-off has one, a recurring one many, each with its own state."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, bindparam, select, update

from maracuja.errors import Conflict, NotFound
from maracuja.store import bulk, counters, live
from maracuja.store.schema import runs

AUDIENCE_NONE: Final = ""


class RunState(StrEnum):
    """Where a run is."""

    SCHEDULED = "scheduled"
    LAUNCHING = "launching"  # the audience is frozen, its parts are being decided
    SENDING = "sending"  # everybody is decided or waits
    PAUSED = "paused"
    DONE = "done"
    CANCELLED = "cancelled"


S = RunState
# A run that was paused goes back to where it was: next_part < parts tells which.
NEXT: Final[dict[RunState, frozenset[RunState]]] = {
    S.SCHEDULED: frozenset({S.LAUNCHING, S.PAUSED, S.CANCELLED}),
    S.LAUNCHING: frozenset({S.SENDING, S.PAUSED, S.CANCELLED, S.DONE}),
    S.SENDING: frozenset({S.PAUSED, S.CANCELLED, S.DONE}),
    S.PAUSED: frozenset({S.SCHEDULED, S.LAUNCHING, S.SENDING, S.CANCELLED}),
    S.DONE: frozenset(),
    S.CANCELLED: frozenset(),
}


class Run(NamedTuple):
    """One occurrence; `facts` is JSON of the definitions as they were at launch."""

    run: int
    campaign: str
    version: int
    occurrence: str
    state: RunState
    planned_us: int
    launched_us: int | None
    finished_us: int | None
    expires_us: int | None
    audience_path: str
    next_part: int
    parts: int
    facts: bytes


_COLUMNS: Final = tuple(runs.c[name] for name in Run._fields)


def create(
    conn: Connection,
    campaign: str,
    occurrence: str,
    *,
    version: int,
    planned_us: int,
    expires_us: int | None = None,
    facts: bytes = b"{}",
) -> Run:
    """Make the run of this natural key, or return the one that stands."""
    mine = (runs.c.campaign == campaign) & (runs.c.occurrence == occurrence)
    standing = conn.execute(select(*_COLUMNS).where(mine)).one_or_none()
    if standing is not None:
        return _run(tuple(standing))
    made = Run(
        run=counters.take(conn, "run"),
        campaign=campaign,
        version=version,
        occurrence=occurrence,
        state=RunState.SCHEDULED,
        planned_us=planned_us,
        launched_us=None,
        finished_us=None,
        expires_us=expires_us,
        audience_path=AUDIENCE_NONE,
        next_part=0,
        parts=0,
        facts=facts,
    )
    conn.execute(runs.insert().values({**made._asdict(), "state": made.state.value}))
    live.tell(conn, live.Kind.CAMPAIGN, [campaign])
    return made


def set_state(conn: Connection, run: int, state: RunState, now_us: int) -> Run:
    """Go to `state`; to be there already is no fault. Raises Conflict where no way leads there."""
    standing = get(conn, run)
    if standing.state is state:
        return standing
    if state not in NEXT[standing.state]:
        raise Conflict(
            f"a run that is {standing.state.value} cannot become {state.value}",
            where=f"{standing.campaign}/{standing.occurrence}",
        )
    changes: dict[str, Any] = {"state": state.value}
    if state is RunState.LAUNCHING and standing.launched_us is None:
        changes["launched_us"] = now_us
    if not NEXT[state]:
        changes["finished_us"] = now_us
    conn.execute(update(runs).where(runs.c.run == run).values(changes))
    live.tell(conn, live.Kind.CAMPAIGN, [standing.campaign])
    return get(conn, run)


def resume(conn: Connection, run: int, now_us: int) -> Run:
    """Let a paused run go on where it was. Raises Conflict when it is not paused."""
    standing = get(conn, run)
    if standing.state is not RunState.PAUSED:
        raise Conflict(
            f"a run that is {standing.state.value} cannot be resumed",
            where=f"{standing.campaign}/{standing.occurrence}",
        )
    if standing.launched_us is None:
        return set_state(conn, run, RunState.SCHEDULED, now_us)
    undecided = standing.next_part < standing.parts
    return set_state(conn, run, S.LAUNCHING if undecided else S.SENDING, now_us)


def freeze(conn: Connection, run: int, *, audience_path: str, parts: int) -> None:
    """Note the audience's file, in the transaction that puts it in the manifest."""
    changes: dict[str, Any] = {"audience_path": audience_path, "parts": parts, "next_part": 0}
    conn.execute(update(runs).where(runs.c.run == run).values(changes))


def replan(conn: Connection, run: int, *, version: int, facts: bytes) -> Run:
    """Let a run whose audience is not frozen go out with other definitions than it was planned."""
    mine = (runs.c.run == run) & (runs.c.audience_path == AUDIENCE_NONE)
    conn.execute(update(runs).where(mine).values(version=version, facts=facts))
    return get(conn, run)


def prolong(conn: Connection, run: int, expires_us: int) -> None:
    """Let its messages be current until then."""
    conn.execute(update(runs).where(runs.c.run == run).values(expires_us=expires_us))


def advance(conn: Connection, run: int, part: int) -> None:
    """Note, in the transaction that queues it, that `part` is decided; Conflict if it was."""
    mine = (runs.c.run == run) & (runs.c.next_part == part)
    if conn.execute(update(runs).where(mine).values(next_part=part + 1)).rowcount != 1:
        raise Conflict(f"part {part} of run {run} is decided already, or not its turn")
    live.tell(conn, live.Kind.CAMPAIGN, [get(conn, run).campaign])


def get(conn: Connection, run: int) -> Run:
    """One run. Raises NotFound."""
    row = conn.execute(select(*_COLUMNS).where(runs.c.run == run)).one_or_none()
    if row is None:
        raise NotFound(f"there is no run {run}")
    return _run(tuple(row))


def every(
    conn: Connection,
    *,
    campaign: str | None = None,
    states: tuple[RunState, ...] | None = None,
) -> list[Run]:
    """Runs by number, of one campaign or of all, in these states or in any."""
    told = {"campaign": campaign, "states": states and [state.value for state in states]}
    query = _every(of_one=campaign is not None, in_some=states is not None)
    rows = conn.execute(query, told)
    return [_run(tuple(row)) for row in rows]


@cache
def _every(*, of_one: bool, in_some: bool) -> Select[Any]:
    query = select(*_COLUMNS).order_by(runs.c.run)
    if of_one:
        query = query.where(runs.c.campaign == bindparam("campaign"))
    if in_some:
        query = query.where(runs.c.state.in_(bindparam("states", expanding=True)))
    return query


def due(conn: Connection, now_us: int) -> list[Run]:
    """Scheduled runs whose time has come, the earliest first."""
    query = (
        select(*_COLUMNS)
        .where(runs.c.state == RunState.SCHEDULED.value, runs.c.planned_us <= now_us)
        .order_by(runs.c.planned_us, runs.c.run)
    )
    return [_run(row) for row in bulk.fetch(conn, query)]


def _run(row: tuple[Any, ...]) -> Run:
    return Run(*row)._replace(state=RunState(row[4]))

"""Why a person did or did not get a message, in words, and what they did lately: from the lake."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import duckdb
import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.checks import find
from maracuja.campaigns.definitions import Campaign
from maracuja.decisions.absence_words import Absence, one_of, say
from maracuja.decisions.message_words import QUEUED, happened
from maracuja.decisions.reason_words import sentence
from maracuja.decisions.reasons import Outcome, Reason, read
from maracuja.lake.facts import aliases_of
from maracuja.lake.session import ensure_columns, open_session
from maracuja.model import FileKind, TraitType, micros, moment
from maracuja.runtime import entry_report
from maracuja.runtime.audience import explain_person
from maracuja.runtime.launch_audience import conditions_of, open_sources, segments_of
from maracuja.runtime.launch_ground import Ground, definitions_in_force, trait_types
from maracuja.runtime.suppression_words import of_person
from maracuja.segments.comparing import When
from maracuja.segments.explain import Reason as Condition
from maracuja.store import manifest, people, runs
from maracuja.store.runs import RunState

ROWS_MAX: Final = 1_000
_OPEN: Final = (RunState.SCHEDULED, RunState.PAUSED)
_REASONS: Final = frozenset(reason.value for reason in Reason)
_FIXED: Final = ("pid", "bucket", "kind", "event", "ts", "received", "message_id", "message_hash")


@dataclass(frozen=True)
class Decided:
    """One decision about the person, said in words, and what became of the message since.

    `detail` is the value that the reason is about, such as `person.city`.
    """

    at: datetime
    due: datetime
    campaign: str
    run: int
    outcome: str
    reason: str
    says: str
    held: str
    channel: str
    variant: str
    language: str
    message: str
    became: tuple[str, ...]
    detail: str = ""


class _Became(NamedTuple):
    """What became of a message: first, all in words, and why it was withdrawn at the last look."""

    first: str
    words: list[str]
    withdrawn: Reason | None


@dataclass(frozen=True)
class ConditionShown:
    """One condition of an audience for this person: whether it held, and on what evidence."""

    where: str
    held: bool
    says: str
    evidence: str
    parts: tuple[ConditionShown, ...] = ()


@dataclass(frozen=True)
class Why:
    """The decisions, newest first; `absent` says why a campaign that was asked for made none.

    Where there are none of any campaign, it names the campaigns whose audience is still to come.
    `suppressed` says of each address that is not written to now since when, and why.
    """

    pid: int
    decisions: tuple[Decided, ...]
    absent: str = ""
    conditions: tuple[ConditionShown, ...] = ()
    suppressed: tuple[str, ...] = ()


@dataclass(frozen=True)
class EventShown:
    """Something that the person did or that was done to them."""

    at: datetime
    received: datetime
    kind: str
    event: str
    message_id: str
    properties: dict[str, Any]


def why(
    ground: Ground,
    pid: int,
    now: datetime,
    *,
    campaign: str | None = None,
    language: str = "en",
    rows_max: int = ROWS_MAX,
) -> Why:
    """What was decided about a person, of one campaign or of all. Raises NotFound.

    Where the campaign that is asked for decided nothing about them, says why as things stand now.
    """
    with ground.store.read() as conn:
        own = people.get(conn, pid).pid
        con = opened_lake(conn, ground, now, (FileKind.EVENTS, FileKind.DECISIONS))
        try:
            decided = _decisions(con, own, campaign, language, rows_max)
        finally:
            con.close()
        held = of_person(conn, own, now, language=language, zone=ground.zone)
        if decided:
            return Why(own, tuple(decided), suppressed=held)
        if campaign is None:
            return Why(own, (), _to_come(conn, language), suppressed=held)
        absent = _absent(conn, ground, own, campaign, now, language)
        return replace(absent, suppressed=held)


def recent(ground: Ground, pid: int, now: datetime, *, rows_max: int = 100) -> list[EventShown]:
    """The latest events of a person, newest first, ours among them. Raises NotFound."""
    with ground.store.read() as conn:
        own = people.get(conn, pid).pid
        con = opened_lake(conn, ground, now, (FileKind.EVENTS,))
    try:
        mine = listed(aliases_of(con, own))
        order = "ORDER BY ts DESC, message_hash"
        rows = con.execute(
            f"SELECT * FROM events WHERE pid IN ({mine}) {order} LIMIT {int(rows_max)}"  # noqa: S608
        )
        names = [column[0] for column in rows.description or []]
        return [event_shown(dict(zip(names, row, strict=True))) for row in rows.fetchall()]
    finally:
        con.close()


def opened_lake(
    conn: Connection, ground: Ground, now: datetime, kinds: Sequence[FileKind]
) -> duckdb.DuckDBPyConnection:
    """A lake session over the live files of these kinds; close it after."""
    pids, canonical = people.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    files = manifest.live(conn, kinds, micros(now))
    config = ground.config.lake
    return open_session(
        ground.lake, files, merged=merged, threads=config.threads, memory=config.memory
    )


def _decisions(
    con: duckdb.DuckDBPyConnection, pid: int, campaign: str | None, language: str, rows_max: int
) -> list[Decided]:
    mine = listed(aliases_of(con, pid))
    only = "AND campaign = ?" if campaign is not None else ""
    rows = con.execute(
        'SELECT epoch_us("at"), epoch_us(due), campaign, run, outcome, reason, held, channel,'  # noqa: S608
        " variant, language, lower(hex(message)) FROM decisions"
        f' WHERE pid IN ({mine}) {only} ORDER BY "at" DESC, run DESC LIMIT {int(rows_max)}',
        [] if campaign is None else [campaign],
    ).fetchall()
    became = _became(con, mine, language) if rows else {}
    nothing = _Became(QUEUED, [], None)
    return [
        Decided(
            at=moment(row[0]),
            due=moment(row[1]),
            campaign=row[2],
            run=row[3],
            outcome=row[4],
            reason=read(row[5])[0].value,
            says=_says(Outcome(row[4]), row[5], became.get(row[10], nothing), language),
            held=row[6],
            channel=row[7],
            variant=row[8],
            language=row[9],
            message=row[10] or "",
            became=tuple(became.get(row[10], nothing).words) if row[4] == Outcome.SEND else (),
            detail=read(row[5])[1],
        )
        for row in rows
    ]


def _says(outcome: Outcome, kept: str, became: _Became, language: str) -> str:
    """The decision in words; of a message to be sent, what became of it since."""
    if outcome is not Outcome.SEND:
        reason, detail = read(kept)
        return sentence(outcome, reason, language, detail)
    if became.withdrawn is not None:
        return sentence(Outcome.NEVER, became.withdrawn, language)
    return happened(became.first, language)


def _became(con: duckdb.DuckDBPyConnection, mine: str, language: str) -> dict[str, _Became]:
    """What the lake tells of each message (hexadecimal id), in the order of time."""
    ensure_columns(
        con,
        {
            "properties.message": TraitType.TEXT,
            "properties.machine": TraitType.BOOLEAN,
            "properties.code": TraitType.TEXT,
        },
    )
    rows = con.execute(
        'SELECT "properties.message", event, coalesce("properties.machine", false), epoch_us(ts),'  # noqa: S608
        ' "properties.code"'
        f' FROM events WHERE pid IN ({mine}) AND "properties.message" IS NOT NULL ORDER BY ts'
    ).fetchall()
    told: dict[str, _Became] = {}
    for message, event, machine, at_us, code in rows:
        one = told.get(message, _Became(event, [], None))
        said = happened(event, language, machine=machine)
        one.words.append(f"{said} {moment(at_us).strftime('%Y-%m-%d %H:%M:%S')} UTC")
        told[message] = one._replace(withdrawn=Reason(code)) if code in _REASONS else one
    return told


def _to_come(conn: Connection, language: str) -> str:
    """Which campaigns are launched but have decided about nobody yet; '' where there are none."""
    planned = [run.campaign for run in runs.every(conn, states=_OPEN) if not _decides(run)]
    names = ", ".join(f"`{name}`" for name in dict.fromkeys(planned))
    return say(Absence.TO_COME, language, names) if names else ""


def _decides(run: runs.Run) -> bool:
    """Whether the run has its people, or lets them in one by one."""
    return bool(run.audience_path or run.launched_us)


def _absent(
    conn: Connection, ground: Ground, pid: int, name: str, now: datetime, language: str
) -> Why:
    """Why a campaign decided nothing about a person."""
    around = definitions_in_force(conn)
    campaign = find(around, "campaign", name, Campaign, where="campaign")
    of_campaign = runs.every(conn, campaign=name)
    launched = [run for run in of_campaign if run.audience_path]
    if campaign.trigger is not None and of_campaign:
        lets_in = one_of(list(campaign.trigger.events), language)
        return Why(pid, (), say(entry_report.absent(conn, name, pid), language, lets_in), ())
    sources = open_sources(
        conn, ground.lake, trait_types(conn), segments_of(around), now=now, cache=ground.cache
    )
    try:
        found = explain_person(
            conditions_of(campaign), sources, When(now, ground.zone), pid, language
        )
    finally:
        sources.con.close()
    if not launched and of_campaign:
        absence = Absence.WOULD_BE_IN if found.held else Absence.WOULD_NOT_BE_IN
    elif any(run.next_part < run.parts for run in launched) and found.held:
        absence = Absence.DECIDING
    elif not launched:
        absence = Absence.NOT_LAUNCHED
    else:
        absence = Absence.IN_NOW if found.held else Absence.OUT
    return Why(
        pid, (), say(absence, language, name), tuple(shown(reason) for reason in found.reasons)
    )


def shown(reason: Condition) -> ConditionShown:
    """A condition's explanation for people and programs."""
    return ConditionShown(
        where=reason.where,
        held=reason.held,
        says=reason.says,
        evidence=reason.evidence,
        parts=tuple(shown(part) for part in reason.parts),
    )


def event_shown(row: dict[str, Any]) -> EventShown:
    """A row of the lake's `events` for people and programs."""
    given = {name: value for name, value in row.items() if name not in _FIXED}
    rest = given.pop("rest", None)
    values = {name: value for name, value in given.items() if value is not None}
    if rest:
        values |= msgspec.json.decode(rest)
    return EventShown(
        at=row["ts"].replace(tzinfo=UTC),
        received=row["received"].replace(tzinfo=UTC),
        kind=row["kind"],
        event=row["event"],
        message_id=row["message_id"] or "",
        properties=dict(sorted(values.items())),
    )


def listed(pids: Sequence[int]) -> str:
    """The pids for SQL's IN."""
    return ", ".join(str(int(pid)) for pid in pids)

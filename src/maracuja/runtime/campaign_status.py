"""Where campaigns are: their runs, and what is stopped; read from the state database alone.

It must stay quick to load: whoever asks how far things are does not wait for an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from maracuja.model import moment
from maracuja.store import audit, definitions, entries, health, manifest, outbox, runs, waiting
from maracuja.store.runs import Run, RunState

_HELD: Final = {RunState.PAUSED: "pause", RunState.CANCELLED: "cancel"}


@dataclass(frozen=True)
class RunShown:
    """Where one occurrence of a campaign is; `messages` counts the outbox by state.

    `held` says why the worker has paused or ended it by itself; '' where it has not.
    """

    run: int
    campaign: str
    occurrence: str
    state: str
    planned: datetime
    launched: datetime | None
    finished: datetime | None
    expires: datetime | None
    audience: int | None
    parts: int
    parts_decided: int
    waiting: int
    messages: dict[str, int]
    held: str = ""


@dataclass(frozen=True)
class Sending:
    """Whether anything is stopped: everything, or single channels with their reasons."""

    stopped: bool
    reason: str
    since: datetime | None
    channels: dict[str, str]


def status(conn: Connection, campaign: str | None = None) -> list[RunShown]:
    """The runs of a campaign or of all, newest first. Raises NotFound for an unknown campaign."""
    found = runs.every(conn, campaign=campaign)
    if campaign is not None and not found:
        definitions.get(conn, "campaign", campaign)
    return shown(conn, found[::-1])


def shown(conn: Connection, some: Sequence[Run]) -> list[RunShown]:
    """The runs for people and programs, in their order."""
    waits = waiting.counts(conn) | entries.counts(conn)
    paths = [run.audience_path for run in some if run.audience_path]
    sizes = {file.path: file.rows for file in manifest.get(conn, paths)}
    return [
        RunShown(
            run=run.run,
            campaign=run.campaign,
            occurrence=run.occurrence,
            state=run.state.value,
            planned=moment(run.planned_us),
            launched=_moment(run.launched_us),
            finished=_moment(run.finished_us),
            expires=_moment(run.expires_us),
            audience=sizes.get(run.audience_path),
            parts=run.parts,
            parts_decided=min(run.next_part, run.parts),
            waiting=waits.get(run.run, 0),
            messages={
                state.name.lower(): n for state, n in outbox.counts(conn, run.run).items() if n
            },
            held=_held(conn, run),
        )
        for run in some
    ]


def paused(conn: Connection) -> dict[str, str]:
    """The campaigns with a run that is paused, and why the worker has done it, or ''."""
    return {run.campaign: _held(conn, run) for run in runs.every(conn, states=(RunState.PAUSED,))}


def _held(conn: Connection, run: Run) -> str:
    """Why the worker has paused or ended the run; '' where a person did, or nobody."""
    action = _HELD.get(run.state, "")
    subject = f"campaign:{run.campaign}"
    for line in audit.newest(conn, subject=subject, action=action, rows_max=1) if action else ():
        by_itself = line.actor == audit.WORKER and run.finished_us in (None, line.at_us)
        return line.detail if by_itself else ""
    return ""


def _moment(us: int | None) -> datetime | None:
    return None if us is None else moment(us)


def sending(conn: Connection) -> Sending:
    """What is stopped now."""
    found = {name: one for name, one in health.every(conn).items() if one.paused}
    whole = found.pop(health.EVERY_CHANNEL, None)
    return Sending(
        stopped=whole is not None,
        reason=whole.reason if whole else "",
        since=moment(whole.since_us) if whole else None,
        channels={name: one.reason for name, one in sorted(found.items())},
    )

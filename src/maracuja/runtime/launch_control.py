"""Launch, pause, resume, cancel and stop: what people say to campaigns, each one transaction.

The worker reads the state again before it commits each chunk and claims each batch, so that
every word takes effect within a second.
"""

from __future__ import annotations

from datetime import datetime
from itertools import islice

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.checks import find
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import RunFacts, decode_facts, encode_facts, freeze
from maracuja.campaigns.schedule import Occurrence, begun_at, first_occurrence, occurrences
from maracuja.campaigns.series import edition_of, listening
from maracuja.errors import CampaignError, Conflict, DefinitionError, NotFound
from maracuja.model import micros
from maracuja.runtime.launch_ground import Ground, definitions_in_force, holdout_salt
from maracuja.store import definitions, entries, health, outbox, runs, waiting
from maracuja.store.runs import Run, RunState

OPEN = (RunState.SCHEDULED, RunState.LAUNCHING, RunState.SENDING, RunState.PAUSED)


def launch(
    conn: Connection, ground: Ground, campaign: str, now: datetime, *, neutral_too: bool = False
) -> Run:
    """Plan the campaign's first occurrence as its definitions stand now.

    `neutral_too` agrees that many may read neutral words, in what follows it too.
    Raises NotFound for the campaign, CampaignError for what does not fit together, Conflict where
    this occurrence has been launched before or another run of the campaign is still open.
    """
    around = definitions_in_force(conn)
    if ("campaign", campaign) not in around:
        raise NotFound(f"There is no campaign `{campaign}`.", fix="Apply its definition first.")
    wanted = find(around, "campaign", campaign, Campaign, where="campaign")
    occurrence = _first(conn, wanted, now, ground.zone)
    if occurrence is None:
        raise CampaignError("The schedule has ended.", where="schedule.ends", fix="Move the end.")
    for run in runs.every(conn, campaign=campaign):
        if run.state in OPEN or run.occurrence == occurrence.key:
            raise Conflict(
                f"`{campaign}` has been launched already: its run {run.run} is {run.state.value}.",
                fix="Give the new message a campaign of its own.",
            )
    return _plan(conn, ground, wanted, occurrence, neutral_too=neutral_too)


def _first(conn: Connection, wanted: Campaign, now: datetime, zone: str) -> Occurrence | None:
    """The occurrence that a launch now plans: of a trigger, the run that listens from now on."""
    if wanted.trigger is None:
        return first_occurrence(wanted.schedule, now, zone)
    before = [edition_of(run.occurrence) for run in runs.every(conn, campaign=wanted.id)]
    return listening(max(before, default=0) + 1, now)


def plan_next(conn: Connection, ground: Ground, run: Run, now: datetime) -> Run | None:
    """Plan what follows a run of a recurring campaign; None where nothing does.

    Occurrences that passed while nobody worked are left out once they have expired. The next one
    takes the definitions as they stand; where these no longer fit together, the old ones.
    """
    facts = decode_facts(run.facts)
    if not facts.campaign.schedule.recurring:
        return None
    around = definitions_in_force(conn)
    if ("campaign", run.campaign) not in around:
        return None
    wanted = find(around, "campaign", run.campaign, Campaign, where="campaign")
    after = max(facts.occurrence.planned, now - wanted.expiry)
    for found in islice(occurrences(wanted.schedule, after, ground.zone), 1):
        occurrence = begun_at(found, facts.occurrence.since)
        try:
            return _plan(conn, ground, wanted, occurrence, neutral_too=facts.neutral_too)
        except DefinitionError:
            known = facts.campaign
            return _plan(conn, ground, known, occurrence, neutral_too=facts.neutral_too)
    return None


def as_it_stands(conn: Connection, ground: Ground, run: Run) -> tuple[RunFacts, int] | None:
    """What a planned run would be launched with now, and the version; None where it is gone.

    Raises CampaignError for what does not fit together.
    """
    around = definitions_in_force(conn)
    if ("campaign", run.campaign) not in around:
        return None
    wanted = find(around, "campaign", run.campaign, Campaign, where="campaign")
    planned = decode_facts(run.facts)
    facts = _frozen(conn, ground, wanted, planned.occurrence, neutral_too=planned.neutral_too)
    return facts, definitions.get(conn, "campaign", wanted.id).version


def _frozen(
    conn: Connection,
    ground: Ground,
    campaign: Campaign,
    occurrence: Occurrence,
    *,
    neutral_too: bool,
) -> RunFacts:
    """The definitions in force, frozen for an occurrence. Raises CampaignError."""
    facts = freeze(
        campaign,
        definitions_in_force(conn),
        occurrence,
        salt=holdout_salt(conn),
        global_holdout=ground.config.measurement.global_holdout,
    )
    return msgspec.structs.replace(facts, neutral_too=neutral_too)


def _plan(
    conn: Connection,
    ground: Ground,
    campaign: Campaign,
    occurrence: Occurrence,
    *,
    neutral_too: bool,
) -> Run:
    """The scheduled run of an occurrence."""
    facts = _frozen(conn, ground, campaign, occurrence, neutral_too=neutral_too)
    return runs.create(
        conn,
        campaign.id,
        occurrence.key,
        version=definitions.get(conn, "campaign", campaign.id).version,
        planned_us=micros(occurrence.planned),
        expires_us=facts.expires_us,
        facts=encode_facts(facts),
    )


def pause(conn: Connection, campaign: str, now: datetime) -> list[Run]:
    """Hold every open run of the campaign: nothing more is decided or sent. Raises NotFound."""
    return [
        runs.set_state(conn, run.run, RunState.PAUSED, micros(now))
        for run in _open(conn, campaign)
        if run.state is not RunState.PAUSED
    ]


def resume(conn: Connection, campaign: str, now: datetime) -> list[Run]:
    """Let the paused runs of the campaign go on where they were. Raises NotFound."""
    return [
        runs.resume(conn, run.run, micros(now))
        for run in _open(conn, campaign)
        if run.state is RunState.PAUSED
    ]


def cancel(conn: Connection, campaign: str, now: datetime) -> list[Run]:
    """End every open run of the campaign: what is queued is withdrawn, who waits is let go.

    Raises NotFound.
    """
    cancelled = []
    for run in _open(conn, campaign):
        cancelled.append(runs.set_state(conn, run.run, RunState.CANCELLED, micros(now)))
        outbox.withdraw_run(conn, run.run)
        waiting.remove(conn, run.run)
    entries.end(conn, campaign)
    return cancelled


def stop_all(conn: Connection, now: datetime, *, reason: str = "stopped by hand") -> None:
    """Stop all sending, of every campaign and on every channel, until `go_on`."""
    health.set_paused(conn, health.EVERY_CHANNEL, micros(now), paused=True, reason=reason)


def go_on(conn: Connection, now: datetime) -> None:
    """Undo `stop_all`."""
    health.set_paused(conn, health.EVERY_CHANNEL, micros(now), paused=False)


def _open(conn: Connection, campaign: str) -> list[Run]:
    """The runs that are not over. Raises NotFound where there are none."""
    found = runs.every(conn, campaign=campaign, states=OPEN)
    if not found:
        raise NotFound(f"No run of `{campaign}` is open.", fix="See `maracuja campaign status`.")
    return found

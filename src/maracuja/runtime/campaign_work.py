"""Campaigns for a marketer: what keeps one from going, what it would do, where it is, its worth.

Every order is one transaction with its line in the audit log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.checks import check_campaign
from maracuja.campaigns.definitions import Campaign, Goal
from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.channels import BY_NAME
from maracuja.errors import BadInput, NotFound
from maracuja.lake.session import open_session
from maracuja.model import FileKind, micros, moment
from maracuja.runtime import entry_report, experiment_report, launch_control, mail_advice
from maracuja.runtime.campaign_status import RunShown, Sending, sending, shown
from maracuja.runtime.campaign_units import FILES, Number, behind, open_measuring, units_of
from maracuja.runtime.experiment_report import adjusted
from maracuja.runtime.launch_checks import advice as unwise
from maracuja.runtime.launch_checks import dead_links, forbidden, late, no_account, refused
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.marking import check_not_archived
from maracuja.runtime.measure import conversions
from maracuja.runtime.measure_cascade import measure_cascade
from maracuja.runtime.measure_clicks import clicks_of
from maracuja.runtime.measure_polls import measure_polls
from maracuja.runtime.measure_wear import groups, of_campaign, sent, worn
from maracuja.runtime.segment_work import Fault, fault, known_names
from maracuja.runtime.template_work import FindingShown
from maracuja.segments.comparing import When
from maracuja.stats.report import LiftReport, Truth, lift_report
from maracuja.stats.units import Held
from maracuja.store import audit, health, manifest, runs
from maracuja.store.runs import Run

OPERATOR: Final = "command line"  # who acts where nobody says so
_LAST: Final = """
    SELECT pid, outcome, reason, held, variant FROM decisions
    WHERE run = {run} AND coalesce(step, 0) = 0
    QUALIFY row_number() OVER (PARTITION BY pid ORDER BY "at" DESC) = 1 ORDER BY pid
"""


def get(conn: Connection, name: str) -> Campaign:
    """The campaign in force of this id. Raises NotFound."""
    found = definitions_in_force(conn).get(("campaign", name))
    if not isinstance(found, Campaign):
        raise NotFound(f"There is no campaign `{name}`.", fix="Apply its definition first.")
    return found


def check(
    conn: Connection, ground: Ground, campaign: Campaign, now: datetime | None = None
) -> list[Fault]:
    """Everything that keeps the campaign from being launched; empty where nothing does.

    Its dates are those of a launch at `now`; without it they are left to the launch.
    """
    around = definitions_in_force(conn)
    found = check_campaign(campaign, around, known_names(conn))
    faults = [
        *found,
        *forbidden(conn, campaign, around),
        *(late(ground, campaign, around, now) if now else ()),
        *refused(conn, ground, campaign, around),
        *dead_links(ground.config),
        *no_account(ground.config, campaign.channels),
    ]
    return [fault(error) for error in faults]


def advice(
    conn: Connection, ground: Ground, campaign: Campaign, now: datetime
) -> list[FindingShown]:
    """What is unwise in the words of its texts; none of it keeps the campaign from going out.

    Dates are looked at as for a launch at `now`.
    """
    found = unwise(conn, ground, campaign, definitions_in_force(conn), now)
    found += mail_advice.advice(conn, ground, campaign, now)
    return [FindingShown(*one) for one in found]


def launch(
    conn: Connection,
    ground: Ground,
    campaign: str,
    now: datetime,
    *,
    actor: str = OPERATOR,
    neutral_too: bool = False,
) -> list[RunShown]:
    """Plan the campaign's first occurrence; the worker does the rest.

    `neutral_too` agrees that many may read neutral words.
    Raises NotFound, Conflict, CampaignError as `launch_control.launch` does, TemplateError for a
    text that says what no message may, leaves out what every one must have, that its channel
    cannot carry or that would be false when it is read, and ConfigError where its links would lead
    nowhere or its channel is not set up.
    """
    check_not_archived(conn, campaign)
    for dead in dead_links(ground.config):
        raise dead
    around = definitions_in_force(conn)
    wanted = around.get(("campaign", campaign))
    if isinstance(wanted, Campaign):
        for unset in no_account(ground.config, wanted.channels):
            raise unset
        for error in (
            *forbidden(conn, wanted, around),
            *late(ground, wanted, around, now),
            *refused(conn, ground, wanted, around),
        ):
            raise error
    run = launch_control.launch(conn, ground, campaign, now, neutral_too=neutral_too)
    return _noted(conn, "launch", campaign, [run], now, actor)


def pause(
    conn: Connection, campaign: str, now: datetime, *, actor: str = OPERATOR
) -> list[RunShown]:
    """Hold the open runs of the campaign; those that were not held before. Raises NotFound."""
    return _noted(conn, "pause", campaign, launch_control.pause(conn, campaign, now), now, actor)


def resume(
    conn: Connection, campaign: str, now: datetime, *, actor: str = OPERATOR
) -> list[RunShown]:
    """Let the paused runs of the campaign go on; which. Raises NotFound."""
    return _noted(conn, "resume", campaign, launch_control.resume(conn, campaign, now), now, actor)


def cancel(
    conn: Connection, campaign: str, now: datetime, *, actor: str = OPERATOR
) -> list[RunShown]:
    """End the open runs of the campaign for good; which. Raises NotFound."""
    return _noted(conn, "cancel", campaign, launch_control.cancel(conn, campaign, now), now, actor)


def _noted(
    conn: Connection, what: str, campaign: str, changed: list[Run], now: datetime, actor: str
) -> list[RunShown]:
    """The runs as they are now, with a line in the audit log."""
    detail = {"runs": [run.run for run in changed]}
    audit.add(conn, micros(now), actor, what, f"campaign:{campaign}", detail)
    return shown(conn, changed)


def stop_all(
    conn: Connection, now: datetime, *, actor: str = OPERATOR, reason: str = ""
) -> Sending:
    """Stop all sending until `go_on`."""
    launch_control.stop_all(conn, now, reason=reason or "stopped by hand")
    audit.add(conn, micros(now), actor, "stop_all", "workspace", {"reason": reason})
    return sending(conn)


def go_on(conn: Connection, now: datetime, *, actor: str = OPERATOR) -> Sending:
    """Undo `stop_all`; a channel that a vendor stopped stays stopped."""
    launch_control.go_on(conn, now)
    audit.add(conn, micros(now), actor, "go_on", "workspace")
    return sending(conn)


def let_channel(
    conn: Connection,
    channel: str,
    now: datetime,
    *,
    paused: bool,
    actor: str = OPERATOR,
    reason: str = "",
) -> Sending:
    """Pause one channel, or let it send again, as after a vendor refused us. Raises NotFound."""
    if channel not in BY_NAME:
        raise NotFound(f"There is no channel `{channel}`.")
    health.set_paused(conn, channel, micros(now), paused=paused, reason=reason if paused else "")
    what = "pause_channel" if paused else "resume_channel"
    audit.add(conn, micros(now), actor, what, f"channel:{channel}", {"reason": reason})
    return sending(conn)


# ---------------------------------------------------------------- report


def newest_launched(conn: Connection) -> str | None:
    """The campaign that was launched last, of those that measure something; None for none."""
    launched = [run for run in runs.every(conn) if entry_report.decided(run)]
    for run in sorted(launched, key=lambda one: (one.launched_us or 0, one.run), reverse=True):
        if decode_facts(run.facts).goals:
            return run.campaign
    return None


def report(
    ground: Ground, campaign: str, now: datetime, *, goal: str = "", truth: Truth | None = None
) -> LiftReport:
    """What the campaign changed, over all its runs so far; by the primary goal or the one named.

    `truth` is what a simulator knows, to stand beside the findings. Raises NotFound where the
    campaign was not launched, BadInput for a goal that it does not have.
    """
    with ground.store.read() as conn:
        launched = _launched(conn, campaign)
        facts = entry_report.measured(launched)
        wanted = _goal(facts, goal)
        every = sent(runs.every(conn))
        con = open_measuring(conn, ground, now)
    try:
        units, plan = units_of(con, ground, launched, wanted, now)
        reached = conversions(con, wanted, When(now, ground.zone))
        numbers = [run.run for run in launched]
        told = measure_cascade(con, facts, numbers, wanted, reached, ground.config)
        polls = measure_polls(con, facts, numbers)
        wear = worn(con, of_campaign(groups(every), facts), ground.zone, now)
        when = When(now, ground.zone)
        clicked = clicks_of(con, campaign, every, ground.config.shop.currency, when)
        found = lift_report(units, msgspec.structs.replace(plan, truth=truth), now=now)
        since = moment(launched[0].planned_us)
        past = adjusted(con, units, found, wanted, since, When(now, ground.zone))
    finally:
        con.close()
    tried = experiment_report.told(ground, launched, now)
    return msgspec.structs.replace(
        found,
        cascade=told,
        polls=polls,
        wear_out=wear,
        after_click=clicked,
        experiment=tried,
        adjusted=past,
    )


def people_behind(
    ground: Ground,
    campaign: str,
    number: Number,
    now: datetime,
    *,
    goal: str = "",
    variant: str | None = None,
    held: Held | None = None,
    reason: str | None = None,
    channel: str | None = None,
) -> pl.Series:
    """The pids behind a number of the campaign's report; see campaign_units.behind.

    Counted once for each state of the lake and minute. Raises NotFound, BadInput.
    """
    with ground.store.read() as conn:
        launched = _launched(conn, campaign)
        wanted = _goal(entry_report.measured(launched), goal)
        minute = now.replace(second=0, microsecond=0)
        stand = (manifest.version(conn, FILES), len(launched), minute)

        def count() -> pl.DataFrame:
            con = open_measuring(conn, ground, now)
            try:
                return units_of(con, ground, launched, wanted, now).units
            finally:
                con.close()

        units = ground.lately.get(("units", campaign, wanted.id), stand, count)
    return behind(units, number, variant=variant, held=held, reason=reason, channel=channel)


def last_decisions(ground: Ground, campaign: str, now: datetime) -> pl.DataFrame:
    """The last decision about each person of a campaign's newest launched run.

    Columns pid, outcome, reason, held, variant; by pid, shape (people, 5). Raises NotFound.
    """
    with ground.store.read() as conn:
        run = _launched(conn, campaign)[-1].run
        files = manifest.live(conn, (FileKind.DECISIONS,), micros(now))
    con = open_session(ground.lake, files)
    try:
        frame = pl.from_arrow(con.sql(_LAST.format(run=run)).to_arrow_table())
    finally:
        con.close()
    assert isinstance(frame, pl.DataFrame)
    return frame


def _launched(conn: Connection, campaign: str) -> list[Run]:
    """The runs that have decided about people, by number; not too many. Raises NotFound."""
    launched = entry_report.of_campaign(conn, campaign)
    if not launched:
        get(conn, campaign)
        raise NotFound(
            f"The campaign `{campaign}` has not been launched.",
            fix="Launch it, and let the worker run.",
        )
    return launched


def _goal(facts: RunFacts, name: str) -> Goal:
    if not facts.goals:
        raise BadInput(
            f"The campaign `{facts.campaign.id}` measures nothing.", fix="Give it a goal."
        )
    if not name:
        return facts.goals[0]
    named = {goal.id: goal for goal in facts.goals}
    if name not in named:
        raise BadInput(
            f"`{name}` is no goal of `{facts.campaign.id}`.",
            where="goal",
            fix=f"It has {', '.join(named)}.",
        )
    return named[name]

"""Experiments for a marketer: how many people before the launch, where it stands, what goes out.

Every order is one transaction with its line in the audit log.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.experiment import Experiment as Test
from maracuja.errors import Conflict, NotFound
from maracuja.model import micros
from maracuja.runtime import experiment_planning, experiment_work
from maracuja.runtime.imagined_launch import imagined
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.launch_work import facts_of
from maracuja.stats.experiment import ExperimentPlanned
from maracuja.store import experiments, runs
from maracuja.store.experiments import Experiment, Stage
from maracuja.store.runs import RunState

OPERATOR: Final = "command line"
_OVER: Final = (RunState.DONE, RunState.CANCELLED)


def plan(
    ground: Ground, campaign: str, now: datetime, *, test: Test | None = None
) -> ExperimentPlanned:
    """The plan of the campaign's test, were it launched now; or of another `test` of it.

    Raises NotFound, CampaignError where it does not fit together or the audience is too small,
    SegmentError, TemplateError.
    """

    def tested(found: Campaign) -> Campaign:
        return msgspec.structs.replace(found, test=test or found.test or Test())

    launch = imagined(ground, campaign, now, change=tested)
    return experiment_planning.plan(ground, launch.facts, launch.pids, now)


def check_size(ground: Ground, campaign: str, now: datetime) -> None:
    """Raise CampaignError where the campaign has a test for which its audience is too small."""
    with ground.store.read() as conn:
        wanted = definitions_in_force(conn).get(("campaign", campaign))
    if isinstance(wanted, Campaign) and wanted.test is not None:
        plan(ground, campaign, now)


def newest(conn: Connection, campaign: str) -> Experiment:
    """The experiment of the campaign's last run. Raises NotFound."""
    found = experiments.of_campaign(conn, campaign)
    if not found:
        raise NotFound(
            f"`{campaign}` has no test under way.",
            fix="Write `test` in its definition, launch it, and let the worker run.",
        )
    return found[-1]


def roll_out(
    conn: Connection,
    campaign: str,
    variant: str,
    now: datetime,
    *,
    actor: str = OPERATOR,
    early: bool = False,
) -> Experiment:
    """Let a variant go to everybody who waits, through every gate.

    `early` ends a test that is running. Raises NotFound, and Conflict where one was rolled out,
    the run is over, the test is running, or its people are not decided about yet.
    """
    one = newest(conn, campaign)
    run = runs.get(conn, one.run)
    facts = facts_of(run)
    names = [arm.variant for arm in facts.arms]
    if variant not in names:
        raise NotFound(
            f"`{variant}` is no variant of `{campaign}`.",
            where="variant",
            fix=f"It is one of {', '.join(names)}.",
        )
    if one.rolled_us is not None:
        raise Conflict(f"`{one.chosen}` was rolled out already.")
    if run.state in _OVER and not facts.weekly:
        raise Conflict(f"The run is {run.state.value}: nobody waits any more.")
    if not run.audience_path or run.next_part < run.parts:
        raise Conflict(
            "The test is still being sent.", fix="Wait until `maracuja campaign status` says so."
        )
    if one.standing is Stage.RUNNING:
        if not early:
            raise Conflict(
                "The test is still running.",
                fix="Wait until it is decided, or end it with --early.",
            )
        experiments.decide(conn, one.run, Stage.ENDED, "", micros(now))
    experiment_work.roll_out(conn, run, facts, variant, now, by=actor)
    return newest(conn, campaign)

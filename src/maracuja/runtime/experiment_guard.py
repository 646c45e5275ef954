"""The harm that a campaign with a test does to people, counted from the lake, and the stop.

It must never wait for a planned look: what it says holds however often it is asked.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from maracuja.campaigns.experiment_checks import harms_told
from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME, channel_of
from maracuja.lake.columns import literal
from maracuja.lake.session import ensure_columns
from maracuja.model import FileKind, TraitType, micros, moment
from maracuja.runtime import launch_control
from maracuja.runtime.experiment_measure import measuring
from maracuja.runtime.launch_ground import Ground
from maracuja.stats.guardrail import GuardVerdict, watch
from maracuja.stats.harm import RATES_MAX, Harm
from maracuja.store import audit, experiments, runs
from maracuja.store.experiments import Experiment
from maracuja.store.runs import Run

LASTS: Final = timedelta(days=7)  # how long after a message what people do is put down to it
_US: Final = timedelta(microseconds=1)
_CARRIED: Final = dict.fromkeys(
    ("properties.state", "properties.topic", "properties.source", "properties.code"),
    TraitType.TEXT,
) | {"properties.run": TraitType.NUMBER, "properties.channel": TraitType.TEXT}
_SAID: Final[dict[Harm, str]] = {
    Harm.OPT_OUT: "Opted out",
    Harm.BLOCK: "Closed the chat or blocked us",
    Harm.COMPLAINT: "Complained of spam",
    Harm.PUSH_LOST: "Took back the permission to push",
}


class Harmed(NamedTuple):
    """People written to, and how many of them did each harm."""

    people: int
    counts: dict[Harm, int]


def harmed(ground: Ground, one: Experiment, facts: RunFacts, now: datetime) -> Harmed:
    """The harm by what is sent in the experiment, of the kinds that can be heard of.

    Of one on how often people hear, by all its occurrences.
    """
    with ground.store.read() as conn:
        begun = runs.get(conn, one.run)
        later = [run.run for run in runs.every(conn, campaign=one.campaign) if run.run > one.run]
    numbers = [one.run, *(later if facts.weekly else ())]
    since = max(moment(one.guarded_us), moment(begun.planned_us))
    pushes = [name for name in BY_NAME if BY_NAME[name].several_devices]
    with measuring(ground, now, (FileKind.EVENTS,), since) as con:
        ensure_columns(con, _CARRIED)
        row = con.execute(
            _HARMED.format(
                runs=", ".join(str(number) for number in numbers),
                since=f"make_timestamp({micros(since)})",
                topic=literal(facts.topic.id),
                channels=", ".join(literal(channel_of(one)) for one in facts.campaign.channels),
                pushes=", ".join(map(literal, pushes)),
                lasts_us=LASTS // _US,
            )
        ).fetchone()
    assert row is not None
    people, *counts = (int(n) for n in row)
    told = harms_told(facts.campaign.channels)
    found = dict(
        zip((Harm.OPT_OUT, Harm.BLOCK, Harm.COMPLAINT, Harm.PUSH_LOST), counts, strict=True)
    )
    return Harmed(people, {harm: found[harm] for harm in told})


def guarded(ground: Ground, one: Experiment, facts: RunFacts, now: datetime) -> GuardVerdict:
    """Whether an experiment does more harm than the shop bears."""
    test = facts.campaign.test
    limits = {**RATES_MAX, **(test.guardrail if test else {})}
    found = harmed(ground, one, facts, now)
    return watch(found.counts, found.people, rates_max=limits)


def stop_if_broken(
    ground: Ground, one: Experiment, run: Run, facts: RunFacts, now: datetime
) -> bool:
    """Pause the run where a limit is surely broken, and say which, and by how much.

    Whoever resumes it has seen that: only what is sent afterwards counts from then on.
    """
    verdict = guarded(ground, one, facts, now)
    if not verdict.stop:
        return False
    with ground.store.write() as conn:
        if runs.get(conn, run.run).state is not run.state:
            return False
        launch_control.pause(conn, run.campaign, now)
        experiments.guard_from(conn, one.run, micros(now))
        subject = f"campaign:{run.campaign}"
        audit.add(conn, micros(now), audit.WORKER, "pause", subject, said(verdict))
    return True


def said(verdict: GuardVerdict) -> str:
    """Which limits are broken and by how much: sentences that `api/words` has in all languages."""
    broken = [
        f"{_SAID[guard.harm]}: {guard.count} of {guard.people} people written to,"
        f" {guard.count / guard.people:.2%} ({guard.least:.2%} at least, whatever chance did);"
        f" the limit is {guard.rate_max:.2%}."
        for guard in verdict.guards
        if guard.broken
    ]
    return " ".join(["The guardrail has stopped it.", *broken])


_HARMED: Final = """
    WITH told AS (
        SELECT coalesce(m.canonical, e.pid) AS pid, e.ts, e.event,
               e."properties.run" AS run, e."properties.channel" AS channel,
               e."properties.state" AS state, e."properties.topic" AS topic,
               coalesce(e."properties.source", '') AS source,
               coalesce(e."properties.code", '') AS code
        FROM events e LEFT JOIN merged m ON m.pid = e.pid
        WHERE e.ts >= {since} AND e.event IN (
            'Message Sent', 'Subscription Updated', 'Chat Left', 'Message Complained',
            'Device Deleted', 'Application Uninstalled', 'Message Bounced')
    ), sent AS (
        SELECT pid, min(ts) AS at FROM told WHERE event = 'Message Sent' AND run IN ({runs})
        GROUP BY pid
    ), after AS (
        SELECT s.pid,
            t.event = 'Subscription Updated' AND t.state = 'opted_out' AND t.source <> 'blocked'
                AND coalesce(t.topic, {topic}) = {topic} AS opted_out,
            t.event = 'Chat Left' AND t.code <> '' AND t.channel IN ({channels}) AS blocked,
            t.event = 'Message Complained' AND (t.run IS NULL OR t.run IN ({runs})) AS complained,
            t.event IN ('Device Deleted', 'Application Uninstalled')
                OR t.event = 'Message Bounced' AND t.channel IN ({pushes})
                   AND coalesce(t.run, 0) NOT IN ({runs}) AS push_lost
        FROM sent s LEFT JOIN told t ON t.pid = s.pid AND t.event <> 'Message Sent'
         AND t.ts >= s.at AND t.ts <= s.at + INTERVAL ({lasts_us}) MICROSECONDS
    )
    SELECT (SELECT count(*) FROM sent), count(DISTINCT pid) FILTER (WHERE opted_out),
           count(DISTINCT pid) FILTER (WHERE blocked),
           count(DISTINCT pid) FILTER (WHERE complained),
           count(DISTINCT pid) FILTER (WHERE push_lost)
    FROM after
"""

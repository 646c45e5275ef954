"""A launch without consequences: whom a campaign would reach, when, and why not the others.

It goes through the same gates and texts as a launch, and must never write anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from maracuja.campaigns.arms import UnderWay
from maracuja.campaigns.checks import find
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.reason_words import sentence
from maracuja.decisions.reasons import Outcome, Reason, in_short, read
from maracuja.errors import CampaignError
from maracuja.lake.files import GROUP_ROWS
from maracuja.model import moment
from maracuja.runtime import experiment_planning
from maracuja.runtime.cascade_answers import arrived
from maracuja.runtime.cascade_rehearsal import CascadeCount, StepPlanned
from maracuja.runtime.experiment_planning import PlanShown, planned_shown
from maracuja.runtime.imagined_launch import Imagined, imagined
from maracuja.runtime.launch_audience import Pids
from maracuja.runtime.launch_chunk import Decided
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.runtime.launch_work import Round, decide_people, open_round, read_people
from maracuja.runtime.rehearsal_cost import CostCount, CostPlanned
from maracuja.runtime.template_work import Preview, preview, staged
from maracuja.stats.experiment import ExperimentPlanned
from maracuja.templates.compiled import speaks
from maracuja.templates.definition import Template

NO_RUN: Final = 0  # runs are counted from 1
HOUR_US: Final = 3_600_000_000
HOURS_MAX: Final = 200
NEUTRAL_MAX: Final = 0.40  # share above which a launch wants to be confirmed
CHOSEN_MAX: Final = 100  # people to take samples of
Advance = Callable[[int, int], None]
_COMING: Final = [Outcome.SEND.value, Outcome.WAIT.value]


@dataclass(frozen=True)
class Gate:
    """So many people would come to this outcome for this reason; `detail` is what it is about.

    `control` of those who wait are held out: they pass the gates later and get nothing.
    """

    outcome: str
    reason: str
    says: str
    people: int
    detail: str = ""
    control: int = 0


@dataclass(frozen=True)
class ArmPlanned:
    """So many people of an arm: `held` is '' for those who would be sent to."""

    variant: str
    held: str
    people: int


@dataclass(frozen=True)
class Hour:
    """So many people whose message is due, or decided again, in the hour that begins at `at`.

    Of a launch it counts nobody who is held out.
    """

    at: datetime
    people: int


@dataclass(frozen=True)
class Wording:
    """How many would read every word about them, and how many a neutral one instead of some."""

    said: int
    neutral: int

    @property
    def share(self) -> float:
        """The share of those who read something neutral (0..1)."""
        return self.neutral / max(self.said + self.neutral, 1)


@dataclass(frozen=True)
class MessageReplayed:
    """What would have become of one message of a trigger: for how many it was due, and why not."""

    message: str
    due: int
    gates: tuple[Gate, ...]


@dataclass(frozen=True)
class Replay:
    """Who would have entered a campaign with a trigger in the days before.

    `events` were asked for, `entered` let somebody in; `again` came too soon after the one before,
    `restarted` began a wait anew; `not_due` have their first message still ahead.
    """

    days: int
    events: int
    entered: int
    again: int
    restarted: int
    not_due: int
    messages: tuple[MessageReplayed, ...]


@dataclass(frozen=True)
class Rehearsal:
    """What the launch would do; `samples` are texts as people of the audience would read them.

    `words` is None where the texts look up no names, genders or cities. Where nobody would be
    sent to at once, `samples` are of people who would be written to later. `cascade` tells what
    each of its steps costs, `cost` what a campaign on one channel does.
    """

    campaign: str
    occurrence: str
    planned: datetime
    expires: datetime
    audience: int
    gates: tuple[Gate, ...]
    arms: tuple[ArmPlanned, ...]
    when: tuple[Hour, ...]
    samples: tuple[Preview, ...]
    words: Wording | None = None
    cascade: tuple[StepPlanned, ...] = ()
    cost: CostPlanned | None = None
    replay: Replay | None = None
    experiment: PlanShown | None = None


def rehearse(
    ground: Ground,
    campaign: str,
    now: datetime,
    *,
    samples: int = 3,
    language: str = "en",
    people_max: int = 0,
    advance: Advance = lambda done, total: None,
) -> Rehearsal:
    """Decide about everybody as the launch would, now or at the moment that is planned.

    `language` is that of the reasons. With `people_max` only so many of the audience are decided
    about, taken from all of it. Raises NotFound, CampaignError, SegmentError, TemplateError.
    """
    launch = imagined(ground, campaign, now)
    facts, pids, planned = launch.facts, launch.pids, _tested(ground, launch, now)
    counted = _Counted(ground, facts)
    some = _spread(pids, people_max) if people_max else pids
    words = _decide_all(ground, launch, some, now, counted, advance, test=planned)
    wanted = facts.campaign
    channels = wanted.channels if wanted.cascade else ()
    with ground.store.read() as conn:
        past = arrived(conn, ground, channels, now) if channels else {}
    return Rehearsal(
        campaign=campaign,
        occurrence=facts.occurrence.key,
        planned=facts.occurrence.planned,
        expires=moment(facts.expires_us),
        audience=len(pids),
        gates=counted.gates(language),
        arms=counted.arms_planned(),
        when=counted.hours(),
        samples=_samples(ground, facts, counted.sent[:samples], now),
        words=words,
        cascade=counted.steps.planned(past) if counted.steps else (),
        cost=counted.cost.planned() if counted.cost else None,
        experiment=planned_shown(campaign, planned) if planned else None,
    )


def people_decided(
    ground: Ground, campaign: str, outcome: Outcome, reason: str, now: datetime
) -> Pids:
    """The pids (sorted) of those to whom a launch would come to this outcome for this reason.

    `reason` as a gate of `rehearse` has it, with its detail behind a colon. Raises what it raises.
    """
    launch = imagined(ground, campaign, now)
    test = _tested(ground, launch, now)
    kept = _Kept(outcome, reason)
    _decide_all(ground, launch, launch.pids, now, kept, lambda done, total: None, test=test)
    return np.sort(np.array(kept.pids, dtype=np.int64))


def check_words(ground: Ground, campaign: str, now: datetime) -> None:
    """Raise CampaignError where too many would read neutral words; of a chunk of the audience.

    Asks nothing of a campaign whose texts look up no words. Raises what `rehearse` raises.
    """
    with ground.store.read() as conn:
        around = definitions_in_force(conn)
    wanted = find(around, "campaign", campaign, Campaign, where="campaign")
    templates = [around.get(("template", arm.template)) for arm in wanted.arms()]
    if wanted.trigger is not None:
        return  # nobody has entered yet
    if not any(isinstance(one, Template) and speaks(one) for one in templates):
        return
    words = rehearse(ground, campaign, now, samples=0, people_max=GROUP_ROWS).words
    if words is not None and words.share > NEUTRAL_MAX:
        raise too_neutral(words, campaign, "If that is meant, launch it with --neutral-too.")


def too_neutral(words: Wording, campaign: str, fix: str) -> CampaignError:
    """The fault of a campaign in which too many would read neutral words; how to go on with it."""
    return CampaignError(
        f"{words.share:.0%} of the people would read neutral words, because a name, a gender"
        " or a city is not sure.",
        where=f"campaign {campaign}",
        fix=f"Look at the dry run. {fix}",
    )


def words_of(ground: Ground, facts: RunFacts, pids: Pids, now: datetime) -> Wording | None:
    """How a chunk of these people would be spoken to now; None where no words are looked up."""
    if not any(speaks(template) for template in facts.templates.values()):
        return None
    launch, counted = Imagined(facts, pids, now), _Counted(ground, facts)
    some = _spread(pids, GROUP_ROWS)
    return _decide_all(ground, launch, some, now, counted, lambda done, total: None)


def _spread(pids: Pids, people_max: int) -> Pids:
    """At most so many, from all of them."""
    return pids[:: -(-len(pids) // people_max)] if len(pids) else pids


def _tested(ground: Ground, launch: Imagined, now: datetime) -> ExperimentPlanned | None:
    """The plan of its test, if it has one."""
    if not launch.facts.tests:
        return None
    return experiment_planning.plan(ground, launch.facts, launch.pids, now)


def _decide_all(
    ground: Ground,
    launch: Imagined,
    pids: Pids,
    now: datetime,
    counted: _Counted | _Kept,
    advance: Advance,
    *,
    test: ExperimentPlanned | None = None,
) -> Wording | None:
    """Every chunk through the gates, counted and forgotten; what was said of names."""
    experiment = UnderWay(share=test.share) if test else None
    at = launch.at
    work = open_round(ground, NO_RUN, launch.facts, now, experiment=experiment)
    for start in range(0, len(pids), GROUP_ROWS):
        chunk = read_people(work, pids[start : start + GROUP_ROWS], now)
        counted.add(work, chunk, decide_people(work, chunk, at), at)
        advance(min(start + GROUP_ROWS, len(pids)), len(pids))
    if isinstance(counted, _Counted) and not counted.sent and counted.later:
        # Whoever waits for an hour has not come to the other gates yet: they are asked then.
        waiting = np.array(sorted(counted.later), dtype=np.int64)
        then = decide_people(work, read_people(work, waiting, now), max(counted.later.values()))
        counted.sent = chosen(then)
        if counted.cost:
            counted.cost.read(work.facts, then, now)
    found = work.texts.neutral
    return Wording(said=found[False], neutral=found[True]) if found else None


class _Kept:
    """The people of one outcome and reason."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        self._outcome = outcome.value
        self._reason = reason
        self.pids: list[int] = []

    def add(self, work: Round, read: pl.DataFrame, decided: Decided, at: datetime) -> None:
        """One chunk more."""
        rows = decided.decisions.filter(pl.col("outcome") == self._outcome)
        reasons = [one for one in rows["reason"].unique() if in_short(one) == self._reason]
        self.pids += rows.filter(pl.col("reason").is_in(reasons))["pid"].to_list()


class _Counted:
    """Sums over the chunks, and the first few who would be sent to."""

    def __init__(self, ground: Ground, facts: RunFacts) -> None:
        campaign = facts.campaign
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.control: Counter[str] = Counter()  # reason -> those held out who wait
        self.arms: Counter[tuple[str, str]] = Counter()
        self.dues: Counter[int] = Counter()
        self.sent: list[tuple[int, str, str]] = []  # pid, template's arm, channel
        self.later: dict[int, datetime] = {}  # pid -> when they are decided again
        self.steps: CascadeCount | None = None  # of a cascade
        self.cost = None if campaign.cascade else CostCount(ground.config, campaign.channel)

    def add(self, work: Round, read: pl.DataFrame, decided: Decided, at: datetime) -> None:
        """One chunk more, as it was read and decided at a moment."""
        if work.facts.campaign.cascade is not None:
            self.steps = self.steps or CascadeCount(work)
            self.steps.add(read, decided, at)
        if self.cost:
            self.cost.add(work.facts, decided, at)
        rows = decided.decisions
        told = pl.col("reason").replace_strict(
            {one: in_short(one) for one in rows["reason"].unique()}, return_dtype=pl.String
        )
        for outcome, reason, n in rows.group_by("outcome", told).len().iter_rows():
            self.outcomes[outcome, reason] += n
        waits = rows.filter(pl.col("outcome") == Outcome.WAIT.value)
        for reason, n in waits.filter(pl.col("held") != "").group_by(told).len().iter_rows():
            self.control[reason] += n
        would = rows.filter(pl.col("outcome").is_in([Outcome.SEND.value, Outcome.GHOST.value]))
        for variant, held, n in would.group_by("variant", "held").len().iter_rows():
            self.arms[variant, held] += n
        rows = rows.filter(pl.col("reason") != Reason.FOR_THE_WINNER.value)  # of no known moment
        coming = rows.filter(pl.col("outcome").is_in(_COMING), pl.col("held") == "")
        hours = coming.select(hour=pl.col("due").dt.epoch("us") // HOUR_US)
        for hour, n in hours.group_by("hour").len().iter_rows():
            self.dues[hour] += n
        if len(self.sent) < CHOSEN_MAX:
            self.sent += chosen(decided)
        if len(self.later) < CHOSEN_MAX:
            waits = rows.filter(pl.col("outcome") == Outcome.WAIT.value).head(CHOSEN_MAX)
            dues = waits["due"].dt.replace_time_zone("UTC")
            self.later |= dict(zip(waits["pid"], dues, strict=True))

    def gates(self, language: str) -> tuple[Gate, ...]:
        """The outcomes, the most frequent first."""
        rows = sorted(self.outcomes.items(), key=lambda item: (-item[1], item[0]))
        found = []
        for (outcome, kept), n in rows:
            reason, detail = read(kept)
            says = sentence(Outcome(outcome), reason, language, detail)
            control = self.control[kept] if outcome == Outcome.WAIT.value else 0
            found.append(Gate(outcome, reason.value, says, n, detail, control))
        return tuple(found)

    def arms_planned(self) -> tuple[ArmPlanned, ...]:
        """The arms by variant, those sent to first."""
        return tuple(ArmPlanned(v, held, n) for (v, held), n in sorted(self.arms.items()))

    def hours(self) -> tuple[Hour, ...]:
        """The hours in which something is due, in order."""
        found = sorted(self.dues.items())[:HOURS_MAX]
        return tuple(Hour(moment(hour * HOUR_US), n) for hour, n in found)


def chosen(decided: Decided) -> list[tuple[int, str, str]]:
    """The first few who would be sent to: pid, arm and channel."""
    going = decided.decisions.filter(pl.col("outcome") == Outcome.SEND.value).head(CHOSEN_MAX)
    return going.select("pid", "variant", "channel").rows()


def _samples(
    ground: Ground, facts: RunFacts, chosen: list[tuple[int, str, str]], now: datetime
) -> tuple[Preview, ...]:
    """What some of those would read who would be sent to."""
    templates = {arm.variant: facts.templates[arm.template] for arm in facts.arms}
    read = {templates[variant].id: templates[variant] for _, variant, _ in chosen}
    with ground.store.read() as conn:
        stages = {name: staged(conn, ground, one, now) for name, one in read.items()}
    return tuple(
        preview(ground, template, now, pid=pid, channel=channel, stage=stages[template.id])
        for template, pid, channel in ((templates[v], pid, on) for pid, v, on in chosen)
    )

"""Experiments under way: looked at when it is planned, decided, and the winner set on its way.

It must never look more often than planned: before a look is due only people and answers of all
arms together are counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.experiment import RollOut
from maracuja.campaigns.facts import RunFacts
from maracuja.commit_points import passed
from maracuja.model import micros, moment
from maracuja.runtime.experiment_drawing import experiment_of
from maracuja.runtime.experiment_guard import stop_if_broken
from maracuja.runtime.experiment_measure import Counted, count_arms
from maracuja.runtime.experiment_planning import goal_of
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import facts_of
from maracuja.stats.experiment import ExperimentPlanned
from maracuja.stats.moments import SufficientStatistics
from maracuja.stats.sample_ratio import sample_ratio
from maracuja.stats.sequential import (
    ExperimentVerdict,
    Standing,
    information_in,
    judge_experiment,
)
from maracuja.store import audit, experiments, feed, inbox, outbox, runs, waiting, watermarks
from maracuja.store.experiments import Experiment, Look, Stage
from maracuja.store.runs import Run, RunState

COUNTS: Final = 48  # how often people and answers are counted in the time of a test
COUNT_MIN: Final = timedelta(minutes=1)
COUNT_MAX: Final = timedelta(hours=1)
ROLLED_WITHIN: Final = timedelta(days=2)  # until the hour has come in every zone
WATCHED: Final = (RunState.LAUNCHING, RunState.SENDING)
_STAGES: Final = {
    Standing.WON: Stage.WON,
    Standing.UNDECIDED: Stage.UNDECIDED,
    Standing.NOT_TRUSTED: Stage.NOT_TRUSTED,
}


class Due(NamedTuple):
    """The look that is due: its number of those planned (from 1), how much is in, the last one?"""

    look: int
    fraction: float
    final: bool


class ExperimentWork:
    """A chore of the worker: call it with the moment; it says when to be called again."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._next: dict[int, datetime] = {}  # by run: when people are counted again
        self._watch: dict[int, datetime] = {}  # by run: when harm is counted again

    def __call__(self, now: datetime) -> datetime | None:
        """Do what is due of every experiment; when something may be due again."""
        with self._ground.store.read() as conn:
            states = {run.run: run for run in runs.every(conn, states=WATCHED)}
            open_ = [(one, runs.get(conn, one.run)) for one in experiments.unfinished(conn)]
            watched = {number: _watched(conn, run) for number, run in states.items()}
        self._watch = {run: at for run, at in self._watch.items() if run in states}
        for number, tried in watched.items():
            if tried is not None and self._watch.get(number, now) <= now:
                self._watch[number] = self._guard(tried, states[number], now)
        running = [
            (one, run)
            for one, run in open_
            if one.standing is Stage.RUNNING and run.state in (*WATCHED, RunState.DONE)
        ]
        self._next = {run.run: self._next.get(run.run, now) for _, run in running}
        for one, run in running:
            if self._next[run.run] <= now:
                self._next[run.run] = self._look(one, run, now)
        for _, run in open_:
            if run.state in (RunState.CANCELLED, RunState.DONE):
                self._end(run, now)
        return min([*self._next.values(), *self._watch.values()], default=None)

    def _guard(self, one: Experiment, run: Run, now: datetime) -> datetime:
        """Stop what does harm; when to look again."""
        facts = facts_of(run)
        stop_if_broken(self._ground, one, run, facts, now)
        with self._ground.store.read() as conn:
            going = outbox.left(conn, run.run) > 0
        return now + (COUNT_MIN if going else _often(planned_of(one)))

    def _end(self, run: Run, now: datetime) -> None:
        """The run is over: a test that was cancelled ends, one that is decided is done with."""
        cancelled = run.state is RunState.CANCELLED
        with self._ground.store.write() as conn:
            now_is = experiments.get(conn, run.run)
            if now_is is None or (now_is.standing is Stage.RUNNING and not cancelled):
                return
            if now_is.standing is Stage.RUNNING:
                experiments.decide(conn, run.run, Stage.CANCELLED, "", micros(now))
            experiments.end(conn, run.run, micros(now))

    def _look(self, one: Experiment, run: Run, now: datetime) -> datetime:
        """Count, look if it is time, and say when to count again."""
        facts, planned = facts_of(run), planned_of(one)
        counted = count(self._ground, run, facts, planned, now)
        due = self._due(one, run, planned, counted, now)
        if due is not None:
            self._judge(one, run, facts, planned, counted, due, now)
        return now + _often(planned)

    def _due(
        self,
        one: Experiment,
        run: Run,
        planned: ExperimentPlanned,
        counted: Counted,
        now: datetime,
    ) -> Due | None:
        """The look that is to be made now, if any."""
        with self._ground.store.read() as conn:
            made = experiments.looks(conn, one.run)
            sending = _sending(conn, run)
        fraction = information_in(counted.people, counted.conversions, planned.plan)
        last = max((look.look for look in made), default=0)
        if not sending and self._over(run, planned, counted, now):
            return Due(max(len(planned.plan.looks), last + 1), fraction, final=True)
        reached = sum(fraction >= share for share in planned.plan.looks)
        return Due(reached, fraction, final=False) if reached > last else None

    def _over(self, run: Run, planned: ExperimentPlanned, counted: Counted, now: datetime) -> bool:
        """Whether everybody's answer is in: all windows are closed, and what came in is read."""
        last_us = counted.last_us or run.launched_us or run.planned_us
        closed = moment(last_us) + _window(planned)
        return now > closed and read_until(self._ground) > micros(closed)

    def _judge(
        self,
        one: Experiment,
        run: Run,
        facts: RunFacts,
        planned: ExperimentPlanned,
        counted: Counted,
        due: Due,
        now: datetime,
    ) -> None:
        """Make the look, write it down, and do what follows from it, in one transaction."""
        with self._ground.store.read() as conn:
            before = [look for look in experiments.looks(conn, one.run) if look.look < due.look]
        verdict = judged(before, planned, counted, due)
        look = Look(
            one.run,
            due.look,
            micros(now),
            due.fraction,
            due.final,
            msgspec.json.encode(counted.arms),
            msgspec.json.encode(verdict),
        )
        passed("experiment.looked")
        with self._ground.store.write() as conn:
            if runs.get(conn, run.run).state is not run.state:
                return
            experiments.add_look(conn, look)
            if verdict.standing is not Standing.RUNNING:
                self._decided(conn, run, facts, verdict, now)
        passed("experiment.chosen")

    def _decided(
        self,
        conn: Connection,
        run: Run,
        facts: RunFacts,
        verdict: ExperimentVerdict,
        now: datetime,
    ) -> None:
        """Note how it ended, and roll out what is to go to those who wait."""
        test = facts.campaign.test
        assert test is not None
        stage, winner = _STAGES[verdict.standing], verdict.winner or ""
        experiments.decide(conn, run.run, stage, winner, micros(now))
        told = {"run": run.run, "standing": stage.value, "winner": winner}
        subject = f"campaign:{run.campaign}"
        audit.add(conn, micros(now), audit.WORKER, "experiment", subject, told)
        chosen = test.undecided if stage is Stage.UNDECIDED else winner
        if chosen and (stage is Stage.UNDECIDED or test.roll_out is RollOut.AUTOMATIC):
            roll_out(conn, run, facts, chosen, now, by=audit.WORKER)


def roll_out(
    conn: Connection, run: Run, facts: RunFacts, variant: str, now: datetime, *, by: str
) -> None:
    """Let a variant go to those who wait, through every gate. Raises Conflict where one did."""
    experiments.roll_out(conn, run.run, variant, micros(now), by)
    until = now + ROLLED_WITHIN + facts.campaign.expiry
    runs.prolong(conn, run.run, micros(until))
    told = {"run": run.run, "variant": variant}
    audit.add(conn, micros(now), by, "roll_out", f"campaign:{run.campaign}", told)


def judged(
    before: Sequence[Look], planned: ExperimentPlanned, counted: Counted, due: Due
) -> ExperimentVerdict:
    """The verdict of a look, by the looks before it and what is counted now."""
    even = dict.fromkeys(planned.variants, 1 / len(planned.variants))
    sizes = {variant: arm.n for variant, arm in counted.arms.items()}
    alarm = bool(counted.people) and sample_ratio(sizes, even, name="variants").alarm
    return judge_experiment(
        [*(_arms.decode(look.arms) for look in before), counted.arms],
        planned.plan,
        final=due.final,
        ratio_alarm=alarm,
        information=[*(look.fraction for look in before), due.fraction],
    )


def count(
    ground: Ground, run: Run, facts: RunFacts, planned: ExperimentPlanned, now: datetime
) -> Counted:
    """What the arms of a run's test have done until now."""
    return count_arms(
        ground,
        [run.run],
        goal_of(facts),
        planned.variants,
        weekly=facts.weekly,
        window=_window(planned),
        since=facts.occurrence.planned,
        now=now,
    )


def planned_of(one: Experiment) -> ExperimentPlanned:
    """The plan of an experiment as it was frozen."""
    return _planned.decode(one.plan)


def read_until(ground: Ground) -> int:
    """Until when all that came in is in the lake (micros)."""
    with ground.store.read() as conn:
        told = feed.read(conn, watermarks.get(conn, "feed"), rows_max=1)
        mark = watermarks.get(conn, "inbox")
    with ground.store.read_inbox() as conn:
        came = inbox.read(conn, mark, rows_max=1)
    return min([*told.at_us, *came.received_us], default=outbox.NEVER_US)


def _watched(conn: Connection, run: Run) -> Experiment | None:
    """The experiment that a run belongs to, if any."""
    facts = facts_of(run)
    return experiment_of(conn, run.run, facts) if facts.tests else None


def _sending(conn: Connection, run: Run) -> bool:
    """Whether somebody of the test may still be written to."""
    undecided = not run.audience_path or run.next_part < run.parts
    return undecided or waiting.tested(conn, run.run) > 0 or outbox.left(conn, run.run) > 0


def _often(planned: ExperimentPlanned) -> timedelta:
    """How long to wait between countings."""
    return min(max(_window(planned) / COUNTS, COUNT_MIN), COUNT_MAX)


def _window(planned: ExperimentPlanned) -> timedelta:
    return timedelta(seconds=planned.window_s)


_planned = msgspec.json.Decoder(ExperimentPlanned)
_arms = msgspec.json.Decoder(dict[str, SufficientStatistics])

"""Launching: from a run that is due to its durable outbox, one chunk of people at a time.

A chunk's files are written under its natural key and count only once the transaction that names
them is committed, together with the outbox, the waiting and the next part's number. A crash
repeats the chunk; a pause stops before the next; memory does not grow with the audience.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
import polars as pl

from maracuja.campaigns.arms import UnderWay
from maracuja.campaigns.facts import encode_facts
from maracuja.commit_points import passed
from maracuja.errors import ConfigError, DefinitionError
from maracuja.lake.audience import parts, write_audience
from maracuja.model import micros, moment
from maracuja.runtime import experiment_drawing, experiment_planning, launch_checks, launch_words
from maracuja.runtime.cascade_receipts import arrivals_read
from maracuja.runtime.launch_audience import (
    StoredPeople,
    audience_of,
    open_sources,
    segments_of,
)
from maracuja.runtime.launch_control import as_it_stands, plan_next
from maracuja.runtime.launch_entries import Entries, ended, lasts, listen, next_due
from maracuja.runtime.launch_ground import Ground, definitions_in_force, trait_types
from maracuja.runtime.launch_work import (
    Pids,
    Round,
    decide_again,
    decide_parts,
    facts_of,
    open_round,
)
from maracuja.segments.comparing import When
from maracuja.store import (
    audit,
    commands,
    experiments,
    health,
    manifest,
    outbox,
    posted,
    runs,
    waiting,
)
from maracuja.store.runs import Run, RunState

PARTS_MAX: Final = 8  # of one tick, so that delivery has its turn
AGAIN: Final = timedelta(seconds=1)  # to look again at what is due but barred
FRESH: Final = timedelta(minutes=1)  # how long suppressions, facts and products read once count


class Launch:
    """The step of the worker's loop that decides and writes: what is due, without waiting."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._round: Round | None = None
        self._entries = Entries(ground, self._guarded)
        self.gives_way = True  # to single messages, where one thread does both

    def close(self) -> None:
        """Give back what is kept between ticks."""
        self._drop_round()

    def tick(self, now: datetime, *, parts_max: int = PARTS_MAX) -> datetime | None:
        """Do what is due, at most `parts_max` chunks; when to come again, None: when told.

        The audiences of due runs are frozen, their chunks decided (service messages first, then
        the oldest run), people whose wait is over are decided again, and runs in which nothing is
        left are done.
        """
        stopped = self._stopped()
        if stopped is None:
            return None
        with self._ground.store.read() as conn:
            due = runs.due(conn, micros(now))
        for run in due:
            if stopped.isdisjoint(facts_of(run).campaign.channels):
                self._guarded(run, now, partial(self.freeze, run, now))
        left = parts_max
        for run in self._launching(stopped):
            count = min(left, run.parts - run.next_part)
            if count > 0:
                self._guarded(run, now, partial(self._decide, run, count, now))
                left -= count
        if left:
            left = self._roll_out(stopped, now, left)
        self._entries.hand_over(now, stopped)
        if left:
            left = self._decide_waiting(stopped, now, left)
        if not left:
            return now
        self._drop_round()
        return self._finish(now)

    def freeze(self, run: Run, now: datetime) -> None:
        """Take the audience of a scheduled run, write it down, and plan what follows the run.

        Raises the first fault of the checks of a launch where they no longer hold.
        """
        run = self._allowed(run)
        ground, facts = self._ground, facts_of(run)
        if facts.listening:
            listen(ground, run, now)
            return
        when = When(now, ground.zone)
        with ground.store.read() as conn:
            types = trait_types(conn)
            segments = segments_of(definitions_in_force(conn))
            sources = open_sources(
                conn,
                ground.lake,
                types,
                segments,
                now=now,
                threads=ground.config.lake.threads,
                memory=ground.config.lake.memory,
                cache=ground.cache,
            )
            try:
                pids = audience_of(facts.campaign, sources, when)
                assert isinstance(sources.people, StoredPeople)
                names = [name for name in facts.campaign.breakdowns if name in types]
                known = sources.people.profiles(names, pids=None, buckets=None)
            finally:
                sources.con.close()
        launch_words.check_again(ground, run, pids, now)
        planned = experiment_planning.new_plan(ground, run.run, facts, pids, now)
        strata = known.rename({f"traits.{name}": name for name in names})
        frame = pl.DataFrame({"pid": pids}).join(strata, on="pid", how="left")
        file = write_audience(ground.lake, run.run, frame, now=now)
        passed("audience.written")
        with ground.store.write() as conn:
            if runs.get(conn, run.run).state is not RunState.SCHEDULED:
                return
            manifest.add(conn, [file])
            runs.set_state(conn, run.run, RunState.LAUNCHING, micros(now))
            count = parts(file.rows)
            runs.freeze(conn, run.run, audience_path=file.path, parts=count)
            if planned is not None:
                plan = msgspec.json.encode(planned)
                experiments.begin(conn, run.run, run.campaign, plan=plan, share=planned.share)
            if not count:
                runs.set_state(conn, run.run, RunState.SENDING, micros(now))
            plan_next(conn, ground, run, now)
        passed("audience.committed")

    def _allowed(self, run: Run) -> Run:
        """The run, if it may go out now: as it was planned, else as its definitions stand."""
        ground = self._ground
        with ground.store.read() as conn:
            planned = next(launch_checks.of_run(conn, ground, facts_of(run)), None)
            if planned is None:
                return run
            again = as_it_stands(conn, ground, run)
            if again is None:
                raise planned
            facts, version = again
            for fault in launch_checks.of_run(conn, ground, facts):
                raise fault
        with ground.store.write() as conn:
            return runs.replan(conn, run.run, version=version, facts=encode_facts(facts))

    # ------------------------------------------------------------ chunks

    def _decide(self, run: Run, count: int, now: datetime) -> None:
        """Decide the next parts of a run's audience, until somebody has something to say."""
        decide_parts(self._round_of(run, now), run, count, now, interrupted=self._commanded)

    def _decide_again(self, run: Run, due: waiting.Due, now: datetime) -> None:
        """Decide about people whose wait is over."""
        decide_again(self._round_of(run, now, due.pid), run, due, now)

    def _decide_waiting(self, stopped: set[str], now: datetime, left: int) -> int:
        """Decide again about people whose wait is over; how many chunks are left of the tick."""
        read_until_us = arrivals_read(self._ground.store)
        while left:
            with self._ground.store.read() as conn:
                soonest = waiting.next_due(conn)
                if soonest is None or soonest > micros(now):
                    return left
                known = runs.every(conn)
                able = {
                    run.run: run
                    for run in known
                    if run.state is RunState.SENDING
                    and stopped.isdisjoint(facts_of(run).campaign.channels)
                }
                barred = [run.run for run in known if run.run not in able]
                due = waiting.due(
                    conn, micros(now), paused_runs=barred, read_until_us=read_until_us
                )
            if not due:
                return left
            for number, people in due.items():
                run = able[number]
                self._guarded(run, now, partial(self._decide_again, run, people, now))
                left = max(left - 1, 0)
        return left

    def _roll_out(self, stopped: set[str], now: datetime, left: int) -> int:
        """Decide about those who waited for a winner, some of them; how many chunks are left."""
        with self._ground.store.read() as conn:
            rolling = experiments.rolling(conn)
        for one in rolling:
            while left:
                with self._ground.store.read() as conn:
                    run = runs.get(conn, one.run)
                    people = waiting.for_the_winner(conn, one.run)
                barred = not stopped.isdisjoint(facts_of(run).campaign.channels)
                if run.state is not RunState.SENDING or barred:
                    break
                if people is None:
                    with self._ground.store.write() as conn:
                        experiments.end(conn, one.run, micros(now))
                    passed("experiment.rolled_out")
                    break
                self._guarded(run, now, partial(self._decide_again, run, people, now))
                left -= 1
        return left

    def _guarded(self, run: Run, now: datetime, step: Callable[[], None]) -> None:
        """Do a step; where a definition or a setting turns out wrong, pause the run and say why.

        The other campaigns go on.
        """
        try:
            step()
        except (DefinitionError, ConfigError) as fault:
            self._drop_round()
            with self._ground.store.write() as conn:
                runs.set_state(conn, run.run, RunState.PAUSED, micros(now))
                subject = f"campaign:{run.campaign}"
                audit.add(conn, micros(now), audit.WORKER, "pause", subject, str(fault))

    def _commanded(self) -> bool:
        """Whether somebody has asked for something: the tick then ends after the chunk."""
        with self._ground.store.read() as conn:
            asked = bool(commands.waiting(conn, rows_max=1))
            return asked or (self.gives_way and posted.waiting(conn))

    # ------------------------------------------------------------ rounds

    def _round_of(self, run: Run, now: datetime, pids: Pids | None = None) -> Round:
        """What was read for this run, read again once it is no longer fresh."""
        if facts_of(run).listens:  # what has happened to each until now
            return open_round(self._ground, run.run, facts_of(run), now, pids=pids)
        kept, facts = self._round, facts_of(run)
        experiment = self._experiment(run) if facts.tests else None
        fresh = kept is not None and kept.run == run.run and now - kept.since < FRESH
        if kept is not None and fresh and kept.experiment == experiment:
            return kept
        self._drop_round()
        self._round = open_round(self._ground, run.run, facts, now, experiment=experiment)
        return self._round

    def _experiment(self, run: Run) -> UnderWay | None:
        """Where the experiment of a run stands."""
        with self._ground.store.read() as conn:
            return experiment_drawing.of_run(conn, run.run, facts_of(run))

    def _drop_round(self) -> None:
        self._round = None

    def _stopped(self) -> set[str] | None:
        """The channels that may not send now; None where nothing may."""
        with self._ground.store.read() as conn:
            stopped = health.paused(conn)
        return None if health.EVERY_CHANNEL in stopped else stopped

    def _launching(self, stopped: set[str]) -> list[Run]:
        """The runs whose audience is being decided: service first, then the oldest."""
        with self._ground.store.read() as conn:
            found = runs.every(conn, states=(RunState.LAUNCHING,))
        able = [run for run in found if stopped.isdisjoint(facts_of(run).campaign.channels)]
        return sorted(able, key=lambda run: (facts_of(run).lane, run.run))

    def _finish(self, now: datetime) -> datetime | None:
        """End the runs in which nothing is left; when the next thing is due."""
        with self._ground.store.read() as conn:
            waits = waiting.counts(conn)
            sending = runs.every(conn, states=(RunState.SENDING,))
            over = [r for r in sending if not waits.get(r.run) and not outbox.left(conn, r.run)]
            due = [run.planned_us for run in runs.every(conn, states=(RunState.SCHEDULED,))]
            paused = [run.run for run in runs.every(conn, states=(RunState.PAUSED,))]
            next_wait = waiting.next_due(conn, paused_runs=paused)
            over = [run for run in over if not lasts(conn, run, now)]
            next_entry = next_due(conn, sending)
        if over:
            with self._ground.store.write() as conn:
                for run in over:
                    waiting.remove(conn, run.run)
                    ended(conn, run)
                    runs.set_state(conn, run.run, RunState.DONE, micros(now))
            passed("run.done")
        due += [at for at in (next_wait, next_entry) if at is not None]
        if not due:
            return None
        soonest = moment(min(due))
        return soonest if soonest > now else now + AGAIN

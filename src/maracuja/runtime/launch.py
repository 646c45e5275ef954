"""Launching: from a run that is due to its durable outbox, one chunk of people at a time.

A chunk's files are written under its natural key and count only once the transaction that names
them is committed, together with the outbox, the waiting and the next part's number. A crash
repeats the chunk; a pause stops before the next; memory does not grow with the audience.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.channels import CODES_BY_NAME
from maracuja.lake.audience import parts, read_audience, write_audience
from maracuja.lake.bodies import write_bodies
from maracuja.lake.decisions import write_decisions
from maracuja.model import FileKind, LakeFile, micros, moment
from maracuja.runtime.launch_audience import (
    StoredPeople,
    audience_of,
    open_sources,
    segments_of,
    template_facts,
    with_facts,
)
from maracuja.runtime.launch_chunk import Decided, decide_chunk
from maracuja.runtime.launch_control import plan_next
from maracuja.runtime.launch_ground import (
    Ground,
    catalogue,
    definitions_in_force,
    trait_types,
)
from maracuja.runtime.launch_people import PeopleReader, template_schema
from maracuja.runtime.launch_text import Texts
from maracuja.segments.comparing import When
from maracuja.store import health, manifest, outbox, runs, waiting
from maracuja.store.outbox import Chunk
from maracuja.store.runs import Run, RunState

Pids = npt.NDArray[np.int64]

PARTS_MAX: Final = 8  # of one tick, so that commands are seen soon
PART_BITS: Final = 20  # a chunk's number is its run's and its part's: both grow
FRESH: Final = timedelta(minutes=1)  # how long suppressions, facts and products read once count
_PEOPLE_FILES: Final = (FileKind.PROFILES, FileKind.DECISIONS)


@dataclass
class Round:
    """What was read once for several chunks of one run."""

    run: int
    facts: RunFacts
    reader: PeopleReader
    texts: Texts
    columns: pl.DataFrame  # facts.<name> of people
    catalog_rev: int
    since: datetime


class Launch:
    """The step of the worker's loop that decides and writes: what is due, without waiting."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._round: Round | None = None

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
            if decode_facts(run.facts).campaign.channel not in stopped:
                self.freeze(run, now)
        left = parts_max
        for run in self._launching(stopped):
            while left and self._next_part(run, now):
                left -= 1
        if left:
            left = self._decide_waiting(stopped, now, left)
        if not left:
            return now
        self._drop_round()
        return self._finish(now)

    def freeze(self, run: Run, now: datetime) -> None:
        """Take the audience of a scheduled run, write it down, and plan what follows the run."""
        ground, facts = self._ground, decode_facts(run.facts)
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
        strata = known.drop("draw_pid").rename({f"traits.{name}": name for name in names})
        frame = pl.DataFrame({"pid": pids}).join(strata, on="pid", how="left")
        file = write_audience(ground.lake, run.run, frame, now=now)
        with ground.store.write() as conn:
            if runs.get(conn, run.run).state is not RunState.SCHEDULED:
                return
            manifest.add(conn, [file])
            runs.set_state(conn, run.run, RunState.LAUNCHING, micros(now))
            count = parts(file.rows)
            runs.freeze(conn, run.run, audience_path=file.path, parts=count)
            if not count:
                runs.set_state(conn, run.run, RunState.SENDING, micros(now))
            plan_next(conn, ground, run, now)

    # ------------------------------------------------------------ chunks

    def _next_part(self, run: Run, now: datetime) -> bool:
        """Decide the next part of a run's audience; whether it should be asked again."""
        with self._ground.store.read() as conn:
            current = runs.get(conn, run.run)
        if current.state is not RunState.LAUNCHING or current.next_part >= current.parts:
            return False
        people = read_audience(self._ground.lake, current.audience_path, current.next_part)
        self._decide(current, people["pid"].to_numpy(), now)
        return True

    def _decide_waiting(self, stopped: set[str], now: datetime, left: int) -> int:
        """Decide again about people whose wait is over; how many chunks are left of the tick."""
        while left:
            with self._ground.store.read() as conn:
                known = runs.every(conn)
                able = {run.run: run for run in known if run.state is RunState.SENDING}
                barred = [run.run for run in known if run.run not in able]
                barred += [
                    run.run
                    for run in able.values()
                    if decode_facts(run.facts).campaign.channel in stopped
                ]
                due = waiting.due(conn, micros(now), paused_runs=barred)
            if not due:
                return left
            for number, pids in due.items():
                self._decide(able[number], np.sort(pids), now)
                left = max(left - 1, 0)
        return left

    def _decide(self, run: Run, pids: Pids, now: datetime) -> None:
        """One chunk: read, decide, write the files, commit."""
        work = self._round_of(run, now)
        with self._ground.store.read() as conn:
            people = work.reader.read(conn, pids, work.texts.reads, now)
        decided = decide_chunk(
            with_facts(people, work.columns, work.facts.templates.values()),
            work.facts,
            self._ground.rules(work.facts),
            work.texts.write,
            run=run.run,
            now=now,
        )
        self._commit(run, work, pids, decided, now)

    def _commit(self, run: Run, work: Round, pids: Pids, decided: Decided, now: datetime) -> None:
        """Write the chunk's files, and make them count in one transaction."""
        root, part = self._ground.lake, run.next_part
        number = run.run << PART_BITS | part
        name = f"run-{run.run:09d}-part-{part:06d}"
        files = [write_decisions(root, name, decided.decisions, chunk=number, now=now)]
        bodies = decided.bodies
        if bodies.height:
            skeletons = decided.skeletons
            files.append(write_bodies(root, name, skeletons, bodies, chunk=number, now=now))
        with self._ground.store.write() as conn:
            if runs.get(conn, run.run).state is not run.state:
                return
            self._enqueue(conn, work, number, files, bodies, micros(now))
            if run.state is RunState.SENDING:
                waiting.remove(conn, run.run, pids)
            later = decided.waiting
            waiting.put(
                conn,
                run.run,
                pid=later["pid"],
                until_us=later["until_us"],
                reason=later["reason"],
            )
            runs.advance(conn, run.run, part)
            if run.state is RunState.LAUNCHING and part + 1 == run.parts:
                runs.set_state(conn, run.run, RunState.SENDING, micros(now))

    def _enqueue(
        self,
        conn: Connection,
        work: Round,
        number: int,
        files: list[LakeFile],
        bodies: pl.DataFrame,
        now_us: int,
    ) -> None:
        """The manifest's rows and the outbox's."""
        manifest.add(conn, files)
        if not bodies.height:
            return
        chunk = Chunk(
            chunk=number,
            run=work.run,
            path=files[-1].path,
            lane=work.facts.lane,
            catalog_rev=work.catalog_rev,
        )
        channel = CODES_BY_NAME[work.facts.campaign.channel]
        outbox.add_chunk(conn, chunk, pid=bodies["pid"], channel=channel, due_us=now_us)

    # ------------------------------------------------------------ rounds

    def _round_of(self, run: Run, now: datetime) -> Round:
        """What was read for this run, read again once it is no longer fresh."""
        kept = self._round
        if kept is not None and kept.run == run.run and now - kept.since < FRESH:
            return kept
        self._drop_round()
        self._round = open_round(self._ground, run.run, decode_facts(run.facts), now)
        return self._round

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
        facts = {run.run: decode_facts(run.facts) for run in found}
        able = [run for run in found if facts[run.run].campaign.channel not in stopped]
        return sorted(able, key=lambda run: (facts[run.run].lane, run.run))

    def _finish(self, now: datetime) -> datetime | None:
        """End the runs in which nothing is left; when the next thing is due."""
        with self._ground.store.write() as conn:
            waits = waiting.counts(conn)
            for run in runs.every(conn, states=(RunState.SENDING,)):
                if not waits.get(run.run) and not outbox.left(conn, run.run):
                    runs.set_state(conn, run.run, RunState.DONE, micros(now))
            planned = [run.planned_us for run in runs.every(conn, states=(RunState.SCHEDULED,))]
            paused = [run.run for run in runs.every(conn, states=(RunState.PAUSED,))]
            next_wait = waiting.next_due(conn, paused_runs=paused)
        due = [*planned, *([] if next_wait is None else [next_wait])]
        return moment(min(due)) if due else None


def open_round(ground: Ground, run: int, facts: RunFacts, now: datetime) -> Round:
    """Read what several chunks of a run share."""
    with ground.store.read() as conn:
        types = trait_types(conn)
        columns = _template_columns(conn, ground, facts, types, now)
        shown, catalog_rev = catalogue(conn)
        schema = template_schema(types) | {
            name: dtype for name, dtype in columns.schema.items() if name != "pid"
        }
        texts = Texts(facts, schema, ground.constants(facts), shown, now=now)
        reader = PeopleReader(
            conn,
            ground.lake,
            manifest.live(conn, _PEOPLE_FILES, micros(now)),
            types,
            topic=facts.topic.id,
            channel=facts.campaign.channel,
            marketing=facts.marketing,
            cap=ground.cap,
            service_runs=_service_runs(conn),
            language=ground.config.shop.language,
            now=now,
        )
    return Round(run, facts, reader, texts, columns, catalog_rev, now)


def _template_columns(
    conn: Connection, ground: Ground, facts: RunFacts, types: Mapping[str, Any], now: datetime
) -> pl.DataFrame:
    """The facts that the run's templates declare, of everybody; the lake is asked only if any."""
    if not any(template.facts for template in facts.templates.values()):
        return pl.DataFrame(schema={"pid": pl.Int64})
    sources = open_sources(
        conn, ground.lake, types, {}, now=now, memory=ground.config.lake.memory, cache=ground.cache
    )
    try:
        return template_facts(facts.templates.values(), sources, When(now, ground.zone))
    finally:
        sources.con.close()


def _service_runs(conn: Connection) -> list[int]:
    """The runs whose messages no cap counts."""
    return [run.run for run in runs.every(conn) if not decode_facts(run.facts).marketing]

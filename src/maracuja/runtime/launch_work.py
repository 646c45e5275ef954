"""The work of a launch on one run: chunks are read, decided and made durable, each in its turn.

What a chunk came to is made durable by launch_commit, while the next one is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.arms import UnderWay
from maracuja.campaigns.cascade import Cascade, Order
from maracuja.campaigns.discretion import shown_products
from maracuja.campaigns.facts import RunFacts, decode_facts
from maracuja.commit_points import passed
from maracuja.lake.audience import read_audience
from maracuja.model import FileKind, micros
from maracuja.runtime import name_cards
from maracuja.runtime.cascade_answers import answering
from maracuja.runtime.entry_columns import entered_columns
from maracuja.runtime.launch_audience import open_sources, template_facts, with_facts
from maracuja.runtime.launch_cascade import CascadeTexts, bound, ranking
from maracuja.runtime.launch_chunk import Decided, Rank, decide_chunk
from maracuja.runtime.launch_commit import commit
from maracuja.runtime.launch_coupons import RunCoupons, run_coupons
from maracuja.runtime.launch_ground import Ground, catalogue, trait_types
from maracuja.runtime.launch_history import FIRST, History
from maracuja.runtime.launch_offers import offered
from maracuja.runtime.launch_people import PeopleReader, template_schema
from maracuja.runtime.launch_text import Texts
from maracuja.runtime.law_in_force import Law
from maracuja.runtime.text_rules import tones
from maracuja.segments.comparing import When
from maracuja.store import manifest, people, runs, waiting
from maracuja.store.runs import Run
from maracuja.store.waiting import Due
from maracuja.templates.offered import OFFERED

Pids = npt.NDArray[np.int64]

_FILES: Final = (FileKind.PROFILES, FileKind.DECISIONS)


@dataclass(frozen=True)
class Round:
    """What was read once for several chunks of one run."""

    ground: Ground
    run: int
    facts: RunFacts
    reader: PeopleReader
    texts: Texts | CascadeTexts
    columns: pl.DataFrame  # facts.<name> of people
    catalog_rev: int
    cards: name_cards.NameCards
    heard: Pids  # who was decided in this run before, under a pid that was merged into theirs
    since: datetime
    rank: Rank | None = None  # of a cascade: the order of its channels
    experiment: UnderWay | None = None
    coupons: RunCoupons | None = None  # of a campaign that gives them

    def let_go(self) -> bool:
        """A chunk does not count: its codes are free again. False."""
        if self.coupons is not None:
            self.coupons.forget()
        return False


def open_round(
    ground: Ground,
    run: int,
    facts: RunFacts,
    now: datetime,
    also: Mapping[str, Any] = MappingProxyType({}),
    pids: Pids | None = None,
    entered: pl.DataFrame | None = None,
    experiment: UnderWay | None = None,
) -> Round:
    """Read what several chunks of a run share. Raises TemplateError where a text is wrong.

    Of a run of a trigger only what concerns `pids`, to whom something has happened, is read,
    or what is told of them as `entered`.

    `also` are columns that the caller adds to people, with Polars types. `experiment` is that of
    the run, if it has one.
    """
    with ground.store.read() as conn:
        types = trait_types(conn)
        columns = (
            (
                entered_columns(conn, ground, run, facts, types, now, pids)
                if entered is None
                else entered
            )
            if facts.listens
            else _template_columns(conn, ground, facts, types, now)
        )
        shelf, catalog_rev = catalogue(conn)
        known = tones(conn)
        schema = template_schema(types) | {
            name: dtype for name, dtype in columns.schema.items() if name != "pid"
        }
        schema |= {**OFFERED, **also}
        cards = name_cards.load(conn, ground.lake, now)
        constants = ground.constants(facts)

        def on(channel: str) -> Texts:
            shown = shown_products(shelf, known, channel)
            return Texts(facts.on(channel), schema, constants, shown, now=now, cards=cards)

        campaign = facts.campaign
        cascade = campaign.cascade
        texts = on(campaign.channel) if cascade is None else CascadeTexts(campaign.channels, on)
        reader = PeopleReader(
            conn,
            ground.lake,
            manifest.live(conn, _FILES, micros(now)),
            types,
            topic=facts.topic.id,
            channels=campaign.channels,
            marketing=facts.marketing,
            cap=ground.cap,
            service_runs=service_runs(conn),
            language=ground.config.shop.language,
            now=now,
            bound=bound(facts),
            law=Law(conn, ground.config.shop.country, ground.zone),
            facts=facts,
        )
        rank = None if cascade is None else _ranking(conn, ground, facts, cascade, now)
        codes = run_coupons(ground, facts)
        heard = _of_run(conn, ground, run, facts, now).as_another
    return Round(
        ground, run, facts, reader, texts, columns, catalog_rev, cards, heard, now, rank,
        experiment=experiment, coupons=codes,
    )  # fmt: skip


def decide_parts(
    work: Round,
    run: Run,
    count: int,
    now: datetime,
    *,
    interrupted: Callable[[], bool] = lambda: False,
) -> None:
    """Decide the next `count` parts of the run's audience, or fewer where people stop it.

    `interrupted` is asked before each part. While one part is decided, the next one is read and
    the one before is made durable.
    """
    numbers = range(run.next_part, min(run.parts, run.next_part + count))
    with (
        ThreadPoolExecutor(1, "launch-reads") as reading,
        ThreadPoolExecutor(1, "launch-commits") as committing,
    ):
        ahead = reading.submit(_read_part, work, run, numbers[0], now) if numbers else None
        committed: Future[bool] | None = None
        for part in numbers:
            assert ahead is not None
            if interrupted():
                break
            read = ahead.result()
            if part + 1 in numbers:
                ahead = reading.submit(_read_part, work, run, part + 1, now)
            decided = decide_people(work, read, now)
            if committed is not None and not committed.result():
                return
            turn = run._replace(next_part=part)
            names = work.cards.take_fresh()
            committed = committing.submit(commit, work, turn, decided, now, names)
        if committed is not None:
            committed.result()


def decide_again(work: Round, run: Run, due: Due, now: datetime) -> bool:
    """Decide about people whose wait is over, as the run's next part; see `commit`.

    Who took over a merged person's wait, but was decided in this run already, does not hear twice:
    in a cascade that is whoever was begun with twice.
    """
    with work.ground.store.read() as conn:
        history = _of_run(conn, work.ground, run.run, work.facts, now)
    times = (
        pl.DataFrame({"pid": due.pid})
        .join(
            history.of(due.pid).group_by("pid").len(), on="pid", how="left", maintain_order="left"
        )["len"]
        .fill_null(0)
    )
    heard = times.to_numpy() > np.where(due.tried != 0, 1, 0)
    if heard.any():
        with work.ground.store.write() as conn:
            waiting.remove(conn, run.run, due.pid[heard])
        due = Due(*(column[~heard] for column in due))
    if not due.pid.size:
        return True
    passed("waiting.begun")
    found = read_people(work, due.pid, now).with_columns(
        tried=pl.Series(due.tried), last=pl.Series(due.channel)
    )
    decided = decide_people(work, found, now)
    counts = commit(work, run, decided, now, work.cards.take_fresh(), due)
    passed("waiting.committed")
    return counts


def _ranking(
    conn: Connection, ground: Ground, facts: RunFacts, cascade: Cascade, now: datetime
) -> Rank:
    """The order of a cascade's channels, as people have answered lately where that counts."""
    asked = cascade.order is Order.RESPONDING
    shares = answering(conn, ground, cascade.channels, now) if asked else None
    return ranking(ground.config, cascade, shares, facts.arms)


def _of_run(conn: Connection, ground: Ground, run: int, facts: RunFacts, now: datetime) -> History:
    """Who is sent to, or a ghost, in this run already."""
    since = facts.occurrence.planned
    files = manifest.live(conn, (FileKind.DECISIONS,), micros(now))
    merged, canonical = people.merged(conn)
    begun = (pl.col("run") == run) & FIRST
    return History(ground.lake, files, merged, canonical, begun, since)


def read_people(work: Round, pids: Pids, now: datetime) -> pl.DataFrame:
    """The columns of these people (sorted pids) that the gates and the templates need."""
    reads = work.texts.reads
    with work.ground.store.read() as conn:
        read = work.reader.read(conn, pids, reads, now)
        read = offered(conn, read, reads, now, work.ground.zone)
    return with_facts(read, work.columns, work.facts.templates.values())


def decide_people(work: Round, read: pl.DataFrame, now: datetime) -> Decided:
    """What the people of a chunk, as `read_people` gave them, come to; nothing is kept."""
    rules = work.ground.rules(work.facts)
    write, rank, codes = work.texts.write, work.rank, work.coupons
    decided = decide_chunk(
        read,
        work.facts,
        rules,
        write,
        run=work.run,
        now=now,
        rank=rank,
        experiment=work.experiment,
        offer=None if codes is None else partial(codes.offer, now=now),
    )
    if codes is not None:
        codes.keep(decided.coupons)
    return decided


def service_runs(conn: Connection) -> list[int]:
    """The runs whose messages no cap counts."""
    return [run.run for run in runs.every(conn) if not facts_of(run).marketing]


def facts_of(run: Run) -> RunFacts:
    """The frozen facts of a run, decoded once."""
    return _decoded(run.facts)


@lru_cache(maxsize=256)
def _decoded(facts: bytes) -> RunFacts:
    """The facts; they never change, so they are kept."""
    return decode_facts(facts)


def _read_part(work: Round, run: Run, part: int, now: datetime) -> pl.DataFrame:
    """The people of a part of the frozen audience."""
    pids = read_audience(work.ground.lake, run.audience_path, part)["pid"].to_numpy()
    return read_people(work, np.setdiff1d(pids, work.heard, assume_unique=True), now)


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

"""Who is in a segment: its facts from the lake and its predicate, for everybody or one person.

It must never open a database or a file: people, consent and reach come through `People`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import polars as pl

from maracuja import rng, zones
from maracuja.errors import NotFound
from maracuja.lake.facts import (
    GATHERED,
    FactCache,
    aliases_of,
    choose,
    compute,
    events_of,
    lake_of,
)
from maracuja.lake.gathering import inside, mask_of
from maracuja.segments import definition as d
from maracuja.segments.check import order
from maracuja.segments.comparing import When
from maracuja.segments.computed import LOOKS_UP, Group, computed
from maracuja.segments.explain import Reason, explain
from maracuja.segments.facts import COMPUTED_KIND, Fact, full_name, value_kind
from maracuja.segments.fold import fold
from maracuja.segments.operators import Kind
from maracuja.segments.predicate import held, holds_without, needs, predicate
from maracuja.segments.rows import Lake

SAMPLE_BUCKETS: Final = (0, 16, 32, 48)
CHOSEN_MAX: Final = 100_000  # up to so many people are joined to the events, not met after them
RARE_HITS: Final = 30  # below so many people in the sample an estimate says too little


class People(Protocol):
    """What is known about people beside their events; one row each, canonical pids only.

    `pids` asks for these people, `buckets` for those of these buckets, neither for everybody.
    """

    def profiles(
        self,
        traits: Sequence[str],
        *,
        pids: Sequence[int] | None,
        buckets: Sequence[int] | None,
        drawn: bool = False,
    ) -> pl.DataFrame:
        """Columns `pid` Int64, `traits.<name>` of those names that exist; `drawn`: `draw_pid`."""
        ...

    def consents(
        self, pairs: Sequence[tuple[str, str]], *, pids: Sequence[int] | None
    ) -> pl.DataFrame:
        """Columns `pid`, `consent.<topic>.<channel>` (ConsentState) for each pair."""
        ...

    def reach(self, channels: Sequence[str], *, pids: Sequence[int] | None) -> pl.DataFrame:
        """Columns `pid`, `reach.<channel>` (Boolean: there is a usable address)."""
        ...


@dataclass(frozen=True)
class Sources:
    """Where the answer comes from: a lake session, the people, all segments by id.

    `version` names what the session shows (live files, merges, tail) and the catalogue: cached
    facts go by it. `catalogue` reads what the shop knows of products: id, category, price.
    """

    con: duckdb.DuckDBPyConnection
    people: People
    segments: Mapping[str, d.Segment] = field(default_factory=dict)
    version: object = None
    cache: FactCache = field(default_factory=FactCache)
    catalogue: Callable[[], pl.DataFrame] | None = None

    @cached_property
    def lake(self) -> Lake:
        """The columns and merges behind the session, looked up once."""
        return lake_of(self.con)

    @cached_property
    def _has_catalogue(self) -> bool:
        """Whether there are products; they stand in the session then."""
        known = self.catalogue() if self.catalogue is not None else pl.DataFrame()
        if not known.is_empty():
            self.con.register("catalogue", known.to_arrow())
        return not known.is_empty()

    def beside_products(self, lake: Lake, group: Group) -> Lake:
        """The lake for a group of computed facts: with the catalogue, where that is asked."""
        return lake._replace(catalogue=group in LOOKS_UP and self._has_catalogue)

    def fact(self, wanted: Fact, lake: Lake, when: When) -> pl.DataFrame:
        """A fact for everybody who has one: computed now, or kept since."""
        if wanted.kind == COMPUTED_KIND and not self.cache.has(wanted, lake, when, self.version):
            lake = self.beside_products(lake, computed(wanted.events[0]).group)
        return self.cache.get(self.con, wanted, lake, when, self.version)


@dataclass(frozen=True)
class Audience:
    """The people for whom the conditions hold: `pids` sorted, shape (n,), out of `people`."""

    pids: npt.NDArray[np.int64]
    people: int

    def sample(self, size: int, seed: int) -> list[int]:
        """So many of them, the same for the same seed, sorted."""
        dice = rng.stream(seed, "audience", "sample")
        return sorted(dice.choice(self.pids, min(size, self.pids.size), replace=False).tolist())


@dataclass(frozen=True)
class Estimate:
    """How many people, judged by a sample: `count` plus or minus `margin` (95 %).

    `rare`: the sample met too few for the margin to mean much; show `met` of `asked` instead.
    """

    count: int
    margin: int
    met: int
    asked: int

    @property
    def rare(self) -> bool:
        """Whether the sample met fewer than RARE_HITS."""
        return self.met < RARE_HITS


@dataclass(frozen=True)
class Explanation:
    """Why one person is in or not: `held` for the whole, a reason for each condition."""

    pid: int
    held: bool
    reasons: tuple[Reason, ...]


def evaluate(
    conditions: Sequence[d.Condition],
    sources: Sources,
    when: When,
    *,
    buckets: Sequence[int] | None = None,
) -> Audience:
    """Everybody for whom all conditions hold, or everybody in these canonical buckets.

    Mentioned segments are evaluated once each. SegmentError where a segment is missing, goes in
    a circle or does not suit what the data hold.
    """
    lake = lake_of(sources.con, buckets=buckets) if buckets else sources.lake
    frame = _everything(conditions, sources, when, None, buckets)
    people = frame.height
    for name in _mentioned(conditions, sources):
        frame = _with_member(frame, name, sources, lake, when)
    chosen = _narrow(frame, conditions, sources, lake, when)
    return Audience(np.sort(chosen["pid"].to_numpy()), people)


def estimate(conditions: Sequence[d.Condition], sources: Sources, when: When) -> Estimate:
    """About how many, from 4 of the 64 buckets."""
    sample = evaluate(conditions, sources, when, buckets=SAMPLE_BUCKETS)
    everybody = sources.people.profiles((), pids=None, buckets=None).height
    met, asked = sample.pids.size, sample.people
    if asked == 0:
        return Estimate(0, everybody, 0, 0)
    # Agresti and Coull: two more of each kind, so that 0 % or 100 % of a sample is not certainty.
    likely = (met + 2) / (asked + 4)
    unseen = max(everybody - asked, 0) / max(everybody - 1, 1)
    error = np.sqrt(likely * (1 - likely) / (asked + 4) * unseen)
    return Estimate(round(met / asked * everybody), round(1.96 * error * everybody), met, asked)


def explain_person(
    conditions: Sequence[d.Condition],
    sources: Sources,
    when: When,
    pid: int,
    language: str = "en",
) -> Explanation:
    """Which condition holds for one canonical person, folded from their own events.

    NotFound where there is no such person; SegmentError as in `evaluate`.
    """
    frame = _everything(conditions, sources, when, [pid], None)
    if frame.height != 1:
        raise NotFound(f"There is no person {pid}.", fix="Look the person up by an identity.")
    lake = sources.lake
    mentioned = _mentioned(conditions, sources)
    groups = [sources.segments[name].where for name in mentioned] + [list(conditions)]
    wanted = {f.key: f for group in groups for f in needs(group).facts}
    scales = _scales(tuple(wanted.values()), lake)
    frame = _fold_all(frame, tuple(wanted.values()), sources, lake, when, pid)
    for name in mentioned:
        part = predicate(sources.segments[name].where, frame.schema, scales, when)
        frame = frame.with_columns(part.alias(f"member.{name}"))
    yes = frame.select(predicate(conditions, frame.schema, scales, when)).item()
    reasons = explain(conditions, frame, scales, when, language)
    return Explanation(pid, bool(yes), reasons)


# ---------------------------------------------------------------- the frame


def _mentioned(conditions: Sequence[d.Condition], sources: Sources) -> list[str]:
    return order(needs(conditions).segments, sources.segments)


def _everything(
    conditions: Sequence[d.Condition],
    sources: Sources,
    when: When,
    pids: Sequence[int] | None,
    buckets: Sequence[int] | None,
) -> pl.DataFrame:
    """The people with all that is not a fact, for these conditions and mentioned segments."""
    names = _mentioned(conditions, sources)
    asked = [needs(conditions), *(needs(sources.segments[name].where) for name in names)]
    traits = {trait for need in asked for trait in need.traits}
    local = any(need.local_date for need in asked)
    extra = {"timezone"} if local else set()
    salts = sorted({salt for need in asked for salt in need.salts})
    frame = sources.people.profiles(
        sorted(traits | extra), pids=pids, buckets=buckets, drawn=bool(salts)
    )
    if pairs := sorted({pair for need in asked for pair in need.consents}):
        frame = frame.join(sources.people.consents(pairs, pids=pids), on="pid", how="left")
    if channels := sorted({channel for need in asked for channel in need.channels}):
        frame = frame.join(sources.people.reach(channels, pids=pids), on="pid", how="left")
    if salts:
        drawn = frame["draw_pid"].to_list()
        frame = frame.with_columns(
            pl.Series(f"draw.{salt}", rng.draws(salt, drawn)) for salt in salts
        )
    return _with_local_date(frame, when) if local else frame


def _with_local_date(frame: pl.DataFrame, when: When) -> pl.DataFrame:
    known = "traits.timezone" in frame.columns and frame["traits.timezone"].dtype == pl.String
    absent = pl.Series([None], dtype=pl.String).new_from_index(0, frame.height)
    names = frame["traits.timezone"] if known else absent
    return frame.with_columns(zones.local_columns(names, when.minute, when.zone)["local_date"])


def _scales(wanted: Sequence[Fact], lake: Lake) -> dict[str, Kind]:
    return {f.column: value_kind(f, lake.columns) for f in wanted}


def _with_facts(
    frame: pl.DataFrame, wanted: Sequence[Fact], sources: Sources, lake: Lake, when: When
) -> pl.DataFrame:
    for one in wanted:
        if one.column not in frame.columns:
            found = sources.fact(one, lake, when)
            frame = frame.join(found, on="pid", how="left", maintain_order="left")
    return frame


def _with_member(
    frame: pl.DataFrame, name: str, sources: Sources, lake: Lake, when: When
) -> pl.DataFrame:
    """The frame with the column `member.<name>`."""
    inside = _narrow(frame, sources.segments[name].where, sources, lake, when).select(
        "pid", pl.lit(True).alias(f"member.{name}")
    )
    return frame.join(inside, on="pid", how="left", maintain_order="left").with_columns(
        pl.col(f"member.{name}").fill_null(False)
    )


def _fold_all(
    frame: pl.DataFrame,
    wanted: Sequence[Fact],
    sources: Sources,
    lake: Lake,
    when: When,
    pid: int,
) -> pl.DataFrame:
    """The one-row frame with every fact folded from the person's events.

    Computed facts compare people: they are those of everybody.
    """
    frame = _with_facts(frame, [f for f in wanted if f.kind == COMPUTED_KIND], sources, lake, when)
    wanted = [f for f in wanted if f.kind != COMPUTED_KIND]
    names = {e for f in wanted for e in (*f.events, *_step_events(f))}
    filters = [p for f in wanted for p in (*f.where, *(p for s in f.steps for p in s.where))]
    read = {full_name(p.property) for p in filters} | {full_name(f.of) for f in wanted if f.of}
    rows = events_of(sources.con, aliases_of(sources.con, pid), names, {*read, "rest"})
    scales = _scales(wanted, lake)
    return frame.with_columns(
        pl.Series(f.column, [fold(f, rows, lake.columns, when)], dtype=_dtype(f, scales))
        for f in wanted
    )


def _step_events(one: Fact) -> list[str]:
    return [name for step in one.steps for name in d.names(step.did or step.did_not or [])]


_DTYPES: Final[dict[Kind, pl.DataType]] = {
    Kind.TEXT: pl.String(),
    Kind.NUMBER: pl.Float64(),
    Kind.SCALED: pl.Float64(),
    Kind.BOOLEAN: pl.Boolean(),
    Kind.DATE: pl.Date(),
    Kind.TIME: pl.Datetime("us"),
}


def _dtype(one: Fact, scales: Mapping[str, Kind]) -> pl.DataType:
    return _DTYPES.get(scales[one.column], pl.String())


# ---------------------------------------------------------------- the set


def _narrow(
    frame: pl.DataFrame,
    conditions: Sequence[d.Condition],
    sources: Sources,
    lake: Lake,
    when: When,
) -> pl.DataFrame:
    """The rows for which all conditions hold: first by what is at hand, then fact by fact.

    Columns of facts may be missing in the result.
    """
    asked = [(c, needs([c]), f"where[{i}]") for i, c in enumerate(conditions)]
    at_hand = [held(c, frame.schema, {}, when, at) for c, need, at in asked if not need.facts]
    if at_hand:
        frame = frame.filter(*at_hand)
    for condition, need, where in asked:
        scales = _scales(need.facts, lake)
        if isinstance(condition, d.Measure | d.Sequence) and not need.local_date:
            found = _fact_of(frame, need.facts[0], sources, lake, when)
            test = held(condition, found.schema, scales, when, where)
            others = holds_without(condition, scales[need.facts[0].column], when)
            frame = _keep(frame, found, test, others=others)
        elif need.facts:
            frame = _with_facts(frame, need.facts, sources, lake, when)
            frame = frame.filter(held(condition, frame.schema, scales, when, where))
    return frame


def _keep(
    frame: pl.DataFrame, found: pl.DataFrame, test: pl.Expr, *, others: bool
) -> pl.DataFrame:
    """The rows of people for whom the test of a fact holds; or, with `others`, does not fail."""
    named = found.filter(~test if others else test)["pid"].to_numpy()
    met = inside(mask_of(named), frame["pid"].to_numpy())
    return frame.filter(~met if others else met)


def _fact_of(
    frame: pl.DataFrame, wanted: Fact, sources: Sources, lake: Lake, when: When
) -> pl.DataFrame:
    """A fact for everybody, kept; or where few are left to ask and it matters, for them alone."""
    few = frame.height <= CHOSEN_MAX and wanted.kind not in GATHERED
    if few and not sources.cache.has(wanted, lake, when, sources.version):
        return compute(sources.con, wanted, choose(sources.con, lake, frame["pid"]), when)
    return sources.fact(wanted, lake, when)

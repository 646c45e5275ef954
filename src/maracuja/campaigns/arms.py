"""What each person of a run is drawn for, and when they are due: in an experiment, by its arm.

It must never draw anew what was drawn: the same person and salts give the same arm for ever.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
import numpy as np
import polars as pl

from maracuja import zones
from maracuja.campaigns import schedule
from maracuja.campaigns.facts import RunFacts
from maracuja.decisions.assignment import CAMPAIGN, GLOBAL, assign, in_test
from maracuja.model import Record, micros, moment

NOTHING: Final = ""


class UnderWay(Record, frozen=True):
    """The experiment of a run as decisions need it.

    `share` of the audience is written to at once. The others wait, until `chosen` goes out to
    them from `rolled_us` on.
    """

    share: float
    chosen: str = NOTHING
    rolled_us: int = 0


def drawn(facts: RunFacts, experiment: UnderWay | None, draw_pids: pl.Series) -> pl.DataFrame:
    """Columns `held`, `variant` and `propensity` of each person; of an experiment, more.

    Then `tested` says whose variant was drawn and compared, `for_the_winner` who waits, and
    `rolled` who gets what was chosen. `draw_pids` (Int64, shape (n,)) decide.
    """
    lots = assign(facts.lottery, draw_pids)
    if experiment is None:
        return lots
    share = experiment.share
    if facts.weekly:
        return _weekly(facts, experiment, lots, draw_pids)
    mine = in_test(facts.lottery, facts.occurrence.key, share, draw_pids)
    waits = ~mine
    if not experiment.chosen:
        return lots.with_columns(
            tested=mine,
            for_the_winner=waits,
            rolled=pl.lit(False),
            propensity=pl.col("propensity") * pl.when(mine).then(share).otherwise(1 - share),
            variant=pl.when(mine).then("variant").otherwise(pl.lit(NOTHING)),
        )
    chances = facts.lottery.propensities()
    held = {
        name: sum(chance for (group, _), chance in chances.items() if group == name)
        for name in (GLOBAL, CAMPAIGN, "")
    }
    alone = pl.col("held").replace_strict(held, return_dtype=pl.Float64)
    return lots.with_columns(
        tested=mine,
        for_the_winner=pl.lit(False),
        rolled=waits,
        # Of those who waited nobody was drawn for anything but the holdout.
        propensity=pl.when(mine).then(pl.col("propensity") * share).otherwise(alone),
        variant=pl.when(mine).then("variant").otherwise(pl.lit(experiment.chosen)),
    )


def _weekly(
    facts: RunFacts, experiment: UnderWay, lots: pl.DataFrame, draw_pids: pl.Series
) -> pl.DataFrame:
    """Of an experiment over many occurrences: the same people each time, and nobody waits."""
    mine = in_test(facts.lottery, NOTHING, experiment.share, draw_pids)
    if experiment.chosen:
        mine = pl.repeat(value=False, n=len(draw_pids), eager=True)
    others = experiment.chosen or facts.arms[0].variant
    return lots.with_columns(
        tested=mine,
        for_the_winner=pl.lit(False),
        rolled=pl.lit(bool(experiment.chosen)),
        variant=pl.when(mine).then("variant").otherwise(pl.lit(others)),
    )


def capped(facts: RunFacts, people: pl.DataFrame) -> pl.DataFrame:
    """The people with `free_us` by the limit of their own arm, where arms differ in that.

    `people` have `free_us@<variant>` for each; the shop's own limit holds for all others.
    """
    if not facts.weekly or "tested" not in people:
        return people
    limited = pl.col("tested") | pl.col("rolled")
    own = [
        pl.when(limited, pl.col("variant") == arm.variant).then(pl.col(limit_column(arm.variant)))
        for arm in facts.arms
    ]
    free = pl.coalesce(pl.when(~limited).then(pl.col("free_us")), *own)
    return people.with_columns(free_us=free)


def limit_column(variant: str) -> str:
    """The column that says from when on the limit of an arm allows a message."""
    return f"free_us@{variant}"


def due_us(
    facts: RunFacts, experiment: UnderWay | None, people: pl.DataFrame, default: str
) -> pl.Series:
    """When each person is due, in microseconds UTC (Int64, shape (n,)).

    `people` has `zone` and what `drawn` gives. An arm may have an hour of its own. Who waited for
    the winner is due when it is rolled out, or at the campaign's time of day after that.
    """
    hours = {arm.variant: arm.at for arm in facts.arms if arm.at is not None}
    dues = schedule.due_us(facts.occurrence, people["zone"], default)
    for variant, hour in hours.items():
        mine = people["variant"] == variant
        if facts.occurrence.day is not None and mine.any():
            there = _at(facts, time.fromisoformat(hour), facts.occurrence.day, people, default)
            dues = dues.zip_with(~mine, there)
    if experiment is None or not experiment.chosen or facts.weekly:
        return dues
    chosen = hours.get(experiment.chosen)
    rolled = moment(experiment.rolled_us)
    at = time.fromisoformat(chosen) if chosen else facts.occurrence.at
    if at is None or not (chosen or facts.occurrence.by_person):
        later = pl.Series([experiment.rolled_us], dtype=pl.Int64).new_from_index(0, len(dues))
    else:
        later = _next(facts, at, rolled, people, default)
    return dues.zip_with(~people["rolled"], later)


def timed(facts: RunFacts) -> bool:
    """Whether arms are due at hours of their own."""
    return any(arm.at is not None for arm in facts.arms)


def _next(
    facts: RunFacts, at: time, after: datetime, people: pl.DataFrame, default: str
) -> pl.Series:
    """The next time after a moment at which each person's clock shows that hour."""
    first = (after - timedelta(days=1)).date()
    days = [_at(facts, at, first + timedelta(days=n), people, default) for n in range(4)]
    table = np.column_stack([day.to_numpy() for day in days])
    return pl.Series(np.where(table >= micros(after), table, table.max()).min(axis=1))


def _at(facts: RunFacts, at: time, day: date, people: pl.DataFrame, default: str) -> pl.Series:
    """That hour of that day: by each person's clock, or by the shop's."""
    occurrence = msgspec.structs.replace(
        facts.occurrence,
        at=at,
        day=day,
        planned=zones.at_local(day, at, default, default),
    )
    return schedule.due_us(occurrence, people["zone"], default)

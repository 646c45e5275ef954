"""What a report tells of a campaign's experiment, and of lifts with people's past taken out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import duckdb
import msgspec
import polars as pl

from maracuja.campaigns.definitions import Goal, Variant
from maracuja.campaigns.facts import RunFacts
from maracuja.model import micros
from maracuja.runtime.experiment_guard import guarded
from maracuja.runtime.experiment_work import count, planned_of
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import facts_of
from maracuja.runtime.measure import conversions, frame_of
from maracuja.segments.comparing import When
from maracuja.stats.adjusting import AdjustedLift, adjusted_lifts
from maracuja.stats.experiment import ExperimentTold, LookTold
from maracuja.stats.factorial import Factorial, factorial
from maracuja.stats.moments import NOBODY, SufficientStatistics
from maracuja.stats.report import LiftReport
from maracuja.stats.sequential import ExperimentVerdict, information_in
from maracuja.stats.units import Held
from maracuja.store import experiments, waiting
from maracuja.store.experiments import Look, Stage
from maracuja.store.runs import Run

DAYS: Final = 90  # how far back people's past is looked at
_arms = msgspec.json.Decoder(dict[str, SufficientStatistics])
_verdict = msgspec.json.Decoder(ExperimentVerdict)


def told(ground: Ground, launched: Sequence[Run], now: datetime) -> ExperimentTold | None:
    """How the test of the newest of these runs stands; None where none has one."""
    with ground.store.read() as conn:
        found = experiments.of_runs(conn, [run.run for run in launched])
        if not found:
            return None
        one = found[-1]
        looks = experiments.looks(conn, one.run)
        waits = waiting.waiting_for_the_winner(conn, one.run)
    run = next(run for run in launched if run.run == one.run)
    facts, planned = facts_of(run), planned_of(one)
    counted = count(ground, run, facts, planned, now)
    return ExperimentTold(
        run=one.run,
        planned=planned,
        standing=one.standing.value,
        winner=one.winner,
        chosen=one.chosen,
        decided_us=one.decided_us,
        rolled_us=one.rolled_us,
        rolled_by=one.rolled_by,
        waiting=waits,
        information=information_in(counted.people, counted.conversions, planned.plan),
        looks=tuple(_look(look) for look in looks),
        guards=guarded(ground, one, facts, now).guards,
        factors=_factors(
            facts, counted.arms, planned.tested, final=one.standing is not Stage.RUNNING
        ),
    )


def _look(look: Look) -> LookTold:
    return LookTold(
        look=look.look,
        at_us=look.at_us,
        fraction=look.fraction,
        final=look.final,
        arms=_arms.decode(look.arms),
        verdict=_verdict.decode(look.verdict),
    )


def _factors(
    facts: RunFacts, arms: dict[str, SufficientStatistics], people: int, *, final: bool
) -> Factorial | None:
    """What each of two factors does; None where the variants are not made of them."""
    variants: tuple[Variant, ...] = facts.campaign.variants
    names = sorted(variants[0].factors) if variants else []
    if len(names) != 2:
        return None
    one, other = names
    cells = {
        (variant.factors[one], variant.factors[other]): arms.get(variant.id, NOBODY)
        for variant in variants
        if len(variant.factors) == 2
    }
    return factorial((one, other), cells, final=final, n_star=people)


def adjusted(
    con: duckdb.DuckDBPyConnection,
    units: pl.DataFrame,
    report: LiftReport,
    goal: Goal,
    since: datetime,
    when: When,
) -> tuple[AdjustedLift, ...]:
    """The lifts of the report beside themselves adjusted by what people did before `since`.

    Against the holdout of the campaign; and the best of the variants that are tested against
    each other one. The global control group's past is not that of the others, so it is left out.
    """
    start = since - timedelta(days=DAYS)
    past = frame_of(
        con,
        _PAST.format(
            conversions=conversions(con, goal, when),
            start=f"make_timestamp({micros(start)})",
            since=f"make_timestamp({micros(since)})",
        ),
    )
    would = units.filter("would_send").join(past, on="pid", how="left")
    reached = (pl.col("converted") > 0).cast(pl.Int8).alias("conversions")
    plan, people = report.plan, would.with_columns(reached, pl.col("revenue").cast(pl.Int64))
    found: tuple[AdjustedLift, ...] = ()
    if report.control is Held.CAMPAIGN:
        arms = people.with_columns(
            arm=pl.when(pl.col("held") == "").then(pl.lit("")).otherwise("held")
        )
        found += _of(arms, [(Held.SENT.value, Held.CAMPAIGN.value)], report)
    if len(plan.variants) > 1:
        tested = people.filter((pl.col("held") == "") & pl.col("tested"))
        rates = tested.group_by("variant").agg(rate=pl.col("conversions").mean())
        best, *others = rates.sort(-pl.col("rate"), "variant")["variant"].to_list() or [""]
        pairs = [(best, name) for name in others]
        found += _of(tested.with_columns(arm=pl.col("variant")), pairs, report)
    return found


def _of(
    people: pl.DataFrame, arms: list[tuple[str, str]], report: LiftReport
) -> tuple[AdjustedLift, ...]:
    plan = report.plan
    return adjusted_lifts(
        people, arms, days=DAYS, n_star=plan.n_star, final=report.final, alpha=plan.alpha
    )


_PAST: Final = """
    SELECT c.pid, count(*)::BIGINT AS before, sum(c.v)::DOUBLE AS before_value
    FROM ({conversions}) c WHERE c.ts >= {start} AND c.ts < {since} GROUP BY c.pid
"""

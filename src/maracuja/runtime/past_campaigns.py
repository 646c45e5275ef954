"""Campaigns that were sent elsewhere, put on record so that their worth can be measured here.

Only the draw and the moment are taken over: nothing is sent, and no text is kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import polars as pl

from maracuja.campaigns.checks import find
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.facts import RunFacts, encode_facts, freeze
from maracuja.campaigns.schedule import Occurrence
from maracuja.decisions.assignment import CAMPAIGN
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.errors import BadInput
from maracuja.lake.audience import write_audience
from maracuja.lake.decisions import write_decisions
from maracuja.model import Status, micros
from maracuja.rng import draws, make_ids
from maracuja.runtime.launch_ground import Ground, definitions_in_force, holdout_salt
from maracuja.runtime.message_events import Told, tell
from maracuja.store import manifest, runs
from maracuja.store.runs import Run, RunState

ELSEWHERE: Final = "elsewhere"


def record_past(ground: Ground, campaign: str, arms: pl.DataFrame, at: datetime) -> Run:
    """Put a campaign on record that somebody else sent at `at`, by a draw of their own.

    `arms` has `pid` (canonical, each once), `variant` (a variant of the definition) and `held`
    (true: got nothing, by the draw; their variant may be null: it is drawn now), and any columns
    known before it; shape (people, 3 + k). The definition's holdout must be the share that was
    held out. Raises BadInput where `arms` does
    not fit, CampaignError where the definition does not, Conflict when it is on record already.
    """
    with ground.store.read() as conn:
        around = definitions_in_force(conn)
        wanted = find(around, "campaign", campaign, Campaign, where="campaign")
        occurrence = Occurrence(key=ELSEWHERE, planned=at)
        salt = holdout_salt(conn)
        facts = freeze(wanted, around, occurrence, salt=salt, global_holdout=0.0)
    arms = _with_would_be(arms, facts)
    _check(arms, facts)
    people = arms.with_columns(message=pl.Series(_ids(facts, arms), dtype=pl.Binary))
    with ground.store.write() as conn:
        run = runs.create(
            conn, campaign, ELSEWHERE, version=0, planned_us=micros(at), facts=encode_facts(facts)
        )
        runs.set_state(conn, run.run, RunState.LAUNCHING, micros(at))
        name = f"run-{run.run:09d}-elsewhere"
        known = people.drop("variant", "held", "message")
        audience = write_audience(ground.lake, run.run, known, now=at)
        decided = _decisions(people, facts, run.run, at)
        files = [audience, write_decisions(ground.lake, name, decided, chunk=run.run, now=at)]
        manifest.add(conn, files)
        runs.freeze(conn, run.run, audience_path=audience.path, parts=0)
        runs.set_state(conn, run.run, RunState.DONE, micros(at))
        tell(conn, _sent(people.filter(~pl.col("held")), facts, run.run, at))
        return runs.get(conn, run.run)


def _with_would_be(arms: pl.DataFrame, facts: RunFacts) -> pl.DataFrame:
    """The variant that each person held out would have got, where nobody noted it."""
    names, shares = facts.lottery.variants, facts.lottery.shares
    luck = draws(f"{facts.lottery.salt} {facts.campaign.id} would-be", arms["pid"].to_list())
    at = np.minimum(np.searchsorted(np.cumsum(shares), luck, side="right"), len(names) - 1)
    would_be = pl.Series([names[i] for i in at], dtype=pl.String)
    noted = pl.col("variant").cast(pl.String)
    return arms.with_columns(pl.when("held").then(noted.fill_null(would_be)).otherwise(noted))


def _check(arms: pl.DataFrame, facts: RunFacts) -> None:
    """Refuse arms that contradict the definition."""
    variants = {arm.variant for arm in facts.arms}
    strange = arms.filter(~pl.col("variant").fill_null("").is_in(sorted(variants)))
    if strange.height:
        raise BadInput(
            f"`{strange['variant'][0]}` is no variant of `{facts.campaign.id}`.",
            where="variant",
            fix=f"Its variants are: {', '.join(sorted(variants))}.",
        )
    if arms["pid"].n_unique() != arms.height:
        raise BadInput("A person is in two arms.", where="pid")


def _ids(facts: RunFacts, arms: pl.DataFrame) -> list[bytes]:
    key = ("message", facts.campaign.id, facts.occurrence.key)
    return make_ids(key, arms["pid"].to_list())


def _decisions(people: pl.DataFrame, facts: RunFacts, run: int, at: datetime) -> pl.DataFrame:
    """A decision for everybody: sent, or a ghost of the campaign's own control group."""
    when = pl.lit(at.replace(tzinfo=None)).cast(pl.Datetime("us"))
    held = pl.col("held")
    shares = dict(zip(facts.lottery.variants, facts.lottery.shares, strict=True))
    share = pl.col("variant").replace_strict(shares, return_dtype=pl.Float64)
    sent = pl.lit(1.0 - facts.lottery.holdout)
    return people.select(
        pl.lit(run).alias("run"),
        pl.lit(facts.campaign.id).alias("campaign"),
        pl.lit(facts.occurrence.key).alias("occurrence"),
        "pid",
        pl.col("pid").alias("draw_pid"),
        when.alias("at"),
        when.alias("due"),
        _either(held, Outcome.GHOST.value, Outcome.SEND.value).alias("outcome"),
        _either(held, Reason.HELD_OUT.value, Reason.PASSED.value).alias("reason"),
        _either(held, CAMPAIGN, "").alias("held"),
        pl.lit(facts.campaign.channel).alias("channel"),
        "variant",
        (share * pl.when(held).then(1.0 - sent).otherwise(sent)).alias("propensity"),
        "message",
        pl.lit("").alias("language"),
    )


def _either(condition: pl.Expr, yes: str, no: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(yes)).otherwise(pl.lit(no))


def _sent(people: pl.DataFrame, facts: RunFacts, run: int, at: datetime) -> list[Told]:
    """That the messages went out, for the rates and the people's histories."""
    shared = Told(micros(at), 0, b"", Status.SENT, facts.campaign.channel, facts.campaign.id, run)
    columns = people.select("pid", "message", "variant").iter_rows()
    return [shared._replace(pid=p, message=m, variant=v) for p, m, v in columns]

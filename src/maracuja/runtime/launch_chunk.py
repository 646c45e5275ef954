"""One chunk of people from columns to decisions, texts and waiting: the heart of a launch.

It must never read or write anything: what it needs comes as columns, what it found goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import polars as pl

from maracuja import rng
from maracuja.campaigns import schedule
from maracuja.campaigns.facts import RunFacts
from maracuja.decisions import gates
from maracuja.decisions.assignment import assign
from maracuja.decisions.reasons import CODES, Outcome
from maracuja.model import micros

PERSON: Final = (
    "pid",
    "draw_pid",
    "known",
    "suppressed",
    "consent",
    "address",
    "zone",
    "language",
    "free_us",
)
"""What a chunk needs of each person beside the columns of the templates; see gates.COLUMNS."""


class Written(NamedTuple):
    """Texts of a set of people: `faults` has reasons.stored or null for each, in their order.

    `slots` has `pid`, `template` (the key of the skeleton), `language`, `neutral` (whether a word
    about them could not be said, null where none is looked up) and s0..sk (texts) for those
    without a fault; `skeletons` are what JSON can hold.
    """

    faults: pl.Series
    slots: pl.DataFrame
    skeletons: dict[str, Any]


Write = Callable[[pl.DataFrame], Written]
"""Writes the texts of the people of a frame; their arm is in its column `variant`."""


class Decided(NamedTuple):
    """What a chunk came to: the rows of its decisions file, its bodies, and who waits."""

    decisions: pl.DataFrame  # lake.decisions.DECISION_TYPES
    bodies: pl.DataFrame  # lake.bodies.BODY_TYPES and slots
    skeletons: Mapping[str, Any]
    waiting: pl.DataFrame  # pid, until_us, reason (the number)


def decide_chunk(
    people: pl.DataFrame,
    facts: RunFacts,
    rules: gates.Rules,
    write: Write,
    *,
    run: int,
    now: datetime,
) -> Decided:
    """Decide about every person of the chunk, and write to those who are to be sent to.

    `people` has the columns of PERSON (Int64, text, ...) and of the templates, shape (n, ...),
    each pid once. Ghosts are written too, because a text that cannot be written stops them like
    the others; their texts are not kept.
    """
    people = people.sort("pid")
    people = people.hstack(assign(facts.lottery, people["draw_pid"]))
    due_us = schedule.due_us(facts.occurrence, people["zone"], rules.zone)
    expiry_us = facts.campaign.expiry // timedelta(microseconds=1)
    people = people.with_columns(due_us=due_us, expires_us=due_us + expiry_us)
    asked = people.filter(gates.text_needed(people, rules, now))
    written = write(asked)
    faults = asked.select("pid").with_columns(fault=written.faults.cast(pl.String))
    people = people.join(faults, on="pid", how="left", maintain_order="left")
    people = people.hstack(gates.decide(people, rules, now))
    ids = message_ids(facts, people["pid"])
    said = written.slots.select("pid", "neutral")
    told = people.with_columns(message=ids).join(said, on="pid", how="left", maintain_order="left")
    decisions = _decisions(told, facts, run=run, now=now)
    return Decided(
        decisions=decisions,
        bodies=_bodies(decisions, people, written),
        skeletons=written.skeletons,
        waiting=people.filter(pl.col("outcome") == Outcome.WAIT.value).select(
            "pid",
            "until_us",
            reason=pl.col("reason").replace_strict(
                [reason.value for reason in CODES], list(CODES.values()), return_dtype=pl.Int16
            ),
        ),
    )


def message_ids(facts: RunFacts, pids: pl.Series) -> pl.Series:
    """The id of each person's message in this occurrence (16 bytes), from its natural key."""
    key = ("message", facts.campaign.id, facts.occurrence.key)
    return pl.Series(rng.make_ids(key, pids.to_list()), dtype=pl.Binary)


def _decisions(people: pl.DataFrame, facts: RunFacts, *, run: int, now: datetime) -> pl.DataFrame:
    """The rows of the decisions file: one for everybody."""
    waits = pl.col("outcome") == Outcome.WAIT.value
    now_us = micros(now)
    return people.select(
        pl.lit(run, dtype=pl.Int64).alias("run"),
        pl.lit(facts.campaign.id).alias("campaign"),
        pl.lit(facts.occurrence.key).alias("occurrence"),
        "pid",
        "draw_pid",
        pl.lit(now_us).cast(pl.Datetime("us")).alias("at"),
        pl.when(waits).then("until_us").otherwise(now_us).cast(pl.Datetime("us")).alias("due"),
        "outcome",
        "reason",
        "held",
        pl.lit(facts.campaign.channel).alias("channel"),
        "variant",
        "propensity",
        "message",
        "language",
        "neutral",
    )


def _bodies(decisions: pl.DataFrame, people: pl.DataFrame, written: Written) -> pl.DataFrame:
    """The texts of those who are sent to, numbered from 0 by pid."""
    sent = decisions.filter(pl.col("outcome") == Outcome.SEND.value)
    return (
        sent.select("pid", "message", "variant")
        .join(people.select("pid", "address"), on="pid", how="left", maintain_order="left")
        .join(written.slots, on="pid", how="inner", maintain_order="left")
        .with_row_index("n")
        .with_columns(pl.col("n").cast(pl.Int32))
    )

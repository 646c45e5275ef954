"""One chunk of people from columns to decisions, texts and waiting: the heart of a launch.

It must never read or write anything: what it needs comes as columns, what it found goes back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import polars as pl

from maracuja import rng
from maracuja.campaigns.arms import UnderWay, capped, drawn, due_us
from maracuja.campaigns.cascade import Order
from maracuja.campaigns.facts import RunFacts
from maracuja.channels import CODES_BY_NAME
from maracuja.decisions import cascade, gates
from maracuja.decisions.reasons import CODES, Outcome, Reason, code
from maracuja.model import micros
from maracuja.store.outbox import NEVER_US

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
"""What a chunk needs of each person beside the columns of the templates; see gates.COLUMNS.

In a cascade `suppressed`, `consent` and `address` come for each channel (cascade.OF_CHANNEL), and
people who are decided again have `tried` and `last`, as store.waiting keeps them.
"""


ENTERED: Final = "entry.due_us"
"""When the wait of each person is over, where a trigger has let them in one by one."""


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
"""Writes the texts of the people of a frame; their arm is in its column `variant`, and in a
cascade the channel in `channel`."""

Rank = Callable[[pl.DataFrame], cascade.Ranks]
"""The order in which the channels of a cascade are tried for the people of a frame."""


FOLDED: Final = "coupon.folded"
UNTIL: Final = "coupon.until_us"
CLAIMED: Final = {"pid": pl.Int64, FOLDED: pl.String, UNTIL: pl.Int64}
"""The codes of a chunk: whose, as it is looked up, and until when it works (micros, 0: no end)."""

Offer = Callable[[pl.DataFrame, pl.Series], pl.DataFrame]
"""Gives the people of a frame coupon codes, those that are sent to if their text can be written
(Boolean, shape (n,)); see launch_coupons."""


class Decided(NamedTuple):
    """What a chunk came to: the rows of its decisions file, its bodies, and who waits."""

    decisions: pl.DataFrame  # lake.decisions.DECISION_TYPES
    bodies: pl.DataFrame  # lake.bodies.BODY_TYPES and slots
    skeletons: Mapping[str, Any]
    waiting: pl.DataFrame  # pid, until_us, reason (the number), tried, channel (the code)
    coupons: pl.DataFrame = pl.DataFrame(schema=CLAIMED)  # of those who are sent to


def decide_chunk(
    people: pl.DataFrame,
    facts: RunFacts,
    rules: gates.Rules,
    write: Write,
    *,
    run: int,
    now: datetime,
    rank: Rank | None = None,
    experiment: UnderWay | None = None,
    offer: Offer | None = None,
) -> Decided:
    """Decide about every person of the chunk, and write to those who are to be sent to.

    `people` has the columns of PERSON (Int64, text, ...) and of the templates, shape (n, ...),
    each pid once. Ghosts are written too, because a text that cannot be written stops them like
    the others; their texts are not kept. Of a cascade, `rank` orders the channels. `experiment`
    says who waits for what. `offer` gives codes where the campaign has coupons.
    """
    people = people.sort("pid")
    people = capped(facts, people.hstack(drawn(facts, experiment, people["draw_pid"])))
    people = _on_channels(people, facts, rules, rank)
    dues = due_us(facts, experiment, people, rules.zone)
    expiry_us = facts.campaign.expiry // timedelta(microseconds=1)
    people = people.with_columns(due_us=dues, expires_us=dues + expiry_us)
    if ENTERED in people:  # each has a moment of their own
        people = people.with_columns(due_us=ENTERED, expires_us=pl.col(ENTERED) + expiry_us)
    asked = people.filter(gates.text_needed(people, rules, now))
    if offer is not None:
        goes = gates.decide(asked, rules, now)["outcome"] == Outcome.SEND.value
        asked = offer(asked, goes)
    written = write(asked)
    faults = asked.select("pid").with_columns(fault=written.faults.cast(pl.String))
    people = people.join(faults, on="pid", how="left", maintain_order="left")
    people = people.hstack(gates.decide(people, rules, now))
    ids = message_ids(facts, people)
    said = written.slots.select("pid", "neutral")
    told = people.with_columns(message=ids).join(said, on="pid", how="left", maintain_order="left")
    decisions = _decisions(told, facts, run=run, now=now)
    return Decided(
        decisions=decisions,
        bodies=_bodies(decisions, people, written),
        skeletons=written.skeletons,
        waiting=_waiting(people),
        coupons=_coupons(asked, decisions),
    )


def _coupons(asked: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """The codes of those who are sent to."""
    if FOLDED not in asked:
        return pl.DataFrame(schema=CLAIMED)
    sent = decisions.filter(pl.col("outcome") == Outcome.SEND.value).select("pid")
    return asked.filter(pl.col(FOLDED).is_not_null()).select(*CLAIMED).join(sent, on="pid")


def _on_channels(
    people: pl.DataFrame, facts: RunFacts, rules: gates.Rules, rank: Rank | None
) -> pl.DataFrame:
    """The people with `channel`, `bit`, `tried` and `last`; of a cascade, its next channel's.

    What follows in a cascade is the same message: it is neither drawn nor counted again.
    """
    given = [pl.lit(0).alias(name) for name in ("tried", "last") if name not in people]
    people = people.with_columns(given)
    if facts.campaign.cascade is None:
        return people.with_columns(channel=pl.lit(facts.campaign.channel), bit=pl.lit(0))
    assert rank is not None
    follows = pl.col("tried") != 0
    people = people.with_columns(
        held=pl.when(follows).then(pl.lit("")).otherwise("held"),
        **({"free_us": pl.when(~follows).then("free_us")} if "free_us" in people else {}),
    )
    channels = facts.campaign.channels
    if facts.campaign.cascade.order is Order.BY_VARIANT and "tested" in people:
        # An order of channels matters only to whom all of them reach.
        on_all = cascade.why_not(people, channels, rules).select(
            every=pl.all_horizontal(pl.all() == "")
        )
        people = people.with_columns(tested=pl.col("tested") & on_all["every"])
    return people.hstack(cascade.choose(people, channels, rank(people), rules))


def message_ids(facts: RunFacts, people: pl.DataFrame) -> pl.Series:
    """The id of each person's message in this occurrence (16 bytes), from its natural key."""
    if facts.campaign.cascade is None:
        return pl.Series(rng.make_ids(facts.message_key, people["pid"].to_list()), dtype=pl.Binary)
    ids = pl.Series([None] * people.height, dtype=pl.Binary)
    for channel in ["", *facts.campaign.channels]:
        mine = (people["channel"] == channel).arg_true()
        key = (facts.on(channel) if channel else facts).message_key
        ids = ids.scatter(mine, rng.make_ids(key, people["pid"].gather(mine).to_list()))
    return ids


def _waiting(people: pl.DataFrame) -> pl.DataFrame:
    """Who is decided again: at a moment, or once it is known what a step of a cascade came to."""
    waits = pl.col("outcome") == Outcome.WAIT.value
    goes = (pl.col("outcome") == Outcome.SEND.value) & (pl.col("bit") != 0)
    reasons = (
        pl.col("reason")
        .str.split(":")
        .list.first()
        .replace_strict(
            [reason.value for reason in CODES],
            list(CODES.values()),
            default=None,
            return_dtype=pl.Int16,
        )
    )
    named = pl.col("channel").str.split("/").list.first()
    codes = named.replace_strict(CODES_BY_NAME, default=0, return_dtype=pl.Int64)
    return people.filter(waits | goes).select(
        "pid",
        # Who waits for a winner, or for what a step comes to, is waked up by that.
        until_us=pl.when(goes)
        .then(pl.lit(NEVER_US))
        .otherwise(pl.col("until_us").fill_null(NEVER_US)),
        reason=pl.when(goes).then(code(Reason.CASCADE)).otherwise(reasons),
        tried=pl.when(goes).then(pl.col("tried") | pl.col("bit")).otherwise("tried"),
        channel=pl.when(goes).then(codes).otherwise("last"),
    )


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
        pl.when(waits).then("until_us").fill_null(now_us).cast(pl.Datetime("us")).alias("due"),
        "outcome",
        "reason",
        "held",
        "channel",
        "variant",
        "propensity",
        "message",
        "language",
        "neutral",
        step=pl.col("tried").bitwise_count_ones().cast(pl.Int8),
        tested=pl.col("tested") if "tested" in people else pl.lit(None, dtype=pl.Boolean),
    )


def _bodies(decisions: pl.DataFrame, people: pl.DataFrame, written: Written) -> pl.DataFrame:
    """The texts of those who are sent to, numbered from 0 by pid."""
    sent = decisions.filter(pl.col("outcome") == Outcome.SEND.value)
    own = ["expires_us"] if ENTERED in people else []
    return (
        sent.select("pid", "message", "variant")
        .join(people.select("pid", "address", *own), on="pid", how="left", maintain_order="left")
        .join(written.slots, on="pid", how="inner", maintain_order="left")
        .with_row_index("n")
        .with_columns(pl.col("n").cast(pl.Int32))
    )

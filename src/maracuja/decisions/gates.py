"""The gates between an opportunity and a message, for a whole chunk of people at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

import polars as pl

from maracuja.decisions.quiet import QuietHours, quiet_until
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.model import ConsentState, Record, TopicKind, micros

# What a frame of people brings; those of OPTIONAL may be missing.
COLUMNS: Final = {
    "pid": pl.Int64,
    "known": pl.Boolean,  # still a profile of its own
    "suppressed": pl.String,  # the widest scope in force: 'all', 'marketing', or null
    "consent": pl.Int8,  # ConsentState for this topic and channel; null: nothing is recorded
    "address": pl.String,
    "zone": pl.String,  # IANA name, or null
    "held": pl.String,  # '', 'campaign', 'global'
}
OPTIONAL: Final = {
    "fault": pl.String,  # reasons.stored of the template, or null where the text stands
    "for_the_winner": pl.Boolean,  # whether the person waits until an experiment is decided
    "due_us": pl.Int64,  # when the schedule wants this person to hear; null: now
    "expires_us": pl.Int64,  # null: never
    "free_us": pl.Int64,  # from when on the frequency cap allows it; null: now
    "barred": pl.String,  # reasons.stored, where the trigger no longer holds for the person
    "unreachable": pl.String,  # of a cascade: reasons.stored, where no channel of it does
    "window_closed": pl.Boolean,  # whether the channel takes no such message from us now
    "withheld": pl.String,  # reasons.stored, where something else keeps marketing from the person
    "withheld_until_us": pl.Int64,  # when that is over; null: not while this message is current
    "law_until_us": pl.Int64,  # when the law lets advertising arrive again; null: it does now
    "under_age": pl.Boolean,  # known to be younger than their law asks
}


class Rules(Record, frozen=True):
    """What holds for one opportunity: the kind of topic, the quiet hours, the default zone.

    `since`: who was due before is left out, because their hour had passed at the launch.
    """

    topic: TopicKind
    quiet: QuietHours | None = None
    zone: str = "UTC"
    since: datetime | None = None


class _Gate(NamedTuple):
    """Whom it stops, what is put on record, and until when where it only puts off."""

    stops: pl.Expr
    reason: pl.Expr
    outcome: Outcome
    until: pl.Expr | None = None


def text_needed(people: pl.DataFrame, rules: Rules, now: datetime) -> pl.Series:
    """Who passes every gate before the text (Boolean, shape (n,)): only these are rendered."""
    stopped = [gate.stops.fill_null(value=False) for gate in _before_text(rules, now)]
    return _complete(people).select(passes=~pl.any_horizontal(stopped))["passes"]


def decide(people: pl.DataFrame, rules: Rules, now: datetime) -> pl.DataFrame:
    """Columns `outcome`, `reason` (reasons.stored) and `until_us` (Int64, only where it is wait).

    `people` has COLUMNS and any of OPTIONAL, shape (n,); the answer has its order. The first gate
    that stops a person is the reason on record: an experiment whose winner is not known yet, the
    time in the person's zone and the expiry,
    suppression and consent, address, what else withholds marketing, what the template needs, quiet
    hours, frequency cap. The
    holdout comes last, so that ghosts have passed the same gates as those who are sent to.
    A service topic skips holdout, cap, quiet hours and opt-in, but never suppression.
    """
    frame = _complete(people).with_columns(
        quiet_us=quiet_until(rules.quiet, people["zone"], now, rules.zone)
    )
    gates = [*_before_text(rules, now), _never(pl.col("fault").is_not_null(), pl.col("fault"))]
    if rules.topic is TopicKind.MARKETING:
        gates.append(_wait(pl.col("quiet_us").is_not_null(), Reason.QUIET_HOURS, "quiet_us"))
        gates.append(_wait(pl.col("law_until_us").is_not_null(), Reason.LAW_HOURS, "law_until_us"))
        gates.append(_wait(pl.col("free_us") > micros(now), Reason.FREQUENCY_CAP, "free_us"))
        held = pl.col("held") != ""
        gates.append(_Gate(held, pl.lit(Reason.HELD_OUT.value), Outcome.GHOST))
    decided = frame.select(
        outcome=_first(gates, lambda gate: pl.lit(gate.outcome.value), Outcome.SEND.value),
        reason=_first(gates, lambda gate: gate.reason, Reason.PASSED.value),
        until_us=_first(gates, lambda gate: _or(gate.until, 0), 0),
        expires_us="expires_us",
    )
    waits = pl.col("outcome") == Outcome.WAIT.value
    late = waits & (pl.col("until_us") > pl.col("expires_us"))
    return decided.select(
        outcome=pl.when(late).then(pl.lit(Outcome.NEVER.value)).otherwise("outcome"),
        reason="reason",
        until_us=pl.when(waits & ~late.fill_null(value=False)).then("until_us"),
    )


def _before_text(rules: Rules, now: datetime) -> list[_Gate]:
    """The gates that need no text, in order."""
    now_us = micros(now)
    untold = pl.lit(None, dtype=pl.Int64)
    return [
        _Gate(pl.col("for_the_winner"), pl.lit(Reason.FOR_THE_WINNER.value), Outcome.WAIT, untold),
        *_too_early(rules.since),
        _wait(pl.col("due_us") > now_us, Reason.LOCAL_TIME, "due_us"),
        _never(pl.col("expires_us") < now_us, Reason.EXPIRED),
        _never(~pl.col("known"), Reason.GONE),
        _never(pl.col("barred").is_not_null(), pl.col("barred")),
        _never(pl.col("unreachable").is_not_null(), pl.col("unreachable")),
        *_allowed(rules),
        *_withheld(rules, now_us),
    ]


def _allowed(rules: Rules) -> list[_Gate]:
    """The gates of one channel: suppression, consent, address, window."""
    consent = pl.col("consent").fill_null(ConsentState.UNKNOWN.value)
    gates: list[_Gate] = []
    if rules.topic is TopicKind.SERVICE:
        # An opt-out of the service itself is respected; the lack of an opt-in is no obstacle.
        gates.append(_never(pl.col("suppressed") == "all", Reason.SUPPRESSED))
        gates.append(_never(consent == ConsentState.OPTED_OUT.value, Reason.OPTED_OUT))
    else:
        gates.append(_never(pl.col("suppressed").is_not_null(), Reason.SUPPRESSED))
        gates += [_never(consent == state.value, reason) for state, reason in _REFUSALS]
    gates.append(_never(pl.col("address").fill_null("") == "", Reason.NO_ADDRESS))
    gates.append(_never(pl.col("window_closed"), Reason.WINDOW_CLOSED))
    return gates


def _withheld(rules: Rules, now_us: int) -> list[_Gate]:
    """The gates of what else keeps marketing from a person, for good or for a while."""
    if rules.topic is TopicKind.SERVICE:
        return []
    why, until = pl.col("withheld"), pl.col("withheld_until_us")
    return [
        _never(why.is_not_null() & until.is_null(), why),
        _Gate(why.is_not_null() & (until > now_us), why, Outcome.WAIT, until),
        _never(pl.col("under_age"), Reason.UNDER_AGE),
    ]


def refusals(people: pl.DataFrame, rules: Rules) -> pl.Series:
    """The reason why a channel may not be used for each person, '' where it may; shape (n,).

    `people` has `suppressed`, `consent`, `address` and `window_closed` of the channel.
    """
    return people.select(why=_first(_allowed(rules), lambda gate: gate.reason, ""))["why"]


def service_refusal(
    *, known: bool, suppressed: str | None, consent: int, address: str
) -> Reason | None:
    """What `decide` says of a single service message that has no due time; None: it may go.

    For one person at a time, without a frame: a code must not wait for the work of a launch.
    """
    if not known:
        return Reason.GONE
    if suppressed == "all":
        return Reason.SUPPRESSED
    if consent == ConsentState.OPTED_OUT:
        return Reason.OPTED_OUT
    return None if address else Reason.NO_ADDRESS


def _too_early(since: datetime | None) -> list[_Gate]:
    """The gate for those whose hour had passed when the campaign was launched."""
    if since is None:
        return []
    return [_never(pl.col("due_us") < micros(since), Reason.HOUR_PASSED)]


_REFUSALS: Final = (
    (ConsentState.OPTED_OUT, Reason.OPTED_OUT),
    (ConsentState.PENDING, Reason.CONSENT_PENDING),
    (ConsentState.UNPROVEN, Reason.CONSENT_UNPROVEN),
    (ConsentState.UNKNOWN, Reason.NO_CONSENT),
    (ConsentState.SOFT, Reason.LAW_OPT_IN),
)


def _never(stops: pl.Expr, reason: Reason | pl.Expr) -> _Gate:
    """A gate that closes for good."""
    said = pl.lit(reason.value) if isinstance(reason, Reason) else reason
    return _Gate(stops, said, Outcome.NEVER)


def _wait(stops: pl.Expr, reason: Reason, until: str) -> _Gate:
    """A gate that opens at the moment in that column."""
    return _Gate(stops, pl.lit(reason.value), Outcome.WAIT, pl.col(until))


def _first(gates: list[_Gate], says: Callable[[_Gate], pl.Expr], otherwise: object) -> pl.Expr:
    """What the first gate that stops a person says, or else `otherwise`."""
    answer = pl.lit(otherwise)
    for gate in reversed(gates):
        # A comparison with null stops nobody.
        answer = pl.when(gate.stops.fill_null(value=False)).then(says(gate)).otherwise(answer)
    return answer


def _or(expr: pl.Expr | None, otherwise: int) -> pl.Expr:
    """The expression, or a constant where there is none."""
    return pl.lit(otherwise, dtype=pl.Int64) if expr is None else expr


def _complete(people: pl.DataFrame) -> pl.DataFrame:
    """The frame with the optional columns that it lacks, empty."""
    lacking = [pl.lit(None, dtype=t).alias(c) for c, t in OPTIONAL.items() if c not in people]
    return people.with_columns(lacking)

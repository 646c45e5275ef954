"""The last look before sending, for a whole claim at once: consent, suppression, erasure, expiry.

It uses the gates of the decision itself, so that the two can never differ in what they allow.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.facts import RunFacts
from maracuja.channels import BY_NAME, CODES_BY_NAME
from maracuja.decisions import gates
from maracuja.decisions.quiet import QuietHours
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.model import micros
from maracuja.runtime import experiment_drawing
from maracuja.runtime.law_in_force import Law
from maracuja.runtime.voice import Asked
from maracuja.runtime.withholding import withheld
from maracuja.store import cascades, consents, last_words, people, posted, suppressions, traits


class Checked(NamedTuple):
    """What the last look said about one message: `pid` is the canonical one.

    `expires_us` is the person's own: so long after the moment at which they were due.
    """

    pid: int
    expires_us: int
    outcome: Outcome
    reason: str
    until_us: int | None


class Rules(NamedTuple):
    """What holds in the whole workspace: quiet hours, the default zone, suppressions' salt."""

    quiet: QuietHours | None
    zone: str
    salt: str
    country: str = ""  # the shop's


class Questions(NamedTuple):
    """The messages of one run that are looked at, as columns of n values."""

    pid: Sequence[int]
    address: Sequence[str]
    run: int = 0


def check(
    conn: Connection,
    asked: Questions,
    facts: RunFacts,
    rules: Rules,
    now: datetime,
) -> list[Checked]:
    """The gates for the messages of one run, in their order."""
    pids = people.canonical(conn, asked.pid)
    found = people.select_people(conn, pids)
    if asked.run in posted.RUNS:
        return _single(conn, asked, pids, set(found.pid), facts, rules, now)
    docs = {p: traits.decode(doc) for p, doc in zip(found.pid, found.doc, strict=True)}
    channel = facts.campaign.channel
    states = consents.states(conn, pids, facts.topic.id, channel)
    frame = pl.DataFrame(
        {
            "pid": pids,
            "known": [pid in docs for pid in pids.tolist()],
            "suppressed": _suppressed(conn, asked.address, facts, rules.salt, now),
            "consent": states,
            "address": asked.address,
            "zone": [_zone(docs.get(pid)) for pid in pids.tolist()],
        },
        schema_overrides={
            "suppressed": pl.String,
            "zone": pl.String,
            "address": pl.String,
        },
    )
    dues = experiment_drawing.dues(conn, asked.run, facts, pids, frame["zone"], found, rules.zone)
    expires_us = dues + facts.campaign.expiry // timedelta(microseconds=1)
    frame = frame.with_columns(expires_us=expires_us, held=pl.lit(""))
    if facts.marketing:
        law = Law(conn, rules.country, rules.zone)
        bound = law.of_documents([docs.get(pid) for pid in pids.tolist()], now)
        held = law.consent(conn, pids, states, bound["law"], facts.topic.id, channel)
        frame = frame.with_columns(*bound.select(pl.exclude("law")), consent=pl.Series(held))
        about = Asked(facts.topic.id, [channel], now, facts)
        kept = withheld(conn, np.unique(pids), about)
        frame = frame.join(kept, on="pid", how="left", maintain_order="left")
    overtaken = _overtaken(conn, asked.run, pids, facts)
    asking = gates.Rules(topic=facts.topic.type, quiet=rules.quiet, zone=rules.zone)
    decided = gates.decide(frame, asking, now)
    return [
        Checked(pid, until, Outcome.NEVER, Reason.REACHED.value, None)
        if pid in overtaken
        else Checked(pid, until, Outcome(outcome), reason, until_us)
        for pid, until, (outcome, reason, until_us) in zip(
            pids.tolist(), expires_us, decided.rows(), strict=True
        )
    ]


def _single(
    conn: Connection,
    asked: Questions,
    pids: npt.NDArray[np.int64],
    known: Collection[int],
    facts: RunFacts,
    rules: Rules,
    now: datetime,
) -> list[Checked]:
    """The same for messages that were asked for one by one: they are of service, due and few."""
    shut = _suppressed(conn, asked.address, facts, rules.salt, now)
    said = consents.states(conn, pids, facts.topic.id, facts.campaign.channel).tolist()
    found = []
    for pid, address, scope, state in zip(pids.tolist(), asked.address, shut, said, strict=True):
        reason = gates.service_refusal(
            known=pid in known, suppressed=scope, consent=state, address=address
        )
        outcome = Outcome.SEND if reason is None else Outcome.NEVER
        why = (reason or Reason.PASSED).value
        found.append(Checked(pid, facts.expires_us, outcome, why, None))
    return found


def _overtaken(
    conn: Connection, run: int, pids: npt.NDArray[np.int64], facts: RunFacts
) -> set[int]:
    """Of a step of a cascade: those who were reached since, or wait for another channel."""
    if facts.step is None:
        return set()
    code = CODES_BY_NAME[facts.step.channel]
    return set(pids.tolist()) - cascades.under_way(conn, run, pids, code)


def _suppressed(
    conn: Connection, addresses: Sequence[str], facts: RunFacts, salt: str, now: datetime
) -> list[str | None]:
    """The widest scope in which each address is suppressed, or None."""
    channel, now_us = facts.campaign.channel, micros(now)
    digests = suppressions.digests(salt, channel, addresses)
    everything = suppressions.blocked(conn, channel, digests, now_us, marketing=False)
    marketing = (
        suppressions.blocked(conn, channel, digests, now_us, marketing=True)
        if facts.marketing
        else np.zeros(len(digests), dtype=bool)
    )
    return [
        suppressions.ALL if wide else suppressions.MARKETING if narrow else None
        for wide, narrow in zip(everything, marketing, strict=True)
    ]


def windows_closed(
    conn: Connection,
    channel: str,
    addresses: Sequence[str],
    salt: str,
    now: datetime,
    human: Sequence[bool] = (),
) -> list[bool]:
    """Whether the time in which each address may get any text is over, or never began.

    `human` says of each whether an operator answers: some channels give them longer.
    """
    can = BY_NAME[channel].can
    if not can.window_s:
        return [False] * len(addresses)
    digests = suppressions.digests(salt, channel, addresses)
    said = last_words.of(conn, channel, digests)
    now_us = micros(now)
    since_us = now_us - can.window_s * 1_000_000
    for_humans_us = now_us - (can.human_window_s or can.window_s) * 1_000_000
    return [
        said.get(digest, -1) < (for_humans_us if answers else since_us)
        for digest, answers in zip(digests, human or [False] * len(digests), strict=True)
    ]


def _zone(doc: traits.Document | None) -> str | None:
    if doc is None:
        return None
    trait = doc.traits.get("timezone")
    return str(trait.value) if trait is not None and trait.value else None


def by_run(runs: Sequence[int]) -> Mapping[int, list[int]]:
    """The places of each run's messages."""
    places: dict[int, list[int]] = {}
    for place, run in enumerate(runs):
        places.setdefault(run, []).append(place)
    return places

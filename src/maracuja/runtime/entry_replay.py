"""The dry run of a campaign with a trigger: who would have got it in the days before, and who not.

Events of the lake are let in as they would have been; it must never write anything.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.checks import find
from maracuja.campaigns.definitions import Campaign
from maracuja.campaigns.entering import Came, Change, Not, enter
from maracuja.campaigns.facts import RunFacts, freeze
from maracuja.campaigns.series import listening, of_message
from maracuja.campaigns.triggers import first_wait_us
from maracuja.decisions.reason_words import sentence
from maracuja.decisions.reasons import Outcome, in_short, read
from maracuja.lake.session import columns_of as lake_columns
from maracuja.model import micros, moment
from maracuja.runtime import campaign_rehearsal
from maracuja.runtime.audience import Sources
from maracuja.runtime.campaign_rehearsal import (
    HOUR_US,
    HOURS_MAX,
    NO_RUN,
    Advance,
    ArmPlanned,
    Gate,
    Hour,
    MessageReplayed,
    Rehearsal,
    Replay,
)
from maracuja.runtime.entering import PREFIX, encoded
from maracuja.runtime.entry_columns import columns_of
from maracuja.runtime.entry_progress import LEAVES
from maracuja.runtime.launch_chunk import ENTERED, Decided
from maracuja.runtime.launch_ground import Ground, definitions_in_force, holdout_salt
from maracuja.runtime.launch_work import decide_people, open_round, read_people
from maracuja.runtime.rehearsal_cost import CostCount
from maracuja.runtime.segment_work import opened
from maracuja.runtime.template_work import Preview, preview
from maracuja.segments.comparing import When
from maracuja.segments.matching import matching
from maracuja.segments.operators import literal
from maracuja.store.entries import About

DAYS: Final = 7
DAYS_MAX: Final = 90
TURNS_MAX: Final = 20  # messages of one person that are looked at


@dataclass(frozen=True)
class _Row:
    """Somebody under way in the series, at one message."""

    pid: int
    entered_us: int
    due_us: int
    event: bytes


def rehearse(
    ground: Ground,
    campaign: str,
    now: datetime,
    *,
    days: int = DAYS,
    samples: int = 3,
    language: str = "en",
    advance: Advance = lambda done, total: None,
) -> Rehearsal:
    """What a launch would do; of a trigger, what it would have done in the last `days`.

    Raises as campaign_rehearsal.rehearse does.
    """
    with ground.store.read() as conn:
        around = definitions_in_force(conn)
        wanted = find(around, "campaign", campaign, Campaign, where="campaign")
        if wanted.trigger is not None:
            facts = freeze(
                wanted,
                around,
                listening(1, now - timedelta(days=days)),
                salt=holdout_salt(conn),
                global_holdout=ground.config.measurement.global_holdout,
            )
            return _replay(conn, ground, facts, now, days, samples, language)
    return campaign_rehearsal.rehearse(
        ground, campaign, now, samples=samples, language=language, advance=advance
    )


def _replay(
    conn: Connection,
    ground: Ground,
    facts: RunFacts,
    now: datetime,
    days: int,
    samples: int,
    language: str,
) -> Rehearsal:
    campaign, since = facts.campaign, now - timedelta(days=days)
    assert campaign.trigger is not None
    told = _Told(ground, campaign, language, samples)
    with opened(conn, ground, now) as sources:
        events = _events(sources, campaign, since, When(now, ground.zone))
        change = _entered(campaign, events, since)
        rows = _rows(events, change)
        for number in range(max(len(campaign.messages), 1)):
            rows = told.message(conn, ground, sources, facts, number, rows, now)
    entered = sum(map(len, change.entered.values()))
    return Rehearsal(
        campaign=campaign.id,
        occurrence=f"the last {days} days",
        planned=since,
        expires=now,
        audience=len(change.entered),
        gates=told.messages[0].gates,
        arms=told.arms(),
        when=told.hours(),
        samples=tuple(told.samples),
        cost=told.cost.planned() if told.cost else None,
        replay=Replay(
            days=days,
            events=events.height,
            entered=entered,
            again=change.out[Not.AGAIN],
            restarted=change.out[Not.RESTARTED],
            not_due=entered - told.messages[0].due,
            messages=tuple(told.messages),
        ),
    )


def _events(sources: Sources, campaign: Campaign, since: datetime, when: When) -> pl.DataFrame:
    """The events that the trigger asks for, under the pids of today, by time."""
    assert campaign.trigger is not None
    named = ", ".join(literal(name) for name in campaign.trigger.events)
    asked = {item.property for item in campaign.trigger.where}
    kept = [
        name
        for name in lake_columns(sources.con)
        if name in ("event", "ts", "message_hash", "rest")
        or name.startswith(PREFIX)
        or name in asked
    ]
    listed = ", ".join(f'e."{name}"' for name in kept)
    found = pl.DataFrame(
        sources.con.sql(
            f"SELECT coalesce(m.canonical, e.pid) AS pid, {listed}"  # noqa: S608  our own columns
            " FROM events e LEFT JOIN merged m ON m.pid = e.pid"
            f" WHERE e.event IN ({named}) AND e.ts >= {literal(since.replace(tzinfo=None))}"
            " ORDER BY e.ts, e.message_hash"
        ).to_arrow_table()
    )
    return matching(found, campaign.trigger.events, campaign.trigger.where, when)


def _entered(campaign: Campaign, events: pl.DataFrame, since: datetime) -> Change:
    """Whom these events let in."""
    assert campaign.trigger is not None
    columns = (events["pid"], events["message_hash"], events["ts"].to_physical())
    came = [Came(*row) for row in zip(*columns, strict=True)]
    wait_us = first_wait_us(campaign.trigger, campaign.messages)
    return enter(campaign.trigger, wait_us, came, {}, since_us=micros(since))


def _rows(events: pl.DataFrame, change: Change) -> list[_Row]:
    said = {row["message_hash"]: row for row in events.iter_rows(named=True)}
    return [
        _Row(pid, one.at_us, due, encoded(said[one.mark]))
        for pid, several in sorted(change.entered.items())
        for one, due in several
    ]


class _Told:
    """What is found, message by message."""

    def __init__(self, ground: Ground, campaign: Campaign, language: str, samples: int) -> None:
        self.cost = None if campaign.cascade else CostCount(ground.config, campaign.channel)
        self.messages: list[MessageReplayed] = []
        self.samples: list[Preview] = []
        self._language, self._samples = language, samples
        self._arms: Counter[tuple[str, str]] = Counter()
        self._dues: Counter[int] = Counter()

    def message(
        self,
        conn: Connection,
        ground: Ground,
        sources: Sources,
        facts: RunFacts,
        number: int,
        rows: Sequence[_Row],
        now: datetime,
    ) -> list[_Row]:
        """Decide about one message of everybody for whom it was due; who goes on to the next."""
        day = now.astimezone(zones.zone(ground.zone)).date()
        of_run = of_message(facts, number, 1, day, ground.zone)
        due = [row for row in rows if row.due_us <= micros(now)]
        outcomes: Counter[tuple[str, str]] = Counter()
        going: list[_Row] = []
        for turn in _turns(due):
            about = [About(row.pid, row.entered_us, row.due_us, row.event) for row in turn]
            when = When(now, ground.zone)
            columns = columns_of(conn, of_run, about, sources, when, until_due=True)
            columns = columns.with_columns(pl.lit(micros(now)).alias(ENTERED))
            decided = _decided(ground, of_run, turn, columns, now)
            self._count(decided, outcomes, turn)
            if self.cost:
                self.cost.add(of_run, decided, now)
            self._show(ground, of_run, decided, columns, now)
            left = decided.decisions.filter(pl.col("reason").is_in(list(LEAVES)))
            gone = set(left["pid"].to_list())
            going += [row for row in turn if row.pid not in gone]
        arm = of_run.arms[0]
        self.messages.append(
            MessageReplayed(arm.template, len(due), _gates(outcomes, self._language))
        )
        return _next(of_run, going)

    def _count(
        self, decided: Decided, outcomes: Counter[tuple[str, str]], turn: Sequence[_Row]
    ) -> None:
        rows = decided.decisions
        for outcome, reason in rows.select("outcome", "reason").iter_rows():
            outcomes[outcome, in_short(reason)] += 1
        would = rows.filter(pl.col("outcome").is_in([Outcome.SEND.value, Outcome.GHOST.value]))
        for variant, held, n in would.group_by("variant", "held").len().iter_rows():
            self._arms[variant, held] += n
        named = set(would["pid"].to_list())
        self._dues.update(row.due_us // HOUR_US for row in turn if row.pid in named)

    def _show(
        self,
        ground: Ground,
        facts: RunFacts,
        decided: Decided,
        columns: pl.DataFrame,
        now: datetime,
    ) -> None:
        """What some of those would have read who would have been sent to."""
        templates = {arm.variant: facts.templates[arm.template] for arm in facts.arms}
        sent = decided.decisions.filter(pl.col("outcome") == Outcome.SEND.value)
        lacking = self._samples - len(self.samples)
        for pid, variant, channel in (
            sent.head(max(lacking, 0)).select("pid", "variant", "channel").iter_rows()
        ):
            own = columns.filter(pl.col("pid") == pid)
            also = [own[name] for name in own.columns if name.startswith(("event.", "cart."))]
            shown = preview(ground, templates[variant], now, pid=pid, channel=channel, also=also)
            self.samples.append(shown)

    def arms(self) -> tuple[ArmPlanned, ...]:
        """The arms by variant, those sent to first."""
        return tuple(ArmPlanned(v, held, n) for (v, held), n in sorted(self._arms.items()))

    def hours(self) -> tuple[Hour, ...]:
        """The hours in which messages would have been due, the last ones, in order."""
        found = sorted(self._dues.items())[-HOURS_MAX:]
        return tuple(Hour(moment(hour * HOUR_US), n) for hour, n in found)


def _turns(rows: Sequence[_Row]) -> list[list[_Row]]:
    """The rows in groups in which nobody comes twice; at most TURNS_MAX."""
    groups: list[list[_Row]] = []
    times: Counter[int] = Counter()
    for row in rows:
        turn = times[row.pid]
        times[row.pid] += 1
        if turn >= TURNS_MAX:
            continue
        if turn == len(groups):
            groups.append([])
        groups[turn].append(row)
    return groups


def _decided(
    ground: Ground,
    facts: RunFacts,
    turn: Sequence[_Row],
    columns: pl.DataFrame,
    now: datetime,
) -> Decided:
    """What the gates say now of these people, quiet hours and caps left aside."""
    config: Any = ground.config
    pressure = msgspec.structs.replace(
        config.pressure, messages=0, quiet_from="00:00", quiet_until="00:00"
    )
    still = replace(ground, config=msgspec.structs.replace(config, pressure=pressure))
    work = open_round(still, NO_RUN, facts, now, entered=columns)
    pids = np.unique(np.array([row.pid for row in turn], dtype=np.int64))
    return decide_people(work, read_people(work, pids, now), now)


def _next(facts: RunFacts, going: Sequence[_Row]) -> list[_Row]:
    """Those who go on, with the moment at which their next message was due."""
    if facts.then is None:
        return []
    wait_us, from_entry = facts.then.wait_us, facts.then.from_entry
    return [
        replace(row, due_us=(row.entered_us if from_entry else row.due_us) + wait_us)
        for row in going
    ]


def _gates(outcomes: Counter[tuple[str, str]], language: str) -> tuple[Gate, ...]:
    """The outcomes, the most frequent first."""
    found = []
    for (outcome, kept), n in sorted(outcomes.items(), key=lambda item: (-item[1], item[0])):
        reason, detail = read(kept)
        says = sentence(Outcome(outcome), reason, language, detail)
        found.append(Gate(outcome, reason.value, says, n, detail))
    return tuple(found)

"""Campaigns with a trigger in the launch: the run that listens, and the runs of each day.

Whose wait is over is handed to one open run for each campaign, message and day, and decided there
as all who wait are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from sqlalchemy import Connection

from maracuja import zones
from maracuja.campaigns.facts import RunFacts, encode_facts
from maracuja.campaigns.series import edition_of, listening, of_message
from maracuja.commit_points import passed
from maracuja.decisions.reasons import Reason, code
from maracuja.errors import DefinitionError
from maracuja.model import micros
from maracuja.runtime import launch_checks
from maracuja.runtime.cascade_receipts import unread_since
from maracuja.runtime.launch_control import as_it_stands, cancel
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.launch_work import facts_of
from maracuja.store import audit, definitions, entries, runs, waiting
from maracuja.store.entries import Entry
from maracuja.store.runs import Run, RunState

LOOKED: Final = timedelta(seconds=10)  # how often it is asked whether definitions have changed
FORSAKEN: Final = (
    "Its definition is gone, or has no trigger any more: nobody enters, and whoever was under way"
    " was let go."
)

Guard = Callable[[Run, datetime, Callable[[], None]], None]


def listen(ground: Ground, run: Run, now: datetime) -> None:
    """From now on events let people into the campaign of a run that was launched."""
    with ground.store.write() as conn:
        if runs.get(conn, run.run).state is not RunState.SCHEDULED:
            return
        runs.set_state(conn, run.run, RunState.LAUNCHING, micros(now))
        runs.set_state(conn, run.run, RunState.SENDING, micros(now))
    passed("entries.listening")


class Entries:
    """The step of a launch that hands over whose wait is over, and follows the definitions."""

    def __init__(self, ground: Ground, guarded: Guard) -> None:
        self._ground = ground
        self._guarded = guarded
        self._looked: datetime | None = None

    def hand_over(self, now: datetime, stopped: set[str]) -> None:
        """Hand over everybody who is due, but of campaigns on a channel that is `stopped`."""
        with self._ground.store.read() as conn:
            able = [
                run
                for run in runs.every(conn, states=(RunState.SENDING,))
                if edition_of(run.occurrence)
                and stopped.isdisjoint(facts_of(run).campaign.channels)
            ]
        if not able:
            return
        if self._looked is None or now - self._looked >= LOOKED:
            self._follow(able, now)
            self._looked = now
        until_us = min(micros(now), unread_since(self._ground.store))
        numbers = {run.run: run for run in able}
        while True:
            with self._ground.store.read() as conn:
                due = entries.due(conn, until_us, numbers)
            for run in [numbers[n] for n in sorted({one.listening for one in due})]:
                mine = [one for one in due if one.listening == run.run]
                self._guarded(run, now, partial(self._hand_over, run, mine, now))
            if len(due) < entries.ROWS_MAX:
                return

    def _hand_over(self, run: Run, due: Sequence[Entry], now: datetime) -> None:
        """Let the entries of one campaign be decided in the runs of today."""
        day = now.astimezone(zones.zone(self._ground.zone)).date()
        facts = facts_of(run)
        with self._ground.store.write() as conn:
            if runs.get(conn, run.run).state is not RunState.SENDING:
                return
            for number in sorted({one.message for one in due}):
                if number >= max(len(facts.campaign.messages), 1):
                    continue
                mine = [one for one in due if one.message == number]
                of_turn = partial(of_message, facts, number, run.run, day, self._ground.zone)
                for turn, some in self._turns(conn, run, mine, of_turn).items():
                    into = self._open(conn, run, of_turn(turn=turn), now)
                    entries.hand_over(conn, into.run, some)
                    until_us = [one.due_us for one in some]
                    reason = code(Reason.LOCAL_TIME)
                    pids = [one.pid for one in some]
                    waiting.put(conn, into.run, pid=pids, until_us=until_us, reason=reason)
        passed("entries.handed_over")

    def _turns(
        self,
        conn: Connection,
        run: Run,
        due: Sequence[Entry],
        of_turn: Callable[..., RunFacts],
    ) -> dict[int, list[Entry]]:
        """The entries by turn: nobody is in a run twice, so another message of the day is in the
        next one."""
        first = of_turn(turn=0).occurrence.key
        base, _, edition = first.partition("@")
        same = [
            one.run
            for one in runs.every(conn, campaign=run.campaign)
            if _turn_of(one.occurrence, base, edition) is not None
        ]
        so_far = entries.times(conn, same, sorted({one.pid for one in due}))
        found: dict[int, list[Entry]] = {}
        for one in due:
            turn = so_far.get(one.pid, 0)
            so_far[one.pid] = turn + 1
            found.setdefault(turn, []).append(one)
        return found

    def _open(self, conn: Connection, run: Run, facts: RunFacts, now: datetime) -> Run:
        """The open run of a day, made where there is none yet.

        Raises the first fault of the checks of a launch where they no longer hold.
        """
        made = runs.create(
            conn,
            run.campaign,
            facts.occurrence.key,
            version=run.version,
            planned_us=micros(facts.occurrence.planned),
            expires_us=facts.expires_us,
            facts=encode_facts(facts),
        )
        if made.state is RunState.SCHEDULED:
            for fault in launch_checks.of_run(conn, self._ground, facts):
                raise fault
            runs.set_state(conn, made.run, RunState.LAUNCHING, micros(now))
            made = runs.set_state(conn, made.run, RunState.SENDING, micros(now))
        return made

    # ------------------------------------------------------------ definitions

    def _follow(self, able: Sequence[Run], now: datetime) -> None:
        """Let people in by the newest definitions from now on, where they have changed."""
        newest: dict[str, Run] = {}
        for run in able:
            kept = newest.get(run.campaign)
            if kept is None or edition_of(run.occurrence) > edition_of(kept.occurrence):
                newest[run.campaign] = run
        for run in newest.values():
            self._guarded(run, now, partial(self._follow_one, run, now))

    def _follow_one(self, run: Run, now: datetime) -> None:
        with self._ground.store.read() as conn:
            try:
                found = as_it_stands(conn, self._ground, run)
                facts = found[0] if found and found[0].campaign.trigger else None
                if facts is not None:
                    if encode_facts(facts) == run.facts:
                        return
                    occurrence = listening(edition_of(run.occurrence) + 1, now)
                    facts = msgspec.structs.replace(facts, occurrence=occurrence)
                    for fault in launch_checks.of_run(conn, self._ground, facts):
                        raise fault
            except DefinitionError:
                return  # the old ones hold until they are mended
        if facts is None:
            self._forsake(run, now)
            return
        with self._ground.store.write() as conn:
            version = definitions.get(conn, "campaign", run.campaign).version
            made = runs.create(
                conn,
                run.campaign,
                occurrence.key,
                version=version,
                planned_us=micros(now),
                expires_us=None,
                facts=encode_facts(facts),
            )
            runs.set_state(conn, made.run, RunState.LAUNCHING, micros(now))
            runs.set_state(conn, made.run, RunState.SENDING, micros(now))
        passed("entries.followed")

    def _forsake(self, run: Run, now: datetime) -> None:
        """End the campaign of a run whose definition sets nothing off any more, and say so."""
        with self._ground.store.write() as conn:
            if runs.get(conn, run.run).state is not RunState.SENDING:
                return
            cancel(conn, run.campaign, now)
            subject = f"campaign:{run.campaign}"
            audit.add(conn, micros(now), audit.WORKER, "cancel", subject, FORSAKEN)
        passed("entries.forsaken")


def _turn_of(key: str, base: str, edition: str) -> int | None:
    """Which turn of a day a run is, by its occurrence; None where it is of another."""
    name, _, of_edition = key.partition("@")
    start, _, number = name.partition("#")
    if start != base or of_edition != edition:
        return None
    return int(number or 1) - 1


def lasts(conn: Connection, run: Run, now: datetime) -> bool:
    """Whether more may come to a run of a trigger in which nobody waits at the moment."""
    facts = facts_of(run)
    if facts.campaign.trigger is None:
        return False
    if not facts.listening:
        until = facts.occurrence.until
        return until is not None and now <= until
    later = [edition_of(one.occurrence) for one in runs.every(conn, campaign=run.campaign)]
    return max(later) == edition_of(run.occurrence) or entries.standing(conn, run.run)


def ended(conn: Connection, run: Run) -> None:
    """A run is over: nobody of it gets anything more of its series."""
    entries.close(conn, run.run)


def next_due(conn: Connection, sending: Sequence[Run]) -> int | None:
    """When the next entry of these runs is due (micros); None where nobody waits."""
    return entries.next_due(conn, [run.run for run in sending if edition_of(run.occurrence)])

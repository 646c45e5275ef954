"""Work that takes a while and how far it is: campaigns, and what was asked of the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.model import micros, moment
from maracuja.runtime import campaign_status
from maracuja.runtime.campaign_status import RunShown
from maracuja.runtime.import_desk import Card
from maracuja.store import commands, runs
from maracuja.store.commands import Command
from maracuja.store.outbox import OutboxState
from maracuja.store.runs import RunState

DONE_FOR_S: Final = 600  # so long what is done is still shown
_LIVE: Final = (RunState.SCHEDULED, RunState.LAUNCHING, RunState.SENDING, RunState.PAUSED)
_FINAL: Final = frozenset(one.name.lower() for one in OutboxState if one > OutboxState.CLAIMED)


class Doing(StrEnum):
    """What is being done."""

    WAITING = "waiting"  # for its time, or for the worker
    DECIDING = "deciding"  # who gets what
    SENDING = "sending"
    PAUSED = "paused"
    OBEYING = "obeying"  # a wish, such as an erasure
    DONE = "done"


@dataclass(frozen=True)
class WorkShown:
    """A piece of work: `done` of `total` parts or messages; 0 of 0 where that is not known.

    `kind`: campaign, import, or the name of what was asked (such as erase). `subject`: the
    campaign, the file or whom it is about. `number` is that of the run or the command.
    """

    kind: str
    subject: str
    number: int
    doing: Doing
    done: int
    total: int
    since: datetime
    actor: str
    result: Any = None


def work(conn: Connection, now: datetime) -> list[WorkShown]:
    """Everything that is under way or has just been done, the newest first."""
    shown = campaigns(conn)
    asked = commands.lately(conn, micros(now) - DONE_FOR_S * 1_000_000)
    shown += [_command(one) for one in asked]
    return newest_first(shown)


def newest_first(shown: list[WorkShown]) -> list[WorkShown]:
    """Pieces of work as a list shows them."""
    return sorted(shown, key=lambda one: (one.since, one.number), reverse=True)


def imports(cards: Sequence[Card], now: datetime) -> list[WorkShown]:
    """The files that are being imported or have just been, in thousandths of the file."""
    lately = micros(now) - DONE_FOR_S * 1_000_000
    return [
        WorkShown(
            kind="import",
            subject=card.name,
            number=card.at_us,
            doing=Doing.DONE if card.state == "done" else Doing.OBEYING,
            done=1_000 if card.state == "done" else int(card.share * 1_000),
            total=1_000,
            since=card.at,
            actor=card.actor,
            result={"import": card.id},
        )
        for card in cards
        if card.state == "running" or (card.state == "done" and card.at_us >= lately)
    ]


def campaigns(conn: Connection) -> list[WorkShown]:
    """The runs of campaigns that are not over, by number."""
    live = runs.every(conn, states=_LIVE)
    return [_run(one) for one in campaign_status.shown(conn, live)]


def _run(run: RunShown) -> WorkShown:
    deciding = run.parts_decided < run.parts or run.audience is None
    total = sum(run.messages.values())
    final = sum(n for name, n in run.messages.items() if name in _FINAL)
    doing = {"scheduled": Doing.WAITING, "paused": Doing.PAUSED}.get(
        run.state, Doing.DECIDING if deciding else Doing.SENDING
    )
    return WorkShown(
        kind="campaign",
        subject=run.campaign,
        number=run.run,
        doing=doing,
        done=run.parts_decided if deciding else final,
        total=run.parts if deciding else total + run.waiting,
        since=run.launched or run.planned,
        actor="",
    )


def _command(one: Command) -> WorkShown:
    finished = one.done_us is not None
    return WorkShown(
        kind=one.name,
        subject=_subject(one.args),
        number=one.id,
        doing=Doing.DONE if finished else Doing.OBEYING,
        done=int(finished),
        total=1,
        since=moment(one.at_us),
        actor=one.actor,
        result=one.result,
    )


def _subject(args: Any) -> str:
    """Whom or what a command is about, where it names one thing."""
    if isinstance(args, dict):
        for name in ("pid", "campaign", "name"):
            if name in args:
                return str(args[name])
    return ""

"""Work that takes a while and how far it is: campaigns, and what was asked of the worker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection

from maracuja.model import micros, moment
from maracuja.runtime import campaign_status, demo_shop, export_desk, import_desk
from maracuja.runtime.campaign_status import RunShown
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
    STOPPED = "stopped"  # before its end
    DONE = "done"


@dataclass(frozen=True)
class WorkShown:
    """A piece of work: `done` of `total` parts or messages; 0 of 0 where that is not known.

    `kind`: campaign, import, or the name of what was asked (such as erase). `subject`: the
    campaign, the file or whom it is about. `number` is that of the run or the command; `step`
    what it is at, where it has steps (`simulate.course.Step` for the demo shop).
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
    step: str = ""


def work(conn: Connection, now: datetime) -> list[WorkShown]:
    """Everything that is under way or has just been done, the newest first."""
    shown = campaigns(conn)
    asked = commands.lately(conn, micros(now) - DONE_FOR_S * 1_000_000)
    shown += [_command(one) for one in asked]
    if (wish := demo_shop.card(conn)) and _is_shown(wish, now):
        shown.append(_demo(wish))
    return newest_first(shown)


def _is_shown(wish: demo_shop.Card, now: datetime) -> bool:
    return _just(wish.done_us, now) if wish.done_us else not wish.fault


def _demo(wish: demo_shop.Card) -> WorkShown:
    """The demo shop that is being made, or is whole, in thousandths."""
    return WorkShown(
        kind="demo",
        subject="",
        number=wish.at_us,
        doing=Doing.DONE if wish.done_us else Doing.OBEYING,
        done=int(wish.share * 1_000),
        total=1_000,
        since=moment(wish.at_us),
        actor=wish.actor,
        step=wish.step,
    )


def newest_first(shown: list[WorkShown]) -> list[WorkShown]:
    """Pieces of work as a list shows them."""
    return sorted(shown, key=lambda one: (one.since, one.number), reverse=True)


def imports(cards: Sequence[import_desk.Card], now: datetime) -> list[WorkShown]:
    """The files that are being imported or have just been, in thousandths of the file."""
    return [
        _file("import", card, int(card.share * 1_000), 1_000)
        for card in cards
        if card.state == "running" or _just(card.ended_us, now)
    ]


def exports(cards: Sequence[export_desk.Card], now: datetime) -> list[WorkShown]:
    """The files that are being made or have just been, in rows: how many come nobody knows."""
    return [
        _file("export", card, card.rows, card.rows if card.state == "done" else 0)
        for card in cards
        if card.state == "making" or _just(card.ended_us, now)
    ]


_ENDED: Final = {"done": Doing.DONE, "stopped": Doing.STOPPED}


def _file(
    kind: str, card: import_desk.Card | export_desk.Card, done: int, total: int
) -> WorkShown:
    """`result` names the file."""
    doing = _ENDED.get(card.state, Doing.OBEYING)
    return WorkShown(
        kind=kind,
        subject=card.name,
        number=card.at_us,
        doing=doing,
        done=total if doing is Doing.DONE else done,
        total=total,
        since=card.at,
        actor=card.actor,
        result={kind: card.id},
    )


def _just(ended_us: int, now: datetime) -> bool:
    return ended_us >= micros(now) - DONE_FOR_S * 1_000_000


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

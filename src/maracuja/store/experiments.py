"""Experiments of campaigns: their plan, the looks at them, and what goes to those who wait."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, insert, select, update

from maracuja.errors import Conflict
from maracuja.store import bulk
from maracuja.store.schema import experiment_looks, experiments


class Stage(StrEnum):
    """Where an experiment is: a closed list."""

    RUNNING = "running"
    WON = "won"
    UNDECIDED = "undecided"
    NOT_TRUSTED = "not_trusted"
    ENDED = "ended"  # by hand, before it was decided
    CANCELLED = "cancelled"


class Experiment(NamedTuple):
    """The experiment of a run; `plan` is JSON that was frozen at its launch.

    `chosen` goes out to those who wait since `rolled_us`; `over_us`: when all of them had their
    turn. Harm by what was sent after `guarded_us` counts.
    """

    run: int
    campaign: str
    plan: bytes
    share: float
    standing: Stage
    winner: str = ""
    decided_us: int | None = None
    chosen: str = ""
    rolled_us: int | None = None
    rolled_by: str = ""
    over_us: int | None = None
    guarded_us: int = 0


class Look(NamedTuple):
    """One look: `arms` and `verdict` are JSON."""

    run: int
    look: int
    at_us: int
    fraction: float
    final: bool
    arms: bytes
    verdict: bytes


_COLUMNS: Final = tuple(experiments.c[name] for name in Experiment._fields)
_LOOKS: Final = tuple(experiment_looks.c[name] for name in Look._fields)


def begin(conn: Connection, run: int, campaign: str, *, plan: bytes, share: float) -> Experiment:
    """Write down what is planned, once."""
    made = Experiment(run, campaign, plan, share, Stage.RUNNING)
    conn.execute(insert(experiments).values(made._asdict()))
    return made


def get(conn: Connection, run: int) -> Experiment | None:
    """The experiment of a run, if it has one."""
    row = conn.execute(select(*_COLUMNS).where(experiments.c.run == run)).one_or_none()
    return None if row is None else _experiment(tuple(row))


def of_campaign(conn: Connection, campaign: str) -> list[Experiment]:
    """Those of a campaign's runs, by run."""
    mine = experiments.c.campaign == campaign
    query = select(*_COLUMNS).where(mine).order_by(experiments.c.run)
    return [_experiment(row) for row in bulk.fetch(conn, query)]


def unfinished(conn: Connection) -> list[Experiment]:
    """Those that are looked at, watched or rolled out."""
    query = select(*_COLUMNS).where(experiments.c.over_us.is_(None)).order_by(experiments.c.run)
    return [_experiment(row) for row in bulk.fetch(conn, query)]


def of_runs(conn: Connection, numbers: Sequence[int]) -> list[Experiment]:
    """Those of these runs."""
    if not numbers:
        return []
    query = select(*_COLUMNS).where(experiments.c.run.in_(list(numbers)))
    return [_experiment(row) for row in bulk.fetch(conn, query.order_by(experiments.c.run))]


def rolling(conn: Connection) -> list[Experiment]:
    """Those whose chosen variant goes out to people who waited for it."""
    return [one for one in unfinished(conn) if one.rolled_us is not None]


def looks(conn: Connection, run: int) -> list[Look]:
    """The looks at an experiment, in order."""
    mine = experiment_looks.c.run == run
    query = select(*_LOOKS).where(mine).order_by(experiment_looks.c.look)
    return [Look(*row)._replace(final=bool(row[4])) for row in bulk.fetch(conn, query)]


def add_look(conn: Connection, look: Look) -> None:
    """Write a look down. Raises Conflict where it was made already."""
    mine = (experiment_looks.c.run == look.run) & (experiment_looks.c.look == look.look)
    if conn.execute(select(experiment_looks.c.look).where(mine)).first() is not None:
        raise Conflict(f"look {look.look} of run {look.run} was made already")
    conn.execute(insert(experiment_looks).values(look._asdict()))


def decide(conn: Connection, run: int, standing: Stage, winner: str, now_us: int) -> None:
    """Note how it ended. Raises Conflict where it is not running."""
    running = (experiments.c.run == run) & (experiments.c.standing == Stage.RUNNING.value)
    values = {"standing": standing.value, "winner": winner, "decided_us": now_us}
    if conn.execute(update(experiments).where(running).values(values)).rowcount != 1:
        raise Conflict(f"the experiment of run {run} is not running")


def roll_out(conn: Connection, run: int, variant: str, now_us: int, by: str) -> None:
    """Set those free who wait, for this variant. Raises Conflict where that was done."""
    waits = (experiments.c.run == run) & experiments.c.rolled_us.is_(None)
    values = {"chosen": variant, "rolled_us": now_us, "rolled_by": by}
    if conn.execute(update(experiments).where(waits).values(values)).rowcount != 1:
        raise Conflict(f"a variant of run {run} was rolled out already")


def end(conn: Connection, run: int, now_us: int) -> None:
    """Nobody waits for it any more."""
    _set(conn, run, over_us=now_us)


def guard_from(conn: Connection, run: int, now_us: int) -> None:
    """Harm by what was sent before is dealt with."""
    _set(conn, run, guarded_us=now_us)


def _set(conn: Connection, run: int, **values: Any) -> None:
    conn.execute(update(experiments).where(experiments.c.run == run).values(values))


def _experiment(row: tuple[Any, ...]) -> Experiment:
    return Experiment(*row)._replace(standing=Stage(row[4]))

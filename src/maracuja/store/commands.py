"""What the command line and the API ask of the worker: written by them, obeyed by it, in order."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection, select, update

from maracuja.errors import Conflict, NotFound
from maracuja.store import live
from maracuja.store.schema import commands

ROWS_MAX: Final = 1_000


class Command(NamedTuple):
    """One wish; `done_us` None while it waits."""

    id: int
    at_us: int
    actor: str
    name: str
    args: Any
    done_us: int | None
    result: Any


def append(conn: Connection, now_us: int, actor: str, name: str, args: Any = None) -> int:
    """Write a command (its arguments are plain data) and return its number."""
    row = {"at_us": now_us, "actor": actor, "name": name, "args": msgspec.json.encode(args)}
    number: int = conn.execute(commands.insert().values(row).returning(commands.c.id)).scalar_one()
    live.tell(conn, live.Kind.WORK, [str(number)])
    return number


def waiting(conn: Connection, *, rows_max: int = ROWS_MAX) -> list[Command]:
    """Commands that nobody has obeyed yet, oldest first."""
    query = (
        select(commands)
        .where(commands.c.done_us.is_(None))
        .order_by(commands.c.id)
        .limit(rows_max)
    )
    return [_command(row) for row in conn.execute(query)]


def lately(conn: Connection, since_us: int, *, rows_max: int = ROWS_MAX) -> list[Command]:
    """Commands that wait, and those done since then, newest first."""
    late = commands.c.done_us.is_(None) | (commands.c.done_us >= since_us)
    query = select(commands).where(late).order_by(commands.c.id.desc()).limit(rows_max)
    return [_command(row) for row in conn.execute(query)]


def named(
    conn: Connection, name: str, *, before: int = 2**63 - 1, rows_max: int = ROWS_MAX
) -> list[Command]:
    """Commands of a name, done or not, newest first, before a number."""
    query = select(commands).where((commands.c.name == name) & (commands.c.id < before))
    newest = query.order_by(commands.c.id.desc()).limit(rows_max)
    return [_command(row) for row in conn.execute(newest)]


def finish(conn: Connection, number: int, now_us: int, result: Any = None) -> None:
    """Say what came of a command, in the transaction that obeyed it. Raises Conflict if done."""
    open_one = (commands.c.id == number) & commands.c.done_us.is_(None)
    statement = (
        update(commands).where(open_one).values(done_us=now_us, result=msgspec.json.encode(result))
    )
    if conn.execute(statement).rowcount != 1:
        raise Conflict(f"the command {number} is done already, or was never written")
    live.tell(conn, live.Kind.WORK, [str(number)])


def get(conn: Connection, number: int) -> Command:
    """One command, for whoever waits for its result. Raises NotFound."""
    row = conn.execute(select(commands).where(commands.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"there is no command {number}")
    return _command(row)


def _command(row: Any) -> Command:
    result = None if row.result is None else msgspec.json.decode(row.result)
    return Command(
        row.id, row.at_us, row.actor, row.name, msgspec.json.decode(row.args), row.done_us, result
    )

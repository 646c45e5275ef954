"""What is told of single messages to whoever asked: each status once, in order, until taken.

A call is written in the transaction that notes the status, so that neither is lost alone.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, and_, case, delete, exists, func, select, update

from maracuja.model import Status
from maracuja.store import bulk
from maracuja.store.schema import posted, status_addresses, status_calls

ROWS_MAX: Final = 100  # of one batch
ANSWER_CHARS_MAX: Final = 300


class CallState(IntEnum):
    """Where a call stands."""

    WAITING = 0
    TAKEN = 1  # the receiver has said that it has it
    GIVEN_UP = 2


class Call(NamedTuple):
    """One status to be told: `n` counts the calls of its message from 0."""

    message: bytes
    status: Status
    n: int
    url: str
    channel: str
    at_us: int
    made_us: int
    code: str
    raw: str
    attempts: int

    @property
    def key(self) -> str:
        """What tells it from every other call."""
        return f"{self.message.hex()} {self.status.value}"


class Receiver(NamedTuple):
    """A host that calls go to: how many wait or were given up, since when, its last answer."""

    host: str
    waiting: int
    given_up: int
    failing: int  # of those that wait: how many have been tried
    oldest_us: int
    answer: str


class New(NamedTuple):
    """A status that has just been noted."""

    message: bytes
    status: Status
    at_us: int
    code: str = ""
    raw: str = ""


def listen(conn: Connection, message: bytes, url: str) -> None:
    """Tell this address what becomes of a message."""
    bulk.insert_columns(
        conn, status_addresses, {"message": [message], "url": [url]}, on_conflict="ignore"
    )


def add(conn: Connection, news: Sequence[New]) -> None:
    """Have statuses told, in this order, of those messages whose address is known.

    A status that was told of a message before is not told again.
    """
    urls = _urls(conn, {one.message for one in news})
    mine = [one for one in news if one.message in urls]
    if not mine:
        return
    counts = _counts(conn, urls)
    n = []
    for one in mine:
        n.append(counts.get(one.message, 0))
        counts[one.message] = n[-1] + 1
    columns = {
        "message": [one.message for one in mine],
        "status": [one.status.value for one in mine],
        "n": n,
        "host": [urlsplit(urls[one.message]).netloc for one in mine],
        "at_us": [one.at_us for one in mine],
        "made_us": [one.at_us for one in mine],
        "code": [one.code for one in mine],
        "raw": [one.raw for one in mine],
        "state": int(CallState.WAITING),
        "attempts": 0,
        "next_us": [one.at_us for one in mine],
        "answer": "",
    }
    bulk.insert_columns(conn, status_calls, columns, on_conflict="ignore")


def due(
    conn: Connection, now_us: int, *, without: Collection[str] = (), rows_max: int = ROWS_MAX
) -> list[Call]:
    """The first waiting call of each message where it is due, but for these hosts."""
    c = status_calls.c
    query = (
        select(
            c.message, c.status, c.n, status_addresses.c.url, posted.c.channel,
            c.at_us, c.made_us, c.code, c.raw, c.attempts,
        )
        .join_from(status_calls, status_addresses, status_addresses.c.message == c.message)
        .join(posted, posted.c.message == c.message)
        .where(_next_of_its_message(), c.next_us <= now_us)
        .order_by(c.next_us, c.message)
        .limit(rows_max)
    )  # fmt: skip
    if without:
        query = query.where(c.host.not_in(sorted(without)))
    return [Call(row[0], Status(row[1]), *row[2:]) for row in bulk.fetch(conn, query)]


def next_due(conn: Connection, *, without: Collection[str] = ()) -> int | None:
    """When the next one that waits is due (micros); None where none does."""
    c = status_calls.c
    query = select(func.min(c.next_us)).where(_next_of_its_message())
    if without:
        query = query.where(c.host.not_in(sorted(without)))
    found = conn.execute(query).scalar()
    return None if found is None else int(found)


def taken(conn: Connection, calls: Sequence[Call]) -> None:
    """The receivers have these."""
    for call in calls:
        _change(conn, call, state=int(CallState.TAKEN), answer="")


def later(conn: Connection, call: Call, next_us: int, answer: str) -> None:
    """The receiver did not take it: it is tried again then, and what comes after it waits."""
    attempts = call.attempts + 1
    _change(conn, call, attempts=attempts, next_us=next_us, answer=answer[:ANSWER_CHARS_MAX])


def given_up(conn: Connection, call: Call, answer: str) -> None:
    """It is not tried again, nor is what waits behind it."""
    c = status_calls.c
    mine = (c.message == call.message) & (c.state == int(CallState.WAITING))
    values = {"state": int(CallState.GIVEN_UP), "answer": answer[:ANSWER_CHARS_MAX]}
    conn.execute(update(status_calls).where(mine).values(values))


def receivers(conn: Connection) -> list[Receiver]:
    """The hosts that calls go to, those with the most that wait first."""
    c = status_calls.c
    waits, gone = c.state == int(CallState.WAITING), c.state == int(CallState.GIVEN_UP)
    query = select(
        c.host,
        func.sum(case((waits, 1), else_=0)),
        func.sum(case((gone, 1), else_=0)),
        func.sum(case((and_(waits, c.attempts > 0), 1), else_=0)),
        func.min(case((waits | gone, c.made_us), else_=None)),
        func.max(case((waits | gone, c.answer), else_="")),
    ).group_by(c.host)
    found = [
        Receiver(row[0], int(row[1]), int(row[2]), int(row[3]), int(row[4] or 0), row[5])
        for row in bulk.fetch(conn, query)
    ]
    return sorted(found, key=lambda one: (-one.waiting, -one.given_up, one.host))


def withdraw(conn: Connection) -> None:
    """Tell nothing of what waits: after a restore it was told long ago."""
    mine = status_calls.c.state == int(CallState.WAITING)
    conn.execute(update(status_calls).where(mine).values(state=int(CallState.GIVEN_UP)))


def forget_where(conn: Connection, messages: Any) -> None:
    """Delete what is known of the messages that a query selects."""
    for table in (status_calls, status_addresses):
        conn.execute(delete(table).where(table.c.message.in_(messages)))


def _next_of_its_message() -> ColumnElement[bool]:
    """Whether a call waits, and none of its message before it."""
    c, first = status_calls.c, status_calls.alias("first")
    waits = int(CallState.WAITING)
    earlier = exists().where(first.c.message == c.message, first.c.state == waits, first.c.n < c.n)
    return and_(c.state == waits, ~earlier)


def _change(conn: Connection, call: Call, **values: Any) -> None:
    c = status_calls.c
    mine = (c.message == call.message) & (c.status == call.status.value)
    conn.execute(
        update(status_calls).where(mine, c.state == int(CallState.WAITING)).values(values)
    )


def _urls(conn: Connection, messages: Collection[bytes]) -> dict[bytes, str]:
    c = status_addresses.c
    return {
        bytes(message): url
        for ids in bulk.slices(sorted(messages))
        for message, url in bulk.fetch(conn, select(c.message, c.url).where(c.message.in_(ids)))
    }


def _counts(conn: Connection, messages: Collection[bytes]) -> dict[bytes, int]:
    c = status_calls.c
    counted = select(c.message, func.max(c.n)).group_by(c.message)
    return {
        bytes(message): int(last) + 1
        for ids in bulk.slices(sorted(messages))
        for message, last in bulk.fetch(conn, counted.where(c.message.in_(ids)))
    }

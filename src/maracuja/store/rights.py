"""The register of what people asked of their data: access, erasure and the like, with its clock.

A row stays when its person is erased: that they were answered in time is what it proves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, insert, or_, select, update

from maracuja.errors import NotFound
from maracuja.store import bulk
from maracuja.store.schema_law import rights_requests as requests

OPEN: Final = "open"
WITHHOLDING: Final = ("restriction", "erasure")
"""Requests during which nothing but service is sent."""
ROWS_MAX: Final = 1_000


class Request(NamedTuple):
    """A request as it stands; `pid` is None once the person is erased."""

    id: int
    pid: int | None
    right: str
    law: str
    country: str
    source: str
    received_us: int
    due_us: int
    extended: bool
    state: str
    closed_us: int | None
    outcome: str
    reminded_us: int | None


_COLUMNS: Final = tuple(requests.c[name] for name in Request._fields)
_LEFT_ALONE: Final = select(requests.c.pid).where(
    requests.c.pid.is_not(None),
    or_(
        (requests.c.state == OPEN) & requests.c.right.in_(WITHHOLDING),
        (requests.c.state == "answered") & (requests.c.right == "restriction"),
    ),
)


def add(
    conn: Connection,
    *,
    pid: int,
    right: str,
    law: str,
    country: str,
    source: str,
    received_us: int,
    due_us: int,
) -> int:
    """A new open request; its number."""
    row = {
        "pid": pid,
        "right": right,
        "law": law,
        "country": country,
        "source": source,
        "received_us": received_us,
        "due_us": due_us,
        "extended": False,
        "state": OPEN,
        "closed_us": None,
        "outcome": "",
        "reminded_us": None,
    }
    made = conn.execute(insert(requests).values(row)).inserted_primary_key
    assert made is not None
    return int(made[0])


def get(conn: Connection, number: int) -> Request:
    """The request of that number. Raises NotFound."""
    row = conn.execute(select(*_COLUMNS).where(requests.c.id == number)).one_or_none()
    if row is None:
        raise NotFound(f"There is no request {number}.", fix="See `maracuja rights list`.")
    return _request(row)


def every(
    conn: Connection,
    *,
    state: str | None = None,
    pid: int | None = None,
    rows_max: int = ROWS_MAX,
) -> list[Request]:
    """The requests, those due first in front; of one state or person, or of all."""
    query = select(*_COLUMNS).order_by(requests.c.due_us, requests.c.id).limit(rows_max)
    if state is not None:
        query = query.where(requests.c.state == state)
    if pid is not None:
        query = query.where(requests.c.pid == pid)
    return [_request(row) for row in bulk.fetch(conn, query)]


def _request(row: Sequence[Any]) -> Request:
    """A row of the database; SQLite has numbers for truth."""
    found = Request(*row)
    return found._replace(extended=bool(found.extended))


def change(conn: Connection, number: int, **values: Any) -> None:
    """Set columns of a request. Raises NotFound."""
    if conn.execute(update(requests).where(requests.c.id == number).values(values)).rowcount != 1:
        raise NotFound(f"There is no request {number}.")


def withholding(conn: Connection, pids: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Those of these canonical people who have asked to be left alone, sorted.

    Who asked for a restriction is left alone until it is withdrawn, also once it was answered.
    """
    rows = bulk.fetch(conn, _LEFT_ALONE)  # they are few
    alone = np.unique(np.array([pid for (pid,) in rows], dtype=np.int64))
    return alone[np.isin(alone, pids)]


def due_before(conn: Connection, until_us: int) -> list[Request]:
    """Open requests that are due before then, and of which nobody was reminded."""
    query = (
        select(*_COLUMNS)
        .where(
            requests.c.state == OPEN,
            requests.c.due_us < until_us,
            requests.c.reminded_us.is_(None),
        )
        .order_by(requests.c.due_us, requests.c.id)
    )
    return [_request(row) for row in bulk.fetch(conn, query)]


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Carry the requests of merged people over."""
    losers = bulk.given_ids(conn, sorted(into), name="losers")
    query = select(requests.c.id, requests.c.pid).where(requests.c.pid.in_(select(losers.c.id)))
    for number, pid in bulk.fetch(conn, query):
        change(conn, number, pid=into[pid])


def forget(conn: Connection, pids: Sequence[int]) -> int:
    """Take the person out of their requests; how many. What was done, and when, stays."""
    gone = bulk.given_ids(conn, pids, name="gone")
    theirs = requests.c.pid.in_(select(gone.c.id))
    return conn.execute(update(requests).where(theirs).values(pid=None, source="")).rowcount

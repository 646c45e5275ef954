"""Which things changed, in the order of commits: each stands once, with its last change.

Nothing is decided by it: it tells open pages what to read again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from maracuja.store import bulk, counters
from maracuja.store.schema_live import changed_things

ROWS_MAX: Final = 1_000
_COUNTER: Final = "live"


class Kind(StrEnum):
    """What sort of thing."""

    CONVERSATION = "conversation"  # by its id, hexadecimal
    CAMPAIGN = "campaign"
    WORK = "work"  # the number of a command


class Changed(NamedTuple):
    """A thing, and the number of its last change."""

    kind: str
    id: str
    seq: int


def tell(conn: Connection, kind: Kind, ids: Collection[str]) -> None:
    """Note that these have changed, in the transaction that changes them."""
    things = sorted(set(ids))
    if not things:
        return
    first = counters.take(conn, _COUNTER, len(things))
    columns = {
        "kind": [kind.value] * len(things),
        "id": things,
        "seq": list(range(first, first + len(things))),
    }
    bulk.insert_columns(conn, changed_things, columns, on_conflict="replace")


def last(conn: Connection) -> int:
    """The number of the last change; 0 before the first."""
    return counters.last(conn, _COUNTER)


def after(
    conn: Connection, seq: int, kinds: Sequence[Kind], *, rows_max: int = ROWS_MAX
) -> list[Changed]:
    """What changed after that number, in order, each thing once."""
    c = changed_things.c
    query = (
        select(c.kind, c.id, c.seq)
        .where(c.seq > seq, c.kind.in_([kind.value for kind in kinds]))
        .order_by(c.seq)
        .limit(rows_max)
    )
    return [Changed(*row) for row in bulk.fetch(conn, query)]

"""What calls with an idempotency key were answered, so that a repeated one changes nothing.

An answer is kept encrypted: it may hold a secret that is shown but once.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from maracuja.errors import Conflict
from maracuja.store.schema_team import kept_answers


class Kept(NamedTuple):
    """A call that was obeyed: what was asked, and the answer, empty where it is not known."""

    asked: bytes
    answer: bytes


def find(conn: Connection, digest: bytes, since_us: int) -> Kept | None:
    """What is kept of a call since a moment."""
    c = kept_answers.c
    query = select(c.asked, c.answer).where(c.digest == digest, c.at_us >= since_us)
    row = conn.execute(query).one_or_none()
    return None if row is None else Kept(*row)


def begin(conn: Connection, digest: bytes, asked: bytes, now_us: int, since_us: int) -> None:
    """Note, with the change itself, that a call is obeyed; forget those from before a moment.

    Raises Conflict where the same call is obeyed at the same time.
    """
    conn.execute(delete(kept_answers).where(kept_answers.c.at_us < since_us))
    row = {"digest": digest, "asked": asked, "at_us": now_us, "answer": b""}
    try:
        conn.execute(insert(kept_answers).values(row))
    except IntegrityError as fault:
        raise Conflict(
            "The same call is being obeyed right now.", fix="Ask again in a moment."
        ) from fault


def finish(conn: Connection, digest: bytes, answer: bytes) -> None:
    """Keep what a call was answered."""
    changed = update(kept_answers).where(kept_answers.c.digest == digest)
    conn.execute(changed.values(answer=answer))


def forget(conn: Connection) -> None:
    """Forget all answers, as somebody may stand in one; that the calls were obeyed stays known."""
    conn.execute(update(kept_answers).values(answer=b""))

"""What the end of a message's sending means for its cascade: wait for a receipt, go on, or end.

It writes in the caller's transaction, so that a message is over exactly when its step is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from maracuja.store import cascades, people
from maracuja.store.outbox import NEVER_US, OutboxState

if TYPE_CHECKING:
    from maracuja.runtime.delivery_results import Parcel


def close_steps(
    conn: Connection,
    finished: Sequence[tuple[Parcel, OutboxState, int]],
    channel: int,
    now_us: int,
) -> None:
    """The messages of one channel (its code) with the states in which they have come to rest.

    What was sent, or may have been, is waited for as its step says; what failed goes on at once;
    what has expired ends.
    """
    over = [
        (parcel, _until(parcel.step.wait_us, state, now_us))
        for parcel, state, _ in finished
        if parcel.step is not None and state is not OutboxState.QUEUED
    ]
    if not over:
        return
    cascades.sent(
        conn,
        run=[parcel.run for parcel, _ in over],
        pid=people.canonical(conn, [parcel.pid for parcel, _ in over]),
        channel=channel,
        full=[(1 << parcel.steps) - 1 for parcel, _ in over],
        until_us=[until_us for _, until_us in over],
    )


def _until(wait_us: int, state: OutboxState, now_us: int) -> int:
    """From when on the next step follows; NEVER_US where none does."""
    match state:
        case OutboxState.SENT | OutboxState.UNKNOWN:
            return now_us + wait_us if wait_us else NEVER_US
        case OutboxState.EXPIRED:
            return NEVER_US
    return now_us

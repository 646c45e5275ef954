"""What receipts, replies and opt-outs mean for cascades that are under way, as sets.

It works inside the projection's transaction and commits nothing itself; it never sends anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from maracuja.channels import CODES_BY_NAME
from maracuja.runtime.arrivals import Arrivals
from maracuja.store import cascades, feed, inbox, watermarks
from maracuja.store.engine import Store
from maracuja.store.outbox import NEVER_US
from maracuja.store.people import Pids

REACHED: Final = frozenset(
    {"Message Delivered", "Message Read", "Message Clicked", "Message Replied"}
)
FAILED: Final = frozenset({"Message Bounced", "Message Rejected", "Message Failed"})
LEFT: Final = frozenset({"Message Complained", "Chat Left"})


def take(
    conn: Connection, arrivals: Arrivals, rows: Sequence[int], pids: Pids, now_us: int
) -> None:
    """The own events of a batch, by their rows, each for the first time; `pids` are canonical.

    Who was reached, or wants no more, gets nothing further of that run; where the event names no
    run, of what was last sent to them on its channel. What did not get there goes on at once.
    """
    if not len(pids) or not cascades.any_open(conn):
        return
    ended: set[tuple[int, int]] = set()
    spoke: set[tuple[int, int]] = set()
    failed: set[tuple[int, int, int]] = set()
    events = arrivals.own["event"].gather(list(rows)).to_list()
    for row, event, pid in zip(rows, events, pids.tolist(), strict=True):
        told = arrivals.own_properties[row]
        run, channel = int(told.get("run") or 0), CODES_BY_NAME.get(told.get("channel", ""), 0)
        if event in FAILED:
            failed.add((run, pid, channel))
        elif event in REACHED or event in LEFT or told.get("state") == "opted_out":
            (ended if run else spoke).add((run or channel, pid))
    if ended:
        runs, people = zip(*sorted(ended), strict=True)
        cascades.end(conn, run=runs, pid=people)
    if spoke:
        codes, people = zip(*sorted(spoke), strict=True)
        cascades.end_on(conn, channel=codes, pid=people)
    if failed:
        runs, people, codes = zip(*sorted(failed), strict=True)
        cascades.fail(conn, run=runs, pid=people, channel=codes, now_us=now_us)


def arrivals_read(store: Store) -> int:
    """Until when all that came in is read (micros), where a cascade is under way; else NEVER_US.

    A step must not follow while the receipt of the one before lies unread in the inbox.
    """
    with store.read() as conn:
        if not cascades.any_open(conn):
            return NEVER_US
    return unread_since(store)


def unread_since(store: Store) -> int:
    """Since when what has come in lies unread (micros); NEVER_US where all is read."""
    with store.read() as conn:
        told = feed.read(conn, watermarks.get(conn, "feed"), rows_max=1)
        mark = watermarks.get(conn, "inbox")
    with store.read_inbox() as conn:
        came = inbox.read(conn, mark, rows_max=1)
    return min([*told.at_us, *came.received_us], default=NEVER_US)

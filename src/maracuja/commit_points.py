"""The moments around a commit at which a crash must do no harm, named so that tests die there.

Outside of tests nothing is ever armed, and passing a point costs one comparison.
"""

from __future__ import annotations

import os
from typing import Final

CRASHED: Final = 86  # the exit code of a process that died at a point

POINTS: Final = (
    # A request is durable before its answer.
    "inbox.appended",
    "inbox.committed",
    # Files are imported chunk by chunk, with the line that was reached.
    "import.people_written",
    "import.people_committed",
    "import.products_written",
    "import.products_committed",
    "import.events_appended",
    "import.events_committed",
    # A feed is read, and those are told who looked at what is cheaper, or back.
    "feed.products_written",
    "feed.committed",
    "news.events_appended",
    "news.committed",
    # Requests become people and events of the lake.
    "projection.files_written",
    "projection.people_written",
    "projection.committed",
    "projection.inbox_deleted",
    # A bounce that lay in a mailbox, or stood in a log, is durable before it is marked as read.
    "mailbox.taken",
    "maildir.taken",
    "pop3.taken",
    "maillog.taken",
    # A campaign's audience is frozen, its people decided about and written to.
    "audience.written",
    "audience.committed",
    "chunk.decisions_written",
    "chunk.bodies_written",
    "chunk.laid_out",
    "chunk.queued",
    "chunk.committed",
    "waiting.begun",
    "waiting.committed",
    "run.done",
    # A trigger lets people in, and hands them over when they are due.
    "entries.listening",
    "entries.followed",
    "entries.forsaken",
    "entries.handed_over",
    # An experiment is looked at, and its winner goes to those who waited for it.
    "experiment.looked",
    "experiment.chosen",
    "experiment.rolled_out",
    # Messages are claimed, handed on, and what became of them is recorded.
    "delivery.claimed",
    "delivery.handed_on",
    "delivery.recorded",
    "delivery.committed",
    "delivery.recovered",
    # The lake is kept small and quick.
    "profiles.written",
    "profiles.committed",
    "profiles.merged",
    "profiles.swapped",
    "compaction.written",
    "compaction.swapped",
    "sweep.deleted",
    "sweep.forgotten",
    # A person is forgotten.
    "erasure.asked",
    "erasure.files_written",
    "erasure.state_written",
    "erasure.committed",
    "erasure.done",
    "orders.finished",
)

_armed, _left = "", 0


def passed(name: str) -> None:
    """Say that this point is reached; where it is armed, the process ends there and then."""
    if name == _armed:
        _die()


def arm(name: str, times: int = 1) -> None:
    """Let the process die when it passes a point of POINTS for the n-th time; '' for never.

    Only tests do. Raises ValueError for a name that is none.
    """
    global _armed, _left
    if name and name not in POINTS:
        raise ValueError(f"`{name}` is no commit point")
    _armed, _left = name, times


def _die() -> None:
    global _left
    _left -= 1
    if _left <= 0:
        os._exit(CRASHED)

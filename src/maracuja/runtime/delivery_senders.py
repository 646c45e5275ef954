"""A channel as delivery sees it: what carries its messages, what limits it, what is under way.

Nothing here sends or waits; it says when and how many.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from maracuja.channels import section_of
from maracuja.channels.base import Answer, Channel
from maracuja.channels.limits import Limits
from maracuja.model import Lane
from maracuja.runtime.delivery_journal import Journal
from maracuja.runtime.delivery_results import Book, Outcomes, Parcel, Refusals
from maracuja.runtime.transport import Transport
from maracuja.runtime.warm_up import WarmUp

AIM_S: Final = 0.4  # how long a batch should take
BATCH_MIN: Final = 20
BATCH_MAX: Final = 1_000  # so that memory is bounded: so many texts of a channel at once
HOLD_S: Final = (5, 15, 60, 300)  # while the server as a whole does not take messages
SINGLE_LANES: Final = range(Lane.SINGLE, Lane.SINGLE + 1)
OTHER_LANES: Final = range(Lane.SINGLE + 1, 1 << 14)


@dataclass
class Sender:
    """A channel with what carries its messages and what limits it."""

    channel: Channel[Any]
    transport: Transport
    limits: Limits = field(default_factory=Limits)
    refusals: Refusals = field(default_factory=Refusals)
    batch: int = BATCH_MIN
    failures: int = 0
    held_until: datetime | None = None
    warm_up: WarmUp | None = None  # of mail whose domain is new
    _turn: threading.Lock = field(default_factory=threading.Lock)  # of the limits

    def open_at(self, now: datetime, *, first: bool = False) -> datetime:
        """When it may send again: `now` where nothing holds it. See Limits for `first`."""
        with self._turn:
            return max(self.limits.ready_at(now, first=first), self.held_until or now)

    def room(self, now: datetime, *, first: bool = False) -> float:
        """As Limits says."""
        with self._turn:
            return self.limits.room(now, first=first)

    def admit(
        self, hosts: Sequence[str], now: datetime, weights: Sequence[int], *, first: bool
    ) -> list[datetime | None]:
        """As Limits says."""
        with self._turn:
            return self.limits.admit(hosts, now, weights, first=first)

    def book(self, now: datetime) -> Book:
        """What sorting answers needs to know of it, and changes there."""
        return Book(self.channel, self.limits, self.refusals, now)

    def hold(self, retry_after_s: float | None, now: datetime) -> None:
        """Leave a server that takes nothing alone for a while, longer each time."""
        wait_s = HOLD_S[min(self.failures, len(HOLD_S) - 1)]
        self.failures += 1
        self.held_until = now + timedelta(seconds=retry_after_s or wait_s)

    def adapt(self, asked: int, answered: int, took_s: float) -> None:
        """The size of the next batch, by how long one took that was full, or did not all go."""
        if asked >= self.batch or answered < asked:
            fitting = int(answered * AIM_S / max(took_s, 1e-3))
            self.batch = min(max(fitting, BATCH_MIN), 2 * self.batch, BATCH_MAX)


@dataclass
class Batch:
    """Messages of one claim on their way: their wire forms, and what has become of the others."""

    claimed: int
    parcels: list[tuple[Parcel, Any]]
    out: Outcomes
    now: datetime
    began_s: float
    answers: Future[list[Answer | None]]


class Slot:
    """The way of a channel's single messages, or of all its others: one batch at a time.

    Each has a journal of its own, so that a batch which is still out says nothing about others.
    """

    def __init__(self, sender: Sender, *, single: bool, journals: Path) -> None:
        self.sender = sender
        self.single = single
        self.lanes = SINGLE_LANES if single else OTHER_LANES
        self.journal = journal_of(journals, sender.channel.name, single=single)
        self.batch: Batch | None = None
        self.last_run = 0  # whose turn was the last

    @property
    def size(self) -> int:
        """How many messages its next batch may have."""
        return BATCH_MAX if self.single else self.sender.batch

    def turn_over(self, runs: Collection[int]) -> None:
        """These had their turn: the next batch begins with the one after the last of them."""
        self.last_run = max(runs, key=lambda run: (run <= self.last_run, run))


def journal_of(folder: Path, channel: str, *, single: bool) -> Journal:
    """The journal of a channel's single messages, or of all its others."""
    name = f"{channel}-single" if single else channel
    return Journal(folder / f"{section_of(name)}.journal", f"claim:{name}")

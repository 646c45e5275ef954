"""What delivery and a transport ask of each other while a batch goes out.

A transport decides nothing: it begins what it may, and brings back what was answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Protocol

from maracuja.channels.base import Answer


class Course(Protocol):
    """The course of one batch, as a transport asks and tells it; a number is a place in it."""

    @property
    def urgent(self) -> bool:
        """Whether it may use the places at the vendor that are kept from all others."""
        ...

    def halted(self) -> bool:
        """Whether nothing more may be begun; asked before each message."""
        ...

    async def begin(self, numbers: Sequence[int]) -> bool:
        """Put on record that these are given to the wire now; False: they must not be.

        Only after True may the first byte of a message be offered: what is begun and not answered
        when the process dies is unknown, and nothing else.
        """
        ...

    def answered(self, number: int, answer: Answer) -> None:
        """Put on record how one that was begun has ended."""
        ...


class Transport(Protocol):
    """What carries wire forms to a vendor; it keeps its connections from call to call."""

    async def send(self, wires: Sequence[Any], course: Course) -> list[Answer | None]:
        """Answers in the order of `wires`; None for those not begun."""
        ...

    async def close(self) -> None:
        """Let go of every connection."""
        ...


class Places:
    """How many messages may be with a vendor at once: `most`, of which some are kept.

    Of four and more, one in eight (at least one) is kept for what is urgent, so that a code never
    waits behind the requests of a sale. One event loop only.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept = max(1, most // 8) if most >= 4 else 0
        self.turn = asyncio.Semaphore(most)  # held while a message is with the vendor

    def count(self, course: Course, size: int) -> int:
        """How many of `size` messages of a batch go at once."""
        kept = self._kept if course.urgent else self._most - self._kept
        return min(kept or self._most, size)

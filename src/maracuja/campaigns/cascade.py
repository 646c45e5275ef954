"""A cascade as a marketer writes it: channels to try one after the other, and in which order."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from maracuja.errors import SegmentError
from maracuja.model import Record
from maracuja.segments.spans import span

STEPS_MIN = 2
STEPS_MAX = 5


class Order(StrEnum):
    """Which of the channels that reach a person is tried first."""

    GIVEN = "given"  # as they are written
    CHEAPEST = "cheapest"  # by price, then as they are written
    RESPONDING = "responding"  # by how readily this person answers there
    BY_VARIANT = "by_variant"  # each variant has its own, and they are compared


class Step(Record, frozen=True):
    """One channel of a cascade.

    `wait` says how long its receipt is waited for before the next step follows; empty: the next
    one follows only where this one failed for good. `price` is that of a message in the shop's
    currency; without it the channel's own settings tell, or it is 0.
    """

    channel: str
    wait: str = ""
    price: Annotated[float, Meta(ge=0)] | None = None

    def __post_init__(self) -> None:
        """Refuse a wait that cannot be read."""
        if self.wait:
            fixed_span(self.wait)

    @property
    def wait_us(self) -> int:
        """How long its receipt is waited for, in microseconds; 0: not at all."""
        return fixed_span(self.wait) // timedelta(microseconds=1) if self.wait else 0


class Cascade(Record, frozen=True):
    """Two to five channels, each once; a person is written to on one after the other."""

    steps: tuple[Step, ...]
    order: Order = Order.GIVEN

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if not STEPS_MIN <= len(self.steps) <= STEPS_MAX:
            raise ValueError(f"a cascade has {STEPS_MIN} to {STEPS_MAX} steps")
        if len({name.partition("/")[0] for name in self.channels}) < len(self.steps):
            raise ValueError("two steps of the cascade are on the same channel")
        if self.order is Order.GIVEN and self.steps[-1].wait:
            raise ValueError("nothing follows the last step: leave out its `wait`")

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels as they are written."""
        return tuple(step.channel for step in self.steps)

    @property
    def waits(self) -> timedelta:
        """The longest that the steps may wait together."""
        return timedelta(microseconds=sum(step.wait_us for step in self.steps))


def fixed_span(text: str) -> timedelta:
    """The length of `3 days`; ValueError where it is none, or months, which differ."""
    try:
        found = span(text)
    except SegmentError as fault:
        raise ValueError(f"{fault.message} {fault.fix}") from None
    if not found.fixed:
        raise ValueError(f"`{text}` is not always equally long: write it in days")
    return timedelta(seconds=found.seconds)

"""An experiment of a campaign as a marketer writes it: on how many, until when, what then."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from maracuja.campaigns.cascade import fixed_span
from maracuja.model import Record
from maracuja.stats.harm import Harm

LOOKS_MAX: Final = 14
LOOKS: Final = 7
MODEST_LIFT: Final = 0.1
Rate = Annotated[float, Meta(gt=0.0, lt=1.0)]


class RollOut(StrEnum):
    """Who sends the winner to those who wait."""

    AUTOMATIC = "automatic"  # the worker, as soon as one has won
    BY_HAND = "by_hand"  # `maracuja campaign roll-out`


class Experiment(Record, frozen=True):
    """Only a random part of the audience is written to, with even arms; the rest gets the winner.

    How large the part is: `share` of the audience, or `people` in each arm, or neither: then as
    many as it takes to show a relative `lift` of the `rate` at which people reach the `goal`
    (measured on the audience where it is not given). `looks` is how often the figures are looked
    at. `decide_after` is how long after the message an answer counts (the goal's window at most);
    then it ends. `undecided` names the variant that goes out if none has won; empty: somebody
    chooses. `guardrail` are the shares of people whose harm is borne.
    """

    share: Annotated[float, Meta(gt=0.0, le=1.0)] | None = None
    people: Annotated[int, Meta(ge=10)] | None = None
    rate: Rate | None = None
    lift: Annotated[float, Meta(gt=0.0, le=10.0)] | None = None
    looks: Annotated[int, Meta(ge=1, le=LOOKS_MAX)] = LOOKS
    goal: str = ""
    decide_after: str = ""
    roll_out: RollOut = RollOut.AUTOMATIC
    undecided: str = ""
    guardrail: dict[Harm, Rate] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what contradicts itself."""
        if self.share is not None and self.people is not None:
            raise ValueError("a test has either a `share` of the audience or `people` in each arm")
        if self.decide_after and fixed_span(self.decide_after) < timedelta(hours=1):
            raise ValueError("a test is decided after an hour at the earliest")

    @property
    def planned_lift(self) -> float:
        """The lift to plan for."""
        return MODEST_LIFT if self.lift is None else self.lift

    def answers_within(self, window: timedelta, *, weekly: bool = False) -> timedelta:
        """How long after the message an answer counts, where the goal counts for `window`.

        `weekly`: the variants differ in how often people hear, so it counts as long as they do.
        """
        if not self.decide_after:
            return window
        span = fixed_span(self.decide_after)
        return span if weekly else min(span, window)

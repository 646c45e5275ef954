"""How far a story is: each step in words for a terminal, and the share of the whole for a page.

It must never decide anything of the story.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

Say = Callable[[str], None]
Advance = Callable[[str, float], None]


class Step(StrEnum):
    """What the story is at, in this order."""

    IMPORTING = "importing"
    LIVING = "living"  # visits and orders before anybody is written to
    TRYING = "trying"  # two letters on a few
    SENDING = "sending"
    REACTING = "reacting"  # people read, click and order
    COUNTING = "counting"


# Of the whole time, up to the end of each step, as measured with 20,000 people.
UNTIL: Final = {
    Step.IMPORTING: 0.02,
    Step.LIVING: 0.18,
    Step.TRYING: 0.27,
    Step.SENDING: 0.58,
    Step.REACTING: 0.99,
    Step.COUNTING: 1.0,
}


class Course:
    """Tells `say` each step in words, and `advance` the step and the share, from 0 to 1."""

    def __init__(
        self,
        say: Say = lambda text: None,
        advance: Advance = lambda step, share: None,
    ) -> None:
        self._say, self._advance = say, advance
        self._step = Step.IMPORTING
        self._from = 0.0

    def begin(self, step: Step, text: str) -> None:
        """The story comes to a step."""
        steps = list(Step)
        before = steps.index(step) - 1
        self._from = UNTIL[steps[before]] if before >= 0 else 0.0
        self._step = step
        self._say(text)
        self._advance(step, self._from)

    def go(self, part: float) -> None:
        """So much of the step is done, from 0 to 1."""
        self._advance(self._step, self._from + part * (UNTIL[self._step] - self._from))

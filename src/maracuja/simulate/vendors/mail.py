"""A mail server that keeps its contract, and breaks it on a seeded schedule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from maracuja import rng
from maracuja.channels.base import Answer, Mail, Stage
from maracuja.runtime.transport import Course
from maracuja.simulate.sink import Received


@dataclass
class MailVendor:
    """A mail server in this process, as a transport: takes, refuses, defers, or loses answers.

    The rates are shares of all messages; the same seed treats the same message alike. `taken` is
    what it really took, by Message-ID: what was lost after it was given is in there too.
    """

    seed: int = 0
    deferred: float = 0.0
    refused: float = 0.0
    lost_after: float = 0.0  # taken, but the answer is lost
    lost_before: float = 0.0
    keep: bool = False  # the messages themselves
    taken: Counter[bytes] = field(default_factory=Counter)
    received: list[Received] = field(default_factory=list)
    _tries: Counter[bytes] = field(default_factory=Counter)

    async def send(self, wires: Sequence[Mail], course: Course) -> list[Answer | None]:
        """Answers in the order of `wires`; None for those not begun once the course is halted."""
        answers: list[Answer | None] = [None] * len(wires)
        going = list(takewhile(lambda _: not course.halted(), range(len(wires))))
        if going and await course.begin(going):
            for n in going:
                answers[n] = answer = self._take(wires[n])
                course.answered(n, answer)
        return answers

    async def close(self) -> None:
        """Nothing is kept open."""

    def _take(self, mail: Mail) -> Answer:
        tries = self._tries[mail.message_id]
        self._tries[mail.message_id] += 1
        luck = rng.stream(self.seed, "vendor", mail.message_id, tries).random()
        for share, answer in (
            (self.refused, Answer(stage=Stage.RECIPIENT, code=550, text="5.1.1 no such user")),
            (self.deferred, Answer(stage=Stage.CONTENT, code=451, text="4.3.0 try later")),
            (self.lost_before, Answer(stage=Stage.RECIPIENT, lost=True, text="reset")),
        ):
            if luck < share:
                return answer
            luck -= share
        self.taken[mail.message_id] += 1
        if self.keep:
            self.received.append(Received.parse(mail.recipient, mail.data))
        if luck < self.lost_after:
            return Answer(stage=Stage.GIVEN, lost=True, text="reset")
        return Answer(stage=Stage.GIVEN, code=250, text="2.0.0 OK")

    def take(self) -> list[Received]:
        """Everything that arrived since the last call, where it is kept."""
        taken, self.received = self.received, []
        return taken

"""What every simulated HTTP vendor shares: a seeded schedule of faults, and calls to our webhook.

It never looks at our side: what it took, and what it was sent wrongly, is there to be compared.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from maracuja import rng
from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.devices import joined
from maracuja.channels.http import HttpRequest
from maracuja.runtime.transport import Course


@dataclass(frozen=True)
class Faults:
    """Shares of all requests (0..1), and of calls to our webhook the last two."""

    limited: float = 0.0  # too many: 429
    unavailable: float = 0.0  # not handled: 503
    failing: float = 0.0  # 500 after it was taken, or before
    lost_before: float = 0.0  # the line breaks, nothing was taken
    lost_after: float = 0.0  # it was taken, the answer is lost
    slow: float = 0.0  # answers after `slow_s`
    slow_s: float = 0.2
    doubled: float = 0.0  # a call to our webhook comes twice
    reordered: float = 0.0  # a call comes before earlier ones
    revoked_after: int | None = None  # requests, after which the account is no good


@dataclass(kw_only=True)
class HttpVendor(ABC):
    """A vendor: `take` keeps its contract, `answer` breaks it by the schedule.

    The same seed treats the same request alike. `taken` counts what it really took, by our
    message's reference where it is known, else by the request's own digest.
    """

    seed: int = 0
    faults: Faults = Faults()
    taken: Counter[str] = field(default_factory=Counter)
    shown: list[Any] = field(default_factory=list)  # what each recipient has before their eyes
    violations: list[str] = field(default_factory=list)  # of the contract, by us
    moments: list[datetime] = field(default_factory=list)  # of requests, where `now` is given
    now: Callable[[], datetime] | None = None
    requests: int = 0
    _calls: list[Inbound] = field(default_factory=list)
    _tries: Counter[str] = field(default_factory=Counter)

    # ------------------------------------------------------------ one vendor's own

    @abstractmethod
    def take(self, request: HttpRequest) -> Answer:
        """Take or refuse a request as the vendor would; notes `violations`, `taken`, `shown`."""

    @abstractmethod
    def refusal(self, status: int) -> Answer:
        """How this vendor words 401, 429, 500 and 503."""

    def counts(self, request: HttpRequest) -> bool:
        """Whether faults concern the request: questions about the account have none."""
        return True

    # ------------------------------------------------------------ the schedule

    def answer(self, request: HttpRequest) -> tuple[Answer, float]:
        """The answer to a request, and after how many seconds it comes; `lost` breaks the line."""
        self.requests += 1
        if self.now is not None:
            self.moments.append(self.now())
        if self.faults.revoked_after is not None and self.requests > self.faults.revoked_after:
            return self.refusal(401), 0.0
        if not self.counts(request):
            return self.take(request), 0.0
        chance = self._chance(request)
        delay_s = self.faults.slow_s if chance.random() < self.faults.slow else 0.0
        return self._unlucky(request, chance) or self.take(request), delay_s

    def _chance(self, request: HttpRequest) -> rng.Rng:
        key = hashlib.sha256(request.url.encode() + request.body).hexdigest()
        self._tries[key] += 1
        return rng.stream(self.seed, "vendor", key, self._tries[key])

    def _unlucky(self, request: HttpRequest, chance: rng.Rng) -> Answer | None:
        """What goes wrong with it by the schedule; None: nothing."""
        faults, luck = self.faults, chance.random()
        fates: tuple[tuple[float, Callable[[], Answer]], ...] = (
            (faults.limited, lambda: self.refusal(429)),
            (faults.unavailable, lambda: self.refusal(503)),
            (faults.failing, lambda: self._fail(request, chance)),
            (faults.lost_before, lambda: _LOST),
            (faults.lost_after, lambda: self._lose(request)),
        )
        for share, fate in fates:
            if luck < share:
                return fate()
            luck -= share
        return None

    def _fail(self, request: HttpRequest, chance: rng.Rng) -> Answer:
        if chance.random() < 0.5:
            self.take(request)
        return self.refusal(500)

    def _lose(self, request: HttpRequest) -> Answer:
        self.take(request)
        return _LOST

    # ------------------------------------------------------------ calls to our webhook

    def call(self, inbound: Inbound) -> None:
        """Put a call to our webhook on its way."""
        chance = rng.stream(self.seed, "call", len(self._calls), inbound.body)
        at = len(self._calls)
        if chance.random() < self.faults.reordered:
            at = int(chance.integers(at + 1))
        self._calls.insert(at, inbound)
        if chance.random() < self.faults.doubled:
            self._calls.append(inbound)

    def calls(self) -> list[Inbound]:
        """The calls that are on their way, in the order in which they come; they are gone then."""
        calls, self._calls = self._calls, []
        return calls

    # ------------------------------------------------------------ as a transport

    async def send(self, wires: Sequence[HttpRequest], course: Course) -> list[Answer | None]:
        """The vendor in this process in place of the HTTP transport; slowness takes no time."""
        answers: list[Answer | None] = [None] * len(wires)
        for n, request in enumerate(wires):
            if course.halted() or not await course.begin([n]):
                break
            several = (request, *request.others)
            answers[n] = answer = joined(several, [self.answer(one)[0] for one in several])
            course.answered(n, answer)
        return answers

    async def ask(self, request: HttpRequest) -> Answer:
        """The answer to one request."""
        return self.answer(request)[0]

    async def close(self) -> None:
        """Let go of what has not been called."""
        self._calls.clear()


_LOST = Answer(stage=Stage.GIVEN, text="the line broke", lost=True)


def json_answer(status: int, body: Any, **headers: str) -> Answer:
    """An answer with a JSON body."""
    text = msgspec.json.encode(body).decode()
    return Answer(stage=Stage.GIVEN, code=status, text=text, headers=headers)

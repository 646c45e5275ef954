"""The HTTP transport: one pool of connections for each account, so many requests at once.

It never repeats a request that may have arrived, and it decides nothing: answers go back as they
came. A vendor that fails again and again is left alone (a circuit breaker), then tried with one.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Final

import msgspec

from maracuja.channels.base import Answer, Stage
from maracuja.channels.devices import joined
from maracuja.channels.http import HttpChannel, HttpRequest, secrets_of
from maracuja.model import Scope
from maracuja.runtime.http_lines import Broken, HttpLines, NotOpened
from maracuja.runtime.transport import Course, Places

FAILURES_MAX: Final = 5  # in a row, after which one request alone tries the vendor
ANSWER_BYTES_MAX: Final = 256 * 1024
IDLE_S: Final = 10.0  # shorter than vendors keep a line: a request on a closed one is unknown
SECRET_CHARS_MIN: Final = 6  # shorter ones are no secrets, and would hide half of an answer
# Meta's description wants a name and three numbers; others want a name at all.
USER_AGENT: Final = f"Maracuja/{version('maracuja')}"
BROKEN: Final = "the vendor fails again and again and is left alone"


class HttpTransport:
    """Carries the requests of one account. All calls must come from one event loop."""

    def __init__(self, channel: HttpChannel, now: Callable[[], datetime]) -> None:
        self._channel = channel
        self._settings = channel.settings
        self._now = now
        self._lines = HttpLines(USER_AGENT, idle_s=IDLE_S, answer_bytes_max=ANSWER_BYTES_MAX)
        self._failures = 0
        self._places = Places(self._settings.connections)
        named = [getattr(self._settings, name) for name in secrets_of(type(self._settings))]
        self._secrets = [one for one in named if len(one) >= SECRET_CHARS_MIN]

    async def send(self, wires: Sequence[HttpRequest], course: Course) -> list[Answer | None]:
        """Answers in the order of `wires`; None for those that were not begun."""
        answers: list[Answer | None] = [None] * len(wires)
        fault = await self._log_in()
        if fault is not None:
            answers[0] = fault
            return answers
        trying = self._failures >= FAILURES_MAX
        todo = deque(list(enumerate(wires))[: 1 if trying else None])
        workers = self._places.count(course, len(todo))
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work(todo, answers, course, trying=trying))
        self._tell_broken(answers, course)
        return answers

    async def ask(self, request: HttpRequest) -> Answer:
        """The answer to a question about the account, or to one message sent as a trial."""
        return await self._log_in() or await self._carry(request)

    async def close(self) -> None:
        """Close every connection."""
        self._lines.close()

    # ------------------------------------------------------------ one batch

    async def _work(
        self,
        todo: deque[tuple[int, HttpRequest]],
        answers: list[Answer | None],
        course: Course,
        *,
        trying: bool,
    ) -> None:
        """One request after another from the common queue, until it is empty or all is halted."""
        while todo and not course.halted():
            async with self._places.turn:
                if not todo or (self._failures >= FAILURES_MAX and not trying):
                    return
                n, request = todo.popleft()
                if not await course.begin([n]):
                    return
                answers[n] = answer = await self._carry_all(request)
            course.answered(n, answer)
            failed = all(map(_failed, (answer, *answer.others)))
            self._failures = self._failures + 1 if failed else 0
            result = self._channel.decode(answer)
            if any(one.scope is Scope.ACCOUNT for one in (result, *result.others)):
                todo.clear()  # too many, or refused as a whole: the rest waits with the account

    async def _carry_all(self, request: HttpRequest) -> Answer:
        """The answer to one message, whose requests to several devices go at once."""
        if not request.others:
            return joined((request,), [self._channel.brief(await self._carry(request))])
        several = (request, *request.others)
        answers = await asyncio.gather(*map(self._carry, several))
        return joined(several, [self._channel.brief(one) for one in answers])

    def _tell_broken(self, answers: list[Answer | None], course: Course) -> None:
        """Let the first that was not begun bear the reason: it holds the account for a while."""
        if self._failures < FAILURES_MAX or course.halted() or None not in answers:
            return
        answers[answers.index(None)] = Answer(stage=Stage.CONNECT, text=BROKEN, lost=True)

    async def _log_in(self) -> Answer | None:
        """Ask for what messages need beforehand; why nothing can go, None where all is well."""
        request = self._channel.login(self._now())
        if request is None:
            return None
        answer = await self._carry(request)
        if not answer.lost and self._channel.logged_in(answer, self._now()):
            return None
        return msgspec.structs.replace(answer, stage=Stage.LOGIN)

    async def _carry(self, request: HttpRequest) -> Answer:
        """One request: the vendor's answer, or how far it had got."""
        headers = {**request.headers, **self._channel.credentials()}
        try:
            response = await self._lines.ask(
                request.method, request.url, headers, request.body, self._settings.timeout_s
            )
        except NotOpened as fault:
            return Answer(stage=Stage.CONNECT, text=self._hidden(str(fault)), lost=True)
        except Broken as fault:
            return Answer(stage=Stage.GIVEN, text=self._hidden(str(fault)), lost=True)
        return Answer(
            stage=Stage.GIVEN,
            code=response.status,
            text=self._hidden(response.body.decode("utf-8", "replace")),
            headers=response.headers,
        )

    def _words(self, fault: BaseException) -> str:
        """The kind of fault and its words, with no secret in them."""
        return self._hidden(f"{type(fault).__name__}: {fault}")

    def _hidden(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _failed(answer: Answer) -> bool:
    """Whether the vendor itself is in trouble, whatever the message."""
    return answer.lost or answer.code >= 500

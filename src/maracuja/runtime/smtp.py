"""The SMTP transport: a pool of lines to one server, one mail after another on each.

It never repeats a mail whose outcome it does not know, and it decides nothing: answers go back
as they came, with how far the mail had got.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections import deque
from collections.abc import Sequence
from typing import Final

import aiosmtplib

from maracuja.channels.base import Answer, Mail, Stage
from maracuja.channels.email_settings import EmailSettings
from maracuja.runtime.transport import Course, Places

_DOTS: Final = re.compile(rb"(?m)^\.")
_START: Final = 354
_CLOSING: Final = 421
QUIT_S_MAX: Final = 2.0


class _Line:
    """One connection. `carry` answers for one mail; then `open` says if it can carry more."""

    def __init__(self, settings: EmailSettings) -> None:
        self.carried = 0
        self.open = False
        self._transport: asyncio.BaseTransport | None = None
        self._timeout = settings.timeout_s
        self._most = settings.messages_per_connection
        self._client = aiosmtplib.SMTP(
            hostname=settings.host,
            port=settings.port,
            timeout=settings.timeout_s,
            use_tls=settings.security == "tls",
            start_tls=settings.security == "starttls",
            validate_certs=settings.verify_certificate,
            local_hostname=settings.greeting or settings.sender_domain,
        )
        self._user, self._password = settings.user, settings.password

    async def connect(self) -> Answer | None:
        """Open the line and log in; the reason where that failed."""
        stage = Stage.CONNECT
        try:
            await self._client.connect()
            self._transport = self._client.transport
            stage = Stage.LOGIN
            if self._user:
                await self._client.login(self._user, self._password)
            elif self._client.is_ehlo_or_helo_needed:
                await self._client.ehlo()
            self.open = True
            return None
        except aiosmtplib.SMTPResponseException as refusal:
            answer = Answer(stage=stage, code=refusal.code, text=refusal.message)
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError) as fault:
            answer = Answer(stage=stage, text=_words(fault), lost=True)
        self._drop()
        return answer

    @property
    def spent(self) -> bool:
        """True where it has carried as many mails as one line may."""
        return self.carried >= self._most

    async def carry(self, mail: Mail) -> Answer:
        """Offer one mail and give it; the server's answer, or how far it had got."""
        self.carried += 1
        stage = Stage.SENDER
        client = self._client
        try:
            async with asyncio.timeout(self._timeout):
                said = await client.execute_command(b"MAIL", f"FROM:<{mail.sender}>".encode())
                if said.code < 300:
                    stage = Stage.RECIPIENT
                    to = f"TO:<{mail.recipient}>".encode()
                    said = await client.execute_command(b"RCPT", to)
                if said.code < 300:
                    stage = Stage.CONTENT
                    said = await client.execute_command(b"DATA")
                if said.code == _START and client.protocol is not None:
                    client.protocol.write(_DOTS.sub(b"..", mail.data) + b".\r\n")
                    stage = Stage.GIVEN
                    said = await client.protocol.read_response()
        except (aiosmtplib.SMTPException, OSError) as fault:  # TimeoutError is an OSError
            self._drop()
            return Answer(stage=stage, text=_words(fault), lost=True)
        except asyncio.CancelledError:
            self._drop()
            raise
        await self._settle(stage, said.code)
        return Answer(stage=stage, code=said.code, text=said.message)

    def _drop(self) -> None:
        """Close at once: the farewell of TLS may outlast the loop in which it is said."""
        self.open = False
        self._client.close()
        if isinstance(self._transport, asyncio.WriteTransport):
            self._transport.abort()

    async def _settle(self, stage: Stage, code: int) -> None:
        """Leave the line ready for the next mail, or close it."""
        self.open = self._client.is_connected and code != _CLOSING
        if not self.open:
            self._drop()
        elif stage is not Stage.GIVEN:
            try:
                await self._client.rset()
            except (aiosmtplib.SMTPException, OSError):
                self._drop()

    async def quit(self) -> None:
        """Say good-bye and close."""
        self.open = False
        with contextlib.suppress(aiosmtplib.SMTPException, OSError):
            await self._client.quit(timeout=QUIT_S_MAX)
        self._drop()


class SmtpTransport:
    """Sends mails over at most `connections` lines, which stay open between batches.

    All calls must come from one event loop.
    """

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings
        self._idle: list[_Line] = []
        self._places = Places(settings.connections)

    async def send(self, mails: Sequence[Mail], course: Course) -> list[Answer | None]:
        """Answers in the order of `mails`; None for those that were not begun.

        `course` is asked before each mail and told how it ended. Where no line can be had, the
        first one left bears the reason and the rest are not begun.
        """
        answers: list[Answer | None] = [None] * len(mails)
        todo = deque(enumerate(mails))
        faults: list[Answer] = []
        lines = self._places.count(course, len(mails))
        async with asyncio.TaskGroup() as group:
            for _ in range(lines):
                group.create_task(self._work(todo, answers, faults, course))
        if todo and faults and not course.halted():
            answers[todo[0][0]] = faults[-1]
        return answers

    async def _work(
        self,
        todo: deque[tuple[int, Mail]],
        answers: list[Answer | None],
        faults: list[Answer],
        course: Course,
    ) -> None:
        """One line's share: mails from the common queue until it is empty."""
        async with self._places.turn:
            await self._carry(todo, answers, faults, course)

    async def _carry(
        self,
        todo: deque[tuple[int, Mail]],
        answers: list[Answer | None],
        faults: list[Answer],
        course: Course,
    ) -> None:
        line: _Line | None = None
        try:
            while todo and not course.halted():
                line = await self._ready(line, faults)
                if line is None or not todo or course.halted():
                    break
                n, mail = todo.popleft()
                if not await course.begin([n]):
                    break
                fresh = line.carried == 0
                answer = await line.carry(mail)
                if answer.lost and answer.stage is Stage.SENDER and not fresh:
                    # The server had closed an idle line; nothing of this mail had been offered.
                    todo.appendleft((n, mail))
                    continue
                answers[n] = answer
                course.answered(n, answer)
        finally:
            if line is not None and line.open:
                self._idle.append(line)

    async def _ready(self, line: _Line | None, faults: list[Answer]) -> _Line | None:
        """A line that can carry a mail: this one, an idle one or a new one."""
        if line is None and self._idle:
            line = self._idle.pop()
        if line is not None and line.open and not line.spent:
            return line
        if line is not None and line.open:
            await line.quit()
        line = _Line(self._settings)
        fault = await line.connect()
        if fault is not None:
            faults.append(fault)
            return None
        return line

    async def close(self) -> None:
        """Close every line."""
        lines, self._idle = self._idle, []
        await asyncio.gather(*(line.quit() for line in lines))


def _words(fault: BaseException) -> str:
    return f"{type(fault).__name__}: {fault}"

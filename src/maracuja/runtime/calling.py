"""Signed calls to other programs, again and again until each is taken or a day has passed.

It works beside the worker and never holds up sending. It never connects to an address of a
private network unless the settings allow it, whatever a name resolves to.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic, Protocol, TypeVar
from urllib.parse import urlsplit

import aiohttp
from sqlalchemy import Connection

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpRequest
from maracuja.errors import MaracujaError
from maracuja.model import micros, moment
from maracuja.rng import make_key
from maracuja.runtime.http import USER_AGENT
from maracuja.runtime.public_hosts import PublicResolver
from maracuja.store.engine import Store

RETRY_S: Final = (5, 30, 120, 600, 1800, 3600, 7200, 14_400, 21_600, 28_800)  # over 22 hours
JITTER: Final = 0.2  # of the wait, either way
RETRY_AFTER_S_MAX: Final = 3600.0
TIMEOUT_S: Final = 10.0
AT_ONCE: Final = 16
AT_ONCE_PER_HOST: Final = 4
FAILURES_MAX: Final = 5  # of a host in a row, after which it is left alone
REST_S: Final = (30, 60, 120, 300, 900)
LOOK_S: Final = 1.0
ANSWER_BYTES_MAX: Final = 1_000
GONE: Final = 410  # whoever says so is not called about this again
_log = logging.getLogger("maracuja.calling")


class Owed(Protocol):
    """A call that is to be made: `key` is its own, the same in every attempt."""

    @property
    def url(self) -> str:
        """Where it goes."""
        ...

    @property
    def key(self) -> str:
        """What tells it from every other."""
        ...

    @property
    def attempts(self) -> int:
        """How often it was made in vain."""
        ...


C = TypeVar("C", bound=Owed)


class Book(Protocol[C]):
    """Where the calls are kept that wait, and what became of them. A host is a URL's netloc."""

    def due(self, conn: Connection, now_us: int, *, without: Collection[str]) -> Sequence[C]:
        """The next calls to make, but to these hosts."""
        ...

    def next_due(self, conn: Connection, *, without: Collection[str] = ()) -> int | None:
        """When the next one that waits is due (micros); None where none does."""
        ...

    def taken(self, conn: Connection, calls: Sequence[C]) -> None:
        """The receivers have these."""
        ...

    def later(self, conn: Connection, call: C, next_us: int, answer: str) -> None:
        """It was not taken, and is made again then."""
        ...

    def given_up(self, conn: Connection, call: C, answer: str) -> None:
        """It is not made again."""
        ...


Wire = Callable[[C, datetime], HttpRequest]
"""The signed request of a call. Raises MaracujaError where it may not be made any more."""


@dataclass
class _Host:
    """How a receiver fares: `until` it is left alone, then tried with one call."""

    failures: int = 0
    until: datetime | None = None


class CallWork(Generic[C]):
    """Makes the calls that are due. All calls of its methods come from one event loop."""

    def __init__(self, store: Store, book: Book[C], wire: Wire[C], *, private: bool) -> None:
        self._store = store
        self._book = book
        self._wire = wire
        self._private = private
        self._hosts: dict[str, _Host] = {}
        self._session: aiohttp.ClientSession | None = None

    async def step(self, now: datetime) -> datetime | None:
        """Make one batch of calls; when to come again, None: when there is something new."""
        resting = [name for name, host in self._hosts.items() if _rests(host, now)]
        with self._store.read() as conn:
            owed = self._book.due(conn, micros(now), without=resting)
        calls = self._trials(owed)
        answers = await self._made(calls, now)
        if calls:
            with self._store.write() as conn:
                for call, answer in zip(calls, answers, strict=True):
                    self._note(conn, call, answer, now)
            return now
        return self._next(now)

    async def close(self) -> None:
        """Close every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    # ------------------------------------------------------------ which

    def _trials(self, calls: Sequence[C]) -> list[C]:
        """The calls to make: one alone to a host that has failed again and again."""
        found: list[C] = []
        tried: set[str] = set()
        for call in calls:
            name = _host_of(call)
            broken = self._hosts.get(name, _Host()).failures >= FAILURES_MAX
            if not (broken and name in tried):
                found.append(call)
                tried.add(name)
        return found

    def _next(self, now: datetime) -> datetime | None:
        """When the next one is due, of a host that rests: when it may be tried."""
        resting = {name: host for name, host in self._hosts.items() if _rests(host, now)}
        with self._store.read() as conn:
            due_us = self._book.next_due(conn, without=resting)
            waits = due_us is not None or self._book.next_due(conn) is not None
        ends = [host.until for host in resting.values() if host.until is not None]
        due = [] if due_us is None else [moment(due_us)]
        return max(min([*due, *ends]), now) if waits and (due or ends) else None

    # ------------------------------------------------------------ the calls

    async def _made(self, calls: Sequence[C], now: datetime) -> list[Answer]:
        """The answers to these calls, so many at once."""
        room = asyncio.Semaphore(AT_ONCE)
        hosts = {_host_of(call): asyncio.Semaphore(AT_ONCE_PER_HOST) for call in calls}

        async def make(call: C) -> Answer:
            async with room, hosts[_host_of(call)]:
                try:
                    wire = self._wire(call, now)
                except MaracujaError as fault:
                    return Answer(stage=Stage.CONNECT, text=fault.message, code=GONE)
                return await _carry(self._open(), wire)

        return list(await asyncio.gather(*map(make, calls)))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = _session(private=self._private)
        return self._session

    # ------------------------------------------------------------ what they mean

    def _note(self, conn: Connection, call: C, answer: Answer, now: datetime) -> None:
        """Write down what an answer means for the call and its host."""
        host = self._hosts.setdefault(_host_of(call), _Host())
        if not answer.lost and 200 <= answer.code < 300:
            self._hosts.pop(_host_of(call))
            self._book.taken(conn, [call])
            return
        words = f"{answer.code or ''} {' '.join(answer.text.split())}".strip()
        if answer.code == GONE:
            self._book.given_up(conn, call, words)
            return
        if answer.lost or answer.code >= 500 or answer.code == 429:
            host.failures += 1
            over = host.failures - FAILURES_MAX
            if over >= 0:
                rest_s = REST_S[min(over, len(REST_S) - 1)]
                host.until = now + timedelta(seconds=rest_s)
        at = retry_at(call, answer, now)
        if at is None:
            self._book.given_up(conn, call, words)
        else:
            self._book.later(conn, call, micros(at), words)


async def call_once(wire: HttpRequest, *, private: bool) -> Answer:
    """Make one call by itself: for trials."""
    async with _session(private=private) as session:
        return await _carry(session, wire)


async def _carry(session: aiohttp.ClientSession, wire: HttpRequest) -> Answer:
    try:
        async with session.request(
            wire.method, wire.url, data=wire.body, headers=wire.headers, allow_redirects=False
        ) as response:
            body = await response.content.read(ANSWER_BYTES_MAX)
            return Answer(
                stage=Stage.GIVEN,
                code=response.status,
                text=body.decode("utf-8", "replace").replace("\0", ""),
                headers={name.lower(): value for name, value in response.headers.items()},
            )
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as fault:
        return Answer(stage=Stage.CONNECT, text=f"{type(fault).__name__}: {fault}", lost=True)


def _session(*, private: bool) -> aiohttp.ClientSession:
    resolver = None if private else PublicResolver()
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=AT_ONCE, resolver=resolver, use_dns_cache=False),
        timeout=aiohttp.ClientTimeout(total=TIMEOUT_S),
        headers={"User-Agent": USER_AGENT},
        cookie_jar=aiohttp.DummyCookieJar(),
    )


def retry_at(call: Owed, answer: Answer, now: datetime) -> datetime | None:
    """When to call again; None: it has been tried for a day."""
    if call.attempts >= len(RETRY_S):
        return None
    chance = (make_key("status", call.key, call.attempts) % 10_000) / 5_000
    wait_s = RETRY_S[call.attempts] * (1 + JITTER * (chance - 1))
    asked = answer.headers.get("retry-after", "")
    if asked.isdigit() and asked.isascii() and len(asked) < 9:
        wait_s = max(wait_s, min(float(asked), RETRY_AFTER_S_MAX))
    return now + timedelta(seconds=wait_s)


class Working(Protocol):
    """What a thread runs: one step after the other."""

    async def step(self, now: datetime) -> datetime | None:
        """Do what is due; when to come again, None: when there is something new."""
        ...

    async def close(self) -> None:
        """End it."""
        ...


class CallThread:
    """Runs the work beside the worker, from `start` to `stop`."""

    def __init__(self, work: Working, now: Callable[[], datetime], name: str) -> None:
        self._work = work
        self._now = now
        self._name = name
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to call."""
        self._done.clear()
        self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the calls under way end, and begin no more."""
        self._done.set()
        if self._thread is not None:
            self._thread.join(TIMEOUT_S + LOOK_S)

    def _run(self) -> None:
        asyncio.run(self._loop())

    async def _loop(self) -> None:
        while not self._done.is_set():
            now = self._now()
            try:
                due = await self._work.step(now)
            except Exception:  # what waits stays: the next look tries again
                _log.exception("Calling other programs (%s) failed.", self._name)
                due = None
            if due is None or due > now:
                await asyncio.to_thread(self._done.wait, LOOK_S)
        await self._work.close()


def _rests(host: _Host, now: datetime) -> bool:
    return host.until is not None and host.until > now


def _host_of(call: Owed) -> str:
    return urlsplit(call.url).netloc

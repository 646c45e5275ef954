"""How many messages may go now: what an account and each host has had lately, and pauses.

It never waits: it says who goes, and when the others may.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final

HOSTS_MAX: Final = 50_000
KEPT: Final = 0.1  # of a second's worth stays for what goes first: a code never waits for a sale
KEPT_FROM: Final = 5.0  # messages a second; slower accounts have nothing to spare


class Window:
    """`rate_per_s` messages in any second, wherever it begins; rate 0: no limit.

    Slower rates than one a second let one go in the time of one. `kept` of them stay for those who
    ask first: the others find room only where there is more.
    """

    def __init__(self, rate_per_s: float, *, kept: int = 0) -> None:
        self.rate_per_s = rate_per_s
        self.kept = kept
        self._room = max(ceil(rate_per_s), 1)
        self._span = timedelta(seconds=self._room / rate_per_s) if rate_per_s else timedelta()
        self._spent: deque[tuple[datetime, int]] = deque()  # when, how many
        self._used = 0
        self._at: datetime | None = None

    def available(self, now: datetime) -> float:
        """How many may go now."""
        if not self.rate_per_s:
            return float("inf")
        self._at = now if self._at is None else max(now, self._at)
        while self._spent and self._spent[0][0] + self._span <= self._at:
            self._used -= self._spent.popleft()[1]
        return float(max(self._room - self._used, 0))

    def take(self, n: int, now: datetime) -> int:
        """Let up to n go; how many may."""
        if not self.rate_per_s:
            return n
        given = int(min(n, self.available(now)))
        self._note(given)
        return given

    def spend(self, n: int, now: datetime) -> bool:
        """Let n go at once or none; what is more than there is ever room for is owed."""
        if self.available(now) < min(n, self._room):
            return False
        if self.rate_per_s:
            self._note(n)
        return True

    def ready_at(self, now: datetime, n: int = 1) -> datetime:
        """When n may go at once: `now` where they may."""
        lacking = min(n, self._room) - self.available(now)
        if lacking <= 0:
            return now
        for at, spent in self._spent:
            lacking -= spent
            if lacking <= 0:
                return at + self._span
        return now + self._span

    def _note(self, n: int) -> None:
        """Count n as gone; what is beyond the room counts for the time after this one."""
        assert self._at is not None
        self._used += n
        at = self._at
        while n > 0:
            part = min(n, self._room)
            if self._spent and self._spent[-1][0] == at:
                self._spent[-1] = (at, self._spent[-1][1] + part)
            else:
                self._spent.append((at, part))
            n, at = n - part, at + self._span


class Limits:
    """The rates of one account, in all and to each host; a host that asks for peace is paused.

    What goes `first` may use the whole rate, all else leaves a part of it.
    """

    def __init__(self, rate_per_s: float = 0.0, host_rate_per_s: float = 0.0) -> None:
        kept = max(1, int(rate_per_s * KEPT)) if rate_per_s >= KEPT_FROM else 0
        self._account = Window(rate_per_s, kept=kept)
        self._host_rate = host_rate_per_s
        self._hosts: dict[str, Window] = {}
        self._horizon: dict[str, datetime] = {}  # up to where a host's later ones are lined up
        self._paused: dict[str, datetime] = {}

    def room(self, now: datetime, *, first: bool = False) -> float:
        """How many messages the account may send now."""
        return max(self._account.available(now) - self._kept(first=first), 0.0)

    def ready_at(self, now: datetime, *, first: bool = False) -> datetime:
        """When the account may send again."""
        return self._account.ready_at(now, 1 + self._kept(first=first))

    def _kept(self, *, first: bool) -> int:
        return 0 if first else self._account.kept

    def pause(self, host: str, until: datetime) -> None:
        """Send nothing to a host until then."""
        self._paused[host] = max(until, self._paused.get(host, until))

    def admit(
        self,
        hosts: Sequence[str],
        now: datetime,
        weights: Sequence[int] = (),
        *,
        first: bool = False,
    ) -> list[datetime | None]:
        """For each message in order: None where it goes now, else when to try it.

        `weights` are the requests that each message is, one by default.

        Those that a host's rate holds back are lined up one after another, so that none of them
        is moved again and again.
        """
        self._forget(now)
        each = weights or [1] * len(hosts)
        kept = self._kept(first=first)
        return [self._admit(host, now, n, kept) for host, n in zip(hosts, each, strict=True)]

    def _admit(self, host: str, now: datetime, n: int, kept: int) -> datetime | None:
        paused = self._paused.get(host)
        if paused is not None and paused > now:
            return self._line_up(host, paused)
        ready = self._account.ready_at(now, n + kept)
        if ready > now:
            return ready
        if self._host_rate:
            bucket = self._hosts.setdefault(host, Window(self._host_rate))
            if not bucket.take(1, now):
                return self._line_up(host, bucket.ready_at(now))
        self._account.spend(n, now)
        return None

    def _line_up(self, host: str, earliest: datetime) -> datetime:
        if not self._host_rate:
            return earliest
        step = timedelta(seconds=1 / self._host_rate)
        at = max(earliest, self._horizon.get(host, earliest - step) + step)
        self._horizon[host] = at
        return at

    def _forget(self, now: datetime) -> None:
        """Drop what no longer limits anybody, so that memory does not grow with domains."""
        if len(self._hosts) + len(self._paused) + len(self._horizon) < HOSTS_MAX:
            return
        second = timedelta(seconds=1)
        self._paused = {host: at for host, at in self._paused.items() if at > now}
        self._horizon = {host: at for host, at in self._horizon.items() if at > now}
        self._hosts = {h: b for h, b in self._hosts.items() if b.ready_at(now) > now - second}
        if len(self._hosts) >= HOSTS_MAX:
            self._hosts.clear()

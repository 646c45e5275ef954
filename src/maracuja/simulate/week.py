"""The week after a campaign: simulated people read, click, order and leave, through real links."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import numpy as np
import polars as pl

from maracuja.simulate.reactions import Truths, order_moments, react
from maracuja.simulate.sink import Received
from maracuja.simulate.visits import browsing, requests, visit_calls

Scope = MutableMapping[str, Any]
Asgi = Callable[[Scope, Callable[..., Any], Callable[..., Any]], Awaitable[None]]

PIXEL: Final = re.compile(r'src="(https?://[^"]+/o/[^"]+)"')
PERSON: Final = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/129.0 Mobile Safari"
MACHINE: Final = "Mozilla/5.0 (Windows NT 5.1) Firefox/11.0 (via ggpht.com GoogleImageProxy)"


class Press(NamedTuple):
    """Something that a person (or their mailbox) does with a message, at a naive UTC moment."""

    at: datetime
    method: str
    url: str
    agent: str


@dataclass
class Mailboxes:
    """What arrived for each simulated person: row number -> the first message and its moment."""

    rows: dict[str, int]  # e-mail address -> row number
    messages: dict[int, Received] = field(default_factory=dict)
    arrived: dict[int, datetime] = field(default_factory=dict)

    def deliver(self, received: list[Received], now: datetime) -> None:
        """Put messages into their mailboxes."""
        for one in received:
            row = self.rows[one.to]
            self.messages.setdefault(row, one)
            self.arrived.setdefault(row, now.replace(tzinfo=None))

    def moments(self, size: int) -> pl.Series:
        """When each person's message arrived (naive UTC), null for those without."""
        return pl.Series([self.arrived.get(row) for row in range(size)], dtype=pl.Datetime("us"))


def presses(mailboxes: Mailboxes, reactions: pl.DataFrame) -> list[Press]:
    """Every opening, click and leaving, in time order."""
    made: list[Press] = []
    for row, message in sorted(mailboxes.messages.items()):
        machine, read, clicked, left = reactions.row(row)
        pixel = PIXEL.search(message.html)
        pages = [link for link in message.links if urlsplit(link).path.startswith(("/c/", "/s/"))]
        if pixel is not None:
            made += [Press(machine, "GET", pixel[1], MACHINE)] if machine else []
            made += [Press(read, "GET", pixel[1], PERSON)] if read else []
        if clicked and pages:
            made.append(Press(clicked, "GET", pages[0], PERSON))
        if left and message.unsubscribe:
            made.append(Press(left, "POST", message.unsubscribe, PERSON))
    return sorted(made)


def week_calls(
    seed: int,
    label: str,
    people: pl.DataFrame,
    goods: pl.DataFrame,
    orders: Truths,
    since: datetime,
    clicked: pl.Series,
    days: int,
) -> list[tuple[datetime, bytes]]:
    """Requests of the week: everybody browses, `orders` says who orders after `since`."""
    begin = pl.Series([since.replace(tzinfo=None)] * people.height, dtype=pl.Datetime("us"))
    moments = order_moments(seed, label, orders, begin, clicked)
    rows = np.flatnonzero(moments.is_not_null().to_numpy())
    ordered = pl.DataFrame(
        {
            "visit": [f"{label} order {row}" for row in rows],
            "row": rows,
            "category": people["passion"].gather(rows),
            "ordered": np.full(len(rows), fill_value=True),
            "ts": moments.gather(rows),
        }
    )
    looking = browsing(seed, label, people, since.date(), days)
    looking = looking.filter(pl.col("ts") > since.replace(tzinfo=None))
    visits = pl.concat([looking, ordered.select(looking.columns)]).sort("ts", "visit")
    return requests(visit_calls(seed, label, visits, people, goods))


def reactions_of(
    seed: int, label: str, people: pl.DataFrame, reads: Truths, mailboxes: Mailboxes
) -> pl.DataFrame:
    """What everybody does with what arrived for them; see `reactions.react`."""
    return react(seed, label, people, reads, mailboxes.moments(people.height))


class Browser:
    """Presses links of an ASGI application in this process, at simulated moments."""

    def __init__(self, application: Asgi) -> None:
        self._application = application
        self._runner = asyncio.Runner()

    def close(self) -> None:
        """End the event loop."""
        self._runner.close()

    def press(self, press: Press) -> int:
        """Do it; returns the status of the answer."""
        return self._runner.run(self._press(press))

    async def _press(self, press: Press) -> int:
        parts = urlsplit(press.url)
        body = b"List-Unsubscribe=One-Click" if press.method == "POST" else b""
        headers = [
            (b"host", parts.netloc.encode()),
            (b"user-agent", press.agent.encode()),
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"content-length", str(len(body)).encode()),
        ]
        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": press.method,
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "root_path": "",
            "query_string": parts.query.encode(),
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "server": (parts.hostname, parts.port),
        }
        status = 0

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])

        await self._application(scope, receive, send)
        return status

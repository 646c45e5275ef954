"""Tells other programs of events: signed calls of several events each, until they are taken."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection

from maracuja.campaigns.outbound import Outbound, secret_names
from maracuja.channels.http import HttpRequest
from maracuja.channels.signing import SIGNATURE, signature
from maracuja.channels.telling import IDEMPOTENCY, check_receiver
from maracuja.config import Messages
from maracuja.errors import NotFound
from maracuja.rng import make_id
from maracuja.runtime.announcing import hooks_in_force
from maracuja.runtime.calling import CallThread, CallWork
from maracuja.store import keys, outbound
from maracuja.store.engine import Store
from maracuja.store.outbound import Owed

EXAMPLE: Final = {
    "type": "track",
    "event": "Webhook Tested",
    "messageId": "example",
    "userId": "1001",
    "properties": {"revenue": 100},
}


def secrets_of(hook: Outbound, key_secret: str) -> list[str]:
    """The secrets that sign the calls of a webhook, the one in force first."""
    return [keys.signing_secret(key_secret, name) for name in secret_names(hook)]


def request(owed: Owed, secrets: Sequence[str], now: datetime) -> HttpRequest:
    """The signed POST of some events; signed by each secret while one is being changed."""
    name = make_id("outbound", owed.hook, *owed.events).hex()
    raw = [msgspec.Raw(body) for body in owed.bodies]
    body = msgspec.json.encode({"id": name, "webhook": owed.hook, "events": raw})
    at_s = int(now.timestamp())
    signed = [signature(secret, at_s, body) for secret in secrets]
    also = [one.partition(",")[2] for one in signed[1:]]
    return HttpRequest(
        url=owed.url,
        headers={
            "content-type": "application/json",
            IDEMPOTENCY: name,
            SIGNATURE: ",".join([signed[0], *also]),
        },
        body=body,
        message_id=b"",
    )


class _Book:
    """The events that wait, a call for each receiver at a time."""

    def __init__(self) -> None:
        self._now_us = 0
        self.hooks: dict[str, Outbound] = {}

    def due(self, conn: Connection, now_us: int, *, without: Collection[str]) -> list[Owed]:
        """One call for each receiver that is due, but to these hosts."""
        self._now_us = now_us
        found = (
            outbound.due(conn, hook.id, hook.url, now_us, rows_max=hook.batch)
            for hook in self._waiting(conn, without)
        )
        return [owed for owed in found if owed is not None]

    def next_due(self, conn: Connection, *, without: Collection[str] = ()) -> int | None:
        """When the next one that waits is due (micros); None where none does."""
        return outbound.next_due(conn, [hook.id for hook in self._waiting(conn, without)])

    def taken(self, conn: Connection, calls: Sequence[Owed]) -> None:
        """The receivers have these."""
        for owed in calls:
            outbound.taken(conn, owed, self._now_us)

    def later(self, conn: Connection, call: Owed, next_us: int, answer: str) -> None:
        """It was not taken, and is made again then."""
        outbound.later(conn, call, next_us, answer, self._now_us)

    def given_up(self, conn: Connection, call: Owed, answer: str) -> None:
        """It is not made again."""
        outbound.given_up(conn, call, answer, self._now_us)

    def _waiting(self, conn: Connection, without: Collection[str]) -> list[Outbound]:
        """The webhooks that something waits for and that are not held."""
        names = outbound.waiting(conn)
        self.hooks = {hook.id: hook for hook in hooks_in_force(conn)} if names else {}
        asked = [self.hooks[name] for name in names if name in self.hooks]
        return [h for h in asked if not h.paused and urlsplit(h.url).netloc not in without]


def make_outbound_work(store: Store, settings: Messages, key_secret: str) -> CallWork[Owed]:
    """What tells other programs of events, for as long as their webhooks stand."""
    book = _Book()

    def wire(owed: Owed, now: datetime) -> HttpRequest:
        hook = book.hooks.get(owed.hook)
        if hook is None:
            raise NotFound(f"There is no outbound webhook `{owed.hook}` any more.")
        secrets = secrets_of(hook, key_secret)
        check_receiver(owed.url, secrets[0], private=settings.private_receivers, where="url")
        return request(owed, secrets, now)

    return CallWork(store, book, wire, private=settings.private_receivers)


def outbound_thread(
    store: Store, settings: Messages, key_secret: str, now: Callable[[], datetime]
) -> CallThread:
    """The same in a thread beside the worker."""
    return CallThread(make_outbound_work(store, settings, key_secret), now, "outbound webhooks")

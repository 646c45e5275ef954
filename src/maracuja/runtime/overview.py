"""How the workspace does, in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from maracuja.config import Config
from maracuja.model import micros
from maracuja.runtime.campaign_status import Sending, sending
from maracuja.store import (
    definitions,
    inbox,
    leases,
    outbox,
    people,
    products,
    refused,
    watermarks,
)
from maracuja.store.engine import Store


@dataclass(frozen=True)
class Overview:
    """Counts of the moment; `worker` is who holds the lease, '' where nobody works."""

    shop: str
    people: int
    products: int
    campaigns: int
    requests_waiting: int
    events_refused: int
    messages_left: int
    sending: Sending
    worker: str


def overview(store: Store, config: Config, now: datetime) -> Overview:
    """How the workspace does now."""
    with store.read() as conn:
        lease = leases.current(conn, leases.WORKER)
        passed = watermarks.get(conn, "inbox")
        seen = Overview(
            shop=config.shop.name,
            people=people.count(conn),
            products=products.count(conn),
            campaigns=len(definitions.current(conn, "campaign")),
            requests_waiting=0,
            events_refused=sum(refused.counts(conn).values()),
            messages_left=outbox.left(conn),
            sending=sending(conn),
            worker=lease.holder if lease and lease.until_us > micros(now) else "",
        )
    with store.read_inbox() as conn:
        return replace(seen, requests_waiting=inbox.size(conn, passed))

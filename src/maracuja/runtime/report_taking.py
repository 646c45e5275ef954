"""A mail that came back to us, kept as what it says: a bounce, a complaint, a word of leaving.

It says that a mail was taken only once what it tells is durable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.clock import Clock
from maracuja.ingest.deliveries import encode_deliveries
from maracuja.links.tokens import Ticket
from maracuja.model import DeliveryEvent, micros
from maracuja.runtime import mail_replies
from maracuja.store import inbox
from maracuja.store.engine import Store


class ReportTaking:
    """Takes mails one by one, in any thread. `leave` takes a person out who has asked for it."""

    def __init__(
        self,
        store: Store,
        channel: Email,
        clock: Clock,
        leave: Callable[[Ticket, datetime], object],
    ) -> None:
        self._store, self._channel, self._clock, self._leave = store, channel, clock, leave

    def take(self, inbound: Inbound) -> bool:
        """Keep what a mail says; whether it said anything.

        Raises WebhookRejected where it is no mail of ours, Stranger for an answer from elsewhere.
        """
        now = self._clock.now()
        leaving = self._channel.parse_leaving(inbound)
        if leaving is not None:
            self._leave(leaving, now)
            return True
        reply = self._channel.parse_reply(inbound)
        if reply is not None:
            mail_replies.take(self._store, reply, now)
            return True
        events = self._channel.parse_inbound(inbound, now)
        if not events:
            return False
        keep(self._store, events, now)
        return True


def keep(store: Store, events: Sequence[DeliveryEvent], now: datetime) -> None:
    """Put what was told of messages into the inbox; it is durable when this returns."""
    row = inbox.Request(
        received_us=micros(now),
        call="delivery",
        key_kind="internal",
        context=b"{}",
        body=encode_deliveries(events),
    )
    with store.write_inbox() as conn:
        inbox.append(conn, [row])

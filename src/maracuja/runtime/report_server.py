"""A small SMTP server for bounces, complaints, leaving and answers: our bounce domain's MX.

It answers 250 only once what a mail says is durable, and takes no other mail.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime
from typing import Final

from aiosmtpd.smtp import SMTP, Envelope, Session

from maracuja.channels.base import Inbound
from maracuja.channels.email import Email
from maracuja.channels.email_replies import REPLY_BYTES_MAX
from maracuja.clock import Clock
from maracuja.errors import WebhookRejected
from maracuja.links.tokens import Ticket
from maracuja.runtime import mail_replies
from maracuja.runtime.mail_server import MailServer
from maracuja.runtime.report_taking import ReportTaking
from maracuja.store.engine import Store

RECIPIENTS_MAX: Final = 10

NOT_OURS: Final = "550 5.1.1 Only bounces and reports are taken here"
STRANGER: Final = "550 5.7.1 Please answer from the address that our mail came to"
LATER: Final = "451 4.3.0 Cannot keep it now, try again later"
TAKEN: Final = "250 2.0.0 Taken"


class ReportServer:
    """Listens on host and port, in a thread of its own, for reports on one channel's mail.

    `leave` takes a person out who has written to their address for that.
    """

    def __init__(
        self,
        store: Store,
        channel: Email,
        clock: Clock,
        leave: Callable[[Ticket, datetime], object],
        *,
        host: str,
        port: int,
    ) -> None:
        self._taking = ReportTaking(store, channel, clock, leave)
        self._host, self._port = host, port
        self._server: MailServer | None = None

    def start(self) -> None:
        """Begin to listen. Raises OSError where the port is taken."""
        # The controller would say so only after seconds, and leave its event loop open.
        family = socket.AF_INET6 if ":" in self._host else socket.AF_INET
        socket.create_server((self._host, self._port), family=family).close()
        self._server = MailServer(
            self, self._host, self._port, data_size_limit=REPLY_BYTES_MAX, ident="Maracuja"
        )
        self._server.start()

    def stop(self) -> None:
        """Stop listening and end the thread."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take a few recipients; whose they are is seen when the report is read."""
        if len(envelope.rcpt_tos) >= RECIPIENTS_MAX:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Read the report, keep what it says, and only then say that it was taken."""
        raw = envelope.original_content or b""
        sender = envelope.mail_from or ""
        inbound = Inbound(body=raw, recipient=" ".join(envelope.rcpt_tos), sender=sender)
        try:
            await asyncio.to_thread(self._taking.take, inbound)
            return TAKEN
        except mail_replies.Stranger:
            return STRANGER
        except WebhookRejected:
            return NOT_OURS
        except Exception:  # the sender must keep what we could not
            return LATER

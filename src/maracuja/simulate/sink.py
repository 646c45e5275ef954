"""A local SMTP server for the demo: it takes every message and remembers what it needs of it."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message

from aiosmtpd.smtp import SMTP, Envelope, Session

from maracuja.runtime.mail_server import MailServer

LINK = re.compile(r"https?://[^\s\"'<>]+")
MAILBOX_FULL = "452 4.2.2 The mailbox is full, try later"
NO_SUCH_USER = "550 5.1.1 No such user"


@dataclass
class Received:
    """One message as its reader's mailbox has it."""

    to: str
    message_id: str
    subject: str
    text: str
    html: str
    unsubscribe: str  # the https address of List-Unsubscribe
    links: list[str] = field(default_factory=list)

    @classmethod
    def parse(cls, to: str, raw: bytes) -> Received:
        """Read the parts that a simulated person looks at."""
        message = message_from_bytes(raw)
        text, html = _part(message, "text/plain"), _part(message, "text/html")
        unsubscribe = LINK.search(str(message.get("List-Unsubscribe", "")))
        links = re.findall(r'href="(https?://[^"]+)"', html) or LINK.findall(text)
        return cls(
            to=to,
            message_id=str(message["Message-ID"]),
            subject=str(make_header(decode_header(message["Subject"]))),
            text=text,
            html=html,
            unsubscribe=unsubscribe.group(0) if unsubscribe else "",
            links=[link.replace("&amp;", "&") for link in links],
        )


def _part(message: Message, kind: str) -> str:
    """The text of the first part of that kind; '' where there is none."""
    for part in message.walk():
        if part.get_content_type() == kind:
            raw = part.get_payload(decode=True)
            return raw.decode(errors="replace") if isinstance(raw, bytes) else ""
    return ""


class MailSink:
    """An SMTP server on loopback that keeps raw messages in memory, in order of arrival.

    `refuse` answers recipients whose local part begins with `gone` for good and the first try of
    those with `full` for now, as real servers do.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._messages: list[tuple[str, bytes]] = []
        self._lock = threading.Lock()
        self._tried: set[str] = set()
        self._server = MailServer(self, host, port)
        self.port = self._server.port

    def __enter__(self) -> MailSink:
        self._server.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.stop()

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        if address.startswith("gone"):
            return NO_SUCH_USER
        if address.startswith("full") and address not in self._tried:
            self._tried.add(address)
            return MAILBOX_FULL
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the message."""
        raw = envelope.content
        content = raw.encode() if isinstance(raw, str) else raw or b""
        with self._lock:
            self._messages += [(to, content) for to in envelope.rcpt_tos]
        return "250 2.0.0 OK"

    def take(self) -> list[Received]:
        """Everything that arrived since the last call."""
        with self._lock:
            taken, self._messages = self._messages, []
        return [Received.parse(to, raw) for to, raw in taken]

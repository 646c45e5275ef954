"""E-mail: a message as MIME with the headers of bulk mail, and what servers answer to it."""

from __future__ import annotations

import html
import re
from datetime import datetime
from email.utils import parseaddr
from typing import ClassVar

from maracuja.channels import email_mime as mime
from maracuja.channels.base import Answer, Channel, Inbound, Mail
from maracuja.channels.email_bounces import LEAVE_PREFIX, parse_leaving, parse_report
from maracuja.channels.email_dkim import DkimSigner
from maracuja.channels.email_enclosed import with_enclosed
from maracuja.channels.email_postfix_log import PostfixLog
from maracuja.channels.email_replies import REPLY_PREFIX, MailReply, parse_reply
from maracuja.channels.email_results import classify
from maracuja.channels.email_settings import EmailSettings
from maracuja.errors import UnsupportedFeature
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import (
    Capabilities,
    Content,
    DeliveryEvent,
    Message,
    Record,
    SendResult,
    Status,
)

_BODY_TAG = re.compile(r"<body[^>]*>", re.IGNORECASE)
_NOT_A_TOKEN = re.compile(r"[^A-Za-z0-9._-]+")

# What only we may set: a template's own headers cannot stand in for them.
_RESERVED = (
    "from to cc bcc sender subject date message-id reply-to return-path received dkim-signature "
    "mime-version content-type content-transfer-encoding list-unsubscribe list-unsubscribe-post "
    "list-id feedback-id precedence auto-submitted in-reply-to references"
)
RESERVED = frozenset(_RESERVED.split(" "))


class Email(Channel[Mail]):
    """Mail over SMTP. `ring` signs bounce addresses; `dkim_key` is PEM, empty: not signed here."""

    name: ClassVar[str] = "email"
    code: ClassVar[int] = 1
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=200_000,
        subject_chars_max=500,
        html=True,
        bytes_max=2_000_000,
        enclosed=10,
        enclosed_bytes_max=7_000_000,  # ten million in base64: what even small mailboxes take
        receipts=frozenset(
            {Status.SENT, Status.BOUNCED, Status.COMPLAINED, Status.READ, Status.CLICKED}
        ),
        honours_our_id=False,
        address_kind="email",
    )
    Settings: ClassVar[type[Record]] = EmailSettings

    def __init__(self, settings: EmailSettings, ring: KeyRing, dkim_key: bytes = b"") -> None:
        self.settings = settings
        self._ring = ring
        self._domain = settings.sender_domain
        self._envelope_domain = settings.envelope_domain
        self._from = mime.mailbox_header("From", settings.sender)
        self._reply_to = _reply_to(settings.reply_to)
        self._signer = (
            DkimSigner(settings.dkim_domain, settings.dkim_selector, dkim_key)
            if settings.dkim_domain
            else None
        )

    def host(self, address: str) -> str:
        """The domain of the address, in lower case."""
        return address.rpartition("@")[2].lower()

    def message_id(self, message: Message) -> str:
        """The Message-ID header's value: made from our id, so that a retry carries the same."""
        return f"<{message.id.hex()}@{self._domain}>"

    def envelope_sender(self, message: Message) -> str:
        """The bounce address of one message: its token says which message came back."""
        return self._address(self.settings.bounce_prefix, Purpose.BOUNCE, message)

    def reply_address(self, message: Message) -> str:
        """Where answers to one message are heard."""
        return self._address(REPLY_PREFIX, Purpose.REPLY, message)

    def _address(self, prefix: str, purpose: Purpose, message: Message) -> str:
        ticket = Ticket(purpose=purpose, message=message.id, pid=message.pid, run=message.run)
        return f"{prefix}+{self._ring.sign(ticket)}@{self._envelope_domain}"

    def _encode(self, message: Message, now: datetime) -> Mail:
        recipient = mime.wire_address(message.to.value)
        sender = self.envelope_sender(message)
        kind, body = self._body(message.content, message.id)
        enclosed = len(body)
        kind, body = with_enclosed((kind, body), message.content.enclosed, message.id.hex())
        enclosed = len(body) - enclosed
        fields = [
            self._from_header(message.sender) if message.sender else self._from,
            mime.header("To", recipient),
            mime.header("Subject", message.content.subject),
            mime.header("Date", mime.date(now)),
            mime.plain_header("Message-ID", self.message_id(message)),
            self._answers_to(message),
            *self._thread(message),
            *self._list_headers(message),
            mime.header("Content-Language", message.language) if message.language else b"",
            mime.plain_header("X-Report-Token", sender),
            *self._own_headers(message),
            b"MIME-Version: 1.0\r\n",
            *_split_fields(kind),
        ]
        fields = [field for field in fields if field]
        if self._signer:
            fields.insert(0, self._signer.sign(fields, body, now))
        data = b"".join(fields) + b"\r\n" + body
        if len(data) - enclosed > self.can.bytes_max:
            raise UnsupportedFeature(
                f"The mail has {len(data)} octets; {self.can.bytes_max} is the most that is sent.",
                where="html",
                fix="Link to pictures instead of embedding them.",
            )
        return Mail(message_id=message.id, sender=sender, recipient=recipient, data=data)

    def _from_header(self, sender: str) -> bytes:
        """A sender of the message's own, which must be at home where the channel's is."""
        domain = parseaddr(sender)[1].rpartition("@")[2].lower()
        home = self.settings.dkim_domain.lower() or self._domain
        if not f".{domain}".endswith(f".{home}"):
            raise UnsupportedFeature(
                f"The sender `{sender[:80]}` is not at {home}.",
                where="sender",
                fix="Use an address of that domain: receivers refuse mail signed by another.",
            )
        return mime.mailbox_header("From", sender)

    def _answers_to(self, message: Message) -> bytes:
        """Where answers go: as the campaign says, to where they are heard, as the settings say."""
        if message.reply_to or not self.settings.hear_replies:
            return _reply_to(message.reply_to) or self._reply_to
        name = parseaddr(message.sender or self.settings.sender)[0]
        return mime.named_header("Reply-To", name, self.reply_address(message))

    def _thread(self, message: Message) -> list[bytes]:
        """What a mail program needs to show an answer below what it answers (RFC 5322, 3.6.4)."""
        named = [one if one[:1] == "<" else f"<{one}@{self._domain}>" for one in message.thread]
        if not named:
            return []
        return [
            mime.plain_header("In-Reply-To", named[-1]),
            b"References: " + b"\r\n ".join(one.encode() for one in named) + b"\r\n",
        ]

    def _list_headers(self, message: Message) -> list[bytes]:
        """What marks bulk mail and offers the way out, or marks a transactional one."""
        if message.human:
            return []
        if not message.marketing:
            return [b"Auto-Submitted: auto-generated\r\n"]
        if not message.unsubscribe_url.startswith(("https://", "http://")):
            raise UnsupportedFeature(
                "A marketing mail needs an address for unsubscribing.", where="unsubscribe_url"
            )
        ways = f"<{message.unsubscribe_url}>"
        if self.settings.hears_mail:  # where such a mail is heard
            ways += f", <mailto:{self._address(LEAVE_PREFIX, Purpose.LEAVE, message)}>"
        domain = self._domain
        topic, campaign = _token(message.topic), _token(message.campaign)
        feedback = f"{campaign}:{topic}:marketing:{domain.replace('.', '_')}"
        return [
            mime.plain_header("List-Unsubscribe", ways),
            b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
            mime.plain_header("List-Id", f"<{topic}.{domain}>"),
            mime.plain_header("Feedback-ID", feedback),
            b"Precedence: bulk\r\n",
        ]

    def _own_headers(self, message: Message) -> list[bytes]:
        taken = [name for name in message.headers if name.lower() in RESERVED]
        if taken:
            raise UnsupportedFeature(
                f"The header {taken[0]} is set by Maracuja alone.", where="headers"
            )
        return [mime.header(name, value) for name, value in sorted(message.headers.items())]

    def _body(self, content: Content, message_id: bytes) -> tuple[bytes, bytes]:
        parts = []
        if content.text:
            parts.append(mime.text_part(content.text, "plain"))
        if content.html:
            parts.append(mime.text_part(_with_preheader(content), "html"))
        if len(parts) == 1:
            return parts[0]
        return mime.alternative(parts, f"=_{message_id.hex()}")

    def _decode(self, answer: Answer, attempt: int) -> SendResult:
        return classify(answer.stage, answer.code, answer.text, attempt=attempt)

    def parse_leaving(self, inbound: Inbound) -> Ticket | None:
        """Who has written to the mail address of List-Unsubscribe."""
        return parse_leaving(inbound, self._ring)

    def parse_reply(self, inbound: Inbound) -> MailReply | None:
        """What somebody answers, at the address of a message's own; None for other mail.

        Raises WebhookRejected where it is too large.
        """
        return parse_reply(inbound, self._ring, parseaddr(self.settings.sender)[1])

    def postfix_log(self) -> PostfixLog:
        """What reads the lines of the log of the Postfix that takes our mail."""
        at = self.settings
        return PostfixLog(self._ring, at.bounce_prefix, last=not at.postfix_relays)

    def parse_inbound(self, inbound: Inbound, now: datetime) -> list[DeliveryEvent]:
        """Bounces (RFC 3464) and complaints (RFC 5965); automatic replies say nothing.

        Raises WebhookRejected where no bounce address signed by us is in it.
        """
        return parse_report(inbound, self._ring, self.settings.bounce_prefix, now)


def _reply_to(value: str) -> bytes:
    return mime.mailbox_header("Reply-To", value) if value else b""


def _token(value: str) -> str:
    return _NOT_A_TOKEN.sub("-", value).strip("-.") or "none"


def _split_fields(kind: bytes) -> list[bytes]:
    """Header fields of a part as a list, each whole with its folded lines."""
    return [field + b"\r\n" for field in re.split(rb"\r\n(?![ \t])", kind) if field]


def _with_preheader(content: Content) -> str:
    """The HTML with the line that inboxes show beside the subject, hidden in the body."""
    if not content.preheader:
        return content.html
    hidden = (
        '<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">'
        f"{html.escape(content.preheader)}</div>"
    )
    body = _BODY_TAG.search(content.html)
    at = body.end() if body else 0
    return content.html[:at] + hidden + content.html[at:]

"""What people answer to a mail, at an address that was made and signed for that one message.

Whose words they are is not decided here, and no file that they enclose is ever kept or opened.
"""

from __future__ import annotations

import email
import hashlib
import re
from collections.abc import Iterator, Sequence
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as MailMessage
from email.utils import parseaddr
from typing import Final

from maracuja.channels.base import Inbound
from maracuja.channels.email_bounces import signed_in
from maracuja.channels.email_html import words_of
from maracuja.channels.email_quotes import own_words, unflowed
from maracuja.channels.heard import TEXT_CHARS_MAX, Attachment
from maracuja.channels.leaving import leaves, leaves_by_button
from maracuja.content import MediaKind
from maracuja.errors import WebhookRejected
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.model import Record

REPLY_PREFIX: Final = "reply"  # before the + in addresses for answers
REPLY_BYTES_MAX: Final = 20_000_000
PARTS_MAX: Final = 200
ATTACHMENTS_MAX: Final = 20
SUBJECT_CHARS_MAX: Final = 250
NAME_CHARS_MAX: Final = 200
HOPS_MAX: Final = 50
SOURCE_BYTES_MAX: Final = 2_000_000  # of a text that is read

AUTOMATIC: Final = "automatic"
LOOP: Final = "loop"

_MESSAGE_ID: Final = re.compile(r"^<[!-;=?-~]{3,240}>$")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_AUTOREPLY: Final = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-mail-autoreply",
    "list-id",
    "list-unsubscribe",
    "feedback-id",
)
_BULK: Final = frozenset({"bulk", "junk", "list", "auto_reply", "auto-reply"})
# What programs put before the subject of an answer that nobody has written.
_SUBJECT: Final = re.compile(
    r"^(auto(matic)?[ -]?(reply|response|antwort)|out of (the )?office|автоответ|автоматический"
    r" ответ|автовідповідь|автоматична відповідь|автомат хариу)\b",
    re.IGNORECASE,
)


class MailReply(Record, frozen=True):
    """An answer to the message of `ticket`. `sender` is the address in From, '' where unsure.

    `machine` says why nobody wrote it: automatic or loop; '' where somebody did. `leaves`: it asks
    to be written to no more; `speaks`: there are words for a person to read.
    """

    ticket: Ticket
    sender: str = ""
    key: str = ""
    subject: str = ""
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    machine: str = ""
    leaves: bool = False
    speaks: bool = True


def parse_reply(inbound: Inbound, ring: KeyRing, sender: str) -> MailReply | None:
    """The answer in a mail; None where it did not come to an address signed for answers.

    `sender` is the shop's own address: what comes from there is a loop. Raises WebhookRejected
    where the mail is too large.
    """
    ticket = signed_in(inbound, ring, REPLY_PREFIX, Purpose.REPLY)
    if ticket is None:
        return None
    if len(inbound.body) > REPLY_BYTES_MAX:
        raise WebhookRejected(f"A mail of more than {REPLY_BYTES_MAX} octets.")
    mail = email.message_from_bytes(inbound.body, policy=policy.compat32)
    machine = _machine(mail, inbound.sender, sender)
    if machine:
        return MailReply(ticket=ticket, machine=machine)
    parts = list(_parts(mail))[:PARTS_MAX]
    subject = _header(mail, "Subject")[:SUBJECT_CHARS_MAX]
    written = _CONTROL.sub("", own_words(_text(parts)))
    text = (written or subject)[:TEXT_CHARS_MAX]
    first, _, rest = written.partition("\n")
    alone = leaves(written or subject)
    attachments = tuple(_attachments(parts, written))
    return MailReply(
        ticket=ticket,
        sender=_from(mail),
        key=_key(mail, inbound.body),
        subject=subject,
        text=text,
        attachments=attachments,
        leaves=alone or leaves_by_button(first),
        speaks=not alone and bool(rest.strip() or attachments or not leaves_by_button(first)),
    )


def is_message_id(text: str) -> bool:
    """Whether this names a mail, so that an answer can."""
    return bool(_MESSAGE_ID.fullmatch(text))


def _machine(mail: MailMessage, envelope: str, shop: str) -> str:
    """Why nobody has written this mail; '' where somebody may have: RFC 3834 and habits."""
    hops = len(mail.get_all("Received", []))
    if mail["X-Report-Token"] or hops > HOPS_MAX or _from(mail) == shop.lower():
        return LOOP
    submitted = _header(mail, "Auto-Submitted").partition(";")[0].strip().lower()
    suppressed = _header(mail, "X-Auto-Response-Suppress").strip().lower()
    told = (
        not envelope.strip("<> "),  # nobody is to be answered
        submitted not in ("", "no"),
        _header(mail, "Precedence").strip().lower() in _BULK,
        suppressed == "all",
        any(mail[name] is not None for name in _AUTOREPLY),
        mail.get_content_type() == "multipart/report",
        bool(_SUBJECT.match(_header(mail, "Subject"))),
    )
    return AUTOMATIC if any(told) else ""


def _from(mail: MailMessage) -> str:
    """The address that a mail says it is from, in lower case; '' where it says several."""
    said = mail.get_all("From", [])
    return parseaddr(str(said[0]))[1].strip().lower() if len(said) == 1 else ""


def _key(mail: MailMessage, body: bytes) -> str:
    """What tells the same mail twice: its Message-ID, which answers name; else its octets."""
    given = "".join(str(mail["Message-ID"] or "").split())
    if is_message_id(given):
        return given
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def _header(mail: MailMessage, name: str) -> str:
    """A header decoded, in one line; what cannot be decoded is shown as it came."""
    raw = str(mail[name] or "")
    try:
        pieces = [
            _decoded(piece, charset or "") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(raw)
        ]
    except (ValueError, LookupError, HeaderParseError):  # a wrong coding
        pieces = [raw]
    return _CONTROL.sub("", " ".join("".join(pieces).split()))


# ------------------------------------------------------------ parts


class _Part:
    """A leaf of the mail, decoded when it is asked for."""

    def __init__(self, mail: MailMessage, *, related: bool) -> None:
        self.mail = mail
        self.kind = mail.get_content_type()
        self.related = related
        self.name = _filename(mail)
        disposition = str(mail.get("Content-Disposition", "")).partition(";")[0].strip().lower()
        self.attached = disposition == "attachment" or (
            bool(self.name) or not self.kind.startswith("text/")
        )

    def data(self) -> bytes:
        """Its octets."""
        if isinstance(self.mail.get_payload(), list):
            return self.mail.as_bytes()  # a mail in the mail
        found = self.mail.get_payload(decode=True)
        return found if isinstance(found, bytes) else b""

    def words(self) -> str:
        """Its text."""
        return _decoded(self.data()[:SOURCE_BYTES_MAX], str(self.mail.get_content_charset() or ""))


def _parts(mail: MailMessage) -> Iterator[_Part]:
    """The leaves in order; what is in an enclosed mail is its own matter."""
    waiting: list[tuple[MailMessage, bool]] = [(mail, False)]
    for _ in range(10 * PARTS_MAX):
        if not waiting:
            return
        one, related = waiting.pop()
        inside = one.get_payload()
        if isinstance(inside, list) and one.get_content_maintype() == "multipart":
            mine = one.get_content_type() == "multipart/related"
            waiting += [(part, mine) for part in reversed(inside) if isinstance(part, MailMessage)]
        else:
            yield _Part(one, related=related)


def _text(parts: Sequence[_Part]) -> str:
    """The first text, plain before HTML; where a mail goes on after a picture, that too."""
    plain = [part for part in parts if part.kind == "text/plain" and not part.attached]
    if any(part.data().strip() for part in plain):
        return "\n".join(map(_plain, plain))
    return "\n".join(
        words_of(part.words()) for part in parts if part.kind == "text/html" and not part.attached
    )


def _plain(part: _Part) -> str:
    flowed = str(part.mail.get_param("format", "")).lower() == "flowed"
    delsp = str(part.mail.get_param("delsp", "")).lower() == "yes"
    return unflowed(part.words(), delsp=delsp) if flowed else part.words()


def _attachments(parts: Sequence[_Part], written: str) -> Iterator[Attachment]:
    """Names and sizes; of pictures within HTML, which are mostly quoted, those in the words."""
    enclosed = [part for part in parts if part.attached]
    told = 0
    for n, part in enumerate(enclosed):
        cid = str(part.mail.get("Content-ID", "")).strip("<> \r\n")
        shown = bool(cid and cid in written) or bool(part.name and part.name in written)
        if told == ATTACHMENTS_MAX or (part.related and cid and not shown):
            continue
        told += 1
        yield Attachment(
            kind=_media_kind(part.kind),
            reference=f"part {n + 1}",
            name=part.name,
            size=len(part.data()),
        )


def _media_kind(kind: str) -> MediaKind:
    main = kind.partition("/")[0]
    return {"image": MediaKind.PICTURE, "video": MediaKind.VIDEO}.get(main, MediaKind.FILE)


def _filename(mail: MailMessage) -> str:
    """The name of a file, without folders and what cannot be seen."""
    try:
        given = mail.get_filename() or ""
        pieces = [
            _decoded(piece, charset or "") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(given)
        ]
    except (ValueError, LookupError, TypeError, HeaderParseError):
        return ""
    name = re.split(r"[/\\]", "".join(pieces))[-1]
    return _CONTROL.sub("", " ".join(name.split()))[:NAME_CHARS_MAX]


def _decoded(data: bytes, charset: str) -> str:
    """The octets as text: as declared, else UTF-8, else Windows-1251; never fails."""
    declared = "" if charset.lower() in ("us-ascii", "ascii", "unknown-8bit") else charset
    for name in filter(None, (declared, "utf-8", "windows-1251")):
        try:
            return data.decode(name)
        except (LookupError, ValueError):  # an unknown charset, or not in it
            continue
    return data.decode("utf-8", "replace")

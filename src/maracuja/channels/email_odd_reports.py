"""Bounces and complaints of servers that know no RFC 3464 and 5965: qmail, Exim, Outlook.com.

What cannot be told apart from a person's own words is no bounce, and words that nobody knows
suppress nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message as MailMessage
from email.utils import parseaddr
from typing import Final, NamedTuple

TEXT_CHARS_MAX: Final = 20_000
PARTS_MAX: Final = 100

_DAEMON: Final = re.compile(
    r"^(mailer-?daemon|postmaster|mail-?daemon|bounce|no-?reply-bounce|microsoftexchange[0-9a-f]+"
    r"|mail\.delivery\.subsystem)$",
    re.IGNORECASE,
)
_SUBJECT: Final = re.compile(
    r"undeliver|returned (mail|to sender)|delivery (status )?(notification|fail|has failed)"
    r"|failure notice|mail delivery (failed|failure|system)|delivery report|non-?remis"
    r"|unzustellbar|недоставлен|не доставлен|ошибка доставки|помилка доставки|не вдалося доставити"
    r"|хүргэгдсэнгүй",
    re.IGNORECASE,
)
_DELAY: Final = re.compile(
    r"\bdelay(ed)?\b|\bwarning\b|will (be )?(retried|retry)|still being retried|задерж|затрим",
    re.IGNORECASE,
)
# Where the message itself is quoted: what stands there was written by us.
_QUOTED: Final = re.compile(
    r"^(-+ ?(this is a copy of (the|your) message|below (this line )?is a copy|original message"
    r"|the header of the original|returned message|included is a copy).*"
    r"|--- below this line is a copy of the message\.?|исходное сообщение:?"
    r"|original message headers:?|return-path: <.*|received: from .*)$",
    re.IGNORECASE | re.MULTILINE,
)
_ENHANCED: Final = re.compile(r"(?<![\d.])#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE: Final = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-:#])")


class Said(NamedTuple):
    """What a bounce in plain words says: an SMTP code (0: none was named), and the words."""

    code: int
    words: str


def bounced(mail: MailMessage, envelope: str) -> Said | None:
    """What a bounce without a machine-readable part says; None where it is none.

    `envelope` is the sender of the envelope, '' for a report.
    """
    failed = str(mail.get("X-Failed-Recipients", "")).strip()
    name, address = parseaddr(str(mail.get("From", "")))
    local = address.partition("@")[0]
    daemon = bool(_DAEMON.match(local)) or "mail delivery" in name.lower()
    subject = header(mail, "Subject")
    empty = not envelope.strip("<> ")
    if not (failed or (_SUBJECT.search(subject) and (daemon or empty))):
        return None
    if _DELAY.search(subject):
        return None
    text = _own_text(mail)
    found = _ENHANCED.search(text) or _CODE.search(text)
    if found is None:
        return Said(0, " ".join(f"{subject} {text}".split())[:400])
    start = max(text.rfind("\n", 0, found.start()) + 1, found.start() - 60)
    words = " ".join(text[start : found.start() + 300].split())
    plain = _CODE.search(words)
    enhanced = _ENHANCED.search(words)
    code = int(plain[1]) if plain else int(enhanced[1][0]) * 100 + 50 if enhanced else 0
    head = f"{enhanced[1]} " if enhanced else ""
    return Said(code, f"{head}{words}")


def complained(mail: MailMessage) -> str | None:
    """The address that a report of Outlook.com's JMRP names ('' for none); None for other mail.

    It is no feedback report: the message is enclosed, with a header of Microsoft's own.
    """
    for part in _leaves(mail, enclosed=True):
        named = part.get("X-HmXmrOriginalRecipient")
        if named is not None:
            return str(named).strip(" <>")[:254]
    return None


def header(mail: MailMessage, name: str) -> str:
    """A header decoded, in one line; what cannot be decoded as it came."""
    raw = str(mail.get(name, ""))
    try:
        pieces = [
            piece.decode(charset or "ascii", "replace") if isinstance(piece, bytes) else piece
            for piece, charset in decode_header(raw)
        ]
    except (ValueError, LookupError, HeaderParseError):
        pieces = [raw]
    return " ".join("".join(pieces).split())


def _own_text(mail: MailMessage) -> str:
    """The server's own words: the first text, up to where our message is quoted."""
    for part in _leaves(mail, enclosed=False):
        if part.get_content_type() != "text/plain":
            continue
        data = part.get_payload(decode=True)
        text = _decoded(data, part) if isinstance(data, bytes) else str(part.get_payload())
        text = text[:TEXT_CHARS_MAX].replace("\r\n", "\n")
        quoted = _QUOTED.search(text)
        return text[: quoted.start()] if quoted else text
    return ""


def _decoded(data: bytes, part: MailMessage) -> str:
    for charset in (str(part.get_content_charset() or "utf-8"), "windows-1251"):
        try:
            return data.decode(charset)
        except (LookupError, ValueError):
            continue
    return data.decode("utf-8", "replace")


def _leaves(mail: MailMessage, *, enclosed: bool) -> Iterator[MailMessage]:
    """The parts in order; those of an enclosed message too where that is asked for."""
    waiting = [mail]
    for _ in range(PARTS_MAX):
        if not waiting:
            return
        one = waiting.pop()
        yield one
        inside = one.get_payload()
        if isinstance(inside, list) and (enclosed or one.get_content_maintype() == "multipart"):
            waiting += [part for part in reversed(inside) if isinstance(part, MailMessage)]

"""Where reports wait: a mailbox by IMAP or POP3, or a Maildir, as an address in settings.

No fault says what stands in an address: a password may.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from email import policy
from email.parser import BytesHeaderParser
from typing import Final
from urllib.parse import unquote, urlsplit

from maracuja.channels.base import Inbound
from maracuja.errors import ConfigError
from maracuja.model import Record

PORTS: Final = {"imap": 143, "imaps": 993, "pop3": 110, "pop3s": 995}
IMAP: Final = frozenset({"imap", "imaps"})
ANY: Final = frozenset({*PORTS, "maildir"})
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Delivered-To", "To", "Cc")
_HEADERS_MAX: Final = 200_000


class Mailbox(Record, frozen=True):
    """An address such as imaps://bounces%40shop.example@mail.example/INBOX, taken apart."""

    scheme: str
    host: str = ""
    port: int = 0
    user: str = ""
    folder: str = "INBOX"  # of a Maildir: its path

    @property
    def key(self) -> str:
        """What names it where it is remembered how far it was read; no secret is in it."""
        return f"{self.scheme}://{self.user}@{self.host}:{self.port}/{self.folder}"


def read_mailbox(address: str, *, where: str, schemes: Collection[str] = ANY) -> Mailbox:
    """The parts of an address. Raises ConfigError with `where` it stands."""
    if re.search(r"[\x00-\x1f]", unquote(address)):
        raise _no_mailbox(where, schemes)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise _no_mailbox(where, schemes) from None
    if parts.password:
        raise ConfigError(
            "The password of a mailbox does not stand in its address.",
            where=where,
            fix="Put it into the setting for the password, better in the environment.",
        )
    if "maildir" in schemes and parts.scheme == "maildir" and parts.path and not parts.netloc:
        return Mailbox(scheme="maildir", folder=unquote(parts.path))
    known = parts.scheme in PORTS and parts.scheme in schemes
    if not known or not parts.hostname or not parts.username:
        raise _no_mailbox(where, schemes)
    return Mailbox(
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username),
        folder=unquote(parts.path.strip("/")) or "INBOX",
    )


def _no_mailbox(where: str, schemes: Collection[str]) -> ConfigError:
    forms = ["imaps://user%40domain@host/INBOX"]
    if "maildir" in schemes:
        forms += ["pop3s://user%40domain@host", "maildir:///var/mail/bounces"]
    return ConfigError(
        "The address of the mailbox is none.", where=where, fix=f"Write {' or '.join(forms)}."
    )


def as_inbound(body: bytes) -> Inbound:
    """A mail that lies in a mailbox, with the envelope as its headers keep it."""
    head = BytesHeaderParser(policy=policy.compat32).parsebytes(body[:_HEADERS_MAX])
    recipients = [str(one) for name in _RECIPIENTS for one in head.get_all(name, [])]
    sender = str(head.get("Return-Path", "")).strip()
    return Inbound(body=body, recipient=" ".join(recipients), sender=sender)

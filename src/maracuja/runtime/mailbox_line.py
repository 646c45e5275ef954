"""What a line to a mailbox asks for, by IMAP or by POP3: encryption, and faults that tell no more
than they should: never a password, a name to log in with, or what stands in a mail.
"""

from __future__ import annotations

import re
import ssl
from typing import Final

from maracuja.channels.email_mailbox import Mailbox
from maracuja.errors import VendorDown, VendorRefusedUs

TIMEOUT_S: Final = 30.0
BYTES_MAX: Final = 5_000_000  # of one mail; larger ones are no reports
_HOMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

# Of RFC 5530, RFC 2449 and RFC 3206: all that is repeated of a server's words.
_CODES: Final = (
    "ALERT AUTH AUTHENTICATIONFAILED AUTHORIZATIONFAILED CONTACTADMIN EXPIRED IN-USE INUSE LIMIT "
    "LOGIN-DELAY NONEXISTENT NOPERM OVERQUOTA PRIVACYREQUIRED SERVERBUG SYS/PERM SYS/TEMP "
    "UNAVAILABLE"
).split()
_CODE: Final = re.compile(rf"\[(?:{'|'.join(map(re.escape, _CODES))})\]")


def tls(*, verify: bool) -> ssl.SSLContext:
    """How the line is encrypted; without `verify` any certificate is taken."""
    context = ssl.create_default_context()
    if not verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def is_home(box: Mailbox) -> bool:
    """Whether the server is this machine, so that a password may be sent in clear text."""
    return box.host in _HOMES


def clear_text(box: Mailbox) -> VendorRefusedUs:
    """That a server far away takes no password encrypted."""
    name = box.scheme
    return VendorRefusedUs(
        f"{box.host} takes passwords in clear text only: use {name}s.", vendor=name
    )


def unreachable(box: Mailbox, fault: Exception) -> VendorDown:
    """That no line came about."""
    return VendorDown(f"{box.host} cannot be reached: {_why(fault)}.", vendor=box.scheme)


def not_let_in(box: Mailbox, fault: Exception) -> VendorRefusedUs:
    """That the name or the password is not taken."""
    return VendorRefusedUs(f"{box.host} does not let us in: {_why(fault)}.", vendor=box.scheme)


def broken(box: Mailbox, fault: Exception) -> VendorDown:
    """That a line ended too early, or told what cannot be understood."""
    return VendorDown(f"The line to {box.host} broke: {_why(fault)}.", vendor=box.scheme)


def _why(fault: Exception) -> str:
    """The system's own words, or a server's code; its words may repeat what it was sent."""
    if isinstance(fault, OSError):
        return fault.strerror or "it has ended"
    code = _CODE.search(str(fault))
    return f"it says {code.group(0)}" if code else "it gives no reason that is known"

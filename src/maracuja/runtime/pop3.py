"""A line to a mailbox by POP3 (RFC 1939): what lies there, and deleting what was read.

A password never goes out in clear text, but to this machine itself. What is deleted goes only
when the line is closed in order: a line that breaks deletes nothing.
"""

from __future__ import annotations

import poplib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from maracuja.channels.email_mailbox import Mailbox
from maracuja.runtime.mailbox_line import (
    BYTES_MAX,
    TIMEOUT_S,
    broken,
    clear_text,
    is_home,
    not_let_in,
    tls,
    unreachable,
)

_LISTED: Final = re.compile(rb"(\d{1,18}) (\S+)")


class Lying(NamedTuple):
    """A mail that lies there: its number on this line, its name on every line, its octets."""

    number: int
    uid: str
    size: int


class Pop3Box:
    """A mailbox that is open; make it with `opened`."""

    def __init__(self, line: poplib.POP3) -> None:
        self._line = line
        self.spoilt = False  # nothing more can be asked for on this line

    def mails(self) -> list[Lying]:
        """All mails, in the order of the server."""
        sizes = dict(_pairs(self._line.list()[1]))
        return [
            Lying(int(number), uid.decode("ascii", "replace"), int(sizes.get(number, b"0")))
            for number, uid in _pairs(self._line.uidl()[1])
        ]

    def fetch(self, mail: Lying) -> bytes | None:
        """A mail; None where it is huge, or has a line so long that ours is `spoilt` by it."""
        if mail.size > BYTES_MAX:
            return None
        try:
            lines = self._line.retr(mail.number)[1]
        except poplib.error_proto as fault:
            if "line too long" not in str(fault):
                raise
            self.spoilt = True
            return None
        return b"\r\n".join([*lines, b""])

    def delete(self, mail: Lying) -> None:
        """Take a mail away, once the line is closed in order."""
        self._line.dele(mail.number)


@contextmanager
def opened(
    box: Mailbox, password: str, *, verify: bool = True, timeout_s: float = TIMEOUT_S
) -> Iterator[Pop3Box]:
    """The mailbox, logged in. Raises VendorDown, VendorRefusedUs."""
    try:
        line = _connected(box, verify=verify, timeout_s=timeout_s)
    except (OSError, poplib.error_proto) as fault:
        raise unreachable(box, fault) from None
    try:
        try:
            line.user(box.user)
            line.pass_(password)
        except poplib.error_proto as fault:
            raise not_let_in(box, fault) from None
        made = Pop3Box(line)
        yield made
        if not made.spoilt:
            line.quit()
    except (OSError, poplib.error_proto) as fault:
        raise broken(box, fault) from None
    finally:
        line.close()


def _connected(box: Mailbox, *, verify: bool, timeout_s: float) -> poplib.POP3:
    if box.scheme == "pop3s":
        context = tls(verify=verify)
        return poplib.POP3_SSL(box.host, box.port, timeout=timeout_s, context=context)
    line = poplib.POP3(box.host, box.port, timeout=timeout_s)
    try:
        if "STLS" in _capabilities(line):
            line.stls(tls(verify=verify))
        elif not is_home(box):
            raise clear_text(box)
    except BaseException:
        line.close()
        raise
    return line


def _pairs(listed: Iterable[bytes]) -> list[tuple[bytes, bytes]]:
    """The lines of a listing: a number, and what it says of it."""
    return [(match[1], match[2]) for one in listed if (match := _LISTED.match(one))]


def _capabilities(line: poplib.POP3) -> set[str]:
    try:
        return set(line.capa())
    except poplib.error_proto:
        return set()  # CAPA came after RFC 1939

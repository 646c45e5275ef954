"""A line to a mailbox by IMAP (RFC 3501, IDLE of RFC 2177): what is there, and marking it as seen.

A password never goes out in clear text, but to this machine itself; nothing is ever deleted.
"""

from __future__ import annotations

import imaplib
import re
import select
import ssl
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any, Final

from maracuja.channels.email_mailbox import Mailbox
from maracuja.clock import monotonic_s
from maracuja.errors import VendorDown
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

LINE_END: Final = b"\r\n"
_TAG: Final = b"MRCJ0"
_LIST: Final = re.compile(rb'^\(([^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (.+)$')


class ImapBox:
    """A mailbox that is open on one folder; make it with `opened`."""

    def __init__(self, line: imaplib.IMAP4, host: str) -> None:
        self._line = line
        self._host = host
        self.validity = 0

    def enter(self, folder: str) -> None:
        """Open a folder. Raises VendorDown where there is none."""
        kind, _ = self._line.select(_quoted(folder))
        if kind != "OK":
            raise VendorDown(f"There is no folder {folder} at {self._host}.", vendor="imap")
        told = self._line.response("UIDVALIDITY")[1]
        self.validity = int(told[0]) if told and told[0] else 0

    def after(self, uid: int, since: date | None = None) -> list[int]:
        """The numbers of the mails above `uid`, ascending; with `since` only unread or newer."""
        newer = ["OR", "UNSEEN", "SINCE", since.strftime("%d-%b-%Y")] if since else []
        found = self._uid("SEARCH", "UID", f"{uid + 1}:*", *newer)
        numbers = (int(n) for n in b" ".join(one for one in found if one).split())
        return sorted(n for n in numbers if n > uid)

    def with_message_id(self, value: str) -> list[int]:
        """The numbers of the mails with this Message-ID in the open folder."""
        found = self._uid("SEARCH", "HEADER", "Message-ID", _quoted(value))
        return sorted(int(n) for n in b" ".join(one for one in found if one).split())

    def fetch(self, uid: int, *, headers: bool = False) -> bytes | None:
        """A mail, or its headers, without marking it as read; None where it is gone or huge."""
        what = "BODY.PEEK[HEADER]" if headers else f"BODY.PEEK[]<0.{BYTES_MAX + 1}>"
        for part in self._uid("FETCH", str(uid), f"({what})"):
            if isinstance(part, tuple):
                body = bytes(part[1])
                return body if len(body) <= BYTES_MAX else None
        return None

    def mark_seen(self, uid: int) -> None:
        """Say in the mailbox that a mail was read."""
        self._uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def folders(self) -> list[tuple[set[str], str]]:
        """All folders, each with its marks in lower case, such as `\\junk` (RFC 6154)."""
        kind, lines = self._line.list()
        found = []
        for line in lines if kind == "OK" else []:
            match = _LIST.match(line) if isinstance(line, bytes) else None
            if match:
                marks = {mark.decode("ascii", "replace").lower() for mark in match[1].split()}
                name = match[2].decode("ascii", "replace").strip()
                if name[:1] == '"':
                    name = re.sub(r"\\(.)", r"\1", name[1:-1])
                found.append((marks, name))
        return found

    def wait(
        self, seconds: float, stopping: Callable[[], bool], rest: Callable[[float], Any]
    ) -> None:
        """Until something new is told, the time is over, or `stopping`; `rest` waits blindly."""
        if "IDLE" not in self._line.capabilities:
            rest(min(seconds, 60.0))
            self._line.noop()
            return
        self._line.send(_TAG + b" IDLE" + LINE_END)
        while not (line := self._read()).startswith(b"+"):
            if line.startswith(_TAG):
                raise VendorDown(f"{self._host} does not wait for mail.", vendor="imap")
        until_s = monotonic_s() + seconds
        while monotonic_s() < until_s and not stopping():
            if self._readable():
                self._read()
                break
        self._line.send(b"DONE" + LINE_END)
        while not self._read().startswith(_TAG):
            pass

    def _readable(self) -> bool:
        line = self._line.socket()
        if isinstance(line, ssl.SSLSocket) and line.pending():
            return True
        return bool(select.select([line], [], [], 0.5)[0])

    def _read(self) -> bytes:
        line = bytes(self._line.readline())
        if not line:
            raise VendorDown(f"{self._host} has closed the line.", vendor="imap")
        return line

    def _uid(self, command: str, *args: str) -> list[Any]:
        kind, found = self._line.uid(command, *args)
        if kind != "OK":
            raise VendorDown(f"{self._host} refuses {command}.", vendor="imap")
        return found


@contextmanager
def opened(
    box: Mailbox, password: str, *, verify: bool = True, timeout_s: float = TIMEOUT_S
) -> Iterator[ImapBox]:
    """The mailbox, logged in, on its folder. Raises VendorDown, VendorRefusedUs."""
    try:
        line = _connected(box, verify=verify, timeout_s=timeout_s)
    except (OSError, imaplib.IMAP4.error) as fault:
        raise unreachable(box, fault) from None
    try:
        try:
            _log_in(line, box.user, password)
        except imaplib.IMAP4.error as fault:
            raise not_let_in(box, fault) from None
        made = ImapBox(line, box.host)
        made.enter(box.folder)
        yield made
    except (OSError, imaplib.IMAP4.error) as fault:
        raise broken(box, fault) from None
    finally:
        _leave(line)


def _log_in(line: imaplib.IMAP4, user: str, password: str) -> None:
    """LOGIN carries ASCII alone (RFC 3501); all else goes by SASL (RFC 4616)."""
    if f"{user}{password}".isascii():
        line.login(user, password)
    else:
        line.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())


def _connected(box: Mailbox, *, verify: bool, timeout_s: float) -> imaplib.IMAP4:
    context = tls(verify=verify)
    if box.scheme == "imaps":
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=context, timeout=timeout_s)
    line = imaplib.IMAP4(box.host, box.port, timeout=timeout_s)
    if "STARTTLS" in line.capabilities:
        line.starttls(context)
    elif not is_home(box):
        line.shutdown()
        raise clear_text(box)
    return line


def _leave(line: imaplib.IMAP4) -> None:
    try:
        line.logout()
    except (OSError, imaplib.IMAP4.error):
        line.shutdown()


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def junk_folders(folders: Sequence[tuple[set[str], str]]) -> list[str]:
    """Those for spam: by their mark, else by a name that providers give them."""
    marked = [name for marks, name in folders if r"\junk" in marks]
    known = re.compile(r"(^|[./])(\[gmail\]/)?(spam|junk( e-?mail)?|bulk( mail)?|спам)$", re.I)
    # "Спам" in the letters of IMAP (RFC 3501, 5.1.3).
    coded = {"&BCEEPwQwBDw-", "[Gmail]/&BCEEPwQwBDw-"}
    return marked or [name for _, name in folders if known.search(name) or name in coded]

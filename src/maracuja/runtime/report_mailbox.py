"""Reads the bounces and complaints that lie in a mailbox: by IMAP as they come, by POP3 each
minute, or in a Maildir.

A mail is marked as read only once what it says is durable, and one that says nothing is left as it
lies: nothing is answered or moved elsewhere, and nothing deleted but what POP3 cannot mark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import ClassVar, Final, NamedTuple

from maracuja.channels.base import Inbound
from maracuja.channels.email_mailbox import IMAP, Mailbox, as_inbound
from maracuja.clock import Clock
from maracuja.commit_points import passed
from maracuja.errors import WebhookRejected
from maracuja.runtime import imap, pop3
from maracuja.runtime.following import Follower
from maracuja.runtime.mailbox_line import BYTES_MAX
from maracuja.store import watermarks
from maracuja.store.engine import Store

IDLE_S: Final = 300.0
POP3_S: Final = 60.0
MAILDIR_S: Final = 3.0
BACK: Final = timedelta(days=30)  # how far a mailbox that was never read is read back
NAME: Final = "mailbox"  # under which its trouble is told
_LEFT_MAX: Final = 100_000

Take = Callable[[Inbound], bool]


class Read(NamedTuple):
    """How many mails were looked at, and how many told something."""

    seen: int
    taken: int


class ReportMailbox(Follower):
    """Listens beside the worker. `take` keeps what a mail says, and whether it said anything."""

    name: ClassVar[str] = NAME

    def __init__(
        self,
        store: Store,
        take: Take,
        clock: Clock,
        box: Mailbox,
        password: str,
        *,
        verify: bool = True,
    ) -> None:
        super().__init__(store, clock)
        self._take = take
        self._box, self._password, self._verify = box, password, verify
        self._left: set[str] = set()

    def read_once(self) -> Read:
        """Read what is new now. Raises VendorError where the mailbox cannot be read."""
        if self._box.scheme == "maildir":
            return self._look_into(Path(self._box.folder))
        if self._box.scheme in IMAP:
            with imap.opened(self._box, self._password, verify=self._verify) as box:
                return self._look(box)
        with pop3.opened(self._box, self._password, verify=self._verify) as line:
            return self._look_through(line)

    def _follow(self) -> None:
        if self._box.scheme in IMAP:
            self._follow_line()
        else:
            self.read_once()
            self._say("")
            self._stop.wait(MAILDIR_S if self._box.scheme == "maildir" else POP3_S)

    def _follow_line(self) -> None:
        with imap.opened(self._box, self._password, verify=self._verify) as box:
            self._say("")
            while not self._stop.is_set():
                self._look(box)
                box.wait(IDLE_S, self._stop.is_set, self._stop.wait)

    def _look(self, box: imap.ImapBox) -> Read:
        """The mails that are newer than the last one that was looked at."""
        digest = hashlib.sha256(self._box.key.encode()).hexdigest()[:16]
        name = f"{NAME}:{digest}:{box.validity}"
        with self._store.read() as conn:
            last = watermarks.get(conn, name)
        since = None if last else (self._clock.now() - BACK).date()
        seen = taken = 0
        for uid in box.after(last, since):
            if self._stop.is_set():
                break
            body = box.fetch(uid)
            told = body is not None and self._told(body)
            passed("mailbox.taken")
            with self._store.write() as conn:
                watermarks.put(conn, name, uid)
            if told:
                box.mark_seen(uid)
            seen, taken = seen + 1, taken + told
        return Read(seen, taken)

    def _look_into(self, folder: Path) -> Read:
        """The mails in `new`; those that told something go to `cur`, as read."""
        seen = taken = 0
        for path in sorted((folder / "new").iterdir()):
            if self._stop.is_set():
                break
            if path.name in self._left or path.name.startswith("."):
                continue
            try:
                told = path.stat().st_size <= BYTES_MAX and self._told(path.read_bytes())
                passed("maildir.taken")
                if told:
                    (folder / "cur").mkdir(exist_ok=True)
                    path.rename(folder / "cur" / f"{path.name}:2,S")
            except FileNotFoundError:
                continue  # another program was quicker
            if not told:
                self._leave(path.name)
            seen, taken = seen + 1, taken + told
        return Read(seen, taken)

    def _look_through(self, box: pop3.Pop3Box) -> Read:
        """The mails that lie there; those that told something are deleted: POP3 has no mark."""
        seen = taken = 0
        for mail in box.mails():
            if self._stop.is_set() or box.spoilt:
                break
            if mail.uid in self._left:
                continue
            body = box.fetch(mail)
            told = body is not None and self._told(body)
            passed("pop3.taken")
            if told:
                box.delete(mail)
            else:
                self._leave(mail.uid)
            seen, taken = seen + 1, taken + told
        return Read(seen, taken)

    def _leave(self, name: str) -> None:
        """Look at a mail that said nothing no more, until the next start."""
        if len(self._left) < _LEFT_MAX:
            self._left.add(name)

    def _told(self, body: bytes) -> bool:
        try:
            return self._take(as_inbound(body))
        except WebhookRejected:
            return False  # no mail of ours

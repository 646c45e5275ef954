"""Reads the bounces and complaints that lie in a mailbox: by IMAP as they come, or in a Maildir.

A mail is marked as read only once what it says is durable, and one that says nothing is left as it
lies: nothing is deleted, moved elsewhere or answered.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final, NamedTuple

from maracuja.channels.base import Inbound
from maracuja.channels.email_mailbox import Mailbox, as_inbound
from maracuja.clock import Clock
from maracuja.commit_points import passed
from maracuja.errors import VendorError, WebhookRejected
from maracuja.model import micros
from maracuja.runtime.imap import BYTES_MAX, ImapBox, opened
from maracuja.store import health, watermarks
from maracuja.store.engine import Store

IDLE_S: Final = 300.0
MAILDIR_S: Final = 3.0
AGAIN_S: Final = (5.0, 15.0, 60.0, 300.0)  # after a line that broke, longer each time
BACK: Final = timedelta(days=30)  # how far a mailbox that was never read is read back
NAME: Final = "mailbox"  # under which its trouble is told
_LEFT_MAX: Final = 100_000

Take = Callable[[Inbound], bool]


class Read(NamedTuple):
    """How many mails were looked at, and how many told something."""

    seen: int
    taken: int


class ReportMailbox:
    """Listens beside the worker. `take` keeps what a mail says, and whether it said anything."""

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
        self._store, self._take, self._clock = store, take, clock
        self._box, self._password, self._verify = box, password, verify
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._left: set[str] = set()

    def start(self) -> None:
        """Begin to read."""
        self._thread = threading.Thread(target=self._run, name="mailbox", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it after the mail at hand."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def read_once(self) -> Read:
        """Read what is new now. Raises VendorError where the mailbox cannot be read."""
        if self._box.scheme == "maildir":
            return self._look_into(Path(self._box.folder))
        with opened(self._box, self._password, verify=self._verify) as box:
            return self._look(box)

    def _run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                if self._box.scheme == "maildir":
                    self._follow_folder()
                else:
                    self._follow()
                failures = 0
            except (VendorError, OSError) as fault:
                self._say(str(fault))
                self._stop.wait(AGAIN_S[min(failures, len(AGAIN_S) - 1)])
                failures += 1

    def _follow(self) -> None:
        with opened(self._box, self._password, verify=self._verify) as box:
            self._say("")
            while not self._stop.is_set():
                self._look(box)
                box.wait(IDLE_S, self._stop.is_set, self._stop.wait)

    def _follow_folder(self) -> None:
        self._look_into(Path(self._box.folder))
        self._say("")
        self._stop.wait(MAILDIR_S)

    def _look(self, box: ImapBox) -> Read:
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
            if not told and len(self._left) < _LEFT_MAX:
                self._left.add(path.name)
            seen, taken = seen + 1, taken + told
        return Read(seen, taken)

    def _told(self, body: bytes) -> bool:
        try:
            return self._take(as_inbound(body))
        except WebhookRejected:
            return False  # no mail of ours

    def _say(self, words: str) -> None:
        """Keep why it cannot be read for `maracuja email`; '' where it can."""
        with self._store.write() as conn:
            known = health.every(conn).get(NAME)
            if (known.reason if known else "") != words:
                now_us = micros(self._clock.now())
                health.set_paused(conn, NAME, now_us, paused=False, reason=words)

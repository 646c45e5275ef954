"""The addresses that go out in a message: signed clicks, the pixel, and our own pages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Final

from maracuja.links import statements
from maracuja.links.tokens import KeyRing, Purpose, Ticket
from maracuja.links.utm import add_utm, is_web_url
from maracuja.model import Record

_BODY_END: Final = re.compile(r"</body\s*>(?!.*</body)", re.IGNORECASE | re.DOTALL)

PATHS: Final[Mapping[Purpose, str]] = {
    Purpose.CLICK: "c",
    Purpose.OPEN: "o",
    Purpose.UNSUBSCRIBE: "u",
    Purpose.PREFERENCES: "p",
    Purpose.VIEW: "w",
    Purpose.VOTE: "v",
    Purpose.SAY: "t",
    Purpose.CART: "b",
    Purpose.CONFIRM: "y",
}
PAGES: Final[Mapping[str, Purpose]] = {
    "unsubscribe": Purpose.UNSUBSCRIBE,
    "preferences": Purpose.PREFERENCES,
    "view": Purpose.VIEW,
    "cart": Purpose.CART,
}


class Recipient(Record, frozen=True):
    """Whose message it is and which: what every token of it says; `channel` is the code."""

    message: bytes
    pid: int
    run: int
    channel: int
    topic: str
    category: str = ""  # what the campaign is about


SHORT: Final = "s"


class LinkMaker:
    """Makes addresses under `public_url` (no slash at its end), signed by `ring`."""

    def __init__(self, public_url: str, ring: KeyRing) -> None:
        self._base = public_url.rstrip("/")
        self._ring = ring

    def shortening(self) -> ShortLinkMaker:
        """One that makes short addresses, and notes what each stands for."""
        return ShortLinkMaker(self._base, self._ring)

    def start(self, pid: int, source: str, now: datetime) -> str:
        """What a link into a channel brings along, so that the chat is that person's.

        Some 50 letters, digits, - and _, and a third more than the source has.
        """
        at_s = int(now.timestamp())
        ticket = Ticket(
            purpose=Purpose.START, message=bytes(16), pid=pid, sent_s=at_s, detail=source
        )
        return self._ring.sign(ticket)

    def seal(self, text: str) -> str:
        """What a button brings back, proven to be ours."""
        return self._ring.seal(text)

    def click(self, to: Recipient, url: str, now: datetime) -> str:
        """The counted form of a web link; what is none goes back as it came."""
        if not is_web_url(url):
            return url
        return self._address(Purpose.CLICK, to, now, url)

    def href(
        self, to: Recipient, url: str, now: datetime, *, marks: Mapping[str, str], track: bool
    ) -> str:
        """A web link as it goes out: with UTM marks, and counted where `track` says so."""
        marked = add_utm(url, marks)
        return self.click(to, marked, now) if track else marked

    def page(self, to: Recipient, name: str, now: datetime) -> str:
        """The address of one of our pages: unsubscribe, preferences or view."""
        if name in statements.PAGES:
            return self._address(Purpose.SAY, to, now, statements.detail_of(name, to.category))
        return self._address(PAGES[name], to, now, to.topic)

    def vote(self, to: Recipient, question: str, now: datetime) -> str:
        """The address of the page that asks a question, as `polls.as_question` writes it."""
        return self._address(Purpose.VOTE, to, now, question)

    def with_pixel(self, html: str, to: Recipient, now: datetime) -> str:
        """The HTML with the picture that tells that it was opened, at the end of its body."""
        source = escape(f"{self._address(Purpose.OPEN, to, now)}.gif")
        pixel = f'<img src="{source}" width="1" height="1" alt="" style="display:block;border:0">'
        end = _BODY_END.search(html)
        at = end.start() if end else len(html)
        return html[:at] + pixel + html[at:]

    def _address(self, purpose: Purpose, to: Recipient, now: datetime, detail: str = "") -> str:
        ticket = _ticket(purpose, to, now, detail)
        return f"{self._base}/{PATHS[purpose]}/{self._ring.sign(ticket)}"


class ShortLinkMaker(LinkMaker):
    """Makes addresses of ten letters; `made` are these with the tokens that they stand for.

    What it made must be kept before the message goes.
    """

    def __init__(self, public_url: str, ring: KeyRing) -> None:
        super().__init__(public_url, ring)
        self.made: list[tuple[str, str]] = []

    def _address(self, purpose: Purpose, to: Recipient, now: datetime, detail: str = "") -> str:
        ticket = _ticket(purpose, to, now, detail)
        code = self._ring.short(ticket)
        self.made.append((code, self._ring.sign(ticket)))
        return f"{self._base}/{SHORT}/{code}"


def _ticket(purpose: Purpose, to: Recipient, now: datetime, detail: str) -> Ticket:
    return Ticket(
        purpose=purpose,
        message=to.message,
        pid=to.pid,
        run=to.run,
        channel=to.channel,
        sent_s=int(now.timestamp()),
        detail=detail,
    )

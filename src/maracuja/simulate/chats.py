"""Telephones of simulated people: three vendors, what reaches whom, and what they tell of it.

Messages go to vendors in this process, and their calls are verified as those of real ones; what
they tell comes in by the inbox. Nothing here knows what the product makes of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from maracuja import rng
from maracuja.app import App, make_links
from maracuja.ingest.heard import CALL, encode_heard
from maracuja.model import micros
from maracuja.simulate.sink import LINK, Received
from maracuja.simulate.vendors.alphasms import AlphaSmsVendor
from maracuja.simulate.vendors.http import HttpVendor
from maracuja.simulate.vendors.mail import MailVendor
from maracuja.simulate.vendors.telegram import TelegramVendor
from maracuja.simulate.vendors.viber_business import TurboSmsVendor
from maracuja.store import inbox, people

VIBER, TELEGRAM, SMS = "viber_business", "telegram", "sms"
CHAT_FROM: Final = 700_000_000  # the chat of the first person on Telegram
# Shares of people: who has Viber, and of the others those whose phone says so; who has opened our
# chat on Telegram, and has blocked it since; whose phone takes no SMS.
HAS_VIBER, SAYS_SO = 0.72, 0.5
TALKS, BLOCKED, NO_SMS = 0.28, 0.06, 0.03
DELAYS_S: Final = (20, 90, 400)  # between a message and its receipt
_TOKEN: Final = "7000001:AAdemo-telegram-token-of-35-letters"
_SECRET: Final = "the-demo-has-no-secrets-at-all"
_NOWHERE: Final = "http://127.0.0.1:9"  # the demo's accounts reach nobody

SETTINGS: Final[dict[str, dict[str, Any]]] = {
    VIBER: {
        "driver": "turbosms", "base_url": _NOWHERE, "token": "demo", "sender": "Maracuja",
        "webhook_secret": _SECRET,
    },
    TELEGRAM: {
        "base_url": _NOWHERE, "token": _TOKEN, "bot": "maracuja_demo_bot",
        "webhook_secret": _SECRET, "topics": ["news"], "rate_per_s": 0,
    },
    SMS: {
        "driver": "alphasms", "base_url": _NOWHERE, "gateway_key": "demo", "sender": "Maracuja",
        "webhook_secret": _SECRET, "price_per_part": 0.85,
    },
}  # fmt: skip


@dataclass
class Phones:
    """Everybody's phone. `rows` leads from a number or chat to the person's row."""

    viber: TurboSmsVendor
    telegram: TelegramVendor
    sms: AlphaSmsVendor
    rows: dict[str, int]
    talks: list[int]  # rows of those who open the chat
    has_viber: np.ndarray
    says_so: np.ndarray
    takes_sms: np.ndarray
    mail: MailVendor = field(default_factory=MailVendor)
    _seen: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def vendors(self) -> dict[str, HttpVendor]:
        """The vendors by channel, as transports of a worker."""
        return {VIBER: self.viber, TELEGRAM: self.telegram, SMS: self.sms}

    @property
    def taken(self) -> int:
        """How many messages the vendors have taken."""
        return sum(len(vendor.shown) for vendor in self.vendors.values())

    # ------------------------------------------------------------ what reaches whom

    def arrivals(self) -> tuple[list[Received], list[tuple[int, Callable[[], None]]]]:
        """What reached people since the last call, and what vendors will tell, in how many s."""
        received: list[Received] = []
        told: list[tuple[int, Callable[[], None]]] = []
        for number, parts, _ in self._new(self.viber):
            row, later = self.rows[number], _delay(number)
            if self.has_viber[row]:
                received.append(_message(number, parts["text"]))
                told.append((later, _telling(self.viber.tell_status, number, "Delivered")))
            elif self.says_so[row]:
                told.append((later, _telling(self.viber.tell_status, number, "Undelivered")))
        for chat, _, body in self._new(self.telegram):
            received.append(_message(str(chat), body["text"]))
        for number, text in self._new(self.sms):
            if self.takes_sms[self.rows[number]]:
                received.append(_message(number, text))
                told.append((_delay(number), _telling(self.sms.becomes, number, "Delivered")))
            else:
                told.append((_delay(number), _telling(self.sms.becomes, number, "Undelivered")))
        return received, told

    def letters(self) -> list[Received]:
        """The mails that came since the last call."""
        before = self._seen["mail"]
        self._seen["mail"] = len(self.mail.received)
        return self.mail.received[before:]

    def _new(self, vendor: HttpVendor) -> Sequence[Any]:
        """What a vendor has taken since the last time."""
        before = self._seen[type(vendor).__name__]
        self._seen[type(vendor).__name__] = len(vendor.shown)
        return vendor.shown[before:]

    def readings(self, read: pl.Series) -> Iterator[tuple[datetime, Callable[[], None]]]:
        """When vendors tell that people have read; `read` has moments by row, or null."""
        for number in self.viber.numbers():
            at = read[self.rows[number]]
            if at is not None and self.has_viber[self.rows[number]]:
                yield at, _telling(self.viber.tell_status, number, "Read")

    # ------------------------------------------------------------ and back

    def open_chats(self, app: App, names: Sequence[str], now: datetime) -> None:
        """Some people open the shop's chat by the link on their receipt; some block it later."""
        with app.store.read() as conn:
            pids = people.find(conn, ["external_id"] * len(self.talks), names)
        links, at_s = make_links(app), int(now.timestamp())
        for row, pid in zip(self.talks, pids.tolist(), strict=True):
            if pid:
                payload = links.start(pid, "receipt", now)
                self.telegram.start(CHAT_FROM + row, payload, at_s=at_s)
        for n, row in enumerate(self.talks):
            if n % round(1 / BLOCKED) == 0:
                self.telegram.closed.add(CHAT_FROM + row)

    def call(self, app: App, now: datetime) -> int:
        """The calls of the vendors that are on their way reach us; how many."""
        channels, count = app.vendors.over_http(), 0
        rows = []
        for name, vendor in self.vendors.items():
            heard = [one for c in vendor.calls() for one in channels[name].webhook(c, now).heard]
            count += len(heard)
            if heard:
                context, body = encode_heard(heard, name, "main")
                rows.append(inbox.Request(micros(now), CALL, "internal", context, body))
        with app.store.write_inbox() as conn:
            inbox.append(conn, rows)
        return count


def make_phones(seed: int, people: pl.DataFrame) -> Phones:
    """The phones of these people; the same for the same seed."""
    draw = rng.stream(seed, "phones")
    size = people.height
    talks = np.flatnonzero(draw.random(size) < TALKS).tolist()
    rows = {number: row for row, number in enumerate(people["phone"])}
    return Phones(
        viber=TurboSmsVendor(seed=seed, token="demo", secret=_SECRET),
        telegram=TelegramVendor(seed=seed, token=_TOKEN, secret=_SECRET),
        sms=AlphaSmsVendor(seed=seed, key="demo", senders={"Maracuja"}),
        rows=rows | {str(CHAT_FROM + row): row for row in talks},
        talks=talks,
        has_viber=draw.random(size) < HAS_VIBER,
        says_so=draw.random(size) < SAYS_SO,
        takes_sms=draw.random(size) >= NO_SMS,
    )


def agreements(seed: int, people: pl.DataFrame) -> pl.DataFrame:
    """The columns of a file that say who agreed to news on Viber and by SMS, and when."""
    draw = rng.stream(seed, "agreements")
    columns = {}
    for channel, share in ((VIBER, 0.85), (SMS, 0.8)):
        asked = pl.Series(draw.random(people.height) < share)
        name = f"consent.news.{channel}"
        for part, source in (
            ("", "consent"),
            (".at", "consent_on"),
            (".source", "consent_source"),
        ):
            columns[f"{name}{part}"] = pl.when(asked).then(people[source])
    return people.select(**columns)


def after(now: datetime, seconds: int) -> datetime:
    """So many seconds later, at the next full minute: receipts come in crowds."""
    at = now + timedelta(seconds=seconds)
    return at + timedelta(seconds=-at.second % 60, microseconds=-at.microsecond)


def _delay(number: str) -> int:
    return DELAYS_S[rng.make_key("receipt", number) % len(DELAYS_S)]


def _telling(tell: Callable[[str, str], None], number: str, word: str) -> Callable[[], None]:
    return lambda: tell(number, word)


def _message(to: str, text: str) -> Received:
    """A chat message as its reader's phone has it."""
    links = LINK.findall(text)
    leave = [link for link in links if "/u/" in link]
    return Received(
        to=to,
        message_id="",
        subject="",
        text=text,
        html="",
        unsubscribe=leave[0] if leave else "",
        links=links,
    )

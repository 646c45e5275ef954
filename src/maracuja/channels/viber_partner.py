"""What each driver for Viber business messages shares: parts, the network's errors, statuses.

One driver speaks one partner's language, as pure translation; nothing here holds a socket.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import chain
from typing import Any, Final, NamedTuple

from maracuja.channels.base import Answer
from maracuja.channels.driven import Driver
from maracuja.channels.formatting import to_plain
from maracuja.channels.heard import Heard, HeardKind
from maracuja.channels.http import HttpRequest
from maracuja.channels.rulings import (
    NOT_A_USER_S,
    Ruling,
    by_words,
    over,
    own_words,
    stop,
    suppress,
    wait,
)
from maracuja.channels.viber_business_settings import ViberBusinessSettings
from maracuja.model import Message, SendResult, Status, Verdict, micros

NO_DEVICE_S: Final = 30 * 86_400

# Errors of Viber's network: partners pass these words on, with and without SRVC_ before them.
NETWORK: Final[Mapping[str, Ruling]] = {
    "NOT_VIBER_USER": suppress("not_a_user", rest_s=NOT_A_USER_S),
    "USER_BLOCKED": suppress("blocked"),
    "NO_SUITABLE_DEVICE": suppress("no_device", rest_s=NO_DEVICE_S),
    "TIMEOUT": wait("timeout"),
    "INTERNAL_FAILURE": wait("network"),
    "WAIT_FOR_USER_RESPONSE": over("no_answer_yet"),
    **dict.fromkeys(
        ("BAD_DATA", "BAD_PARAMETERS", "BAD_LABEL", "BAD_MESSAGE_TYPE", "FILE_NOT_PERMITTED",
         "BAD_FILE_SIZE", "BAD_FILE_NAME_LENGTH", "BAD_THUMBNAIL", "BAD_DURATION", "INVALID_TTL"),
        over("content"),
    ),
    "BAD_SERVICE_ID": stop("sender"),
    "UNAUTHORIZED_IP": stop("unauthorized"),
    "NOT_PERMITTED": stop("forbidden"),
}  # fmt: skip

# Words of receipts in lower case, as partners and SMS operators write them.
STATUSES: Final[Mapping[str, Status]] = {
    "delivered": Status.DELIVERED, "delivrd": Status.DELIVERED, "seen": Status.READ,
    "read": Status.READ, "clicked": Status.CLICKED, "expired": Status.EXPIRED,
    "undelivered": Status.FAILED, "undeliv": Status.FAILED, "failed": Status.FAILED,
    "error": Status.FAILED, "cancelled": Status.FAILED, "rejected": Status.REJECTED,
    "rejectd": Status.REJECTED, "unknown": Status.UNKNOWN, "blocked": Status.BOUNCED,
}  # fmt: skip


class Parts(NamedTuple):
    """A message in the few parts that a business message has; '' where there is none."""

    text: str
    image: str
    caption: str
    action: str
    ttl_s: int
    sms_text: str


def parts_of(message: Message, settings: ViberBusinessSettings, now: datetime) -> Parts:
    """The parts of a message that passed all checks, and how long Viber may try."""
    content = message.content
    button = content.buttons[0] if content.buttons else None
    ttl_s = settings.ttl_s
    if message.expires_us:
        left = (message.expires_us - micros(now)) // 1_000_000
        ttl_s = max(settings.ttl_s_min, min(ttl_s, int(left)))
    words = to_plain(content.text) if content.formatted else content.text
    link = button.url if button and button.url not in words else ""
    return Parts(
        text=content.text,
        image=content.media[0].url if content.media else "",
        caption=button.text if button else "",
        action=button.url if button else "",
        ttl_s=ttl_s,
        sms_text=_for_sms(f"{words} {link}") if settings.sms_fallback else "",
    )


def _for_sms(text: str) -> str:
    """Without spaces of other kinds: one of them doubles the price of an SMS."""
    return re.sub(r"[\u00a0\u2007\u202f]", " ", text).strip()


class Partner(Driver[ViberBusinessSettings]):
    """Translates for one partner."""

    @abstractmethod
    def wire(self, message: Message, parts: Parts) -> HttpRequest:
        """The request that sends a message."""

    @abstractmethod
    def outcome(self, answer: Answer) -> SendResult:
        """What an answer means, by the partner's table."""

    # ------------------------------------------------------------ words

    def error(self, words: str, *tables: Iterable[tuple[str, Ruling]]) -> Ruling:
        """By the shop's own words, the partner's, the network's; else it suppresses nobody."""
        own = own_words(self.settings.error_words)
        known = by_words(words, chain(own, *tables)) or network_error(words)
        return known or over("error" if words else "")

    def receipt(self, word: str, error: str, now: datetime, **told: Any) -> list[Heard]:
        """What became of a message; words that say nothing final tell nothing.

        A number that Viber does not reach rests, unless the partner then sends an SMS to it.
        """
        own = {name.lower(): status for name, status in self.settings.status_words.items()}
        known = network_error(error) or network_error(word)
        folded = word.strip().lower()
        status = own.get(folded) or STATUSES.get(folded) or (known and Status.FAILED)
        if status is None:
            return []
        rest_s = 0
        if known and status in (Status.FAILED, Status.REJECTED, Status.BOUNCED):
            lasting = known.verdict is Verdict.PERMANENT and not (
                known.rest_s and self.settings.sms_fallback
            )
            status = Status.BOUNCED if lasting else Status.FAILED
            rest_s = known.rest_s if lasting else 0
        return [
            Heard(
                kind=HeardKind.RECEIPT,
                at_us=micros(now),
                status=status,
                code=known.code if known else "",
                raw=f"{word} {error}".strip()[:1000],
                rest_s=rest_s,
                **told,
            )
        ]


def network_error(words: str) -> Ruling | None:
    """The network's error that some words name; None where they name none."""
    name = words.strip().upper().removeprefix("SRVC_")
    return NETWORK.get(name)

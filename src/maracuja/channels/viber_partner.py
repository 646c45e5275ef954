"""What each driver for Viber business messages shares: parts, the network's errors, statuses.

One driver speaks one partner's language, as pure translation; nothing here holds a socket.
"""

from __future__ import annotations

import hmac
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.formatting import to_plain
from maracuja.channels.heard import Heard, HeardKind, Hook
from maracuja.channels.http import (
    HttpRequest,
    check_equal,
    over,
    raw_of,
    reference,
    reject,
    stop,
    suppress,
    wait,
)
from maracuja.channels.viber_business_settings import ViberBusinessSettings
from maracuja.model import Message, Scope, SendResult, Status, Verdict, micros

NOT_A_USER_S: Final = 60 * 86_400
NO_DEVICE_S: Final = 30 * 86_400

_Result = Callable[[Answer, str], SendResult]


def rest(answer: Answer, code: str, rest_s: int = NOT_A_USER_S) -> SendResult:
    """This number will not do for some weeks."""
    return msgspec.structs.replace(suppress(answer, code), rest_s=rest_s)


def whole(answer: Answer, code: str) -> SendResult:
    """The whole account waits."""
    return wait(answer, scope=Scope.ACCOUNT, code=code)


def again(answer: Answer, code: str) -> SendResult:
    """This message was not sent, and may be tried again."""
    return wait(answer, code=code)


def unknown(answer: Answer, code: str) -> SendResult:
    """The partner itself does not know whether it was sent."""
    return SendResult(
        verdict=Verdict.UNKNOWN, status=Status.UNKNOWN, raw=raw_of(answer), code=code
    )


ACTIONS: Final[Mapping[str, _Result]] = {
    "suppress": suppress, "rest": rest, "over": over, "wait": whole, "stop": stop,
}  # fmt: skip


class NetworkError(NamedTuple):
    """What an error of Viber's network means: our code, and how long the number rests.

    `dead`: the number itself; `ours`: the account. Neither: this message alone.
    """

    code: str
    dead: bool = False
    rest_s: int = 0
    ours: bool = False
    later: bool = False


# Partners pass these words on, with and without SRVC_ before them.
NETWORK: Final[Mapping[str, NetworkError]] = {
    "NOT_VIBER_USER": NetworkError("not_a_user", dead=True, rest_s=NOT_A_USER_S),
    "USER_BLOCKED": NetworkError("blocked", dead=True),
    "NO_SUITABLE_DEVICE": NetworkError("no_device", dead=True, rest_s=NO_DEVICE_S),
    "TIMEOUT": NetworkError("timeout", later=True),
    "INTERNAL_FAILURE": NetworkError("network", later=True),
    "WAIT_FOR_USER_RESPONSE": NetworkError("no_answer_yet"),
    **dict.fromkeys(
        ("BAD_DATA", "BAD_PARAMETERS", "BAD_LABEL", "BAD_MESSAGE_TYPE", "FILE_NOT_PERMITTED",
         "BAD_FILE_SIZE", "BAD_FILE_NAME_LENGTH", "BAD_THUMBNAIL", "BAD_DURATION", "INVALID_TTL"),
        NetworkError("content"),
    ),
    "BAD_SERVICE_ID": NetworkError("sender", ours=True),
    "UNAUTHORIZED_IP": NetworkError("unauthorized", ours=True),
    "NOT_PERMITTED": NetworkError("forbidden", ours=True),
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


class Partner(ABC):
    """Translates for one partner; `hook` is the address at which it calls us."""

    def __init__(self, settings: ViberBusinessSettings, hook: str) -> None:
        self.settings, self.hook = settings, hook

    @abstractmethod
    def wire(self, message: Message, parts: Parts) -> HttpRequest:
        """The request that sends a message."""

    @abstractmethod
    def outcome(self, answer: Answer) -> SendResult:
        """What an answer means, by the partner's table."""

    @abstractmethod
    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What a call tells, once it is proven. Raises WebhookRejected."""

    def account_request(self) -> HttpRequest | None:
        """A question that proves that the account works; None: there is none."""
        return None

    def answered_well(self, answer: Answer) -> bool:
        """Whether the answer to it is a good one."""
        return 200 <= answer.code < 300

    def account_words(self, answer: Answer) -> str:
        """Which account a good answer to it names."""
        return ""

    # ------------------------------------------------------------ receipts that name a message

    def signed_hook(self, message: Message) -> str:
        """Our address for the receipts of one message; '' where none are taken."""
        if not (self.hook and self.settings.webhook_secret):
            return ""
        named = reference(message)
        return f"{self.hook}?{urlencode({'m': named, 'k': self._proof(named)})}"

    def proven(self, inbound: Inbound) -> str:
        """The message that such an address names. Raises WebhookRejected."""
        if not self.settings.webhook_secret:
            raise reject("no receipts are taken")
        named = inbound.query.get("m", "")
        check_equal(inbound.query.get("k", ""), self._proof(named))
        return named

    def _proof(self, named: str) -> str:
        key = self.settings.webhook_secret.encode()
        return hmac.digest(key, named.encode(), "sha256").hex()[:40]

    # ------------------------------------------------------------ words

    def own_error(self, answer: Answer, words: str) -> SendResult | None:
        """What the shop's settings say of an error; None where they say nothing."""
        said = words.lower()
        for part, action in self.settings.error_words.items():
            if part.lower() in said:
                return ACTIONS[action](answer, "error")
        return None

    def error(self, answer: Answer, words: str) -> SendResult:
        """By the shop's own words, then the network's; what nobody knows suppresses nobody."""
        own = self.own_error(answer, words)
        if own is not None:
            return own
        known = network_error(words)
        if known is None:
            return over(answer, "error" if words else str(answer.code))
        if known.ours:
            return stop(answer, known.code)
        if known.later:
            return again(answer, known.code)
        return rest(answer, known.code, known.rest_s) if known.dead else over(answer, known.code)

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
            lasting = known.dead and not (known.rest_s and self.settings.sms_fallback)
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


def network_error(words: str) -> NetworkError | None:
    """The network's error that some words name; None where they name none."""
    name = words.strip().upper().removeprefix("SRVC_")
    return NETWORK.get(name)


def at(value: Any, path: str) -> Any:
    """What stands at a path such as `messages.0.id`; None where there is nothing."""
    for step in path.split("."):
        if isinstance(value, dict):
            value = value.get(step)
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def text_at(value: Any, path: str) -> str:
    """The text or number that stands at a path; '' where there is none."""
    found = at(value, path)
    if isinstance(found, bool):
        return str(found).lower()
    return str(found) if isinstance(found, str | int | float) else ""

"""What each driver of the SMS channel can do: one gateway's language, as pure translation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import HttpRequest, reject
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_text import Segments
from maracuja.model import Message, SendResult, micros


class SmsDriver(ABC):
    """Translates for one kind of gateway; `hook` is the address at which it calls us."""

    over_http: ClassVar[bool] = True

    def __init__(self, settings: SmsSettings, hook: str) -> None:
        self.settings, self.hook = settings, hook

    @abstractmethod
    def wire(self, message: Message, cut: Segments, now: datetime) -> Any:
        """What the transport of this gateway carries for a message that passed all checks."""

    @abstractmethod
    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """What an answer means, by the gateway's table."""

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What a verified call tells. Raises WebhookRejected."""
        raise reject("this gateway does not call")

    def account_request(self) -> HttpRequest | None:
        """A question that proves that the account works; None: there is none."""
        return None

    def answered_well(self, answer: Answer) -> bool:
        """Whether an answer to it is a good one."""
        return 200 <= answer.code < 300

    def brief(self, answer: Answer) -> Answer:
        """The answer without what it repeats of number and text."""
        return answer

    def account_words(self, answer: Answer) -> str:
        """Which account a good answer to it names."""
        return ""

    def credentials(self) -> Mapping[str, str]:
        """Headers that are added to every request at the moment of sending."""
        return {}


def seconds_left(message: Message, now: datetime, most: int) -> int | None:
    """For how long the gateway may try, 1 to `most` seconds; None: as long as it does anyway."""
    if not message.expires_us:
        return None
    left = (message.expires_us - micros(now)) // 1_000_000
    return max(int(left), 1) if left < most else None

"""What each driver of the SMS channel can do: one gateway's language, as pure translation."""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime
from typing import Any

from maracuja.channels.base import Answer
from maracuja.channels.driven import Driver
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_text import Segments
from maracuja.model import Message, SendResult, micros


class SmsDriver(Driver[SmsSettings]):
    """Translates for one kind of gateway."""

    @abstractmethod
    def wire(self, message: Message, cut: Segments, now: datetime) -> Any:
        """What the transport of this gateway carries for a message that passed all checks."""

    @abstractmethod
    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """What an answer means, by the gateway's table."""


def seconds_left(message: Message, now: datetime, most: int) -> int | None:
    """For how long the gateway may try, 1 to `most` seconds; None: as long as it does anyway."""
    if not message.expires_us:
        return None
    left = (message.expires_us - micros(now)) // 1_000_000
    return max(int(left), 1) if left < most else None

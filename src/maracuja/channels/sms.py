"""SMS: words of a few parts to a telephone number, through a gateway of the shop's choice.

Three drivers speak to gateways: Twilio's API, a JSON gateway as AlphaSMS has it, and SMPP 3.4.
Parts and price are counted here, never by the gateway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar, Final
from urllib.parse import quote

from maracuja.channels.base import Answer
from maracuja.channels.driven import DrivenChannel
from maracuja.channels.sms_alphasms import AlphaSmsDriver
from maracuja.channels.sms_driver import SmsDriver
from maracuja.channels.sms_settings import SmsSettings
from maracuja.channels.sms_smpp import SmppDriver
from maracuja.channels.sms_text import Choice, Segments, SenderKind, choices, fitted, sender_kind
from maracuja.channels.sms_twilio import TwilioDriver
from maracuja.errors import UnsupportedFeature
from maracuja.model import Capabilities, Message, SendResult, Status

TEXT_CHARS_MAX: Final = 1530  # ten parts of the basic alphabet
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
# A link, a number, or the word to send to one.
_WAY_OUT: Final = re.compile(r"://|\+[0-9]{7}|\bstop\b|\bстоп\b", re.IGNORECASE)
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9._~-]{1,64}")


class Sms(DrivenChannel[SmsDriver]):
    """Text messages. A person is reached by a telephone number that can take them."""

    name: ClassVar[str] = "sms"
    code: ClassVar[int] = 10
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=TEXT_CHARS_MAX,
        short_links=True,
        answers_by_number=True,
        deep_link_chars_max=64,
        receipts=frozenset(
            {Status.SENT, Status.DELIVERED, Status.REPLIED, Status.BOUNCED, Status.UNSUBSCRIBED}
        ),
        address_kind="phone",
    )
    Settings = SmsSettings
    keeps_vendor_ids: ClassVar[bool] = True
    cuts: ClassVar[bool] = True
    paid: ClassVar[bool] = True
    drivers: ClassVar[Mapping[str, type[SmsDriver]]] = {
        "twilio": TwilioDriver,
        "alphasms": AlphaSmsDriver,
        "smpp": SmppDriver,
    }
    settings: SmsSettings

    def __init__(self, settings: SmsSettings, hook: str = "") -> None:
        super().__init__(settings, hook)
        self.carried_by = "http" if self.driver.over_http else "smpp"

    @property
    def smpp(self) -> SmppDriver | None:
        """The driver where messages go over SMPP; None where they go over HTTP."""
        return self.driver if isinstance(self.driver, SmppDriver) else None

    def host(self, address: str) -> str:
        """The beginning of a number: rates and refusals may concern a country."""
        return address[:4]

    # ------------------------------------------------------------ parts and price

    def parts(self, text: str, language: str) -> Segments:
        """The parts in which a text goes out, with its letters changed as the settings allow."""
        settings = self.settings
        return fitted(text, settings.letters, language, settings.reference_bits)

    def price(self, text: str, language: str) -> float:
        """What a text costs, in the shop's currency."""
        return self.parts(text, language).price(self.settings.price_per_part)

    def pieces(self, text: str, language: str) -> int:
        """Its parts."""
        return len(self.parts(text, language).parts)

    def choices(self, text: str, language: str) -> list[Choice]:
        """The ways of writing a text, and the parts that each saves."""
        return choices(text, language, self.settings.reference_bits)

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> Any:
        """The driver's wire form. Raises UnsupportedFeature for numbers, senders, many parts."""
        number = message.to.value
        if not _NUMBER.fullmatch(number):
            raise UnsupportedFeature(
                "This is no telephone number with + and its country.", where="to"
            )
        if self.settings.refuse_landlines and _is_landline(number):
            raise UnsupportedFeature("This number is a landline: no SMS gets there.", where="to")
        cut = self.parts(message.content.text, message.language)
        if len(cut.parts) > self.settings.parts_max:
            raise UnsupportedFeature(
                f"The text takes {len(cut.parts)} parts; {self.settings.parts_max} are allowed.",
                where="text",
                fix="Shorten it, or allow other letters.",
            )
        self._check_sender(message)
        return self.driver.wire(message, cut, now)

    def _check_sender(self, message: Message) -> None:
        """Whoever cannot answer must be told in the text itself how to leave."""
        sender = message.sender or self.settings.sender
        kind = sender_kind(sender)
        if sender and kind is None:
            raise UnsupportedFeature(
                f"`{sender}` cannot be shown as a sender.",
                where="sender",
                fix="Use up to 11 Latin letters and digits, or a number.",
            )
        told = kind is not SenderKind.WORD or _WAY_OUT.search(message.content.text)
        if message.marketing and not told:
            raise UnsupportedFeature(
                f"Nobody can answer STOP to {sender}, and the text names no other way to leave.",
                where="text",
                fix="Add {{ links.unsubscribe }}.",
            )

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the driver's table."""
        return self.driver.outcome(answer, attempt)

    def _decode(self, answer: Answer, attempt: int) -> SendResult:
        if self.driver.over_http:
            return super()._decode(answer, attempt)
        return self.driver.outcome(answer, attempt)

    # ------------------------------------------------------------ links

    def deep_link(self, payload: str) -> str:
        """sms:NUMBER?body=START ...: the message that the person then sends; '' without one."""
        sender = self.settings.sender
        if sender_kind(sender) not in (SenderKind.NUMBER, SenderKind.SHORT):
            return ""
        if not payload:
            return f"sms:{sender}"
        if not _PAYLOAD.fullmatch(payload):
            raise UnsupportedFeature(
                "An SMS link brings along 64 letters, digits, - . _ and ~ at most.",
                where="payload",
            )
        return f"sms:{sender}?body={quote(f'START {payload}')}"


@lru_cache(maxsize=65_536)
def _is_landline(number: str) -> bool:
    """Whether the number is surely one of a telephone on a wall."""
    import phonenumbers

    try:
        found = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return False
    return bool(phonenumbers.number_type(found) == phonenumbers.PhoneNumberType.FIXED_LINE)

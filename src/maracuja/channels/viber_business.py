"""Viber business messages: words, a picture and a button to a phone number, through a partner.

There is no API of Viber's own for them: each partner has a driver, and one is made by settings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Final

from maracuja.channels.base import Answer
from maracuja.channels.driven import DrivenChannel
from maracuja.channels.http import HttpRequest
from maracuja.channels.rulings import stop, whole
from maracuja.channels.viber_alphasms import AlphaSms
from maracuja.channels.viber_business_settings import ViberBusinessSettings
from maracuja.channels.viber_generic import Generic
from maracuja.channels.viber_partner import Partner, parts_of
from maracuja.channels.viber_turbosms import TurboSms
from maracuja.content import Content, MediaKind, Tap
from maracuja.errors import UnsupportedFeature
from maracuja.model import Capabilities, Message, SendResult, Status

_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")


class ViberBusiness(DrivenChannel[Partner]):
    """A sender registered with Viber. People are reached by the phone number of their Viber."""

    name: ClassVar[str] = "viber_business"
    code: ClassVar[int] = 4
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=1000,
        formatted=True,
        media=frozenset({MediaKind.PICTURE}),
        media_max=1,
        media_with_buttons=1,
        buttons=1,
        button_chars_max=30,
        button_taps=frozenset({Tap.URL}),
        receipts=frozenset(
            {Status.SENT, Status.DELIVERED, Status.READ, Status.CLICKED, Status.BOUNCED}
        ),
        address_kind="phone",
    )
    Settings = ViberBusinessSettings
    keeps_vendor_ids: ClassVar[bool] = True
    paid: ClassVar[bool] = True
    drivers: ClassVar[Mapping[str, type[Partner]]] = {
        "turbosms": TurboSms,
        "alphasms": AlphaSms,
        "generic": Generic,
    }
    settings: ViberBusinessSettings

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Beside the capabilities: a button needs words above it."""
        super().refuse(content)
        if content.buttons and not content.text:
            raise UnsupportedFeature(
                "Viber shows no button below a picture without words.",
                where="buttons",
                fix="Write a text of up to 1000 characters.",
            )

    def price(self, text: str, language: str) -> float:
        """What a message costs, in the shop's currency."""
        return self.settings.price_per_message

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """The partner's request. Raises UnsupportedFeature for layouts that it does not take."""
        if not _NUMBER.fullmatch(message.to.value):
            raise UnsupportedFeature(
                "This is no telephone number with + and its country.", where="to"
            )
        content, settings = message.content, self.settings
        without_button = content.media and content.text and not content.buttons
        if without_button and settings.layouts == "classic":
            raise UnsupportedFeature(
                "This partner shows a picture with words only above a button.",
                where="media",
                fix='Add a button; or, where the partner can, set layouts = "newer".',
            )
        if settings.sms_fallback and not content.text:
            raise UnsupportedFeature(
                "A picture alone has no words for the SMS that follows it.", where="text"
            )
        return self.driver.wire(message, parts_of(message, settings, now))

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the partner's table."""
        if answer.code in (401, 403):
            return stop("unauthorized").on(answer)
        if answer.code == 429:
            return whole("too_many").on(answer)
        return self.driver.outcome(answer)

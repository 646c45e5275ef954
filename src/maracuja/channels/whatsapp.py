"""WhatsApp: a shop's number over Meta's Cloud API, and what people do there.

Free text goes only to those who wrote within the last day; beyond that, templates that Meta has
approved. The token stands in a header of every request: nothing here may be logged.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, ClassVar, Final
from urllib.parse import quote

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import HttpChannel, HttpRequest, json_of, json_request, reference
from maracuja.channels.meta import MetaSettings, handshake, refused, verified
from maracuja.channels.rulings import accepted
from maracuja.channels.whatsapp_account import Account, template_subject
from maracuja.channels.whatsapp_bodies import body_of
from maracuja.channels.whatsapp_errors import ERRORS
from maracuja.channels.whatsapp_heard import USER_ID, Ours, heard_of
from maracuja.channels.whatsapp_limits import (
    CARDS_MAX,
    ROWS_MAX,
    faults,
    template_faults,
)
from maracuja.content import Content, MediaKind, Tap
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Message, SendResult, Status, micros

OBJECT: Final = "whatsapp_business_account"
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ID: Final = re.compile(r"[0-9]{5,20}")


class WhatsAppSettings(MetaSettings, frozen=True):
    """A number of the WhatsApp Business Platform: its ids stand in the app's dashboard."""

    phone_number_id: Annotated[
        str, Meta(description="Meta's id of your number (not the number itself)")
    ] = ""
    business_id: Annotated[
        str,
        Meta(
            pattern="^[0-9]{0,20}$",
            description="id of the WhatsApp Business Account: `connect` needs it",
        ),
    ] = ""
    number: Annotated[
        str,
        Meta(
            pattern="^[0-9]{0,15}$",
            description="your number in digits with its country: links into the chat need it",
        ),
    ] = ""
    greeting: Annotated[
        str,
        Meta(
            max_length=140,
            description="what a person's first message says who comes by a link; they agree to "
            "the `topics` by sending it, so it should say so",
        ),
    ] = "Hello!"
    marketing_messages: Annotated[
        bool,
        Meta(description="send marketing templates by Meta's Marketing Messages API"),
    ] = False
    price_per_message: Annotated[
        float,
        Meta(ge=0, description="what one message costs on average, in the shop's currency"),
    ] = 0.0
    rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second; Meta begins with 80 for a number")
    ] = 80.0
    address_rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second to one person; Meta takes about 1 in 6 s")
    ] = 0.16

    def __post_init__(self) -> None:
        """Refuse an id that is none."""
        super().__post_init__()
        if not _ID.fullmatch(self.phone_number_id):
            raise ConfigError(
                "The id of the WhatsApp number is missing or misspelled.",
                where="phone_number_id",
                fix="Copy `Phone number ID` from the app's page WhatsApp > API Setup.",
            )


class WhatsApp(HttpChannel):
    """A number. People are reached by the id that the business has of them, or by their number."""

    name: ClassVar[str] = "whatsapp"
    code: ClassVar[int] = 5
    calls_name_account: ClassVar[bool] = True
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=4096,
        caption_chars_max=1024,
        formatted=True,
        media=frozenset(MediaKind),
        media_max=1,
        media_with_buttons=1,
        buttons=ROWS_MAX,
        button_chars_max=24,
        button_taps=frozenset({Tap.URL, Tap.REPLY, Tap.LOCATION}),
        reply_bytes_max=200,
        cards=CARDS_MAX,
        card_text_chars_max=160,
        card_buttons=3,
        approved=True,
        place=True,
        window_s=24 * 3600,
        deep_link_chars_max=100,
        receipts=frozenset(
            {
                Status.SENT,
                Status.DELIVERED,
                Status.READ,
                Status.CLICKED,
                Status.REPLIED,
                Status.UNSUBSCRIBED,
            }
        ),
        address_kind="whatsapp",
        address_else="phone",
    )
    Settings = WhatsAppSettings
    keeps_vendor_ids: ClassVar[bool] = True  # presses and answers name the message by it
    lasting: ClassVar[frozenset[str]] = frozenset({"undeliverable"})
    paid: ClassVar[bool] = True
    settings: WhatsAppSettings

    def price(self, text: str, language: str) -> float:
        """What a message costs, in the shop's currency."""
        return self.settings.price_per_message

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Beside the capabilities: what Meta's interactive messages and templates allow."""
        if content.approved is None:
            super().refuse(content)
            found = faults(content)
        else:
            # A template's buttons, cards and lengths are its own, not those of a free message.
            bare = msgspec.structs.replace(content, buttons=(), cards=(), text=content.text[:1])
            super().refuse(bare)
            found = template_faults(content, content.approved)
        for where, words in found:
            raise UnsupportedFeature(words, where=where)

    def check(self, message: Message) -> None:
        """A service message may not bring a template of the marketing category."""
        super().check(message)
        approved = message.content.approved
        if approved is None:
            return
        if approved.category == "marketing" and not message.marketing:
            raise UnsupportedFeature(
                "A service message cannot be a template of the category marketing.",
                where="approved",
                fix="Use a utility template, or a marketing topic.",
            )
        if approved.category == "authentication" and not _NUMBER.fullmatch(message.to.value):
            raise UnsupportedFeature(
                "WhatsApp sends codes to numbers only, not to a person's id.", where="to"
            )

    def subject(self, content: Content) -> str:
        """The template, which Meta may pause."""
        approved = content.approved
        return template_subject(approved.name, approved.language) if approved else ""

    def host(self, address: str) -> str:
        """The person: each has a rate of their own."""
        return address

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """`messages`, or `marketing_messages` where the settings say so."""
        address, content = message.to.value, message.content
        if _NUMBER.fullmatch(address):
            to = {"to": address.removeprefix("+")}
        elif USER_ID.fullmatch(address):
            to = {"recipient": address}
        else:
            raise UnsupportedFeature("This is no number and no id of WhatsApp.", where="to")
        body = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **to,
            **body_of(content, message.language),
            "biz_opaque_callback_data": reference(message),
        }
        lite = (
            self.settings.marketing_messages and content.approved is not None and message.marketing
        )
        return json_request(
            f"{self._number}/{'marketing_messages' if lite else 'messages'}",
            body,
            headers=self.settings.bearer,
            message_id=message.id,
            recipient=address,
        )

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the tables of Meta's codes; what they do not know suppresses nobody."""
        if answer.code != 200:
            return refused(answer, ERRORS)
        name, state = _taken(answer)
        return accepted(name, code=state) if name else refused(answer, ERRORS)

    def brief(self, answer: Answer) -> Answer:
        """Of what was sent, the id alone: the answer repeats the person's number."""
        name, state = _taken(answer)
        if answer.code != 200 or not name:
            return answer
        kept = {"messages": [{"id": name, "message_status": state}]}
        return msgspec.structs.replace(answer, text=msgspec.json.encode(kept).decode())

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """The handshake, or a signed call about our number."""
        answer = handshake(inbound, self.settings.verify_token)
        if answer is not None:
            return answer
        entries = verified(inbound, self.settings.app_secret, OBJECT)
        account = Account(self.settings.business_id, self.settings.number)
        ours = Ours(self.settings.phone_number_id, self.settings.greeting.strip(), account)
        return Hook(heard=heard_of(entries, ours, micros(now)))

    def hook_request(self, url: str) -> HttpRequest | None:
        """subscribed_apps with our address; without the account's id it is done on Meta's site."""
        if not self.settings.business_id:
            return None
        body = {"override_callback_uri": url, "verify_token": self.settings.verify_token}
        address = f"{self.settings.graph}/{self.settings.business_id}/subscribed_apps"
        return json_request(address, body, headers=self.settings.bearer)

    # ------------------------------------------------------------ about the account

    def account_request(self) -> HttpRequest:
        """The number's own fields."""
        fields = "display_phone_number,verified_name,quality_rating"
        return HttpRequest(
            url=f"{self._number}?fields={fields}", method="GET", headers=self.settings.bearer
        )

    def account_words(self, answer: Answer) -> str:
        """The number, its name and its quality as Meta rates it."""
        found = json_of(answer)
        parts = ("display_phone_number", "verified_name", "quality_rating")
        return ", ".join(str(found[part]) for part in parts if found.get(part))

    def deep_link(self, payload: str) -> str:
        """https://wa.me/<number>?text=...: nothing hidden comes along, so that it is in the text.

        The person sees `Hello! [poster-1]` and sends it.
        """
        if not self.settings.number:
            return ""
        words = self.settings.greeting.strip()
        if payload and not _PAYLOAD.fullmatch(payload):
            raise UnsupportedFeature(
                "A WhatsApp link brings along 100 letters, digits, - and _ at most.",
                where="payload",
            )
        text = f"{words} [{payload}]" if payload else words
        return f"https://wa.me/{self.settings.number}?text={quote(text, safe='')}"

    @property
    def _number(self) -> str:
        return f"{self.settings.graph}/{self.settings.phone_number_id}"


def _taken(answer: Answer) -> tuple[str, str]:
    """The id of what was taken, and its state where that is not `accepted`; ('', '') else."""
    sent = json_of(answer).get("messages")
    first = sent[0] if isinstance(sent, list) and sent else None
    if not isinstance(first, dict) or not isinstance(first.get("id"), str):
        return "", ""
    state = str(first.get("message_status") or "")
    return first["id"], "" if state == "accepted" else state

"""Facebook Messenger: messages of a page over the Send API, and what people do in its chats.

Source: Meta's published collections and reference, and the facts of channels.md marked as its own
or as remembered: those can be changed by settings. A campaign never borrows the tag of a human.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import msgspec

from maracuja.channels import meta
from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Hook
from maracuja.channels.http import HttpChannel, HttpRequest, json_of, json_request, reference
from maracuja.channels.messenger_bodies import (
    CARD_TEXT_CHARS_MAX,
    TITLE_CHARS_MAX,
    faults,
    message_body,
)
from maracuja.channels.messenger_events import heard_of
from maracuja.channels.messenger_settings import MessengerSettings, table
from maracuja.channels.rulings import accepted, suppress
from maracuja.content import Content, MediaKind, Tap
from maracuja.errors import UnsupportedFeature
from maracuja.model import Capabilities, Message, SendResult, Status, micros

ADDRESS: Final = re.compile(r"[1-9][0-9]{0,31}")
_REF: Final = re.compile(r"[A-Za-z0-9_.:/+=-]{1,250}")
WINDOW: Final = timedelta(hours=24)
HUMAN_WINDOW: Final = timedelta(days=7)
BUSY_TRIES: Final = 3  # "busy" may mean that the person blocked the page: not for ever
BUSY_REST_S: Final = 7 * 86_400
LAST_WORD: Final = "the person's last word"
RECEIPTS: Final = frozenset(
    {Status.SENT, Status.DELIVERED, Status.READ, Status.CLICKED, Status.REPLIED,
     Status.UNSUBSCRIBED}
)  # fmt: skip


class Messenger(HttpChannel):
    """A page. People are reached by an id that they have with this page alone."""

    name: ClassVar[str] = "messenger"
    code: ClassVar[int] = 6
    own_addresses: ClassVar[bool] = True
    own_ids: ClassVar[bool] = True
    calls_name_account: ClassVar[bool] = True
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=2000,
        caption_chars_max=TITLE_CHARS_MAX + CARD_TEXT_CHARS_MAX,
        media=frozenset(MediaKind),
        media_max=1,
        media_with_buttons=1,
        buttons=3,
        button_chars_max=20,
        button_taps=frozenset({Tap.URL, Tap.REPLY}),
        reply_bytes_max=900,  # of 1000, beside our reference
        keyboard=13,
        keyboard_chars_max=20,
        keyboard_taps=frozenset({Tap.REPLY, Tap.PHONE}),
        keyboard_brings=True,
        cards=10,
        card_title_chars_max=TITLE_CHARS_MAX,
        card_text_chars_max=CARD_TEXT_CHARS_MAX,
        card_buttons=3,
        window_s=int(WINDOW.total_seconds()),
        human_window_s=int(HUMAN_WINDOW.total_seconds()),
        deep_link_chars_max=250,
        receipts=RECEIPTS,
        address_kind="messenger",
    )
    Settings: ClassVar[type[MessengerSettings]] = MessengerSettings
    keeps_vendor_ids: ClassVar[bool] = True
    about_object: ClassVar[str] = "page"  # of calls
    fields: ClassVar[tuple[str, ...]] = (
        "messages", "messaging_postbacks", "messaging_referrals", "messaging_optins",
        "message_deliveries", "message_reads",
    )  # fmt: skip
    # Fields of a profile that become traits.
    traits: ClassVar[Mapping[str, str]] = {
        "first_name": "first_name",
        "last_name": "last_name",
        "gender": "gender",
        "locale": "locale",
    }
    settings: MessengerSettings

    def __init__(self, settings: Any, hook: str = "") -> None:
        super().__init__(settings, hook)
        self._table = table(self.settings.errors)

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Beside the capabilities: what stands alone, and how long words may be where."""
        super().refuse(content)
        for where, message, fix in faults(
            cls.name, content, reply_bytes_max=cls.can.reply_bytes_max
        ):
            raise UnsupportedFeature(message, where=where, fix=fix)

    def host(self, address: str) -> str:
        """The person: Meta slows down single chats."""
        return address

    @classmethod
    def length(cls, text: str) -> tuple[int, str]:
        """How long Meta counts a text, and in what."""
        return len(text), "characters"

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """POST /<page>/messages."""
        person, content = message.to.value, message.content
        if not ADDRESS.fullmatch(person):
            raise UnsupportedFeature(f"This is no id of a person on {self.name}.", where="to")
        self._check_sizes(content)
        body: dict[str, Any] = {
            "recipient": {"id": person},
            **self._kind(message, now),
            "message": message_body(content, reference(message)),
        }
        if content.silent and self.about_object == "page":
            body["notification_type"] = "SILENT_PUSH"
        return json_request(
            f"{self.settings.graph}/{self.settings.sender_id}/messages",
            body,
            headers=self.settings.bearer,
            message_id=message.id,
            recipient=person,
        )

    def _check_sizes(self, content: Content) -> None:
        """What Meta may change from one day to the next."""
        settings = self.settings
        length, unit = self.length(content.text)
        if length > settings.text_max:
            raise UnsupportedFeature(
                f"The text has {length} {unit}; {self.name} carries {settings.text_max}.",
                where="text",
                fix="Shorten the text.",
            )
        for media in content.media:
            picture = media.kind is MediaKind.PICTURE
            most = settings.picture_mb_max if picture else settings.file_mb_max
            if media.size > most * 1_000_000:
                raise UnsupportedFeature(
                    f"The {media.kind} has {media.size} bytes; {self.name} carries {most} MB.",
                    where="media",
                )

    @property
    def answerable_s(self) -> int:
        """Seven days for those whom Meta has granted Human Agent, else a day."""
        return self.can.human_window_s if self.settings.human_agent else self.can.window_s

    def _kind(self, message: Message, now: datetime) -> dict[str, str]:
        """Why it may be sent now. Raises UnsupportedFeature where it may not.

        Who has not written for 24 hours may be written to by a human only, and for seven days.
        """
        silent_us = micros(now) - message.last_word_us if message.last_word_us else None
        if silent_us is None or silent_us <= WINDOW // timedelta(microseconds=1):
            return self._ordinary(human=message.human)
        if not message.human:
            raise UnsupportedFeature(
                f"{self.name} takes messages for 24 hours after {LAST_WORD} only.",
                where="to",
                fix="Wait until they write, or reach them on another channel.",
            )
        if message.marketing:
            raise UnsupportedFeature(
                f"After 24 hours {self.name} takes answers of a human only, never advertising.",
                where="to",
            )
        if silent_us > HUMAN_WINDOW // timedelta(microseconds=1):
            raise UnsupportedFeature(
                f"{self.name} takes answers of a human for 7 days after {LAST_WORD} only.",
                where="to",
                fix="Reach them on another channel.",
            )
        if not self.settings.human_agent:
            raise UnsupportedFeature(
                f"After 24 hours {self.name} takes answers only of those whom Meta has granted "
                "Human Agent.",
                where="human_agent",
                fix="Ask for it in the app's review, then set `human_agent`.",
            )
        return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}

    def _ordinary(self, *, human: bool) -> dict[str, str]:
        """What stands for a message inside of the window."""
        return {"messaging_type": "RESPONSE" if human else "UPDATE"}

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By code and subcode; what the tables do not know suppresses nobody."""
        mid = json_of(answer).get("message_id")
        if answer.code == 200 and isinstance(mid, str) and mid:
            return accepted(mid)
        result = meta.refused(answer, self._table)
        if result.code == "busy" and attempt > BUSY_TRIES:
            return suppress("busy", rest_s=BUSY_REST_S).on(answer)
        return result

    def brief(self, answer: Answer) -> Answer:
        """Of what was sent, only the vendor's id of it."""
        mid = json_of(answer).get("message_id")
        if answer.code != 200 or not isinstance(mid, str):
            return answer
        kept = msgspec.json.encode({"message_id": mid}).decode()
        return msgspec.structs.replace(answer, text=kept)

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """A handshake, or the events of our page, signed with the app's secret."""
        greeting = meta.handshake(inbound, self.settings.verify_token)
        if greeting is not None:
            return greeting
        entries = meta.verified(inbound, self.settings.app_secret, self.about_object)
        ours = [entry for entry in entries if str(entry.get("id")) == self.settings.entry_id]
        told = [one for entry in ours for one in heard_of(entry, now, self.settings.get_started)]
        return Hook(heard=list({(one.kind, one.key): one for one in told}.values()))

    def hook_request(self, url: str) -> HttpRequest:
        """subscribed_apps with the events that we read; the address itself is entered at Meta."""
        return json_request(
            f"{self.settings.graph}/{self.settings.sender_id}/subscribed_apps",
            {"subscribed_fields": self.fields},
            headers=self.settings.bearer,
        )

    # ------------------------------------------------------------ about people and the account

    def about_request(self, address: str) -> HttpRequest:
        """The person's profile, as far as Meta shows it to those who were written to."""
        if not ADDRESS.fullmatch(address):
            raise UnsupportedFeature(f"This is no id of a person on {self.name}.", where="address")
        return self._question(",".join(self.settings.profile_fields), address)

    def about(self, answer: Answer) -> dict[str, Any]:
        """What it told, under the names of traits; a locale is told as its language."""
        told = json_of(answer)
        found = {
            trait: str(told[field])[:200]
            for field, trait in self.traits.items()
            if isinstance(told.get(field), str) and told[field]
        }
        language = found.pop("locale", "").partition("_")[0].lower()
        return found | ({"language": language} if language else {})

    def account_request(self) -> HttpRequest:
        """The page by its number."""
        return self._question("name", self.settings.sender_id)

    def account_words(self, answer: Answer) -> str:
        """Its name."""
        return str(json_of(answer).get("name", ""))

    def _question(self, fields: str, about: str) -> HttpRequest:
        settings = self.settings
        url = f"{settings.graph}/{about}?fields={fields}"
        return HttpRequest(url=url, method="GET", headers=settings.bearer)

    def deep_link(self, payload: str) -> str:
        """https://m.me/<page>?ref=...: the payload comes back when the chat is opened."""
        if not self.settings.link_name:
            return ""
        link = f"{self.settings.link_url.rstrip('/')}/{self.settings.link_name}"
        if not payload:
            return link
        if not _REF.fullmatch(payload):
            raise UnsupportedFeature(
                f"A link into {self.name} brings along 250 letters, digits and _ . : / + = - "
                "at most.",
                where="payload",
            )
        return f"{link}?ref={payload.replace('+', '%2B')}"

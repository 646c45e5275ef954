"""Instagram: direct messages of a professional account, by the same API as Messenger's.

It differs in lengths, receipts and links. It never writes first: Instagram has no way to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer
from maracuja.channels.http import HttpRequest, json_of
from maracuja.channels.messenger import RECEIPTS, Messenger
from maracuja.channels.messenger_settings import MessengerSettings
from maracuja.content import Content, Tap
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Status

TEXT_BYTES_MAX = 1000


class InstagramSettings(MessengerSettings, frozen=True):
    """The account, and the app of Meta that writes in its name.

    With Instagram Login the token is the account's. With a linked Facebook page, `page_id` is
    that page, the token the page's, and `base_url` https://graph.facebook.com.
    """

    base_url: Annotated[
        str,
        Meta(
            description="https://graph.instagram.com with Instagram Login, "
            "https://graph.facebook.com with a linked page"
        ),
    ] = "https://graph.instagram.com"
    instagram_id: Annotated[
        str,
        Meta(
            pattern="^([1-9][0-9]{0,31})?$",
            description="the number of the professional account: calls name it",
        ),
    ] = ""
    page_id: Annotated[
        str,
        Meta(
            pattern="^([1-9][0-9]{0,31})?$",
            description="the number of the linked Facebook page; empty with Instagram Login",
        ),
    ] = ""
    page_name: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9._-]{0,100}$",
            description="the account's user name without @: links into the chat need it",
        ),
    ] = ""
    link_url: Annotated[
        str, Meta(description="the address that the name follows in links into the chat")
    ] = "https://ig.me/m"
    text_max: Annotated[
        int, Meta(ge=1, le=1000, description="the longest text that Meta takes, in bytes")
    ] = TEXT_BYTES_MAX
    profile_fields: Annotated[
        tuple[str, ...], Meta(description="what Meta is asked about a person")
    ] = ("name", "username")
    picture_mb_max: Annotated[int, Meta(ge=1, description="the largest picture, in megabytes")] = 8

    def check_ids(self) -> None:
        """Refuse an account that has no number."""
        if not self.instagram_id:
            raise ConfigError(
                "The number of the Instagram account is missing.",
                where="instagram_id",
                fix="Copy it from the app's page, under Instagram and API setup.",
            )

    @property
    def sender_id(self) -> str:
        """In whose name messages go."""
        return self.page_id or self.instagram_id

    @property
    def entry_id(self) -> str:
        """Which of the entries of a call are ours."""
        return self.instagram_id

    @property
    def link_name(self) -> str:
        """The account's user name: Instagram's links know no numbers."""
        return self.page_name


class Instagram(Messenger):
    """A professional account. People are reached by an id that they have with it alone."""

    name: ClassVar[str] = "instagram"
    code: ClassVar[int] = 7
    own_addresses: ClassVar[bool] = True
    own_ids: ClassVar[bool] = True
    calls_name_account: ClassVar[bool] = True
    can: ClassVar[Capabilities] = msgspec.structs.replace(
        Messenger.can,
        text_chars_max=TEXT_BYTES_MAX,
        keyboard_taps=frozenset({Tap.REPLY}),
        keyboard_brings=True,
        receipts=RECEIPTS - {Status.DELIVERED},
        address_kind="instagram",
    )
    Settings: ClassVar[type[MessengerSettings]] = InstagramSettings
    about_object: ClassVar[str] = "instagram"
    fields: ClassVar[tuple[str, ...]] = (
        "messages", "messaging_postbacks", "messaging_referral", "messaging_optins",
        "messaging_seen",
    )  # fmt: skip

    traits: ClassVar[Mapping[str, str]] = {"name": "name", "username": "instagram_username"}

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Beside what Messenger refuses: texts count in bytes, quick replies stand below words."""
        super().refuse(content)
        size, _ = cls.length(content.text)
        if size > TEXT_BYTES_MAX:
            raise UnsupportedFeature(
                f"The text has {size} bytes; instagram carries {TEXT_BYTES_MAX}, and a letter "
                "that is not Latin takes two or more.",
                where="text",
                fix="Shorten the text.",
            )
        if content.keyboard and (content.media or content.cards or content.buttons):
            raise UnsupportedFeature(
                "instagram shows quick replies below plain words only.", where="keyboard"
            )

    @classmethod
    def length(cls, text: str) -> tuple[int, str]:
        """In bytes of UTF-8."""
        return len(text.encode()), "bytes"

    def _ordinary(self, *, human: bool) -> dict[str, str]:
        """Nothing: Instagram knows no kinds inside of the window."""
        return {}

    def account_request(self) -> HttpRequest:
        """The account by its number."""
        fields = "name" if self.settings.page_id else "username"
        return self._question(fields, self.settings.sender_id)

    def account_words(self, answer: Answer) -> str:
        """Its name."""
        told = json_of(answer)
        return f"@{told['username']}" if told.get("username") else super().account_words(answer)

"""Mobile push: notifications of the shop's app over FCM v1 and APNs, and what the app tells.

Source: the discovery document of fcm.v1, Apple's tables of reasons. A token never reaches the
other vendor's server, and the account's keys go into no request: only what they sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.devices import DeviceChannel, DeviceSettings
from maracuja.channels.heard import Hook
from maracuja.channels.http import (
    HttpRequest,
    check_equal,
    hidden,
    json_of,
    reference,
    reject,
)
from maracuja.channels.mobile_push_apns import Apns
from maracuja.channels.mobile_push_apns import outcome as apns_outcome
from maracuja.channels.mobile_push_fcm import Fcm
from maracuja.channels.mobile_push_fcm import outcome as fcm_outcome
from maracuja.channels.push_beacons import RECEIPTS, beacon_of, heard_of, proof
from maracuja.content import Content, MediaKind
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Message, SendResult, Status, micros

TTL_S_MAX: Final = 2_419_200  # four weeks, by FCM


class MobilePushSettings(DeviceSettings, frozen=True):
    """The app's accounts: at Firebase, at Apple, or at both."""

    base_url: Annotated[str, Meta(description="address of FCM")] = "https://fcm.googleapis.com"
    service_account: Annotated[
        str,
        hidden("the JSON file of Firebase's service account, as text; empty: no FCM"),
    ] = ""
    apns_url: Annotated[
        str,
        Meta(description="address of APNs; https://api.sandbox.push.apple.com while developing"),
    ] = "https://api.push.apple.com"
    apns_key: Annotated[
        str,
        hidden("the .p8 file of Apple's key, as text; empty: no APNs"),
    ] = ""
    apns_key_id: Annotated[
        str, Meta(pattern="^[A-Z0-9]{0,10}$", description="the key's ten letters")
    ] = ""
    apns_team_id: Annotated[
        str, Meta(pattern="^[A-Z0-9]{0,10}$", description="the team's ten letters")
    ] = ""
    apns_topic: Annotated[
        str, Meta(description="the app's bundle id, such as shop.example.app")
    ] = ""
    title: Annotated[
        str, Meta(max_length=100, description="the title where a message has none")
    ] = ""
    ttl_s: Annotated[
        int,
        Meta(ge=0, le=TTL_S_MAX, description="seconds for which a phone that is off is waited"),
    ] = 86_400
    replace: Annotated[
        bool, Meta(description="a message of a campaign takes the place of its last one")
    ] = True
    android_channel: Annotated[
        str, Meta(description="the app's notification channel on Android; empty: its default")
    ] = ""
    category: Annotated[
        str, Meta(description="the app's category with its buttons; empty: none")
    ] = ""
    webhook_secret: Annotated[
        str,
        hidden("proves what the app tells of messages; empty: nothing is taken"),
    ] = ""

    def __post_init__(self) -> None:
        """Refuse accounts that cannot work."""
        super().__post_init__()
        if not self.service_account and not self.apns_key:
            raise ConfigError(
                "There is no account of the app.",
                where="service_account",
                fix="Give the service account of Firebase, Apple's key, or both.",
            )
        Fcm.check(self.service_account)
        Apns.check(self)
        self.check_secrets("webhook_secret")


class MobilePush(DeviceChannel):
    """An app. A device is reached by `fcm:` or `apns:` and its token."""

    name: ClassVar[str] = "mobile_push"
    code: ClassVar[int] = 9
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=1000,
        subject_chars_max=100,
        media=frozenset({MediaKind.PICTURE}),
        media_max=1,
        link=True,
        background=True,
        bytes_max=4096,
        receipts=frozenset(
            {Status.SENT, Status.DELIVERED, Status.READ, Status.CLICKED, Status.BOUNCED}
        ),
        address_kind="mobile_push",
    )
    Settings = MobilePushSettings
    carried_by: str = "http2"
    settings: MobilePushSettings

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Beside the capabilities: what shows nothing has no picture."""
        super().refuse(content)
        if content.background and content.media:
            raise UnsupportedFeature(
                "A message in the background shows no picture.", where="media"
            )

    def __init__(self, settings: Any, hook: str = "") -> None:
        super().__init__(settings, hook)
        self._fcm = Fcm(self.settings) if self.settings.service_account else None
        self._apns = Apns(self.settings) if self.settings.apns_key else None

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """messages:send of FCM, or /3/device of APNs, by the token's prefix."""
        vendor, _, token = message.to.value.partition(":")
        found = {"fcm": self._fcm, "apns": self._apns}.get(vendor)
        if found is None:
            raise UnsupportedFeature(
                "This is no token of a vendor that is set up here.",
                where="to",
                fix="Write `fcm:` or `apns:` before the token.",
            )
        left = (message.expires_us - micros(now)) // 1_000_000
        ttl_s = self.settings.ttl_s
        if message.expires_us:
            ttl_s = max(0, min(ttl_s, left))
        return found.request(message, token, self._data(message), ttl_s, now)

    def _data(self, message: Message) -> dict[str, str]:
        """What the app reads beside the words: where a press leads, and how to tell of it."""
        named = reference(message)
        content = message.content
        data = {"link": content.link, "reference": named}
        if content.background:  # nothing else brings the words
            data |= {"title": content.subject, "body": content.text}
        if self.hook and self.settings.webhook_secret:
            data["hook"] = self.hook
            data |= {f"{event}_proof": self.proof(event, named) for event in RECEIPTS}
        return {name: value for name, value in data.items() if value}

    def proof(self, event: str, named: str, payload: str = "") -> str:
        """What only we can have put into the message that this reference names."""
        said = (event, named, payload) if payload else (event, named)
        return proof(self.settings.webhook_secret.encode(), *said)

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the table of whoever speaks: APNs names an apns-id with everything, or a reason."""
        if "apns-id" in answer.headers or "reason" in json_of(answer):
            return apns_outcome(answer)
        return fcm_outcome(answer)

    def login(self, now: datetime) -> HttpRequest | None:
        """For FCM, a token of an hour for what the service account signed."""
        return self._fcm.login(now) if self._fcm else None

    def logged_in(self, answer: Answer, now: datetime) -> bool:
        """Keep FCM's token."""
        return self._fcm is not None and self._fcm.logged_in(answer, now)

    def credentials(self) -> Mapping[str, str]:
        """FCM's token; requests to APNs bring their own."""
        return self._fcm.credentials() if self._fcm else {}

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What the app tells of a message, with the proof that the message brought."""
        if not self.settings.webhook_secret:
            raise reject("no secret is set")
        beacon = beacon_of(inbound)
        mine = self.proof(beacon.event, beacon.reference, beacon.payload)
        check_equal(beacon.proof, mine)
        return Hook(heard=heard_of(beacon, now))

    # ------------------------------------------------------------ about the account

    def account_request(self) -> HttpRequest | None:
        """FCM's dry run to a topic that nobody has; APNs can only be asked with a token."""
        return self._fcm.dry_run() if self._fcm else None

    def account_words(self, answer: Answer) -> str:
        """Which project it is."""
        return f"Firebase project {self._fcm.project}" if self._fcm else ""

"""Web push: encrypted notifications to browsers, and what their service worker tells of them.

Source: RFC 8030, 8291, 8292, and the answers of Mozilla's autopush, FCM and Apple. A subscription
holds the secret of a browser: it goes into no answer and no log.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.devices import DeviceChannel, DeviceSettings, split, told_name
from maracuja.channels.heard import Heard, HeardKind, Hook
from maracuja.channels.http import (
    HttpRequest,
    check_equal,
    hidden,
    reference,
    reject,
)
from maracuja.channels.push_beacons import RENEWED, Beacon, beacon_of, heard_of, proof
from maracuja.channels.rulings import accepted, over, stop, suppress, wait
from maracuja.channels.web_push_address import (
    Subscription,
    as_address,
    is_listed,
    read_subscription,
)
from maracuja.channels.web_push_crypto import (
    b64,
    digest,
    encrypt,
    es256_token,
    fresh,
    private_key,
    public_bytes,
    unb64,
)
from maracuja.channels.web_push_worker import PAGE, WORKER
from maracuja.content import Button, MediaKind, Tap
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Capabilities, Message, Scope, SendResult, Status, micros

PAYLOAD_BYTES_MAX: Final = 2_500  # plain: an FCM bridge takes 2,744
TTL_S_MAX: Final = 2_592_000
TOKEN_HOURS: Final = 12
# A subscription that was made with another key: that one will never do, the others may.
OTHER_KEY: Final = ("do not correspond", "mismatch", "vapidpkhash")
_SCRIPT: Final = {"Cross-Origin-Resource-Policy": "cross-origin"}


class WebPushSettings(DeviceSettings, frozen=True):
    """The key that browsers are subscribed with, and how notifications look and wait."""

    base_url: Annotated[
        str, Meta(description="not used: each browser names its own push service")
    ] = "https://push.invalid"
    private_key: Annotated[
        str,
        hidden("the VAPID key: 32 bytes as base64url; a new one ends every subscription"),
    ] = ""
    subject: Annotated[
        str,
        Meta(description="mailto: or https address at which push services reach you"),
    ] = ""
    title: Annotated[
        str,
        Meta(max_length=100, description="the title where a message has none: the shop's name"),
    ] = ""
    icon: Annotated[str, Meta(description="https address of the picture beside the title")] = ""
    badge: Annotated[
        str, Meta(description="https address of the small white picture in Android's status bar")
    ] = ""
    ttl_s: Annotated[
        int,
        Meta(ge=0, le=TTL_S_MAX, description="seconds for which a browser that is off is waited"),
    ] = 86_400
    urgency: Annotated[
        str,
        Meta(
            pattern="^(very-low|low|normal|high)$",
            description="of marketing: phones that save power wait for `high`, as codes have",
        ),
    ] = "normal"
    replace: Annotated[
        bool,
        Meta(description="a message takes the place of the campaign's last one, shown or not"),
    ] = True
    hosts: Annotated[
        tuple[str, ...],
        Meta(description="the push services that are posted to, with *. for any name below"),
    ] = (
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "*.push.apple.com",
        "*.notify.windows.com",
    )

    def __post_init__(self) -> None:
        """Refuse a key that is none and an address that Apple would refuse."""
        super().__post_init__()
        try:
            private_key(unb64(self.private_key))
        except ValueError:
            raise ConfigError(
                "The private key of web push is missing or misspelled.",
                where="private_key",
                fix="Give the 32 bytes of a P-256 key as base64url; docs/web_push.md makes one.",
            ) from None
        told = self.subject
        mail = told.startswith("mailto:") and "@" in told and not set(told) & set(" <>")
        if not mail and not told.startswith("https://"):
            raise ConfigError(
                "Push services cannot reach you: there is no `mailto:` or https address.",
                where="subject",
                fix='Write "mailto:" and your address without spaces and brackets.',
            )
        if not self.title:
            raise ConfigError(
                "A notification has a title, and there is none.",
                where="title",
                fix="Enter the shop's name.",
            )


class _Renewed(msgspec.Struct, frozen=True):
    old: dict[str, Any]
    made: dict[str, Any]


class WebPush(DeviceChannel):
    """Browsers, each by its subscription: the text of PushSubscription.toJSON()."""

    name: ClassVar[str] = "web_push"
    code: ClassVar[int] = 8
    can: ClassVar[Capabilities] = Capabilities(
        text_chars_max=500,
        subject_chars_max=100,
        media=frozenset({MediaKind.PICTURE}),
        media_max=1,
        media_with_buttons=1,
        buttons=2,
        button_chars_max=40,
        button_taps=frozenset({Tap.URL, Tap.REPLY}),
        reply_bytes_max=100,
        link=True,
        bytes_max=PAYLOAD_BYTES_MAX,
        receipts=frozenset(
            {Status.SENT, Status.DELIVERED, Status.READ, Status.CLICKED, Status.BOUNCED}
        ),
        address_kind="web_push",
    )
    Settings = WebPushSettings
    settings: WebPushSettings

    def __init__(self, settings: Any, hook: str = "") -> None:
        super().__init__(settings, hook)
        raw = unb64(self.settings.private_key)
        self._key = private_key(raw)
        self._public = b64(public_bytes(self._key))
        # One for what is encrypted, one for what comes back: neither tells the key.
        self._fresh = hmac.digest(raw, b"maracuja web push message", "sha256")
        self._proof = hmac.digest(raw, b"maracuja web push beacon", "sha256")
        self._tokens: dict[tuple[str, int], str] = {}

    def host(self, address: str) -> str:
        """The push service of the first device: each has rates of its own."""
        try:
            return read_subscription(next(iter(split(address)), "")).host
        except ValueError:
            return ""

    # ------------------------------------------------------------ out

    def request(self, message: Message, now: datetime) -> HttpRequest:
        """One encrypted POST to the browser's push service."""
        to, settings = self._subscription(message.to.value), self.settings
        plain = msgspec.json.encode(self.payload(message))
        if len(plain) > PAYLOAD_BYTES_MAX:
            raise UnsupportedFeature(
                f"The notification has {len(plain)} bytes with its links; web_push carries "
                f"{PAYLOAD_BYTES_MAX}.",
                where="text",
                fix="Shorten the text and the addresses.",
            )
        at = str(micros(now)).encode()
        content = hashlib.sha256(plain).digest()
        salt, key = fresh(self._fresh, message.id, at, content, to.endpoint.encode())
        headers = {
            "content-type": "application/octet-stream",
            "content-encoding": "aes128gcm",
            "ttl": str(self._ttl_s(message, now)),
            "urgency": settings.urgency if message.marketing else "high",
            "authorization": f"vapid t={self._token(to.origin, now)}, k={self._public}",
        }
        if settings.replace and message.marketing:
            headers["topic"] = _topic(message)
        return HttpRequest(
            url=to.endpoint,
            headers=headers,
            body=encrypt(plain, unb64(to.keys.p256dh), unb64(to.keys.auth), salt, key),
            message_id=message.id,
            recipient=message.to.value,
        )

    def payload(self, message: Message) -> dict[str, Any]:
        """What the browser reads: declarative web push, which our service worker reads as well."""
        content, settings = message.content, self.settings
        shown: dict[str, Any] = {
            "title": content.subject or settings.title,
            "body": content.text,
            "navigate": content.link,
            "lang": message.language,
            "silent": content.silent,
            "icon": settings.icon,
            "badge": settings.badge,
            "image": content.media[0].url if content.media else "",
            "tag": _topic(message) if settings.replace and message.marketing else "",
            "actions": [_action(n, button) for n, button in enumerate(content.buttons)],
        }
        shown = {name: value for name, value in shown.items() if value not in ("", False, [])}
        if self.hook:
            shown["data"] = self._data(message)
        return {"web_push": 8030, "notification": shown}

    def _data(self, message: Message) -> dict[str, Any]:
        """Where the worker tells what happened, with a proof for each thing that can."""
        named, content = reference(message), message.content
        device = _device(told_name(message.to.value))
        urls = [content.link, *(button.url for button in content.buttons)]
        data: dict[str, Any] = {
            "hook": self.hook,
            "reference": named,
            "delivered": self.proof("delivered", named),
            "closed": self.proof("closed", named),
            "device": device,
            "renew": self.proof(RENEWED, device),
            # A link of ours counts the press by itself.
            "clicked": ["" if self._counts(url) else self.proof("clicked", named) for url in urls],
        }
        if any(button.reply for button in content.buttons):
            data["replies"] = [
                {"payload": one.reply, "proof": self.proof("pressed", named, one.reply)}
                if one.reply
                else None
                for one in content.buttons
            ]
        return data

    def proof(self, event: str, named: str, payload: str = "") -> str:
        """What only we can have put into the message that this reference names."""
        return proof(self._proof, event, named, payload)

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the status; a refusal of the key concerns one subscription, one service, or us."""
        words = answer.text.lower()
        match answer.code:
            case 201:
                named = answer.headers.get("location") or answer.headers.get("apns-id", "")
                return accepted(named[:200])
            case 200 | 202 if answer.headers.get("location"):
                return accepted(answer.headers["location"][:200])
            case 404 | 410:
                return suppress("gone").on(answer)
            case 401 | 403 if any(part in words for part in OTHER_KEY):
                return suppress("other_key").on(answer)
            case 401:
                return stop("vapid").on(answer)
            case 403:
                return stop("vapid", scope=Scope.HOST).on(answer)
            case 413:
                return over("too_large").on(answer)
            case 400:
                return over("content").on(answer)
            case 408:
                return wait().on(answer)
            case 429:
                return wait(scope=Scope.HOST).on(answer)
            case 301 | 307 | 308:
                return over("moved").on(answer)
        return over().on(answer)

    def _subscription(self, address: str) -> Subscription:
        try:
            found = read_subscription(address)
        except ValueError as fault:
            raise UnsupportedFeature(f"{fault}.".capitalize(), where="to") from None
        if not is_listed(found.host, self.settings.hosts):
            raise UnsupportedFeature(
                "The subscription is at a push service that is not on the list.",
                where="to",
                fix="Add its host to `hosts`, if you know it to be one.",
            )
        return found

    def _ttl_s(self, message: Message, now: datetime) -> int:
        if not message.expires_us:
            return self.settings.ttl_s
        return max(0, min(self.settings.ttl_s, (message.expires_us - micros(now)) // 1_000_000))

    def _token(self, origin: str, now: datetime) -> str:
        """A VAPID token of one push service, the same for an hour."""
        hour = int(now.timestamp()) // 3600
        token = self._tokens.get((origin, hour))
        if token is None:
            until = (hour + TOKEN_HOURS) * 3600
            claims = {"aud": origin, "exp": until, "sub": self.settings.subject}
            self._tokens = {key: one for key, one in self._tokens.items() if key[1] == hour}
            token = self._tokens[origin, hour] = es256_token(self._key, claims)
        return token

    def _counts(self, url: str) -> bool:
        ours, theirs = urlsplit(self.hook), urlsplit(url)
        return theirs.netloc == ours.netloc and theirs.path.startswith("/c/")

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """A beacon of the service worker; by GET, the worker itself and the page's function."""
        if inbound.method == "GET":
            return self._script(inbound)
        beacon = beacon_of(inbound)
        if beacon.event == RENEWED:
            return Hook(heard=[self._renewed(beacon, now)])
        mine = self.proof(beacon.event, beacon.reference, beacon.payload)
        check_equal(beacon.proof, mine)
        return Hook(heard=heard_of(beacon, now))

    def _renewed(self, beacon: Beacon, now: datetime) -> Heard:
        """A browser's new subscription, signed with what its last notification brought."""
        key = self.proof(RENEWED, beacon.reference).encode()
        check_equal(beacon.proof, proof(key, beacon.payload))
        try:
            told = msgspec.json.decode(beacon.payload, type=_Renewed)
            old, made = read_subscription(told.old), read_subscription(told.made)
        except (msgspec.DecodeError, RecursionError, ValueError) as fault:
            raise reject(f"its shape is strange: {fault}") from None
        if _device(old.endpoint) != beacon.reference or not is_listed(
            made.host, self.settings.hosts
        ):
            raise reject("it is about another browser, or a service that is not on the list")
        return Heard(
            kind=HeardKind.RENEWED,
            key=f"{RENEWED}:{beacon.reference}:{_device(made.endpoint)}",
            at_us=micros(now),
            address=as_address(old),
            text=as_address(made),
            speaks=False,
        )

    def _script(self, inbound: Inbound) -> Hook:
        scripts = {"worker": WORKER, "page": PAGE}
        wanted = [name for name in scripts if name in inbound.query]
        if len(wanted) != 1:
            raise reject("it asks for nothing that is here")
        body = scripts[wanted[0]].replace("KEY", self._public).encode()
        return Hook(body=body, content_type="text/javascript", headers=_SCRIPT)

    # ------------------------------------------------------------ about the account

    def account_request(self) -> None:
        """There is none: push services know no accounts."""


def _action(n: int, button: Button) -> dict[str, str]:
    told = {"action": str(n), "title": button.text}
    return {**told, "navigate": button.url} if button.url else told


def _device(endpoint: str) -> str:
    """What stands for a browser where its subscription must not: 32 letters."""
    return b64(digest("device", endpoint))[:32]


def _topic(message: Message) -> str:
    """What says that two messages are of one campaign, and nothing else: 32 letters."""
    return b64(digest("topic", message.campaign))[:32]

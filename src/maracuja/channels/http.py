"""The contract of channels whose vendors are spoken to by HTTP: requests, outcomes, webhooks.

An adapter is a file of these methods and no more: sockets, rates, waiting and repeating belong to
the one HTTP transport, durability and people to the runtime.
"""

from __future__ import annotations

import hmac
from abc import abstractmethod
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Final

import msgspec
from msgspec import Meta

from maracuja.channels.base import Answer, Channel, Inbound, Stage
from maracuja.channels.heard import Hook
from maracuja.channels.rulings import stop, unknown, whole
from maracuja.errors import ConfigError, WebhookRejected
from maracuja.model import Message, Record, SendResult

SECRET_CHARS_MIN: Final = 16  # of what proves calls
BODY_BYTES_MAX: Final = 1_000_000  # of a vendor's call
REPLAY_S: Final = 600  # how old a call with a signed time may be
_JSON: Final = {"content-type": "application/json"}


def hidden(description: str, **limits: Any) -> Meta:
    """What says of a setting that it is never shown."""
    return Meta(description=description, extra_json_schema={"writeOnly": True}, **limits)


class HttpSettings(Record, frozen=True):
    """What every account at an HTTP vendor has; each channel adds its own and its defaults.

    A setting explains itself by a description; one that is `hidden` is never shown. Names that
    end as secrets do, such as a public key, and are none, stand in `public`.
    """

    public: ClassVar[frozenset[str]] = frozenset()

    base_url: Annotated[str, Meta(description="address of the vendor's API")]
    account: Annotated[
        str,
        Meta(
            pattern="^[a-z0-9-]{1,40}$",
            description="our name for the account: the last part of its webhook's address",
        ),
    ] = "main"
    connections: Annotated[
        int, Meta(ge=1, le=200, description="requests under way at the vendor at once")
    ] = 16
    timeout_s: Annotated[
        float, Meta(gt=0, le=120, description="seconds for one request; later it is unknown")
    ] = 15.0
    rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second; 0: as fast as the vendor takes them")
    ] = 0.0
    address_rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second to one address; 0: any")
    ] = 0.0
    repeat_service: Annotated[
        bool,
        Meta(description="send a service message again when nobody knows whether it went"),
    ] = False
    topics: Annotated[
        tuple[str, ...],
        Meta(description="topics that a person agrees to by opening the channel; none by default"),
    ] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot work; a channel's own checks call this first."""
        if not self.base_url.startswith(("https://", "http://127.0.0.1:", "http://localhost:")):
            raise ConfigError(
                f"`{self.base_url}` is no https address.",
                where="base_url",
                fix="Begin with https.",
            )

    def check_secrets(self, *names: str) -> None:
        """Refuse what proves calls and is short enough to guess; empty, it lets nothing in."""
        for name in names:
            if 0 < len(getattr(self, name)) < SECRET_CHARS_MIN:
                raise ConfigError(
                    f"The secret in `{name}` is short enough to guess.",
                    where=name,
                    fix=f"Use {SECRET_CHARS_MIN} letters and digits or more.",
                )


def secrets_of(settings: type[Record]) -> list[str]:
    """The names of the settings that are never shown."""
    schema = msgspec.json.schema(settings)["$defs"][settings.__name__]["properties"]
    return [name for name, told in schema.items() if told.get("writeOnly")]


class HttpRequest(Record, frozen=True):
    """One request to a vendor: the wire form of one message, or a question about our account."""

    url: str
    method: str = "POST"
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    body: bytes = b""
    message_id: bytes = b""
    recipient: str = ""  # the address at the vendor
    others: tuple[HttpRequest, ...] = ()  # the same message to the person's other devices

    def __repr__(self) -> str:
        """Without address, headers and body: vendors put tokens into all of them."""
        return f"<HttpRequest {self.method} {self.message_id.hex()}>"


def json_request(url: str, body: Any, **fields: Any) -> HttpRequest:
    """A request with a JSON body."""
    headers = {**_JSON, **fields.pop("headers", {})}
    return HttpRequest(url=url, headers=headers, body=msgspec.json.encode(body), **fields)


class HttpChannel(Channel[HttpRequest]):
    """A channel over HTTP. Write `request`, `outcome`, `webhook`, `deep_link`, `account_request`.

    Every method is pure: the same arguments give the same request, whatever happened before.
    `hook` is the address at which the vendor calls us: some are told it with each message.
    """

    Settings: ClassVar[type[HttpSettings]]
    # Each call says which account it is about: vendors have one address for several of them.
    calls_name_account: ClassVar[bool] = False
    # Which transport carries its requests; app.py knows them. An instance may have its own.
    carried_by: str = "http"

    def __init__(self, settings: Any, hook: str = "") -> None:
        self.settings = settings
        self.hook = hook
        self.repeats_service = self.settings.repeat_service

    # ------------------------------------------------------------ out

    @abstractmethod
    def request(self, message: Message, now: datetime) -> HttpRequest:
        """The one request that sends a message which passed `check`.

        Where the vendor keeps or echoes an id of ours, it is `reference(message)`.
        """

    @abstractmethod
    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """What an answer means: `accepted`, or a row of the vendor's table (`rulings.Ruling`).

        An error that the table does not know is `over`: it suppresses nobody.
        """

    def brief(self, answer: Answer) -> Answer:
        """The answer without what it repeats of the message: answers are put on a journal.

        `outcome` must read the same in both.
        """
        return answer

    def login(self, now: datetime) -> HttpRequest | None:
        """What must be asked before messages go, such as for a token; None: nothing, or not yet.

        Its answer goes to `logged_in`.
        """
        return None

    def logged_in(self, answer: Answer, now: datetime) -> bool:
        """Keep what `login` asked for; False where the answer does not hold it.

        The only state of an adapter. Refused with a status of 4xx, the channel stops.
        """
        return True

    def credentials(self) -> Mapping[str, str]:
        """Headers that are added to every request at the moment of sending."""
        return {}

    # ------------------------------------------------------------ in

    @abstractmethod
    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What a call of the vendor tells, verified over its raw bytes before it is parsed.

        Raises WebhookRejected where the signature is not the vendor's or the shape is strange.
        Kinds of calls that are not known tell nothing: vendors add some.
        """

    def hook_request(self, url: str) -> HttpRequest | None:
        """The request that tells the vendor our webhook's address; None: done on its site."""
        return None

    def own_step(self) -> str:
        """What the shop itself puts into its pages to connect; '' where a vendor is told."""
        return ""

    # ------------------------------------------------------------ about the account

    @abstractmethod
    def account_request(self) -> HttpRequest | None:
        """A question that sends nothing and proves that the account works; None: there is none."""

    def about_request(self, address: str) -> HttpRequest | None:
        """A question about one person that the vendor answers; None: it answers none."""
        return None

    def about(self, answer: Answer) -> dict[str, Any]:
        """What a good answer to it tells, under the names of traits."""
        return {}

    def answered_well(self, answer: Answer) -> bool:
        """Whether an answer to a question about the account is a good one."""
        return 200 <= answer.code < 300

    def account_words(self, answer: Answer) -> str:
        """What a good answer to `account_request` says: which account it is."""
        return ""

    def deep_link(self, payload: str) -> str:
        """An address that opens the channel and brings `payload` along; '' where there is none."""
        return ""

    # ------------------------------------------------------------ the contract's own part

    def _encode(self, message: Message, now: datetime) -> HttpRequest:
        return self.request(message, now)

    def _decode(self, answer: Answer, attempt: int) -> SendResult:
        """The vendor's table; about the server's own faults it is HTTP that speaks.

        503 says that it was not handled. 500, 502 and 504 leave open whether the message went.
        """
        if answer.stage is Stage.LOGIN and 400 <= answer.code < 500 and answer.code != 429:
            return stop("login").on(answer)
        if answer.stage is Stage.LOGIN or answer.code == 503:
            return whole().on(answer)
        return unknown().on(answer) if answer.code >= 500 else self.outcome(answer, attempt)


def reference(message: Message) -> str:
    """What stands for a message at a vendor that echoes an id of ours: 32 hex digits and two ids.

    It names the message, the person and the run, so that a receipt needs no look-up.
    """
    return f"{message.id.hex()}.{message.pid}.{message.run}"


# ---------------------------------------------------------------- webhooks


def reject(reason: str) -> WebhookRejected:
    """The error for a call that is not believed; `reason` never repeats what it said."""
    return WebhookRejected(f"The call is not taken: {reason}.")


def check_equal(given: str, expected: str) -> None:
    """Compare a secret in constant time. Raises WebhookRejected; an empty one never matches."""
    if not expected or not hmac.compare_digest(given.encode(), expected.encode()):
        raise reject("its secret is not ours")


def check_hmac(given: str, key: str, signed: bytes, algorithm: str = "sha256") -> None:
    """Compare a hexadecimal HMAC in constant time. Raises WebhookRejected."""
    made = hmac.new(key.encode(), signed, algorithm).hexdigest()
    if not key or not hmac.compare_digest(given.lower().encode(), made.encode()):
        raise reject("its signature is not the vendor's")


def check_fresh(at_s: float, now: datetime) -> None:
    """Refuse a signed time that is more than ten minutes away. Raises WebhookRejected."""
    if abs(now.timestamp() - at_s) > REPLAY_S:
        raise reject("it is too old")


def read_json(inbound: Inbound) -> Any:
    """The body as JSON. Raises WebhookRejected."""
    try:
        return msgspec.json.decode(inbound.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise reject("it is not JSON") from None


def json_of(answer: Answer) -> dict[str, Any]:
    """The JSON object of an answer; {} where it is none."""
    try:
        found = msgspec.json.decode(answer.text)
    except (msgspec.DecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


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

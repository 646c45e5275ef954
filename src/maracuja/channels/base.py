"""The contract of every channel: our records to a vendor's wire format and back.

A channel never holds a socket, a clock or a file: it makes what a transport sends and reads what
came back, so that its tests need neither network nor patching.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Generic, Self, TypeVar

import msgspec

from maracuja.channels.refusals import refuse
from maracuja.errors import UnsupportedFeature, WebhookRejected
from maracuja.links.tokens import Ticket
from maracuja.model import (
    Capabilities,
    Content,
    DeliveryEvent,
    Message,
    Record,
    Scope,
    SendResult,
    Status,
    Verdict,
)

RAW_CHARS_MAX = 1000  # of a vendor's own words, as kept


class Stage(StrEnum):
    """How far a message had come when the answer was given, or when the line broke."""

    CONNECT = "connect"  # nobody answered, or no secure line
    LOGIN = "login"
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"  # offered, not yet given
    GIVEN = "given"  # all of it was written: from here no answer means that nobody knows


class Answer(Record, frozen=True, omit_defaults=True):
    """What a transport brings back: the vendor's code and words, or `lost` without an answer.

    Over HTTP `code` is the status, `text` the body, and `headers` have names in lower case. Where
    a message goes to several devices, `mark` says to which, and `others` are the other answers.
    """

    stage: Stage
    code: int = 0
    text: str = ""
    lost: bool = False
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    mark: str = ""
    others: tuple[Answer, ...] = ()


class Inbound(Record, frozen=True):
    """What a vendor sent to us by itself: raw, because signatures cover bytes.

    Of HTTP calls: `recipient` is the whole public address with its query, `headers` have names in
    lower case. Of mail: `sender` is that of the envelope, '' where nobody is to be answered.
    """

    body: bytes
    recipient: str = ""  # the address at which it came in
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    method: str = "POST"
    query: dict[str, str] = msgspec.field(default_factory=dict)
    sender: str = ""


class Mail(Record, frozen=True):
    """The wire form of a message for an SMTP transport: envelope and bytes with CRLF ends."""

    message_id: bytes
    sender: str
    recipient: str
    data: bytes

    @property
    def host(self) -> str:
        """Who takes it: the domain of the recipient, in lower case; the key of rate limits."""
        return self.recipient.rpartition("@")[2].lower()


Wire = TypeVar("Wire")


class Channel(ABC, Generic[Wire]):
    """Translates for one vendor. `code` is stored in the outbox and in links: never reuse one."""

    name: ClassVar[str]
    code: ClassVar[int]
    can: ClassVar[Capabilities]
    Settings: ClassVar[type[Record]]
    # Receipts name a message by the vendor's own id: it is kept with each message sent.
    keeps_vendor_ids: ClassVar[bool] = False
    # Codes of refusals that are passing, but three times in a row are for good.
    lasting: ClassVar[frozenset[str]] = frozenset()
    # A message may go in parts, each with a vendor's id and receipts of its own.
    cuts: ClassVar[bool] = False
    # A service message whose outcome is unknown is sent again: it may arrive twice.
    repeats_service: bool = False
    # Whether an account reaches only those who opened it, and knows them by ids of its own.
    own_addresses: ClassVar[bool] = False
    own_ids: ClassVar[bool] = False
    # There is one account at most: what a second one wrote would be read in the first one's place.
    one_account: ClassVar[bool] = False
    # A person may be reached on several devices at once: see channels.devices.
    several_devices: ClassVar[bool] = False
    # Vendors take money for each message: the settings have its price.
    paid: ClassVar[bool] = False

    def as_account(self, name: str, number: int = 0) -> Self:
        """The channel as the account of this name, such as telegram/promo.

        With a `number` it has that in the place of the channel's code, as the outbox keeps it.
        """
        self.name = name  # type: ignore[misc]  # an account's name stands over its channel's
        if number:
            self.code = number  # type: ignore[misc]  # likewise
        return self

    def encode(self, message: Message, now: datetime) -> Wire:
        """The wire form of a message. Raises UnsupportedFeature, naming what cannot be carried."""
        self.check(message)
        return self._encode(message, now)

    def check(self, message: Message) -> None:
        """Refuse what the channel cannot carry, before anything is sent."""
        kind = self.can.address_kind
        if kind and message.to.kind != kind:
            raise UnsupportedFeature(
                f"{self.name} reaches a person by {kind}, not by {message.to.kind}.", where="to"
            )
        self.refuse(message.content)

    @classmethod
    def refuse(cls, content: Content) -> None:
        """Refuse what no message of this channel can carry, naming the limit.

        Raises UnsupportedFeature. Templates ask it before a launch, sending asks it again; what
        the capabilities cannot say, a channel adds here.
        """
        refuse(cls.name, cls.can, content)

    @property
    def answerable_s(self) -> int:
        """For how many seconds after a person's last word an operator may answer; 0: always."""
        return self.can.human_window_s or self.can.window_s

    def host(self, address: str) -> str:
        """Who takes mail for an address: the key of rates and pauses per host; '' where all do."""
        return ""

    def reaches(self, app: str) -> bool:
        """Whether devices of an app are reached by this account."""
        return True

    @classmethod
    def address_of(cls, external_id: str) -> str:
        """Where whoever the shop knows by this id is reached unasked; '' where they come first."""
        return ""

    def wires(self, address: str) -> int:
        """How many requests a message to this address is; an account's rate counts each."""
        return 1

    def price(self, text: str, language: str) -> float:
        """What a message of these words costs, in the shop's currency; 0 where nobody said."""
        return 0.0

    def pieces(self, text: str, language: str) -> int:
        """In how many parts, each of them paid, a message of these words goes out."""
        return 1

    def decode(self, answer: Answer, *, attempt: int = 1) -> SendResult:
        """What the answer to the n-th attempt means; without one, unknown once all was given."""
        if not answer.lost:
            return self._decode(answer, attempt)
        if answer.stage is Stage.GIVEN:
            return SendResult(
                verdict=Verdict.UNKNOWN, status=Status.UNKNOWN, raw=_cut(answer.text)
            )
        connecting = answer.stage in (Stage.CONNECT, Stage.LOGIN)
        return SendResult(
            verdict=Verdict.TEMPORARY,
            status=Status.DEFERRED,
            scope=Scope.ACCOUNT if connecting else Scope.MESSAGE,
            raw=_cut(answer.text),
        )

    def posts_to(self, address: str) -> bool:
        """Whether the address is a channel or group of the shop's own, which many follow."""
        return False

    def subject(self, content: Content) -> str:
        """What of a message a notice of the vendor can stop, such as a template; '': nothing."""
        return ""

    @abstractmethod
    def _encode(self, message: Message, now: datetime) -> Wire:
        """The wire form of a message that passed `check`."""

    @abstractmethod
    def _decode(self, answer: Answer, attempt: int) -> SendResult:
        """What an answer that did arrive means."""

    def parse_leaving(self, inbound: Inbound) -> Ticket | None:
        """Who asks by this to be written to no more; None where it is nothing of the kind."""
        return None

    def parse_inbound(self, inbound: Inbound, now: datetime) -> list[DeliveryEvent]:
        """What a mail to us reports; empty where it says nothing about a message of ours.

        Raises WebhookRejected where signature or shape is wrong.
        """
        raise WebhookRejected(f"{self.name} takes no reports by mail.")


def _cut(text: str) -> str:
    return text[:RAW_CHARS_MAX]

"""What an account at an SMS gateway needs to be told, whichever of the three drivers speaks to it.

It only checks; nothing of it reaches a gateway from here.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from maracuja.channels.http import HttpSettings, hidden
from maracuja.channels.sms_text import ALPHA_CHARS_MAX, Letters, sender_kind
from maracuja.errors import ConfigError
from maracuja.model import Status

Driver = Literal["twilio", "alphasms", "smpp"]
TWILIO_URL: Final = "https://api.twilio.com"
MessageIds = Literal["as_is", "hex", "decimal"]

_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    "twilio": ("account_sid",),
    "alphasms": ("gateway_key", "sender"),
    "smpp": ("host", "system_id", "sender"),
}


class SmsSettings(HttpSettings, frozen=True):
    """The gateway that takes text messages: `driver` says which language it speaks."""

    driver: Annotated[Driver, Meta(description="twilio, alphasms or smpp")] = "twilio"
    base_url: Annotated[
        str, Meta(description="address of the gateway's HTTP API; empty: the vendor's own")
    ] = ""
    address_rate_per_s: Annotated[
        float, Meta(ge=0, description="messages a second to one country; 0: any")
    ] = 0.0
    sender: Annotated[
        str,
        Meta(
            max_length=16,
            description="who sends: up to 11 Latin letters and digits (nobody can answer those), "
            "a short number, or a number such as +380501234567",
        ),
    ] = ""
    letters: Annotated[
        Letters,
        Meta(
            description="how far letters may change where that saves parts: kept, plain "
            "(quotes and dashes), latin (Cyrillic in Latin letters too)"
        ),
    ] = Letters.PLAIN
    parts_max: Annotated[
        int, Meta(ge=1, le=10, description="parts of one message; longer ones are refused")
    ] = 10
    price_per_part: Annotated[
        float, Meta(ge=0, description="what one part costs, in the shop's currency")
    ] = 0.0
    stop_words: Annotated[
        tuple[str, ...],
        Meta(description="more words that, as a whole message, mean: write to me no more"),
    ] = ()
    refuse_landlines: Annotated[
        bool, Meta(description="send nothing to numbers that are surely landlines")
    ] = True
    receipts: Annotated[bool, Meta(description="ask what became of each message")] = True

    account_sid: Annotated[
        str, Meta(pattern="^(AC[0-9a-fA-F]{32})?$", description="Twilio: Account SID, AC...")
    ] = ""
    auth_token: Annotated[
        str,
        hidden("Twilio: Auth Token; it also proves calls to be Twilio's"),
    ] = ""
    api_key_sid: Annotated[
        str, Meta(description="Twilio: SID of an API key, SK...; empty: the account's own token")
    ] = ""
    api_key_secret: Annotated[str, hidden("Twilio: secret of that API key")] = ""
    messaging_service: Annotated[
        str,
        Meta(
            pattern="^(MG[0-9a-fA-F]{32})?$",
            description="Twilio: Messaging Service that chooses the sender, MG...",
        ),
    ] = ""

    gateway_key: Annotated[str, hidden("AlphaSMS: the API key")] = ""
    webhook_secret: Annotated[
        str,
        hidden(
            "AlphaSMS: a long word that signs the address of each receipt; empty: "
            "none are asked for",
            pattern=r"^\S*$",
        ),
    ] = ""
    status_field: Annotated[
        str, Meta(description="AlphaSMS: the field of a receipt that holds the status")
    ] = "status"
    status_words: Annotated[
        dict[str, Status],
        Meta(description="AlphaSMS: more words of receipts, and which status each is"),
    ] = msgspec.field(default_factory=dict)
    error_words: Annotated[
        dict[str, Literal["suppress", "over", "wait", "stop"]],
        Meta(description="AlphaSMS: more words of errors, and what each asks for"),
    ] = msgspec.field(default_factory=dict)

    host: Annotated[str, Meta(description="SMPP: the server's name")] = ""
    port: Annotated[int, Meta(ge=1, le=65535, description="SMPP: its port")] = 2775
    tls: Annotated[bool, Meta(description="SMPP: a secure line; its port is often 3550")] = False
    system_id: Annotated[str, Meta(max_length=15, description="SMPP: our name there")] = ""
    password: Annotated[str, hidden("SMPP: our password", max_length=8)] = ""
    system_type: Annotated[str, Meta(max_length=12, description="SMPP: as the vendor says")] = ""
    window: Annotated[
        int, Meta(ge=1, le=500, description="SMPP: messages that may wait for their answers")
    ] = 10
    enquire_link_s: Annotated[
        float, Meta(gt=0, le=600, description="SMPP: seconds of silence before we ask")
    ] = 30.0
    hold_s: Annotated[
        float,
        Meta(ge=0, le=900, description="SMPP: seconds that a receipt waits for the answer to "
             "its message, and parts of what people write for one another"),
    ] = 180.0  # fmt: skip
    long_messages: Annotated[
        Literal["udh8", "udh16", "sar", "payload"],
        Meta(description="SMPP: how parts are joined: udh8, udh16, sar or payload"),
    ] = "udh8"
    default_alphabet: Annotated[
        Literal["gsm7", "latin1"], Meta(description="SMPP: what data coding 0 means there")
    ] = "gsm7"
    ids_in_answers: Annotated[
        MessageIds, Meta(description="SMPP: how answers write message ids: as_is, hex, decimal")
    ] = "as_is"
    ids_in_receipts: Annotated[
        MessageIds, Meta(description="SMPP: how receipts write them: as_is, hex, decimal")
    ] = "as_is"
    gone_codes: Annotated[
        tuple[str, ...],
        Meta(description="SMPP: `err` of receipts by which this operator says: no such number"),
    ] = ()

    def __post_init__(self) -> None:
        """Refuse what the driver cannot work with."""
        if self.base_url:
            super().__post_init__()
        for name in _NEEDED[self.driver]:
            if not getattr(self, name):
                raise ConfigError(
                    f"The {self.driver} gateway needs `{name}`.",
                    where=name,
                    fix="The vendor tells it; see docs/sms.md.",
                )
        if self.driver == "twilio" and not (self.auth_token or self.api_key_secret):
            raise ConfigError(
                "Nothing proves to Twilio who we are.",
                where="auth_token",
                fix="Enter the account's Auth Token, or an API key and its secret.",
            )
        if self.driver == "twilio" and not (self.sender or self.messaging_service):
            raise ConfigError(
                "Nobody sends: there is neither `sender` nor `messaging_service`.",
                where="sender",
                fix="Enter a number that you have at Twilio.",
            )
        if self.sender and sender_kind(self.sender) is None:
            raise ConfigError(
                f"`{self.sender}` cannot be shown as a sender.",
                where="sender",
                fix=f"Use up to {ALPHA_CHARS_MAX} Latin letters and digits, a short number of 3 "
                "to 8 digits, or a number with +.",
            )
        if bool(self.api_key_sid) != bool(self.api_key_secret):
            raise ConfigError(
                "An API key has a SID and a secret; one of them is missing.", where="api_key_sid"
            )
        self.check_secrets("webhook_secret")

    @property
    def reference_bits(self) -> int:
        """Of the number that joins parts: it decides how much of a part is left."""
        return 16 if self.long_messages == "udh16" else 8

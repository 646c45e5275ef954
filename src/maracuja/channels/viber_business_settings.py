"""What an account at a partner for Viber business messages needs to be told, whichever it is.

It only checks; nothing of it reaches a partner from here.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from maracuja.channels.http import HttpSettings, hidden
from maracuja.errors import ConfigError
from maracuja.model import Status

Driver = Literal["turbosms", "alphasms", "generic"]
Action = Literal["suppress", "rest", "over", "wait", "stop"]
TTL_S_MIN: Final = 30
TTL_S_MAX: Final = 1_209_600
# What may stand in braces in the body of the generic driver.
PLACES: Final = frozenset(
    "id number phone phone_number sender text image caption action ttl sms_sender sms_text "
    "hook token".split(" ")
)
_PLACE: Final = re.compile(r"\{(\w*)\}")


class ViberBusinessSettings(HttpSettings, frozen=True):
    """The partner that sends to phone numbers: `driver` says which language it speaks."""

    driver: Annotated[Driver, Meta(description="turbosms, alphasms or generic")] = "turbosms"
    base_url: Annotated[
        str, Meta(description="address of the partner's API; empty: the partner's own")
    ] = ""
    token: Annotated[str, hidden("the partner's key")] = ""
    sender: Annotated[
        str, Meta(max_length=28, description="the name registered with Viber that writes")
    ] = ""
    webhook_secret: Annotated[
        str,
        hidden("a long word that proves receipts to be the partner's; empty: none taken"),
    ] = ""
    layouts: Annotated[
        Literal["classic", "newer"],
        Meta(description="classic: no picture with words but without a button; newer: that too"),
    ] = "classic"
    ttl_s: Annotated[
        int,
        Meta(ge=TTL_S_MIN, le=TTL_S_MAX, description="seconds for which Viber tries to deliver"),
    ] = 86_400
    ttl_s_min: Annotated[
        int, Meta(ge=TTL_S_MIN, le=TTL_S_MAX, description="the shortest that the partner takes")
    ] = 60
    ttl_s_max: Annotated[
        int, Meta(ge=TTL_S_MIN, le=TTL_S_MAX, description="the longest that the partner takes")
    ] = 86_400
    transactional: Annotated[
        bool,
        Meta(description="service messages of words alone go at the price of those: their "
             "templates are registered with the partner"),
    ] = False  # fmt: skip
    price_per_message: Annotated[
        float, Meta(ge=0, description="what one message costs, in the shop's currency")
    ] = 0.0
    sms_fallback: Annotated[
        bool, Meta(description="the partner sends an SMS where Viber did not deliver")
    ] = False
    sms_sender: Annotated[str, Meta(max_length=16, description="who sends that SMS")] = ""
    status_words: Annotated[
        dict[str, Status],
        Meta(description="more words of receipts, and which status each is"),
    ] = msgspec.field(default_factory=dict)
    error_words: Annotated[
        dict[str, Action],
        Meta(description="more words of errors, and what each asks for: suppress, rest (60 days), "
             "over, wait or stop"),
    ] = msgspec.field(default_factory=dict)  # fmt: skip
    field_names: Annotated[
        dict[str, str],
        Meta(description="alphasms: other names of fields, such as viber_lifetime"),
    ] = msgspec.field(default_factory=dict)

    send_headers: Annotated[
        dict[str, str], Meta(description="generic: headers; {token} stands for the key")
    ] = msgspec.field(default_factory=lambda: {"authorization": "Bearer {token}"})
    send_body: Annotated[
        str, Meta(description="generic: the body as JSON with places such as {phone} and {text}")
    ] = ""
    answer_good: Annotated[
        dict[str, str],
        Meta(description="generic: where in a good answer which value stands, such as "
             "status = accepted"),
    ] = msgspec.field(default_factory=dict)  # fmt: skip
    answer_id: Annotated[
        str, Meta(description="generic: where in an answer the partner's id of the message stands")
    ] = "message_id"
    answer_error: Annotated[
        str, Meta(description="generic: where in an answer the error stands")
    ] = "error"
    receipt_each: Annotated[
        str, Meta(description="generic: where in a call the list of receipts stands; empty: one")
    ] = ""
    receipt_id: Annotated[str, Meta(description="generic: the message's id in a receipt")] = (
        "message_id"
    )
    receipt_status: Annotated[
        str, Meta(description="the status in a receipt (generic and alphasms)")
    ] = "status"
    receipt_error: Annotated[
        str, Meta(description="the error in a receipt (generic and alphasms)")
    ] = "error"
    receipt_proof: Annotated[
        Literal["address", "header", "hmac"],
        Meta(description="generic: receipts are proven by the key in our address, by the secret "
             "in a header, or by a hexadecimal HMAC-SHA256 of the body in it"),
    ] = "address"  # fmt: skip
    receipt_header: Annotated[
        str, Meta(pattern="^[a-z0-9-]*$", description="generic: that header, in lower case")
    ] = ""

    def __post_init__(self) -> None:
        """Refuse what the driver cannot work with."""
        if self.base_url or self.driver == "generic":
            super().__post_init__()
        for name in ("token", "sender", *(("sms_sender",) if self.sms_fallback else ())):
            if not getattr(self, name):
                raise ConfigError(
                    f"The partner for Viber business messages needs `{name}`.",
                    where=name,
                    fix="The partner tells it; see docs/channels.md.",
                )
        self.check_secrets("webhook_secret")
        if not re.fullmatch(r"[\w.~-]{0,200}", self.webhook_secret):
            raise ConfigError(
                "The secret of the webhook does not fit an address.",
                where="webhook_secret",
                fix="Use letters and digits alone.",
            )
        if not self.ttl_s_min <= self.ttl_s <= self.ttl_s_max:
            raise ConfigError(
                f"{self.ttl_s} seconds are not within what the partner takes.",
                where="ttl_s",
                fix="Change it, or `ttl_s_min` and `ttl_s_max` as the partner says.",
            )
        if self.receipt_proof != "address" and not self.receipt_header:
            raise ConfigError("Receipts are proven by a header without a name.",
                              where="receipt_header")  # fmt: skip
        if self.driver == "generic":
            _check_body(self.send_body)


def _check_body(template: str) -> None:
    """Refuse a body that is no JSON object, says nothing to anybody, or has unknown places."""
    try:
        body: Any = msgspec.json.decode(template)
    except msgspec.DecodeError as fault:
        raise ConfigError(f"The body is no JSON: {fault}", where="send_body") from fault
    if not isinstance(body, dict):
        raise ConfigError("The body is no JSON object.", where="send_body")
    used = set(_PLACE.findall(template))
    if unknown := sorted(used - PLACES):
        raise ConfigError(
            f"Nothing stands for {{{unknown[0]}}}.",
            where="send_body",
            fix=f"Use {', '.join(sorted(PLACES))}.",
        )
    if "text" not in used or not used & {"phone", "phone_number", "number"}:
        raise ConfigError(
            "The body names no words, or nobody who gets them.",
            where="send_body",
            fix="Use {text}, and {phone}, {phone_number} or {number}.",
        )

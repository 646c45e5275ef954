"""Text messages over the Messages resource of Twilio's API, and of gateways that speak like it.

Source: twilio_api_v2010 of twilio/twilio-oai, its error dictionary, its rules for signatures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.heard import Heard, HeardKind, Hook
from maracuja.channels.http import HttpRequest, json_of, reference, reject
from maracuja.channels.rulings import Ruling, accepted, over, stop, suppress, whole
from maracuja.channels.sms_driver import SmsDriver, seconds_left
from maracuja.channels.sms_heard import heard_text, number_of
from maracuja.channels.sms_settings import TWILIO_URL
from maracuja.channels.sms_text import Segments
from maracuja.model import Message, Scope, SendResult, Status, Verdict, micros

SIGNATURE: Final = "x-twilio-signature"
VALIDITY_S_MAX: Final = 36_000
BODY_CHARS_MAX: Final = 1600
REFERENCE: Final = "m"  # the field of a callback's address that names the message
_FORM: Final = {"content-type": "application/x-www-form-urlencoded"}
_PORTS: Final = {"https": 443, "http": 80}


ERRORS: Final[Mapping[int, Ruling]] = {
    20003: stop("unauthorized"),
    20005: stop("account_closed"),
    20403: stop("forbidden"),
    20404: stop("no_account"),
    20429: whole("too_many"),
    21211: suppress("invalid"),
    21212: stop("sender"),
    21408: stop("country", scope=Scope.HOST),
    21602: over("content"),
    21603: stop("sender"),
    21606: stop("sender"),
    21610: suppress("stopped"),
    21611: whole("queue_full"),
    21612: stop("unroutable", scope=Scope.HOST),
    21614: suppress("not_mobile"),
    21617: over("too_long"),
    21635: suppress("landline"),
    30001: whole("queue_full"),
    30002: stop("account_suspended"),
    30003: over("unreachable"),
    30004: over("blocked"),
    30005: suppress("unknown_number"),
    30006: suppress("landline"),
    30007: over("filtered"),
    30008: over("unknown"),
    63014: suppress("blocked"),
    63016: over("window"),
}
HTTP_ERRORS: Final[Mapping[int, Ruling]] = {
    401: stop("unauthorized"),
    403: stop("unauthorized"),
    404: stop("no_account"),
    429: whole("too_many"),
}
# What is not final, or was told by the answer to our request already, tells nothing.
STATUSES: Final[Mapping[str, Status]] = {
    "delivered": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
    "read": Status.READ,
}


class TwilioDriver(SmsDriver):
    """Form-encoded requests with Basic authorization; calls are signed."""

    def wire(self, message: Message, cut: Segments, now: datetime) -> HttpRequest:
        """POST Messages.json."""
        settings = self.settings
        fields = {"To": message.to.value, "Body": "".join(cut.parts)}
        sender = message.sender or settings.sender
        if sender:
            fields["From"] = sender
        if settings.messaging_service:
            fields["MessagingServiceSid"] = settings.messaging_service
        if settings.receipts and self.hook:
            fields["StatusCallback"] = f"{self.hook}?{urlencode({REFERENCE: reference(message)})}"
        left = seconds_left(message, now, VALIDITY_S_MAX)
        if left is not None:
            fields["ValidityPeriod"] = str(left)
        return HttpRequest(
            url=self._address("/Messages.json"),
            headers=_FORM,
            body=urlencode(fields).encode(),
            message_id=message.id,
            recipient=message.to.value,
        )

    def outcome(self, answer: Answer, attempt: int) -> SendResult:
        """By the error's number; where there is none, by the status."""
        told = json_of(answer)
        sid = told.get("sid")
        if answer.code in (200, 201) and isinstance(sid, str) and sid:
            fault = told.get("error_code")
            return ruling_of(fault).on(answer) if fault else accepted(sid)
        found = ruling_of(told.get("code"))
        if found.verdict is Verdict.CONTENT:
            found = HTTP_ERRORS.get(answer.code, found)
        return found.on(answer)

    def brief(self, answer: Answer) -> Answer:
        """Of what was sent, only its SID: the answer repeats number and text."""
        told = json_of(answer)
        if not isinstance(told.get("sid"), str):
            return answer
        kept = {name: told.get(name) for name in ("sid", "status", "error_code")}
        return msgspec.structs.replace(answer, text=msgspec.json.encode(kept).decode())

    def account_request(self) -> HttpRequest:
        """The account's own resource."""
        return HttpRequest(url=self._address(".json"), method="GET")

    def account_words(self, answer: Answer) -> str:
        """Its name and whether it is active."""
        told = json_of(answer)
        return f"{told.get('friendly_name', '')}, {told.get('status', '')}"

    def credentials(self) -> Mapping[str, str]:
        """Basic authorization with an API key, or with the account's own token."""
        settings = self.settings
        user = settings.api_key_sid or settings.account_sid
        secret = settings.api_key_secret or settings.auth_token
        token = base64.b64encode(f"{user}:{secret}".encode()).decode()
        return {"authorization": f"Basic {token}"}

    def _address(self, rest: str) -> str:
        base = (self.settings.base_url or TWILIO_URL).rstrip("/")
        return f"{base}/2010-04-01/Accounts/{self.settings.account_sid}{rest}"

    # ------------------------------------------------------------ in

    def webhook(self, inbound: Inbound, now: datetime) -> Hook:
        """What became of a message, or what a person wrote."""
        values = dict(signed_fields(inbound, self.settings.auth_token))
        sid = values.get("MessageSid") or values.get("SmsSid") or ""
        if not sid:
            raise reject("it names no message")
        if "MessageStatus" in values:
            heard = _receipt(values, sid, inbound.query.get(REFERENCE, ""), now)
        elif "Body" in values:
            heard = self._written(values, sid, now)
        else:
            heard = []
        return Hook(heard=heard, body=b"<Response/>", content_type="text/xml")

    def _written(self, values: Mapping[str, str], sid: str, now: datetime) -> list[Heard]:
        """A message of a person; one of a short number or a word is nobody's."""
        address = number_of(values.get("From", ""))
        if not address:
            return []
        return [
            heard_text(
                values["Body"] or values.get("ButtonPayload", ""),
                stop_words=self.settings.stop_words,
                vendor_says=values.get("OptOutType", "").upper(),
                key=sid,
                at_us=micros(now),
                address=address,
            )
        ]


def ruling_of(number: Any) -> Ruling:
    """What an error means by its number; one that the table does not know suppresses nobody."""
    if not isinstance(number, int):
        return over()
    return ERRORS.get(number, over(str(number)))


def _receipt(values: Mapping[str, str], sid: str, ours: str, now: datetime) -> list[Heard]:
    """What became of a message; an error that means a dead number tells of a bounce."""
    word, number = values["MessageStatus"], values.get("ErrorCode", "")
    status = STATUSES.get(word)
    if status is None:
        return []
    ruling = ERRORS.get(int(number) if number.isdecimal() else 0, over(number))
    dead = status is Status.FAILED and ruling.verdict is Verdict.PERMANENT
    return [
        Heard(
            kind=HeardKind.RECEIPT,
            key=f"{sid}:{word}",
            at_us=micros(now),
            vendor_id=sid,
            reference=ours,
            status=Status.BOUNCED if dead else status,
            address=number_of(values.get("To", "")) if dead else "",
            code=ruling.code,
            raw=f"{word} {number}".strip(),
        )
    ]


# ---------------------------------------------------------------- signatures


def signature(token: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """Base64 of HMAC-SHA1 over the address and the fields of a form, sorted by their names."""
    signed = url + "".join(name + value for name, value in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), "sha1")).decode()


def signed_fields(inbound: Inbound, token: str) -> list[tuple[str, str]]:
    """The fields of a call whose signature is right. Raises WebhookRejected.

    Of a JSON body the address carries the hash, and the address alone is signed. Vendors behind
    other proxies sign the address with or without the usual port: both are tried.
    """
    fields = _fields(inbound)
    given = inbound.headers.get(SIGNATURE, "").encode()
    told = inbound.query.get("bodySHA256", "")
    signed = [] if told or inbound.method == "GET" else fields
    matches = [
        hmac.compare_digest(given, signature(token, url, signed).encode())
        for url in _spellings(inbound.recipient)
    ]
    if not token or not any(matches):
        raise reject("its signature is not the vendor's")
    if told and not hmac.compare_digest(
        told.lower().encode(), hashlib.sha256(inbound.body).hexdigest().encode()
    ):
        raise reject("its body is not the one that was signed")
    return fields


def _fields(inbound: Inbound) -> list[tuple[str, str]]:
    """The fields of the form, or of a JSON object, or of the address. Raises WebhookRejected."""
    if inbound.method == "GET":
        return list(inbound.query.items())
    try:
        if "bodySHA256" in inbound.query:
            found = msgspec.json.decode(inbound.body)
            return [(name, str(value)) for name, value in found.items()]
        text = inbound.body.decode("ascii")
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=500)
    except (ValueError, AttributeError, RecursionError, msgspec.DecodeError):
        raise reject("it is no form") from None


def _spellings(url: str) -> Iterator[str]:
    """The address as we know it, with the usual port of its scheme, and without any."""
    yield url
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = _PORTS.get(parts.scheme)
    yield urlunsplit(parts._replace(netloc=host))
    yield urlunsplit(parts._replace(netloc=f"{host}:{port}"))

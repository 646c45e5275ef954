"""A Twilio that takes what its Messages resource takes, and whose people answer and leave."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.channels.sms_text import sender_kind, split
from maracuja.channels.sms_twilio import SIGNATURE, signature
from maracuja.simulate.vendors.http import HttpVendor, json_answer

FIELDS: Final = frozenset(
    "To From MessagingServiceSid Body StatusCallback ValidityPeriod SmartEncoded".split(" ")
)
_NUMBERS: Final = {401: 20003, 429: 20429, 500: 20500, 503: 20503}
_WORDS: Final = {401: "Authenticate", 429: "Too Many Requests"}


@dataclass(kw_only=True)
class TwilioVendor(HttpVendor):
    """A Twilio account. Numbers in `stopped` have written STOP, `unreal` ones are none.

    It sees no headers that the transport adds: who asks is proven elsewhere. `shown` has (number,
    text) of everything sent.
    """

    account_sid: str
    auth_token: str
    hook: str = ""  # where what people write is told
    stopped: set[str] = field(default_factory=set)
    unreal: set[str] = field(default_factory=set)
    _sent: list[tuple[str, str, str]] = field(default_factory=list)  # sid, number, callback
    _written: int = 0  # by people

    def counts(self, request: HttpRequest) -> bool:
        """Whether it is a message."""
        return request.method == "POST"

    def refusal(self, status: int) -> Answer:
        """Twilio's own words."""
        return _error(status, _NUMBERS[status], _WORDS.get(status, "Server error"))

    def take(self, request: HttpRequest) -> Answer:
        """One call of the API."""
        account, _, resource = urlsplit(request.url).path.rpartition("Accounts/")[2].partition("/")
        if account.removesuffix(".json") != self.account_sid:
            return _error(404, 20404, "The requested resource was not found")
        if request.method == "GET":
            return json_answer(200, {"friendly_name": "My shop", "status": "active"})
        if resource != "Messages.json":
            return _error(404, 20404, "The requested resource was not found")
        return self._take_message(dict(parse_qsl(request.body.decode(), keep_blank_values=True)))

    def _take_message(self, fields: dict[str, str]) -> Answer:
        to, body = fields.get("To", ""), fields.get("Body", "")
        fault = _fault(fields)
        if fault is not None:
            self.violations.append(f"{fault[1]}: {fields}")
            return _error(400, *fault)
        if to in self.unreal:
            return _error(400, 21211, f"The 'To' number {to} is not a valid phone number.")
        if to in self.stopped:
            return _error(400, 21610, "Attempt to send to unsubscribed recipient")
        self.taken[to] += 1
        self.shown.append((to, body))
        sid = f"SM{len(self.shown):032x}"
        self._sent.append((sid, to, fields.get("StatusCallback", "")))
        return json_answer(201, self._resource(sid, fields))

    def _resource(self, sid: str, fields: dict[str, str]) -> dict[str, Any]:
        """The message as the API shows it."""
        root = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{sid}"
        date = "Sat, 21 Nov 2026 12:00:00 +0000"
        return {
            "account_sid": self.account_sid, "api_version": "2010-04-01", "body": fields["Body"],
            "date_created": date, "date_sent": None, "date_updated": date,
            "direction": "outbound-api", "error_code": None, "error_message": None,
            "from": fields.get("From"), "messaging_service_sid": fields.get("MessagingServiceSid"),
            "num_media": "0", "num_segments": str(len(split(fields["Body"]).parts)), "price": None,
            "price_unit": "USD", "sid": sid, "status": "queued",
            "subresource_uris": {"media": f"{root}/Media.json"}, "to": fields["To"],
            "uri": f"{root}.json",
        }  # fmt: skip

    # ------------------------------------------------------------ what it tells

    def becomes(self, number: str, status: str, error: int = 0) -> None:
        """Tell what became of the last message to a number."""
        sid, to, url = next(sent for sent in reversed(self._sent) if sent[1] == number)
        fields = {
            "MessageSid": sid, "SmsSid": sid, "MessageStatus": status, "SmsStatus": status,
            "To": to, "From": "+15005550006", "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if url:
            self._tell(url, fields | ({"ErrorCode": str(error)} if error else {}))

    def write(self, number: str, text: str, opt_out: str = "") -> None:
        """A person writes; `opt_out` is what Twilio has understood: STOP, START or HELP."""
        if opt_out == "STOP":
            self.stopped.add(number)
        elif opt_out == "START":
            self.stopped.discard(number)
        self._written += 1
        sid = f"SM{self.seed + 1:016x}{self._written:016x}"
        fields = {
            "MessageSid": sid, "SmsSid": sid, "SmsMessageSid": sid, "SmsStatus": "received",
            "AccountSid": self.account_sid, "From": number, "To": "+15005550006", "Body": text,
            "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01",
        }  # fmt: skip
        self._tell(self.hook, fields | ({"OptOutType": opt_out} if opt_out else {}))

    def _tell(self, url: str, fields: dict[str, str]) -> None:
        self.call(signed_call(url, fields, self.auth_token))


def signed_call(url: str, fields: dict[str, str], token: str) -> Inbound:
    """A call as Twilio makes it."""
    return Inbound(
        body=urlencode(fields).encode(),
        recipient=url,
        headers={
            SIGNATURE: signature(token, url, list(fields.items())),
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
        },
        query=dict(parse_qsl(urlsplit(url).query)),
    )


def _error(status: int, number: int, words: str) -> Answer:
    more = f"https://www.twilio.com/docs/errors/{number}"
    body = {"code": number, "message": words, "more_info": more, "status": status}
    return json_answer(status, body)


def _fault(fields: dict[str, str]) -> tuple[int, str] | None:
    """Number and words of what is wrong with a request; None where nothing is."""
    if not fields.get("To"):
        return 21604, "A 'To' phone number is required."
    if fields.keys() - FIELDS:
        return 20001, "Unknown parameters"
    if not (fields.get("From") or fields.get("MessagingServiceSid")):
        return 21603, "A 'From' phone number is required."
    if "From" in fields and sender_kind(fields["From"]) is None:
        return 21212, "Invalid From"
    if not fields.get("Body"):
        return 21602, "Message body is required."
    if len(fields["Body"]) > 1600:
        return 21617, "The concatenated message body exceeds the 1600 character limit."
    period = fields.get("ValidityPeriod", "1")
    return None if period.isdigit() and 1 <= int(period) <= 36_000 else (21626, "ValidityPeriod")

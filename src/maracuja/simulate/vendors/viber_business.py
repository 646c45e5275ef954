"""Partners for Viber business messages: one as TurboSMS, one as AlphaSMS; they send SMS too.

They never look at our side; what they refuse is refused after their own tables.
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.simulate.vendors.http import HttpVendor, json_answer

SENT: Final = "SUCCESS_MESSAGE_SENT"
WORDS: Final = {
    203: "REQUIRED_BALANCE",
    301: "INVALID_TOKEN",
    305: "INVALID_PHONE",
    404: "NOT_ALLOWED_NUMBER_STOPLIST",
    411: "NOT_ALLOWED_MESSAGE_DATA",
}


@dataclass(kw_only=True)
class PartnerVendor(HttpVendor):
    """A partner. Numbers in `stopped` are on its stop list, `without` have no Viber.

    `shown` has (number, parts, sms) of everything sent.
    """

    token: str
    secret: str = ""
    stopped: set[str] = field(default_factory=set)
    without: set[str] = field(default_factory=set)
    _sent: dict[str, tuple[str, str]] = field(default_factory=dict)  # number: id, hook
    _told: int = 0

    def keep(self, number: str, parts: dict[str, Any], sms: str, hook: str = "") -> str:
        """Take a message; its id."""
        named = f"m-{len(self.shown) + 1}"
        self.taken[number] += 1
        self.shown.append((number, parts, sms))
        self._sent[number] = (named, hook)
        return named

    def numbers(self) -> list[str]:
        """The numbers that got something, in order."""
        return list(self._sent)

    @abstractmethod
    def tell_status(self, number: str, word: str, error: str = "") -> None:
        """What became of the last message to a number."""


@dataclass(kw_only=True)
class TurboSmsVendor(PartnerVendor):
    """Always 200; a repeated sequence_id is answered as before."""

    _known: dict[str, Answer] = field(default_factory=dict)

    def counts(self, request: HttpRequest) -> bool:
        """Whether it is a message."""
        return request.url.endswith("/message/send.json")

    def refusal(self, status: int) -> Answer:
        """A token that is no good is told with 200; the rest is the server's own."""
        if status == 401:
            return _turbo(301)
        return json_answer(status, {})

    def take(self, request: HttpRequest) -> Answer:
        """One call of a method."""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return _turbo(301)
        body = msgspec.json.decode(request.body)
        if request.url.endswith("/user/balance.json"):
            return _turbo(0, "OK", {"balance": 2106.42})
        again = self._known.get(body.get("sequence_id", ""))
        if again is not None:
            return again
        fault = turbo_fault(body)
        if fault:
            self.violations.append(fault)
            return _turbo(411)
        (phone,) = body["recipients"]
        if f"+{phone}" in self.stopped:
            refused = {"phone": phone, "message_id": None, "response_code": 404,
                       "response_status": WORDS[404]}  # fmt: skip
            return _turbo(802, "SUCCESS_MESSAGE_PARTIAL_ACCEPTED", [refused])
        named = self.keep(f"+{phone}", body["viber"], (body.get("sms") or {}).get("text", ""))
        one = {"phone": phone, "message_id": named, "response_code": 0, "response_status": "OK"}
        answer = self._known[body["sequence_id"]] = _turbo(801, SENT, [one])
        return answer

    def tell_status(self, number: str, word: str, error: str = "") -> None:
        """What became of the last message to a number."""
        kind = "VIBER_BUTTON_CLICK" if word == "clicked" else "DLR_VIBER_API"
        self.tell(kind, number, status=word, **({"error": error} if error else {}))

    def tell(self, kind: str, number: str, **data: str) -> None:
        """An event about a number."""
        self._told += 1
        named = self._sent[number][0] if number in self._sent else ""
        about = {"message_id": named, "phone": number.lstrip("+"), **data}
        self.call(turbo_call(f"e-{self._told}", self.secret, type=kind, data=about))


@dataclass(kw_only=True)
class AlphaSmsVendor(PartnerVendor):
    """Always 200; the key stands in the body."""

    def refusal(self, status: int) -> Answer:
        """A key that is no good is told with 200; the rest is the server's own."""
        if status == 401:
            return json_answer(200, {"success": False, "error": "Access denied"})
        return json_answer(status, {})

    def take(self, request: HttpRequest) -> Answer:
        """One batch of one message."""
        body = msgspec.json.decode(request.body)
        if body.get("auth") != self.token:
            return self.refusal(401)
        (item,) = body["data"]
        ours, number = {"id": item["id"]}, f"+{item['phone']}"
        if number in self.stopped:
            refused = {"success": False, "error": "Incorrect phone", "data": ours}
            return json_answer(200, {"success": True, "data": [refused]})
        named = self.keep(number, item, item.get("sms_message", ""), item.get("hook", ""))
        one = {"success": True, "data": {**ours, "msg_id": named, "data": 1, "parts": 1}}
        return json_answer(200, {"success": True, "data": [one]})

    def tell_status(self, number: str, word: str, error: str = "") -> None:
        """What became of the last message to a number."""
        query = dict(parse_qsl(urlsplit(self._sent[number][1]).query))
        told = {"status": word, **({"error": error} if error else {})}
        self.call(Inbound(body=msgspec.json.encode(told), query=query))


def turbo_call(named: str, secret: str, **more: Any) -> Inbound:
    """A call as TurboSMS makes it: only its id is signed, and our address bears the secret."""
    signature = hashlib.sha1((secret + named).encode()).hexdigest()
    told = {"id": named, "signature": signature, "date": "2026-11-21 14:00:00", "try": 1, **more}
    return Inbound(body=msgspec.json.encode(told), query={"key": secret})


def _turbo(code: int, words: str = "", result: Any = None) -> Answer:
    status = words or WORDS.get(code, "FATAL_ERROR")
    told = {"response_code": code, "response_status": status, "response_result": result}
    return json_answer(200, told)


def turbo_fault(body: dict[str, Any]) -> str:
    """What is wrong with a message; '' where nothing is."""
    viber = body.get("viber") or {}
    if len(body.get("recipients", ())) != 1 or not body["recipients"][0].isdecimal():
        return "recipients"
    if not viber.get("sender") or len(viber.get("text", "")) > 1000:
        return "sender or text"
    if not isinstance(viber.get("ttl"), int) or not 60 <= viber["ttl"] <= 86_400:
        return "ttl"
    if ("caption" in viber) != ("action" in viber) or len(viber.get("caption", "")) > 30:
        return "button"
    if not (viber.get("text") or viber.get("image_url")):
        return "nothing to show"
    if viber.get("is_transactional") and viber.keys() & {"image_url", "action"}:
        return "a transactional message of more than words"
    sms = body.get("sms")
    return "sms" if sms is not None and not (sms.get("sender") and sms.get("text")) else ""

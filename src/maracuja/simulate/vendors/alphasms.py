"""A JSON gateway as AlphaSMS has it: it answers 200 to everything, with errors on two levels."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.channels.sms_text import split
from maracuja.simulate.vendors.http import HttpVendor, json_answer

FIELDS: Final = {
    "type": str, "id": int, "phone": int, "sms_signature": str, "sms_message": str,
    "sms_lifetime": int, "short_link": bool, "unsubscribe_link": bool, "hook": str,
}  # fmt: skip


@dataclass(kw_only=True)
class AlphaSmsVendor(HttpVendor):
    """An account at the gateway. `senders` are the names that it may use.

    `shown` has (number, text) of everything sent.
    """

    key: str
    senders: set[str] = field(default_factory=set)
    unreal: set[int] = field(default_factory=set)
    _sent: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def refusal(self, status: int) -> Answer:
        """Its own words; too many and trouble come as HTTP has them."""
        words = "Access denied" if status == 401 else "Too many requests"
        return json_answer(200 if status == 401 else status, {"success": False, "error": words})

    def take(self, request: HttpRequest) -> Answer:
        """One request of one or more messages."""
        if request.headers.get("content-type") != "application/json":
            return self._wrong("no JSON")
        body = msgspec.json.decode(request.body)
        if body.get("auth") != self.key:
            return json_answer(200, {"success": False, "error": "Access denied"})
        return json_answer(200, {"success": True, "data": [self._one(i) for i in body["data"]]})

    def _one(self, item: dict[str, Any]) -> dict[str, Any]:
        named = {"id": item.get("id")}
        wrong = [n for n, value in item.items() if not isinstance(value, FIELDS.get(n, ()))]
        missing = {"type", "phone", "sms_signature", "sms_message"} - item.keys()
        if wrong or missing or not 1 <= len(item["sms_message"]) <= 2000:
            self.violations.append(f"{wrong} {missing}")
            return {"success": False, "error": "Incorrect data", "data": named}
        if item["sms_signature"] not in self.senders:
            return {"success": False, "error": "Error in Alpha-name", "data": named}
        if item["phone"] in self.unreal:
            return {"success": False, "error": "Incorrect phone", "data": named}
        number = f"+{item['phone']}"
        self.taken[number] += 1
        self.shown.append((number, item["sms_message"]))
        ours = 123_456_789 + len(self.shown)
        self._sent[number] = (ours, item)
        parts = len(split(item["sms_message"]).parts)
        return {"success": True, "data": {**named, "msg_id": ours, "data": 1, "parts": parts}}

    def becomes(self, number: str, status: str) -> None:
        """Tell what became of the last message to a number."""
        ours, item = self._sent[number]
        url = item.get("hook", "")
        if url:
            body = {"id": item["id"], "msg_id": ours, "status": status}
            query = dict(parse_qsl(urlsplit(url).query))
            self.call(Inbound(body=msgspec.json.encode(body), recipient=url, query=query))

    def _wrong(self, words: str) -> Answer:
        self.violations.append(words)
        return json_answer(200, {"success": False, "error": words})

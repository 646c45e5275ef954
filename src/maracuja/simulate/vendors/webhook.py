"""Another system that checks our signature, knows our id again and signs what it tells us.

It shares no secret but the one that the shop's owner gave to both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from maracuja.channels.base import Answer, Inbound
from maracuja.channels.http import HttpRequest
from maracuja.channels.signing import SIGNATURE, check_signature, signature
from maracuja.channels.webhook import IDEMPOTENCY
from maracuja.errors import WebhookRejected
from maracuja.simulate.vendors.http import HttpVendor, json_answer

_WORDS: Final = {401: "unauthorized", 429: "busy", 500: "internal", 503: "busy"}
_NEEDED: Final = ("id", "reference", "to", "marketing")


@dataclass(kw_only=True)
class WebhookVendor(HttpVendor):
    """The other system at `at_s` o'clock. Addresses in `gone` are nobody's any more.

    `shown` has the body of each message that it took, once for each id.
    """

    secret: str
    at_s: int = 0
    gone: set[str] = field(default_factory=set)
    _ids: dict[str, str] = field(default_factory=dict)
    _events: int = 0

    def refusal(self, status: int) -> Answer:
        """An error by its name."""
        headers = {"retry-after": "3"} if status == 429 else {}
        return json_answer(status, {"error": _WORDS[status]}, **headers)

    def take(self, request: HttpRequest) -> Answer:
        """One message; the same id again is the same message."""
        now = self.now() if self.now else datetime.fromtimestamp(self.at_s, UTC)
        try:
            check_signature(request.headers.get(SIGNATURE, ""), self.secret, request.body, now)
        except WebhookRejected as fault:
            self.violations.append(str(fault))
            return self.refusal(401)
        body: dict[str, Any] = msgspec.json.decode(request.body)
        key = request.headers.get(IDEMPOTENCY, "")
        if key != body.get("id") or any(name not in body for name in _NEEDED):
            self.violations.append(f"{key}: a part is missing")
            return json_answer(422, {"error": "content"})
        if body["to"] in self.gone:
            return json_answer(422, {"error": "gone"})
        if key not in self._ids:
            self._ids[key] = f"w{len(self._ids) + 1}"
            self.taken[key] += 1
            self.shown.append(body)
        return json_answer(200, {"id": self._ids[key]})

    # ------------------------------------------------------------ what it tells

    def tell(self, event: str, *, at_s: int, **about: Any) -> None:
        """One event: `delivered` and the like with a `reference`, others with an `address`."""
        self._events += 1
        told = {"id": f"{self.seed}-{self._events}", "event": event, "at": at_s, **about}
        body = msgspec.json.encode({"events": [told]})
        signed = signature(self.secret, int(self.now().timestamp()) if self.now else at_s, body)
        self.call(Inbound(body=body, headers={SIGNATURE: signed}))

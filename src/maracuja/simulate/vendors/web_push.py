"""A push service with browsers behind it: it takes what RFC 8030 asks for, they decrypt and press.

The browsers have keys of their own, made from the seed; the service reads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from maracuja import rng
from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.web_push_address import Keys, Subscription, as_address
from maracuja.channels.web_push_crypto import b64, decrypt, point, private_key, public_bytes, unb64
from maracuja.simulate.vendors.http import HttpVendor, json_answer

BODY_BYTES_MAX: Final = 4096
HOST: Final = "updates.push.services.mozilla.com"


@dataclass(kw_only=True)
class Browser:
    """One browser's side: what it was subscribed with, and what it shows."""

    key: ec.EllipticCurvePrivateKey
    auth: bytes
    subscription: Subscription
    shown: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class WebPushVendor(HttpVendor):
    """A push service. Those in `gone` have ended their subscription. `shown`: (path, payload)."""

    server_key: str  # the public key with which everybody subscribed
    base: str = f"https://{HOST}"
    gone: set[str] = field(default_factory=set)
    browsers: dict[str, Browser] = field(default_factory=dict)

    def subscribe(self, name: str) -> str:
        """A browser subscribes: its address."""
        stream = rng.stream(self.seed, "browser", name)
        key, auth = private_key(b"\x01" + stream.bytes(31)), stream.bytes(16)
        keys = Keys(b64(public_bytes(key)), b64(auth))
        found = Subscription(f"{self.base}/wpush/v2/{name}", keys)
        self.browsers[f"/wpush/v2/{name}"] = Browser(key=key, auth=auth, subscription=found)
        return as_address(found)

    def refusal(self, status: int) -> Answer:
        """autopush's own words."""
        errno, headers = {401: 109, 429: 104, 500: 999, 503: 201}[status], {}
        if status == 429:
            headers = {"retry-after": "3"}
        body = {"code": status, "errno": errno, "error": "", "message": "See autopush's table"}
        return json_answer(status, body, **headers)

    def take(self, request: HttpRequest) -> Answer:
        """One push."""
        path = urlsplit(request.url).path
        browser = self.browsers.get(path)
        if browser is None or path in self.gone:
            return json_answer(410, {"code": 410, "errno": 106, "error": "Gone"})
        fault = self._fault(request, browser)
        if fault:
            self.violations.append(fault)
            return json_answer(400, {"code": 400, "errno": 110, "message": fault})
        payload = msgspec.json.decode(decrypt(request.body, browser.key, browser.auth))
        self.taken[path] += 1
        browser.shown.append(payload)
        self.shown.append((path, payload))
        location = f"{self.base}/m/{len(self.shown)}"
        return Answer(stage=Stage.GIVEN, code=201, headers={"location": location})

    def _fault(self, request: HttpRequest, browser: Browser) -> str:
        headers = request.headers
        ttl = headers.get("ttl", "")
        if not ttl.isdigit() or int(ttl) > 2_592_000:
            return "missing or wrong TTL"
        if headers.get("content-encoding") != "aes128gcm":
            return "unknown content encoding"
        if headers.get("urgency", "normal") not in ("very-low", "low", "normal", "high"):
            return "unknown urgency"
        topic = headers.get("topic", "x")
        if len(topic) > 32 or not topic.replace("-", "").replace("_", "").isalnum():
            return "invalid topic"
        if len(request.body) > BODY_BYTES_MAX:
            return "the data payload is too large"
        return self._token_fault(headers.get("authorization", ""), browser)

    def _token_fault(self, given: str, browser: Browser) -> str:
        """What is wrong with a VAPID header; '' where nothing is."""
        parts = dict(one.strip().split("=", 1) for one in given.removeprefix("vapid ").split(","))
        if parts.get("k") != self.server_key:
            return "the key is not the one of the subscription"
        signed, _, mark = parts.get("t", "").rpartition(".")
        raw = unb64(mark)
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        point(unb64(self.server_key)).verify(
            encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256())
        )
        claims = msgspec.json.decode(unb64(signed.partition(".")[2]))
        if claims["aud"] != browser.subscription.origin:
            return "the audience is not this service"
        now_s = self.now().timestamp() if self.now else claims["exp"] - 3600
        if not now_s < claims["exp"] <= now_s + 86_400:
            return "the token has ended, or lasts too long"
        return "" if claims["sub"].startswith(("mailto:", "https://")) else "nobody to reach"

    # ------------------------------------------------------------ what browsers do

    def tell(self, name: str, event: str, *, button: int = -1) -> None:
        """The worker of a browser tells what became of the last notification."""
        payload = self.browsers[f"/wpush/v2/{name}"].shown[-1]
        data = payload["notification"]["data"]
        proof, extra = data.get(event), ""
        if event == "clicked":
            proof = data["clicked"][button + 1]
        if event == "pressed":
            proof, extra = data["replies"][button]["proof"], data["replies"][button]["payload"]
        told = {"event": event, "reference": data["reference"], "proof": proof, "payload": extra}
        if proof:
            self.call(
                Inbound(body=msgspec.json.encode(told), headers={"content-type": "text/plain"})
            )

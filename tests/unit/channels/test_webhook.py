"""The webhook over a real server on loopback, and what its signature lets in."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from datetime import timedelta

import msgspec
import pytest

from maracuja.channels.base import Inbound
from maracuja.channels.signing import SIGNATURE, check_signature, signature
from maracuja.channels.webhook import Webhook, WebhookSettings
from maracuja.errors import WebhookRejected
from maracuja.model import Message, Verdict
from maracuja.runtime.channel_trial import _Free, send_test
from maracuja.runtime.http import HttpTransport
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.serving import serving
from maracuja.simulate.vendors.webhook import WebhookVendor
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.webhook import CASE

SECRET = "a-long-word-that-both-know"
BODY = b'{"events": []}'
AT_S = int(NOW.timestamp())


def settings(url: str) -> WebhookSettings:
    return WebhookSettings(base_url=url, secret=SECRET)


def test_a_message_arrives_once_however_often_it_is_posted() -> None:
    vendor = WebhookVendor(secret=SECRET, now=lambda: NOW)
    with serving(vendor) as url:
        for _ in range(3):
            channel = Webhook(settings(f"{url}/in"))
            transport = HttpTransport(channel, lambda: NOW)
            result = send_test(channel, transport, "c-17", "Hello", NOW)
            assert (result.verdict, result.vendor_id) == (Verdict.ACCEPTED, "w1")
    assert [body["text"] for body in vendor.shown] == ["Hello"]
    assert set(vendor.taken.values()) == {1} and not vendor.violations


def test_a_lost_answer_is_asked_again_under_the_same_key() -> None:
    vendor = WebhookVendor(secret=SECRET, now=lambda: NOW, faults=Faults(lost_after=1.0))
    sent: Message = message(CASE)
    with serving(vendor) as url:
        channel = Webhook(settings(f"{url}/in"))
        first = _post(channel, sent)
        vendor.faults = Faults()
        again = _post(channel, sent)
    assert channel.decode(first).verdict is Verdict.UNKNOWN and channel.can.honours_our_id
    assert channel.decode(again).verdict is Verdict.ACCEPTED
    assert vendor.taken == {sent.id.hex(): 1}


def _post(channel: Webhook, sent: Message):  # type: ignore[no-untyped-def]
    async def post():  # type: ignore[no-untyped-def]
        transport = HttpTransport(channel, lambda: NOW)
        try:
            (answer,) = await transport.send([channel.encode(sent, NOW)], _Free())
        finally:
            await transport.close()
        return answer

    return asyncio.run(post())


def test_the_signature_is_the_one_that_the_page_describes() -> None:
    mac = hmac.new(SECRET.encode(), b"1795262340." + BODY, hashlib.sha256).hexdigest()
    assert signature(SECRET, 1795262340, BODY) == f"t=1795262340,v1={mac}"


def test_two_signatures_stand_in_the_header_while_a_secret_changes() -> None:
    old, new = signature("an-older-secret-word", AT_S, BODY), signature(SECRET, AT_S, BODY)
    check_signature(f"{old},{new.partition(',')[2]}", SECRET, BODY, NOW)


@pytest.mark.parametrize("minutes", [-11, 11, 60 * 24 * 365])
def test_an_old_call_is_not_taken_again(minutes: int) -> None:
    signed = signature(SECRET, AT_S + minutes * 60, BODY)
    with pytest.raises(WebhookRejected, match="old"):
        check_signature(signed, SECRET, BODY, NOW)
    check_signature(signed, SECRET, BODY, NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "header",
    [
        "",
        "t=,v1=",
        f"t={AT_S}",
        f"v1={'0' * 64}",
        f"t={AT_S},t={AT_S},v1={'0' * 64}",
        "t=１,v1=0",
        f"t={'9' * 400},v1=0",
        "t=-1,v1=0",
    ],
)
def test_a_strange_header_proves_nothing(header: str) -> None:
    with pytest.raises(WebhookRejected):
        check_signature(header, SECRET, BODY, NOW)


def test_a_call_with_too_many_events_is_refused_whole() -> None:
    told = [{"id": str(n), "event": "read", "at": AT_S} for n in range(1001)]
    body = msgspec.json.encode({"events": told})
    signed = {SIGNATURE: signature(SECRET, AT_S, body)}
    with pytest.raises(WebhookRejected, match="1000"):
        Webhook(settings("https://crm.example/")).webhook(Inbound(body=body, headers=signed), NOW)


def test_nothing_is_told_later_than_it_came() -> None:
    told = [{"id": "1", "event": "replied", "at": AT_S + 9_000, "address": "a", "text": "x"}]
    body = msgspec.json.encode({"events": told})
    signed = {SIGNATURE: signature(SECRET, AT_S, body)}
    channel = Webhook(settings("https://crm.example/"))
    (heard,) = channel.webhook(Inbound(body=body, headers=signed), NOW).heard
    assert heard.at_us == AT_S * 1_000_000

"""Web push: encryption by the RFC's vector, tokens, payloads, and whom a subscription reaches."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.channels.base import Inbound
from maracuja.channels.web_push import WebPush, WebPushSettings
from maracuja.channels.web_push_address import as_address, is_listed, read_subscription
from maracuja.channels.web_push_crypto import (
    b64,
    decrypt,
    encrypt,
    fresh,
    private_key,
    public_bytes,
    unb64,
)
from maracuja.content import Button, Content
from maracuja.errors import ConfigError, WebhookRejected
from maracuja.ingest.push_addresses import Push, take_push_addresses
from maracuja.model import micros
from maracuja.runtime.channel_trial import send_test
from maracuja.runtime.http import HttpTransport
from maracuja.simulate.vendors.serving import serving
from maracuja.simulate.vendors.web_push import WebPushVendor
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.web_push import ADDRESS, CASE, HOOK, PUBLIC, SECTION, SETTINGS

DATA = Path(os.environ.get("MARACUJA_DATA", Path(__file__).parents[3] / "../shared/data"))  # noqa: TID251
VECTOR = DATA / "contracts" / "webpush" / "rfc8291-vector.json"


@pytest.mark.data
def test_the_vector_of_rfc_8291_byte_for_byte() -> None:
    if not VECTOR.is_file():
        pytest.skip("the RFC's vector is not here")
    told = msgspec.json.decode(VECTOR.read_bytes())
    ours, auth = private_key(unb64(told["as_private"])), unb64(told["auth_secret"])
    plain, salt = told["plaintext"].encode(), unb64(told["salt"])
    body = encrypt(plain, unb64(told["ua_public"]), auth, salt, ours)
    assert b64(body) == told["body_aes128gcm"]
    assert decrypt(body, private_key(unb64(told["ua_private"])), auth) == plain


@given(st.binary(max_size=2500), st.binary(min_size=16, max_size=16))
def test_a_browser_reads_what_was_encrypted_for_it(plain: bytes, auth: bytes) -> None:
    theirs = private_key(bytes(range(2, 34)))
    salt, ours = fresh(b"secret", plain, auth)
    body = encrypt(plain, public_bytes(theirs), auth, salt, ours)
    assert decrypt(body, theirs, auth) == plain
    assert len(body) <= 86 + len(plain) + 17


def test_salt_and_key_differ_with_everything_that_is_sent() -> None:
    asked = [("a", "bc"), ("ab", "c"), ("a", "bd"), ("abc",)]
    made = [fresh(b"secret", *(part.encode() for part in one)) for one in asked]
    made.append(fresh(b"another", b"a", b"bc"))
    assert len({salt for salt, _ in made}) == len({public_bytes(k) for _, k in made}) == 5


def test_a_message_reaches_a_browser_over_a_real_server() -> None:
    vendor = WebPushVendor(server_key=PUBLIC, now=lambda: NOW)
    with serving(vendor) as url:
        vendor.base = url
        address = vendor.subscribe("maria")
        host = url.removeprefix("http://")
        channel = WebPush(WebPushSettings(**SECTION, hosts=(host,)), HOOK)
        result = send_test(channel, HttpTransport(channel, lambda: NOW), address, "Hello", NOW)
        assert result.verdict == "accepted" and not vendor.violations
        ended = vendor.subscribe("ended")
        vendor.gone.add("/wpush/v2/ended")
        result = send_test(channel, HttpTransport(channel, lambda: NOW), ended, "Hello", NOW)
    assert (result.verdict, result.code) == ("permanent", "gone")
    assert [payload["notification"]["body"] for _, payload in vendor.shown] == ["Hello"]


def test_waiting_ends_when_the_message_is_of_no_use() -> None:
    channel, at_us = WebPush(SETTINGS, HOOK), micros(NOW)
    for left_s, ttl in ((60, "60"), (-5, "0"), (10**7, "86400"), (None, "86400")):
        until = 0 if left_s is None else at_us + left_s * 1_000_000
        assert channel.encode(message(CASE, expires_us=until), NOW).headers["ttl"] == ttl


def test_a_service_message_is_urgent_and_takes_nobodys_place() -> None:
    channel = WebPush(SETTINGS, HOOK)
    headers = channel.encode(message(CASE, marketing=False), NOW).headers
    assert headers["urgency"] == "high" and "topic" not in headers
    marketing = channel.encode(message(CASE), NOW).headers
    assert marketing["urgency"] == "normal" and len(marketing["topic"]) == 32


def test_links_that_count_by_themselves_are_not_told_twice() -> None:
    content = Content(
        text="Look",
        link="http://127.0.0.1:8080/c/token",
        buttons=(
            Button(text="See", url="https://elsewhere.example/"),
            Button(text="No", reply="n"),
        ),
    )
    data = WebPush(SETTINGS, HOOK).payload(message(CASE, content=content))["notification"]["data"]
    assert data["clicked"][0] == "" and data["clicked"][1]
    assert data["replies"][0] is None and data["replies"][1]["payload"] == "n"


@pytest.mark.parametrize(
    ("host", "fine"),
    [
        ("fcm.googleapis.com", True),
        ("web.push.apple.com", True),
        ("wns2-par02p.notify.windows.com", True),
        ("push.apple.com", False),
        ("evilpush.apple.com", False),
        ("fcm.googleapis.com:444", False),
        ("localhost", False),
        ("", False),
    ],
)
def test_only_listed_push_services_are_posted_to(host: str, fine: bool) -> None:
    assert is_listed(host, SETTINGS.hosts) is fine


def test_a_subscription_has_one_spelling() -> None:
    told = msgspec.json.decode(ADDRESS)
    told["keys"] = {name: value + "=" for name, value in reversed(told["keys"].items())}
    told["expirationTime"] = None
    assert as_address(read_subscription(told)) == ADDRESS
    assert as_address(read_subscription(ADDRESS)) == ADDRESS


@pytest.mark.parametrize(
    "wrong",
    [
        {"private_key": ""},
        {"private_key": "AAAA"},
        {"private_key": b64(b"\0" * 32)},
        {"private_key": "Я" * 43},
        {"subject": ""},
        {"subject": "mailto: <a@b>"},
        {"subject": "shop@shop.example"},
        {"title": ""},
    ],
)
def test_settings_that_cannot_work_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as fault:
        WebPushSettings(**{**SECTION, **wrong})
    assert fault.value.where == next(iter(wrong))


def test_the_scripts_are_handed_out_and_hold_the_public_key_alone() -> None:
    channel = WebPush(SETTINGS, HOOK)
    page = channel.webhook(Inbound(body=b"", method="GET", query={"page": ""}), NOW)
    worker = channel.webhook(Inbound(body=b"", method="GET", query={"worker": ""}), NOW)
    assert PUBLIC in page.body.decode() and SECTION["private_key"] not in page.body.decode()
    assert b"notificationclick" in worker.body and not worker.heard
    assert page.content_type == worker.content_type == "text/javascript"
    for query in ({}, {"else": ""}, {"page": "", "worker": ""}):
        with pytest.raises(WebhookRejected):
            channel.webhook(Inbound(body=b"", method="GET", query=query), NOW)


# ---------------------------------------------------------------- how addresses come in


def test_subscriptions_and_tokens_are_taken_out_of_the_context() -> None:
    told = {**msgspec.json.decode(ADDRESS), "expirationTime": None}
    device = {"type": "ios", "model": "iPhone17,1", "token": "AB" * 32}
    fields = {"web_push": told, "device": device, "locale": "uk-UA"}
    found = take_push_addresses(fields)
    assert found == (
        Push("web_push", ADDRESS, platform="web"),
        Push("mobile_push", f"apns:{'ab' * 32}", platform="ios"),
    )
    assert fields == {"device": {"type": "ios", "model": "iPhone17,1"}, "locale": "uk-UA"}


@pytest.mark.parametrize(
    ("device", "address"),
    [
        ({"type": "android", "token": "dQw4w9WgXcQ:APA91bHPRgkF"}, "fcm:dQw4w9WgXcQ:APA91bHPRgkF"),
        ({"type": "ios", "token": "dQw4w9WgXcQ:APA91bHPRgkF"}, "fcm:dQw4w9WgXcQ:APA91bHPRgkF"),
        ({"type": "android", "token": "short"}, None),
        ({"type": "ios", "token": 7}, None),
        ({"type": "ios", "token": "a b c d e f g h"}, None),
        ({"type": None, "token": None}, None),
    ],
)
def test_tokens_of_devices(device: dict[str, object], address: str | None) -> None:
    found = take_push_addresses({"device": device, "app": {"namespace": "shop.app"}})
    expected = Push("mobile_push", address, "shop.app", str(device["type"])) if address else None
    assert found == ((expected,) if expected else ())


@pytest.mark.parametrize("strange", [None, "", "x", 7, [], {}, {"endpoint": 1}, {"keys": {}}])
def test_what_is_no_subscription_is_left_out(strange: object) -> None:
    assert take_push_addresses({"web_push": strange, "device": strange}) == ()

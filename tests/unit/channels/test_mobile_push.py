"""Mobile push: what both vendors are told of one message, and who vouches for it."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs

import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from maracuja.channels.base import Answer, Stage
from maracuja.channels.http import HttpRequest
from maracuja.channels.mobile_push import MobilePush, MobilePushSettings
from maracuja.channels.web_push_crypto import unb64
from maracuja.content import Content
from maracuja.errors import ConfigError
from maracuja.model import Address, micros
from tests.contract.channel_case import NOW, PICTURE, message
from tests.contract.channel_cases.mobile_push import (
    APNS_TOKEN,
    CASE,
    HOOK,
    SECTION,
    SERVICE,
    SETTINGS,
    pem,
    service_account,
)

APPLE = Address(kind="mobile_push", value=f"apns:{APNS_TOKEN}")


def parts(token: str) -> tuple[dict[str, object], dict[str, object], bytes, bytes]:
    """Head, claims, what is signed and the signature of a JSON web token."""
    head, claims, mark = token.split(".")
    signed = f"{head}.{claims}".encode()
    return (
        msgspec.json.decode(unb64(head)), msgspec.json.decode(unb64(claims)), signed, unb64(mark)
    )  # fmt: skip


def to_apple(**changes: object) -> HttpRequest:
    return MobilePush(SETTINGS, HOOK).encode(message(CASE, to=APPLE, **changes), NOW)


@pytest.mark.parametrize("content", [*CASE.contents.values()], ids=[*CASE.contents])
def test_apple_takes_every_kind_of_message(content: Content) -> None:
    made = to_apple(content=content)
    assert SERVICE.take(made).code == 200, SERVICE.violations
    body = msgspec.json.decode(made.body)
    if content.background:
        assert body["aps"] == {"content-available": 1} and body.get("body", "") == content.text
        assert made.headers["apns-push-type"] == "background"
        assert made.headers["apns-priority"] == "5"
        return
    assert body["aps"]["alert"]["body"] == content.text
    assert body.get("link", "") == content.link
    assert body["aps"].get("mutable-content") == (1 if content.media else None)
    assert ("sound" in body["aps"]) is not content.silent
    assert made.headers["apns-priority"] == ("5" if content.silent else "10")


def test_apples_token_is_signed_and_the_same_for_half_an_hour() -> None:
    channel = MobilePush(SETTINGS, HOOK)
    tokens = [
        channel.encode(message(CASE, to=APPLE), NOW + timedelta(minutes=m)).headers[
            "authorization"
        ]
        for m in (0, 29, 31)
    ]
    assert tokens[0] == tokens[1] != tokens[2]
    head, claims, signed, mark = parts(tokens[0].removeprefix("bearer "))
    assert head == {"typ": "JWT", "alg": "ES256", "kid": "ABC1234567"}
    assert claims == {"iss": "TEAM123456", "iat": int(NOW.timestamp())}
    key = load_pem_private_key(pem("ec").encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    r, s = int.from_bytes(mark[:32], "big"), int.from_bytes(mark[32:], "big")
    key.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(hashes.SHA256()))


def test_googles_login_is_signed_and_asked_for_once_an_hour() -> None:
    channel = MobilePush(SETTINGS, HOOK)
    asked = channel.login(NOW)
    assert asked is not None and asked.url == "https://oauth2.googleapis.com/token"
    form = parse_qs(asked.body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    head, claims, signed, mark = parts(form["assertion"][0])
    assert head["alg"] == "RS256" and head["kid"] == "k1"
    assert claims["aud"] == asked.url and claims["exp"] == int(NOW.timestamp()) + 3600
    key = load_pem_private_key(pem("rsa").encode(), None)
    key.public_key().verify(mark, signed, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[union-attr,call-arg,arg-type]
    for said in ('{"error": "invalid_grant"}', "[]", '{"access_token": 7, "expires_in": 1}'):
        assert not channel.logged_in(Answer(stage=Stage.GIVEN, code=200, text=said), NOW)
    told = Answer(stage=Stage.GIVEN, code=200, text='{"access_token": "t", "expires_in": 3599}')
    assert channel.logged_in(told, NOW) and channel.credentials() == {"authorization": "Bearer t"}
    assert channel.login(NOW + timedelta(minutes=50)) is None
    assert channel.login(NOW + timedelta(minutes=56)) is not None


def test_google_is_given_data_alone_for_what_shows_nothing() -> None:
    content = Content(text="", link="shop://sync", background=True)
    sent = MobilePush(SETTINGS, HOOK).encode(message(CASE, content=content), NOW)
    told = msgspec.json.decode(sent.body)["message"]
    assert told.keys() == {"token", "data", "android", "apns"}
    assert told["data"]["link"] == "shop://sync" and "body" not in told["data"]
    assert told["apns"]["payload"] == {"aps": {"content-available": 1}}


def test_a_message_ends_when_it_is_of_no_use() -> None:
    at_us, at_s = micros(NOW), int(NOW.timestamp())
    for left_s, lasts in ((60, 60), (-5, 0), (10**7, 86_400)):
        changed = {"expires_us": at_us + left_s * 1_000_000}
        google = MobilePush(SETTINGS, HOOK).encode(message(CASE, **changed), NOW)
        assert msgspec.json.decode(google.body)["message"]["android"]["ttl"] == f"{lasts}s"
        until = to_apple(**changed).headers["apns-expiration"]
        assert until == (str(at_s + lasts) if lasts else "0")


def test_a_service_message_hurries_and_takes_nobodys_place() -> None:
    sent = MobilePush(SETTINGS, HOOK).encode(message(CASE, marketing=False), NOW)
    android = msgspec.json.decode(sent.body)["message"]["android"]
    assert android["priority"] == "HIGH" and "collapseKey" not in android
    assert "apns-collapse-id" not in to_apple(marketing=False).headers
    assert len(to_apple().headers["apns-collapse-id"]) == 32


def test_the_app_gets_what_it_needs_to_show_and_to_tell() -> None:
    content = Content(text="Look", media=(PICTURE,), link="shop://fruit/7")
    body = msgspec.json.decode(to_apple(content=content).body)
    assert body["image"] == PICTURE.url and body["link"] == "shop://fruit/7"
    assert body["hook"] == HOOK and body["clicked_proof"] != body["closed_proof"]
    without = msgspec.structs.replace(SETTINGS, webhook_secret="")
    made = MobilePush(without, HOOK).encode(message(CASE, to=APPLE), NOW)
    assert "hook" not in msgspec.json.decode(made.body)


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("service_account", {"service_account": "", "apns_key": ""}),
        ("service_account", {"service_account": "{}"}),
        ("service_account", {"service_account": service_account("http://evil.example/token")}),
        ("service_account", {"service_account": service_account().replace("BEGIN", "BEGUN")}),
        ("apns_key", {"apns_key": "-----BEGIN PRIVATE KEY-----"}),
        ("apns_key", {"apns_key": pem("rsa")}),
        ("apns_key_id", {"apns_key_id": ""}),
        ("apns_topic", {"apns_topic": ""}),
        ("apns_url", {"apns_url": "http://api.push.apple.com"}),
        ("webhook_secret", {"webhook_secret": "short"}),
    ],
)
def test_settings_that_cannot_work_are_refused(where: str, wrong: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as fault:
        MobilePushSettings(**{**SECTION, **wrong})
    assert fault.value.where == where

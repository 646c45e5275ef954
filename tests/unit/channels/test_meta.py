"""What Meta's messengers share: the handshake, signed calls, errors of the Graph API."""

from __future__ import annotations

import hashlib
import hmac

import msgspec
import pytest

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.meta import (
    SIGNATURE_HEADER,
    MetaSettings,
    Ruling,
    graph_error,
    handshake,
    refused,
    verified,
)
from maracuja.errors import ConfigError, WebhookRejected
from maracuja.model import Scope, Status, Verdict

SECRET, WORD = "a-secret-of-the-app", "a-long-word-of-our-own"


def asked(**query: str) -> Inbound:
    return Inbound(body=b"", method="GET", query={f"hub.{k}": v for k, v in query.items()})


def call(body: bytes, secret: str = SECRET, prefix: str = "sha256=") -> Inbound:
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Inbound(body=body, headers={SIGNATURE_HEADER: prefix + made})


def test_the_handshake_gives_the_challenge_back_to_whoever_knows_our_word() -> None:
    hook = handshake(asked(mode="subscribe", verify_token=WORD, challenge="1158201444"), WORD)
    assert hook is not None
    assert (hook.status, hook.body, hook.content_type) == (200, b"1158201444", "text/plain")
    assert not hook.heard
    assert handshake(Inbound(body=b"{}"), WORD) is None, "a call is no handshake"


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"mode": "subscribe", "verify_token": "guess", "challenge": "1"}, WORD),
        ({"mode": "subscribe", "challenge": "1"}, WORD),
        ({"mode": "subscribe", "verify_token": "", "challenge": "1"}, ""),
        ({"mode": "unsubscribe", "verify_token": WORD, "challenge": "1"}, WORD),
        ({"mode": "subscribe", "verify_token": WORD}, WORD),
        ({}, WORD),
    ],
)
def test_a_handshake_that_proves_nothing_is_refused(query: dict[str, str], word: str) -> None:
    with pytest.raises(WebhookRejected):
        handshake(asked(**query), word)


def test_only_signed_calls_about_our_object_are_read() -> None:
    body = b'{"object":"page","entry":[{"id":"\\u0421"}]}'
    assert list(verified(call(body), SECRET, "page")) == [{"id": "С"}]
    assert list(verified(call(body), SECRET, "page", "instagram"))
    assert list(verified(call(body), SECRET, "instagram")) == []
    again = msgspec.json.encode(msgspec.json.decode(body))
    assert again != body, "our own writing of it has other bytes"
    forged = [
        call(body, "another secret"),
        call(body, prefix="sha1="),
        call(body, prefix=""),
        Inbound(body=body),
        msgspec.structs.replace(call(body), body=again),
        call(b"[]"),
        call(b'{"object":"page","entry":[7]}'),
        call(b'{"object":"page","entry":{}}'),
        call(b"not JSON"),
    ]
    for one in forged:
        with pytest.raises(WebhookRejected):
            verified(one, SECRET, "page")
    with pytest.raises(WebhookRejected):
        verified(call(body, ""), "", "page")


def said(code: object, status: int = 400, subcode: int = 0, **headers: str) -> Answer:
    error = {"code": code, "error_subcode": subcode, "message": "no"}
    text = msgspec.json.encode({"error": error}).decode()
    return Answer(stage=Stage.GIVEN, code=status, text=text, headers=headers)


def test_a_products_own_table_is_asked_first() -> None:
    window = Ruling("window", Verdict.CONTENT)
    table = {(10, 2018278): window, 2: Ruling("blocked", Verdict.PERMANENT, rest_s=7)}
    assert refused(said(10), table).code == "permission"
    assert refused(said(10, subcode=2018278), table).code == "window"
    blocked = refused(said(2), table)
    assert (blocked.verdict, blocked.status, blocked.rest_s) == (
        Verdict.PERMANENT,
        Status.BOUNCED,
        7,
    )


@pytest.mark.parametrize(
    ("answer", "verdict", "name"),
    [
        (said(190, 401), Verdict.OURS, "token"),
        (said(250, 403), Verdict.OURS, "permission"),
        (said(4), Verdict.TEMPORARY, "rate"),
        (said(613), Verdict.TEMPORARY, "rate"),
        (said(100), Verdict.CONTENT, "parameter"),
        (said(424242), Verdict.CONTENT, "424242"),
        (said("4"), Verdict.CONTENT, "400"),
        (Answer(stage=Stage.GIVEN, code=429, text="slow down"), Verdict.TEMPORARY, "rate"),
        (Answer(stage=Stage.GIVEN, code=401, text="<html>"), Verdict.OURS, "token"),
        (Answer(stage=Stage.GIVEN, code=404, text="<html>"), Verdict.CONTENT, "404"),
    ],
)
def test_every_answer_that_is_no_success_has_a_meaning(
    answer: Answer, verdict: Verdict, name: str
) -> None:
    result = refused(answer, {})
    assert (result.verdict, result.code) == (verdict, name)
    assert result.raw.startswith(str(answer.code))


def test_the_longer_wait_counts() -> None:
    table = {131056: Ruling("pair_rate", Verdict.TEMPORARY, Scope.HOST, 6.0)}
    waits = [refused(said(131056, **{"retry-after": told}), table) for told in ("2", "60", "x")]
    assert [one.retry_after_s for one in waits] == [6.0, 60.0, 6.0]
    assert {one.scope for one in waits} == {Scope.HOST}


def test_errors_of_receipts_are_read_alike() -> None:
    told = {"code": 131026, "title": "Undeliverable", "error_data": {"details": "Old phone"}}
    found = graph_error(told)
    assert found is not None and found == (131026, 0, "Undeliverable Old phone")
    for strange in (None, [], {}, {"code": "1"}, "x"):
        assert graph_error(strange) is None
    assert graph_error({"code": 1, "error_data": [], "error_subcode": "x"}) == (1, 0, "")


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"token": ""}, "token"),
        ({"token": "t\n"}, "token"),
        ({"app_secret": "short"}, "app_secret"),
        ({"verify_token": "short"}, "verify_token"),
        ({"base_url": "http://graph.example"}, "base_url"),
    ],
)
def test_settings_that_cannot_work_are_refused(fields: dict[str, str], where: str) -> None:
    with pytest.raises(ConfigError) as fault:
        MetaSettings(**{"token": "EAA", **fields})
    assert fault.value.where == where


def test_the_address_of_the_graph() -> None:
    settings = MetaSettings(token="EAA", base_url="https://graph.facebook.com/", version="v23.0")
    assert settings.graph == "https://graph.facebook.com/v23.0"
    assert settings.bearer == {"authorization": "Bearer EAA"}

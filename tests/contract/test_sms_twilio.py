"""Twilio's own words: signature vectors, its description of the Messages resource, and Prism."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import msgspec
import pytest

from maracuja import rng
from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.sms import Sms
from maracuja.channels.sms_twilio import SIGNATURE, signature, signed_fields
from maracuja.errors import WebhookRejected
from maracuja.model import Verdict, micros
from maracuja.rng import make_id
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.twilio import signed_call
from tests.contract import twilio_api
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.sms import CASE, HOOK, SETTINGS, SID, TOKEN
from tests.contract.node_peer import prism

VECTORS = twilio_api.FILE.with_name("signature-vectors.json")
PRISM = "@stoplight/prism-cli@5.14.2"


@cache
def vectors() -> list[dict[str, Any]]:
    if not VECTORS.is_file():
        pytest.skip("Twilio's signature vectors are not here")
    found: list[dict[str, Any]] = msgspec.json.decode(VECTORS.read_bytes())["vectors"]
    return found


def call(url: str, fields: dict[str, str], given: str, **more: Any) -> Inbound:
    return Inbound(
        body=urlencode(fields).encode(), recipient=url, headers={SIGNATURE: given}, **more
    )


# ---------------------------------------------------------------- signatures


@pytest.mark.data
def test_the_published_vectors_are_reproduced() -> None:
    assert len(vectors()) == 2
    for one in vectors():
        token, url, fields = one["auth_token"], one["url"], one["params"]
        assert signature(token, url, list(fields.items())) == one["signature"]
        inbound = call(url, fields, one["signature"])
        assert dict(signed_fields(inbound, token)) == fields


@pytest.mark.data
def test_ten_thousand_tampered_vectors_are_refused() -> None:
    chance, taken = rng.stream(1, "twilio"), 0
    for n in range(10_000):
        one = vectors()[n % 2]
        url, token, given = one["url"], one["auth_token"], one["signature"]
        fields = dict(one["params"])
        name = sorted(fields)[int(chance.integers(len(fields)))]
        match int(chance.integers(6)):
            case 0:
                fields[name] += str(n)
            case 1:
                fields[f"{name}{n}"] = fields.pop(name)
            case 2:
                del fields[name]
            case 3:
                fields[f"New{n}"] = "1"
            case 4:
                url = url.replace("mycompany", f"mycompany{n}")
            case _:
                token = f"{token}{n}"
        try:
            signed_fields(call(url, fields, given), token)
        except WebhookRejected:
            continue
        taken += 1
    assert taken == 0


@pytest.mark.parametrize(
    ("known", "signed"),
    [
        ("https://go.shop.example/w/sms/main", "https://go.shop.example:443/w/sms/main"),
        ("https://go.shop.example:443/w/sms/main", "https://go.shop.example/w/sms/main"),
        ("http://127.0.0.1:8080/w?x=1", "http://127.0.0.1:8080/w?x=1"),
    ],
)
def test_the_usual_port_may_be_named_or_not(known: str, signed: str) -> None:
    fields = {"MessageSid": "SM1", "Body": " spaces stay "}
    given = signature(TOKEN, signed, list(fields.items()))
    assert dict(signed_fields(call(known, fields, given), TOKEN)) == fields


def test_names_that_come_twice_are_signed_twice() -> None:
    pairs = [("MediaUrl", "b"), ("MediaUrl", "a")]
    given = signature(TOKEN, HOOK, pairs)
    inbound = Inbound(body=urlencode(pairs).encode(), recipient=HOOK, headers={SIGNATURE: given})
    assert signed_fields(inbound, TOKEN) == pairs


def test_of_a_json_body_the_address_carries_the_hash() -> None:
    body = b'{"MessageSid": "SM1", "Body": "hello", "From": "+380501234567"}'
    digest = hashlib.sha256(body).hexdigest()
    url = f"{HOOK}?bodySHA256={digest}"
    inbound = Inbound(
        body=body,
        recipient=url,
        headers={SIGNATURE: signature(TOKEN, url, [])},
        query={"bodySHA256": digest},
    )
    assert ("Body", "hello") in signed_fields(inbound, TOKEN)
    forged = msgspec.structs.replace(inbound, body=body.replace(b"hello", b"STOP!"))
    with pytest.raises(WebhookRejected):
        signed_fields(forged, TOKEN)
    form = msgspec.structs.replace(inbound, body=b"MessageSid=SM1&Body=x")
    with pytest.raises(WebhookRejected):
        signed_fields(form, TOKEN)


def test_an_own_word_takes_a_person_out() -> None:
    channel = Sms(msgspec.structs.replace(SETTINGS, stop_words=("досить",)), HOOK)
    fields = {"MessageSid": "SM1", "From": "+380501234567", "Body": " ДОСИТЬ "}
    (heard,) = channel.webhook(signed_call(HOOK, fields, TOKEN), NOW).heard
    assert heard.kind == "leave"


# ---------------------------------------------------------------- the description


def sent_of(**changes: Any) -> Any:
    return CASE.make().encode(message(CASE, **changes), NOW)


@pytest.mark.data
def test_requests_with_every_field_fit_the_description() -> None:
    until = micros(NOW) + 3_600_000_000
    for wire in (sent_of(expires_us=until), sent_of(sender="MARACUJA", marketing=False)):
        twilio_api.fits(wire)
    service = msgspec.structs.replace(SETTINGS, sender="", messaging_service="MG" + "1f" * 16)
    wire = Sms(service, HOOK).encode(message(CASE), NOW)
    twilio_api.fits(wire)
    fields = dict(parse_qsl(sent_of(expires_us=until).body.decode()))
    assert fields["ValidityPeriod"] == "3600"
    assert fields["StatusCallback"].endswith(f"?m={make_id('message', 'spring', 1).hex()}.7.3")


@pytest.mark.data
def test_the_descriptions_own_answers_are_read() -> None:
    found = twilio_api.examples()
    assert len(found) == 7
    channel = CASE.make()
    for name, body in found.items():
        text = msgspec.json.encode(body).decode()
        answer = Answer(stage=Stage.GIVEN, code=201, text=text)
        assert channel.decode(answer).verdict is Verdict.ACCEPTED, name
        brief = channel.brief(answer)  # type: ignore[attr-defined]
        assert channel.decode(brief) == channel.decode(answer)
        assert body["body"] not in brief.text or not body["body"]


@pytest.mark.data
def test_the_simulated_account_answers_as_the_description_says() -> None:
    assert CASE.vendor is not None
    vendor = CASE.vendor(0, Faults())
    for content in CASE.contents.values():
        answer, _ = vendor.answer(sent_of(content=content))
        assert not list(twilio_api.resource().iter_errors(msgspec.json.decode(answer.text)))
    assert not vendor.violations


# ---------------------------------------------------------------- Prism


@pytest.mark.slow
@pytest.mark.node
@pytest.mark.data
def test_prism_takes_every_kind_of_message(tmp_path: Path) -> None:
    with prism(tmp_path, twilio_api.FILE) as base:
        channel = Sms(msgspec.structs.replace(SETTINGS, base_url=base), HOOK)
        wires = [
            channel.encode(message(CASE, content=content), NOW)
            for content in CASE.contents.values()
        ]
        with httpx.Client(timeout=60) as asking:
            for wire in wires:
                headers = {**wire.headers, **channel.credentials()}
                said = asking.post(wire.url, content=wire.body, headers=headers)
                assert said.status_code == 201, said.text
                answer = Answer(stage=Stage.GIVEN, code=said.status_code, text=said.text)
                assert channel.decode(answer).verdict is Verdict.ACCEPTED
                without = asking.post(wire.url, content=wire.body, headers=wire.headers)
                assert without.status_code == 401
            bare = asking.post(
                wires[0].url,
                content=b"Body=x",
                headers={**wires[0].headers, **channel.credentials()},
            )
            assert bare.status_code == 422
            request = channel.account_request()
            assert request is not None
            account = asking.get(request.url, headers=dict(channel.credentials()))
            assert account.status_code == 200 and SID in request.url

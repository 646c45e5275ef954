"""Viber business messages over every driver: what each sends, reads and believes."""

from __future__ import annotations

import hmac
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maracuja import rng
from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.heard import Heard
from maracuja.channels.http import at, reference, text_at
from maracuja.channels.viber_business import ViberBusiness
from maracuja.channels.viber_business_settings import ViberBusinessSettings
from maracuja.channels.viber_generic import filled
from maracuja.channels.viber_partner import NETWORK
from maracuja.content import Button, Content
from maracuja.errors import ConfigError, UnsupportedFeature, VendorRefusedUs, WebhookRejected
from maracuja.model import Message, Scope, Status, Verdict, micros
from maracuja.runtime import channel_trial
from maracuja.runtime.http import HttpTransport
from maracuja.simulate.vendors.http import Faults
from maracuja.simulate.vendors.serving import serving
from maracuja.simulate.vendors.viber_business import (
    AlphaSmsVendor,
    PartnerVendor,
    TurboSmsVendor,
    turbo_call,
)
from maracuja.store.outbox import OutboxState
from tests.contract.channel_case import NOW, PICTURE, Case, message
from tests.contract.channel_cases.viber_business import (
    BUTTON,
    CASE,
    HOOK,
    SECRET,
    SETTINGS,
    TOKEN,
    number,
)
from tests.contract.channel_world import opened_world
from tests.contract.test_channel_delivery import begin

ALL = Content(text="Look, *ripe*", formatted=True, media=(PICTURE,), buttons=(BUTTON,))
ALPHASMS = msgspec.structs.replace(SETTINGS, driver="alphasms")

# AlphaSMS's language once more, by settings alone.
BY_SETTINGS = {
    "driver": "generic",
    "base_url": "https://alphasms.net/api/json.php",
    "token": TOKEN,
    "sender": "Maracuja",
    "webhook_secret": SECRET,
    "send_headers": {},
    "send_body": msgspec.json.encode(
        {
            "auth": "{token}",
            "data": [
                {
                    "type": "viber",
                    "id": "{id}",
                    "phone": "{phone_number}",
                    "viber_type": "text+image+link",
                    "viber_signature": "{sender}",
                    "viber_lifetime": "{ttl}",
                    "viber_message": "{text}",
                    "viber_image": "{image}",
                    "viber_button": "{caption}",
                    "viber_link": "{action}",
                    "hook": "{hook}",
                    "sms_message": "{sms_text}",
                }
            ],
        }
    ).decode(),
    "answer_good": {"success": "true", "data.0.success": "true"},
    "answer_id": "data.0.data.msg_id",
    "answer_error": "data.0.error",
    "error_words": {"Access denied": "stop", "Incorrect phone": "suppress"},
}
GENERIC = msgspec.convert(BY_SETTINGS, ViberBusinessSettings)


def body_of(made: ViberBusinessSettings, sent: Message) -> dict[str, Any]:
    wire = ViberBusiness(made, HOOK).encode(sent, NOW)
    found: dict[str, Any] = msgspec.json.decode(wire.body)
    return found


def given_(code: int, body: Any) -> Answer:
    return Answer(stage=Stage.GIVEN, code=code, text=msgspec.json.encode(body).decode())


# ---------------------------------------------------------------- what is sent


def test_turbosms_gets_both_messages_and_an_id_of_ours() -> None:
    sent = message(CASE, content=ALL)
    body = body_of(SETTINGS, sent)
    assert body["sequence_id"] == sent.id.hex() and body["recipients"] == ["380671234567"]
    assert body["viber"] == {
        "sender": "Maracuja",
        "text": "Look, *ripe*",
        "ttl": 86_400,
        "image_url": PICTURE.url,
        "caption": BUTTON.text,
        "action": BUTTON.url,
    }
    assert body["sms"] == {"sender": "Maracuja", "text": f"Look, ripe {BUTTON.url}"}
    alone = msgspec.structs.replace(SETTINGS, sms_fallback=False)
    assert "sms" not in body_of(alone, sent)


def test_alphasms_gets_one_item_that_names_where_to_tell() -> None:
    sent = message(CASE, content=ALL)
    body = body_of(ALPHASMS, sent)
    (item,) = body["data"]
    hook = item.pop("hook")
    assert body["auth"] == TOKEN
    assert hook.startswith(f"{HOOK}?m={reference(sent)}&k=")
    assert item == {
        "type": "viber+sms",
        "id": int.from_bytes(sent.id[:6]),
        "phone": 380671234567,
        "viber_type": "text+image+link",
        "viber_signature": "Maracuja",
        "viber_lifetime": 86_400,
        "viber_message": "Look, *ripe*",
        "viber_image": PICTURE.url,
        "viber_button": BUTTON.text,
        "viber_link": BUTTON.url,
        "sms_signature": "Maracuja",
        "sms_message": f"Look, ripe {BUTTON.url}",
    }
    named = msgspec.structs.replace(ALPHASMS, field_names={"viber_link": "viber_button_url"})
    assert body_of(named, sent)["data"][0]["viber_button_url"] == BUTTON.url
    assert body_of(ALPHASMS, message(CASE))["data"][0]["viber_type"] == "text"


def test_settings_alone_speak_as_a_driver_does() -> None:
    sent = message(CASE, content=ALL)
    (ours,) = body_of(GENERIC, sent)["data"]
    alone = msgspec.structs.replace(ALPHASMS, sms_fallback=False)
    (theirs,) = body_of(alone, sent)["data"]
    assert ours == {**theirs, "id": reference(sent)}


def test_headers_hold_the_key_and_what_is_empty_is_left_out() -> None:
    template = '{"to": "{number}", "body": {"text": "{text}"}, "media": {"url": "{image}"}}'
    made = msgspec.structs.replace(
        GENERIC, send_headers={"x-key": "k {token}"}, send_body=template
    )
    wire = ViberBusiness(made, HOOK).encode(message(CASE), NOW)
    assert wire.headers["x-key"] == f"k {TOKEN}"
    assert msgspec.json.decode(wire.body) == {
        "to": "+380671234567",
        "body": {"text": "Hello, Maria"},
    }
    assert TOKEN not in repr(wire)


@given(st.text(min_size=1))
@settings(max_examples=200, deadline=None)
def test_no_text_changes_the_shape_of_a_body(text: str) -> None:
    template = {"a": "{text}", "b": ["to {phone}: {text}"], "{text}": 1}
    made = filled(template, {"text": text, "phone": "380"})
    assert made == {"a": text, "b": [f"to 380: {text}"], "{text}": 1}


def test_it_is_tried_as_long_as_the_message_is_of_use_and_the_partner_can() -> None:
    def ttl(seconds: int) -> int:
        sent = message(CASE, expires_us=micros(NOW + timedelta(seconds=seconds)))
        return int(body_of(SETTINGS, sent)["viber"]["ttl"])

    assert [ttl(s) for s in (10, 60, 3600, 10**7)] == [60, 60, 3600, 86_400]


def test_only_plain_service_messages_go_as_transactional() -> None:
    made = msgspec.structs.replace(SETTINGS, transactional=True)

    def marked(**changes: Any) -> bool:
        return "is_transactional" in body_of(made, message(CASE, **changes))["viber"]

    assert marked(marketing=False)
    assert not marked() and not marked(marketing=False, content=ALL)
    assert "is_transactional" not in body_of(SETTINGS, message(CASE, marketing=False))["viber"]


def test_an_older_partner_shows_no_picture_with_words_alone() -> None:
    made = ViberBusiness(msgspec.structs.replace(SETTINGS, layouts="classic"), HOOK)
    with pytest.raises(UnsupportedFeature, match="above a button"):
        made.encode(message(CASE, content=Content(text="Look", media=(PICTURE,))), NOW)
    made.encode(message(CASE, content=ALL), NOW)


def test_an_sms_has_no_space_that_doubles_its_price() -> None:
    sent = message(CASE, content=Content(text="1\u00a0200\u202fUAH"))
    assert body_of(SETTINGS, sent)["sms"]["text"] == "1 200 UAH"


def test_a_link_that_is_in_the_words_is_not_said_twice() -> None:
    there = Content(text=f"Look: {BUTTON.url}", buttons=(BUTTON,))
    assert body_of(SETTINGS, message(CASE, content=there))["sms"]["text"] == there.text


# ---------------------------------------------------------------- what is answered


@pytest.mark.parametrize("name", list(NETWORK))
def test_the_networks_errors_mean_the_same_over_every_partner(name: str) -> None:
    known = NETWORK[name]
    item = {"success": False, "error": f"SRVC_{name}"}
    answers = {
        "alphasms": given_(200, {"success": True, "data": [item]}),
        "generic": given_(200, {"success": True, "data": [item]}),
    }
    for made in (ALPHASMS, GENERIC):
        result = ViberBusiness(made, HOOK).decode(answers[made.driver])
        assert (result.verdict, result.code) == (known.verdict, known.code)
        assert (result.scope, result.rest_s) == (known.scope, known.rest_s)
        assert (result.scope is Scope.ACCOUNT) == (result.verdict is Verdict.OURS)


@pytest.mark.parametrize(
    ("body", "verdict", "code"),
    [
        ({"success": False, "error": "Access denied"}, Verdict.OURS, "unauthorized"),
        ({"success": False, "error": "Too many requests"}, Verdict.TEMPORARY, "too_many"),
        ({"success": False, "error": "Something new"}, Verdict.CONTENT, "error"),
        ({"success": True, "data": []}, Verdict.CONTENT, "200"),
        (
            {"success": True, "data": [{"success": False, "error": "Error in Alpha-name"}]},
            Verdict.OURS,
            "sender",
        ),
        (
            {"success": True, "data": [{"success": False, "error": "Incorrect phone"}]},
            Verdict.PERMANENT,
            "invalid",
        ),
        ({"success": True, "data": [{"success": True, "data": {}}]}, Verdict.UNKNOWN, "no_id"),
        ({"success": True, "data": [{"success": True, "data": {"msg_id": 7}}]},
         Verdict.ACCEPTED, ""),
    ],
)  # fmt: skip
def test_alphasms_says_errors_on_two_levels(body: Any, verdict: Verdict, code: str) -> None:
    result = ViberBusiness(ALPHASMS, HOOK).decode(given_(200, body))
    assert (result.verdict, result.code) == (verdict, code)


def test_words_of_the_shops_own_come_first() -> None:
    words = {"something new": "rest", "access denied": "wait"}
    made = ViberBusiness(msgspec.structs.replace(ALPHASMS, error_words=words), HOOK)
    new = made.decode(given_(200, {"success": False, "error": "Something NEW, sorry"}))
    assert (new.verdict, new.rest_s) == (Verdict.PERMANENT, 60 * 86_400)
    denied = made.decode(given_(200, {"success": False, "error": "Access denied"}))
    assert (denied.verdict, denied.scope) == (Verdict.TEMPORARY, Scope.ACCOUNT)


def test_a_generic_answer_is_good_by_its_values_or_by_its_id_alone() -> None:
    made = ViberBusiness(GENERIC, HOOK)
    good = {"success": True, "data": [{"success": True, "data": {"msg_id": "m"}}]}
    assert made.decode(given_(201, good)).vendor_id == "m"
    assert made.decode(given_(200, {**good, "success": False})).verdict is Verdict.CONTENT
    assert made.decode(given_(404, good)).verdict is Verdict.CONTENT
    simple = msgspec.structs.replace(GENERIC, answer_good={}, answer_id="id", answer_error="why")
    by_id = ViberBusiness(simple, HOOK)
    assert by_id.decode(given_(200, {"id": 12})).vendor_id == "12"
    assert by_id.decode(given_(200, {"id": 12, "why": "no"})).verdict is Verdict.CONTENT
    assert by_id.decode(given_(200, {})).verdict is Verdict.CONTENT


def test_paths_lead_through_objects_and_lists() -> None:
    value = {"a": [{"b": True}, {"b": 2.5}], "c": {"d": None}}
    assert text_at(value, "a.0.b") == "true" and text_at(value, "a.1.b") == "2.5"
    for nowhere in ("a.2.b", "a.b", "a.-1", "c.d", "c", "x", "", "a.\u0662"):
        assert text_at(value, nowhere) == ""
    assert at(value, "c.d") is None and text_at(None, "a") == ""


# ---------------------------------------------------------------- what is told


def told(made: ViberBusinessSettings, call: Inbound) -> list[Heard]:
    return ViberBusiness(made, HOOK).webhook(call, NOW).heard


def hook_of(made: ViberBusinessSettings) -> dict[str, str]:
    """The query of our address for one message."""
    _, _, query = body_of(made, message(CASE))["data"][0]["hook"].partition("?")
    return dict(pair.split("=") for pair in query.split("&"))


@pytest.mark.parametrize("made", [ALPHASMS, GENERIC], ids=lambda made: made.driver)
def test_a_receipt_is_believed_at_its_messages_own_address_alone(
    made: ViberBusinessSettings,
) -> None:
    query = hook_of(made)
    body = msgspec.json.encode({"status": "delivered", "message_id": "m"})
    (one,) = told(made, Inbound(body=body, query=query))
    assert (one.status, one.reference) == (Status.DELIVERED, reference(message(CASE)))
    assert told(made, Inbound(body=b"", query={**query, "status": "seen"}, method="GET"))
    chance = rng.stream(3, "tampered", made.driver)
    taken = 0
    for n in range(1_000):
        field = ("m", "k")[n % 2]
        value = query[field]
        spot = int(chance.integers(len(value)))
        letter = "0123456789abcdef"[int(chance.integers(16))]
        forged = value[:spot] + letter + value[spot + 1 :]
        if forged == value:
            forged = value[:-1]
        try:
            told(made, Inbound(body=body, query={**query, field: forged}))
            taken += 1
        except WebhookRejected:
            continue
    assert taken == 0
    with pytest.raises(WebhookRejected):
        told(msgspec.structs.replace(made, webhook_secret=""), Inbound(body=body, query=query))


LISTED = msgspec.structs.replace(
    GENERIC,
    receipt_each="results",
    receipt_id="id",
    receipt_error="reason",
    receipt_proof="hmac",
    receipt_header="x-signature",
)


def test_a_list_of_receipts_is_proven_by_its_signature() -> None:
    results = [
        {"id": "a", "status": "Delivered"},
        {"id": "a", "status": "Delivered"},
        {"id": "a", "status": "Seen"},
        {"id": "b", "status": "Failed", "reason": "SRVC_NOT_VIBER_USER"},
        {"id": "c", "status": "Viewed"},
        {"status": "Delivered"},
        "strange",
    ]
    body = msgspec.json.encode({"results": results})
    digest = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
    found = told(LISTED, Inbound(body=body, headers={"x-signature": digest}))
    assert [(h.vendor_id, h.status) for h in found] == [
        ("a", Status.DELIVERED),
        ("a", Status.READ),
        ("b", Status.BOUNCED),
    ]
    assert (found[2].code, found[2].rest_s) == ("not_a_user", 60 * 86_400)
    own = msgspec.structs.replace(LISTED, status_words={"viewed": Status.READ})
    assert len(told(own, Inbound(body=body, headers={"x-signature": digest}))) == 4
    with pytest.raises(WebhookRejected):
        told(LISTED, Inbound(body=body + b" ", headers={"x-signature": digest}))


def test_a_receipt_may_be_proven_by_a_header_or_by_the_key_in_the_address() -> None:
    body = msgspec.json.encode({"message_id": "a", "status": "delivered"})
    shown = msgspec.structs.replace(GENERIC, receipt_proof="header", receipt_header="x-secret")
    assert told(shown, Inbound(body=body, headers={"x-secret": SECRET}))
    assert told(GENERIC, Inbound(body=body, query={"key": SECRET}))
    for call in (Inbound(body=body), Inbound(body=body, query={"key": ""})):
        for made in (shown, GENERIC):
            with pytest.raises(WebhookRejected):
                told(made, call)


@pytest.mark.parametrize("name", list(NETWORK))
def test_a_number_rests_unless_an_sms_follows(name: str) -> None:
    known = NETWORK[name]
    data = {"message_id": "m", "status": "Undelivered", "error": name}
    call = turbo_call("e-1", SECRET, type="DLR_VIBER_API", data=data)
    alone = msgspec.structs.replace(SETTINGS, sms_fallback=False)
    (one,) = told(alone, call)
    dead = known.verdict is Verdict.PERMANENT
    assert one.status is (Status.BOUNCED if dead else Status.FAILED)
    assert (one.code, one.rest_s) == (known.code, known.rest_s)
    (with_sms,) = told(SETTINGS, call)
    assert with_sms.status is (Status.BOUNCED if name == "USER_BLOCKED" else Status.FAILED)
    assert with_sms.rest_s == 0


# ---------------------------------------------------------------- the account


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"token": ""}, "token"),
        ({"sender": ""}, "sender"),
        ({"sms_sender": ""}, "sms_sender"),
        ({"webhook_secret": "short"}, "webhook_secret"),
        ({"ttl_s": 90_000}, "ttl_s"),
        ({"base_url": "http://partner.example"}, "base_url"),
        ({"driver": "generic", "base_url": ""}, "base_url"),
        ({"driver": "generic", "send_body": "{"}, "send_body"),
        ({"driver": "generic", "send_body": "[]"}, "send_body"),
        ({"driver": "generic", "send_body": '{"a": "{text}"}'}, "send_body"),
        ({"driver": "generic", "send_body": '{"a": "{phone}{text}{pone}"}'}, "send_body"),
        ({"receipt_proof": "hmac"}, "receipt_header"),
    ],
)
def test_settings_that_cannot_work_are_refused(changes: dict[str, Any], where: str) -> None:
    whole = {"base_url": "https://partner.example", **changes}
    with pytest.raises(ConfigError) as fault:
        msgspec.structs.replace(SETTINGS, **whole)
    assert fault.value.where == where


def test_the_partner_says_what_money_is_left() -> None:
    with serving(TurboSmsVendor(token=TOKEN)) as url:
        good = ViberBusiness(msgspec.structs.replace(SETTINGS, base_url=url))
        words = channel_trial.check_account(good, HttpTransport(good, lambda: NOW))
        assert words == "balance 2106.42"
        wrong = msgspec.structs.replace(SETTINGS, base_url=url, token="another")
        bad = ViberBusiness(wrong)
        with pytest.raises(VendorRefusedUs, match="does not take our account"):
            channel_trial.check_account(bad, HttpTransport(bad, lambda: NOW))


# ---------------------------------------------------------------- the whole way


def case_of_driver(driver: str) -> Case:
    """The same shop at an AlphaSMS, by its driver or by settings alone."""
    plain = {"driver": driver, "token": TOKEN, "sender": "Maracuja", "webhook_secret": SECRET}
    section = plain if driver == "alphasms" else BY_SETTINGS
    made = msgspec.convert(section, ViberBusinessSettings)
    return replace(
        CASE,
        section=section,
        make=lambda: ViberBusiness(made, HOOK),
        vendor=lambda seed, faults: AlphaSmsVendor(
            seed=seed, faults=faults, token=TOKEN, secret=SECRET
        ),
    )


@pytest.mark.parametrize("driver", ["alphasms", "generic"])
def test_a_campaign_goes_out_over_each_driver(driver: str, tmp_path: Path) -> None:
    with opened_world(tmp_path, case_of_driver(driver), faults=Faults()) as world:
        vendor = world.vendor
        assert isinstance(vendor, PartnerVendor)
        vendor.stopped.add(number(7))
        begin(world, ViberBusiness, 20)
        world.deliver(hours=1)
        assert world.states() == {OutboxState.SENT: 19, OutboxState.FAILED: 1}
        for n in range(5):
            vendor.tell_status(number(n), "delivered")
            vendor.tell_status(number(n), "delivered")
        vendor.tell_status(number(5), "failed", "SRVC_NOT_VIBER_USER")
        calls = vendor.calls()
        assert set(world.call([*calls, *calls])) == {200}
        world.settle(seconds=2)
        counts = world.counts()
        # One number was refused at once, one bounced later.
        assert counts["Message Delivered"] == 5 and counts["Message Bounced"] == 2
        names = world.events()
        bounced = names.filter(names["event"] == "Message Bounced")
        assert set(bounced["properties.code"]) == {
            "not_a_user",
            "invalid" if driver == "alphasms" else "error",
        }


def test_a_button_of_its_own_is_refused() -> None:
    asking = Content(text="Yes?", buttons=(Button(text="Yes", reply="yes"),))
    with pytest.raises(UnsupportedFeature, match="reply"):
        ViberBusiness.refuse(asking)

"""WhatsApp: links into the chat, whom a message goes to, categories, the account."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.whatsapp import WhatsApp
from maracuja.channels.whatsapp_heard import Ours, heard_of
from maracuja.content import Approved, Content
from maracuja.errors import ConfigError, UnsupportedFeature
from maracuja.model import Address, Status
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases.whatsapp import (
    CASE,
    NUMBER_ID,
    SETTINGS,
    TEMPLATE,
    USER,
    VERIFY,
    said,
    sent,
)

WA = WhatsApp(SETTINGS)


def body(address: str, **changes: Any) -> dict[str, Any]:
    made = message(CASE, to=Address(kind="whatsapp", value=address), **changes)
    found: dict[str, Any] = msgspec.json.decode(WA.encode(made, NOW).body)
    return found


def test_a_person_is_named_by_their_id_or_their_number() -> None:
    by_id, by_number = body(USER), body("+380671234567")
    assert by_id["recipient"] == USER and "to" not in by_id
    assert by_number["to"] == "380671234567" and "recipient" not in by_number
    assert len(by_id["biz_opaque_callback_data"]) <= 512


def test_our_id_comes_back_with_every_receipt() -> None:
    made = message(CASE)
    assert body(USER)["biz_opaque_callback_data"] == f"{made.id.hex()}.{made.pid}.{made.run}"


def test_a_service_message_is_no_marketing_template() -> None:
    content = Content(text="", approved=TEMPLATE)
    assert body(USER, content=content)
    with pytest.raises(UnsupportedFeature, match="category"):
        body(USER, content=content, marketing=False)
    utility = msgspec.structs.replace(TEMPLATE, category="utility")
    assert body(USER, content=Content(text="", approved=utility), marketing=False)


def test_codes_go_to_numbers_only() -> None:
    code = Approved(name="code", language="uk", category="authentication", parameters=("1234",))
    content = Content(text="", approved=code)
    assert body("+380671234567", content=content, marketing=False)
    with pytest.raises(UnsupportedFeature, match="numbers"):
        body(USER, content=content, marketing=False)


def test_parameters_are_one_line() -> None:
    wordy = msgspec.structs.replace(TEMPLATE, parameters=("Anna\n\tMaria    K.", "10 %"))
    template = body(USER, content=Content(text="", approved=wordy))["template"]
    assert template["components"][0]["parameters"][0]["text"] == "Anna Maria K."


def test_marketing_templates_may_go_by_their_own_path() -> None:
    settings = msgspec.structs.replace(SETTINGS, marketing_messages=True)
    template = Content(text="", approved=TEMPLATE)

    def path(content: Content, *, marketing: bool = True) -> str:
        made = message(CASE, content=content, marketing=marketing)
        return urlsplit(WhatsApp(settings).encode(made, NOW).url).path

    own = f"/v25.0/{NUMBER_ID}/"
    assert path(template) == f"{own}marketing_messages"
    assert path(Content(text="Hi")) == f"{own}messages"
    utility = msgspec.structs.replace(TEMPLATE, category="utility")
    assert path(Content(text="", approved=utility), marketing=False) == f"{own}messages"


@pytest.mark.parametrize("language", ["en", "ru", "uk-UA", "mn", "de", ""])
def test_a_list_opens_with_a_word_of_the_persons_language(language: str) -> None:
    made = body(USER, content=CASE.contents["list"], language=language)
    word = made["interactive"]["action"]["button"]
    expected = {"ru": "Выбрать", "uk-UA": "Обрати", "mn": "Сонгох"}
    assert word == expected.get(language, "Choose") and len(word) <= 20


def test_links_show_their_payload_in_the_words() -> None:
    link = urlsplit(WA.deep_link("poster-1"))
    assert (link.netloc, link.path) == ("wa.me", "/380441234567")
    assert parse_qs(link.query) == {"text": ["Hello! [poster-1]"]}
    assert parse_qs(urlsplit(WA.deep_link("")).query) == {"text": ["Hello!"]}
    assert WhatsApp(msgspec.structs.replace(SETTINGS, number="")).deep_link("x") == ""


def test_the_greeting_agrees_only_as_it_was_written() -> None:
    def kinds(text: str, greeting: str = "Hello! News, please.") -> list[str]:
        told = {"id": "1", "from": "380671234567", "timestamp": "1", "type": "text"}
        value = {
            "metadata": {"phone_number_id": "1"},
            "messages": [{**told, "text": {"body": text}}],
        }
        entry = {"changes": [{"field": "messages", "value": value}]}
        return [one.kind.value for one in heard_of([entry], Ours("1", greeting), 10**15)]

    assert kinds("Hello! News, please. [a-1]") == ["start"]
    assert kinds("Hello! News, please. [a-1] ") == ["start"]
    assert kinds("Hello! [a-1]") == ["message"]
    assert kinds("Hello! News, please. [a-1] really?") == ["message"]
    assert kinds("Hello! News, please.") == ["message"], "nobody's link"
    assert kinds("START") == ["start"] and kinds("стоп") == ["leave"]


def test_the_webhook_is_entered_by_asking_or_by_hand() -> None:
    asked = WA.hook_request("https://go.shop.example/w/whatsapp/main")
    assert asked is not None and asked.url.endswith("/102290129340398/subscribed_apps")
    assert msgspec.json.decode(asked.body) == {
        "override_callback_uri": "https://go.shop.example/w/whatsapp/main",
        "verify_token": VERIFY,
    }
    by_hand = WhatsApp(msgspec.structs.replace(SETTINGS, business_id=""))
    assert by_hand.hook_request("https://go.shop.example/w/whatsapp/main") is None
    query = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "42"}
    hook = WA.webhook(Inbound(body=b"", method="GET", query=query), NOW)
    assert (hook.body, hook.content_type) == (b"42", "text/plain")


def test_the_account_says_who_it_is() -> None:
    request = WA.account_request()
    assert request.method == "GET" and f"/{NUMBER_ID}?fields=" in request.url
    told = '{"display_phone_number":"+380 44 123","verified_name":"Shop","quality_rating":"GREEN"}'
    answer = Answer(stage=Stage.GIVEN, code=200, text=told)
    assert WA.account_words(answer) == "+380 44 123, Shop, GREEN"
    assert WA.account_words(Answer(stage=Stage.GIVEN, code=200, text="[]")) == ""


def test_the_journal_keeps_no_number() -> None:
    kept = WA.brief(sent("held_for_quality_assessment"))
    assert "380671234567" not in kept.text
    assert WA.decode(kept) == WA.decode(sent("held_for_quality_assessment"))
    failed = said(131026)
    assert WA.brief(failed) is failed


def test_what_stopped_marketing_is_a_failure_that_spares_service_messages() -> None:
    result = WA.decode(said(131050))
    assert result.marketing_only and result.status is Status.FAILED and not result.rest_s
    assert WA.decode(said(131026)).rest_s == 30 * 86_400


@pytest.mark.parametrize("value", ["", "+380441234567", "106 540", "x" * 10])
def test_an_id_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(ConfigError) as fault:
        msgspec.structs.replace(SETTINGS, phone_number_id=value).__post_init__()
    assert fault.value.where == "phone_number_id"

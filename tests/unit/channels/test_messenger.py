"""Messenger and Instagram: windows, humans, errors that settings change, what comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from maracuja.channels.base import Answer, Inbound, Stage
from maracuja.channels.heard import HeardKind
from maracuja.channels.instagram import Instagram, InstagramSettings
from maracuja.channels.messenger import Messenger
from maracuja.channels.messenger_settings import MessengerSettings
from maracuja.content import Button, Card, Content, Media, MediaKind
from maracuja.errors import ConfigError, UnsupportedFeature, WebhookRejected
from maracuja.model import Verdict, micros
from maracuja.simulate.vendors.messenger import graph_answer, signed_call
from tests.contract.channel_case import NOW, message
from tests.contract.channel_cases import instagram, messenger

PAGE = Messenger(messenger.SETTINGS)
GRANTED = Messenger(msgspec.structs.replace(messenger.SETTINGS, human_agent=True))
ACCOUNT = Instagram(instagram.SETTINGS)


def body(channel: Messenger = PAGE, **changes: Any) -> dict[str, Any]:
    """The body of a message."""
    case = messenger.CASE if channel.name == "messenger" else instagram.CASE
    wire = channel.encode(message(case, **changes), NOW)
    return msgspec.json.decode(wire.body)  # type: ignore[no-any-return]


def ago(**span: float) -> int:
    return micros(NOW - timedelta(**span))


# ---------------------------------------------------------------- windows


def test_a_campaign_goes_within_24_hours_only() -> None:
    assert body(last_word_us=ago(hours=24))["messaging_type"] == "UPDATE"
    with pytest.raises(UnsupportedFeature, match="24 hours after the person's last word"):
        body(last_word_us=ago(hours=24, seconds=1))
    with pytest.raises(UnsupportedFeature, match="24 hours"):
        body(GRANTED, last_word_us=ago(days=2))


def test_a_human_answers_for_seven_days_where_meta_has_granted_it() -> None:
    human = {"human": True, "marketing": False}
    assert body(**human, last_word_us=ago(hours=1))["messaging_type"] == "RESPONSE"
    late = body(GRANTED, **human, last_word_us=ago(days=7))
    assert (late["messaging_type"], late["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")
    with pytest.raises(UnsupportedFeature, match="7 days"):
        body(GRANTED, **human, last_word_us=ago(days=7, seconds=1))
    with pytest.raises(UnsupportedFeature, match="granted") as fault:
        body(**human, last_word_us=ago(days=2))
    assert "human_agent" in (fault.value.fix or "")
    with pytest.raises(UnsupportedFeature, match="never advertising"):
        body(GRANTED, human=True, marketing=True, last_word_us=ago(days=2))


def test_instagram_says_no_kind_within_the_window() -> None:
    assert body(ACCOUNT).keys() == {"recipient", "message"}
    settings = msgspec.structs.replace(instagram.SETTINGS, human_agent=True)
    late = body(Instagram(settings), human=True, marketing=False, last_word_us=ago(days=2))
    assert late["tag"] == "HUMAN_AGENT"


def test_no_tag_is_ever_on_what_no_human_wrote() -> None:
    for content in messenger.CONTENTS.values():
        assert "tag" not in body(GRANTED, content=content, last_word_us=ago(hours=3))


# ---------------------------------------------------------------- bodies


def test_a_picture_with_words_is_a_card() -> None:
    shown = body(content=messenger.CONTENTS["picture with words"])["message"]
    assert shown["attachment"]["payload"] == {
        "template_type": "generic",
        "elements": [
            {
                "title": "Look",
                "subtitle": "Ripe today",
                "image_url": "https://shop.example/fruit.jpg",
            }
        ],
    }


def test_what_a_button_brings_back_names_the_message() -> None:
    content = Content(text="Come?", buttons=(Button(text="Yes", reply="yes"),))
    sent = message(messenger.CASE, content=content)
    shown = body(content=content)["message"]["attachment"]["payload"]["buttons"][0]
    assert shown["payload"] == f"{sent.id.hex()}.7.3 yes"
    told = event(postback={"mid": "m1", "title": "Yes", "payload": shown["payload"]})
    assert (told.kind, told.reference, told.payload) == (
        HeardKind.TAP,
        f"{sent.id.hex()}.7.3",
        "yes",
    )


def test_the_longest_reply_fits_what_meta_brings_back() -> None:
    key = Button(text="Yes", reply="x" * PAGE.can.reply_bytes_max)
    sent = message(
        messenger.CASE, content=Content(text="x", keyboard=(key,)), pid=2**62, run=2**62
    )
    shown = msgspec.json.decode(PAGE.encode(sent, NOW).body)["message"]["quick_replies"][0]
    assert len(shown["payload"]) <= 1000


def test_sizes_are_refused_where_they_are_known() -> None:
    huge = Media(kind=MediaKind.PICTURE, url="https://shop.example/a.jpg", size=8_000_001)
    assert body(content=Content(text="", media=(huge,)))
    with pytest.raises(UnsupportedFeature, match="8 MB"):
        body(ACCOUNT, content=Content(text="", media=(huge,)))


def test_a_shorter_text_can_be_set() -> None:
    short = Messenger(msgspec.structs.replace(messenger.SETTINGS, text_max=10))
    with pytest.raises(UnsupportedFeature, match="10"):
        body(short, content=Content(text="x" * 11))


def test_a_card_leads_where_its_url_says() -> None:
    card = Card(title="Fruit", url="https://shop.example/", text="Ripe")
    (shown,) = body(content=Content(text="", cards=(card,)))["message"]["attachment"]["payload"][
        "elements"
    ]
    assert shown["default_action"] == {"type": "web_url", "url": "https://shop.example/"}


# ---------------------------------------------------------------- errors


def test_busy_again_and_again_leaves_the_person_alone_for_a_week() -> None:
    busy = graph_answer(400, 2, 0, "Service temporarily unavailable")
    assert [PAGE.decode(busy, attempt=n).verdict for n in (1, 2, 3)] == [Verdict.TEMPORARY] * 3
    result = PAGE.decode(busy, attempt=4)
    assert (result.verdict, result.rest_s) == (Verdict.PERMANENT, 7 * 86_400)


def test_settings_say_what_an_error_means() -> None:
    settings = msgspec.structs.replace(messenger.SETTINGS, errors={"100/33": "gone", "5": "rate"})
    changed = Messenger(settings)
    error = graph_answer(400, 100, 33, "gone")
    assert PAGE.decode(error).verdict is Verdict.CONTENT
    assert changed.decode(error).verdict is Verdict.PERMANENT
    assert changed.decode(graph_answer(400, 5, 0, "x")).verdict is Verdict.TEMPORARY
    assert changed.decode(graph_answer(400, 551, 1545041, "x")).verdict is Verdict.PERMANENT


def test_the_journal_holds_no_number_of_a_person() -> None:
    kept = PAGE.brief(messenger.sent())
    assert "5275811702471834" not in kept.text
    assert PAGE.decode(kept).vendor_id == PAGE.decode(messenger.sent()).vendor_id


# ---------------------------------------------------------------- calls


def event(**parts: Any) -> Any:
    """The one thing that an event tells."""
    told = {
        "sender": {"id": "42"},
        "recipient": {"id": messenger.PAGE},
        "timestamp": int(NOW.timestamp() * 1000),
        **parts,
    }
    call = {"object": "page", "entry": [{"id": messenger.PAGE, "messaging": [told]}]}
    hook = PAGE.webhook(signed_call(msgspec.json.encode(call), messenger.SECRET), NOW)
    (one,) = hook.heard
    return one


def test_the_handshake_shows_our_word() -> None:
    query = {
        "hub.mode": "subscribe",
        "hub.verify_token": messenger.SETTINGS.verify_token,
        "hub.challenge": "1158201444",
    }
    asked = Inbound(body=b"", method="GET", query=query)
    assert PAGE.webhook(asked, NOW).body == b"1158201444"
    assert Instagram(instagram.SETTINGS).webhook(asked, NOW).body == b"1158201444"
    for wrong in ({**query, "hub.verify_token": "x"}, {**query, "hub.mode": "x"}, {}):
        with pytest.raises(WebhookRejected):
            PAGE.webhook(Inbound(body=b"", method="GET", query=wrong), NOW)


def test_a_later_look_at_the_same_call_gives_the_same_keys() -> None:
    """What has no id of the vendor's is known by the time that the vendor told, not by ours."""
    told = {
        "sender": {"id": "42"},
        "timestamp": int((NOW + timedelta(minutes=2)).timestamp() * 1000),
        "referral": {"ref": "x"},
    }
    call = {"object": "page", "entry": [{"id": messenger.PAGE, "messaging": [told]}]}
    inbound = signed_call(msgspec.json.encode(call), messenger.SECRET)
    early, late = (PAGE.webhook(inbound, NOW + timedelta(minutes=m)).heard[0] for m in (0, 5))
    assert early.key == late.key
    assert early.at_us == micros(NOW), "nothing is later than when it came in"


def test_a_number_counts_only_where_messenger_wrote_it() -> None:
    number = "+380671234567"
    given = event(message={"mid": "m", "text": number, "quick_reply": {"payload": number}})
    assert given.declared == {"phone": number}
    for text, payload in ((number, "x"), ("My number", number)):
        other = event(message={"mid": "m", "text": text, "quick_reply": {"payload": payload}})
        assert (other.kind, other.declared) == (HeardKind.TAP, {})
    assert event(message={"mid": "m", "text": number}).declared == {}


# ---------------------------------------------------------------- account and links


def test_links_into_the_chat() -> None:
    assert PAGE.deep_link("poster-1") == "https://m.me/my.shop?ref=poster-1"
    assert PAGE.deep_link("a+b") == "https://m.me/my.shop?ref=a%2Bb"
    nameless = msgspec.structs.replace(messenger.SETTINGS, page_name="")
    assert Messenger(nameless).deep_link("x") == f"https://m.me/{messenger.PAGE}?ref=x"
    assert ACCOUNT.deep_link("poster-1") == "https://ig.me/m/my.shop?ref=poster-1"
    unnamed = msgspec.structs.replace(instagram.SETTINGS, page_name="")
    assert Instagram(unnamed).deep_link("x") == ""


def test_questions_about_the_account() -> None:
    asked = PAGE.account_request()
    assert asked.url == f"https://graph.facebook.com/v25.0/{messenger.PAGE}?fields=name"
    assert PAGE.account_words(messenger.sent()) == ""
    assert "username" in ACCOUNT.account_request().url
    told = PAGE.hook_request("https://go.shop.example/w/messenger/main")
    assert told.url.endswith(f"/{messenger.PAGE}/subscribed_apps")
    assert "message_reads" in msgspec.json.decode(told.body)["subscribed_fields"]


def test_instagram_through_a_linked_page_sends_in_its_name() -> None:
    settings = msgspec.structs.replace(
        instagram.SETTINGS, page_id="77", base_url="https://graph.facebook.com"
    )
    wire = Instagram(settings).encode(message(instagram.CASE), NOW)
    assert wire.url == "https://graph.facebook.com/v25.0/77/messages"
    assert settings.entry_id == instagram.ACCOUNT


@pytest.mark.parametrize(
    ("fault", "where"),
    [
        ({"page_id": ""}, "page_id"),
        ({"token": ""}, "token"),
        ({"app_secret": "short"}, "app_secret"),
        ({"errors": {"window": "window"}}, "errors"),
        ({"base_url": "http://graph.facebook.com"}, "base_url"),
    ],
)
def test_settings_refuse_what_cannot_work(fault: dict[str, Any], where: str) -> None:
    given = {"token": "t", "page_id": "1", **fault}
    with pytest.raises(ConfigError) as said:
        MessengerSettings(**given)
    assert said.value.where == where


def test_instagram_needs_its_number() -> None:
    with pytest.raises(ConfigError):
        InstagramSettings(token="t", page_id="1")


def test_what_meta_tells_about_a_person_becomes_traits() -> None:
    asked = PAGE.about_request("42")
    assert asked.url.endswith("/v25.0/42?fields=first_name,last_name")
    told = {"first_name": "Maria", "last_name": "Koval", "locale": "uk_UA", "id": "42", "x": 1}
    answer = Answer(stage=Stage.GIVEN, code=200, text=msgspec.json.encode(told).decode())
    assert PAGE.about(answer) == {
        "first_name": "Maria",
        "last_name": "Koval",
        "language": "uk",
    }
    assert PAGE.about(Answer(stage=Stage.GIVEN, code=200, text='{"first_name": 5}')) == {}
    named = Answer(stage=Stage.GIVEN, code=200, text='{"name": "M", "username": "m.k"}')
    assert ACCOUNT.about(named) == {"name": "M", "instagram_username": "m.k"}
    with pytest.raises(UnsupportedFeature):
        PAGE.about_request("me/accounts")

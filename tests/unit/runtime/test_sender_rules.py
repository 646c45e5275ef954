"""Advertising says who sends it: by the channel's own sender, or in its text."""

from __future__ import annotations

import pytest

from maracuja.campaigns.decoding import decode_text
from maracuja.config import Config, make_config
from maracuja.runtime import sender_rules
from maracuja.templates.definition import Template

SMS = {"driver": "alphasms", "gateway_key": "k", "webhook_secret": "s" * 32}


def config(**sections: object) -> Config:
    return make_config({"shop": {"name": "Fruit Shop", "country": "UA"}, **sections})


def template(text: str) -> Template:
    body = f"kind: template\nid: t\nvariants: [{{language: en, subject: Hi, text: '{text}'}}]"
    (found,) = decode_text(body)
    assert isinstance(found, Template)
    return found


@pytest.mark.parametrize(
    ("settings", "channel", "text", "faults"),
    [
        ({}, "email", "Hello", 0),  # the From has a name
        ({"email": {"sender": "news@shop.example"}}, "email", "Hello", 1),
        ({"email": {"sender": "news@shop.example"}}, "email", "{{ shop.name }}: hello", 0),
        ({"email": {"sender": "news@shop.example"}}, "email", "FRUIT SHOP: hello", 0),
        ({"sms": {**SMS, "sender": "FRUIT"}}, "sms", "Hello", 0),
        ({"sms": {**SMS, "sender": "7070"}}, "sms", "Hello", 1),
        ({}, "telegram", "Hello", 0),  # the bot has a name
        ({}, "webhook", "Hello", 1),
    ],
)
def test_a_text_without_a_sender_is_refused(
    settings: dict[str, object], channel: str, text: str, faults: int
) -> None:
    found = sender_rules.unnamed(config(**settings), template(text), [channel])
    assert len(found) == faults
    if found:
        assert "says who sends it" in found[0].message
        assert "Electronic Commerce" in found[0].why


def test_a_campaigns_own_sender_counts() -> None:
    bare = config(email={"sender": "news@shop.example"})
    text = template("Hello")
    assert sender_rules.unnamed(bare, text, ["email"], "Fruit <a@shop.example>") == []


def test_a_russian_shop_is_told_of_the_mark() -> None:
    russian = make_config({"shop": {"country": "RU"}})
    (note,) = sender_rules.unmarked(russian, template("Привет"), ["email"])
    assert (note.level, note.code) == ("note", "ad_marking")
    assert sender_rules.unmarked(russian, template("Реклама. Привет"), ["email"]) == []
    assert sender_rules.unmarked(config(), template("Привет"), ["email"]) == []

"""What a channel cannot carry is said before anything is sent; so is one not set up."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from maracuja.campaigns.decoding import decode_text, kind_of
from maracuja.campaigns.definitions import Campaign
from maracuja.channels.telegram import TelegramSettings
from maracuja.content import Button
from maracuja.errors import ConfigError, TemplateError
from maracuja.runtime import campaign_work, template_work
from maracuja.runtime.launch_ground import Ground, definitions_in_force
from maracuja.store import definitions
from maracuja.store.engine import Store
from maracuja.templates.definition import Template, Variant, decode
from tests.unit.runtime.small_shop import NOW, build

CAMPAIGN = """
kind: topic
id: chat
channels: [telegram]
---
kind: campaign
id: chat
topic: chat
channel: telegram
audience: everybody
template: chat
goals: [order]
---
kind: segment
id: everybody
where: [{trait: first_name, known: true}]
---
"""
TOO_LONG = """
kind: template
id: chat
variants:
  - language: en
    channel: telegram
    text: "{{ person.first_name | default: 'You' }}, look"
    buttons: [{text: "%s", url: "https://shop.example/"}]
"""
TOKEN = "123456:AAbbCCddEEffGGhhIIjjKK"


def ground_of(store: Store, root: Path, template: str, *, set_up: bool = True) -> Ground:
    shop = build(store, root, size=5)
    put(store, CAMPAIGN + template)
    accounts = {"telegram": TelegramSettings(token=TOKEN)} if set_up else {}
    config = msgspec.structs.replace(shop.config, channels=accounts)
    return Ground(shop.store, shop.lake, config)


def put(store: Store, text: str) -> None:
    with store.write() as conn:
        for one in decode_text(text):
            definitions.put(conn, kind_of(one), one.id, one, base=None, actor="test", now_us=1)


def told(ground: Ground) -> list[str]:
    with ground.store.read() as conn:
        campaign = definitions_in_force(conn)[("campaign", "chat")]
        assert isinstance(campaign, Campaign)
        return [fault.message for fault in campaign_work.check(conn, ground, campaign)]


def test_a_button_that_is_too_long_holds_the_campaign(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, TOO_LONG % ("x" * 65))
    (message,) = told(ground)
    assert "65 characters; telegram carries 64" in message
    with ground.store.write() as conn, pytest.raises(TemplateError) as caught:
        campaign_work.launch(conn, ground, "chat", NOW)
    assert caught.value.where == "chat: variants[0].buttons"
    put(store, TOO_LONG % ("x" * 64))
    assert not told(ground)


def test_a_channel_that_is_not_set_up_holds_the_campaign(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, TOO_LONG % "Look", set_up=False)
    assert told(ground) == ["The channel `telegram` is not set up here."]
    with ground.store.write() as conn, pytest.raises(ConfigError, match="not set up"):
        campaign_work.launch(conn, ground, "chat", NOW)


def test_only_what_the_channel_shows_is_asked(store: Store, tmp_path: Path) -> None:
    """Mail has no buttons; a variant of its own leaves that of mail alone."""
    ground = ground_of(store, tmp_path, TOO_LONG % "Look")
    template = decode("""
id: both
variants:
  - {language: en, channel: email, subject: Hi, html: "<p>{{ links.unsubscribe }}</p>"}
  - {language: en, channel: telegram, text: Hi, buttons: [{text: a, reply: a}]}
""")
    assert uncarried(ground, template) == uncarried(ground, template, "telegram") == []
    both = Template(
        id="both",
        variants=tuple(
            msgspec.structs.replace(variant, channel="email", language=str(n))
            for n, variant in enumerate(template.variants)
        ),
    )
    assert uncarried(ground, both) == [
        (
            "error",
            "variants[1].buttons",
            "The message has 1 buttons; email carries none.",
        )
    ]


def test_long_values_and_signed_links_count(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, TOO_LONG % "Look")
    button = {"text": "{{ products[person.last].title | default: 'Look' }}", "reply": "a"}
    variant = msgspec.convert(
        {"language": "en", "channel": "telegram", "text": "a", "buttons": [button]}, Variant
    )
    (found,) = uncarried(ground, Template(id="t", variants=(variant,)))
    assert found[0] == "warning" and "Tried on: long values." in found[2]
    link = Variant(language="en", channel="sms", text="x" * 1500 + " https://shop.example/")
    ((level, where, message),) = uncarried(ground, Template(id="t", variants=(link,)))
    assert (level, where) == ("error", "variants[0].text") and "sms carries 1530" in message


def test_what_nobody_would_read_is_said(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, TOO_LONG % "Look")
    html = Variant(language="en", channel="telegram", html="<p>Hi</p>")
    assert uncarried(ground, Template(id="t", variants=(html,))) == [], "a text is made of it"
    both = msgspec.structs.replace(html, text="Hi", subject="Hi")
    found = uncarried(ground, Template(id="t", variants=(both,)))
    assert [(level, where) for level, where, _ in found] == [
        ("warning", "variants[0].subject"),
        ("warning", "variants[0].html"),
    ]
    every = msgspec.structs.replace(both, channel="")
    assert uncarried(ground, Template(id="t", variants=(every,)), "telegram") == []


def test_a_key_of_telegram_sets_nothing(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, TOO_LONG % "Look")
    key = Button(text="M", reply="m", sets="size=M")
    variant = Variant(language="en", channel="telegram", text="Hi", keyboard=(key,))
    ((level, where, _),) = uncarried(ground, Template(id="t", variants=(variant,)))
    assert (level, where) == ("error", "variants[0].keyboard")


def test_a_channel_that_does_not_exist_is_named(store: Store, tmp_path: Path) -> None:
    ground = ground_of(store, tmp_path, TOO_LONG % "Look")
    template = Template(id="t", variants=(Variant(language="en", channel="telegrm", text="a"),))
    ((level, where, message),) = uncarried(ground, template)
    assert (level, where) == ("error", "variants[0].channel") and "`telegrm`" in message


def uncarried(ground: Ground, template: Template, channel: str = "") -> list[tuple[str, str, str]]:
    checked = template_work.check(ground, template, NOW, marketing=False, channel=channel)
    return [(f.level, f.where, f.message) for f in checked.findings if f.code == "uncarried"]

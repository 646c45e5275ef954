"""What is discreet is left out where a lock screen shows it, and only there."""

from __future__ import annotations

import polars as pl
import pytest

from maracuja.campaigns.decoding import decode
from maracuja.campaigns.discretion import indiscreet, on_lock_screen, shown_products
from maracuja.channels import CHANNELS
from maracuja.errors import CampaignError
from maracuja.templates.definition import Template, Variant
from maracuja.templates.tone import Discreet, Tone

TONE = Tone(id="house", discreet=Discreet(categories=("Underwear",), pictures=("/intimate/",)))
SHELF = pl.DataFrame(
    [
        ("tea", "Food", "https://shop.example/tea.jpg"),
        ("bra", "underwear > Bras", "https://shop.example/bra.jpg"),
        ("set", "Underwear", None),
        ("underwearables", "Underwearables", ""),
        ("oil", None, "https://shop.example/intimate/oil.jpg"),
        ("soap", None, None),
    ],
    schema=["id", "category", "picture"],
    orient="row",
)


def shown(channel: str, *tones: Tone) -> list[str]:
    return shown_products(SHELF, tones, channel)["id"].to_list()


@pytest.mark.parametrize("channel", ["telegram", "telegram/promo", "sms", "web_push", "viber"])
def test_a_lock_screen_shows_no_discreet_product(channel: str) -> None:
    assert shown(channel, Tone(id="other"), TONE) == ["tea", "underwearables", "soap"]


@pytest.mark.parametrize("channel", ["email", "email/letters", "web_chat"])
def test_what_is_opened_first_shows_everything(channel: str) -> None:
    assert shown(channel, TONE) == SHELF["id"].to_list()


def test_without_such_a_rule_everything_is_shown() -> None:
    assert shown("telegram", Tone(id="house")) == shown("telegram") == SHELF["id"].to_list()
    only = Tone(id="house", discreet=Discreet(pictures=("/tea",)))
    assert shown("sms", only) == ["bra", "set", "underwearables", "oil", "soap"]


def test_most_channels_are_read_on_a_lock_screen() -> None:
    assert {one.name for one in CHANNELS if not on_lock_screen(one.name)} == {"email", "web_chat"}


def letter(**parts: str) -> Template:
    variant = Variant(language="en", channel="email", **parts)
    return Template(id="t", variants=(variant,))


def found(template: Template, *tones: Tone) -> list[tuple[str, str, str]]:
    told = indiscreet(template, tones or (TONE,))
    return [(one.level, one.code, one.where) for one in told]


def test_a_letter_names_no_product_before_it_is_opened() -> None:
    product = "{{ products[facts.last].title }}"
    assert found(letter(subject=product, preheader="Look", text=product)) == [
        ("error", "indiscreet", "variants[0].subject")
    ]
    assert found(letter(subject="Look", preheader=product, text="Look")) == [
        ("error", "indiscreet", "variants[0].preheader")
    ]
    assert found(letter(subject="Look", text=product)) == [
        ("warning", "no_preheader", "variants[0]")
    ]
    assert found(letter(subject="Look", preheader="In", text=product)) == []
    assert found(letter(subject=product, text=product), Tone(id="other")) == []


def test_a_discreet_picture_is_an_error_where_it_is_seen_unasked() -> None:
    address = "https://shop.example/intimate/oil.jpg"
    chat = Variant(language="en", channel="telegram", text="Look", picture=address)
    mail = Variant(language="en", channel="email", text="Look", picture=address)
    template = Template(id="t", variants=(mail, chat))
    assert found(template) == [("error", "indiscreet", "variants[1].picture")]
    linked = Variant(language="en", channel="telegram", text=f"Look: {address}")
    assert found(Template(id="t", variants=(linked,))) == []


def test_a_rule_that_covers_everything_is_refused() -> None:
    with pytest.raises(CampaignError, match="an empty name"):
        decode({"kind": "tone", "id": "house", "discreet": {"categories": [" "]}})

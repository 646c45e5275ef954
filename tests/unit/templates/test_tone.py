"""A tone finds what breaks its rules, in every branch and fallback, and nothing else."""

from __future__ import annotations

import pytest

from maracuja.campaigns.decoding import decode, decode_text, to_yaml
from maracuja.errors import CampaignError
from maracuja.templates.definition import Template, Variant
from maracuja.templates.lints import Finding
from maracuja.templates.tone import Rule, Tone
from maracuja.templates.tone_lints import of_template


def findings(
    text: str, language: str = "ru", channel: str = "telegram", **rules: object
) -> list[Finding]:
    template = Template(id="t", variants=(Variant(language=language, text=text, channel=channel),))
    return of_template(template, [Tone(id="house", **rules)])


def codes(text: str, language: str = "ru", **rules: object) -> list[str]:
    return [one.code for one in findings(text, language, **rules)]


@pytest.mark.parametrize(
    ("text", "language", "rules", "code"),
    [
        ("Привет 🙂🙂", "ru", {"emoji": 1}, "emoji"),
        ("Привет 👨‍👩‍👧 🇺🇦", "ru", {"emoji": 1}, "emoji"),
        ("Ура! Ура!", "ru", {"exclamations": 1}, "exclamations"),
        ("Самый ДЕШЁВЫЙ чай", "ru", {"forbidden": ("дешев*",)}, "forbidden"),
        ("The best  in\nthe world", "en", {"forbidden": ("best in the world",)}, "forbidden"),
        ("{{ person.first_name | default: 'дорогуша' }}", "ru", {"forbidden": ("дорогуша",)},
         "forbidden"),
        ("{% if person.vip %}чай{% else %}дешевка{% endif %}", "ru", {"forbidden": ("дешев*",)},
         "forbidden"),
        ("Наш сайт", "ru", {"preferred": {"сайт": "магазин"}}, "preferred"),
        ("Это для тебя", "ru", {"address": {"ru": "formal"}}, "address"),
        ("Заходи на чай", "ru", {"address": {"ru": "formal"}}, "address"),
        ("Заходите на чай", "ru", {"address": {"ru": "informal"}}, "address"),
        ("Це для Вас", "uk", {"address": {"uk": "informal"}}, "address"),
        ("Натисни тут", "uk", {"address": {"uk": "formal"}}, "address"),
        ("Чамд бэлэг", "mn", {"address": {"mn": "formal"}}, "address"),
        ("один два три четыре", "ru", {"sentence": 3}, "sentence"),
        ("один {{ person.city }} три четыре", "ru", {"sentence": 3}, "sentence"),
        ("двенадцать", "ru", {"length": {"telegram": 9}}, "length"),
        ("двенадцать", "ru", {"length": {"any": 9}}, "length"),
        ("{{ person.city }}", "ru", {"length": {"any": 9}}, "length"),
    ],
)  # fmt: skip
def test_a_rule_that_is_broken_is_told(text, language, rules, code) -> None:
    assert codes(text, language, **rules) == [code]


@pytest.mark.parametrize(
    ("text", "language", "rules"),
    [
        ("Привет 👨‍👩‍👧", "ru", {"emoji": 1}),
        ("© 2026, 5 € № 7 → там", "ru", {"emoji": 0}),
        ("Подешевело", "ru", {"forbidden": ("дешев*", "деш")}),
        ("Вам, Вашим", "ru", {"address": {"ru": "formal"}}),
        ("Вам", "en", {"address": {"ru": "informal"}}),
        ("выбор, твердь, титул", "ru", {"address": {"ru": "formal"}}),
        ("чай та кава", "uk", {"address": {"uk": "informal"}}),
        ("раз два три. четыре\nпять", "ru", {"sentence": 3}),
        ("раз https://shop.example/a-very-long-address", "ru", {"length": {"any": 5}}),
        ("двенадцать", "ru", {"length": {"email": 3}}),
        ("Ура!", "ru", {}),
    ],
)
def test_a_rule_that_holds_says_nothing(text, language, rules) -> None:
    assert codes(text, language, **rules) == []


def test_only_what_is_refused_is_an_error() -> None:
    rules = {"emoji": 0, "forbidden": ("чай",), "refuse": (Rule.FORBIDDEN,)}
    assert {one.code: one.level for one in findings("чай 🙂", **rules)} == {
        "emoji": "warning",
        "forbidden": "error",
    }


def test_a_stricter_tone_is_not_hidden_by_a_milder_one() -> None:
    template = Template(id="t", variants=(Variant(language="ru", text="двенадцать"),))
    mild = Tone(id="a", length={"any": 9})
    strict = Tone(id="b", length={"any": 9}, refuse=(Rule.LENGTH,))
    found = of_template(template, [mild, strict], ["telegram"])
    assert [one.level for one in found] == ["warning", "error"]


def test_channels_decide_which_variant_is_read() -> None:
    variants = (
        Variant(language="ru", text="чай", channel="sms"),
        Variant(language="ru", subject="чай", html="<p>{{ person.a | default: '' }} чай</p>"),
    )
    tone = Tone(id="house", forbidden=("чай",))
    template = Template(id="t", variants=variants)
    assert {one.where for one in of_template(template, [tone], ["sms"])} == {"variants[0].text"}
    assert {one.where for one in of_template(template, [tone], ["email"])} == {
        "variants[1].subject",
        "variants[1].html",
    }


def test_buttons_are_words_and_addresses_are_not() -> None:
    text = """
kind: template
id: t
variants:
  - language: en
    channel: telegram
    text: Look
    buttons: [{text: Cheap rods, url: "https://shop.example/cheap"}]
"""
    (template,) = decode_text(text)
    found = of_template(template, [Tone(id="house", forbidden=("cheap",))])
    assert [one.where for one in found] == ["variants[0].buttons[0].text"]


@pytest.mark.parametrize(
    ("text", "language", "channel", "code"),
    [
        ("слово " * 26, "ru", "telegram", "sentence"),
        ("Так. " * 200, "uk", "telegram", "length"),
        ("Слово. " * 30, "ru", "sms", "length"),
        ("Мы рады сообщить о скидках", "ru", "telegram", "empty_phrase"),
        ("На сьогоднішній день тихо", "uk", "telegram", "empty_phrase"),
        ("Do it in order to win", "en", "telegram", "empty_phrase"),
    ],
)
def test_brevity_needs_no_tone(text, language, channel, code) -> None:
    template = Template(id="t", variants=(Variant(language=language, text=text, channel=channel),))
    assert [one.code for one in of_template(template, [])] == [code]


def test_a_tone_is_kept_as_it_was_written() -> None:
    raw = {
        "kind": "tone", "id": "house", "length": {"sms": 70}, "emoji": 0,
        "address": {"ru": "formal"}, "refuse": ["emoji"],
    }  # fmt: skip
    tone = decode(raw)
    assert decode_text(to_yaml(tone)) == [tone]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"refuse": ["emoji"]}, "no rule `emoji` in this tone"),
        ({"refuse": ["volume"]}, "volume"),
        ({"address": {"en": "formal"}}, "write ru, uk or mn"),
        ({"address": {"ru": "polite"}}, "polite"),
        ({"forbidden": ["a*b"]}, "only at its beginning or end"),
        ({"forbidden": ["*"]}, "no word"),
        ({"emoji": -1}, ">= 0"),
        ({"shouting": 1}, "shouting"),
    ],
)
def test_a_rule_that_could_not_hold_is_refused(rules, said) -> None:
    with pytest.raises(CampaignError, match=said.replace("*", r"\*")):
        decode({"kind": "tone", "id": "house", **rules})

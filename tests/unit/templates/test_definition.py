"""Templates as files: decoded, refused with a place, chosen by language and channel."""

from __future__ import annotations

import json

import msgspec
import pytest

from maracuja.errors import TemplateError
from maracuja.templates.definition import (
    Template,
    Variant,
    choose,
    decode,
    encode,
    json_schema,
    seconds,
    version,
)


def made(*keys: tuple[str, str], language: str = "en") -> Template:
    return Template(
        id="t",
        language=language,
        variants=tuple(Variant(language=lang, channel=ch, text="x") for lang, ch in keys),
    )


def test_yaml_and_back():
    template = made(("ru", ""), ("uk", "email"))
    assert decode(encode(template)) == template
    assert decode(json.dumps({"kind": "template", **msgspec.to_builtins(template)})) == template


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("kind: template\nid: t\nvariants: [{language: ru, text: x, colour: red}]", "$.variants"),
        ("kind: template\nid: t\nvariants: []", "between 1 and"),
        ("kind: template\nid: t\nvariants: [{language: ru}]", "neither text nor html"),
        (
            "kind: template\nid: t\nvariants: [{language: ru, text: x}, {language: ru, text: y}]",
            "same language",
        ),
        (
            "kind: template\nid: t\nvariants: [{language: ru, text: x}]\n"
            "requires: {person.name: {max_age: soon}}",
            "no duration",
        ),
        (
            "kind: template\nid: t\nvariants: [{language: ru, text: x}]\nrequires: {facts.x: {}}",
            "no trait",
        ),
        (
            "kind: template\nid: t\nvariants: [{language: ru, text: x}]\nsold_out: maybe",
            "sold_out",
        ),
        (": : :", ""),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(source, where):
    with pytest.raises(TemplateError) as caught:
        decode(source)
    assert where in str(caught.value)


@pytest.mark.parametrize(
    ("language", "channel", "expected"),
    [
        ("uk", "email", 0),
        ("uk", "sms", 1),
        ("uk-UA", "sms", 1),
        ("mn", "sms", 2),
        ("mn", "email", 3),
        ("en", "push", 3),
    ],
)
def test_the_variant_falls_back_in_the_order_of_the_docs(language, channel, expected):
    template = made(("uk", "email"), ("uk", ""), ("ru", "sms"), ("ru", ""), language="ru")
    assert choose(template, language, channel) == expected


def test_without_the_default_language_anything_for_the_channel():
    template = made(("uk", "email"), ("ru", "sms"))
    assert choose(template, "mn", "sms") == 1
    assert choose(template, "mn", "push") == 0


def test_durations_in_seconds():
    assert [seconds(text) for text in ("", "30m", "12h", "90d", "2w")] == [
        0,
        1800,
        43_200,
        7_776_000,
        1_209_600,
    ]


def test_the_version_changes_with_every_word():
    template = made(("ru", ""))
    assert version(template) == version(made(("ru", "")))
    assert version(template) != version(msgspec.structs.replace(template, name="other"))


def test_the_schema_knows_every_field():
    definitions = json_schema()["$defs"]
    assert set(Variant.__struct_fields__) <= set(definitions["Variant"]["properties"])

"""What is wrong in a template's language is said whole in every language of the web app."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from maracuja.api.said import translated
from maracuja.errors import TemplateError
from maracuja.templates import wording
from tests.unit.api.api_world import World, opened_world

CYRILLIC = re.compile("[а-яёіїєґөү]", re.IGNORECASE)
LATIN = re.compile("[A-Za-z_]{2,}")
# What one writes into a template, and what stands in advice on it.
SYNTAX = set(
    """
    endif endunless endfor endcapture endcase endcomment endneed endnamed or_else neutral
    reversed offset limit if in person city or else in_city from_city to_city day year weekday
    full short gender upcase London
    """.split()
)

WRONG = """
{% if person.city %}Hello
{% if %}a{% endif %}
{% if person.city = 'Kyiv' %}a{% endif %}
{% if person.city == %}a{% endif %}
{% if person.city == 'Kyiv %}a{% endif %}
{% if person.city == "Kyiv %}a{% endif %}
{% if person.city 'Kyiv' %}a{% endif %}
{% if person.city is 'Kyiv' %}a{% endif %}
{% if person.city === 'Kyiv' %}a{% endif %}
{% if person.city && person.x %}a{% endif %}
{% if (person.city == 'a' %}a{% endif %}
{% if person.city == 'a') %}a{% endif %}
{% if person.x | size > 3 %}a{% endif %}
{% if person.city %}a{% elseif person.x %}b{% endif %}
{% if person.city %}a{% elsif %}b{% endif %}
{% if person.city %}a{% endfor %}
{% endif %}
{% unless person.city %}a
{% for item in person.items %}a{% endfor %}
{% for item in person.items limit: 3 %}a
{% for item person.items limit: 3 %}a{% endfor %}
{% for item in person.items limit 3 %}a{% endfor %}
{% for item in person.items limit: 3 color: 2 %}a{% endfor %}
{% for item in person.items limit: 3 offset: -1 %}a{% endfor %}
{% for item in %}a{% endfor %}
{% for i in (1..person.x) %}a{% endfor %}
{% for i in (1..) %}a{% endfor %}
{% for i in (1..500) %}a{% endfor %}
{% for person in person.items limit: 3 %}a{% endfor %}
{% for a.b in person.items limit: 3 %}a{% endfor %}
{% for i in (1..50) %}{% for j in (1..50) %}a{% endfor %}{% endfor %}
{% assign x %}
{% assign x 3 %}
{% assign x = %}
{% assign 'x' = 3 %}
{% capture x %}a
{% capture x y %}a{% endcapture %}
{% case person.x %}{% when %}a{% endcase %}
{% case person.x %}{% when 1 %}a
{% cycle %}
{% comment %}a
{% include 'x' %}
{% %}
{% if person.city
{{ person.city }
{{ }}
{{ person. }}
{{ person..city }}
{{ person.first name }}
{{ person[ }}
{{ .city }}
{{ 'Kyiv }}
{{ person.city | }}
{{ person.city || upcase }}
{{ person.city | upcas }}
{{ person.city | zzz }}
{{ person.city | truncate: 3 4 }}
{{ person.city | truncate 3 }}
{{ person.city | default: “friend” }}
{{ person.city ? 'a' : 'b' }}
{{ person.city if person.x else }}
{{ 1 + 2 }}
{{ person.city! }}
{% need person.x %}a{% endneed %}
{% need person.x, %}a{% or_else %}b{% endneed %}
{% named %}a{% endnamed %}
{% named person.x person.y %}a{% neutral %}{% endnamed %}
{% break %}
{{ person.points | plural: 'a' }}
{{ person.born | day: 'long' }}
{{ person.born | day: 3 }}
{{ person.city | vocative }}
{{ person.first_name | vocative: 3 }}
{{ 'Anna' | vocative }}
{{ person.city | choose: 'a', 'b' }}
""".strip().splitlines()

UNFIT = """
{{ person.city | upcase: 3 }}
{{ person.city | append }}
{{ person.city | append: 1, 2 }}
{{ person.city | replace }}
{{ person.city | truncate: 'x' }}
{{ person.city | truncate: 'x', 'y', 'z' }}
{{ person.city | truncate: size: 3 }}
{{ person.city | slice: 'a' }}
{{ person.city | money: 1, 2, 3, 4 }}
{{ person.city | money }}
{{ person.city | date: '%d' }}
{{ 5 | divided_by: 0 }}
{% if person.city > 3 %}a{% endif %}
""".strip().splitlines()


def _is_understood(sentence: str, template: str) -> None:
    for language in ("ru", "uk", "mn"):
        said = translated(sentence, language)
        assert CYRILLIC.search(said), (language, sentence)
        strange = set(LATIN.findall(said)) - set(LATIN.findall(template)) - SYNTAX
        assert not strange, (language, sentence, said)


@pytest.mark.parametrize("template", WRONG)
def test_what_is_no_template_is_said_in_every_language(template: str) -> None:
    with pytest.raises(TemplateError) as told:
        wording.parsed(template, "ru", html=False, where="text")
    _is_understood(told.value.message.partition("\n")[0], template)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A shop of a few people."""
    with opened_world(tmp_path_factory.mktemp("faults") / "shop") as made:
        yield made


@pytest.mark.parametrize("template", UNFIT)
def test_what_cannot_be_filled_in_is_said_in_every_language(world: World, template: str) -> None:
    variant = {"language": "en", "subject": "Tea is here", "text": f"Come in. {template}"}
    asked = {"definition": {"id": "x", "language": "en", "variants": [variant]}}
    findings = world.ask("POST", "/api/templates/check", json=asked).json()["findings"]
    told = [one["message"] for one in findings if "invalid:" in one["message"]]
    assert told
    for message in told:
        _is_understood(message, template)

"""What a template may say: faults with a caret, and bounds that hold before anything runs."""

from __future__ import annotations

import pytest

from maracuja.errors import TemplateError
from maracuja.templates import grammar
from maracuja.templates.filters import BY_NAME, FILTERS


def parse(source: str) -> None:
    grammar.parse(source, html=False, where="variants[0].text")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("{% if person.x %}", "expected tag"),
        ("{{ person.x | shout }}", "shout"),
        ("{% include 'secrets' %}", "include"),
        ("{% render 'secrets' %}", "render"),
        ("{% for p in facts.cart %}{% endfor %}", "no bound"),
        ("{% for p in facts.cart limit: facts.n %}{% endfor %}", "no bound"),
        ("{% for p in facts.cart limit: 51 %}{% endfor %}", "1 to 50"),
        ("{% for p in facts.cart limit: 0 %}{% endfor %}", "1 to 50"),
        ("{% for p in facts.cart limit: 3 offset: facts.n %}{% endfor %}", "offset"),
        ("{% for n in (1..facts.n) %}{% endfor %}", "two numbers"),
        (
            "{% for a in facts.x limit: 30 %}{% for b in a.y limit: 30 %}{% endfor %}{% endfor %}",
            "900 times",
        ),
        ("{% break %}", "outside every loop"),
        ("{% assign person = 1 %}", "name of ours"),
        ("{% capture facts %}{% endcapture %}", "name of ours"),
        ("{% need person.x %}a{% endneed %}", "or_else"),
        ("\ue000", "U+E000"),
    ],
)
def test_a_fault_is_refused_with_its_place(source, says):
    with pytest.raises(TemplateError) as caught:
        parse(source)
    assert says in str(caught.value)
    assert "variants[0].text" in caught.value.where


def test_the_caret_points_at_the_filter():
    with pytest.raises(TemplateError) as caught:
        parse("Привет,\n{{ person.first_name | shout }}")
    lines = caught.value.message.splitlines()
    assert lines[1].index("shout") == lines[2].index("^")
    assert caught.value.where.startswith("variants[0].text:2:")


def test_every_filter_has_one_entry():
    assert len(BY_NAME) == len(FILTERS)
    assert all(spec.name in grammar.grammar(html=True).filters for spec in FILTERS)
    assert "safe" not in BY_NAME

"""A fact that a person never knowingly gave is in no text; conditions and products may use it."""

from __future__ import annotations

from datetime import UTC, datetime

import polars as pl
import pytest

from maracuja.campaigns.provenance import unsayable
from maracuja.model import Trait, TraitSource, micros, pack_meta
from maracuja.segments.computed import COMPUTED, SILENT, Origin
from maracuja.templates.compiled import compiled
from maracuja.templates.definition import Template, decode

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


def template(text: str, fact: str = "{fact: orders}", more: str = "") -> Template:
    return decode(
        f"kind: template\nid: t\nlanguage: en\nfacts:\n  it: {fact}\n{more}"
        f"variants:\n  - language: en\n    subject: Hello\n    text: '{text}'\n"
    )


def asked(name: str) -> str:
    of = f", of: {COMPUTED[name].of}" if COMPUTED[name].needs_of else ""
    return f"{{fact: {name}{of}}}"


@pytest.mark.parametrize("name", COMPUTED)
def test_what_was_not_given_is_refused_where_it_is_printed(name: str) -> None:
    hidden = COMPUTED[name].origin is Origin.INFERRED or name in SILENT
    found = unsayable(template("You: {{ facts.it }}", asked(name)))
    assert [one.code for one in found] == ["not_given"] * hidden
    for one in found:
        assert one.level == "error" and one.where == "variants[0].text" and one.why and one.fix
    assert unsayable(template('{{ facts.it | default: "x" | upcase }}', asked(name))) == (
        [*unsayable(template("{{ facts.it }}", asked(name)))]
    )


def test_it_may_choose_the_words_or_a_product() -> None:
    text = (
        "{% if facts.it %}Hello again{% else %}Hello{% endif %}"
        ' {{ products[facts.it].title | or_else: "tea" }}'
    )
    assert unsayable(template(text, "{fact: top_product}")) == []


def test_what_the_person_sees_with_us_may_be_said() -> None:
    known = "known_to_person: [facts.it]\n"
    assert unsayable(template("Your tier: {{ facts.it }}", "{fact: value_decile}", known)) == []
    with pytest.raises(Exception, match="known_to_person"):
        template("x", more="known_to_person: [city]\n")


def test_a_twin_and_plain_facts_are_no_matter() -> None:
    text = "{{ facts.it }}"
    last = "{last: Product Viewed, of: product_id}"
    assert unsayable(template(text, last)) == []
    assert unsayable(template(text, "{fact: rfv}", "neutral: true\n")) == []


def test_a_trait_that_is_only_inferred_is_missing_for_this_person() -> None:
    people = pl.DataFrame(
        {
            "person.hobby": ["fishing", "tea", None, "chess"],
            "meta.hobby": [
                pack_meta(Trait("x", source, 1.0, micros(NOW)))
                for source in (TraitSource.DECLARED, TraitSource.INFERRED, TraitSource.DECLARED)
            ]
            + [None],
        }
    )
    said = template("You like {{ person.hobby }}.")
    text = compiled(said, dict(people.schema), variant=0, constants={})
    assert "meta.hobby" in text.reads
    found = text.render(people, now=NOW)
    assert found.errors.to_list() == [
        None, "not_given:person.hobby", "missing:person.hobby", None,
    ]  # fmt: skip
    softer = template('You like {{ person.hobby | default: "us" }}.')
    text = compiled(softer, dict(people.schema), variant=0, constants={})
    assert text.render(people, now=NOW).bodies("text").to_list() == [
        "You like fishing.", "You like us.", "You like us.", "You like chess.",
    ]  # fmt: skip


def test_a_trait_that_is_only_tested_or_declared_known_is_read_as_it_is() -> None:
    people = pl.DataFrame(
        {
            "person.hobby": ["tea"],
            "meta.hobby": [pack_meta(Trait("x", TraitSource.INFERRED, 1.0, micros(NOW)))],
        }
    )
    tested = template('{% if person.hobby == "tea" %}Tea is here.{% endif %}')
    text = compiled(tested, dict(people.schema), variant=0, constants={})
    assert text.reads == ["person.hobby"]
    assert text.render(people, now=NOW).bodies("text").to_list() == ["Tea is here."]
    known = template("{{ person.hobby }}", more="known_to_person: [person.hobby]\n")
    text = compiled(known, dict(people.schema), variant=0, constants={})
    assert text.render(people, now=NOW).bodies("text").to_list() == ["tea"]

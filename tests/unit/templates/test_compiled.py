"""Skeleton, slots, refusals and rungs of compiled templates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl
import pytest

from maracuja.errors import TemplateError
from maracuja.model import Trait, TraitSource, pack_meta
from maracuja.templates.compiled import BYTES_MAX, compiled, splice
from maracuja.templates.definition import Require, SoldOut, Template, Variant
from maracuja.templates.twin import neutralise

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def template(text: str = "", html: str = "", **more: object) -> Template:
    return Template(id="t", variants=(Variant(language="ru", text=text, html=html),), **more)


def render(made: Template, frame: pl.DataFrame, products: pl.DataFrame | None = None):
    return compiled(made, frame.schema).render(frame, products, now=NOW)


PEOPLE = pl.DataFrame(
    {"person.first_name": ["Мария", None, "<b>"], "facts.left": ["a", "b", None]}
)
PRODUCTS = pl.DataFrame({"id": ["a", "b"], "title": ["Удочка", "Сеть"], "stock": [1, 0]})


def test_static_text_is_kept_once():
    made = template("Здравствуйте, {{ person.first_name | default: 'друг' }}! " + "слова " * 50)
    rendered = render(made, PEOPLE)
    assert [type(piece) for piece in rendered.skeleton["text"]] == [str, int, str]
    assert rendered.slots.to_dict(as_series=False) == {"s0": ["Мария", "друг", "<b>"]}
    content = splice(rendered.skeleton, rendered.slots.row(1, named=True))
    assert content.text.startswith("Здравствуйте, друг! слова")


def test_a_template_without_people_has_no_slots():
    rendered = compiled(template("Всем привет"), {}).render(pl.DataFrame({"pid": [1, 2, 3]}))
    assert rendered.slots.width == 0
    assert rendered.errors.to_list() == [None, None, None]
    assert rendered.bodies("text").to_list() == ["Всем привет"] * 3


def test_no_people_at_all():
    rendered = render(
        template("{{ person.first_name }} {{ person.first_name | split: '' }}"), PEOPLE.clear()
    )
    assert rendered.errors.len() == 0
    assert rendered.slots.height == 0


def test_a_missing_value_refuses_only_its_person():
    rendered = render(template("{{ person.first_name }}, {{ facts.left }}"), PEOPLE)
    assert rendered.errors.to_list() == [None, "missing:person.first_name", "missing:facts.left"]
    assert rendered.bodies("text").to_list()[0] == "Мария, a"


def test_html_escapes_and_text_does_not():
    made = template(
        "{{ person.first_name | default: '' }}", "<p>{{ person.first_name | default: '' }}</p>"
    )
    rendered = render(made, PEOPLE)
    assert rendered.bodies("text")[2] == "<b>"
    assert rendered.bodies("html")[2] == "<p>&lt;b&gt;</p>"


def test_a_missing_text_is_made_from_the_html():
    made = template(
        html="<style>p{}</style><h1>{{ person.first_name | default: 'Друг' }}</h1>"
        '<p>Новое &amp; лучшее:<br><a href="https://a.example/x">смотреть</a></p>'
        "<ul><li>раз<li>два</ul>"
    )
    rendered = render(made, PEOPLE[:1])
    content = splice(rendered.skeleton, rendered.slots.row(0, named=True))
    lines = [line for line in content.text.splitlines() if line]
    assert lines == ["Мария", "Новое & лучшее:", "смотреть: \ue0000\ue002", "- раз", "- два"]


@pytest.mark.parametrize(
    ("sold_out", "expected"),
    [
        (SoldOut.REFUSE, [None, "product_gone:products[facts.left]", None]),
        (SoldOut.FALLBACK, [None, None, None]),
        (SoldOut.SHOW, [None, None, None]),
    ],
)
def test_sold_out(sold_out, expected):
    made = template("{{ products[facts.left].title | or_else: 'вещь' }}", sold_out=sold_out)
    rendered = render(made, PEOPLE, PRODUCTS)
    assert rendered.errors.to_list() == expected
    titles = {SoldOut.REFUSE: "", SoldOut.FALLBACK: "вещь", SoldOut.SHOW: "Сеть"}
    assert rendered.bodies("text").to_list() == ["Удочка", titles[sold_out], "вещь"]


def test_a_product_without_fallback_says_whether_it_is_gone_or_was_never_named():
    made = template("{{ products[facts.left].title }}", sold_out=SoldOut.FALLBACK)
    assert render(made, PEOPLE, PRODUCTS).errors.to_list() == [
        None,
        "product_gone:products[facts.left]",
        "missing:facts.left",
    ]


def test_a_doubled_product_id_doubles_nobody():
    products = pl.concat([PRODUCTS, PRODUCTS])
    made = template("{{ products[facts.left].title | default: '' }}", sold_out=SoldOut.SHOW)
    assert render(made, PEOPLE, products).errors.len() == PEOPLE.height


def test_stale_and_unsure_traits_count_as_missing():
    def meta(days: int, confidence: float = 1.0, ttl_s: int = 0) -> int:
        at_us = int((NOW.timestamp() - days * 86_400) * 1e6)
        return pack_meta(Trait(None, TraitSource.DECLARED, confidence, at_us, ttl_s))

    frame = pl.DataFrame(
        {
            "person.city": ["Киев"] * 5,
            "meta.city": [meta(1), meta(400), meta(1, 0.2), meta(3, ttl_s=86_400), None],
        }
    )
    asked = {"person.city": Require(max_age="1y", min_confidence=0.5)}
    strict = render(template("{{ person.city }}", requires=asked), frame)
    assert strict.errors.to_list() == [
        None,
        "stale:person.city",
        "unsure:person.city",
        "stale:person.city",
        "stale:person.city",
    ]
    soft = render(template("{{ person.city | default: 'дома' }}", requires=asked), frame)
    assert soft.bodies("text").to_list() == ["Киев", "дома", "дома", "дома", "дома"]


def test_freshness_needs_the_time():
    made = template("{{ person.city }}", requires={"person.city": Require(max_age="1d")})
    frame = pl.DataFrame({"person.city": ["Киев"], "meta.city": [1]})
    with pytest.raises(TemplateError, match="the time"):
        compiled(made, frame.schema).render(frame)


def test_data_cannot_forge_a_placeholder():
    frame = pl.DataFrame(
        {
            "person.first_name": ["x\ue0000\ue001https://evil.example\ue002"],
            "facts.cart": [[{"title": "\ue000unsubscribe\ue002"}]],
        }
    )
    made = template(
        "{{ person.first_name }} {% for p in facts.cart limit: 1 %}{{ p.title }}{% endfor %}"
    )
    assert render(made, frame).bodies("text")[0] == "x0https://evil.example unsubscribe"


def test_a_part_that_grows_too_long_is_refused():
    frame = pl.DataFrame({"person.first_name": ["а", "а" * BYTES_MAX["subject"]]})
    made = Template(
        id="t", variants=(Variant(language="ru", subject="{{ person.first_name }}", text="x"),)
    )
    assert render(made, frame).errors.to_list() == [None, "too_long:subject"]


def test_the_subject_is_one_line():
    frame = pl.DataFrame({"person.first_name": ["Мария\r\nBcc: all@example.org"]})
    made = Template(
        id="t", variants=(Variant(language="ru", subject="{{ person.first_name }}!", text="x"),)
    )
    rendered = render(made, frame)
    content = splice(rendered.skeleton, rendered.slots.row(0, named=True))
    assert content.subject == "Мария Bcc: all@example.org!"


@pytest.mark.parametrize(
    ("source", "rung"),
    [
        ("{{ person.first_name | default: 'x' }}", "columns"),
        ("{{ person.first_name | default: 'x' | truncatewords: 1 }}", "python"),
        ("{% cycle 'a', 'b' %}", "liquid"),
    ],
)
def test_each_node_stands_on_its_own_rung(source, rung):
    made = compiled(template("{{ facts.left | default: '' }} " + source), PEOPLE.schema)
    assert made.rungs == ("columns", rung)
    assert made.rung == rung


def test_a_node_is_one_slot_on_every_rung():
    source = "{% for n in (1..3) %}{{ n }}-{{ person.first_name }} {% endfor %}"
    rendered = render(template(source), PEOPLE)
    assert rendered.bodies("text").to_list() == [
        "1-Мария 2-Мария 3-Мария ",
        "",
        "1-<b> 2-<b> 3-<b> ",
    ]
    assert rendered.errors.to_list() == [None, "missing:person.first_name", None]


def test_constants_become_part_of_the_skeleton():
    constants = {"shop.name": "Лавка", "shop.since": date(2020, 1, 2)}
    made = compiled(template("{{ shop.name }}: {{ links.unsubscribe }}"), {}, constants=constants)
    assert made.skeleton == {"text": ["Лавка: \ue000unsubscribe\ue002"]}


def test_what_is_compiled_is_kept():
    one = template("{{ person.first_name }}")
    assert compiled(one, PEOPLE.schema) is compiled(one, PEOPLE.schema)
    assert compiled(one, PEOPLE.schema) is not compiled(one, {"person.first_name": pl.String()})


def test_what_is_compiled_stays_while_another_variant_changes():
    def written(russian: str, *, neutral: bool = False) -> Template:
        variants = (Variant("en", text="Hi {{ person.first_name }}"), Variant("ru", text=russian))
        return Template(id="t", variants=variants, neutral=neutral)

    first, second = written("Привет"), written("Здравствуйте")
    assert compiled(first, PEOPLE.schema) is compiled(second, PEOPLE.schema)
    was, now = (compiled(one, PEOPLE.schema, variant=1) for one in (first, second))
    assert (was.skeleton, now.skeleton) == ({"text": ["Привет"]}, {"text": ["Здравствуйте"]})
    neutral = written("Привет", neutral=True)
    assert compiled(neutral, PEOPLE.schema) is not compiled(first, PEOPLE.schema)


def test_a_growing_variable_is_stopped():
    doubling = "{% assign x = person.first_name %}" + "{% assign x = x | append: x %}" * 40
    rendered = render(template(doubling + "{{ x }}"), PEOPLE[:1])
    assert rendered.errors.to_list() == ["too_long:"]


def test_the_twin_of_a_template_without_fallbacks_is_refused_with_the_place():
    with pytest.raises(TemplateError) as caught:
        neutralise(template("Привет, {{ person.first_name }}"))
    assert "person.first_name" in str(caught.value)
    assert "variants[0].text" in caught.value.where

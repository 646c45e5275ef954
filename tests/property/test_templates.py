"""Columns, generated Python and python-liquid give the same texts and the same refusals."""

from __future__ import annotations

import json
from datetime import date, datetime

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from maracuja.content import Button, Card
from maracuja.errors import TemplateError
from maracuja.templates import compiled as room
from maracuja.templates import plan, reference, rich
from maracuja.templates.definition import SoldOut, Template, Variant
from maracuja.templates.rowcode import Refused

SCHEMA = {
    "person.first_name": pl.String(),
    "person.gender": pl.String(),
    "person.city": pl.String(),
    "person.vip": pl.Boolean(),
    "facts.bonus": pl.Int64(),
    "facts.ratio": pl.Float64(),
    "facts.until": pl.Date(),
    "facts.seen": pl.Datetime("us"),
    "facts.tags": pl.List(pl.String()),
    "facts.last": pl.String(),
    "facts.cart": pl.List(
        pl.Struct({"id": pl.String(), "title": pl.String(), "price": pl.Int64()})
    ),
}
PRODUCTS = pl.DataFrame(
    {
        "id": ["a", "b", "c"],
        "title": ["Удочка «Щука»", "<b>Сеть</b>", None],
        "price": [159_300, 50, 1_234_567_89],
        "currency": ["RUB", "UAH", "MNT"],
        "stock": [3, 0, None],
        "url": ["https://shop.example/a?x=1&y=2", "https://shop.example/b", None],
    }
)
LETTERS = "abZ яЁїҐ<>&\"'\\%-.,0 \n\t\x00"
words = st.text(LETTERS, max_size=8) | st.sampled_from(["Елена", "АНДРЕЙ", "Саша", "Казань"])
ids = st.sampled_from(["a", "b", "c", "gone"])
items = st.fixed_dictionaries(
    {
        "id": st.none() | ids,
        "title": st.none() | words,
        "price": st.none() | st.integers(0, 10**8),
    }
)
people = st.fixed_dictionaries(
    {
        "person.first_name": st.none() | words,
        "person.gender": st.sampled_from([None, "m", "f", "x"]),
        "person.city": st.none() | words,
        "person.vip": st.none() | st.booleans(),
        "facts.bonus": st.none() | st.integers(-2000, 10**6),
        "facts.ratio": st.none() | st.floats(-1e6, 1e6),
        "facts.until": st.none() | st.dates(date(1950, 1, 1), date(2100, 1, 1)),
        "facts.seen": st.none() | st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),
        "facts.tags": st.none() | st.lists(words, max_size=4),
        "facts.last": st.none() | ids,
        "facts.cart": st.none() | st.lists(items, max_size=5),
    }
)

texts = [
    "person.first_name", "person.city", "person.gender", "facts.last",
    "products[facts.last].title",
    "facts.tags[0]", "facts.tags.last", "facts.cart.first.title", "person.unknown",
    "x", "item.title",
    "products[item.id].title", "products[facts.last].url", "shop.name", "shop.nothing", "item",
]  # fmt: skip
numbers = [
    "facts.bonus", "facts.ratio", "facts.cart.size", "person.first_name.size", "item.price",
    "products[facts.last].price", "products[facts.last].stock", "forloop.index", "forloop.rindex0",
    "forloop.length",
]  # fmt: skip
others = ["person.vip", "facts.until", "facts.seen", "facts.tags", "forloop.last", "nil", "true"]
literals = ['"друг"', "'<i>&'", '""', "0", "7", "1.5", "false", "empty", "blank"]
text_filters = [
    "upcase", "downcase", "capitalize", "escape", "strip", "append: '!'", "append: '<b>'",
    "prepend: person.city", "replace: 'a', 'o'", "remove: ' '", "truncate: 5", "truncate: 6, '…'",
    "default: 'друг'", "default: '<x>'", "default: person.city", "or_else: 'q'", "url_encode",
    "size", "split: ','", "button: 'https://a.example/?b=1&c=2'", "picture: 'Кот', 300", "lstrip",
    "default: facts.bonus", "rstrip", "newline_to_br", "slice: 1, 2", "join: ', '",
]  # fmt: skip
number_filters = [
    "plus: 2", "minus: facts.bonus", "times: 3", "divided_by: 7", "modulo: 3", "divided_by: 0",
    "abs", "at_least: 10", "at_most: facts.bonus", "round", "floor", "ceil", "money: 'RUB'",
    "money: products[facts.last].currency", "default: 0", "default: 'нет'", "or_else: 1",
    "round: 2", "times: 1.5", "money", "number",
]  # fmt: skip
outputs = st.one_of(
    st.tuples(st.sampled_from(texts), st.lists(st.sampled_from(text_filters), max_size=3)),
    st.tuples(st.sampled_from(numbers), st.lists(st.sampled_from(number_filters), max_size=2)),
    st.tuples(
        st.sampled_from(["facts.until", "facts.seen", "person.city"]),
        st.just(["date: '%d.%m.%Y'"]) | st.just(["date: '%-d.%m.%y %H'"]) | st.just(["date"]),
    ),
    st.tuples(st.sampled_from(others + literals), st.just([])),
).map(lambda pair: "{{ " + " | ".join([pair[0], *pair[1]]) + " }}")
spoken = st.sampled_from(
    [
        "{{ person.first_name | vocative }}",
        "{{ person.first_name | genitive | or_else: 'вас' }}",
        "{{ person.first_name | nominative | upcase | append: '!' }}",
        "{{ person.gender | choose: 'рад', '<i>рада</i>', 'рады' }}",
        "{{ person.gender | choose: 'рад', 'рада' }}",
        "{{ 'дорогой' | agree: person.gender | or_else: 'милые' }}",
        "{{ person.city | in_city }}",
        "{{ person.city | from_city | default: person.first_name }}",
        "{{ person | salutation }}",
        "{{ facts.bonus | count: 'бонус', 'бонуса', 'бонусов' }}",
        "{{ facts.ratio | plural: '<b>балл', 'балла', 'баллов' }}",
        "{{ facts.ratio | count: 'балл', 'балла', 'баллов' }}",
        "{{ facts.until | day: 'year' }}",
        "{{ facts.seen | day }}",
    ]
)
outputs = st.one_of(outputs, spoken)
values = st.sampled_from(texts + numbers + others + literals)
tests = st.one_of(
    values,
    st.tuples(values, st.sampled_from(["==", "!=", "<", ">", "<=", ">=", "contains"]), values).map(
        " ".join
    ),
)
conditions = st.one_of(
    tests,
    st.tuples(tests, st.sampled_from(["and", "or"]), tests).map(" ".join),
    tests.map(lambda test: f"not ({test})"),
)
content = st.sampled_from(["Привет ", " ", "\n", "<p>", ", ", "https://a.example/x ", "это & то"])


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Templates one level deeper."""
    body = st.lists(inner, max_size=3).map("".join)
    loops = st.sampled_from(
        [
            "item in facts.cart limit: 3", "item in facts.cart limit: 2 offset: 1",
            "item in facts.cart reversed limit: 2", "item in facts.tags limit: 4", "x in (1..3)",
            "item in person.city limit: 1", "item in facts.cart limit: 20",
        ]
    )  # fmt: skip
    return st.one_of(
        st.tuples(conditions, body, body).map(
            lambda t: f"{{% if {t[0]} %}}{t[1]}{{% else %}}{t[2]}{{% endif %}}"
        ),
        st.tuples(conditions, body, conditions, body).map(
            lambda t: f"{{% if {t[0]} %}}{t[1]}{{% elsif {t[2]} %}}{t[3]}{{% endif %}}"
        ),
        st.tuples(conditions, body).map(lambda t: f"{{% unless {t[0]} %}}{t[1]}{{% endunless %}}"),
        st.tuples(values, body, body, body).map(
            lambda t: (
                f"{{% case {t[0]} %}}{{% when 'm', 7 %}}{t[1]}{{% when 'f' %}}{t[2]}"
                f"{{% else %}}{t[3]}{{% endcase %}}"
            )
        ),
        st.tuples(loops, body).map(lambda t: f"{{% for {t[0]} %}}{t[1]}{{% endfor %}}"),
        st.tuples(loops, body, body).map(
            lambda t: f"{{% for {t[0]} %}}{t[1]}{{% else %}}{t[2]}{{% endfor %}}"
        ),
        st.tuples(st.sampled_from(texts), body, body).map(
            lambda t: f"{{% need {t[0]}, facts.bonus %}}{t[1]}{{% or_else %}}{t[2]}{{% endneed %}}"
        ),
        st.tuples(body, body).map(
            lambda t: (
                "{% named %}{{ person.first_name | dative }}"
                f"{t[0]}{{% neutral %}}{t[1]}{{% endnamed %}}"
            )
        ),
        outputs.map(lambda o: "{% assign x = " + o[3:-3] + " %}"),
        body.map(lambda b: f"{{% capture x %}}{b}{{% endcapture %}}"),
        st.tuples(loops, body, st.sampled_from(["break", "continue"]), body).map(
            lambda t: (
                f"{{% for {t[0]} %}}{t[1]}{{% if forloop.index > 1 %}}{{% {t[2]} %}}{{% endif %}}"
                f"{t[3]}{{% endfor %}}"
            )
        ),
        st.just("{% cycle 'a', 'b' %}"),
    )


templates = st.lists(
    st.recursive(content | outputs, blocks, max_leaves=10), min_size=1, max_size=5
).map("".join)


def the_same(source: str, part: str, rows: list[dict[str, object]], sold_out: SoldOut) -> None:
    """Assert that the ladder, the Python rung alone and python-liquid agree for every person."""
    variant = Variant(language="ru", text=source if part == "text" else "-")
    if part == "html":
        variant = Variant(language="ru", text="-", html=source)
    if part == "rich":
        button = Button(text=source, url="https://shop.example/" + source)
        cards = (Card(title="«1»", text=source, picture=source, buttons=(button,)),)
        variant = Variant(language="ru", text="-", buttons=(button,), cards=cards)
    template = Template(id="t", variants=(variant,), sold_out=sold_out)
    frame = pl.DataFrame(rows, schema=SCHEMA)
    constants = {"shop.name": "Лавка & Ко", "shop.nothing": None}
    try:
        made = room.compiled(template, SCHEMA, constants=constants)
    except TemplateError as fault:
        assert "nested loops" in fault.message
        return
    rendered = made.render(frame, PRODUCTS)
    bodies, errors = rendered.bodies(part).to_list(), rendered.errors.to_list()
    prepared = made.prepared(frame, PRODUCTS)
    nodes = made.plan.nodes[part]
    rungs = [slot.rung for slot in made.plan.slots]
    python = plan.Rows(made.plan, made.names, list(range(len(rungs))))
    catalogue = prepared.catalogue()
    products = reference.catalogue(catalogue.values())
    for n, row in enumerate(prepared.frame.select(sorted(made.names.reads)).iter_rows(named=True)):
        if prepared.refused[n] is not None:
            assert errors[n] == prepared.refused[n]
            continue
        space = reference.namespace({**row, **made.names.constants}, products)
        try:
            each = reference.render_each(nodes, space, html=part == "html")
            if part == "rich":
                each = [
                    text if isinstance(node, rich.JsonNode) else rich.json_text(text)
                    for node, text in zip(nodes, each, strict=True)
                ]
            expected, why = "".join(each), None
        except Refused as refusal:
            expected, why = "", prepared.reason(str(refusal), n)
        if why is None:
            told = f"{source!r} for {row!r} on {rungs}"
            assert errors[n] is None, told
            assert unshared(bodies[n], rendered.links) == unshared(expected, rendered.links), told
            made_by_rows = python(tuple(row.get(name) for name in python.columns), catalogue)
            texts = dict(zip(python.order, made_by_rows, strict=True))
            pieces = made.plan.skeleton[part]
            again = "".join(p if isinstance(p, str) else texts[p] for p in pieces)
            assert unshared(again, rendered.links) == unshared(bodies[n], rendered.links), told
            if part == "rich":
                splice_it(rendered, n)
        else:
            told = f"{why} in {source!r} for {row!r} on {rungs}"
            assert errors[n] is not None, told
            # Of two faults in one expression the rungs may name a different one.
            # A variable that a block assigned is called by its own name.
            alike = errors[n] in (why, "missing:x")
            assert "invalid" in (errors[n][:7], why[:7]) or alike, told


def splice_it(rendered, n):
    """The JSON reads back, whatever people are called."""
    row = rendered.slots.row(n, named=True) if rendered.slots.width else {}
    content = room.splice(rendered.skeleton, row)
    json.loads(rendered.bodies("rich")[n])
    assert [card.title for card in content.cards] == ["«1»"]


def unshared(text: str, links: dict[int, room.Link]) -> str:
    """The text with shared addresses lifted out of the placeholders, as skeletons have it."""
    return room.lift_shared(text, "text", dict(links)) if "\ue001" in text else text


@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)
@given(
    templates, st.sampled_from(["text", "html", "rich"]), st.lists(people, min_size=1, max_size=6),
    st.sampled_from(list(SoldOut)),
)  # fmt: skip
def test_three_rungs_agree(source, part, rows, sold_out):
    the_same(source, part, rows, sold_out)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    outputs, st.sampled_from(["text", "html", "rich"]), st.lists(people, min_size=1, max_size=3)
)
def test_every_filter_agrees(source, part, rows):
    the_same(source, part, rows, SoldOut.SHOW)

"""Links are found, numbered and filled in; what cannot be a link stays as it is."""

from __future__ import annotations

import polars as pl
import pytest

from maracuja.templates.compiled import compiled, splice
from maracuja.templates.definition import Template, Variant
from maracuja.templates.placeholders import CLOSE, OPEN, SPLIT, Marker, fill, lift_shared


def marked(source: str, part: str) -> str:
    return Marker().mark(source, part).translate({0xE000: "[", 0xE001: "|", 0xE002: "]"})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("См. https://a.example/b. Да", "См. [0]. Да"),
        ("(https://a.example/b)", "([0])"),
        ("https://a.example/{{ x }}, да", "[0|https://a.example/{{ x }}], да"),
        ("https://a.example/{{ x }}", "[0|https://a.example/{{ x }}]"),
        ("{{ product.url }}", "[0|{{ product.url }}]"),
        ("{{ links.unsubscribe }}", "{{ links.unsubscribe }}"),
        ("{% if x %}https://a.example{% endif %}", "{% if x %}[0]{% endif %}"),
        ("{% comment %}https://a.example{% endcomment %}",) * 2,
    ],
)
def test_links_of_a_text(source, expected):
    assert marked(source, "text") == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('<a href="https://a.example/?b&amp;c">x</a>', '<a href="[0]">x</a>'),
        ("<a class=k href='{{ p.url }}'>", "<a class=k href='[0|{{ p.url }}]'>"),
        (
            '<a href="https://a/{% if x %}1{% endif %}">',
            '<a href="[0|https://a/{% if x %}1{% endif %}]">',
        ),
        ('<a href="mailto:a@b.example">',) * 2,
        ('<a href="#top">',) * 2,
        ('<a href="{{ links.unsubscribe }}">',) * 2,
        ('<link href="https://a.example/x.css">',) * 2,
        ('<img src="https://a.example/x.png">',) * 2,
        ('{% if x %}<a href="https://a/{% endif %}">',) * 2,
        ('{{ "x" | button: p.url }}', '{{ "x" | button: link: 0, p.url }}'),
    ],
)
def test_links_of_html(source, expected):
    assert marked(source, "html") == expected


def test_numbers_go_on_from_part_to_part():
    marker = Marker()
    marker.mark("https://a.example", "text")
    marker.mark('<a href="https://b.example/?x=1&amp;y=2">b</a>', "html")
    assert [(link.n, link.part, link.url) for link in marker.links.values()] == [
        (0, "text", "https://a.example"),
        (1, "html", "https://b.example/?x=1&y=2"),
    ]


def test_filling_escapes_in_html_and_leaves_out_scripts():
    text = f"{OPEN}0{CLOSE} {OPEN}1{SPLIT}https://b/?x=1&amp;y=2{CLOSE} {OPEN}view{CLOSE} "
    text += f"{OPEN}2{SPLIT}javascript:alert(1){CLOSE}{OPEN}3{SPLIT}mailto:a@b.example{CLOSE}"
    seen: list[tuple[int, str]] = []

    def href(n: int, url: str) -> str:
        seen.append((n, url))
        return f"https://t/{n}?a&b"

    made = fill(
        text, {0: "https://a"}, html=True, href=href, page=lambda name: f"https://p/{name}"
    )
    assert made == ("https://t/0?a&amp;b https://t/1?a&amp;b https://p/view mailto:a@b.example")
    assert seen == [(0, "https://a"), (1, "https://b/?x=1&y=2")]


def test_an_address_that_all_share_moves_to_the_table():
    links = {}
    text = lift_shared(f"a {OPEN}4{SPLIT}https://b/?x&amp;y{CLOSE}", "html", links)
    assert text == f"a {OPEN}4{CLOSE}"
    assert links[4].url == "https://b/?x&y"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("shop://fruit/7", True),
        ("com.shop.app://open?x=1", True),
        ("javascript://%0aalert(1)", False),
        ("file:///etc/passwd", False),
        ("data:text/html,x", False),
        ("intent:#Intent;end", False),
    ],
)
def test_addresses_of_an_app_stay_outside_of_html(url: str, kept: bool) -> None:
    text = f"{OPEN}0{CLOSE}"
    for html in (False, True):
        made = fill(text, {0: url}, html=html, href=lambda n, web: web, page=str)
        assert made == (url if kept and not html else "")


@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize(
    "source",
    [
        '{{ "Go" | button: links.cart }}',
        "{{ person.x | button: links.cart }}",
        "{% for one in person.l limit: 2 %}{{ one | button: links.cart }}{% endfor %}",
    ],
)
def test_a_button_leads_to_one_of_our_own_pages(source: str, part: str) -> None:
    template = Template(id="t", variants=(Variant(language="en", **{part: source}),))  # type: ignore[arg-type]
    made = compiled(template, {"person.x": pl.String(), "person.l": pl.List(pl.String())})
    rendered = made.render(pl.DataFrame({"person.x": ["Hi"], "person.l": [["a"]]}))
    row = rendered.slots.row(0, named=True) if rendered.slots.width else {}
    text = getattr(splice(rendered.skeleton, row), part)
    filled = fill(
        text, {}, html=part == "html", href=lambda _, url: "?", page=lambda name: f"<{name}>"
    )
    assert ("&lt;cart&gt;" if part == "html" else "<cart>") in filled and OPEN not in filled

"""Pictures, buttons and cards of a template: their values, their links, what comes out empty."""

from __future__ import annotations

import polars as pl
import pytest

from maracuja.content import Content, Media, MediaKind, Place, Tap
from maracuja.errors import TemplateError
from maracuja.templates.check import check, shown
from maracuja.templates.compiled import compiled, splice
from maracuja.templates.definition import decode, encode
from maracuja.templates.needs import needs
from maracuja.templates.placeholders import CLOSE, OPEN
from maracuja.templates.plaintext import as_read
from maracuja.templates.rich import json_column, json_text

NASTY = 'Q"\\\n\t\x00\u2028 {{ x }} </b>'


def contents(
    variant: str, rows: list[dict[str, str | None]], constants: dict[str, str] | None = None
) -> list[Content | str]:
    """What each person reads, plain addresses in it, or the reason why nothing."""
    template = decode(f"id: t\nvariants:\n  - language: en\n{variant}")
    frame = pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String))
    made = compiled(template, dict(frame.schema), constants=constants)
    rendered = made.render(frame)
    return [
        rendered.errors[n]
        or shown(
            splice(rendered.skeleton, rendered.slots.row(n, named=True) if made.rungs else {}),
            rendered.links,
        )
        for n in range(frame.height)
    ]


def test_values_can_hold_anything() -> None:
    (content,) = contents(
        """
    text: Hello
    buttons: [{text: "{{ person.name }}", reply: "{{ person.name }}"}]
    cards: [{title: "{{ person.name }}", text: "{{ person.name }}"}]
""",
        [{"person.name": NASTY}],
    )
    assert isinstance(content, Content)
    tidy = 'Q"\\ \x00 {{ x }} </b>'
    assert content.buttons[0].text == content.buttons[0].reply == tidy
    assert content.cards[0].title == content.cards[0].text == tidy


def test_a_variant_may_show_nothing_at_all() -> None:
    rows = [{"person.name": "Maria"}]
    (content,) = contents("    background: true\n    link: 'shop://sync'\n", rows)
    assert content == Content(text="", background=True, link="shop://sync")


def test_the_column_escapes_as_the_function_does() -> None:
    texts = [*map(chr, range(300)), NASTY, "\ue000", "🌸"]
    column = pl.DataFrame({"a": [*texts, None]}).select(json_column(pl.col("a")))["a"]
    assert column.to_list() == [*map(json_text, texts), None]


def test_addresses_of_buttons_are_links_and_those_of_pictures_are_not() -> None:
    template = decode("""
id: t
variants:
  - language: en
    picture: "https://shop.example/{{ person.size }}.jpg"
    file: [{url: "https://shop.example/a.pdf", name: a.pdf}]
    link: "https://shop.example/4"
    buttons:
      - {text: same for all, url: "https://shop.example/0"}
      - {text: of one, url: "https://shop.example/{{ person.size }}"}
      - {text: of the shop, url: "{{ shop.url }}"}
      - {text: page, url: "{{ links.unsubscribe }}"}
    cards:
      - {title: A, text: "Look: https://shop.example/3.", picture: "https://shop.example/b.jpg"}
""")
    frame = pl.DataFrame({"person.size": ["M"]})
    made = compiled(template, dict(frame.schema), constants={"shop.url": 'https://shop.example/"'})
    rendered = made.render(frame)
    assert [link.url for link in rendered.links.values()] == [
        "https://shop.example/0",
        "",
        'https://shop.example/"',
        "https://shop.example/3",
        "https://shop.example/4",
    ]
    content = splice(rendered.skeleton, rendered.slots.row(0, named=True))
    assert content.media == (
        Media(kind=MediaKind.PICTURE, url="https://shop.example/M.jpg"),
        Media(kind=MediaKind.FILE, url="https://shop.example/a.pdf", name="a.pdf"),
    )
    assert content.cards[0].picture == "https://shop.example/b.jpg"
    assert content.cards[0].text == f"Look: {OPEN}3{CLOSE}."
    assert content.buttons[3].url == f"{OPEN}unsubscribe{CLOSE}"
    plain = shown(content, rendered.links)
    assert [button.url for button in plain.buttons] == [
        "https://shop.example/0",
        "https://shop.example/M",
        'https://shop.example/"',
        "https://shop.example/unsubscribe",
    ]
    assert plain.link == "https://shop.example/4"


def test_what_comes_out_empty_is_left_out() -> None:
    vip, other, unknown = contents(
        """
    text: Hello
    picture: "{{ person.picture | default: '' }}"
    buttons:
      - {text: "{% if person.vip == 'yes' %}For you{% endif %}", reply: vip}
      - {text: Shop, url: "{{ person.page | default: '/' }}"}
      - {text: Size, reply: s, sets: "size={{ person.size | default: '' }}"}
      - {text: Always, reply: a}
""",
        [
            {
                "person.vip": "yes",
                "person.picture": "https://a.b/c",
                "person.page": "https://shop.example/",
                "person.size": "M",
            },
            {
                "person.vip": "no",
                "person.picture": None,
                "person.page": "javascript:alert(1)",
                "person.size": " \n",
            },
            dict.fromkeys(("person.vip", "person.picture", "person.page", "person.size")),
        ],
    )
    assert isinstance(vip, Content) and isinstance(other, Content)
    assert [b.text for b in vip.buttons] == ["For you", "Shop", "Size", "Always"]
    assert vip.buttons[2].sets == "size=M" and vip.buttons[2].does is Tap.REPLY
    assert [b.text for b in other.buttons] == ["Always"] and not other.media
    assert unknown == other


def test_a_missing_value_in_a_button_refuses_the_person() -> None:
    found = contents(
        "    text: Hello\n    buttons: [{text: '{{ person.name }}', reply: a}]\n",
        [{"person.name": None}, {"person.name": "Ada"}],
    )
    assert found[0] == "missing:person.name" and isinstance(found[1], Content)


def test_needs_and_faults_name_the_place() -> None:
    template = decode("""
id: t
variants:
  - language: en
    text: Hello
    buttons: [{text: a, reply: a}, {text: "{{ person.name }}", reply: a}]
""")
    (need,) = needs(template).paths
    assert (need.path, need.where) == ("person.name", "variants[0].buttons[1].text")
    wrong = decode(
        "id: t\nvariants: [{language: en, text: a, cards: [{title: '{{ a | nope }}'}]}]"
    )
    with pytest.raises(TemplateError) as caught:
        compiled(wrong, {})
    assert caught.value.where.startswith("variants[0].cards[0].title:1")
    (finding,) = check(wrong).findings
    assert finding.code == "syntax"


def test_slips_are_found_in_buttons_but_not_in_addresses() -> None:
    template = decode("""
id: t
variants:
  - language: ru
    channel: telegram
    text: Здравствуйте!
    buttons: [{text: "Посмoтреть", url: "https://shop.example/Посмoтреть"}]
""")
    found = [finding for finding in check(template).findings if finding.code == "mixed_script"]
    assert [finding.where.partition(":")[0] for finding in found] == [
        "variants[0].buttons[0].text"
    ]


def test_a_variant_may_be_a_picture_and_reads_back() -> None:
    template = decode("id: t\nvariants: [{language: en, picture: [https://a.b/1, https://a.b/2]}]")
    assert decode(encode(template)) == template
    with pytest.raises(TemplateError):
        decode("id: t\nvariants: [{language: en, buttons: [{text: a, reply: b}]}]")
    with pytest.raises(TemplateError):
        decode("id: t\nvariants: [{language: en, text: a, buttons: [{text: a}]}]")


def test_a_variant_may_be_a_place_on_the_map() -> None:
    (content,) = contents(
        "    place: {latitude: 50.45, longitude: 0}\n", [{"person.name": "Maria"}]
    )
    assert isinstance(content, Content)
    assert content.place == Place(latitude=50.45) and content.rich and not content.text
    with pytest.raises(TemplateError, match="latitude"):
        decode("id: t\nvariants: [{language: en, place: {latitude: 91}}]")


def test_what_a_channel_does_not_read_asks_nothing() -> None:
    template = decode("""
id: t
variants:
  - {language: en, subject: "{{ person.a }}", html: "<p>Hi</p>"}
  - {language: ru, text: Hi, preheader: "{{ person.b }}", html: "<p>{{ person.c }}</p>"}
""")
    assert as_read(template, html=True, subject=True) is template
    words = as_read(template, html=False, subject=False)
    assert needs(words).paths == ()
    assert [variant.text.strip() for variant in words.variants] == ["Hi", "Hi"]
    titled = as_read(template, html=False, subject=True)
    assert [need.path for need in needs(titled).paths] == ["person.a"]

"""MJML becomes HTML once, with its Liquid as it was, and says where it is wrong."""

from __future__ import annotations

import msgspec
import polars as pl
import pytest

from maracuja.errors import TemplateError
from maracuja.templates import mjml
from maracuja.templates.check import check
from maracuja.templates.compiled import compiled, splice
from maracuja.templates.definition import Template, Variant, decode, encode
from maracuja.templates.plaintext import as_read

SOURCE = """\
<mjml>
  <mj-body>
    {% for p in facts.left limit: 2 %}
    <mj-section><mj-column>
      <mj-image src="{{ p.picture }}" alt="Чай &quot;Пуэр&quot;\u00a0{{ p.title }}"/>
      <mj-text>Hello {{ person.first_name | default: "friend" }}{% if person.n < 3 %}!{% endif %}
      <br>Tea.</mj-text>
      <mj-button href="https://shop.example/tea">Look</mj-button>
    </mj-column></mj-section>
    {% endfor %}
    <mj-section><mj-column><mj-text>
      <a href="{{ links.unsubscribe }}">Leave</a></mj-text></mj-column></mj-section>
  </mj-body>
</mjml>
"""


def _template(source: str = SOURCE, **more: str) -> Template:
    variant = Variant(language="en", subject="Tea", mjml=source, **more)
    return Template(id="tea", variants=(variant,))


def test_liquid_stands_in_the_html_as_it_was_written():
    html = _template().variants[0].html
    for piece in mjml._LIQUID.findall(SOURCE):
        assert piece in html
    assert 'alt="Чай &quot;Пуэр&quot;\u00a0{{ p.title }}"' in html
    assert html.index("{% for") < html.index("{{ p.picture }}") < html.index("{% endfor %}")
    assert "googleapis" not in html


def test_a_person_reads_html_and_a_text_made_of_it():
    source = SOURCE.replace("{% for p in facts.left limit: 2 %}", "").replace("{% endfor %}", "")
    source = source.replace("{{ p.picture }}", "https://shop.example/a.png")
    template = _template(source.replace("{{ p.title }}", "1"))
    made = compiled(template, {"person.first_name": pl.String, "person.n": pl.Float64})
    people = pl.DataFrame({"person.first_name": ["Maria", None], "person.n": [1.0, 5.0]})
    rendered = made.render(people)
    assert rendered.errors.to_list() == [None, None]
    first, second = (splice(rendered.skeleton, row) for row in rendered.slots.rows(named=True))
    assert "Hello Maria!" in first.html and "Hello friend" in second.html
    assert "Hello Maria!" in first.text and "Tea." in first.text
    assert {link.url for link in made.links.values()} == {"https://shop.example/tea"}


def test_a_definition_keeps_what_was_made_of_it(monkeypatch: pytest.MonkeyPatch):
    template = _template()
    stored = encode(template)
    monkeypatch.setattr(mjml, "compiled", lambda source: pytest.fail("made a second time"))
    assert decode(stored) == template


def test_html_made_from_another_source_is_made_anew():
    variant = _template().variants[0]
    changed = msgspec.structs.replace(variant, mjml=SOURCE.replace("Tea.", "Coffee."))
    assert "Coffee." in changed.html and "Tea." not in changed.html
    touched = msgspec.structs.replace(variant, html=variant.html.replace("Tea.", "Cocoa."))
    assert "Cocoa." not in touched.html


def test_html_of_ones_own_beside_mjml_is_refused():
    with pytest.raises(TemplateError, match="either html or mjml"):
        decode(b"kind: template\nid: a\nvariants: [{language: en, html: <p>a</p>, mjml: <mjml/>}]")


def test_a_messenger_reads_its_text_alone():
    read = as_read(_template(), html=False, subject=False).variants[0]
    assert "Tea." in read.text and not read.html and not read.mjml


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("hello", "begin with <mjml>"),
        ("<mj-body></mj-body>", "line 1: it begins with <mj-body>"),
        ("<mjml>\n<mj-body>\n<mj-sectoin/></mj-body></mjml>", "line 3: there is no <mj-sectoin>"),
        ("<mjml>\n<mj-body>\n<mj-section></mj-body></mjml>", "line 3: </mj-body> closes"),
        ("<mjml>\n<mj-body>", "line 2: <mj-body> is never closed"),
        ("<mjml><mj-body/>\n</mj-text></mjml>", "line 2: </mj-text> closes"),
        ('<mjml><mj-body>\n<mj-include path="/etc/passwd"/></mj-body></mjml>', "another file"),
        ("<mjml>\n<mj-body>\n<mj-text><b x=></mj-text></mj-body></mjml>", "line 3: "),
        ("<mjml>\n<mj-body>\n<mj-section a={{ b }}></mj-section></mj-body></mjml>", "line 3: "),
        (
            '<mjml>\n<mj-body><mj-text color2="{{ a }}">b</mj-text></mj-body></mjml>',
            "line 2: {{ a }} stands where MJML shows nothing",
        ),
    ],
)
def test_faults_name_their_line(source: str, said: str):
    with pytest.raises(mjml.MjmlFault) as fault:
        mjml.compiled(source)
    assert said in str(fault.value)


def test_a_fault_names_its_variant():
    with pytest.raises(TemplateError) as fault:
        decode(b"kind: template\nid: a\nvariants: [{language: en, mjml: '<mjml><mj-x/></mjml>'}]")
    assert fault.value.where == "$.variants[0]"


def test_liquid_faults_are_found_as_in_html():
    broken = SOURCE.replace("{% endfor %}", "")
    found = check(_template(broken)).findings
    assert [one.code for one in found] == ["syntax"]

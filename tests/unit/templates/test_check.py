"""What `check` and `needs` find in a template."""

from __future__ import annotations

import pytest

from maracuja.model import Privacy
from maracuja.templates.check import check
from maracuja.templates.definition import SoldOut, Template, Variant
from maracuja.templates.needs import needs
from maracuja.templates.samples import WHOLE


def template(text: str, **more: object) -> Template:
    variant = Variant(language="ru", text=text + "\n{{ links.unsubscribe }}", subject="Привет")
    return Template(id="t", variants=(variant,), **more)


def fallbacks(text: str) -> dict[str, bool]:
    return {n.path: n.fallback for n in needs(template(text)).paths if n.path[:5] != "links"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ person.a }}", {"person.a": False}),
        ("{{ person.a | default: 'x' }}", {"person.a": True}),
        ("{{ person.a | upcase | default: 'x' }}", {"person.a": False}),
        ("{{ person.a | default: person.b }}", {"person.a": True, "person.b": False}),
        ("{% if person.a %}{{ person.a }}{% endif %}", {"person.a": True}),
        ("{% if person.a > 3 %}{{ person.a }}{% endif %}", {"person.a": True}),
        ("{% if person.a or person.b %}{{ person.a }}{% endif %}",
         {"person.a": False, "person.b": True}),
        ("{% need person.a %}{{ person.a }}{% or_else %}{% endneed %}", {"person.a": True}),
        ("{% for p in facts.c limit: 2 %}{{ p.t }}{% endfor %}",
         {"facts.c": False, "facts.c[].t": False}),
        ("{% for p in facts.c limit: 2 %}{% else %}-{% endfor %}", {"facts.c": True}),
        ("{{ products[facts.last].title | or_else: 'x' }}",
         {"facts.last": True, "products[facts.last].title": True}),
        ("{% assign n = person.a | default: 'x' %}{{ n }}", {"person.a": True}),
        ("{% assign p = products[facts.last] %}{{ p.title }}",
         {"facts.last": False, "products[facts.last].title": False}),
    ],
)  # fmt: skip
def test_needs(text, expected):
    found = fallbacks(text)
    assert found == expected


def test_needs_by_kind():
    found = needs(template("{{ person.a.b }} {{ facts.n }} {{ products[facts.last].title }}"))
    assert found.traits == ["a"]
    assert found.facts == ["last", "n"]
    assert found.products == ["facts.last"]


def codes(made: Template, **options: object) -> dict[str, str]:
    return {finding.code: finding.level for finding in check(made, **options).findings}


def test_a_sound_template_has_no_findings():
    assert codes(template("{{ person.first_name | vocative | or_else: 'Друг' }}, привет!")) == {}


@pytest.mark.parametrize(
    ("language", "text", "code", "where"),
    [
        ("uk", "Вітаємо!\nВаш заказ вже їде до крамниці, а мы чекаємо на вас тут.",
         "wrong_letters", "variants[0].text:2:33"),
        ("ru", "Привет {{ person.first_name | vocative | or_else: 'друг' }}, вот новости.",
         "missing_comma", "variants[0].text:1:6"),
        ("ru", "У вас {{ facts.bonus }} бонусов.", "plain_noun", "variants[0].text:1:24"),
        ("ru", "{% if person.vip %}Вы{% else %}Ты{% endif %} заказал подарок.", "masculine_only",
         "variants[0].text:1:45"),
        ("ru", "Здравствуйте, {{ person.first_name | vocative | default: '' }}!", "hole",
         "variants[0].text:1:17"),
        ("ru", "Новая кoллекция", "mixed_script", "variants[0].text:1:6"),
        ("ru", "{{ person.first_name }}, привет!", "name_as_given", "variants[0].text"),
        ("ru", "{% if person.gender == 'f' %}Платья{% else %}Брюки{% endif %}", "gender_as_given",
         "variants[0].text"),
    ],
)  # fmt: skip
def test_slips_of_language_are_pointed_at(language, text, code, where):
    variant = Variant(language=language, text=text + "\n{{ links.unsubscribe }}")
    findings = check(Template(id="t", variants=(variant,))).findings
    found = {f.code: f for f in findings}
    assert code in found, found
    assert (found[code].where, bool(found[code].fix), bool(found[code].why)) == (where, True, True)


def test_branches_are_read_one_at_a_time():
    text = (
        "{% named %}{{ person.first_name | vocative }}, а{% neutral %}А{% endnamed %} вот и весна."
        "{% case person.city %}{% when 'Киев' %} Ждём.{% when 'Львов' %} Ждём!{% endcase %}"
    )
    assert codes(template(text)) == {}


def test_a_slip_in_html_is_found_at_its_place():
    html = "<p>Привет</p>\n<p>Новая кoллекция</p> {{ links.unsubscribe }}"
    variant = Variant(language="ru", subject="Привет", html=html)
    (finding,) = check(Template(id="t", variants=(variant,))).findings
    assert (finding.code, finding.where) == ("mixed_script", "variants[0].html:2:9")


def test_a_syntax_fault_is_one_finding():
    report = check(template("{{ person.a | shout }}"))
    assert [finding.code for finding in report.findings] == ["syntax"]
    assert not report.ok


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ person.last_name }} {{ person.first_name }} {{ person.patronymic }}", "full_name"),
        ("{{ person.address.street }}", "exact_address"),
        ("{{ person.email }}", "contact_in_text"),
        ("{{ person.a }}{{ person.b }}{{ facts.c }}{{ facts.d }}{{ facts.e }}", "too_personal"),
    ],
)
def test_over_personalisation_is_a_warning(text, code):
    assert codes(template(text))[code] == "warning"


def test_a_public_trait_is_not_personal():
    text = "{{ person.a }}{{ person.b }}{{ facts.c }}{{ facts.d }}{{ facts.e }}"
    assert "too_personal" not in codes(template(text), privacy={"person.a": Privacy.PUBLIC})


def test_a_sensitive_trait_is_an_error_even_in_a_test():
    text = "{% if person.pregnant %}Скидка на коляски{% endif %}"
    assert codes(template(text), privacy={"person.pregnant": Privacy.SENSITIVE}) == {
        "sensitive": "error"
    }


def test_marketing_needs_a_way_out():
    bare = Template(id="t", variants=(Variant(language="ru", text="Распродажа"),))
    assert codes(bare) == {"no_unsubscribe": "error"}
    assert codes(bare, marketing=False) == {}


def test_sizes():
    variant = Variant(
        language="ru", subject="с" * 61, text="{{ links.unsubscribe }}",
        html="<p>{{ links.unsubscribe }}</p>" + "да " * 35_000,
    )  # fmt: skip
    assert set(codes(Template(id="t", variants=(variant,)))) == {"long_subject", "gmail_clip"}


def test_the_worst_profiles_are_tried():
    report = check(
        template(
            "{{ person.first_name }}: {{ products[facts.last].title }}", sold_out=SoldOut.REFUSE
        )
    )
    assert {trial.profile: trial.refused for trial in report.trials} == {
        "everything known": "",
        "no name": "missing:person.first_name",
        "unknown gender": "",
        "product gone": "product_gone:products[facts.last]",
        "nothing known": "missing:person.first_name",
    }
    assert report.ok
    assert report.trials[0].content.text.startswith("Елена: Маракуйя")


def test_a_word_without_an_end_is_cut_where_it_is_shown():
    (slip,) = [f for f in check(template("Вы " + "ї" * 5_000)).findings if f.code[:5] == "wrong"]
    assert f"«{'ї' * 40}…»" in slip.message


def test_it_is_tried_in_the_shops_own_money():
    made = template("{{ products[facts.last].currency }} {{ shop.currency }}")
    found = check(made, constants={"shop.currency": "UAH"})
    whole = next(one.content for one in found.trials if one.profile == WHOLE)
    assert whole is not None
    assert whole.text.splitlines()[0] == "UAH UAH"

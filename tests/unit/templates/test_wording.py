"""Words that depend on a name, a gender, a number or a city: on all rungs, sure or not at all."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from maracuja.errors import TemplateError
from maracuja.language.money_patterns import written
from maracuja.model import Trait, TraitSource, pack_meta
from maracuja.templates import plan, reference
from maracuja.templates.check import check
from maracuja.templates.compiled import Compiled, compiled
from maracuja.templates.definition import Template, Variant
from maracuja.templates.needs import needs
from maracuja.templates.rowcode import Refused
from maracuja.templates.twin import neutralise

NBSP = "\N{NO-BREAK SPACE}"
SCHEMA = {
    "person.first_name": pl.String(),
    "person.gender": pl.String(),
    "meta.gender": pl.Int64(),
    "person.city": pl.String(),
    "person.bonus": pl.Float64(),
    "facts.orders": pl.Int64(),
    "facts.until": pl.Date(),
}
CARD = {
    "raw": pl.String, "told": pl.String, "language": pl.String, "patronymic": pl.String,
    "gender": pl.String, "p_gender": pl.Float64, "p_name": pl.Float64, "nom": pl.String,
    "gen": pl.String, "dat": pl.String, "acc": pl.String, "ins": pl.String, "prep": pl.String,
    "voc": pl.String, "sure": pl.Boolean,
}  # fmt: skip
KNOWN = {  # gender, p_gender, p_name, nom, gen, dat, voc in uk, sure
    "ОЛЕНА": ("f", 0.999, 0.99, "Олена", "Олени", "Олені", "Олено", True),
    "Тарас": ("m", 0.999, 0.99, "Тарас", "Тараса", "Тарасові", "Тарасе", True),
    "Саша": ("", 0.5, 0.97, "Саша", "Саши", "Саше", "Сашо", True),
    "Рареш": ("m", 0.9, 0.91, "Рареш", "Рареша", "Рарешу", "Рареше", False),
}


def cards(people: pl.DataFrame, language: str) -> pl.DataFrame:
    """Invented cards: their own figures, so that thresholds are tested and not tables."""
    rows = []
    for raw, declared in people.select("raw", "told").rows():
        gender, sure_gender, sure_name, nom, gen, dat, voc, sure = KNOWN.get(
            raw, ("", 0.0, 0.2, None, None, None, None, False)
        )
        voc = voc if language == "uk" else nom
        nom = nom if sure_name >= 0.9 else None
        if sure_name < 0.95 or not sure:
            gen = dat = None
            voc = None if language == "uk" else voc
        rows.append((raw, declared, language, None, gender, sure_gender, sure_name, nom, gen, dat,
                     gen, nom, dat, voc, sure))  # fmt: skip
    return pl.DataFrame(rows, schema=CARD, orient="row")


def meta(source: TraitSource) -> int:
    return pack_meta(Trait(None, source, 1.0, 0))


def person(name: str | None = None, **more: object) -> dict[str, object]:
    row = dict.fromkeys(SCHEMA) | {"person.first_name": name}
    return row | {key.replace("__", "."): value for key, value in more.items()}


def made(source: str, language: str = "uk", part: str = "text", **constants: object) -> Compiled:
    texts = {"text": source} if part == "text" else {"text": "-", "html": source}
    template = Template(id="t", variants=(Variant(language=language, **texts),))
    return compiled(template, SCHEMA, constants=constants)


def told(
    source: str,
    row: dict[str, object],
    language: str = "uk",
    part: str = "text",
    **constants: object,
) -> str:
    """The text of one person, or the reason why none; all rungs must say the same."""
    text = made(source, language, part, **constants)
    frame = pl.DataFrame([row], schema=SCHEMA)
    rendered = text.render(frame, cards=cards)
    said = rendered.errors[0] or rendered.bodies(part)[0]
    prepared = text.prepared(frame, cards=cards)
    values = prepared.frame.row(0, named=True)
    rows = plan.Rows(text.plan, text.names, list(range(len(text.rungs))))
    try:
        slots = dict(
            zip(rows.order, rows(tuple(values[c] for c in rows.columns), {}), strict=True)
        )
        pieces = text.plan.skeleton[part]
        by_python = "".join(p if isinstance(p, str) else slots[p] for p in pieces)
    except Refused as refusal:
        by_python = prepared.reason(str(refusal), 0)
    space = reference.namespace({name: values[name] for name in text.names.reads})
    try:
        by_liquid = reference.render(text.plan.nodes[part], space, html=part == "html")
    except Refused as refusal:
        by_liquid = prepared.reason(str(refusal), 0)
    assert said == by_python == by_liquid
    return said


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ person.first_name | vocative }}", "Олено"),
        ("{{ person.first_name | nominative }}", "Олена"),
        ("Для {{ person.first_name | genitive }}", "Для Олени"),
        ("{{ person.first_name | name_case: 'dat' }}", "Олені"),
        ("{{ person.first_name | vocative | upcase }}", "ОЛЕНО"),
        ("{{ person | salutation }}", "Олено"),
        ("{{ person | salutation: 'formal' }}", "пані Олено"),
        ("{{ person.gender | choose: 'радий', 'рада', 'раді' }}", "рада"),
        ("{{ person.gender | choose: 'радий', 'рада' }}", "рада"),
        ("{{ 'Дорогий' | agree: person.gender }}", "Дорога"),
        ("{% named %}{{ person.first_name }}!{% neutral %}Вітаємо!{% endnamed %}", "Олена!"),
        ("{% assign n = person.first_name | vocative %}{{ n }}", "Олено"),
        ("{% if person.first_name %}{{ person.first_name | vocative }}{% endif %}", "Олено"),
    ],
)
@pytest.mark.parametrize("part", ["text", "html"])
def test_a_sure_name_is_said(source: str, expected: str, part: str) -> None:
    assert told(source, person("ОЛЕНА"), part=part) == expected
    assert made(source, part=part).rung == "columns"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ person.first_name | vocative }}", "unsure:person.first_name"),
        ("{{ person.first_name | vocative | or_else: 'друже' }}", "друже"),
        ("{{ person.first_name | vocative | default: 'друже' }}", "друже"),
        ("{{ person.first_name | vocative | upcase | default: 'x' }}", "unsure:person.first_name"),
        ("{{ person | salutation: 'formal' }}", "unsure:person.first_name"),
        ("{{ person.gender | choose: 'радий', 'рада', 'раді' }}", "раді"),
        ("{{ person.gender | choose: 'радий', 'рада' }}", "unsure:person.gender"),
        ("{{ person.gender | choose: 'радий', 'рада' | or_else: 'раді' }}", "раді"),
        ("{% named %}{{ person.first_name | vocative }}!{% neutral %}Вітаємо!{% endnamed %}",
         "Вітаємо!"),
        ("{% assign n = person.first_name | vocative %}{{ n }}", "unsure:person.first_name"),
        ("{{ person.first_name }}", "ТОВ Ромашка"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["text", "html"])
def test_an_unsure_name_counts_as_missing(source: str, expected: str, part: str) -> None:
    assert told(source, person("ТОВ Ромашка"), part=part) == expected


def test_a_missing_name_is_missing_and_not_unsure() -> None:
    assert told("{{ person.first_name | vocative }}", person()) == "missing:person.first_name"
    assert told("{{ person.gender | choose: 'а', 'б' }}", person()) == "missing:person.gender"


def test_a_name_that_is_less_sure_is_said_as_it_is_but_not_inflected() -> None:
    clause = "{% named %}{{ person.first_name }}{% neutral %}-{% endnamed %}"
    inflected = "{% named %}{{ person.first_name | dative }}{% neutral %}-{% endnamed %}"
    assert told(clause, person("Рареш")) == "Рареш"
    assert told(inflected, person("Рареш")) == "-"
    vocative = "{{ person.first_name | vocative | or_else: '-' }}"
    assert told(vocative, person("Рареш"), "uk") == "-"
    assert told(vocative, person("Рареш"), "ru") == "Рареш"  # as the nominative: not inflected


def test_an_unsure_gender_inside_makes_the_whole_clause_neutral() -> None:
    clause = (
        "{% named %}{{ person.first_name | vocative }}, {{ person.gender | choose: 'радий',"
        " 'рада' }}{% neutral %}Вітаємо{% endnamed %}"
    )
    assert told(clause, person("ОЛЕНА")) == "Олено, рада"
    assert told(clause, person("Саша")) == "Вітаємо"
    spared = clause.replace("'рада'", "'рада', 'раді'")
    assert told(spared, person("Саша")) == "Сашо, раді"


def test_a_gender_that_the_person_declared_wins() -> None:
    source = "{{ person.gender | choose: 'радий', 'рада', 'раді' }}"
    theirs = {"person__gender": "Female", "meta__gender": meta(TraitSource.DECLARED)}
    assert told(source, person("Саша", **theirs)) == "рада"
    assert told(source, person("Тарас", **theirs)) == "рада"
    assert told(source, person(**theirs)) == "рада"
    assert told(source, person("Рареш")) == "раді"  # .9 is not enough


@pytest.mark.parametrize(
    ("name", "gender", "source", "confidence", "reads"),
    [
        ("Саша", "жін", TraitSource.IMPORTED, 1.0, "рада"),
        ("Саша", "жін", TraitSource.INFERRED, 0.9, "раді"),
        ("Саша", "?", TraitSource.IMPORTED, 1.0, "раді"),
        ("Тарас", "m", TraitSource.IMPORTED, 1.0, "радий"),
        ("Тарас", "f", TraitSource.IMPORTED, 1.0, "раді"),
        ("Тарас", "f", TraitSource.DECLARED, 1.0, "рада"),
        (None, "f", TraitSource.IMPORTED, 1.0, "рада"),
        (None, "f", TraitSource.INFERRED, 0.9, "раді"),
        (None, None, TraitSource.IMPORTED, 1.0, "раді"),
    ],
)
def test_a_gender_that_others_say_is_a_witness_beside_the_name(
    name: str | None, gender: str | None, source: TraitSource, confidence: float, reads: str
) -> None:
    said = pack_meta(Trait(None, source, confidence, 0))
    row = person(name, person__gender=gender, meta__gender=said)
    text = made("{{ person.gender | choose: 'радий', 'рада', 'раді' }}")
    assert text.render(pl.DataFrame([row], schema=SCHEMA)).bodies("text")[0] == reads


def test_a_title_is_said_where_the_profile_and_the_name_agree() -> None:
    text = made("{{ person | salutation: 'formal' | or_else: 'Вітаємо' }}")
    imported = {"meta__gender": meta(TraitSource.IMPORTED)}
    rows = [person("Олена", person__gender=one, **imported) for one in ("f", "m", None)]
    rows.append(person("Саша", person__gender="f", **imported))
    said = text.render(pl.DataFrame(rows, schema=SCHEMA)).bodies("text").to_list()
    assert said == ["пані Олено", "Вітаємо", "пані Олено", "Вітаємо"]


def test_each_distinct_name_is_looked_up_once() -> None:
    asked: list[int] = []

    def counted(people: pl.DataFrame, language: str) -> pl.DataFrame:
        asked.append(people.height)
        return cards(people, language)

    text = made("{{ person.first_name | vocative }} {{ person.gender | choose: 'а', 'б', 'в' }}")
    rows = [person("ОЛЕНА"), person("Тарас"), person(), person("ОЛЕНА")]
    rendered = text.render(pl.DataFrame(rows, schema=SCHEMA), cards=counted)
    assert rendered.bodies("text").to_list()[1] == "Тарасе а"
    assert asked == [2]


@pytest.mark.parametrize(
    ("language", "source", "row", "expected"),
    [
        ("ru", "{{ person.bonus | count: 'бонус', 'бонуса', 'бонусов' }}",
         {"person__bonus": 1500.0}, f"1{NBSP}500{NBSP}бонусов"),
        ("ru", "{{ person.bonus | count: 'бонус', 'бонуса', 'бонусов' }}",
         {"person__bonus": 1.5}, f"1,5{NBSP}бонуса"),
        ("uk", "{{ facts.orders | plural: 'замовлення', 'замовлення', 'замовлень' }}",
         {"facts__orders": 21}, "замовлення"),
        ("en", "{{ person.bonus | count: 'point', 'points' }}", {"person__bonus": 2700.0},
         f"2,700{NBSP}points"),
        ("en", "{{ facts.orders | count: 'point', 'points' }}", {"facts__orders": 1},
         f"1{NBSP}point"),
        ("mn", "{{ facts.orders | money: 'MNT' }}", {"facts__orders": 150_000}, "1,500₮"),
        ("en", "{{ facts.orders | money: 'USD' }}", {"facts__orders": 159_350}, "$1,593.50"),
        ("uk", "{{ facts.orders | money: 'UAH' }}", {"facts__orders": -159_300},
         f"-1{NBSP}593{NBSP}₴"),
        ("en", "{{ person.bonus | number }}", {"person__bonus": 1234567.0}, "1,234,567"),
        ("ru", "{{ facts.until | day }}", {"facts__until": date(2026, 5, 2)}, "2 мая"),
        ("uk", "{{ facts.until | day: 'weekday' }}", {"facts__until": date(2026, 5, 2)},
         "субота, 2 травня"),
        ("en", "{{ '2026-05-02' | day }}", {}, "May 2"),
        ("ru", "{{ facts.orders | count: 'бонус', 'бонуса', 'бонусов' }}", {},
         "missing:facts.orders"),
        ("ru", "{{ facts.until | day | or_else: 'скоро' }}", {}, "missing:facts.until"),
        ("ru", "{{ person.bonus }} и {{ person.bonus | append: ' б.' }}",
         {"person__bonus": 2700.0}, "2700 и 2700 б."),
        ("ru", "{{ person.bonus }}", {"person__bonus": 2.5}, "2.5"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("part", ["text", "html"])
def test_numbers_money_and_days(
    language: str, source: str, row: dict[str, object], expected: str, part: str
) -> None:
    assert told(source, person(**row), language, part) == expected


PATTERNS = written({"MNT": "#,##0₮", "uk": "¤ #,##0.00", "EUR": "#,##0.0#€"})
AMOUNTS = [0, 149, 150, 250, 1_000, 159_350, 123_456_750, -700]


@pytest.mark.parametrize("part", ["text", "html"])
@pytest.mark.parametrize(
    ("source", "language", "texts"),
    [
        ("money: 'MNT'", "mn", ["0₮", "1₮", "2₮", "2₮", "10₮", "1,594₮", "1,234,568₮", "-7₮"]),
        ("money: person.city", "uk",
         ["₴ 0,00", "₴ 1,49", "₴ 1,50", "₴ 2,50", "₴ 10,00", "₴ 1 593,50", "₴ 1 234 567,50",
          "-₴ 7,00"]),
        ("money: 'EUR'", "en",
         ["0.0€", "1.49€", "1.5€", "2.5€", "10.0€", "1,593.5€", "1,234,567.5€", "-7.0€"]),
    ],
)  # fmt: skip
def test_the_shops_own_patterns_on_every_rung(
    source: str, language: str, texts: list[str], part: str
) -> None:
    shop = {"shop.money_patterns": PATTERNS}
    source = f"{{{{ facts.orders | {source} }}}}"
    rows = [person(facts__orders=n, person__city="UAH") for n in AMOUNTS]
    said = [told(source, row, language, part, **shop) for row in rows]
    assert said == [one.replace(" ", NBSP) for one in texts]
    rung = "python" if "EUR" in source else "columns"
    assert made(source, language, part, **shop).rung == rung


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ facts.orders | plural: 'бонус', 'бонусов' }}", "2 plural forms where ru has 3"),
        ("{{ facts.orders | count: 'бонус' }}", "1 plural forms where ru has 3"),
        ("{{ facts.orders | plural: 'а', person.city, 'в' }}", "takes texts in quotation marks"),
        ("{{ 'бонус' | count: 'а', 'б', 'в' }}", "counts a number"),
        ("{{ person.gender | choose: 'рад' }}", "here are 1"),
        ("{{ person.city | choose: 'а', 'б', 'в' }}", "chooses by person.gender"),
        ("{{ person.city | vocative }}", "for a city there are in_city"),
        ("{{ person.bonus | vocative }}", "`person.bonus` is none"),
        ("{{ products['x'].price | genitive }}", "inflects a name of the person"),
        ("{{ person.last_name | vocative }}", "`person.last_name` is none"),
        ("{{ 'Мария' | vocative }}", "not a literal"),
        ("{{ person.first_name | strip | vocative }}", "stands right after what it inflects"),
        ("{{ person.first_name | name_case: 'ablative' }}", "is one of nom, gen"),
        ("{{ person.first_name | in_city }}", "inflects a city"),
        ("{{ 'дорогой' | agree: person.city }}", "agree: person.gender"),
        ("{{ 'шкибидишный' | agree: person.gender }}", "does not know the word «шкибидишный»"),
        ("{{ person | salutation: 'rude' }}", "'friendly' or 'formal'"),
        ("{{ facts.until | day: 'soon' }}", "`day` is one of"),
        ("{% named person.city %}x{% neutral %}y{% endnamed %}", "`named` speaks of a name"),
        ("{% named %}x{% endnamed %}", "no {% neutral %} clause"),
        ("{{ person.first_name | vocativ }}", "did you mean `vocative`"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_fails_when_the_template_is_saved(source: str, message: str) -> None:
    text = f"Привет\n{source}"
    with pytest.raises(TemplateError, match="\\^") as fault:
        made(text, "ru")
    assert message in fault.value.message
    assert fault.value.where.startswith("variants[0].text:2:")
    template = Template(id="t", variants=(Variant(language="ru", text=text),))
    with pytest.raises(TemplateError):
        needs(template)
    (finding,) = check(template).findings
    assert (finding.level, finding.code) == ("error", "syntax")


def test_a_language_without_tables_is_refused_where_it_would_be_needed() -> None:
    with pytest.raises(TemplateError, match="this text is in `de`"):
        made("{{ person.first_name | genitive }}", "de")
    assert told("{{ facts.orders | money: 'EUR' }}", person(facts__orders=700), "de") == (
        f"7{NBSP}€"
    )
    assert told("{{ person.first_name | vocative }}", person("ОЛЕНА"), "uk-UA") == "Олено"


def test_english_words_agree_with_everybody() -> None:
    assert told("{{ 'Dear' | agree: person.gender }} friend", person(), "en") == "Dear friend"


@pytest.mark.parametrize(
    ("language", "source", "city", "expected"),
    [
        ("uk", "Чекаємо {{ person.city | in_city }}", "Львів", "Чекаємо у Львові"),
        ("uk", "Зустрінемося {{ person.city | in_city }}", "Полтава", "Зустрінемося в Полтаві"),
        ("uk", "Ласкаво просимо {{ person.city | to_city }}", "Одеса", "Ласкаво просимо до Одеси"),
        ("ru", "Привет {{ person.city | from_city }}", "Казань", "Привет из Казани"),
        ("ru", "{{ person.city | in_city }}", "Нижние Васюки", "в городе Нижние Васюки"),
        ("ru", "{{ person.city | in_city }}", "нет", "unsure:person.city"),
        ("ru", "Ждём{% need person.city %} {{ person.city | in_city | or_else: 'у нас' }}"
         "{% or_else %}{% endneed %}", "нет", "Ждём у нас"),
        ("ru", "{{ person.city | in_city }}", None, "missing:person.city"),
    ],
)  # fmt: skip
def test_cities(language: str, source: str, city: str | None, expected: str) -> None:
    assert told(source, person(person__city=city), language) == expected


def test_reads_and_needs_name_the_columns_that_words_are_made_from() -> None:
    text = made("{{ person.first_name | vocative }}")
    reads = ["meta.first_name", "meta.gender", "person.first_name", "person.gender"]
    assert text.reads == reads
    found = {n.path: (n.fallback, n.shown) for n in needs(text.template).paths}
    assert found == {"person.first_name": (False, True), "person.gender": (True, False)}
    clause = "{% named %}{{ person.first_name | vocative }}{% neutral %}{% endnamed %}"
    assert all(n.fallback for n in needs(made(clause).template).paths)
    chosen = made("{{ person.gender | choose: 'а', 'б', 'в' }}")
    assert all(n.fallback for n in needs(chosen.template).paths)


def test_the_generic_twin_is_neutral() -> None:
    clause = "{% named %}{{ person.first_name | vocative }}{% neutral %}Вітаємо{% endnamed %}"
    twin = neutralise(made(clause).template)
    rendered = compiled(twin, SCHEMA).render(pl.DataFrame([person("ОЛЕНА")], schema=SCHEMA))
    assert rendered.bodies("text").to_list() == ["Вітаємо"]
    with pytest.raises(TemplateError, match="missing"):
        neutralise(made("{{ person.first_name | vocative }}").template)


@pytest.mark.parametrize(
    ("allowed", "patronymic", "expected"),
    [
        (True, "Ивановна", "Ирина Ивановна"),
        (False, "Ивановна", "Здравствуйте"),
        (True, None, "Здравствуйте"),
        (True, "-", "Здравствуйте"),
    ],
)
def test_a_patronymic_is_said_only_where_the_shop_allows_it(
    allowed: bool, patronymic: str | None, expected: str
) -> None:
    source = "{{ person | salutation: 'formal' | or_else: 'Здравствуйте' }}"
    template = Template(id="t", variants=(Variant(language="ru", text=source),))
    schema = {**SCHEMA, "person.patronymic": pl.String()}
    text = compiled(template, schema, constants={"shop.patronymics": allowed})
    row = person("ирина") | {"person.patronymic": patronymic}
    rendered = text.render(pl.DataFrame([row], schema=schema))
    assert rendered.bodies("text").to_list() == [expected]


@pytest.mark.parametrize(
    ("name", "patronymic", "allowed", "expected"),
    [
        ("олена", "Іванівна", True, "пані Олено Іванівно"),
        ("тарас", "Григорович", True, "пане Тарасе Григоровичу"),
        ("олена", "Іванівна", False, "пані Олено"),
        ("олена", None, True, "пані Олено"),
        ("олена", "Ивановна", True, "пані Олено"),
    ],
)
def test_a_ukrainian_title_with_the_patronymic_where_the_shop_allows_it(
    name: str, patronymic: str | None, allowed: bool, expected: str
) -> None:
    source = "{{ person | salutation: 'formal' | or_else: 'Вітаємо' }}"
    template = Template(id="t", variants=(Variant(language="uk", text=source),))
    schema = {**SCHEMA, "person.patronymic": pl.String()}
    text = compiled(template, schema, constants={"shop.patronymics": allowed})
    row = person(name) | {"person.patronymic": patronymic}
    rendered = text.render(pl.DataFrame([row], schema=schema))
    assert rendered.bodies("text").to_list() == [expected]


def test_who_reads_something_neutral_is_told() -> None:
    clause = "{% named %}{{ person.first_name | vocative }}{% neutral %}Вітаємо{% endnamed %}"
    frame = pl.DataFrame([person("ОЛЕНА"), person("77"), person()], schema=SCHEMA)
    rendered = made(clause).render(frame, cards=cards)
    assert rendered.unsaid is not None and rendered.unsaid.to_list() == [False, True, True]
    assert made("Вітаємо").render(frame).unsaid is None

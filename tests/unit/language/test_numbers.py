import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from maracuja.language import numbers
from maracuja.language.numbers import FORMS, NBSP, count, day, money, plural, plural_expr

BONUS = ("бонус", "бонуса", "бонусов")
SAMPLE = re.compile(r"@(integer|decimal)([^@]*)")


def plain(text: str) -> str:
    return text.replace(NBSP, " ")


def between(first: Decimal, last: Decimal | None = None) -> list[Decimal]:
    """0.0~0.9 is 0.0, 0.1 ... 0.9; one number is itself."""
    last = first if last is None else last
    step = Decimal((0, (1,), int(first.as_tuple().exponent)))
    return [first + step * n for n in range(int((last - first) / step) + 1)]


def samples(rules: dict[str, str]) -> list[tuple[str, Decimal]]:
    """Each number that CLDR names as an example, with its category."""
    found = []
    for key, rule in rules.items():
        name = key.removeprefix("pluralRule-count-")
        for _, listed in SAMPLE.findall(rule):
            for part in re.split(r",\s*", listed.strip()):
                if part and part != "…" and "c" not in part:
                    found += [(name, n) for n in between(*map(Decimal, part.split("~")))]
    return found


@pytest.mark.data
def test_every_sample_number_of_cldr(evaluation_data: Path) -> None:
    book = json.loads((evaluation_data / "names/cldr/plurals.json").read_text())
    rules = book["supplemental"]["plurals-type-cardinal"]
    found = [(lang, name, n) for lang in FORMS for name, n in samples(rules[lang])]
    wrong = [one for one in found if numbers.category(one[2], one[0]) != one[1]]
    assert wrong == []
    assert len(found) == 234  # with every number of the ranges


@pytest.mark.parametrize("language", ["ru", "uk"])
@pytest.mark.parametrize(
    ("n", "form"),
    [
        (0, 2), (1, 0), (-1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (14, 2), (21, 0),
        (22, 1), (111, 2), (112, 2), (1500, 2), (1500.0, 2), (1.0, 0), (3.0, 1), (1.5, 1),
        (0.5, 1), (-21.0, 0), (Decimal("1.5"), 1), (Decimal("1.0"), 1), (Decimal("5"), 2),
        (1e6, 2), (2**60 + 1, 2),
    ],
)  # fmt: skip
def test_three_forms_and_the_trap_of_whole_floats(language: str, n: float, form: int) -> None:
    assert plural(n, BONUS, language) == BONUS[form]


@pytest.mark.parametrize("language", ["en", "mn"])
def test_two_forms(language: str) -> None:
    one, many = ("bonus", "bonuses")
    said = [plural(n, (one, many), language) for n in (1, 1.0, -1, 0, 2, 21, 1.5)]
    assert said == [one, one, one, many, many, many, many]


def test_a_wrong_number_of_forms_is_named() -> None:
    with pytest.raises(ValueError, match="2 plural forms where ru has 3"):
        plural(1, ("бонус", "бонуса"), "ru")
    with pytest.raises(ValueError, match="3 plural forms where en has 2"):
        plural_expr(pl.col("n"), BONUS, "en")
    assert numbers.forms_fault(3, "uk") == ""


def test_counts_keep_their_noun_on_the_line() -> None:
    assert count(1500, BONUS, "ru") == f"1{NBSP}500{NBSP}бонусов"
    assert count(1500.0, BONUS, "ru") == f"1{NBSP}500{NBSP}бонусов"
    assert count(1.5, BONUS, "uk") == f"1,5{NBSP}бонуса"
    assert count(Decimal("1.0"), BONUS, "ru") == f"1,0{NBSP}бонуса"
    assert count(1500, ("bonus", "bonuses"), "en") == f"1,500{NBSP}bonuses"


@pytest.mark.parametrize(
    ("minor", "currency", "language", "text"),
    [
        (159300, "RUB", "ru", "1 593 ₽"),
        (159350, "RUB", "ru", "1 593,50 ₽"),
        (159300.0, "RUB", "ru", "1 593 ₽"),
        (-150005, "RUB", "ru", "-1 500,05 ₽"),
        (150000, "UAH", "uk", "1 500 ₴"),
        (150000, "RUB", "uk", "1 500 ₽"),
        (150050, "USD", "en", "$1,500.50"),
        (150000, "CHF", "en", "CHF1,500"),
        (150000, "MNT", "mn", "1,500₮"),
        (1500, "JPY", "ru", "1 500 ¥"),
        (1500, "KWD", "en", "KWD1.500"),
        (2000, "KWD", "en", "KWD2"),
        (150000, "", "ru", "1 500"),
    ],
)
def test_money(minor: float, currency: str, language: str, text: str) -> None:
    assert (
        plain(money(minor, currency, language)).replace("CHF ", "CHF").replace("KWD ", "KWD")
        == text
    )


def test_money_in_the_shops_own_pattern() -> None:
    said = [money(150000, "UAH", "uk", "#,##0.00 ¤"), money(150000, "MNT", "mn", "¤ #,##0")]
    assert [plain(text) for text in said] == ["1 500,00 ₴", "₮ 1,500"]


def test_days_in_four_languages() -> None:
    fifth = date(2026, 3, 5)
    assert [day(fifth, lang) for lang in FORMS] == [
        "5 марта", "5 березня", "March 5", "3-р сарын 5",
    ]  # fmt: skip
    assert day(fifth, "ru", "weekday") == "четверг, 5 марта"
    assert day(fifth, "uk", "year") == f"5 березня 2026{NBSP}р."
    assert [day(fifth, lang, "short") for lang in FORMS] == [
        "05.03.2026", "05.03.2026", "3/5/2026", "2026.03.05",
    ]  # fmt: skip
    for lang in FORMS:
        for form in numbers.DAY_FORMS:
            assert "5" in day(fifth, lang, form)


def test_a_day_is_read_from_times_and_texts() -> None:
    evening = datetime(2026, 3, 5, 23, 30, tzinfo=UTC)
    assert day(evening, "ru") == day("2026-03-05T23:30:00Z", "ru") == day(" 2026-03-05 ", "ru")
    with pytest.raises(ValueError, match="isoformat"):
        day("05.03.2026", "ru")
    with pytest.raises(ValueError, match="no form of a day"):
        day("2026-03-05", "ru", "%d.%m")


def test_a_column_says_what_one_number_says() -> None:
    given = [0, 1, -1, 2, 5, 11, 21, 112, 1500, None]
    frame = pl.DataFrame({"n": given}, schema={"n": pl.Int64})
    for lang, size in FORMS.items():
        forms = BONUS[:size]
        said = frame.select(plural_expr(pl.col("n"), forms, lang)).to_series().to_list()
        assert said == [None if n is None else plural(n, forms, lang) for n in given]


def test_a_float_column_and_forms_that_are_columns() -> None:
    frame = pl.DataFrame({"n": [1500.0, 1.5, float("nan"), float("inf"), 1.0]})
    said = frame.select(plural_expr(pl.col("n"), (pl.lit("a"), "b", "c"), "ru")).to_series()
    assert said.to_list() == ["c", "b", None, None, "a"]

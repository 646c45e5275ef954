"""Name cards: the columns that templates look words up in, and what is left out of them."""

from __future__ import annotations

from importlib.resources import files

import polars as pl
import pytest

from maracuja.language import cards
from maracuja.language.alphabets import CASES

# Modules whose words stand in no card.
NOT_ON_CARDS = {
    "__init__", "cities", "detect", "manners", "money_patterns", "numbers", "said_dates",
    "text_lints", "words",
}  # fmt: skip


def made(language: str, *rows: tuple[str | None, str | None]) -> pl.DataFrame:
    people = pl.DataFrame(rows, schema={"raw": pl.String, "told": pl.String}, orient="row")
    return cards.make_cards(people, language)


def test_a_card_holds_the_name_in_its_cases() -> None:
    [card] = made("ru", ("ПЕТРОВА АННА ИВАНОВНА", "")).to_dicts()
    assert [card[case] for case in CASES] == [
        "Анна", "Анны", "Анне", "Анну", "Анной", "Анне", "Анна",
    ]  # fmt: skip
    assert (card["given"], card["patronymic"], card["gender"]) == ("Анна", "Ивановна", "f")
    assert card["p_gender"] > cards.HONORIFIC
    assert card["p_name"] > cards.SAY_INFLECTED
    assert card["flags"] == "surname_first case"
    assert card["rules_version"] == cards.rules_version()
    assert "Петрова" not in map(str, (card[name] for name in card if name != "raw"))


def test_each_language_has_its_own_card() -> None:
    assert made("uk", ("олена", ""))["voc"].to_list() == ["Олено"]
    assert made("mn", ("Б.Болд", ""))["dat"].to_list() == ["Болд танд"]
    assert made("en", ("JOHN SMITH", ""))["gen"].to_list() == ["John"]


@pytest.mark.parametrize("raw", [None, "", "тест", "ООО Анна", "+79161234567", "Анна и Пётр"])
def test_a_refused_name_has_no_forms(raw: str | None) -> None:
    [card] = made("ru", (raw, "")).to_dicts()
    assert [card[case] for case in ("given", *CASES)] == [None] * 8
    assert card["p_name"] == 0.0
    assert card["flags"]


def test_a_declared_gender_wins_and_decides_the_forms() -> None:
    both = made("ru", ("Саша", "f"), ("Анна", "m"), ("тест", "f"), ("Анна", None))
    assert both["gender"].to_list() == ["f", "m", "f", "f"]
    assert both["p_gender"].to_list()[:3] == [1.0, 1.0, 1.0]
    assert both["source"].to_list()[:3] == ["declared"] * 3
    assert both["told"].to_list() == ["f", "m", "f", ""]


def test_an_unsure_name_is_not_said_but_shown_to_whoever_asks_why() -> None:
    [card] = made("uk", ("Мовчан", "")).to_dicts()
    assert card["given"] == "Мовчан"
    assert card["p_name"] < cards.SAY_BASE
    assert [card[case] for case in CASES] == [None] * 7


def test_between_the_thresholds_only_the_unchanged_form_is_said() -> None:
    [card] = made("mn", ("Батбаярын Тэмүүлэнхүү", "")).to_dicts()
    assert cards.SAY_BASE <= card["p_name"] < cards.SAY_INFLECTED
    assert card["dat"] == "Тэмүүлэнхүү танд"
    [card] = made("uk", ("Елена", "")).to_dicts()
    assert (card["sure"], card["nom"], card["voc"]) == (False, "Елена", None)


def test_rows_keep_their_order_and_schema() -> None:
    assert made("ru").schema == cards.CARD_SCHEMA
    assert made("ru").height == 0
    three = made("ru", ("Иван", ""), ("тест", ""), ("Анна", ""))
    assert three["raw"].to_list() == ["Иван", "тест", "Анна"]
    assert three.schema == cards.CARD_SCHEMA


def test_keys_tell_names_genders_and_languages_apart_and_last() -> None:
    assert cards.key("Анна", "", "ru") == 4534502949179842540
    assert (
        len({cards.key(r, d, x) for r in ("Анна", "анна") for d in "fm" for x in ("ru", "uk")})
        == 8
    )
    people = made("ru", ("Анна", ""), ("Иван", "m"))
    assert cards.keys(people, "ru").to_list() == [
        cards.key("Анна", "", "ru"),
        cards.key("Иван", "m", "ru"),
    ]


def test_every_module_that_has_a_say_is_in_the_version() -> None:
    room = files("maracuja.language")
    modules = {m.name.removesuffix(".py") for m in room.iterdir() if m.name.endswith(".py")}
    assert modules - NOT_ON_CARDS == set(cards.RULES)
    assert cards.rules_version() == cards.rules_version()
    assert len(cards.rules_version()) == 16


def test_thresholds_rise_with_what_is_said() -> None:
    assert cards.SAY_BASE < cards.SAY_INFLECTED < cards.GENDERED < cards.HONORIFIC

"""What a profile says of a gender, beside the name: agreement, contradiction, and alone."""

from __future__ import annotations

import polars as pl
import pytest

from maracuja.language import cards
from maracuja.language.gender import gender
from maracuja.language.told import AT_MOST, declared, every, thousandths, weighed


@pytest.mark.parametrize(
    ("confidence", "counts"),
    [(1.0, 985), (0.986, 985), (0.985, 985), (0.984, 980), (0.9, 900), (0.519, 510), (0.51, 510),
     (0.5, 0), (0.0, 0)],
)  # fmt: skip
def test_a_profile_is_never_surer_than_its_cap(confidence: float, counts: int) -> None:
    assert thousandths(confidence) == counts
    assert not counts or f"f {counts}" in every()


def test_everything_that_may_be_said_is_listed_once() -> None:
    said = every()
    assert len(set(said)) == len(said) == 3 + 2 * 49
    assert [declared(one) for one in ("", "f", "m", "f 985")] == ["", "f", "m", ""]
    assert max(int(one[2:]) for one in said if " " in one) == AT_MOST


def card(raw: str, told: str, language: str = "ru") -> dict[str, object]:
    people = pl.DataFrame({"raw": [raw], "told": [told]})
    return cards.make_cards(people, language).row(0, named=True)


def test_a_profile_that_agrees_with_the_name_makes_it_sure() -> None:
    both = card("Анна", "f 985")
    alone = card("Анна", "")
    assert both["gender"] == alone["gender"] == "f"
    assert both["p_gender"] >= alone["p_gender"] and both["p_gender"] > cards.HONORIFIC
    assert str(both["source"]).endswith("+profile")


@pytest.mark.parametrize("told", ["m 985", "m 900"])
def test_a_profile_that_contradicts_a_sure_name_leaves_it_unknown(told: str) -> None:
    found = card("Анна", told)
    assert (found["gender"], found["p_gender"]) == ("", 0.5)


def test_a_weak_word_against_a_sure_name_only_makes_it_less_sure() -> None:
    found = card("Анна", "m 800")
    assert found["gender"] == "f" and found["p_gender"] < card("Анна", "")["p_gender"]


def test_where_the_name_does_not_tell_the_profile_does_enough_for_a_word_never_a_title() -> None:
    for raw in ("Саша", "тест", "Qwrtyx", ""):
        found = card(raw, "f 985")
        assert found["gender"] == "f", raw
        assert found["p_gender"] < cards.HONORIFIC
    assert card("тест", "f 985")["p_gender"] == pytest.approx(0.985)
    assert card("тест", "f 970")["p_gender"] < cards.GENDERED


def test_what_was_declared_holds_alone() -> None:
    assert card("Анна", "m")["source"] == "declared"
    sure = gender("анна", "", "", "ru", "m")
    assert weighed(sure, "f 985", "анна", "ru") == sure


def test_a_name_whose_parts_contradict_each_other_stays_unknown() -> None:
    assert gender("анна", "петрович", "", "ru").value == ""
    assert weighed(gender("анна", "петрович", "", "ru"), "f 985", "анна", "ru").value == ""

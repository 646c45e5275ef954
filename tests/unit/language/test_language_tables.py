from __future__ import annotations

import math
from pathlib import Path

import pytest
from scripts import language_tables
from scripts.language_tables import Endings, Name

from maracuja.language.endings import female_log_odds
from maracuja.language.gender import _PET_NAME, DECIDED
from maracuja.language.known import rows

pytestmark = [pytest.mark.data, pytest.mark.slow]


@pytest.fixture(scope="module")
def sources(names_data: Path) -> dict[str, dict[str, Name]]:
    return language_tables.sources(names_data)


@pytest.fixture(scope="module")
def learned(sources: dict[str, dict[str, Name]]) -> dict[str, Endings]:
    return {
        language: language_tables.learned(language, sources[language]) for language in ("ru", "uk")
    }


@pytest.mark.parametrize("language", ["ru", "uk", "en", "mn"])
def test_the_shipped_names_are_what_the_script_makes(
    sources: dict[str, dict[str, Name]], learned: dict[str, Endings], language: str
) -> None:
    unseen = learned[language].unseen if language in learned else {}
    made = [line.split("\t") for line in language_tables.names_table(sources[language], unseen)]
    shipped = rows(f"names.{language}.tsv.gz")
    assert [row[:2] for row in made] == [row[:2] for row in shipped]
    apart = [abs(float(a[2]) - float(b[2])) for a, b in zip(made, shipped, strict=True)]
    assert max(apart) < 0.02


@pytest.mark.parametrize("language", ["ru", "uk"])
def test_the_shipped_endings_are_what_the_script_makes(
    learned: dict[str, Endings], language: str
) -> None:
    shipped = {feature: float(weight) for feature, weight in rows(f"endings.{language}.tsv.gz")}
    made = learned[language].weights
    for feature in made.keys() | shipped.keys():
        # an optimiser may stop elsewhere in the last digit on another machine
        assert abs(made.get(feature, 0.0) - shipped.get(feature, 0.0)) < 0.06


def test_names_held_out_of_the_table_by_hash(
    sources: dict[str, dict[str, Name]], learned: dict[str, Endings]
) -> None:
    """Each name is judged by weights learned from the other shares; our own lists are left out."""
    needed = math.log(DECIDED / (1 - DECIDED))
    wrong = unknown = total = 0
    wrong_names = unknown_names = names = 0
    for key, name in sources["ru"].items():
        if name.own or not name.women + name.men:
            continue
        odds = 0.0 if _PET_NAME.search(key) else learned["ru"].unseen[key]
        missed = abs(odds) < needed
        failed = not missed and (odds > 0) != (name.women > name.men)
        total, unknown, wrong = (
            total + name.count,
            unknown + name.count * missed,
            wrong + name.count * failed,
        )
        if name.count >= 10:
            names, unknown_names, wrong_names = (
                names + 1,
                unknown_names + missed,
                wrong_names + failed,
            )
    assert wrong / total <= 0.001
    assert unknown / total <= 0.01
    assert unknown_names / names <= 0.03
    assert wrong_names / names <= 0.005


def test_the_shipped_weights_say_what_the_script_says(learned: dict[str, Endings]) -> None:
    weights = learned["ru"].weights
    for name in ("зюлькарина", "бракослав", "тутмарелла"):
        letters = language_tables.letters_say(weights, name)
        verdict = language_tables.ruled(name, "ru")
        expected = weights[f"={verdict}"] + weights[f"*{verdict}"] * letters
        assert female_log_odds(name, "ru") == pytest.approx(expected, abs=0.3)

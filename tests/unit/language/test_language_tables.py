from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import pytest
from scripts import language_tables
from scripts.language_tables import Endings, Name

from maracuja.language.endings import female_log_odds, ruled, undisputed
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


@pytest.mark.parametrize(
    ("patronymic", "father"),
    [
        ("Каирбекович", "каирбек"),
        ("Каирбековна", "каирбек"),
        ("Андреевна", "андрей"),
        ("Игоревич", ""),
        ("Ильич", ""),
        ("Никитична", ""),
    ],
)
def test_a_patronymic_names_the_father_where_it_leaves_no_choice(
    patronymic: str, father: str
) -> None:
    assert language_tables.father_of(patronymic) == father


@dataclass
class Tally:
    """How many of so many were wrong or left unknown; by names or by bearers."""

    total: int = 0
    wrong: int = 0
    unknown: int = 0

    def add(self, weight: int, said: str, label: str) -> None:
        self.total += weight
        self.wrong += weight * (said not in ("", label))
        self.unknown += weight * (said == "")


def held_out(key: str, name: Name, unseen: float) -> tuple[str, str]:
    """What is said of a name by weights learned without it and its share, and its label."""
    label = name.own or ("f" if name.women > name.men + name.fathers else "m")
    odds = 0.0 if _PET_NAME.search(key) else undisputed(unseen, ruled(key, "ru"))
    if abs(odds) < math.log(DECIDED / (1 - DECIDED)):
        return "", label
    return ("f" if odds > 0 else "m"), label


def test_names_held_out_of_the_table_by_hash(
    sources: dict[str, dict[str, Name]], learned: dict[str, Endings]
) -> None:
    """Each name is judged by weights learned from the other shares, as if no table held it.

    By bearers the goal holds (.001 wrong, .01 unknown). By name (.002, .03) the unknown one holds
    for names with ten bearers or more; .0033 of them are wrong, where our lists say nothing. Our
    lists hold what rules and sources get wrong: counted too, it is .009 and .050. Of names with
    two to nine bearers it is .020 and .063, some of it wrong labels.
    """
    bearers, often, often_all, rare = Tally(), Tally(), Tally(), Tally()
    for key, name in sources["ru"].items():
        labelled = name.women + name.men > 0 and (name.own or name.count > 1)
        if not labelled or name.own == "u":
            continue
        said, label = held_out(key, name, learned["ru"].unseen[key])
        if not name.own:
            bearers.add(name.count, said, label)
            (often if name.count >= 10 else rare).add(1, said, label)
        if name.count >= 10:
            often_all.add(1, said, label)
    assert often_all.total > often.total + 250
    assert bearers.wrong / bearers.total <= 0.001
    assert bearers.unknown / bearers.total <= 0.01
    assert often.wrong / often.total <= 0.004
    assert often.unknown / often.total <= 0.03
    assert often_all.wrong / often_all.total <= 0.01
    assert often_all.unknown / often_all.total <= 0.055
    assert rare.wrong / rare.total <= 0.022
    assert rare.unknown / rare.total <= 0.068


def test_the_shipped_weights_say_what_the_script_says(learned: dict[str, Endings]) -> None:
    weights = learned["ru"].weights
    for name in ("зюлькарина", "бракослав", "тутмарелла"):
        letters = language_tables.letters_say(weights, name)
        verdict = language_tables.ruled(name, "ru")
        expected = weights[f"={verdict}"] + weights[f"*{verdict}"] * letters
        assert female_log_odds(name, "ru") == pytest.approx(expected, abs=0.3)

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts.language_tables import own_names

from maracuja.language.alphabets import fold, yo_free
from maracuja.language.cards import GENDERED
from maracuja.language.gender import Gender, gender, patronymic_gender, surname_gender
from maracuja.language.known import known

GENDERS = {"мр": "m", "жр": "f"}


def test_what_is_declared_always_wins() -> None:
    for name in ("александр", "мария", "саша", ""):
        for declared in ("f", "m"):
            decided = gender(name, "иванович", "петров", "ru", declared)
            assert decided == Gender(declared, 1.0, "declared")


@pytest.mark.parametrize("name", ["саша", "женя", "валя", "айнур", "слава"])
def test_a_name_of_both_genders_is_unknown_until_another_part_tells(name: str) -> None:
    assert gender(name, "", "", "ru").value == ""
    assert gender(name, "ивановна", "", "ru").value == "f"
    assert gender(name, "", "петров", "ru").value == "m"
    assert gender(name, "", "петренко", "ru").value == ""


@pytest.mark.parametrize(
    ("given_name", "value"),
    [
        ("елена", "f"),
        ("никита", "m"),
        ("илья", "m"),
        ("любовь", "f"),
        ("айгуль", "f"),
        ("гульназ", "f"),
        ("лейсан", "f"),
        ("нинель", "f"),
        ("ильдар", "m"),
        ("пётр", "m"),
        ("анна-мария", "f"),
    ],
)
def test_a_known_russian_name_may_be_spoken_to_in_its_gender(given_name: str, value: str) -> None:
    decided = gender(given_name, "", "", "ru")
    assert (decided.value, decided.source) == (value, "table")
    assert decided.p >= 0.98


@pytest.mark.parametrize(
    ("given_name", "value"),
    [("олена", "f"), ("любов", "f"), ("микола", "m"), ("ілля", "m"), ("мар'яна", "f")],
)
def test_a_known_ukrainian_name(given_name: str, value: str) -> None:
    decided = gender(given_name, "", "", "uk")
    assert (decided.value, decided.source) == (value, "table")
    assert decided.p >= 0.98


def test_letters_alone_never_reach_a_gendered_word() -> None:
    for name in ("зюлькарина", "бракославус", "тутмарелла"):
        decided = gender(name, "", "", "ru")
        assert known("ru").find(name) is None
        assert decided.p < 0.98


def test_agreeing_sources_are_surer_than_each_alone() -> None:
    alone = gender("зюлькарина", "", "", "ru")
    both = gender("зюлькарина", "", "петрова", "ru")
    assert both.value == alone.value == "f"
    assert both.p > 0.99 > alone.p
    assert both.source == "rules+surname"


def test_sources_that_contradict_each_other_leave_it_unknown() -> None:
    decided = gender("елена", "иванович", "", "ru")
    assert (decided.value, decided.p) == ("", 0.5)


def test_a_pet_name_that_nobody_listed_tells_nothing() -> None:
    for name in ("глебка", "верунька", "марфушка"):
        assert gender(name, "", "", "ru").value == ""


@pytest.mark.parametrize(
    ("patronymic", "language", "value"),
    [
        ("ильич", "ru", "m"),
        ("никитична", "ru", "f"),
        ("ильинишна", "ru", "f"),
        ("мамед оглы", "ru", "m"),
        ("али кызы", "ru", "f"),
        ("іллівна", "uk", "f"),
        ("григорович", "uk", "m"),
        ("кузьмич", "uk", "m"),
        ("батын", "mn", ""),
        ("иванов", "ru", ""),
        ("", "ru", ""),
    ],
)
def test_patronymics(patronymic: str, language: str, value: str) -> None:
    assert patronymic_gender(patronymic, language) == value


@pytest.mark.parametrize(
    ("surname", "language", "value"),
    [
        ("иванова", "ru", "f"),
        ("толстой", "ru", "m"),
        ("шевченко", "ru", ""),
        ("ковальська", "uk", "f"),
        ("ковальський", "uk", "m"),
        ("шевченко", "uk", ""),
        ("smith", "en", ""),
        ("", "uk", ""),
    ],
)
def test_surnames(surname: str, language: str, value: str) -> None:
    assert surname_gender(surname, language) == value


@given(
    st.lists(st.text(alphabet="абвгеёиіїйклмнопрстья'- abc", max_size=12), min_size=3, max_size=3),
    st.sampled_from(["ru", "uk", "en", "mn"]),
)
def test_any_text_has_a_gender_or_none(parts: list[str], language: str) -> None:
    decided = gender(*map(fold, parts), language)
    assert decided.value in ("f", "m", "")
    assert 0.5 <= decided.p <= 1.0
    assert decided.value == "" or decided.source


def table(path: Path) -> list[tuple[str, str]]:
    """The rows of one of petrovich-eval's gender files, of one gender only."""
    rows = [line.split("\t") for line in path.read_text("utf-8-sig").splitlines()[1:]]
    return [(fold(name), GENDERS[said]) for name, said in rows if said in GENDERS]


@pytest.mark.data
def test_patronymics_of_petrovich_eval_all_tell(names_data: Path) -> None:
    rows = table(names_data / "petrovich-eval" / "midnames.gender.tsv")
    assert len(rows) > 16_000
    assert [row for row in rows if patronymic_gender(row[0], "ru") != row[1]] == []


@pytest.mark.data
def test_patronymics_of_the_ukrainian_press_all_tell(names_data: Path) -> None:
    for value, file in (("f", "female_pname"), ("m", "male_pname")):
        path = names_data / "uk-name-freq" / f"{file}_freq_dict.csv"
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines()):
            assert patronymic_gender(fold(row["name"]), "uk") == value


@pytest.mark.data
def test_surnames_of_petrovich_eval_are_never_wrong(names_data: Path) -> None:
    rows = table(names_data / "petrovich-eval" / "surnames.gender.tsv")
    told = [(surname_gender(name, "ru"), value) for name, value in rows]
    assert sum(said not in ("", value) for said, value in told) == 0
    assert sum(said == "" for said, _ in told) / len(told) < 0.002


def petrovich_names(names_data: Path) -> list[tuple[str, str, int, Gender]]:
    """petrovich-eval's given names: folded, its label, bearers in russiannames, our decision."""
    bearers: Counter[str] = Counter()
    names = pl.read_parquet(names_data / "ru-names" / "names.parquet")
    for text, count in names.select("text", "count").iter_rows():
        bearers[text.lower()] += count
    rows = table(names_data / "petrovich-eval" / "firstnames.gender.tsv")
    return [(name, label, bearers[name], gender(name, "", "", "ru")) for name, label in rows]


@pytest.mark.data
def test_given_names_of_petrovich_eval(names_data: Path) -> None:
    """By bearers the goal holds; by name (.002 wrong, .03 unknown) it is missed.

    Half of the wrong ones are rows where petrovich-eval contradicts our lists: it calls Айсылу and
    Аминат men. Most of the unknown ones are rare names of which Petrovich's rules say nothing.
    """
    rows = petrovich_names(names_data)
    wrong = [row for row in rows if row[3].value not in ("", row[1])]
    unknown = [row for row in rows if row[3].value == ""]
    bearers = sum(row[2] for row in rows)
    assert len(rows) == 12_702
    assert sum(row[2] for row in wrong) / bearers <= 0.001
    assert sum(row[2] for row in unknown) / bearers <= 0.01
    assert len(wrong) / len(rows) <= 0.0245
    assert len(unknown) / len(rows) <= 0.07


@pytest.mark.data
def test_words_that_agree_are_not_said_in_the_wrong_gender_by_petrovich_eval(
    names_data: Path,
) -> None:
    """Above .98, where a gendered word is said, what is wrong is disputed by our lists."""
    listed = own_names()["ru"]
    rows = petrovich_names(names_data)
    wrong = [row for row in rows if row[3].p >= GENDERED and row[3].value not in ("", row[1])]
    undisputed = [row for row in wrong if yo_free(row[0]) not in listed]
    assert len(wrong) / len(rows) <= 0.0085
    assert len(undisputed) / len(rows) <= 0.0005


@pytest.mark.data
def test_given_names_of_the_ukrainian_press(names_data: Path) -> None:
    wrong = unknown = total = 0.0
    for value, file in (("f", "female_fname"), ("m", "male_fname")):
        path = names_data / "uk-name-freq" / f"{file}_freq_dict.csv"
        for row in csv.DictReader(path.read_text("utf-8-sig").splitlines()):
            said, often = (
                gender(fold(row["name"]), "", "", "uk").value,
                float(row["freq_in_corpus"]),
            )
            total += often
            wrong += often * (said not in ("", value))
            unknown += often * (said == "")
    assert wrong / total <= 0.003
    assert unknown / total <= 0.003

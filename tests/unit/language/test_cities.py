import runpy
from importlib.resources import files
from pathlib import Path

import pytest

from maracuja.language.alphabets import LETTERS
from maracuja.language.cities import from_city, in_city, in_table, to_city

ROOT = Path(__file__).parents[3]
WAYS = (in_city, from_city, to_city)
SHIPPED = files("maracuja.language") / "data"


def lvovich(evaluation_data: Path) -> list[list[str]]:
    text = (evaluation_data / "names/lvovich-cities/cities.tsv").read_text()
    return [line.split("\t") for line in text.splitlines()[1:]]


def bare(phrase: str | None) -> str:
    """The phrase without its preposition; a smaller place keeps its word: селе Чемолган."""
    return (phrase or "").partition(" ")[2]


@pytest.mark.data
def test_cities_of_lvovich_in_from_and_to(evaluation_data: Path) -> None:
    mended = runpy.run_path(str(ROOT / "scripts/city_table.py"))["MENDED"]
    assert len(mended) <= 12
    rows = lvovich(evaluation_data)
    said = {row[0]: [bare(way(row[0], "ru")) for way in WAYS] for row in rows}
    differs = {row[0]: said[row[0]] for row in rows if said[row[0]] != row[1:]}
    assert differs == {name: list(right[:3]) for name, right in mended.items()}
    assert all(reason for *_, reason in mended.values())
    assert all(in_table(row[0], "ru") for row in rows)


@pytest.mark.data
def test_the_shipped_table_is_what_the_script_makes(evaluation_data: Path) -> None:
    source = evaluation_data / "names/lvovich-cities/cities.tsv"
    made = runpy.run_path(str(ROOT / "scripts/city_table.py"))["mended"](source.read_text())
    assert (SHIPPED / "cities_lvovich.tsv").read_text(encoding="utf-8") == made


@pytest.mark.parametrize(
    ("city", "language", "phrases"),
    [
        ("Полтава", "ru", ("в Полтаве", "из Полтавы", "в Полтаву")),
        ("Полтава", "uk", ("у Полтаві", "з Полтави", "до Полтави")),
        ("Львов", "ru", ("во Львове", "из Львова", "во Львов")),
        ("Львів", "uk", ("у Львові", "зі Львова", "до Львова")),
        ("Владивосток", "ru", ("во Владивостоке", "из Владивостока", "во Владивосток")),
        ("Волгоград", "ru", ("в Волгограде", "из Волгограда", "в Волгоград")),
        ("Одеса", "uk", ("в Одесі", "з Одеси", "до Одеси")),
        ("Суми", "uk", ("у Сумах", "із Сум", "до Сум")),
        ("Слов’янськ", "uk", ("у Слов'янську", "зі Слов'янська", "до Слов'янська")),
        ("Київ", "ru", ("в Киеве", "из Киева", "в Киев")),
        ("Киев", "uk", ("у Києві", "з Києва", "до Києва")),
        ("Улаанбаатар", "ru", ("в Улан-Баторе", "из Улан-Батора", "в Улан-Батор")),
        ("Улан-Батор", "mn", ("Улаанбаатар хотод", "Улаанбаатар хотоос", "Улаанбаатар хот руу")),
        ("Дархан хот", "mn", ("Дархан хотод", "Дархан хотоос", "Дархан хот руу")),
        ("Елец", "ru", ("в Ельце", "из Ельца", "в Елец")),
        ("London", "en", ("in London", "from London", "to London")),
    ],
)
def test_cities_that_are_known(city: str, language: str, phrases: tuple[str, ...]) -> None:
    assert tuple(way(city, language) for way in WAYS) == phrases


@pytest.mark.parametrize(
    ("city", "phrase"),
    [
        ("г. Москва", "в Москве"),
        ("город Орёл", "в Орле"),
        ("ОРЕЛ", "в Орле"),
        ("ростов на дону", "в Ростове-на-Дону"),
        (" нижний  новгород ", "в Нижнем Новгороде"),
        ("м. Київ", "в Киеве"),
    ],
)
def test_other_spellings_of_a_known_city(city: str, phrase: str) -> None:
    assert in_city(city, "ru") == phrase


@pytest.mark.parametrize(
    ("city", "language", "phrases"),
    [
        ("Урюпинск", "ru", ("в городе Урюпинск", "из города Урюпинск", "в город Урюпинск")),
        ("НЬЮ-ЙОРК", "ru", ("в городе Нью-Йорк", "из города Нью-Йорк", "в город Нью-Йорк")),
        ("Хацапетівка", "uk", ("у місті Хацапетівка", "з міста Хацапетівка",
                               "до міста Хацапетівка")),
        ("с. Ивановка", "ru", ("в селе Ивановка", "из села Ивановка", "в село Ивановка")),
        ("смт Козова", "uk", ("у селищі Козова", "із селища Козова", "до селища Козова")),
        ("Москва", "mn", ("Москва хотод", "Москва хотоос", "Москва хот руу")),
    ],
)  # fmt: skip
def test_neutral_words_for_the_rest(city: str, language: str, phrases: tuple[str, ...]) -> None:
    assert tuple(way(city, language) for way in WAYS) == phrases
    assert not in_table(city, language)


@pytest.mark.parametrize("language", list(LETTERS))
@pytest.mark.parametrize(
    "city",
    ["", " ", "-", "нет", "test", "+7 999 123", "Москва, МО", "Москва/СПб", "йцкк", "а" * 60,
     "живу в Москве", "Московская область", "a@b.ru", "100", "Ω", "А"],
)  # fmt: skip
def test_what_is_no_city_is_not_said(city: str, language: str) -> None:
    assert [way(city, language) for way in WAYS] == [None, None, None]


@pytest.mark.parametrize(
    ("city", "language"), [("Москва", "en"), ("London", "ru"), ("Жмерынка", "uk")]
)
def test_letters_of_another_language_are_not_said(city: str, language: str) -> None:
    assert in_city(city, language) is None


def test_ukrainian_u_and_v_follow_the_word_before() -> None:
    said = {
        after: [in_city(city, "uk", after=after) for city in ("Київ", "Одеса", "Львів")]
        for after in ("", "вже ", "уже десь")
    }
    assert said[""] == ["у Києві", "в Одесі", "у Львові"]
    assert said["вже "] == ["в Києві", "в Одесі", "у Львові"]
    assert said["уже десь"] == ["у Києві", "в Одесі", "у Львові"]


def test_every_row_of_our_own_is_whole_and_in_its_own_letters() -> None:
    lines = (SHIPPED / "cities_own.tsv").read_text(encoding="utf-8").splitlines()
    assert lines[0].split("\t") == "mn ru ru_in ru_from ru_to uk uk_in uk_from".split()
    seen: set[str] = set()
    for line in lines[1:]:
        mn, *rest = line.split("\t")
        ru, uk = rest[:4], rest[4:]
        for language, cells in (("mn", [mn]), ("ru", ru), ("uk", uk)):
            assert len({bool(cell) for cell in cells}) == 1, line
            for cell in cells:
                letters = {c for c in cell.lower() if c.isalpha()}
                assert letters <= LETTERS[language], line
                assert cell == "" or cell[0].isupper() or "-" in cell, line
        key = f"{ru[0]}|{uk[0]}|{mn}"
        assert key not in seen
        seen.add(key)
        for name in filter(None, (ru[0], uk[0], mn)):
            for language, own in (("ru", ru[0]), ("uk", uk[0])):
                if own:
                    assert in_table(name, language)
    assert sum(1 for line in lines if line.split("\t")[5]) > 130

from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from maracuja.language.detect import TEXT_CHARS_MAX, UNKNOWN, detect, language_of

OURS = ("ru", "uk", "en", "mn")


def share(place: Path, language: str, wanted: str) -> float:
    lines = (place / f"names/langid/sentences.{language}.txt").read_text().splitlines()
    assert len(lines) == 1000
    return float((detect(pl.Series(lines))["language"] == wanted).mean())


@pytest.mark.data
@pytest.mark.parametrize("language", OURS)
def test_sentences_of_our_languages(evaluation_data: Path, language: str) -> None:
    assert share(evaluation_data, language, language) >= 0.99


@pytest.mark.data
@pytest.mark.parametrize(
    ("language", "refused"), [("be", 0.97), ("kk", 0.99), ("mk", 0.9), ("sr", 0.9), ("bg", 0.7)]
)
def test_most_sentences_of_neighbours_are_refused(
    evaluation_data: Path, language: str, refused: float
) -> None:
    assert share(evaluation_data, language, UNKNOWN) >= refused


@pytest.mark.data
def test_no_test_sentence_stands_in_our_texts(evaluation_data: Path) -> None:
    shelf = files("maracuja.language") / "data" / "texts"
    for language in OURS:
        own = (shelf / f"{language}.txt").read_text(encoding="utf-8").lower()
        place = evaluation_data / f"names/langid/sentences.{language}.txt"
        lines = [line.strip().lower() for line in place.read_text().splitlines()]
        shared = [line for line in lines if len(line.split()) > 3 and line in own]
        assert shared == []


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Когда придёт мой заказ?", "ru"),
        ("Не пишите мне больше", "ru"),
        ("Коли прийде моє замовлення?", "uk"),
        ("Дякую, все добре", "uk"),
        ("When will my order arrive?", "en"),
        ("STOP", "en"),
        ("Миний захиалга хэзээ ирэх вэ?", "mn"),
        ("Сайн байна уу", "mn"),
        ("Миний захиалгын їнэ хэд вэ, хїргэлт єнєєдєр ирэх її", "mn"),
    ],
)
def test_short_messages(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "text",
    ["", " ", "👍👍", "+7 999 123-45-67", "你好", "Ўсё добра, дзякуй", "Қазақстан Республикасы",
     "Ђорђе је овде", "Grüße aus Köln, mein Schatz", "bayarlalaa, zakhialga khezee irekh ve",
     "privet, kogda budet dostavka"],
)  # fmt: skip
def test_other_letters_and_other_languages_are_unknown(text: str) -> None:
    assert language_of(text) == UNKNOWN


def test_a_column_keeps_its_order_and_its_nulls() -> None:
    texts = pl.Series(["Добрый вечер, друзья", None, "", "good evening", "a\nb\n\nc", "ҚҚҚ"])
    found = detect(texts)
    assert found.columns == ["language", "p"]
    assert found["language"].to_list() == ["ru", UNKNOWN, UNKNOWN, "en", "en", UNKNOWN]
    assert found["p"].to_list()[1:3] == [0.0, 0.0]
    assert found["p"][3] > 0.9
    assert detect(texts.head(0)).schema == found.schema


def test_a_text_is_read_the_same_alone_and_among_others() -> None:
    texts = ["Спасибо за совет", "Коли доставка?", "x", "", "Баярлалаа"] * 3000
    many = detect(pl.Series(texts))
    for n in (0, 1, 2, 3, 4, 8191, 8192, 8193, 14_999):
        one = detect(pl.Series([texts[n]]))
        assert many["language"][n] == one["language"][0]
        assert many["p"][n] == pytest.approx(one["p"][0], abs=1e-3)


def test_only_the_beginning_is_read() -> None:
    assert language_of("Добрый день, я хотел бы узнать, " * 20 + "їжак " * 1000) == "ru"
    assert TEXT_CHARS_MAX < 20 * 32

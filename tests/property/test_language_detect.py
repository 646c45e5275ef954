"""Any text has a language or none, and what stands around letters does not matter."""

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from maracuja.language.detect import UNKNOWN, detect, language_of

LANGUAGES = {"ru", "uk", "en", "mn", UNKNOWN}


@given(st.lists(st.none() | st.text(max_size=40), max_size=30))
def test_every_text_has_one_answer(texts: list[str | None]) -> None:
    found = detect(pl.Series(texts, dtype=pl.String))
    assert len(found) == len(texts)
    assert set(found["language"]) <= LANGUAGES
    assert found["p"].is_between(0, 1).all()
    assert (found.filter(pl.col("language") == UNKNOWN)["p"] == 0).all()


@given(
    st.text("0123456789 .,!?\n\t«»👍€№", max_size=20),
    st.sampled_from(["Где мой заказ?", "Де моє замовлення?", "Миний захиалга хаана байна вэ?"]),
)
def test_digits_and_signs_around_change_nothing(noise: str, text: str) -> None:
    assert language_of(f"{noise} {text} {noise}") == language_of(text) != UNKNOWN

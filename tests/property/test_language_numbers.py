"""Plural forms of columns and of single numbers agree; counts read back as their number."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maracuja.language.numbers import FORMS, NBSP, count, plural, plural_expr

WORDS = ("first", "second", "third")
WHOLE = st.integers(-(2**62), 2**62)
BROKEN = st.floats(-1e9, 1e9, allow_nan=False)


@pytest.mark.parametrize("language", list(FORMS))
@given(ns=st.lists(WHOLE | st.integers(-130, 130), max_size=20))
def test_integer_columns(language: str, ns: list[int]) -> None:
    forms = WORDS[: FORMS[language]]
    frame = pl.DataFrame({"n": ns}, schema={"n": pl.Int64})
    said = frame.select(plural_expr(pl.col("n"), forms, language)).to_series().to_list()
    assert said == [plural(n, forms, language) for n in ns]


@pytest.mark.parametrize("language", list(FORMS))
@given(ns=st.lists(BROKEN | st.integers(-130, 130).map(float), max_size=20))
def test_float_columns(language: str, ns: list[float]) -> None:
    forms = WORDS[: FORMS[language]]
    frame = pl.DataFrame({"n": ns}, schema={"n": pl.Float64})
    said = frame.select(plural_expr(pl.col("n"), forms, language)).to_series().to_list()
    assert said == [plural(n, forms, language) for n in ns]


@pytest.mark.parametrize("language", list(FORMS))
@given(n=WHOLE)
def test_a_count_reads_back(language: str, n: int) -> None:
    text = count(n, WORDS[: FORMS[language]], language).replace(NBSP, " ")
    digits, _, word = text.rpartition(" ")
    assert int(digits.replace(" ", "").replace(",", "")) == n
    assert word in WORDS

"""The decimals of currencies: never fewer than people are shown, and the same for a column."""

from __future__ import annotations

import polars as pl
import pytest
from babel.core import get_global

from maracuja.currencies import DIGITS, digits_expr, minor_digits, minor_units


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("UAH", 2), ("JPY", 0), ("KWD", 3), ("CLF", 4), ("RSD", 2), ("", 2), ("XYZ", 2)],
)
def test_digits_are_those_of_iso_4217(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    assert minor_units(currency) == 10**digits


def test_no_currency_is_kept_with_fewer_digits_than_cldr_shows() -> None:
    shown = {code: found[0] for code, found in get_global("currency_fractions").items()}
    assert {code for code, digits in shown.items() if minor_digits(code) < digits} == set()
    assert {code for code, digits in DIGITS.items() if shown.get(code, 2) != digits} == {"IQD"}


def test_a_column_of_codes_has_the_same_digits() -> None:
    codes = [*DIGITS, "UAH", None]
    found = pl.DataFrame({"code": codes}).select(digits_expr(pl.col("code"))).to_series()
    assert found.to_list() == [minor_digits(code or "") for code in codes]

"""How many decimals a currency has: in its minor units all money is kept, counted and shown.

The digits are ISO 4217's, not those that CLDR finds customary: kept by those, a price of
10.50 dinars would lose its half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import polars as pl

USUAL_DIGITS: Final = 2

DIGITS: Final[dict[str, int]] = {
    **dict.fromkeys(
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
    ),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
    **dict.fromkeys("CLF UYW".split(), 4),
}
"""The digits of the currencies that have other than USUAL_DIGITS, by code."""


def minor_digits(currency: str) -> int:
    """How many decimals amounts of a currency have, by its code in capitals; unknown ones two."""
    return DIGITS.get(currency, USUAL_DIGITS)


def minor_units(currency: str) -> int:
    """How many minor units make one of a currency: 100 for UAH, 1 for JPY."""
    units: int = 10 ** minor_digits(currency)
    return units


def digits_expr(currency: pl.Expr) -> pl.Expr:
    """minor_digits of a column of codes, Int64; a missing code has the usual two."""
    import polars as pl  # a heavy import that the command line's start must not pay

    return currency.replace_strict(DIGITS, default=USUAL_DIGITS, return_dtype=pl.Int64)

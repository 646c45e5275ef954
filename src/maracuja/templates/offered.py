"""What templates may say of a shop's offers to somebody: a coupon, an outlet, a balance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import polars as pl

COUPON: Final[Mapping[str, Any]] = {"coupon.code": pl.String(), "coupon.expires": pl.Date()}
OUTLET: Final[Mapping[str, Any]] = {
    "outlet.name": pl.String(),
    "outlet.address": pl.String(),
    "outlet.city": pl.String(),
    "outlet.phone": pl.String(),
    "outlet.url": pl.String(),
    "outlet.hours_today": pl.String(),
    "outlet.open_now": pl.Boolean(),
    "outlet.distance_km": pl.Float64(),
}
BONUS: Final[Mapping[str, Any]] = {
    "bonus.balance": pl.Int64(),
    "bonus.expires_on": pl.Date(),
    "bonus.expiring": pl.Int64(),
}
OFFERED: Final[Mapping[str, Any]] = {**COUPON, **OUTLET, **BONUS}
"""Every column, with its Polars type; they come beside those of the person."""

SAMPLES: Final[Mapping[str, Any]] = {
    "coupon.code": "SAMPLE-CODE-7K2M",
    "coupon.expires": date(2026, 12, 31),
    "outlet.name": "Maracuja",
    "outlet.address": "Main Street 1",
    "outlet.city": "Kyiv",
    "outlet.phone": "+380441234567",
    "outlet.url": "https://shop.example/outlets/1",
    "outlet.hours_today": "09:00–20:00",
    "outlet.open_now": True,
    "outlet.distance_km": 1.2,
    "bonus.balance": 12_500,
    "bonus.expires_on": date(2026, 12, 31),
    "bonus.expiring": 2_500,
}
"""What invented people are shown."""


def lacking(people: pl.DataFrame, reads: list[str]) -> pl.DataFrame:
    """The people with those of the columns that are read and not there, empty."""
    wanted = [name for name in reads if name in OFFERED and name not in people.columns]
    return people.with_columns(pl.lit(None, OFFERED[name]).alias(name) for name in wanted)


def shown(names: list[str]) -> list[pl.Expr]:
    """Sample values of those of the columns that are among the names."""
    return [pl.lit(SAMPLES[name], OFFERED[name]).alias(name) for name in names if name in OFFERED]

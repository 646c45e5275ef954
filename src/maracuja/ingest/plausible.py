"""Which values of a trait can be right, judged by its name and kind, as columns.

It must never correct a value: it only says which ones cannot be.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import polars as pl

_EMPTY: Final = (
    "", "-", "--", "?", "n/a", "na", "nan", "none", "null", "nil", "undefined", "unknown", "test",
    "тест", "нет", "немає", "ні", "asdf", "qwerty", "xxx", "(null)", "no name",
)  # fmt: skip
_PATTERNS: Final = {
    "email": r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$",
    "phone": r"^\+[1-9]\d{6,14}$",
    "language": r"^[A-Za-z]{2,3}([-_].*)?$",
    "timezone": r"^[A-Za-z_]+(/[A-Za-z0-9_+\-]+)*$",
    "country": r"^[A-Za-z]{2}$|^\p{L}[\p{L}\s.'’\-]{2,}$",
    "city": r"^\p{L}[^\d@]*$",
}
_NAMES: Final = ("first_name", "last_name", "name", "full_name", "patronymic", "middle_name")
_NAME: Final = r"^\p{L}[\p{L}\s.'’`\-]*$"
_GENDERS: Final = (
    "m", "f", "male", "female", "man", "woman", "м", "ж", "муж", "жен", "мужской", "женский",
    "чоловіча", "жіноча", "чол", "жін", "эр", "эм", "other", "x",
)  # fmt: skip
_OLDEST: Final = 120  # years


def implausible(name: str, values: pl.Series, now: datetime) -> pl.Series:
    """Whether each value cannot be right (Boolean, shape (n,)); null values can."""
    found = pl.Series([False] * len(values), dtype=pl.Boolean)
    if values.dtype == pl.String:
        text = values.str.strip_chars().str.to_lowercase()
        found = text.is_in(list(_EMPTY))
        if name == "gender":
            found = found | ~text.is_in(list(_GENDERS))
        elif pattern := _NAME if name in _NAMES else _PATTERNS.get(name, ""):
            found = found | ~values.str.strip_chars().str.contains(pattern)
    elif values.dtype in (pl.Date, pl.Datetime("us")):
        found = _never(name, values.cast(pl.Date), now)
    return found.fill_null(value=False)


def _never(name: str, days: pl.Series, now: datetime) -> pl.Series:
    """Days that cannot be: before anybody alive was born, or what has happened in the future."""
    today = now.date()
    oldest = today.replace(year=today.year - _OLDEST, day=1)
    if name in ("birthday", "created_at"):
        # The first day of 1900 or 1970 is what a form says that was given none.
        blank = ((days.dt.year() == 1900) | (days.dt.year() == 1970)) & (
            (days.dt.month() == 1) & (days.dt.day() == 1)
        )
        return (days < oldest) | (days > today) | (blank & (name == "birthday"))
    return days < oldest

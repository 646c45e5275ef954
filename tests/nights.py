"""Which cases run at each push, and which at night only: what runs by itself has an hour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest


def some_at_night(cases: Iterable[Any], *, every: int = 3) -> list[Any]:
    """Parameters: each `every`-th runs at each push, all of them at night."""
    return [
        case if n % every == 0 else pytest.param(case, marks=pytest.mark.nightly)
        for n, case in enumerate(cases)
    ]

"""Categories as shops write them: whether one lies below another."""

from __future__ import annotations

import re
from typing import Final

_PARTED: Final = re.compile(r"\s*[>/|»]\s*")
CHARS_MAX: Final = 200


def parts(category: str) -> tuple[str, ...]:
    """`Fishing > Rods` and `fishing/rods` are (fishing, rods)."""
    return tuple(one for one in _PARTED.split(category.strip().casefold()) if one)


def is_below(category: str, above: str) -> bool:
    """Whether a category is `above` itself, or lies below it."""
    upper = parts(above)
    return bool(upper) and parts(category)[: len(upper)] == upper

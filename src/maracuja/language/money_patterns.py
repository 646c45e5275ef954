"""A shop's own ways of writing amounts: CLDR patterns such as `#,##0₮`, by currency or language.

It only reads patterns; `numbers` writes the amounts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from maracuja.language.alphabets import LANGUAGES

_KEY: Final = re.compile(r"[A-Z]{3}")
_PATTERN: Final = re.compile(
    r"[^-#0-9@.,;%‰'\x00-\x1f]*"  # before the number
    r"(?P<number>(?!,)(?!\S*,,)[#,]*[0,]*0(?:\.(?=[0#])0{0,4}#{0,4})?)"
    r"(?![E+.,#0-9@])[^#0-9@;%‰'\x00-\x1f]*"  # after it
)
_WIDTH_MAX: Final = 40


def fault(patterns: Mapping[str, str]) -> str:
    """What is wrong with the patterns, by currency code (MNT) or language (mn); "" for nothing."""
    for key, pattern in patterns.items():
        if key not in LANGUAGES and not _KEY.fullmatch(key):
            known = ", ".join(LANGUAGES)
            return f"`{key}` is neither a currency such as MNT nor a language of {known}"
        shown = _PATTERN.fullmatch(pattern)
        if shown is None or len(pattern) > _WIDTH_MAX or pattern.count("¤") > 1:
            return f"`{pattern}` of {key} is no pattern of an amount"
    return ""


def written(patterns: Mapping[str, str]) -> str:
    """The patterns as one text, which `chosen` reads; "" for none."""
    return "\n".join(f"{key} {pattern}" for key, pattern in sorted(patterns.items()))


def chosen(patterns: str, currency: str, language: str) -> str:
    """The pattern for an amount, of its currency before that of the language; "" for the usual."""
    found = _read(patterns)
    return found.get(currency) or found.get(language) or ""


def number_of(pattern: str) -> str:
    """The part of a pattern that stands for the number, such as #,##0.00."""
    found = _PATTERN.fullmatch(pattern)
    return found["number"] if found else ""


@lru_cache(maxsize=16)
def _read(patterns: str) -> dict[str, str]:
    lines = (line.partition(" ") for line in patterns.split("\n") if line)
    return {key: pattern for key, _, pattern in lines}

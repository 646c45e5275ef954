"""Reads what the preference page was left with; what is not there was not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from maracuja.api.link_words import LANGUAGES
from maracuja.runtime.preferences import Chosen

OFTEN: Final = "often."


def chosen_in(fields: Mapping[str, Sequence[str]]) -> Chosen:
    """How somebody likes to hear, of the fields of the page; nonsense counts as not said."""
    every = {
        name.removeprefix(OFTEN): days
        for name, values in fields.items()
        if name.startswith(OFTEN) and (days := _number(values)) is not None
    }
    hours = None
    if "hours" in fields.get("asked", ()):
        start, end = _number(fields.get("from", ())), _number(fields.get("until", ()))
        hours = (0, 0) if start is None or end is None else (start, end)
    language = next(iter(fields.get("write_in", ())), "")
    return Chosen(
        every_days=every,
        hours=hours,
        pause_days=_number(fields.get("pause", ())),
        language=language if language in LANGUAGES else None,
        objects="objects" in fields if "objects" in fields.get("asked", ()) else None,
    )


def _number(values: Sequence[str]) -> int | None:
    text = next(iter(values), "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None

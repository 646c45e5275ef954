"""The names whose forms we wrote by hand, because the rules get them wrong.

It holds exceptions only; what follows the rules is never listed.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from maracuja.language.alphabets import yo_free

Cases = tuple[str, str, str, str, str, str]
"""gen, dat, acc, ins, prep, voc."""

_CASES: Final = 6


@cache
def _listed() -> dict[tuple[str, str, str], list[str]]:
    text = (files("maracuja.language") / "data" / "own_forms.txt").read_text(encoding="utf-8")
    found = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            language, gender, name, *forms = line.split(" ")
            found[language, gender, yo_free(name.lower())] = forms
    return found


def own_cases(name: str, gender: str, language: str) -> Cases | None:
    """The listed cases of a name; None when it has none of its own."""
    listed = _listed().get((language, gender, yo_free(name.lower())))
    if listed is None or listed[0] == "like":
        return None
    if listed == ["same"]:
        listed = [name] * _CASES
    gen, dat, acc, ins, prep, voc = listed
    return gen, dat, acc, ins, prep, voc


def declined_like(name: str, gender: str, language: str) -> str:
    """The name whose oblique forms this one takes; itself when none is listed."""
    listed = _listed().get((language, gender, name.lower()))
    return listed[1] if listed is not None and listed[0] == "like" else name

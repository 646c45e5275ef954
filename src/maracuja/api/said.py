"""Our own sentences in the reader's language: lints, advice and refusals, by tables in `words/`.

What somebody has written is never translated, and a sentence that no table knows stays English.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, TypeVar

from maracuja.api.link_words import pick_language

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

ENGLISH: Final = "en"  # as the sentences themselves are
# `{}` in an English sentence; `{0}` and `{1}` in others where their order differs.
GAP: Final = re.compile(r"\{(\d?)\}")
_ENDS: Final = re.compile(r"(?<=[.?!]) (?=[A-Z«`])")
_OPEN: Final = r"(?<!\.)"
_QUOTES: Final = ("`", "«", "“", "'", '"')
# Of a finding, a fault, a run that is held, a matter that needs somebody.
_SENTENCES: Final = frozenset({"message", "fix", "why", "held", "detail"})

Texts = Mapping[str, str]  # by language
F = TypeVar("F", bound="DataclassInstance")


@cache
def tables() -> dict[str, Texts]:
    """Every sentence that is known in other languages, as `words/*.toml` have it."""
    found: dict[str, Texts] = {}
    for file in sorted(files("maracuja.api").joinpath("words").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            found |= tomllib.loads(file.read_text("utf-8"))
    return found


def said(sentence: str, language: str) -> str:
    """The sentence in that language; as it is where it is not known there."""
    return translated(sentence, language) or sentence


def translated(sentence: str, language: str) -> str:
    """The sentence in that language; '' where it is not known there.

    Of several sentences all have to be known; a finding that became an error has a full stop more;
    the lines of a text that a sentence points at stay.
    """
    if not sentence or language == ENGLISH:
        return ""
    head, line, shown = sentence.partition("\n")
    if line:
        told = translated(head, language)
        return told and told + line + shown
    if whole := _one(sentence, language):
        return whole
    parts = _ENDS.split(sentence)
    if len(parts) > 1:
        every = [translated(part, language) for part in parts]
        return " ".join(every) if all(every) else ""
    bare = _one(sentence[:-1], language) if sentence.endswith(".") else ""
    return bare and f"{bare}."


def _one(sentence: str, language: str) -> str:
    known = tables().get(sentence)
    if known is not None:
        return known.get(language, "")
    for pattern, quoted, texts in _patterns():
        match = pattern.fullmatch(sentence)
        if match and language in texts:
            gaps = [
                value if own else _one(value, language) or value
                for value, own in zip(match.groups(), quoted, strict=True)
            ]
            return _filled(texts[language], gaps)
    return ""


def _filled(text: str, gaps: Sequence[str]) -> str:
    rest = iter(gaps)
    return GAP.sub(lambda gap: gaps[int(gap[1])] if gap[1] else next(rest), text)


@cache
def _patterns() -> list[tuple[re.Pattern[str], tuple[bool, ...], Texts]]:
    """Sentences with gaps, those that leave least to their gaps first.

    With each gap stands whether it is quoted: what somebody has written, and no word of ours.
    A gap at the end leaves a full stop to the sentence.
    """
    gapped = [one for one in tables() if GAP.search(one)]
    gapped.sort(key=lambda one: len(GAP.sub("", one)), reverse=True)
    return [
        (
            re.compile(
                "(.*?)".join(map(re.escape, one.split("{}"))) + _OPEN * one.endswith("{}"),
                re.DOTALL,
            ),
            tuple(before.endswith(_QUOTES) for before in one.split("{}")[:-1]),
            tables()[one],
        )
        for one in gapped
    ]


def in_words(found: F, language: str) -> F:
    """A finding, a fault or what else tells its reason, with its sentences in that language."""
    mine = [one.name for one in fields(found) if one.name in _SENTENCES]
    return replace(found, **{name: said(getattr(found, name), language) for name in mine})


def told_in(body: dict[str, Any], accepted: str) -> dict[str, Any]:
    """A refusal with `says` and `says_fix` beside the English, where they are known.

    `accepted` is the caller's Accept-Language.
    """
    language = pick_language(accepted)
    says = translated(body["detail"], language)
    if not says:
        return body
    return {**body, "says": says, "says_fix": said(body["fix"], language)}

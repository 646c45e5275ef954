"""From raw mappings to records: tags filled in, dates as texts, faults with their path and a fix.

It must never raise anything but SegmentError, whatever it is given.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

import msgspec

from maracuja.errors import SegmentError

T = TypeVar("T")

DEPTH_MAX: Final = 12
CONDITIONS_MAX: Final = 500
VALUES_MAX: Final = 10_000
NUMBER_MAX: Final = 9_007_199_254_740_992  # whole numbers that a DOUBLE holds exactly
GROUPS: Final = ("all", "any", "none")

_PATH = re.compile(r"^(?P<what>.*?)(?: - at `(?:key in )?(?P<path>[^`]*)`)?$", re.DOTALL)
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]*)`")


def near(name: str, known: Iterable[str]) -> str:
    """A sentence that proposes known names like this one, or nothing."""
    lowered = {k.lower(): k for k in known}
    found = difflib.get_close_matches(name.lower(), list(lowered), n=3, cutoff=0.5)
    return f"Did you mean {' or '.join(repr(lowered[f]) for f in found)}?" if found else ""


def clean(raw: object, where: str, words: Sequence[str]) -> list[object]:
    """The conditions with the tag `if` filled in from the key that names each.

    Limits: nesting of DEPTH_MAX, CONDITIONS_MAX conditions, lists of VALUES_MAX values.
    """
    budget = [CONDITIONS_MAX]
    return _conditions(raw, where, words, DEPTH_MAX, budget)


def _conditions(
    raw: object, where: str, words: Sequence[str], depth: int, budget: list[int]
) -> list[object]:
    if isinstance(raw, Mapping):
        raw = [raw]
    if not isinstance(raw, list) or not raw:
        raise SegmentError(
            "There are no conditions.",
            where=where,
            fix="Write a list, such as [{trait: city, is: Odesa}].",
        )
    if depth == 0:
        raise SegmentError(
            f"Conditions are nested deeper than {DEPTH_MAX}.",
            where=where,
            fix="Name the inner part as a segment of its own.",
        )
    return [_condition(item, f"{where}[{i}]", words, depth, budget) for i, item in enumerate(raw)]


def _condition(
    raw: object, where: str, words: Sequence[str], depth: int, budget: list[int]
) -> dict[str, object]:
    budget[0] -= 1
    if budget[0] < 0:
        raise SegmentError(
            f"There are more than {CONDITIONS_MAX} conditions.",
            where=where,
            fix="Split it into segments and refer to them by {segment: id}.",
        )
    if not isinstance(raw, Mapping):
        raise SegmentError(
            "A condition is a mapping.", where=where, fix="Such as {trait: city, is: Odesa}."
        )
    if not all(isinstance(key, str) for key in raw):
        odd = next(key for key in raw if not isinstance(key, str))
        raise SegmentError(f"The key {odd!r} is not a text.", where=where, fix="Put it in quotes.")
    found = dict(raw)
    tag = _tag(found, where, words)
    if tag in GROUPS:
        found[tag] = _conditions(found.get(tag), f"{where}.{tag}", words, depth - 1, budget)
        return {"if": tag, **found}
    return {"if": tag, **{k: _value(v, f"{where}.{k}", DEPTH_MAX) for k, v in found.items()}}


def _tag(found: dict[str, object], where: str, words: Sequence[str]) -> str:
    if "if" in found:
        tag = found.pop("if")
        if tag in words:
            return str(tag)
        raise SegmentError(
            f"There is no condition {tag!r}.", where=where, fix=near(str(tag), words)
        )
    named = [key for key in found if key in words]
    if len(named) == 1:
        return named[0]
    if named:
        raise SegmentError(
            f"One condition cannot be both {named[0]!r} and {named[1]!r}.",
            where=where,
            fix="Make two conditions of it.",
        )
    hints = [hint for key in found if (hint := near(key, words))]
    raise SegmentError(
        f"It is not said what this condition is about (keys: {', '.join(found) or 'none'}).",
        where=where,
        fix=hints[0] if hints else f"It needs one of {', '.join(words)}.",
    )


def _value(raw: object, where: str, depth: int) -> object:
    """YAML's dates as ISO texts; limits on lists; texts without control characters."""
    if isinstance(raw, date):  # a datetime is one too
        return raw.isoformat()
    if isinstance(raw, str):
        if any(ord(c) < 32 or 0xD800 <= ord(c) <= 0xDFFF for c in raw):
            raise SegmentError(
                "The text holds a control character.", where=where, fix="Remove it."
            )
        return raw
    if isinstance(raw, int | float) and not abs(raw) <= NUMBER_MAX:
        raise SegmentError(
            f"Numbers lie between -{NUMBER_MAX} and {NUMBER_MAX}.", where=where, fix="Correct it."
        )
    if depth == 0 or (isinstance(raw, list | Mapping) and len(raw) > VALUES_MAX):
        raise SegmentError(
            f"More than {VALUES_MAX} values, or nested too deep.",
            where=where,
            fix="Import a trait and compare that instead.",
        )
    if isinstance(raw, list):
        return [_value(v, f"{where}[{i}]", depth - 1) for i, v in enumerate(raw)]
    if isinstance(raw, Mapping):
        if "" in raw or not all(isinstance(k, str) for k in raw):
            raise SegmentError("A key is not a text.", where=where, fix="Put it in quotes.")
        return {k: _value(v, f"{where}.{k}", depth - 1) for k, v in raw.items()}
    return raw


def convert(raw: object, to: type[T] | Any, where: str, fields: Sequence[str]) -> T:
    """The record of cleaned input; a fault becomes a SegmentError with its path.

    `fields` are all known field names, for proposals.
    """
    try:
        return msgspec.convert(raw, to)
    except (msgspec.ValidationError, RecursionError, OverflowError) as fault:
        raise _fault(str(fault), where, fields) from None


def _fault(text: str, where: str, fields: Sequence[str]) -> SegmentError:
    match = _PATH.match(text)
    assert match is not None
    path = (match["path"] or "").removeprefix("$").removeprefix(".")
    place = where + path if path.startswith("[") else ".".join(p for p in (where, path) if p)
    what = match["what"].replace("Object", "It").replace("`str`", "a text").replace("`", "'")
    unknown = _UNKNOWN.search(text)
    return SegmentError(
        what + ("" if what.endswith(".") else "."),
        where=place,
        fix=near(unknown["name"], fields) if unknown else "",
    )


def readable_schema(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """The JSON Schema of the type as people write it: the tag may be left out."""
    found: dict[str, Any] = msgspec.json.schema(kind)
    for component in found["$defs"].values():
        required = component.get("required", [])
        if "if" in required:
            required.remove("if")
        _anyof_without_discriminator(component)
    return found


def _anyof_without_discriminator(node: object) -> None:
    """`discriminator` promises that the tag is there; without it `anyOf` alone decides."""
    if isinstance(node, dict):
        node.pop("discriminator", None)
        for value in node.values():
            _anyof_without_discriminator(value)
    elif isinstance(node, list):
        for value in node:
            _anyof_without_discriminator(value)

"""What differs between two versions of a definition, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

import msgspec
from sqlalchemy import Connection

from maracuja.store import definitions

_NOTHING: Any = object()


@dataclass(frozen=True)
class Change:
    """One place (`variants[0].subject`): what stood there, and what stands there now.

    `added` and `removed` say that there was nothing before, or is nothing any more.
    """

    place: str
    before: Any
    after: Any
    added: bool
    removed: bool


def between(conn: Connection, kind: str, name: str, old: int, new: int) -> list[Change]:
    """What the version `new` changed since `old`, in the order of the definition.

    A version that says gone has nothing in it. Raises NotFound.
    """
    bodies = [definitions.get(conn, kind, name, one).body for one in (old, new)]
    before, after = (msgspec.json.decode(body) if body else {} for body in bodies)
    return list(_changes("", before, after))


def _changes(place: str, before: Any, after: Any) -> Iterator[Change]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            inner = f"{place}.{key}" if place else str(key)
            yield from _changes(inner, before.get(key, _NOTHING), after.get(key, _NOTHING))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _in_lists(place, before, after)
    else:
        added, removed = before is _NOTHING, after is _NOTHING
        yield Change(place, None if added else before, None if removed else after, added, removed)


def _in_lists(place: str, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """What was put in, taken out or changed: what stands on both sides is not told of."""
    said = [[msgspec.json.encode(one).decode() for one in side] for side in (before, after)]
    matcher = SequenceMatcher(a=said[0], b=said[1], autojunk=False)
    for how, low, high, begin, end in matcher.get_opcodes():
        if how == "equal":
            continue
        pairs = zip_longest(before[low:high], after[begin:end], fillvalue=_NOTHING)
        for n, (old, new) in enumerate(pairs):
            at = low + n if new is _NOTHING else begin + n
            yield from _changes(f"{place}[{at}]", old, new)

"""Which traits and properties exist: their types, how often, examples, and how private they are.

The privacy class is a first guess by name and example, made once: afterwards only people edit it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np
import numpy.typing as npt

from maracuja.ingest import addresses
from maracuja.ingest.columns import Sparse, infer_type, is_name
from maracuja.model import Discovery, Privacy, TraitType

SAMPLES_MAX: Final = 5
SAMPLE_CHARS_MAX: Final = 80

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+")
_SENSITIVE: Final = frozenset(
    "health medical disease diagnosis illness pregnant pregnancy disability religion religious"
    " faith church ethnicity ethnic race political politics party orientation sexual sexuality"
    " union genetic biometric criminal passport ssn".split()
)
_PERSONAL: Final = frozenset(
    "email mail phone mobile telephone name firstname lastname surname patronymic username"
    " address street postcode zip birthday birthdate birth dob ip latitude longitude"
    " token iban card avatar".split()
)
# Names of things rather than of people.
_OF_THINGS: Final = frozenset(
    "product campaign event plan app library os device category list coupon promotion page screen"
    " file store shop brand network referrer".split()
)


def guess_privacy(name: str, samples: Iterable[str] = (), *, scope: str = "trait") -> Privacy:
    """The privacy class by the words of a name, else by examples that are addresses of people.

    A plain `name` is a person's among traits, and a product's or a page's among properties.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    if scope != "trait" and words == ["name"]:
        return Privacy.PUBLIC
    if _SENSITIVE.intersection(words):
        return Privacy.SENSITIVE
    about_things = _OF_THINGS.intersection(words) and not {"ip", "token", "email"} & set(words)
    if _PERSONAL.intersection(words) and not about_things:
        return Privacy.PERSONAL
    if any(addresses.email(sample) for sample in samples):
        return Privacy.PERSONAL
    return Privacy.PUBLIC


def discover(
    found: Mapping[str, Sparse],
    codes: npt.NDArray[np.int64],
    events: Sequence[str],
    *,
    scope: str,
    types: Mapping[str, TraitType],
    span: tuple[int, int],
    times: npt.NDArray[np.int64] | None = None,
) -> list[Discovery]:
    """What the batch shows, one row per (event, name) in order of both; odd names are left out.

    `codes` of shape (n,) says which of `events` each row is, `times` of shape (n,) how often it
    occurs (once without it); `types` are the columns' types by name, others are inferred; `span`
    is the first and last moment of arrival in micros.
    """
    rows: list[Discovery] = []
    for name in sorted(found):
        if scope != "trait" and not is_name(name):
            continue
        sparse = found[name]
        at = np.asarray(sparse.rows, dtype=np.int64)
        present, first, group = np.unique(codes[at], return_index=True, return_inverse=True)
        seen = np.bincount(group, None if times is None else times[at]).astype(np.int64)
        kind = types.get(name) or infer_type(sparse.values[:1000])
        for code, where, count in zip(
            *map(np.ndarray.tolist, (present, first, seen)), strict=True
        ):
            if count:
                value = sparse.values[where]
                rows.append(discovery(scope, events[code], name, kind, span, count, value))
    return sorted(rows, key=lambda row: (row.event, row.name))


def discovery(
    scope: str,
    event: str,
    name: str,
    kind: TraitType,
    span: tuple[int, int],
    seen: int,
    example: Any,
) -> Discovery:
    """What one column shows: `example` is one of its values, kept only where it is nobody's."""
    own = name.partition(".")[2] if scope != "trait" else name
    shown = example if isinstance(example, str) else msgspec.json.encode(example).decode()
    privacy = guess_privacy(own, (shown,), scope=scope)
    # Examples of personal values would be one more place to erase people from.
    samples = () if privacy > Privacy.PUBLIC else (_printable(shown),)
    return Discovery(
        scope=scope,
        event=event,
        name=own,
        type=kind,
        first_seen_us=span[0],
        last_seen_us=span[1],
        seen=seen,
        samples=samples,
        privacy=privacy,
    )


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text[:SAMPLE_CHARS_MAX])

"""Which of our languages a text is written in, by the letters and their neighbours.

It reads texts, never people: a person's language is not to be guessed from a name.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float32]
Codes = npt.NDArray[np.intp]

UNKNOWN: Final = "unknown"
TEXT_CHARS_MAX: Final = 400  # the beginning of a text tells its language
_ROWS: Final = 8192  # at once, so that memory does not grow with the column
_NEAR: Final = ("be", "bg", "kk", "mk", "sr")  # neighbours we only know in order to refuse them
_CYRILLIC: Final = "абвгдежзийклмнопрстуфхцчшщьюяёыэъіїєґөү"
_REFUSED: Final = frozenset((*_NEAR, "translit"))
# what a class gets before the first letter: neighbours seldom write to a shop; Russian has fewer
# letters of its own than Ukrainian, and held-out lines of our texts are balanced by this much
_PRIORS: Final = dict.fromkeys(_REFUSED, -5.0) | {"ru": 1.0}
_SPACE, _OTHER = 0, 1
_END: Final = ord("\n")
_TEMPER: Final = 0.35  # neighbouring trigrams tell the same thing more than once
_SMOOTH: Final = (30.0, 2.0)  # weight of the shorter context, for three and two letters
_OLD_FONT: Final = str.maketrans("өү", "єї")  # Mongolian typed with an old font
_LATIN_OF: Final = dict(
    zip(
        "абвгдежзийклмнопрстуфхцчшщьюяёыэъіїєґөү",
        "a b v g d e zh z i i k l m n o p r s t u f kh ts ch sh shch  yu ya yo y e  "
        "i yi ye g u u".split(" "),
        strict=True,
    )
)


class _Model(NamedTuple):
    """`places` maps a code point to its number; `table[a, b, c]` the log chance per class."""

    places: npt.NDArray[np.uint8]
    size: int
    table: Floats
    classes: tuple[str, ...]


def language_of(text: str) -> str:
    """ru, uk, en, mn, or "unknown" when it is more likely wrong than right."""
    return languages_of([text])[0]


def languages_of(texts: Sequence[str]) -> list[str]:
    """`language_of` of each text, all read at once."""
    found = detect(pl.Series(texts, dtype=pl.String))
    sure = pl.when(pl.col("p") >= 0.5).then("language").otherwise(pl.lit(UNKNOWN))
    return found.select(sure.alias("language"))["language"].to_list()


def detect(texts: pl.Series) -> pl.DataFrame:
    """The language of each text and how sure that is: columns language and p, in order.

    Texts without letters, nulls, and texts in letters or words of other languages are
    "unknown" with p 0.
    """
    starts = range(0, len(texts), _ROWS)
    frames = [_detected(texts.slice(start, _ROWS).to_list()) for start in starts]
    empty = pl.DataFrame(schema={"language": pl.String, "p": pl.Float64})
    return pl.concat([empty, *frames])


def _detected(texts: Sequence[str | None]) -> pl.DataFrame:
    cut = [text[:TEXT_CHARS_MAX].replace("\n", " ") if text else "" for text in texts]
    # two line ends between texts, so that no three letters come from two texts
    joined = "\n\n".join(["", *cut, ""]).lower()
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    starts = np.flatnonzero(points == _END)[:-2:2]
    cyrillic, latin = _models()
    scores, letters, foreign = _scored(points, starts, cyrillic)
    names, p = _best(scores, letters, foreign, cyrillic.classes)
    has_latin = (points >= 97) & (points <= 122)
    if has_latin.any():
        roman, roman_letters, accents = _scored(points, starts, latin)
        roman_names, roman_p = _best(roman, roman_letters, accents, latin.classes)
        mostly = roman_letters > letters
        names, p = np.where(mostly, roman_names, names), np.where(mostly, roman_p, p)
    return pl.DataFrame({"language": names.tolist(), "p": p.astype(np.float64)})


def _scored(
    points: npt.NDArray[np.uint32], starts: Codes, model: _Model
) -> tuple[Floats, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Per text: the log chance under each class, its letters, its foreign letters."""
    codes = model.places[np.minimum(points, len(model.places) - 1)]
    foreign = np.add.reduceat((codes == _OTHER).astype(np.int64), starts)
    letters = np.add.reduceat((codes > _OTHER).astype(np.int64), starts)
    keep = (codes != _SPACE) | (np.roll(codes, 1) != _SPACE) | (points == _END)
    codes = codes[keep].astype(np.intp)
    begins = np.flatnonzero(points[keep] == _END)[:-2:2]
    index = (codes[:-2] * model.size + codes[1:-1]) * model.size + codes[2:]
    known = model.table[index]
    return np.add.reduceat(known, begins, axis=0), letters, foreign


def _best(
    scores: Floats,
    letters: npt.NDArray[np.int64],
    foreign: npt.NDArray[np.int64],
    classes: tuple[str, ...],
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.float64]]:
    scores = scores + np.array([_PRIORS.get(name, 0.0) for name in classes], np.float32)
    tempered = (scores - scores.max(axis=1, keepdims=True)) * _TEMPER
    chances = np.exp(tempered)
    chances /= chances.sum(axis=1, keepdims=True)
    top = chances.argmax(axis=1)
    names = np.array([UNKNOWN if name in _REFUSED else name for name in classes])[top]
    p = chances[np.arange(len(top)), top].astype(np.float64)
    unread = (letters == 0) | (foreign * 40 > letters) | (names == UNKNOWN)
    return np.where(unread, UNKNOWN, names), np.where(unread, 0.0, p)


@lru_cache(maxsize=1)
def _models() -> tuple[_Model, _Model]:
    own = {name: _text(name) for name in ("ru", "uk", "mn", *_NEAR)}
    translit = " ".join(own[name] for name in ("ru", "uk", "mn")).lower()
    roman = {"en": _text("en"), "translit": "".join(_LATIN_OF.get(c, c) for c in translit)}
    own["mn"] += own["mn"].translate(_OLD_FONT)
    return (
        _trained(own, _CYRILLIC, other="\u0400-\u052f"),
        _trained(roman, "abcdefghijklmnopqrstuvwxyz", other="\u00df-\u024f"),
    )


def _text(name: str) -> str:
    place = files("maracuja.language") / "data" / "texts" / f"{name}.txt"
    return place.read_text(encoding="utf-8").lower()


def _trained(texts: dict[str, str], alphabet: str, *, other: str) -> _Model:
    """Chances of a letter after the two before it, smoothed by shorter contexts."""
    places = np.zeros(0x600, dtype=np.uint8)
    first, last = other[0], other[-1]
    places[ord(first) : ord(last) + 1] = _OTHER
    for n, letter in enumerate(alphabet, start=2):
        places[ord(letter)] = n
    size = len(alphabet) + 2
    tables = [_chances(text, places, size) for text in texts.values()]
    table = np.stack(tables, axis=-1).reshape(size**3, len(texts))
    return _Model(places, size, table, tuple(texts))


def _chances(text: str, places: npt.NDArray[np.uint8], size: int) -> Floats:
    points = np.frombuffer(f" {text} ".encode("utf-32-le"), np.uint32)
    codes = places[np.minimum(points, len(places) - 1)].astype(np.intp)
    codes = codes[(codes != _SPACE) | (np.roll(codes, 1) != _SPACE)]
    three = np.zeros((size, size, size), dtype=np.float32)
    np.add.at(three, (codes[:-2], codes[1:-1], codes[2:]), 1)
    two, one = three.sum(axis=0), three.sum(axis=(0, 1))
    one = (one + 0.05) / (one + 0.05).sum()
    two = (two + _SMOOTH[1] * one) / (two.sum(axis=1, keepdims=True) + _SMOOTH[1])
    chance = (three + _SMOOTH[0] * two) / (three.sum(axis=2, keepdims=True) + _SMOOTH[0])
    logs: Floats = np.log(chance)
    logs[:, _SPACE, _SPACE] = 0
    return logs

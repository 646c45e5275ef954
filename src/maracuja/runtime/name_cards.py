"""Name cards as they are kept in the lake: what a name came to is not found out twice.

It must never hold a name as it was given or a surname: cards are found again by a hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import product
from pathlib import Path, PurePosixPath
from typing import Final, NamedTuple

import polars as pl
from sqlalchemy import Connection

from maracuja.lake.files import Place, locate, natural_name, write_frame
from maracuja.language import cards
from maracuja.language.told import every
from maracuja.model import FileKind, LakeFile, Profile, micros
from maracuja.store import manifest
from maracuja.templates.wording import LANGUAGES, PATRONYMIC

KEPT: Final = {"key": pl.Int64(), **{k: v for k, v in cards.CARD_SCHEMA.items() if k != "raw"}}
"""The columns of a kept card: its key in place of the name as it was given."""
FILES_MAX: Final = 8  # more are merged into one


class NameCards:
    """The cards known so far, to be called by templates; those of `fresh` are not kept yet."""

    def __init__(self, known: pl.DataFrame) -> None:
        self._known = known
        self._fresh: list[pl.DataFrame] = []

    def __call__(self, people: pl.DataFrame, language: str) -> pl.DataFrame:
        """A card for each distinct row (raw, told); unknown ones are made and remembered."""
        asked = people.with_columns(key=cards.keys(people, language))
        known = asked.join(self._known.drop("told"), on="key", how="inner")
        unknown = asked.join(self._known, on="key", how="anti", maintain_order="left")
        if not unknown.height:
            return known
        made = cards.make_cards(unknown.select("raw", "told"), language)
        made = made.with_columns(key=unknown["key"])
        kept = made.select(list(KEPT)).unique("key", keep="first", maintain_order=True)
        self._known = pl.concat([self._known, kept])
        self._fresh.append(kept)
        return pl.concat([known, made.select(known.columns)])

    def take_fresh(self) -> pl.DataFrame:
        """The cards made since the last call, to be written down; shape (n, columns of KEPT)."""
        fresh = pl.concat([pl.DataFrame(schema=KEPT), *self._fresh])
        self._fresh = []
        return fresh


class Dropped(NamedTuple):
    """Files that went, what stands in their place, and how many cards were dropped."""

    dead: tuple[str, ...]
    new: tuple[LakeFile, ...]
    cards: int


def load(conn: Connection, root: Path, now: datetime) -> NameCards:
    """The kept cards of the rules in force; those of older rules are made anew when needed."""
    files = [file for file in live(conn, now) if _is_current(file)]
    return NameCards(_read(root, files))


def live(conn: Connection, now: datetime) -> list[LakeFile]:
    """The files of kept cards."""
    return manifest.live(conn, [FileKind.NAMES], micros(now))


def write(root: Path, name: str, fresh: pl.DataFrame, *, number: int, now: datetime) -> LakeFile:
    """Write cards down; the row of the manifest. Equal cards give equal bytes."""
    day = now.date().isoformat()
    place = Place(
        path=f"names/{cards.rules_version()}/{name}.parquet",
        kind=FileKind.NAMES,
        day=day,
        low=number,
        high=number,
    )
    return write_frame(root, place, fresh.sort("key"), now=now)


def outdated(files: Sequence[LakeFile]) -> bool:
    """Whether the files should be merged: too many of them, or of rules that changed."""
    return len(files) > FILES_MAX or any(not _is_current(file) for file in files)


def merge(root: Path, files: Sequence[LakeFile], now: datetime) -> Dropped:
    """One file in the place of several, without the cards of older rules and without doubles."""
    current = _read(root, [file for file in files if _is_current(file)])
    before = sum(file.rows for file in files)
    kept = current.unique("key", keep="first", maintain_order=True)
    return _replaced(root, files, kept, before - kept.height, now)


def without(root: Path, files: Sequence[LakeFile], keys: Iterable[int], now: datetime) -> Dropped:
    """The files that hold cards of these keys, written again without them."""
    leaving = pl.Series("key", sorted(set(keys)), dtype=pl.Int64)
    dead: list[str] = []
    new: list[LakeFile] = []
    dropped = 0
    for file in files:
        if not _is_current(file):  # of no use any more
            dead.append(file.path)
            continue
        frame = _read(root, [file])
        left = frame.filter(~pl.col("key").is_in(leaving.implode()))
        if left.height < frame.height:
            one = _replaced(root, [file], left, frame.height - left.height, now)
            dead += one.dead
            new += one.new
            dropped += one.cards
    return Dropped(tuple(dead), tuple(new), dropped)


def keys_of(person: Profile) -> set[int]:
    """The keys of every card that a person's names may have made, in any language."""
    known = {
        name: str(trait.value).strip()
        for name, trait in person.traits.items()
        if name.endswith("name") or f"person.{name}" == PATRONYMIC
    }
    patronymic = known.get(PATRONYMIC.removeprefix("person."), "")
    raws = set(known.values()) | {f"{name} {patronymic}" for name in known.values()}
    made = product(sorted(raws), every(), LANGUAGES)
    return {cards.key(raw, told, language) for raw, told, language in made}


def _replaced(
    root: Path, files: Sequence[LakeFile], left: pl.DataFrame, dropped: int, now: datetime
) -> Dropped:
    dead = tuple(file.path for file in files)
    if not left.height:
        return Dropped(dead, (), dropped)
    name = f"merged-{natural_name(*dead, micros(now))}"
    low = min(file.low for file in files)
    return Dropped(dead, (write(root, name, left, number=low, now=now),), dropped)


def _read(root: Path, files: Sequence[LakeFile]) -> pl.DataFrame:
    frames = [pl.read_parquet(locate(root, file.path), glob=False) for file in files]
    return pl.concat([pl.DataFrame(schema=KEPT), *(frame.select(list(KEPT)) for frame in frames)])


def _is_current(file: LakeFile) -> bool:
    return PurePosixPath(file.path).parts[1] == cards.rules_version()

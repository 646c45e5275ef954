"""How good what is known about people is, trait by trait: complete, valid, fresh, agreed upon.

It reads the profile copy with the rows newer than it, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import polars as pl
from sqlalchemy import Connection

from maracuja.errors import NotFound
from maracuja.ingest.plausible import implausible
from maracuja.lake.files import of_kind
from maracuja.lake.profiles import copied_rev, read_profiles
from maracuja.links.statements import STILL
from maracuja.model import FileKind, Privacy, TraitSource, TraitType, micros, unpack_meta
from maracuja.runtime.launch_ground import Ground, trait_types
from maracuja.runtime.launch_newer import newer_profiles
from maracuja.store import discovered, disputed, manifest, people, traits

FRESH_DAYS: Final = 365
DAY_S: Final = 86_400
EXAMPLES: Final = 10
COMPLETE_BELOW: Final = 0.5  # below these shares something is to be done
VALID_BELOW: Final = 0.99
FRESH_BELOW: Final = 0.5
DISPUTED_ABOVE: Final = 0.01


@dataclass(frozen=True)
class TraitQuality:
    """One trait: of `people` so many have it (`known`), and what of these is right, new, agreed.

    `sources` counts who said it, `median_days` is the age of half of them, `todo` what to do.
    """

    name: str
    people: int
    known: int
    complete: float
    valid: float | None
    implausible: int
    fresh: float | None
    median_days: int | None
    expired: int
    conflicting: int
    sources: dict[str, int]
    todo: tuple[str, ...]


@dataclass(frozen=True)
class Doubt:
    """Somebody of whom a trait may be wrong; `value` is empty where it is not to be shown."""

    pid: int
    value: str
    why: str


@dataclass(frozen=True)
class TraitDoubts:
    """A trait with some of those of whom it may be wrong."""

    quality: TraitQuality
    doubts: tuple[Doubt, ...]


def report(ground: Ground, now: datetime) -> list[TraitQuality]:
    """Every trait that anybody has, by name."""
    with ground.store.read() as conn:
        shelf = _Shelf(conn, ground, now)
        conflicts = _conflicts(conn)
        found = [shelf.quality(name, conflicts.get(name, {}).keys()) for name in shelf.names]
    return [one for one in found if one.known]


def of_trait(ground: Ground, name: str, now: datetime) -> TraitDoubts:
    """One trait, and some of those of whom it may be wrong. Raises NotFound.

    Values of personal and sensitive traits are not shown: look the person up.
    """
    with ground.store.read() as conn:
        shelf = _Shelf(conn, ground, now)
        if name not in shelf.names:
            raise NotFound(f"There is no trait `{name}`.", fix="See `maracuja facts quality`.")
        conflicts = _conflicts(conn).get(name, {})
        privacy = {one.name: one.privacy for one in discovered.every(conn, "trait")}
        shown = privacy.get(name, Privacy.PERSONAL) is Privacy.PUBLIC
        odd = shelf.implausible(name)
        doubts = [
            *(Doubt(pid, _said(value, shown), "cannot be right") for pid, value in odd),
            *(
                Doubt(pid, _said(value, shown), f"{source.name.lower()} says otherwise")
                for pid, (source, value) in sorted(conflicts.items())
            ),
        ]
        quality = shelf.quality(name, conflicts.keys())
    return TraitDoubts(quality, tuple(doubts[:EXAMPLES]))


def _said(value: Any, shown: bool) -> str:
    return str(value) if shown else ""


def _conflicts(conn: Connection) -> dict[str, dict[int, tuple[TraitSource, Any]]]:
    """By trait and person, what a source says otherwise than the profile does now."""
    found: dict[str, dict[int, tuple[TraitSource, Any]]] = {}
    rows = disputed.every(conn)
    held = people.select_people(conn, sorted({row.pid for row in rows}))
    docs = dict(zip(held.pid, held.doc, strict=True))
    known: dict[int, traits.Document] = {}
    for row in rows:
        if row.pid not in docs:
            continue
        document = known.setdefault(row.pid, traits.decode(docs[row.pid]))
        mine, other = document.traits.get(row.trait), disputed.value_of(row)
        if mine is not None and not traits.same(mine.value, other):
            found.setdefault(row.trait, {})[row.pid] = (TraitSource(row.source), other)
    return found


class _Shelf:
    """The profile copy, read two columns at a time."""

    def __init__(self, conn: Connection, ground: Ground, now: datetime) -> None:
        self._types: Mapping[str, TraitType] = trait_types(conn)
        self._lake, self._now = ground.lake, now
        self._files = of_kind(
            manifest.live(conn, (FileKind.PROFILES,), micros(now)), FileKind.PROFILES
        )
        self._newer, _ = newer_profiles(conn, copied_rev(self._files), self._types)
        self._merged, _ = people.merged(conn)
        self.names: Sequence[str] = sorted(self._types)

    def _read(self, name: str) -> pl.DataFrame:
        """`pid`, `value` and `meta` of everybody."""
        columns = [f"traits.{name}", f"meta.{name}"]
        found = read_profiles(
            self._lake,
            self._files,
            columns=columns,
            types=self._types,
            pids=None,
            buckets=None,
            newer=self._newer,
        )
        stays = ~pl.Series(np.isin(found["pid"].to_numpy(), self._merged), dtype=pl.Boolean)
        return found.filter(stays).select(
            "pid", pl.col(columns[0]).alias("value"), pl.col(columns[1]).alias("meta")
        )

    def implausible(self, name: str) -> list[tuple[int, Any]]:
        """Some people with a value that cannot be right, by pid."""
        rows = self._read(name)
        odd = rows.filter(implausible(name, rows["value"], self._now)).sort("pid")
        return list(odd.select("pid", "value").head(EXAMPLES).iter_rows())

    def quality(self, name: str, in_doubt: Any) -> TraitQuality:
        """The figures of one trait; `in_doubt` are those whose sources disagree."""
        rows = self._read(name)
        known = rows.filter(pl.col("meta").is_not_null())
        unfit = int(known["value"].null_count())  # does not fit the type of its column
        odd = unfit + int(implausible(name, known["value"], self._now).sum())
        at_s, ttl_s, _, source = unpack_meta(known["meta"].to_numpy())
        age_s = micros(self._now) // 1_000_000 - at_s
        n, everybody = known.height, rows.height
        conflicting = int(known["pid"].is_in(list(in_doubt)).sum())
        counts = dict(zip(*map(list, np.unique(source, return_counts=True)), strict=True))
        figures = {
            "complete": n / everybody if everybody else 0.0,
            "valid": 1 - odd / n if n else None,
            "fresh": float((age_s <= FRESH_DAYS * DAY_S).mean()) if n else None,
        }
        return TraitQuality(
            name=name,
            people=everybody,
            known=n,
            **figures,  # type: ignore[arg-type]  # shares, as they are named
            implausible=odd,
            median_days=int(np.median(age_s)) // DAY_S if n else None,
            expired=int(((ttl_s > 0) & (age_s >= ttl_s)).sum()),
            conflicting=conflicting,
            sources={TraitSource(one).name.lower(): int(count) for one, count in counts.items()},
            todo=_todo(name, figures, odd, conflicting, n),
        )


def _todo(
    name: str, figures: Mapping[str, float | None], odd: int, conflicting: int, known: int
) -> tuple[str, ...]:
    """What to do about it, the most urgent first; nothing where all is well."""
    said: list[str] = []
    still = f"{{{{ links.still.{name} }}}}" if name in STILL else ""
    valid, fresh, complete = (figures[one] for one in ("valid", "fresh", "complete"))
    if valid is not None and valid < VALID_BELOW:
        said.append(
            f"{odd} cannot be right: see `maracuja facts quality --trait {name}`, and correct them"
            " where they come from."
        )
    if known and conflicting / known > DISPUTED_ABOVE:
        ask = f", or ask the person: {still}" if still else ""
        said.append(f"Of {conflicting} the sources disagree: stop the one that is wrong{ask}.")
    if fresh is not None and fresh < FRESH_BELOW:
        said.append(
            f"Most are older than a year: ask whether it is still right{': ' if still else '.'}"
            f"{still}"
        )
    if complete is not None and complete < COMPLETE_BELOW:
        said.append("Most people lack it: ask for it in a form or a poll, or do without it.")
    return tuple(said)

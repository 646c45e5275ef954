"""Who a campaign is for, and the facts that its templates speak of: asked of lake and state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.checks import Known
from maracuja.campaigns.definitions import Campaign
from maracuja.channels import address_kinds
from maracuja.currencies import digits_expr
from maracuja.lake.facts import FactCache, lake_of
from maracuja.lake.files import of_kind
from maracuja.lake.profiles import copied_rev, read_profiles
from maracuja.lake.session import open_session
from maracuja.model import FileKind, LakeFile, TraitType, micros
from maracuja.runtime.audience import People, Sources, evaluate
from maracuja.runtime.launch_newer import newer_profiles
from maracuja.segments.check import decode_measure
from maracuja.segments.comparing import SCALE, When
from maracuja.segments.definition import Member, NoneOf, Segment
from maracuja.segments.facts import COUNTED, fact
from maracuja.store import consents, manifest, products, suppressions
from maracuja.store import people as people_store
from maracuja.templates.definition import Template

Pids = npt.NDArray[np.int64]

_SCALED: Final = ("sum", "average")
_FILES: Final = (FileKind.EVENTS, FileKind.DECISIONS, FileKind.PROFILES)


class StoredPeople:
    """Everything about people beside their events (audience.People), at one moment.

    Traits come from the profile copy `files` together with the rows that are newer than it;
    consents and suppressions from the state database that `conn` reads.
    """

    def __init__(
        self,
        conn: Connection,
        lake: Path,
        files: Sequence[LakeFile],
        types: Mapping[str, TraitType],
        now: datetime,
    ) -> None:
        self._conn = conn
        self._lake = lake
        self._files = of_kind(files, FileKind.PROFILES)
        self._types = types
        self._now = now

    def profiles(
        self,
        traits: Sequence[str],
        *,
        pids: Sequence[int] | None,
        buckets: Sequence[int] | None,
        drawn: bool = False,
    ) -> pl.DataFrame:
        """`pid`, `traits.<name>` of the names that were ever discovered; `drawn`: `draw_pid`."""
        columns = [f"traits.{name}" for name in traits if name in self._types]
        return self._read([*columns, *["draw_pid"] * drawn], pids, buckets)

    def consents(
        self, pairs: Sequence[tuple[str, str]], *, pids: Sequence[int] | None
    ) -> pl.DataFrame:
        """`pid` and `consent.<topic>.<channel>`: the state in force of whoever said a word."""
        frame: pl.DataFrame | None = None
        for topic, channel in pairs:
            said = self._said(topic, channel).rename({"word": f"consent.{topic}.{channel}"})
            frame = (
                said if frame is None else frame.join(said, on="pid", how="full", coalesce=True)
            )
        if frame is None:
            return pl.DataFrame(schema={"pid": pl.Int64})
        return frame if pids is None else frame.filter(pl.col("pid").is_in(list(pids)))

    def reach(self, channels: Sequence[str], *, pids: Sequence[int] | None) -> pl.DataFrame:
        """`pid` and `reach.<channel>`: there is an address, and it is not suppressed."""
        columns = {one: [f"address.{kind}" for kind in address_kinds(one)] for one in channels}
        frame = self._read(
            sorted({c for several in columns.values() for c in several}), pids, None
        )
        for channel in channels:
            out = self._suppressed(channel)["pid"].to_numpy()
            there = pl.any_horizontal(pl.col(c).fill_null("") != "" for c in columns[channel])
            blocked = pl.Series(np.isin(frame["pid"].to_numpy(), out))
            frame = frame.with_columns((there & ~blocked).alias(f"reach.{channel}"))
        return frame.select("pid", *(f"reach.{channel}" for channel in channels))

    def _said(self, topic: str, channel: str) -> pl.DataFrame:
        """`pid` and `word`, the ConsentState in force, of whoever said one."""
        pids, words = consents.current(self._conn, topic, channel)
        return pl.DataFrame({"pid": pids, "word": words})

    def _suppressed(self, channel: str) -> pl.DataFrame:
        """`pid` of those who are not written to on a channel."""
        now_us = micros(self._now)
        return pl.DataFrame(
            {"pid": suppressions.suppressed(self._conn, channel, now_us, marketing=True)}
        )

    @cached_property
    def _newer(self) -> pl.DataFrame | None:
        found, _ = newer_profiles(self._conn, copied_rev(self._files), self._types)
        return found

    @cached_property
    def _merged(self) -> Pids:
        return people_store.merged(self._conn)[0]

    def _read(
        self, columns: Sequence[str], pids: Iterable[int] | None, buckets: Sequence[int] | None
    ) -> pl.DataFrame:
        asked = None if pids is None else np.unique(np.fromiter(pids, dtype=np.int64))
        found = read_profiles(
            self._lake,
            self._files,
            columns=columns,
            types=self._types,
            pids=asked,
            buckets=buckets,
            newer=self._newer,
        )
        gone = np.isin(found["pid"].to_numpy(), self._merged)
        return found.filter(~pl.Series(gone, dtype=pl.Boolean))


def open_sources(
    conn: Connection,
    lake: Path,
    types: Mapping[str, TraitType],
    segments: Mapping[str, Segment],
    *,
    now: datetime,
    threads: int = 2,
    memory: str = "1GB",
    cache: FactCache | None = None,
    people: People | None = None,
    events: bool = True,
) -> Sources:
    """What segments are evaluated on, as everything stands now; close its `con` after.

    `people` in the place of those of the stores; without `events` its session holds none.
    """
    files = manifest.live(conn, _FILES, micros(now)) if events or people is None else []
    pids, canonical = people_store.merged(conn)
    merged = pl.DataFrame({"pid": pids, "canonical": canonical}).to_arrow()
    return Sources(
        con=open_session(lake, files, merged=merged, threads=threads, memory=memory),
        people=people or StoredPeople(conn, lake, files, types, now),
        segments=segments,
        version=(
            manifest.version(conn, [FileKind.EVENTS]),
            len(pids),
            products.last_rev(conn),
        ),
        cache=cache or FactCache(),
        catalogue=lambda: _catalogue(conn),
    )


def _catalogue(conn: Connection) -> pl.DataFrame:
    """What facts look up of products: `id`, `category`, `price` in money; those gone too."""
    schema = {"id": pl.String, "category": pl.String, "price": pl.Int64, "currency": pl.String}
    known = pl.DataFrame(products.columns(conn, list(schema)), schema=schema)
    minor = pl.lit(10.0).pow(digits_expr(pl.col("currency")))
    return known.select("id", "category", pl.col("price") / minor)


def audience_of(campaign: Campaign, sources: Sources, when: When) -> Pids:
    """The canonical pids of the campaign's audience without the excluded, sorted.

    Raises SegmentError where a segment does not suit what the data hold.
    """
    return evaluate(conditions_of(campaign), sources, when).pids


def conditions_of(campaign: Campaign) -> list[Any]:
    """The audience and the exclusions as one list of conditions, all of which must hold."""
    where: list[Any] = (
        [Member(segment=campaign.audience)] * bool(campaign.audience)  # a trigger asks for none
        if isinstance(campaign.audience, str)
        else list(campaign.audience)
    )
    if campaign.exclude:
        where.append(NoneOf(none=[Member(segment=name) for name in campaign.exclude]))
    return where


def segments_of(around: Known) -> dict[str, Segment]:
    """The segments among the definitions, by id."""
    return {d.id: d for d in around.values() if isinstance(d, Segment)}


def template_facts(templates: Iterable[Template], sources: Sources, when: When) -> pl.DataFrame:
    """The facts that templates declare, for everybody who has one: pid, `facts.<name>`.

    Sums and averages in the property's own unit. Counts of people who are absent are 0, their
    other facts unknown: see `with_facts`. Raises SegmentError where one does not suit the lake.
    """
    frame = pl.DataFrame(schema={"pid": pl.Int64})
    lake = lake_of(sources.con)
    for name, raw in _declared(templates).items():
        wanted = fact(decode_measure(raw, f"facts.{name}"))
        found = sources.fact(wanted, lake, when)
        value = pl.col(wanted.column)
        value = value / SCALE if wanted.kind in _SCALED else value
        mine = found.select("pid", value.alias(f"facts.{name}"))
        frame = frame.join(mine, on="pid", how="full", coalesce=True)
    return frame.sort("pid")


def with_facts(
    people: pl.DataFrame, found: pl.DataFrame, templates: Iterable[Template]
) -> pl.DataFrame:
    """The people with their facts; who has no such events counts 0 of them."""
    joined = people.join(found, on="pid", how="left", maintain_order="left")
    counted = [
        f"facts.{name}"
        for name, raw in _declared(templates).items()
        if fact(decode_measure(raw)).kind in COUNTED
    ]
    return joined.with_columns(pl.col(name).fill_null(0) for name in counted)


def _declared(templates: Iterable[Template]) -> dict[str, Any]:
    """The facts of several templates by name."""
    return {name: raw for template in templates for name, raw in template.facts.items()}

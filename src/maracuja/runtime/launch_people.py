"""The columns of people that a launch decides on, read for a chunk at a time.

The profile copy and the rows newer than it, consents, suppressions, merges, and what was sent
lately: everything that was committed before the chunk counts.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl
from sqlalchemy import Connection

from maracuja.campaigns.arms import limit_column
from maracuja.campaigns.facts import RunFacts
from maracuja.channels import address_kinds
from maracuja.decisions.caps import FrequencyCap, free_from
from maracuja.decisions.cascade import column
from maracuja.lake.columns import FRAME_TYPES
from maracuja.lake.files import of_kind
from maracuja.lake.profiles import copied_rev, read_profiles
from maracuja.model import FileKind, LakeFile, TraitType, micros
from maracuja.runtime.delivery_checks import windows_closed
from maracuja.runtime.launch_history import FIRST, History
from maracuja.runtime.launch_newer import newer_profiles
from maracuja.runtime.launch_offers import asked_too
from maracuja.runtime.law_in_force import Law
from maracuja.runtime.silencing import COLUMN as SILENCED
from maracuja.runtime.silencing import silenced_of
from maracuja.runtime.voice import Asked
from maracuja.runtime.withholding import withheld
from maracuja.store import consents, meta, suppressions
from maracuja.store import people as people_store

Pids = npt.NDArray[np.int64]

WEEK: Final = 7  # days
LANGUAGE: Final = "traits.language"
ZONE: Final = "traits.timezone"


class PeopleReader:
    """Reads people for one topic and its channels, during one round of chunks.

    `files` are the live profile and decision files, `types` the discovered types of traits,
    `service_runs` the runs whose messages no cap counts. `conn` reads the state database.
    Of several `channels` (a cascade's) each has columns of its own (decisions.cascade.column);
    `bound` are those on which people must have written lately.
    """

    def __init__(
        self,
        conn: Connection,
        lake: Path,
        files: Sequence[LakeFile],
        types: Mapping[str, TraitType],
        *,
        topic: str,
        channels: Sequence[str],
        marketing: bool,
        cap: FrequencyCap | None,
        service_runs: Sequence[int],
        language: str,
        now: datetime,
        bound: Collection[str] = (),
        law: Law | None = None,
        facts: RunFacts | None = None,
    ) -> None:
        self._lake = lake
        self._copy = of_kind(files, FileKind.PROFILES)
        self._types = types
        self._topic = topic
        self._channels = channels
        self._bound = bound
        self._marketing = marketing
        self._cap = cap if marketing else None
        self._language = language
        self._law = law if marketing else None
        self._facts = facts
        self._rev = copied_rev(self._copy)
        self._newer: pl.DataFrame | None = None
        self._merged, canonical = people_store.merged(conn)
        self._suppressed = {
            channel: suppressions.suppressed(conn, channel, micros(now), marketing=marketing)
            for channel in channels
        }
        self._salt = meta.load(conn).suppression_salt if bound else ""
        self._scope = suppressions.MARKETING if marketing else suppressions.ALL
        self._limits = {
            arm.variant: FrequencyCap(messages=arm.per_week, days=WEEK)
            for arm in (facts.arms if facts is not None and marketing else ())
            if arm.per_week is not None
        }
        windows = [cap.window for cap in (self._cap, *self._limits.values()) if cap is not None]
        self._history = (
            History(
                lake,
                files,
                self._merged,
                canonical,
                # What follows in a cascade is the same message again.
                ~pl.col("run").is_in(list(service_runs)) & FIRST,
                now - max(windows),
            )
            if windows
            else None
        )

    def read(
        self, conn: Connection, pids: Pids, columns: Sequence[str], now: datetime
    ) -> pl.DataFrame:
        """The people of `pids` (sorted) as launch_chunk.PERSON and `columns`, by pid.

        `columns` are a template's: `person.<trait>`, `meta.<trait>`, and SILENCED. Who is no
        longer there comes with `known` false. Shape (n, 9 + columns), with more for each channel
        but one.
        """
        self._newer, self._rev = newer_profiles(conn, self._rev, self._types, known=self._newer)
        addresses = sorted({kind for one in self._channels for kind in _addresses(one)})
        columns = [*columns, *asked_too(columns, self._types)]
        wanted = {c: f"traits.{c.removeprefix('person.')}" for c in columns if _of_person(c)}
        wanted |= {c: c for c in columns if c.startswith("meta.")}
        lawful = self._law.asks(self._types) if self._law else []
        known = [*dict.fromkeys([LANGUAGE, ZONE, *wanted.values(), *lawful])]
        types = dict.fromkeys(("language", "timezone"), TraitType.TEXT) | dict(self._types)
        found = read_profiles(
            self._lake,
            self._copy,
            columns=["draw_pid", *dict.fromkeys([*addresses, *known])],
            types=types,
            pids=pids,
            newer=self._newer,
        )
        asked = pl.DataFrame({"pid": pl.Series(pids, dtype=pl.Int64)})
        found = asked.join(found, on="pid", how="left", maintain_order="left")
        bound = (
            self._law.of(found.with_columns(zone=pl.col(ZONE).cast(pl.String)), now)
            if self._law
            else pl.DataFrame()
        )
        frame = found.select(
            "pid",
            pl.coalesce("draw_pid", "pid").alias("draw_pid"),
            (pl.col("draw_pid").is_not_null() & ~_among(pids, self._merged)).alias("known"),
            *(one for name in self._channels for one in self._reach(conn, pids, name, bound)),
            pl.col(ZONE).cast(pl.String).alias("zone"),
            pl.col(LANGUAGE).cast(pl.String).fill_null(self._language).alias("language"),
            *(pl.col(source).alias(name) for name, source in wanted.items()),
            *bound.select(pl.exclude("law")),
        )
        for channel in self._bound:
            frame = frame.with_columns(self._closed(conn, frame, channel, now))
        if self._marketing:
            kept = withheld(conn, pids, Asked(self._topic, self._channels, now, self._facts))
            if kept.height:
                frame = frame.join(kept, on="pid", how="left", maintain_order="left")
            if SILENCED in columns:
                quiet = silenced_of(conn, pids)
                frame = frame.join(quiet, on="pid", how="left", maintain_order="left")
        if self._history is None:
            return frame
        heard = self._history.of(pids)
        free = free_from(self._cap, heard, now)
        frame = frame.join(free, on="pid", how="left", maintain_order="left")
        for variant, cap in self._limits.items():
            free = free_from(cap, heard, now).rename({"free_us": limit_column(variant)})
            frame = frame.join(free, on="pid", how="left", maintain_order="left")
        return frame

    def _reach(
        self, conn: Connection, pids: Pids, channel: str, bound: pl.DataFrame
    ) -> list[pl.Expr | pl.Series]:
        """Suppression, consent and address on a channel; of several also the window's place."""
        suppressed = (
            pl.when(_among(pids, self._suppressed[channel]))
            .then(pl.lit(self._scope))
            .otherwise(None)
        )
        address = pl.coalesce(pl.col(one).replace("", None) for one in _addresses(channel))
        consent = self._consent(conn, pids, channel, bound)
        if len(self._channels) == 1:
            return [
                suppressed.alias("suppressed"),
                consent.alias("consent"),
                address.alias("address"),
            ]
        closed = pl.lit(None, dtype=pl.Boolean)
        return [
            suppressed.alias(column("suppressed", channel)),
            consent.alias(column("consent", channel)),
            address.alias(column("address", channel)),
            closed.alias(column("window_closed", channel)),
        ]

    def _closed(
        self, conn: Connection, frame: pl.DataFrame, channel: str, now: datetime
    ) -> pl.Series:
        """Who has an address on the channel, but has not written there lately."""
        addresses = frame[column("address", channel)]
        there = addresses.is_not_null()
        shut = windows_closed(conn, channel, addresses.filter(there).to_list(), self._salt, now)
        spread = pl.Series([None] * len(addresses), dtype=pl.Boolean)
        return spread.scatter(there.arg_true(), pl.Series(shut, dtype=pl.Boolean)).alias(
            column("window_closed", channel)
        )

    def _consent(
        self, conn: Connection, pids: Pids, channel: str, bound: pl.DataFrame
    ) -> pl.Series:
        """The ConsentState in force of each; a sparse set is asked for one by one."""
        if len(pids) == 0:
            return pl.Series([], dtype=pl.Int8)
        low, high = int(pids[0]), int(pids[-1]) + 1
        if high - low <= 4 * len(pids):
            people, words = consents.current(conn, self._topic, channel, low=low, high=high)
            said = consents.aligned(pids, people, words)
        else:
            said = consents.states(conn, pids, self._topic, channel)
        if self._law is not None:
            said = self._law.consent(conn, pids, said, bound["law"], self._topic, channel)
        return pl.Series(said, dtype=pl.Int8)


def _addresses(channel: str) -> list[str]:
    """The columns of a channel's addresses, the better one first."""
    return [f"address.{kind}" for kind in address_kinds(channel)]


def template_schema(types: Mapping[str, TraitType]) -> dict[str, Any]:
    """The columns of people that templates may read, with Polars types."""
    traits = {f"person.{name}": FRAME_TYPES[kind] for name, kind in types.items()}
    return traits | {f"meta.{name}": pl.Int64() for name in types}


def _of_person(column: str) -> bool:
    return column.startswith("person.")


def _among(pids: Pids, some: Pids) -> pl.Series:
    """Who of the people (sorted) is among some (Boolean, shape (n,))."""
    near = some[(some >= pids[0]) & (some <= pids[-1])] if len(pids) else some
    return pl.Series(np.isin(pids, near), dtype=pl.Boolean)

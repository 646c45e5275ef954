"""Segments over the columns that are kept in memory: for lists and counts that are waited for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

import polars as pl
from sqlalchemy import Connection

from maracuja.runtime.audience import People, Sources
from maracuja.runtime.launch_audience import StoredPeople, open_sources, segments_of
from maracuja.runtime.launch_ground import Ground, definitions_in_force, trait_types
from maracuja.segments.check import order
from maracuja.segments.definition import Condition, Segment
from maracuja.segments.predicate import needs


class KeptPeople(StoredPeople):
    """The people of `StoredPeople`; what they said and who is not written to, seconds old."""

    def __init__(self, conn: Connection, ground: Ground, now: datetime) -> None:
        super().__init__(conn, ground.lake, (), trait_types(conn), now)
        self._kept = ground.kept

    def frame(self, columns: Sequence[str]) -> pl.DataFrame:
        """people_columns.BASE and these columns of everybody, by pid."""
        return self._kept.frame(self._conn, self._lake, self._types, columns, self._now)

    def _said(self, topic: str, channel: str) -> pl.DataFrame:
        def read() -> pl.DataFrame:
            return StoredPeople._said(self, topic, channel)

        return self._kept.words(("consent", topic, channel), read)

    def _suppressed(self, channel: str) -> pl.DataFrame:
        def read() -> pl.DataFrame:
            return StoredPeople._suppressed(self, channel)

        return self._kept.words(("suppressed", channel), read)

    def _read(
        self, columns: Sequence[str], pids: Iterable[int] | None, buckets: Sequence[int] | None
    ) -> pl.DataFrame:
        frame = self.frame(columns)
        if buckets is not None:
            frame = frame.filter(pl.col("bucket").is_in(list(buckets)))
        if pids is not None:
            frame = frame.filter(pl.col("pid").is_in(list(pids)))
        return frame.select("pid", *dict.fromkeys(columns))


@contextmanager
def opened_kept(
    conn: Connection, ground: Ground, where: Sequence[Condition], now: datetime
) -> Iterator[Sources]:
    """What these conditions are evaluated on, closed at the end; quick, and seconds old."""
    segments = segments_of(definitions_in_force(conn))
    mentioned = [segments[name].where for name in order(needs(where).segments, segments)]
    events = any(needs(each).facts for each in (where, *mentioned))
    people = KeptPeople(conn, ground, now)
    with opened_sources(conn, ground, segments, now, people=people, events=events) as sources:
        yield sources


@contextmanager
def opened_sources(
    conn: Connection,
    ground: Ground,
    segments: Mapping[str, Segment],
    now: datetime,
    *,
    people: People | None = None,
    events: bool = True,
) -> Iterator[Sources]:
    """`launch_audience.open_sources` within the limits of the workspace, closed at the end."""
    limits = ground.config.lake
    sources = open_sources(
        conn,
        ground.lake,
        trait_types(conn),
        segments,
        now=now,
        threads=limits.threads,
        memory=limits.memory,
        cache=ground.cache,
        people=people,
        events=events,
    )
    try:
        yield sources
    finally:
        sources.con.close()

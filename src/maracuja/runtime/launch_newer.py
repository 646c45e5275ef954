"""Profiles that were committed after the columnar copy was made, as rows of the copy."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from sqlalchemy import Connection

from maracuja.lake.profiles import newest, profiles_frame
from maracuja.model import Profile, TraitType
from maracuja.store import people
from maracuja.store.people import People
from maracuja.store.traits import decode


def newer_profiles(
    conn: Connection,
    rev: int,
    types: Mapping[str, TraitType],
    *,
    known: pl.DataFrame | None = None,
) -> tuple[pl.DataFrame | None, int]:
    """The latest row of everybody who changed after `rev`, and the revision that it reaches.

    `known` are rows found before, of which those that have not changed stay. `types` as in
    lake.profiles. None where there are none.
    """
    if people.last_rev(conn) == rev:
        return known, rev
    for chunk in people.newer(conn, rev):
        frame, _ = profiles_frame(profiles_of(chunk), types)
        if known is not None:
            both = pl.concat([known.head(0), frame], how="diagonal").schema
            frames = [
                pl.concat([pl.DataFrame(schema=both), f], how="diagonal") for f in (known, frame)
            ]
            known = newest(frames, both)
        else:
            known = frame
        rev = max(rev, chunk.rev[-1])
    return known, rev


def profiles_of(chunk: People) -> list[Profile]:
    """Rows of the state database as profiles."""
    made = []
    for pid, bucket, rev, created_us, draw_pid, doc in zip(*chunk, strict=True):
        document = decode(doc)
        made.append(
            Profile(
                pid=pid,
                bucket=bucket,
                rev=rev,
                created_us=created_us,
                draw_pid=draw_pid,
                traits=document.traits,
                addresses=document.addresses,
            )
        )
    return made

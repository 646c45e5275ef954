"""Values that a person has said are not theirs: nobody else puts them back."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection, delete, select

from maracuja.model import Trait
from maracuja.store import bulk, meta, people_rows, traits
from maracuja.store.schema_said import denied


class Denied(NamedTuple):
    """A value of a trait by its salted digest, and when and in answer to which message."""

    pid: int
    trait: str
    digest: bytes
    at_us: int
    message_id: bytes = b""


def digest(salt: str, trait: str, value: object) -> bytes:
    """What a value is recognised by: letters' case and spaces around it do not count."""
    text = value.strip().casefold() if isinstance(value, str) else value
    said = msgspec.json.encode([trait, text], order="deterministic")
    return hmac.digest(salt.encode(), said, hashlib.sha256)[:16]


def put(conn: Connection, rows: Sequence[Denied]) -> None:
    """Keep what a person denies."""
    people_rows.put(conn, denied, rows)


def confirm(conn: Connection, pid: int, trait: str) -> None:
    """The person has told the trait themselves: whatever they denied of it may come again."""
    mine = (denied.c.pid == pid) & (denied.c.trait == trait)
    conn.execute(delete(denied).where(mine))


def of(conn: Connection, pid: int) -> list[Denied]:
    """What a canonical person denies, by trait."""
    query = select(denied).where(denied.c.pid == pid).order_by(denied.c.trait, denied.c.digest)
    return [
        Denied(own, trait, bytes(kept), at_us, bytes(message))
        for own, trait, kept, at_us, message in bulk.fetch(conn, query)
    ]


def without(
    conn: Connection, pids: Sequence[int], said: Sequence[Mapping[str, Trait]]
) -> Sequence[Mapping[str, Trait]]:
    """What is told of canonical people, each trait left out whose value they have denied."""
    rows = people_rows.of_people(conn, denied, np.array(pids, dtype=np.int64))
    if not rows:
        return said
    salt = meta.load(conn).suppression_salt
    refused = {(pid, trait, bytes(kept)) for pid, trait, kept, *_ in rows}
    return [
        {
            name: trait
            for name, trait in told.items()
            if (pid, name, digest(salt, name, trait.value)) not in refused
        }
        for pid, told in zip(pids, said, strict=True)
    ]


def strip(
    conn: Connection, documents: Mapping[int, traits.Document], into: Mapping[int, int]
) -> None:
    """Take out of the documents of merges' winners what they, or who became them, have denied."""
    asked = np.array(sorted({*into, *into.values()}), dtype=np.int64)
    rows = people_rows.of_people(conn, denied, asked)
    if not rows:
        return
    salt = meta.load(conn).suppression_salt
    for pid, trait, kept, *_ in rows:
        held = documents[into.get(pid, pid)].traits
        if trait in held and digest(salt, trait, held[trait].value) == bytes(kept):
            del held[trait]


def move(conn: Connection, into: Mapping[int, int]) -> None:
    """Carry over what merged people denied: the later word stands."""
    people_rows.move(conn, denied, into, lambda one, other: max(one, other, key=_at))


def _at(row: people_rows.Row) -> int:
    return int(row[3])

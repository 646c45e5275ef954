"""Profiles and their identities, read and changed as sets.

Every change of a transaction carries one `rev`, taken with `next_rev` before anything else: it
is also what makes a second writer wait.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import BigInteger, Connection, Text, and_, func, select, tuple_

from maracuja.errors import NotFound
from maracuja.model import Profile, Trait
from maracuja.rng import buckets
from maracuja.store import bulk, counters, denied, disputed, traits
from maracuja.store.schema import identities, merges, profiles

Pids = npt.NDArray[np.int64]

CHUNK: Final = 16_000

_ROW: Final = (
    profiles.c.pid,
    profiles.c.bucket,
    profiles.c.rev,
    profiles.c.created_us,
    profiles.c.draw_pid,
    profiles.c.doc,
)


class People(NamedTuple):
    """Profiles as columns, each of n values; `doc` is read by `traits.decode`."""

    pid: list[int]
    bucket: list[int]
    rev: list[int]
    created_us: list[int]
    draw_pid: list[int]
    doc: list[bytes]


class Identity(NamedTuple):
    """One way to recognise a person: external_id, email, phone, anonymous_id, ..."""

    kind: str
    value: str
    at_us: int


def next_rev(conn: Connection) -> int:
    """The revision of this transaction's changes; take it once, first of all."""
    return counters.take(conn, "rev")


def last_rev(conn: Connection) -> int:
    """The highest revision committed (in a read transaction)."""
    return counters.last(conn, "rev")


def find(conn: Connection, kinds: Sequence[str], values: Sequence[str]) -> Pids:
    """The canonical pid of each identity (kind, value), 0 where nobody has it; shape (n,)."""
    found = np.zeros(len(values), dtype=np.int64)
    for at in range(0, len(values), bulk.IDS_MAX):
        until = min(at + bulk.IDS_MAX, len(values))
        asked = bulk.given(
            conn,
            "asked",
            i=(BigInteger(), range(at, until)),
            kind=(Text(), kinds[at:until]),
            value=(Text(), values[at:until]),
        )
        query = select(asked.c.i, identities.c.pid).join_from(
            asked,
            identities,
            and_(identities.c.kind == asked.c.kind, identities.c.value == asked.c.value),
        )
        rows = bulk.fetch(conn, query)
        if rows:
            where, pids = np.array(rows, dtype=np.int64).T
            found[where] = pids
    return found


def canonical(conn: Connection, pids: Any) -> Pids:
    """Each pid, or the one that it was merged into; shape (n,)."""
    asked = np.asarray(pids, dtype=np.int64)
    query = select(merges.c.pid, merges.c.canonical)
    moved = dict(bulk.rows_where_in(conn, query, merges.c.pid, np.unique(asked)))
    return np.array([moved.get(pid, pid) for pid in asked.tolist()], dtype=np.int64)


def standing(conn: Connection, pids: Any) -> npt.NDArray[np.bool_]:
    """Whether each canonical pid is somebody's: not erased, not of another workspace; (n,)."""
    asked = np.asarray(pids, dtype=np.int64)
    rows = bulk.rows_where_in(conn, select(profiles.c.pid), profiles.c.pid, np.unique(asked))
    return np.isin(asked, np.array([pid for (pid,) in rows], dtype=np.int64))


def create(
    conn: Connection,
    rev: int,
    pids: Any,
    *,
    created_us: int | Sequence[int],
    docs: Sequence[bytes] | bytes = traits.EMPTY,
) -> int:
    """Insert profiles under pids that `resolving` gave out; `docs` as of `traits.assemble`."""
    columns = {
        "pid": pids,
        "bucket": buckets(bulk.as_list(pids)),
        "rev": rev,
        "draw_pid": pids,
        "created_us": created_us,
        "doc": docs,
    }
    return bulk.insert_columns(conn, profiles, columns)


def change(
    conn: Connection,
    rev: int,
    pids: Sequence[int],
    *,
    set_traits: Sequence[Mapping[str, Trait]],
    set_addresses: Sequence[Mapping[str, str]] | None = None,
    now_us: int,
) -> list[int]:
    """Apply changes in order (a pid may come again) and return the pids that are different now.

    Which value of a trait holds: `traits.prevails`; what a person denied is left out. Unknown
    pids raise NotFound.
    """
    set_traits = denied.without(conn, pids, set_traits)
    rows = {row[0]: row for row in _rows(conn, sorted(set(pids)))}
    documents = {pid: traits.decode(row[-1]) for pid, row in rows.items()}
    changed: dict[int, None] = {}
    contested = disputed.Told()
    nothing: Mapping[str, str] = {}
    for i, pid in enumerate(pids):
        if pid not in documents:
            raise NotFound(f"there is no person {pid}")
        addresses = set_addresses[i] if set_addresses is not None else nothing
        contested.hear(pid, documents[pid], set_traits[i], now_us)
        if traits.apply(documents[pid], set_traits[i], addresses, now_us):
            changed[pid] = None
    kept = {pid: (rows[pid][1], rows[pid][3], rows[pid][4], documents[pid]) for pid in changed}
    replace_documents(conn, rev, kept)
    contested.keep(conn)
    return list(changed)


def replace_documents(
    conn: Connection, rev: int, rows: Mapping[int, tuple[int, int, int, traits.Document]]
) -> None:
    """Write rows (bucket, created_us, draw_pid, document) by pid, under the new revision."""
    ordered = sorted(rows)
    columns = {
        "pid": ordered,
        "bucket": [rows[pid][0] for pid in ordered],
        "rev": rev,
        "created_us": [rows[pid][1] for pid in ordered],
        "draw_pid": [rows[pid][2] for pid in ordered],
        "doc": [traits.encode(rows[pid][3]) for pid in ordered],
    }
    bulk.insert_columns(conn, profiles, columns, on_conflict="replace")


def _rows(conn: Connection, pids: Any) -> list[tuple[Any, ...]]:
    return bulk.rows_where_in(conn, select(*_ROW), profiles.c.pid, pids)


def get(conn: Connection, pid: int) -> Profile:
    """The person as one row, found also by a pid that was merged away. Raises NotFound."""
    (own,) = canonical(conn, [pid]).tolist()
    row = conn.execute(select(*_ROW).where(profiles.c.pid == own)).one_or_none()
    if row is None:
        raise NotFound(f"there is no person {pid}", fix="Look for them with an identity.")
    document = traits.decode(row.doc)
    return Profile(
        pid=row.pid,
        bucket=row.bucket,
        rev=row.rev,
        created_us=row.created_us,
        draw_pid=row.draw_pid,
        traits=document.traits,
        addresses=document.addresses,
    )


def identities_of(conn: Connection, pid: int) -> list[Identity]:
    """The identities of a canonical pid, by kind and value."""
    query = (
        select(identities.c.kind, identities.c.value, identities.c.at_us)
        .where(identities.c.pid == pid)
        .order_by(identities.c.kind, identities.c.value)
    )
    return [Identity(*row) for row in bulk.fetch(conn, query)]


def identities_of_many(conn: Connection, pids: Any) -> list[tuple[int, str, str]]:
    """(pid, kind, value) of canonical people, sorted."""
    query = select(identities.c.pid, identities.c.kind, identities.c.value)
    return sorted(bulk.rows_where_in(conn, query, identities.c.pid, pids))


def select_people(conn: Connection, pids: Any) -> People:
    """The profiles of these canonical pids, in the order of pids; unknown ones are left out."""
    rows = sorted(_rows(conn, np.unique(np.asarray(pids, dtype=np.int64))))
    return _columns(rows)


def newer(conn: Connection, rev: int, *, size: int = CHUNK) -> Iterator[People]:
    """Profiles changed after `rev`, by revision and pid, at most `size` at a time."""
    at, pid = rev, 2**62  # past everybody of `rev` itself
    while True:
        query = (
            select(*_ROW)
            .where(tuple_(profiles.c.rev, profiles.c.pid) > (at, pid))
            .order_by(profiles.c.rev, profiles.c.pid)
            .limit(size)
        )
        people = _columns(bulk.fetch(conn, query))
        if people.pid:
            yield people
            at, pid = people.rev[-1], people.pid[-1]
        if len(people.pid) < size:
            return


def changed(conn: Connection, rev: int, *, rows_max: int) -> int:
    """How many people changed after `rev`, counted up to `rows_max`."""
    some = select(profiles.c.pid).where(profiles.c.rev > rev).limit(rows_max).subquery()
    return int(conn.execute(select(func.count()).select_from(some)).scalar_one())


def count(conn: Connection) -> int:
    """How many people there are."""
    return int(conn.execute(select(func.count()).select_from(profiles)).scalar_one())


def pids_after(conn: Connection, after: int, size: int) -> list[int]:
    """The canonical pids that follow `after`, in order, at most `size`."""
    query = select(profiles.c.pid).where(profiles.c.pid > after).order_by(profiles.c.pid)
    return [pid for (pid,) in bulk.fetch(conn, query.limit(size))]


def merged(conn: Connection) -> tuple[Pids, Pids]:
    """The whole merged map, flat: (pids, canonical pids), by pid; each of shape (n,)."""
    pids, into = bulk.fetch_integers(conn, select(merges.c.pid, merges.c.canonical))
    order = np.argsort(pids)
    return pids[order], into[order]


def identities_for(conn: Connection, pids: Any) -> tuple[list[int], list[str], list[str]]:
    """(pid, kind, value) of everything by which these canonical people are recognised, sorted."""
    names = select(identities.c.pid, identities.c.kind, identities.c.value)
    wanted = np.unique(np.asarray(pids, dtype=np.int64))
    rows = sorted(bulk.rows_where_in(conn, names, identities.c.pid, wanted))
    if not rows:
        return [], [], []
    owners, kinds, values = zip(*rows, strict=True)
    return list(owners), list(kinds), list(values)


def _columns(rows: Sequence[tuple[Any, ...]]) -> People:
    if not rows:
        return People([], [], [], [], [], [])
    return People(*map(list, zip(*rows, strict=True)))

"""Who is it?  Identities that came together, as columns, become pids: known, new or merged.

Most sets are settled as arrays; only people who contradict each other are looked at one row after
the other, in `contested`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, and_, func, select

from maracuja.rng import make_key
from maracuja.store import audit, bulk, counters, merging, people, suppressions, traits
from maracuja.store.contested import KNOWN_BY, Contest, Refusal, values_max
from maracuja.store.merging import Exposures, Merge, never_exposed
from maracuja.store.schema import identities, merge_counts

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DAY_US: Final = 86_400_000_000
SAMPLED_FROM: Final = 2_000  # keys of a set
SAMPLE: Final = 200


@dataclass(frozen=True, kw_only=True)
class Claims:
    """Identities in long form: `row[i]` says that kind[i], value[i] belong to that row's person.

    Rows are 0..rows-1, each with at least one identity. Per row, as columns or one value for all:
    `at_us`; `trusted` (false: a browser key without proof may neither merge two known people nor
    give a known one another address); `explicit` (an alias or an operator says that the
    identities are one person: no limit stands in the way).
    """

    rows: int
    row: Any
    kind: Sequence[str]
    value: Sequence[str]
    at_us: Any
    trusted: Any = True
    explicit: Any = False


@dataclass(frozen=True, kw_only=True)
class Resolution:
    """`pid` of each row, canonical; the pids created; merges carried out; what was refused."""

    pid: Ints
    created: Ints
    merges: list[Merge] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


@dataclass(frozen=True)
class _Context:
    """What every step of one call needs beside the set."""

    rev: int
    now_us: int
    exposures: Exposures
    actor: str
    create: bool


@dataclass(frozen=True)
class _Set:
    """The claims with their distinct identities (keys) numbered 0..K-1."""

    rows: int
    row: Ints  # per claim
    code: Ints  # per claim: the key
    keys: list[tuple[str, str]]
    kinds: list[str]
    kind: Ints  # per key: the number of its kind in `kinds`
    home: Ints  # per key: the pid that has it, 0 when nobody
    at_us: Ints
    trusted: Flags
    explicit: Flags


def resolve(
    conn: Connection,
    rev: int,
    claims: Claims,
    *,
    now_us: int,
    exposures: Exposures = never_exposed,
    actor: str = "worker",
    create: bool = True,
) -> Resolution:
    """Find, create and merge the people of `claims`, in the transaction whose revision is `rev`.

    With `create=False` the caller inserts the profiles of `created` itself (`people.create`), with
    their first documents. Identities of new people and new identities of known ones are stored.
    """
    if claims.rows == 0:
        none = np.empty(0, dtype=np.int64)
        return Resolution(pid=none, created=none)
    told = _read(claims)
    context = _Context(rev, now_us, exposures, actor, create)
    if _seem_new(conn, told):
        assert conn.dialect.loaded_dbapi is not None
        try:
            with conn.begin_nested():
                return _resolve(conn, told, context)
        except conn.dialect.loaded_dbapi.IntegrityError:
            pass  # somebody is known after all, and the savepoint has undone everything
    kinds, values = zip(*told.keys, strict=True)
    return _resolve(conn, replace(told, home=people.find(conn, kinds, values)), context)


def _seem_new(conn: Connection, told: _Set) -> bool:
    """Whether a sample of a large set is unknown: then inserting is cheaper than looking first."""
    if len(told.keys) < SAMPLED_FROM:
        return False
    sample = told.keys[:: len(told.keys) // SAMPLE]
    kinds, values = zip(*sample, strict=True)
    return not people.find(conn, kinds, values).any()


def _resolve(conn: Connection, told: _Set, context: _Context) -> Resolution:
    now_us, actor = context.now_us, context.actor
    label = _components(told)
    contested = _contested(conn, told, label)
    key_pid, created = _settle(conn, told, label, contested)
    pid = np.zeros(told.rows, dtype=np.int64)
    calm = ~contested[label[told.code]]
    pid[told.row[calm]] = key_pid[told.code[calm]]
    contest = _argue(conn, told, np.flatnonzero(~calm), key_pid, now_us)
    fresh = contest.settle(lambda n: counters.take(conn, "pid", n))
    for row, who in contest.row_pid.items():
        pid[row] = who
    created = np.concatenate([created, np.array(fresh, dtype=np.int64)])
    _store_identities(conn, told, key_pid)
    if context.create and len(created):
        people.create(conn, context.rev, created, created_us=now_us, docs=traits.EMPTY)
    merging.merge(
        conn, context.rev, contest.merges, now_us=now_us, actor=actor, exposures=context.exposures
    )
    _count_merges(conn, contest, now_us)
    _record_refusals(conn, contest, now_us, actor)
    return Resolution(pid=pid, created=created, merges=contest.merges, refused=contest.refused)


def _read(claims: Claims) -> _Set:
    named = list(zip(claims.kind, claims.value, strict=True))
    keys = list(dict.fromkeys(named))
    code = np.arange(len(named), dtype=np.int64)
    if len(keys) < len(named):
        codes = dict(zip(keys, range(len(keys)), strict=True))
        code = np.fromiter(map(codes.__getitem__, named), dtype=np.int64, count=len(named))
    kinds = {kind: i for i, kind in enumerate(dict.fromkeys(claims.kind))}
    kind = np.zeros(len(keys), dtype=np.int64)
    kind[code] = np.fromiter(map(kinds.__getitem__, claims.kind), dtype=np.int64, count=len(named))
    row = np.asarray(claims.row, dtype=np.int64)
    if row.min() != 0 or row.max() != claims.rows - 1 or not np.bincount(row).all():
        raise ValueError("every row needs an identity")
    return _Set(
        rows=claims.rows,
        row=row,
        code=code,
        keys=keys,
        kinds=list(kinds),
        kind=kind,
        home=np.zeros(len(keys), dtype=np.int64),
        at_us=np.broadcast_to(np.asarray(claims.at_us, dtype=np.int64), claims.rows),
        trusted=np.broadcast_to(np.asarray(claims.trusted, dtype=bool), claims.rows),
        explicit=np.broadcast_to(np.asarray(claims.explicit, dtype=bool), claims.rows),
    )


def _components(told: _Set) -> Ints:
    """Per key the smallest key that it is connected with, by rows and by stored people."""
    known = np.flatnonzero(told.home)
    _, stored = np.unique(told.home[known], return_inverse=True)
    row = np.concatenate([told.row, told.rows + stored])
    code = np.concatenate([told.code, known])
    label = np.arange(len(told.keys), dtype=np.int64)
    while True:
        least = np.full(int(row.max()) + 1, len(label), dtype=np.int64)
        np.minimum.at(least, row, label[code])
        new = label.copy()
        np.minimum.at(new, code, least[row])
        new = new[new]
        if np.array_equal(new, label):
            return label
        label = new


def _contested(conn: Connection, told: _Set, label: Ints) -> Flags:
    """Per label: whether its people contradict each other, a limit, or a key's rights."""
    size = len(told.keys)
    known = np.flatnonzero(told.home)
    homes = np.unique(np.stack([label[known], told.home[known]]), axis=1)
    people_of = np.bincount(homes[0], minlength=size)
    contested = people_of > 1
    new = told.home == 0
    # A person who gets another identity: what they have already counts against the limits.
    growing = np.zeros(size, dtype=bool)
    growing[label[new]] = True
    grown = homes[:, growing[homes[0]]]
    held = _held(conn, grown[1]) if grown.size else {}
    label_of = dict(zip(grown[1].tolist(), grown[0].tolist(), strict=True))
    for i, kind in enumerate(told.kinds):
        values = np.bincount(label[new & (told.kind == i)], minlength=size)
        for (pid, held_kind), n in held.items():
            if held_kind == kind and values[label_of[pid]]:
                values[label_of[pid]] += n
        contested |= values > values_max(kind)
    if not told.trusted.all():
        strong = np.array([kind in KNOWN_BY for kind in told.kinds])[told.kind]
        doubtful = ~told.trusted[told.row] & strong[told.code] & new[told.code]
        in_doubt = np.zeros(size, dtype=bool)
        in_doubt[label[told.code[doubtful]]] = True
        contested |= in_doubt & (
            (people_of > 0) | (np.bincount(label[strong], minlength=size) > 1)
        )
    return contested


def _held(conn: Connection, pids: Any) -> dict[tuple[int, str], int]:
    """How many values of each kind these people have."""
    wanted = bulk.given_ids(conn, np.unique(pids))
    query = (
        select(identities.c.pid, identities.c.kind, func.count())
        .join_from(wanted, identities, identities.c.pid == wanted.c.id)
        .group_by(identities.c.pid, identities.c.kind)
    )
    return {(pid, kind): n for pid, kind, n in bulk.fetch(conn, query)}


def _settle(conn: Connection, told: _Set, label: Ints, contested: Flags) -> tuple[Ints, Ints]:
    """The pid of each key of the uncontested, and the pids created, in the order of rows."""
    owner = np.zeros(len(told.keys), dtype=np.int64)
    np.maximum.at(owner, label, told.home)
    calm = ~contested[label]
    alone = np.zeros(len(told.keys), dtype=bool)
    alone[label[calm & (owner[label] == 0)]] = True
    orphans = np.flatnonzero(alone)
    if len(orphans):
        first = counters.take(conn, "pid", len(orphans))
        owner[orphans] = first + np.arange(len(orphans))
    key_pid = np.where(calm, owner[label], told.home)
    return key_pid, owner[orphans]


def _argue(conn: Connection, told: _Set, claims: Ints, key_pid: Ints, now_us: int) -> Contest:
    """Settle the contested rows one after the other; fills their places in `key_pid`."""
    by_row: dict[int, list[int]] = {}
    for claim in claims.tolist():
        by_row.setdefault(int(told.row[claim]), []).append(int(told.code[claim]))
    codes = sorted({code for keys in by_row.values() for code in keys})
    homes = np.unique(key_pid[codes]) if codes else np.empty(0, dtype=np.int64)
    contest = Contest(
        keys=told.keys,
        home=key_pid,
        held=_held(conn, homes[homes > 0]) if codes else {},
        caused=_caused(conn, [told.keys[code] for code in codes], now_us),
    )
    for row in sorted(by_row):
        contest.hear(
            row,
            by_row[row],
            trusted=bool(told.trusted[row]),
            explicit=bool(told.explicit[row]),
        )
    return contest


def _caused(
    conn: Connection, keys: Sequence[tuple[str, str]], now_us: int
) -> dict[tuple[str, str], int]:
    """How many merges each of these identities has caused today (UTC)."""
    if not keys:
        return {}
    by_hash = {make_key("identity", *key): key for key in keys}
    wanted = bulk.given_ids(conn, sorted(by_hash))
    query = select(merge_counts.c.identity, merge_counts.c.n).join_from(
        wanted,
        merge_counts,
        and_(merge_counts.c.identity == wanted.c.id, merge_counts.c.day == now_us // DAY_US),
    )
    return {by_hash[identity]: n for identity, n in bulk.fetch(conn, query)}


def _store_identities(conn: Connection, told: _Set, key_pid: Ints) -> None:
    """Insert the new ones in the order of the primary key: each page is filled at once."""
    import polars as pl

    first_at = np.zeros(len(told.keys), dtype=np.int64)
    first_at[told.code[::-1]] = told.at_us[told.row[::-1]]
    columns = {
        "kind": pl.Series(told.kinds).gather(told.kind),
        "value": [value for _, value in told.keys],
        "pid": key_pid,
        "at_us": first_at,
    }
    new = (told.home == 0) & (key_pid != 0)
    stored = pl.DataFrame(columns).filter(new).sort("kind", "value").to_dict(as_series=False)
    bulk.insert_columns(conn, identities, stored)
    suppressions.attach_new(conn, stored["kind"], stored["value"], stored["pid"])


def _count_merges(conn: Connection, contest: Contest, now_us: int) -> None:
    if contest.caused_now:
        keys = sorted(contest.caused_now)
        columns = {
            "identity": [make_key("identity", *key) for key in keys],
            "day": now_us // DAY_US,
            "n": [contest.caused[key] for key in keys],
        }
        bulk.insert_columns(conn, merge_counts, columns, on_conflict="replace")


def _record_refusals(conn: Connection, contest: Contest, now_us: int, actor: str) -> None:
    """Each refusal goes to the audit log once a day: a shared device repeats it all day long."""
    by_mark = {make_key("refused", r.kept, r.other, r.reason): r for r in contest.refused}
    if not by_mark:
        return
    day = now_us // DAY_US
    wanted = bulk.given_ids(conn, sorted(by_mark))
    seen = select(merge_counts.c.identity).join_from(
        wanted,
        merge_counts,
        and_(merge_counts.c.identity == wanted.c.id, merge_counts.c.day == day),
    )
    for (mark,) in bulk.fetch(conn, seen):
        del by_mark[mark]
    if not by_mark:
        return
    bulk.insert_columns(conn, merge_counts, {"identity": sorted(by_mark), "day": day, "n": 1})
    refusals = list(by_mark.values())
    audit.add_many(
        conn,
        now_us,
        actor,
        "merge_refused",
        [f"person:{r.kept}" for r in refusals],
        [{"other": r.other, "reason": r.reason, "kind": r.kind} for r in refusals],
    )

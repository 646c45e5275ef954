"""Two profiles that turned out to be one person become one: for good, and traceably.

The winner is the one known by an external id, then the one known by any address, then the older.
Nobody is drawn again: the draws of whoever was exposed first stay in force.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import BigInteger, Connection, delete, select, update

from maracuja.errors import NotFound
from maracuja.store import (
    audit,
    bulk,
    consents,
    conversations,
    denied,
    devices,
    disputed,
    entries,
    holds,
    objections,
    rights,
    shop_people,
    signups,
    silenced,
    suppressions,
    traits,
    waiting,
    wishes,
)
from maracuja.store.people import People, replace_documents, select_people
from maracuja.store.schema import identities, merges, profiles

Exposures = Callable[[Sequence[int]], Mapping[int, int]]


class Merge(NamedTuple):
    """`loser` becomes `winner`; `rule` says why they are one: identity, alias, by_hand."""

    loser: int
    winner: int
    rule: str


def never_exposed(draw_pids: Sequence[int]) -> Mapping[int, int]:
    """The exposures of people about whom nothing was ever decided."""
    return {}


def merge(
    conn: Connection,
    rev: int,
    pairs: Sequence[Merge],
    *,
    now_us: int,
    actor: str = "worker",
    exposures: Exposures = never_exposed,
) -> int:
    """Carry out merges of canonical people, in order; chains within the set are followed.

    `exposures` tells, for draw_pids, when each was first decided about (micros); who is not there
    never was. Identities, consents (out wins), suppressions and traits go to the winner; the
    merged map stays flat. Returns how many people are gone.
    """
    into = _flat(pairs)
    if not into:
        return 0
    losers = sorted(into)
    winners = [into[pid] for pid in losers]
    people = select_people(conn, [*losers, *winners])
    missing = sorted({*losers, *winners} - set(people.pid))
    if missing:
        raise NotFound(f"there is no person {missing[0]}", fix="Look for them with an identity.")
    draws, crossed = _draws(people, into, exposures)
    reached = devices.move(conn, into)
    _unite(conn, rev, people, into, draws, reached, now_us)
    _move_identities(conn, losers, winners)
    consents.move(conn, losers, winners, now_us)
    suppressions.move(conn, losers, winners)
    waiting.move(conn, into)
    shop_people.move(conn, into)
    objections.move(conn, into)
    rights.move(conn, into)
    entries.move(conn, into)
    signups.move(conn, losers, winners)
    wishes.move(conn, into)
    for table in (holds, silenced, denied, disputed):
        table.move(conn, into)
    conversations.move(conn, losers, winners)
    _record(conn, pairs, into, crossed, now_us, actor)
    return len(losers)


def _flat(pairs: Sequence[Merge]) -> dict[int, int]:
    into: dict[int, int] = {}

    def last(pid: int) -> int:
        while pid in into:
            pid = into[pid]
        return pid

    for loser, winner, _ in pairs:
        a, b = last(loser), last(winner)
        if a != b:
            into[a] = b
    return {pid: last(pid) for pid in into}


def _draws(
    people: People, into: Mapping[int, int], exposures: Exposures
) -> tuple[dict[int, int], set[int]]:
    """The draw_pid that each winner keeps, and the losers that were drawn apart from it."""
    draw_of = dict(zip(people.pid, people.draw_pid, strict=True))
    first_us = exposures(sorted(set(people.draw_pid)))
    kept: dict[int, int] = {}
    crossed: set[int] = set()
    for loser, winner in sorted(into.items()):
        mine = kept.get(winner, draw_of[winner])
        other = draw_of[loser]
        if mine in first_us and other in first_us and mine != other:
            crossed.add(loser)
        never = 2**62  # nobody exposed: the winner's own stays
        kept[winner] = other if first_us.get(other, never) < first_us.get(mine, never) else mine
    return kept, crossed


def _unite(
    conn: Connection,
    rev: int,
    people: People,
    into: Mapping[int, int],
    draws: Mapping[int, int],
    reached: Mapping[int, Mapping[str, str]],
    now_us: int,
) -> None:
    rows = {row[0]: row for row in zip(*people, strict=True)}
    documents = {pid: traits.decode(row[-1]) for pid, row in rows.items()}
    created = {pid: row[3] for pid, row in rows.items()}
    for loser, winner in sorted(into.items()):
        documents[winner] = traits.unite(documents[winner], documents[loser], now_us)
        created[winner] = min(created[winner], created[loser])
    denied.strip(conn, documents, into)
    for winner, addresses in reached.items():
        traits.apply(documents[winner], {}, addresses, now_us)
    replace_documents(
        conn,
        rev,
        {pid: (rows[pid][1], created[pid], draws[pid], documents[pid]) for pid in draws},
    )
    gone = bulk.given_ids(conn, sorted(into), name="gone")
    conn.execute(delete(profiles).where(profiles.c.pid.in_(select(gone.c.id))))


def _move_identities(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    pair = bulk.given(conn, "pair", pid=(BigInteger(), losers), to=(BigInteger(), winners))
    conn.execute(update(identities).where(identities.c.pid == pair.c.pid).values(pid=pair.c.to))


def _record(
    conn: Connection,
    pairs: Sequence[Merge],
    into: Mapping[int, int],
    crossed: set[int],
    now_us: int,
    actor: str,
) -> None:
    rules = {pair.loser: pair.rule for pair in reversed(pairs)}
    losers = sorted(into)
    winners = [into[pid] for pid in losers]
    pair = bulk.given(conn, "pair", pid=(BigInteger(), losers), to=(BigInteger(), winners))
    conn.execute(
        update(merges).where(merges.c.canonical == pair.c.pid).values(canonical=pair.c.to)
    )
    columns = {
        "pid": losers,
        "canonical": winners,
        "at_us": now_us,
        "rule": [rules.get(pid, "identity") for pid in losers],
        "crossed": [pid in crossed for pid in losers],
    }
    bulk.insert_columns(conn, merges, columns)
    details = [
        {"loser": loser, "rule": rules.get(loser, "identity"), "crossed": loser in crossed}
        for loser in losers
    ]
    audit.add_many(conn, now_us, actor, "merged", [f"person:{w}" for w in winners], details)

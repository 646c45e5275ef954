"""Forgets a person everywhere: state, lake, queues; logged first, repeated after a crash.

It must never keep the number that stands for the person: it is drawn, used and lost.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np
from sqlalchemy import Connection

from maracuja.campaigns.definitions import Goal
from maracuja.campaigns.facts import decode_facts
from maracuja.channels.devices import split
from maracuja.commit_points import passed
from maracuja.config import Lake
from maracuja.errors import Conflict, NotFound
from maracuja.lake.erasure import Erased
from maracuja.lake.erasure import erase as erase_from_lake
from maracuja.lake.files import of_kind
from maracuja.model import FileKind, Record, micros, moment
from maracuja.rng import make_id
from maracuja.runtime import erasure_log, name_cards
from maracuja.runtime.erasure_log import Asked, Done
from maracuja.runtime.launch_ground import definitions_in_force
from maracuja.runtime.projection import Projection
from maracuja.runtime.upkeep import GRACE
from maracuja.segments.facts import full_name
from maracuja.store import (
    audit,
    counters,
    erase,
    hashed,
    inbox,
    manifest,
    people,
    residue,
    runs,
    watermarks,
)
from maracuja.store.engine import Store
from maracuja.store.meta import Secrets
from maracuja.store.suppressions import digest

KEPT: Final = (
    "salted hashes of identities and addresses, so that nobody writes to them by mistake and"
    " a restored backup forgets them too",
    "decisions, outcomes of messages, and events that goals count, under a random number that"
    " leads to nobody, so that published reports keep their totals",
)


class Place(NamedTuple):
    """Where people are forgotten: the stores, the log outside of them, and the engine's limits."""

    store: Store
    lake: Path
    log: Path
    secrets: Secrets
    limits: Lake


class Certificate(Record, frozen=True):
    """What the person, or an authority, is shown; without any personal data.

    `person` are (kind, hexadecimal salted hash) of their identities; `tables` and `lake` count
    rows by table and by kind and fate.
    """

    id: str
    erased_at: str
    person: tuple[tuple[str, str], ...]
    tables: dict[str, int]
    lake: dict[str, int]
    files_rewritten: int
    old_files_deleted_by: str
    kept: tuple[str, ...] = KEPT


def erase_person(place: Place, projection: Projection, pid: int, now: datetime) -> Certificate:
    """Erase the person of a pid, merged ones included, and say what was done.

    To be called by the holder of the lease, with its own projection: what waits in inbox and feed
    is projected first, so that it is erased too. Afterwards the holder must forget what it has
    read about people (`Launch.close`). Raises NotFound, and Conflict when another worker has
    changed the lake or merged the person meanwhile: it is repeated at the next start.
    """
    pass_queues(place.store, projection, now)
    with place.store.read() as conn:
        entry = _ask(conn, place.secrets, pid, now)
    erasure_log.append(place.log, entry)
    passed("erasure.asked")
    return _carry_out(place, entry, now)


def finish_erasures(place: Place, projection: Projection, now: datetime) -> list[Certificate]:
    """Repeat the erasures that a crash has cut short; to be called at the start of the worker."""
    waiting = erasure_log.unfinished(erasure_log.read(place.log))
    if waiting:
        pass_queues(place.store, projection, now)
    finished = []
    for entry in waiting:
        with place.store.read() as conn:
            pids = tuple(_all_pids(conn, entry.pids))
        if set(pids) != set(entry.pids):  # merged since
            entry = msgspec.structs.replace(entry, pids=pids)
            erasure_log.append(place.log, entry)
        finished.append(_carry_out(place, entry, now))
    return finished


def find_certificate(store: Store, number: str) -> Certificate | None:
    """The certificate of an erasure, by its id; None where there was none."""
    with store.read() as conn:
        return _certificate(conn, number)


def certificate_of(place: Place, pid: int) -> Certificate | None:
    """The certificate of whoever had this pid; None where nobody of that pid was erased."""
    lines = erasure_log.asked(erasure_log.read(place.log))
    theirs = [line.id for line in lines if pid in line.pids]
    return find_certificate(place.store, theirs[-1]) if theirs else None


def erase_again(place: Place, entries: Sequence[Asked], now: datetime) -> dict[str, int]:
    """Erase whom a log names in a restored copy; rows by table or by kind and fate.

    Somebody whose pid differs there (their first event was still in the backup's inbox) is found
    by the hashes of their identities. `place.log` is left alone.
    """
    known = [_found_by_hash(place, entry) for entry in entries]
    erased, tables = _forget(place, known, now)
    return {**tables, **erased.counts}


# ---------------------------------------------------------------- steps


def pass_queues(store: Store, projection: Projection, now: datetime) -> None:
    """Project everything that is in the inbox and in the feed by now."""
    with store.read_inbox() as conn:
        arrived = inbox.last(conn)
    with store.read() as conn:
        told = counters.last(conn, "feed")
    while True:
        with store.read() as conn:
            passed = watermarks.get(conn, "inbox"), watermarks.get(conn, "feed")
        if passed[0] >= arrived and passed[1] >= told:
            return
        if projection.project(now).nothing:
            return


def _ask(conn: Connection, secrets: Secrets, pid: int, now: datetime) -> Asked:
    """The line of the log: who it is about, without saying who they are."""
    person = people.get(conn, pid)
    pids = tuple(_all_pids(conn, [person.pid]))
    names = {(one.kind, one.value) for one in people.identities_of(conn, person.pid)}
    reached = {(k, one) for k, value in person.addresses.items() for one in split(value)}
    named = sorted(names | reached)
    salt = secrets.suppression_salt
    return Asked(
        id=make_id("erasure", secrets.workspace, *pids, micros(now)).hex(),
        workspace=secrets.workspace,
        at_us=micros(now),
        pids=pids,
        hashes=tuple((kind, digest(salt, kind, value).hex()) for kind, value in named),
    )


def _all_pids(conn: Connection, pids: Sequence[int]) -> list[int]:
    """These people's canonical pids, then every other pid that they ever had."""
    own = sorted(set(people.canonical(conn, pids).tolist()))
    merged, canonical = people.merged(conn)
    others = {*merged[np.isin(canonical, own)].tolist(), *pids} - set(own)
    return [*own, *sorted(others)]


def _carry_out(place: Place, entry: Asked, now: datetime) -> Certificate:
    """Erase, and write the certificate in the same transaction; a repeat finds it there."""
    _forget(place, [entry], now, certify=True)
    passed("erasure.committed")
    if residue.wipe(place.store):  # else the next start repeats what is left to do
        erasure_log.append(place.log, Done(id=entry.id))
    passed("erasure.done")
    with place.store.read() as conn:
        certificate = _certificate(conn, entry.id)
    assert certificate is not None
    return certificate


def _forget(
    place: Place, entries: Sequence[Asked], now: datetime, *, certify: bool = False
) -> tuple[Erased, dict[str, int]]:
    """Rewrite the lake's files, then change state and manifest together."""
    salt, now_us = place.secrets.suppression_salt, micros(now)
    leaving = [entry.as_erasure(erase.new_pseudonym()) for entry in entries]
    with place.store.read() as conn:
        files = manifest.live(conn, list(FileKind), now_us)
        keys = _name_keys(conn, entries)
        version = manifest.version(conn, list(FileKind))
        events, columns = _counted(conn)
    erased = erase_from_lake(
        place.lake,
        [file for file in files if file.kind is not FileKind.NAMES],
        {pid: one.pseudonym for one in leaving for pid in one.pids},
        goal_events=events,
        goal_columns=columns,
        now=now,
        threads=place.limits.threads,
        memory=place.limits.memory,
    )
    names = name_cards.without(place.lake, of_kind(files, FileKind.NAMES), keys, now)
    if names.cards:
        counts = {**erased.counts, "name_cards_deleted": names.cards}
        erased = msgspec.structs.replace(erased, counts=dict(sorted(counts.items())))
    passed("erasure.files_written")
    with place.store.write() as conn:
        if manifest.version(conn, list(FileKind)) != version:
            raise Conflict("Another worker has changed the lake meanwhile.", fix="Try again.")
        for entry in entries:
            if set(_all_pids(conn, entry.pids)) != set(entry.pids):
                raise Conflict("The person was merged with another meanwhile.", fix="Try again.")
        tables = Counter(erase.replay(conn, leaving, salt=salt))
        manifest.swap(conn, erased.swap.dead, erased.swap.new, now_us)
        manifest.swap(conn, names.dead, names.new, now_us)
        tables["files named"] = manifest.follow(conn, erased.swap.moved)
        done = dict(sorted(tables.items()))
        if certify and _certificate(conn, entries[0].id) is None:
            _write_certificate(conn, entries[0], done, erased, now)
        passed("erasure.state_written")
    return erased, done


def _name_keys(conn: Connection, entries: Sequence[Asked]) -> set[int]:
    """The keys of the cards that these people's names have made; nobody is named by them."""
    keys: set[int] = set()
    for pid in {pid for entry in entries for pid in entry.pids}:
        with suppress(NotFound):
            keys |= name_cards.keys_of(people.get(conn, pid))
    return keys


def _counted(conn: Connection) -> tuple[frozenset[str], frozenset[str]]:
    """The events that goals count, and the columns by which they count them."""
    goals = [one for one in definitions_in_force(conn).values() if isinstance(one, Goal)]
    for run in runs.every(conn):
        goals += decode_facts(run.facts).goals
    names = {name for goal in goals for name in (goal.value, *(p.property for p in goal.where))}
    return (
        frozenset(goal.event for goal in goals),
        frozenset(full_name(name) for name in names if name),
    )


def _write_certificate(
    conn: Connection, entry: Asked, tables: dict[str, int], erased: Erased, now: datetime
) -> None:
    certificate = Certificate(
        id=entry.id,
        erased_at=moment(entry.at_us).isoformat(),
        person=entry.hashes,
        tables=tables,
        lake=erased.counts,
        files_rewritten=len(erased.swap.dead),
        old_files_deleted_by=(now + GRACE).isoformat(),
    )
    detail = msgspec.to_builtins(certificate)
    audit.add(conn, micros(now), "worker", "erased", _subject(entry.id), detail)


def _certificate(conn: Connection, number: str) -> Certificate | None:
    entries = audit.newest(conn, subject=_subject(number), rows_max=1)
    return msgspec.convert(entries[0].detail, Certificate) if entries else None


def _subject(number: str) -> str:
    return f"erasure:{number}"


def _found_by_hash(place: Place, entry: Asked) -> Asked:
    """The entry with the pids that its people have in this copy."""
    wanted = {(kind, bytes.fromhex(text)) for kind, text in entry.hashes}
    with place.store.read() as conn:
        owners = hashed.owners_of(conn, place.secrets.suppression_salt, wanted)
        pids = _all_pids(conn, [*entry.pids, *owners])
    return msgspec.structs.replace(entry, pids=tuple(pids))

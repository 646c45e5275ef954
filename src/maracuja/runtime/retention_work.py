"""How long each kind of data is kept: the shorter of the configuration and the law's declaration.

Upkeep enforces it; here it is worked out and reported.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Connection

from maracuja.config import Config, Lake
from maracuja.lake.files import of_kind
from maracuja.lake.profiles import read_profiles
from maracuja.model import FileKind, Trait, TraitSource, micros, moment, unpack_meta
from maracuja.runtime.launch_ground import trait_types
from maracuja.runtime.law_in_force import declaration, declared
from maracuja.runtime.upkeep_ground import KEEP_REFUSED_DAYS, Ground
from maracuja.store import conversations, inbox, manifest, meta, people, refused, watermarks
from maracuja.store.engine import Store
from maracuja.store.traits import decode

TRAITS_LOOKED: Final = "traits_outlived_us"
EVERY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Kept:
    """A kind of data: for how many days (0: for ever), by whose word, and the oldest there is."""

    kind: str
    days: int
    by: str
    oldest: datetime | None
    note: str = ""


def shortest(*limits: int) -> int:
    """The shortest of limits in days; 0 is none."""
    return min((days for days in limits if days), default=0)


def lake_days(conn: Connection, limits: Lake) -> dict[FileKind, int]:
    """How many days files of each limited kind are kept."""
    keep = declaration(conn).keep
    days = {
        FileKind.EVENTS: shortest(limits.keep_events_days, keep.get("events", 0)),
        FileKind.BODIES: shortest(limits.keep_bodies_days, keep.get("bodies", 0)),
        FileKind.DECISIONS: keep.get("decisions", 0),
    }
    return {kind: n for kind, n in days.items() if n}


def refused_days(conn: Connection) -> int:
    """How many days events that were put aside are kept."""
    return shortest(KEEP_REFUSED_DAYS, declaration(conn).keep.get("refused", 0))


def conversation_days(conn: Connection, days: int) -> int:
    """How many days conversations are kept; `days` is the configuration's word."""
    return shortest(days, declaration(conn).keep.get("conversations", 0))


def forget_traits(ground: Ground) -> int:
    """Once a day, take away the values of traits that outlived their declared time; how many."""
    with ground.store.read() as conn:
        looked_us = int(meta.get(conn, TRAITS_LOOKED) or 0)
        if ground.now < moment(looked_us) + EVERY:
            return 0
        limits = {n: one.kept for n, one in declared(conn).items() if one.kept is not None}
        types = {name: kind for name, kind in trait_types(conn).items() if name in limits}
        files = of_kind(manifest.live(conn, [FileKind.PROFILES], micros(ground.now)),
                        FileKind.PROFILES)  # fmt: skip
    gone = 0
    if types and files:
        columns = [f"meta.{name}" for name in types]
        frame = read_profiles(ground.lake, files, columns=columns, types=types)
        for name in types:
            told = frame.select("pid", at=f"meta.{name}").drop_nulls()
            seconds, *_ = unpack_meta(told["at"].to_numpy())
            before = (ground.now - limits[name]).timestamp()
            gone += _take_away(
                ground, name, told["pid"].to_numpy()[seconds < before], limits[name]
            )
    with ground.store.write() as conn:
        meta.put(conn, TRAITS_LOOKED, str(micros(ground.now)))
    return gone


def _take_away(
    ground: Ground, name: str, pids: np.ndarray[tuple[int], np.dtype[np.int64]], kept: timedelta
) -> int:
    """Take a trait from these people where it is still the old value; how many."""
    before_us, now_us = micros(ground.now - kept), micros(ground.now)
    nothing = Trait(None, TraitSource.DECLARED, 1.0, now_us)
    gone = 0
    for at in range(0, len(pids), people.CHUNK):
        with ground.store.write() as conn:
            rev = people.next_rev(conn)
            found = people.select_people(conn, pids[at : at + people.CHUNK])
            traits = {
                pid: decode(doc).traits.get(name)
                for pid, doc in zip(found.pid, found.doc, strict=True)
            }
            old = [pid for pid, one in traits.items() if one is not None and one.at_us < before_us]
            people.change(conn, rev, old, set_traits=[{name: nothing}] * len(old), now_us=now_us)
            gone += len(old)
    return gone


def report(store: Store, config: Config, now: datetime) -> list[Kept]:
    """Every kind of data with its time, its source and the oldest that is there."""
    with store.read() as conn:
        law = declaration(conn).keep
        lake = lake_days(conn, config.lake)
        files = manifest.live(conn, list(FileKind), micros(now))
        talks = conversations.oldest_us(conn)
        faults = refused.oldest_us(conn)
        traits = [one for _, one in sorted(declared(conn).items()) if one.kept is not None]
        passed = watermarks.get(conn, "inbox")
    with store.read_inbox() as conn:
        waiting = inbox.size(conn, passed)
    configured = {
        "events": config.lake.keep_events_days,
        "bodies": config.lake.keep_bodies_days,
        "decisions": 0,
    }
    found = []
    for kind in (FileKind.EVENTS, FileKind.BODIES, FileKind.DECISIONS):
        times = [file.from_us for file in files if file.kind is kind]
        days = lake.get(kind, 0)
        by = _by(days, configured[kind.value], law.get(kind.value, 0))
        found.append(Kept(kind.value, days, by, _moment(min(times, default=None))))
    talk_days = shortest(config.conversations.keep_days, law.get("conversations", 0))
    by = _by(talk_days, config.conversations.keep_days, law.get("conversations", 0))
    found.append(Kept("conversations", talk_days, by, _moment(talks), "after the last turn"))
    fault_days = shortest(KEEP_REFUSED_DAYS, law.get("refused", 0))
    by = _by(fault_days, 0, law.get("refused", 0)) if "refused" in law else "built in"
    found.append(Kept("refused", fault_days, by, _moment(faults), "events that were put aside"))
    note = f"until they are taken; {waiting} waiting"
    found.append(Kept("inbox", 0, "built in", None, note))
    found += [
        Kept(f"trait {one.name}", one.kept.days, f"trait {one.id}", None, one.purpose)
        for one in traits
        if one.kept is not None
    ]
    return found


def _by(days: int, configured: int, declared_days: int) -> str:
    if not days:
        return "no limit"
    return "law" if days == declared_days and days != configured else "configuration"


def _moment(us: int | None) -> datetime | None:
    return None if us is None else moment(us)

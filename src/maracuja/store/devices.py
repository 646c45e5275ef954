"""The devices that take notifications: whose each is, when it was last seen, which are left alone.

A profile's address of such a kind is made of its devices in use, and by nobody else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

from sqlalchemy import BigInteger, Connection, delete, select, update

from maracuja.channels import DEVICE_KINDS
from maracuja.channels.devices import DEVICES_MAX, join, split, told_name
from maracuja.store import bulk, people
from maracuja.store.schema_devices import devices

NEVER_US: Final = 2**62
SEEN_US: Final = 3_600_000_000  # a device that is seen all day is written down once an hour
LEFT: Final = "left"  # the person turned it off
GONE: Final = "gone"  # the vendor reaches it no more


class Word(IntEnum):
    """What is said of a device."""

    SEEN = 0  # it is there: a token comes along with every event
    ON = 1  # the person turns it on, even if it was off
    OFF = 2


class Device(NamedTuple):
    """A device as it is kept; `off_until_us` 0: in use."""

    kind: str
    name: bytes
    pid: int
    address: str
    app: str
    platform: str
    first_us: int
    seen_us: int
    off_until_us: int
    why: str

    @property
    def used(self) -> bool:
        """Whether messages go there: what was left alone is used once it is seen again."""
        return self.pid > 0 and not self.off_until_us


class Told(NamedTuple):
    """A word about a device of a canonical pid; `believed`: it may become theirs by it."""

    pid: int
    kind: str
    address: str
    at_us: int
    word: Word = Word.SEEN
    app: str = ""
    platform: str = ""
    believed: bool = True


_Key = tuple[str, bytes]
KnownPeople = Callable[[Connection, set[int]], set[int]]
"""Those of canonical people who are known by more than a device."""
_COLUMNS: Final = [devices.c[name] for name in Device._fields]


def name_of(address: str) -> bytes:
    """The digest under which a device is kept."""
    return hashlib.sha256(told_name(address).encode()).digest()


def tell(
    conn: Connection, rev: int, told: Sequence[Told], now_us: int, known: KnownPeople
) -> list[int]:
    """Take words about devices, in order of time; the people whose address has changed.

    A device is one person's: whoever it is seen with has it, and nobody else. Where that is not
    believed of them, a known person loses it all the same: it is in other hands.
    """
    if not told:
        return []
    ordered = sorted(told, key=lambda one: one.at_us)
    keys = [(one.kind, name_of(one.address)) for one in ordered]
    standing = _standing(conn, keys)
    kept, touched = dict(standing), set[int]()
    new: Device | None
    doubts = not all(one.believed for one in told)
    famous = known(conn, {row.pid for row in standing.values()} - {0}) if doubts else set()
    for key, one in zip(keys, ordered, strict=True):
        old = kept.get(key)
        if old is not None and not one.believed and old.pid not in (0, one.pid):
            new = old._replace(pid=0) if old.pid in famous and one.at_us > old.seen_us else old
        else:
            new = _after(old, one, key[1])
        if new is not None and new != old:
            kept[key] = new
            touched |= {new.pid, old.pid if old else 0} - {0}
    changed = [row for key, row in kept.items() if row != standing.get(key)]
    _write(conn, changed)
    return refresh(conn, rev, sorted(touched), now_us) if touched else []


def _after(old: Device | None, told: Told, name: bytes) -> Device | None:
    """The device after a word of its person; None where it is not believed and was not there."""
    off = told.word is Word.OFF
    if old is None or old.pid != told.pid:
        if not told.believed or (old is not None and told.at_us < old.seen_us):
            return old
        dead = old is not None and old.why == GONE and told.word is not Word.ON
        until_us = old.off_until_us if old is not None and dead else 0
        return Device(
            told.kind,
            name,
            told.pid,
            told.address,
            told.app,
            told.platform,
            old.first_us if old else told.at_us,
            told.at_us,
            NEVER_US if off else until_us,
            LEFT if off else GONE if until_us else "",
        )
    if off:
        return old._replace(off_until_us=NEVER_US, why=LEFT, seen_us=max(old.seen_us, told.at_us))
    on = told.word is Word.ON or old.off_until_us <= told.at_us
    until_us, why = (0, "") if on else (old.off_until_us, old.why)
    app, platform = told.app or old.app, told.platform or old.platform
    new = old._replace(
        address=told.address, app=app, platform=platform, off_until_us=until_us, why=why
    )
    later = told.at_us - old.seen_us
    if new == old and later < SEEN_US:
        return old
    return new._replace(seen_us=max(told.at_us, old.seen_us))


def seen_us(conn: Connection, kind: str, addresses: Sequence[str]) -> dict[str, int]:
    """When each of these devices was last told to be there; none that is not known."""
    names = {name_of(address): address for address in addresses}
    found = _standing(conn, [(kind, name) for name in names])
    return {names[name]: row.seen_us for (_, name), row in found.items()}


def gone(conn: Connection, kind: str, until_us: Mapping[str, int], now_us: int) -> int:
    """Leave devices alone, by address, until then (0: for good); their people get new addresses.

    Returns how many are left alone now. Takes a revision where there are any: to be called before
    anything else in its transaction.
    """
    rev = people.next_rev(conn)
    names = {name_of(address): us or NEVER_US for address, us in until_us.items()}
    found = _standing(conn, [(kind, name) for name in names]).values()
    off = [row._replace(off_until_us=names[row.name], why=GONE) for row in found]
    _write(conn, off)
    refresh(conn, rev, sorted({row.pid for row in off} - {0}), now_us)
    return len(off)


def refresh(conn: Connection, rev: int, pids: Sequence[int], now_us: int) -> list[int]:
    """Make the addresses of these people of their devices in use; who has others now.

    Beyond DEVICES_MAX of a kind, those not seen for longest are forgotten.
    """
    standing = people.standing(conn, pids)
    there = [pid for pid, stands in zip(pids, standing.tolist(), strict=True) if stands]
    used = {pid: dict.fromkeys(DEVICE_KINDS, "") for pid in there}
    excess: list[Device] = []
    for (pid, kind), rows in _by_person(of(conn, there)).items():
        mine = [row for row in rows if row.used]
        used[pid][kind] = join(row.address for row in mine)
        excess += mine[DEVICES_MAX:] + [row for row in rows if not row.used][DEVICES_MAX:]
    _delete(conn, excess)
    told = [{kind: used[pid][kind] for kind in DEVICE_KINDS} for pid in there]
    return people.change(
        conn, rev, there, set_traits=[{}] * len(there), set_addresses=told, now_us=now_us
    )


def of(conn: Connection, pids: Sequence[int]) -> list[Device]:
    """The devices of these canonical people, those seen last first."""
    rows = bulk.rows_where_in(conn, select(*_COLUMNS), devices.c.pid, sorted(set(pids) - {0}))
    return sorted(map(_device, rows), key=lambda row: (-row.seen_us, row.kind, row.name))


def owners(conn: Connection, kind: str, addresses: Sequence[str]) -> list[int]:
    """Whose device each address is, 0 where nobody's."""
    keys = [(kind, name_of(address)) for address in addresses]
    found = _standing(conn, keys)
    return [found[key].pid if key in found else 0 for key in keys]


def still(
    conn: Connection,
    kind: str,
    asked: Sequence[tuple[int, str]],
    reached: Callable[[str], bool] = lambda app: True,
) -> list[tuple[str, ...]]:
    """Of each (canonical pid, address): its devices that are still theirs and in use.

    Those of apps that are not `reached` are left out. A device that was never told of is believed
    to be whose message it is.
    """
    parts = [split(address) for _, address in asked]
    keys = {device: (kind, name_of(device)) for part in parts for device in part}
    found = _standing(conn, list(keys.values()))

    def stays(pid: int, device: str) -> bool:
        row = found.get(keys[device])
        return row is None or (row.pid == pid and row.used and reached(row.app))

    return [
        tuple(device for device in part if stays(pid, device))
        for (pid, _), part in zip(asked, parts, strict=True)
    ]


def move(conn: Connection, into: Mapping[int, int]) -> dict[int, dict[str, str]]:
    """Carry the devices of merged people over; by winner that has any, the addresses in use."""
    losers = bulk.given(
        conn, "pair", pid=(BigInteger(), list(into)), to=(BigInteger(), list(into.values()))
    )
    conn.execute(update(devices).where(devices.c.pid == losers.c.pid).values(pid=losers.c.to))
    united: dict[int, dict[str, str]] = {}
    for (pid, kind), rows in _by_person(of(conn, sorted(set(into.values())))).items():
        used = [row for row in rows if row.used]
        united.setdefault(pid, dict.fromkeys(DEVICE_KINDS, ""))[kind] = join(
            row.address for row in used
        )
        _delete(conn, used[DEVICES_MAX:])
    return united


def _by_person(rows: Iterable[Device]) -> dict[tuple[int, str], list[Device]]:
    found: dict[tuple[int, str], list[Device]] = {}
    for row in rows:
        found.setdefault((row.pid, row.kind), []).append(row)
    return found


def _standing(conn: Connection, keys: Sequence[_Key]) -> dict[_Key, Device]:
    rows = bulk.rows_where_in(
        conn, select(*_COLUMNS), devices.c.name, sorted({name for _, name in keys})
    )
    found = {(row.kind, row.name): row for row in map(_device, rows)}
    return {key: found[key] for key in dict.fromkeys(keys) if key in found}


def _device(row: Sequence[object]) -> Device:
    made = Device(*row)  # type: ignore[arg-type]  # the columns of the table, in this order
    return made._replace(name=bytes(made.name))


def _write(conn: Connection, rows: Sequence[Device]) -> None:
    if rows:
        columns = dict(zip(Device._fields, map(list, zip(*rows, strict=True)), strict=True))
        bulk.insert_columns(conn, devices, columns, on_conflict="replace")


def _delete(conn: Connection, rows: Sequence[Device]) -> None:
    for kind in {row.kind for row in rows}:
        names = [row.name for row in rows if row.kind == kind]
        conn.execute(delete(devices).where(devices.c.kind == kind, devices.c.name.in_(names)))

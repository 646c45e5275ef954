"""Who works: a lease has one holder at a time, and runs out when it is not renewed."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, or_, select

from maracuja.errors import Conflict
from maracuja.store import bulk
from maracuja.store.schema import leases

WORKER: Final = "worker"  # decides about everybody, and sends


class Lease(NamedTuple):
    """`holder` holds `name` until `until_us`."""

    name: str
    holder: str
    until_us: int


def hold(conn: Connection, name: str, holder: str, now_us: int, seconds: int = 30) -> Lease:
    """Take the lease, or renew one's own. Raises Conflict while another holder's runs."""
    until_us = now_us + seconds * 1_000_000
    new = bulk.insert(conn, leases).values(name=name, holder=holder, until_us=until_us)
    taken = conn.execute(
        new.on_conflict_do_update(
            index_elements=["name"],
            set_={"holder": holder, "until_us": until_us},
            where=or_(leases.c.holder == holder, leases.c.until_us <= now_us),
        ).returning(leases.c.name)
    ).scalar()
    if taken is None:
        other = current(conn, name)
        raise Conflict(
            f"{other.holder if other else 'another process'} is at work on this workspace",
            where=name,
            fix="Stop it first; a worker that died frees its lease within half a minute.",
        )
    return Lease(name, holder, until_us)


def release(conn: Connection, name: str, holder: str) -> bool:
    """Give one's own lease back; False when it was not one's own any more."""
    mine = (leases.c.name == name) & (leases.c.holder == holder)
    return conn.execute(delete(leases).where(mine)).rowcount == 1


def current(conn: Connection, name: str) -> Lease | None:
    """The lease as it stands, run out or not."""
    row = conn.execute(select(leases).where(leases.c.name == name)).one_or_none()
    return Lease(row.name, row.holder, row.until_us) if row else None

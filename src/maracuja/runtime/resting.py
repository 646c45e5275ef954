"""Until when a refused address is left alone: for a while, or for good after so often in a row.

It works inside the caller's transaction and commits nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from maracuja.channels import BY_NAME, address_kinds
from maracuja.channels.heard import HeardKind
from maracuja.ingest.heard import HeardRow
from maracuja.model import Status
from maracuja.store import full_mailboxes, people, suppressions, traits

_LIFE: Final = frozenset({HeardKind.MESSAGE, HeardKind.TAP, HeardKind.START, HeardKind.BACK})
_ARRIVED: Final = frozenset({Status.DELIVERED, Status.READ})


class Refused(NamedTuple):
    """An address (by its hash) that a vendor refused, and for how long it should rest; 0: good."""

    channel: str
    digest: bytes
    code: str
    rest_s: int


def until_us(conn: Connection, refused: Sequence[Refused], now_us: int) -> list[int | None]:
    """Until when each is suppressed; None: for good, as after three rests in a row."""
    struck: dict[str, set[bytes]] = {}
    for one in refused:
        if one.rest_s and one.code in _lasting(one.channel):
            struck.setdefault(one.channel, set()).add(one.digest)
    over = {
        (channel, digest)
        for channel, digests in sorted(struck.items())
        for digest in full_mailboxes.count(conn, channel, digests, now_us, full_mailboxes.RESTS)
    }
    return [
        now_us + one.rest_s * 1_000_000
        if one.rest_s and (one.channel, one.digest) not in over
        else None
        for one in refused
    ]


def begin_anew(conn: Connection, rows: Iterable[tuple[HeardRow, int]], salt: str) -> None:
    """Whoever spoke or was reached is no longer counted; `rows` have their canonical pid."""
    alive: dict[str, list[tuple[HeardRow, int]]] = {}
    for told, pid in rows:
        heard = told.heard
        if _lasting(told.channel) and (heard.kind in _LIFE or heard.status in _ARRIVED):
            alive.setdefault(told.channel, []).append((told, pid))
    for channel, mine in sorted(alive.items()):
        if not full_mailboxes.any_counted(conn, channel):
            continue
        found = people.select_people(conn, sorted({pid for _, pid in mine}))
        addresses = {told.heard.address for told, _ in mine}
        for doc in found.doc:
            in_use = traits.decode(doc).addresses
            addresses |= {in_use.get(kind, "") for kind in address_kinds(channel)}
        digests = suppressions.digests(salt, channel, sorted(addresses - {""}))
        full_mailboxes.forget(conn, [(channel, digest) for digest in digests])


def _lasting(channel: str) -> frozenset[str]:
    """The codes whose rests are counted there."""
    return BY_NAME[channel].lasting if channel in BY_NAME else frozenset()

"""A message to several devices of a person: which may have it still, and what each answered.

The message stays one: it is counted once, and a device that is gone takes nothing but itself away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection

from maracuja.channels.base import Channel
from maracuja.channels.devices import join, mark_of, split
from maracuja.model import Scope, SendResult, Verdict, micros
from maracuja.store import devices, people, suppressions

if TYPE_CHECKING:
    from maracuja.runtime.delivery_results import Book, Outcomes, Parcel
    from maracuja.runtime.delivery_texts import Body

HOST_PAUSE_S: Final = 120


def narrowed(
    conn: Connection,
    channel: Channel[Any],
    found: Sequence[tuple[Parcel, Body]],
    salt: str,
    now: datetime,
) -> list[tuple[Parcel, Body]]:
    """The messages with the devices that may have them: still the person's, not suppressed.

    One that is suppressed stays where there is no other, so that the last look can say why.
    """
    if not channel.several_devices or not found:
        return list(found)
    pids = people.canonical(conn, [parcel.pid for parcel, _ in found]).tolist()
    asked = [(pid, parcel.address) for pid, (parcel, _) in zip(pids, found, strict=True)]
    theirs = devices.still(conn, channel.can.address_kind, asked, channel.reaches)
    everything = sorted({device for several in theirs for device in several})
    digests = suppressions.digests(salt, channel.name, everything)
    shut: dict[bool, set[str]] = {}
    for marketing in {parcel.marketing for parcel, _ in found}:
        are = suppressions.blocked(conn, channel.name, digests, micros(now), marketing=marketing)
        shut[marketing] = {device for device, is_ in zip(everything, are, strict=True) if is_}
    narrow = []
    for (parcel, body), several in zip(found, theirs, strict=True):
        open_ = [device for device in several if device not in shut[parcel.marketing]]
        narrow.append((parcel._replace(address=join(open_ or several[:1])), body))
    return narrow


def spread(out: Outcomes, parcel: Parcel, result: SendResult, book: Book) -> Parcel:
    """Take what the devices beside the best one answered; the parcel of that best one.

    A device that will never do is left alone, a server that wants peace gets it, and an account
    that is refused stops the channel, though the message has gone elsewhere.
    """
    by_mark = {mark_of(device): device for device in split(parcel.address)}
    for one in result.others:
        theirs = parcel._replace(address=by_mark.get(one.mark, ""))
        if one.verdict is Verdict.PERMANENT and theirs.address:
            out.bounced.append((theirs, one))
        elif one.verdict is Verdict.OURS and one.scope is Scope.ACCOUNT:
            out.stop = out.stop or one.raw
        elif one.verdict is Verdict.TEMPORARY and one.scope is Scope.ACCOUNT:
            out.held = out.held or one
        elif one.scope is Scope.HOST:
            pause = timedelta(seconds=one.retry_after_s or HOST_PAUSE_S)
            book.limits.pause(book.channel.host(theirs.address), book.now + pause)
    return parcel._replace(address=by_mark.get(result.mark, parcel.address))


def still_gone(
    conn: Connection, kind: str, bounced: Sequence[tuple[Parcel, SendResult]]
) -> list[tuple[Parcel, SendResult]]:
    """Those of devices that have not been told again since their vendor lost them."""
    dated = [parcel.address for parcel, result in bounced if result.since_us]
    seen_us = devices.seen_us(conn, kind, dated) if dated else {}
    return [
        (parcel, result)
        for parcel, result in bounced
        if not result.since_us or seen_us.get(parcel.address, 0) <= result.since_us
    ]


def leave_alone(
    conn: Connection,
    kind: str,
    bounced: Sequence[tuple[Parcel, SendResult]],
    now_us: int,
) -> None:
    """Take the devices that will never do out of their people's addresses.

    To be called before anything else in its transaction.
    """
    until = {
        parcel.address: now_us + result.rest_s * 1_000_000 if result.rest_s else 0
        for parcel, result in bounced
        if parcel.address
    }
    if until:
        devices.gone(conn, kind, until, now_us)

"""What somebody of the shop says about a customer by hand: consent, suppression, one person twice.

Each is one transaction with its line in the audit log; it counts before the next message.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from maracuja.channels import address_kinds
from maracuja.channels.devices import split
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.model import ConsentState, micros
from maracuja.runtime.message_events import tell_subscriptions
from maracuja.runtime.people_view import ConsentShown, said
from maracuja.store import audit, consents, definitions, merging, people, suppressions
from maracuja.store.merging import Exposures

BY_HAND: Final = "by_hand"


def say_consent(
    conn: Connection,
    pid: int,
    topic: str,
    channel: str,
    state: ConsentState,
    *,
    source: str,
    actor: str,
    now: datetime,
    at: datetime | None = None,
    text_version: str = "",
    language: str = "",
) -> ConsentShown:
    """Add a word to the ledger of a person; `at` is when they said it (now by default).

    An opt-in needs a `source`. Raises NotFound for person or topic, BadInput.
    """
    definitions.get(conn, "topic", topic)
    own = people.get(conn, pid).pid
    said_at = at or now
    if said_at > now:
        raise BadInput("A consent cannot be given in the future.", where="at")
    if state in (ConsentState.OPTED_IN, ConsentState.SOFT) and not source.strip():
        raise BadInput(
            "An opt-in without a source cannot be sent to.",
            where="source",
            fix="Say where the person agreed: a form, a contract, a call.",
        )
    now_us = micros(now)
    consents.record(
        conn,
        pid=[own],
        topic=topic,
        channel=channel,
        state=int(state),
        at_us=micros(said_at),
        recorded_us=now_us,
        source=source,
        text_version=text_version,
        language=language,
    )
    word = state.name.lower()
    tell_subscriptions(conn, now_us, [(own, topic, channel, word)], message=b"", source=source)
    detail = {"topic": topic, "channel": channel, "state": word, "source": source}
    audit.add(conn, now_us, actor, "consent", f"person:{own}", detail)
    mine = [one for one in said(conn, own) if (one.topic, one.channel) == (topic, channel)]
    return mine[-1]


def suppress(
    conn: Connection,
    pid: int,
    channel: str,
    *,
    salt: str,
    reason: str,
    actor: str,
    now: datetime,
    marketing_only: bool = False,
) -> None:
    """Stop writing to the person's address on a channel until it is lifted.

    `salt` is the workspace's. Raises NotFound where there is no person or no address.
    """
    own, digests = _addresses(conn, pid, channel, salt)
    now_us = micros(now)
    suppressions.add(
        conn,
        channel=channel,
        digest=digests,
        reason=BY_HAND,
        raw=reason,
        at_us=now_us,
        scope=suppressions.MARKETING if marketing_only else suppressions.ALL,
        pid=[own] * len(digests),
    )
    audit.add(
        conn, now_us, actor, "suppress", f"person:{own}", {"channel": channel, "why": reason}
    )


def lift(conn: Connection, pid: int, channel: str, *, salt: str, actor: str, now: datetime) -> int:
    """Let the person's address be written to again; how many suppressions went.

    Raises NotFound where there is no person, no address or nothing to lift.
    """
    own, digests = _addresses(conn, pid, channel, salt)
    gone = suppressions.lift(conn, channel, digests)
    if not gone:
        raise NotFound(f"The {channel} address of person {own} is not suppressed.")
    audit.add(conn, micros(now), actor, "lift", f"person:{own}", {"channel": channel})
    return gone


def _addresses(conn: Connection, pid: int, channel: str, salt: str) -> tuple[int, list[bytes]]:
    """The canonical pid, and the digests of its address: of each device where it has several."""
    profile = people.get(conn, pid)
    known = map(profile.addresses.get, address_kinds(channel))
    address = next(filter(None, known), None)
    if not address:
        raise NotFound(f"Person {profile.pid} has no address on {channel}.", where=channel)
    return profile.pid, suppressions.digests(salt, channel, split(address))


def merge(
    conn: Connection,
    winner: int,
    loser: int,
    *,
    exposures: Exposures,
    actor: str,
    now: datetime,
) -> int:
    """Make two people one for good; the pid that stays. Raises NotFound, Conflict for one twice.

    `exposures` tells who was decided about when: see `exposures.first_decided`.
    """
    rev = people.next_rev(conn)
    kept, gone = (people.get(conn, pid).pid for pid in (winner, loser))
    if kept == gone:
        raise Conflict(f"{winner} and {loser} are one person already.")
    pair = merging.Merge(gone, kept, BY_HAND)
    merging.merge(conn, rev, [pair], now_us=micros(now), actor=actor, exposures=exposures)
    return kept

"""What a person says is not theirs: it is voided at once, and nobody else puts it back.

Whatever way it is said, by a link or in a chat, the same is done and written down.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.campaigns.definitions import Topic
from maracuja.channels import channel_of
from maracuja.channels.devices import split
from maracuja.model import ConsentState, Profile, TopicKind, Trait, TraitSource
from maracuja.runtime.launch_ground import definitions_in_force
from maracuja.runtime.message_events import tell_subscriptions
from maracuja.store import audit, consents, denied, meta, people, suppressions
from maracuja.store.denied import Denied

NAMES: Final[tuple[str, ...]] = (
    "first_name", "last_name", "name", "full_name", "patronymic", "middle_name", "second_name",
    "otchestvo", "nickname", "gender",
)  # fmt: skip
"""What goes with a name that is somebody else's; a gender is mostly concluded from it."""

WRONG_PERSON: Final = "wrong_person"  # the source in the ledger, and the reason of suppressions
PERSON: Final = "person"  # who acts, in the audit log


class Place(NamedTuple):
    """Where it was said: the account and the address there ('': unknown), about which message."""

    channel: str
    address: str
    message: bytes = b""
    run: int = 0


def wrong_person(
    conn: Connection, rev: int, profile: Profile, place: Place, at_us: int, now_us: int
) -> None:
    """Void the name, and what was agreed to for this address; it was said at `at_us`."""
    pid = profile.pid
    names: dict[str, Any] = {
        name: profile.traits[name].value for name in NAMES if name in profile.traits
    }
    deny(conn, pid, names, now_us, place.message)
    gone = dict.fromkeys(names, nothing(now_us))
    people.change(conn, rev, [pid], set_traits=[gone], now_us=now_us)
    said = _say_no(conn, pid, place, at_us, now_us)
    if place.address:
        salt = meta.load(conn).suppression_salt
        suppressions.add(
            conn,
            channel=place.channel,
            digest=suppressions.digests(salt, place.channel, split(place.address)),
            scope=suppressions.MARKETING,
            reason=WRONG_PERSON,
            at_us=now_us,
        )
    detail = {
        "channel": place.channel,
        "traits": sorted(names),
        "topics": said,
        "message": place.message.hex(),
    }
    audit.add(conn, now_us, PERSON, WRONG_PERSON, f"person:{pid}", detail)


def _say_no(conn: Connection, pid: int, place: Place, at_us: int, now_us: int) -> list[str]:
    """Take back every marketing consent of the channel; the topics that changed.

    One that was given after it was said stands: calls come late.
    """
    channel = channel_of(place.channel)
    topics = [
        one
        for one in definitions_in_force(conn).values()
        if isinstance(one, Topic) and one.type is TopicKind.MARKETING and channel in one.channels
    ]
    held = consents.last_said(conn, [pid])
    changed = []
    for topic in topics:
        state, since_us = held.get((pid, topic.id, channel), (ConsentState.UNKNOWN, -1))
        if state is not ConsentState.OPTED_OUT and since_us <= at_us:
            changed.append(topic)
    consents.record(
        conn,
        pid=[pid] * len(changed),
        topic=[topic.id for topic in changed],
        channel=[channel] * len(changed),
        state=[ConsentState.OPTED_OUT] * len(changed),
        at_us=at_us,
        recorded_us=now_us,
        source=WRONG_PERSON,
        text_version=[topic.text_version for topic in changed],
        address=place.address,
        message_id=place.message or None,
    )
    rows = [(pid, topic.id, channel, "opted_out") for topic in changed]
    tell_subscriptions(
        conn, at_us, rows, message=place.message, source=WRONG_PERSON, run=place.run
    )
    return [topic.id for topic in changed]


def deny(
    conn: Connection, pid: int, values: Mapping[str, Any], now_us: int, message: bytes = b""
) -> None:
    """Remember by their fingerprints that these values of traits are not the person's."""
    salt = meta.load(conn).suppression_salt
    denied.put(
        conn,
        [
            Denied(pid, name, denied.digest(salt, name, value), now_us, message)
            for name, value in values.items()
        ],
    )


def nothing(now_us: int) -> Trait:
    """What stands in the place of a trait that the person has taken away."""
    return Trait(None, TraitSource.DECLARED, 1.0, now_us)

"""What happened with one person, on all channels, newest first: events, messages, what was said.

Nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple

import duckdb

from maracuja.decisions.message_words import happened
from maracuja.errors import BadInput
from maracuja.lake.facts import aliases_of
from maracuja.model import FileKind, micros
from maracuja.runtime.conversation_view import TurnShown, turn_shown
from maracuja.runtime.launch_ground import Ground
from maracuja.runtime.people_why import event_shown, listed, opened_lake
from maracuja.store import conversations, people
from maracuja.store.conversations import Cursor

REPLIED: Final = "Message Replied"
CONSENT: Final = "Subscription Updated"
MOMENT_MAX: Final = 2**60  # us


class HappeningKind(StrEnum):
    """What sort of thing happened."""

    EVENT = "event"  # what the person did
    MESSAGE = "message"  # what was sent, and what became of it
    CONSENT = "consent"
    TALK = "talk"  # what the person or an operator said


class Place(NamedTuple):
    """After which thing a part begins: its moment (us) and its mark among those of the moment.

    At one moment events come first, by their hash (`event`); then what was said, by its id.
    """

    at_us: int
    event: int | None
    turn: str


@dataclass(frozen=True)
class Happening:
    """One thing: `says` names it in words, `turn` holds what was said.

    `properties` is what else an event tells; `channel`, `campaign` and `message` are '' where it
    is about none.
    """

    at: datetime
    kind: HappeningKind
    event: str
    says: str
    channel: str
    campaign: str
    message: str
    properties: dict[str, Any]
    turn: TurnShown | None


class Placed(NamedTuple):
    """A thing, and where it stands in the list."""

    place: Place
    shown: Happening


def timeline(
    ground: Ground,
    pid: int,
    now: datetime,
    *,
    behind: Place | None = None,
    rows_max: int = 100,
    kinds: Collection[HappeningKind] = frozenset(HappeningKind),
    language: str = "en",
) -> list[Placed]:
    """The latest things of these kinds, at most `rows_max`, that follow `behind`.

    Raises NotFound, and BadInput for a place that is none.
    """
    cursor = _cursor(behind)
    with ground.store.read() as conn:
        own = people.get(conn, pid).pid
        found: list[Placed] = []
        if HappeningKind.TALK in kinds:
            turns = conversations.latest_of(conn, own, behind=cursor, rows_max=rows_max)
            found = [_said(channel, turn_shown(turn)) for channel, turn in turns]
        if set(kinds) - {HappeningKind.TALK}:
            con = opened_lake(conn, ground, now, (FileKind.EVENTS,))
            try:
                # What a person said is an event too: it is shown once, with its words.
                spoken = [one.place.turn for one in found]
                found += _events(con, own, behind, rows_max, kinds, spoken, language)
            finally:
                con.close()
    return sorted(found, key=_order)[:rows_max]


def _cursor(behind: Place | None) -> Cursor | None:
    """Where the list of turns goes on."""
    if behind is None:
        return None
    try:
        number = bytes.fromhex(behind.turn)
    except ValueError:
        number = b""
    if not 0 <= behind.at_us < MOMENT_MAX or abs(behind.event or 0) >= 2**63:
        raise BadInput("The cursor is none of ours.", where="after", fix="Begin at the top.")
    return Cursor(behind.at_us, number)


def _order(one: Placed) -> tuple[int, bool, int, str]:
    place = one.place
    return -place.at_us, place.event is None, place.event or 0, place.turn


def _said(channel: str, turn: TurnShown) -> Placed:
    shown = Happening(
        at=turn.at,
        kind=HappeningKind.TALK,
        event="",
        says=turn.text or turn.tapped or turn.subject,
        channel=channel,
        campaign="",
        message=turn.about,
        properties={},
        turn=turn,
    )
    return Placed(Place(micros(turn.at), None, turn.id), shown)


def _events(
    con: duckdb.DuckDBPyConnection,
    pid: int,
    behind: Place | None,
    rows_max: int,
    kinds: Collection[HappeningKind],
    spoken: Collection[str],
    language: str,
) -> list[Placed]:
    """The events of a person (`spoken`: ids of those that are shown as words)."""
    where = [f"pid IN ({listed(aliases_of(con, pid))})", _of_kinds(kinds)]
    if behind is not None:
        at = f"make_timestamp({behind.at_us})"
        same = (
            f"OR (ts = {at} AND message_hash > {behind.event})" if behind.event is not None else ""
        )
        where.append(f"(ts < {at} {same})")
    if spoken:
        ids = ", ".join(f"'{one}'" for one in spoken if one.isalnum())
        where.append(f"(event <> '{REPLIED}' OR coalesce(message_id, '') NOT IN ({ids}))")
    rows = con.execute(
        f"SELECT * FROM events WHERE {' AND '.join(where)}"  # noqa: S608  # numbers and our words
        f" ORDER BY ts DESC, message_hash LIMIT {int(rows_max)}"
    )
    names = [column[0] for column in rows.description or []]
    return [_happened(dict(zip(names, row, strict=True)), language) for row in rows.fetchall()]


def _of_kinds(kinds: Collection[HappeningKind]) -> str:
    message = f"(kind = 'internal' AND event <> '{CONSENT}')"
    said = {
        HappeningKind.EVENT: "kind <> 'internal'",
        HappeningKind.MESSAGE: message,
        HappeningKind.CONSENT: f"(kind = 'internal' AND event = '{CONSENT}')",
    }
    return f"({' OR '.join(said[kind] for kind in sorted(set(kinds) - {HappeningKind.TALK}))})"


def _happened(row: dict[str, Any], language: str) -> Placed:
    shown = event_shown(row)
    rest = dict(shown.properties)
    about = {
        name: str(rest.pop(f"properties.{name}", ""))
        for name in ("channel", "campaign", "message")
    }
    internal = shown.kind == "internal"
    machine = rest.get("properties.machine") is True
    told = HappeningKind.CONSENT if shown.event == CONSENT else HappeningKind.MESSAGE
    happening = Happening(
        at=shown.at,
        kind=told if internal else HappeningKind.EVENT,
        event=shown.event,
        says=happened(shown.event, language, machine=machine) if internal else shown.event,
        properties=rest,
        turn=None,
        **about,
    )
    return Placed(Place(micros(shown.at), int(row["message_hash"]), ""), happening)

"""Conversations: who talks with the shop on which channel, what was said, and whose turn it is.

Nothing is sent from here, and what campaigns sent is not repeated here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, Select, delete, func, select, tuple_, update

from maracuja.store import bulk, live
from maracuja.store.schema import conversations, turns

TURNS_MAX: Final = 200  # of one page
LISTED_MAX: Final = 500
SWEPT_MAX: Final = 5_000  # at a time, so that nobody waits for a sweep


class TalkState(IntEnum):
    """Whose turn it is."""

    OPEN = 0  # the shop's: somebody wrote and was not answered
    WAITING = 1  # the person's: they were answered, or only pressed a button
    CLOSED = 2  # nobody's


class Author(IntEnum):
    """Who speaks."""

    PERSON = 0
    OPERATOR = 1


class Conversation(NamedTuple):
    """A person on a channel, at the address where they write; times in us."""

    id: bytes
    pid: int
    channel: str
    account: str
    address: str
    state: int
    opened_us: int
    last_us: int
    word_us: int
    seq: int
    unread: int
    assignee: str
    language: str


class Turn(NamedTuple):
    """One thing said; `seq` rises by one. `media` and `buttons` are JSON lists."""

    conversation: bytes
    seq: int
    id: bytes
    at_us: int
    author: int
    operator: str = ""
    text: str = ""
    media: bytes = b"[]"
    buttons: bytes = b"[]"
    tapped: str = ""
    vendor_id: str = ""
    about: bytes = b""
    status: str = ""
    code: str = ""
    subject: str = ""


class Cursor(NamedTuple):
    """After which row a page begins: its last moment (us) and its id."""

    last_us: int
    id: bytes


_CONVERSATION: Final = tuple(conversations.c[name] for name in Conversation._fields)
_TURN: Final = tuple(turns.c[name] for name in Turn._fields)


# ---------------------------------------------------------------- reading


def get(conn: Connection, number: bytes, *, lock: bool = False) -> Conversation | None:
    """The conversation of this id; with `lock` nobody else adds to it in the meantime."""
    query = select(*_CONVERSATION).where(conversations.c.id == number)
    row = conn.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else Conversation(*row)


def between(conn: Connection, low: bytes, high: bytes, *, rows_max: int = 2) -> list[bytes]:
    """The ids from one to another, both inclusive, in order."""
    found = conversations.c.id.between(low, high)
    query = select(conversations.c.id).where(found).order_by(conversations.c.id)
    return [bytes(number) for (number,) in bulk.fetch(conn, query.limit(rows_max))]


def listed(
    conn: Connection,
    *,
    states: Sequence[int] = (),
    channels: Sequence[str] = (),
    pids: Sequence[int] = (),
    assignee: str | None = None,
    after: Cursor | None = None,
    rows_max: int = LISTED_MAX,
) -> list[Conversation]:
    """Those that fit, the latest turn first; `assignee` '' are those of nobody, None of all.

    One state, one channel or one assignee are found by an index in this very order.
    """
    c = conversations.c
    query = select(*_CONVERSATION).order_by(c.last_us.desc(), c.id.desc()).limit(rows_max)
    wanted = ((c.state, [int(s) for s in states]), (c.channel, list(channels)))
    for column, values in (*wanted, (c.pid, [int(pid) for pid in pids])):
        if values:
            query = query.where(column == values[0] if len(values) == 1 else column.in_(values))
    if assignee is not None:
        query = query.where(c.assignee == assignee)
    if after is not None:
        query = query.where(tuple_(c.last_us, c.id) < tuple_(after.last_us, after.id))
    return [Conversation(*row) for row in bulk.fetch(conn, query)]


def turns_of(
    conn: Connection,
    number: bytes,
    *,
    after: int = 0,
    before: int | None = None,
    rows_max: int = TURNS_MAX,
) -> list[Turn]:
    """What was said in a conversation after the turn `after`, in order.

    With `before` the last ones between the two.
    """
    seq = turns.c.seq
    mine = select(*_TURN).where((turns.c.conversation == number) & (seq > after))
    if before is None:
        return _turns(conn, mine.order_by(seq).limit(rows_max))
    return _turns(conn, mine.where(seq < before).order_by(seq.desc()).limit(rows_max))[::-1]


def last_turns(conn: Connection, numbers: Sequence[bytes]) -> dict[bytes, Turn]:
    """The last thing said in each of these conversations."""
    last = (turns.c.conversation == conversations.c.id) & (turns.c.seq == conversations.c.seq)
    query = select(*_TURN).join_from(turns, conversations, last)
    rows = conn.execute(query.where(conversations.c.id.in_(list(numbers)))).all()
    return {turn.conversation: turn for turn in (Turn(*row) for row in rows)}


def latest_of(
    conn: Connection, pid: int, *, behind: Cursor | None, rows_max: int
) -> list[tuple[str, Turn]]:
    """What was said with a canonical person, and on which channel: newest first, from a place."""
    at, number = turns.c.at_us, turns.c.id
    joined = turns.c.conversation == conversations.c.id
    said = select(conversations.c.channel, *_TURN).join_from(conversations, turns, joined)
    query = said.where(conversations.c.pid == pid)
    if behind is not None:
        later = (at == behind.last_us) & (number > behind.id)
        query = query.where((at < behind.last_us) | later)
    rows = bulk.fetch(conn, query.order_by(at.desc(), number).limit(rows_max))
    return [(channel, Turn(*turn)) for channel, *turn in rows]


def turn_of(conn: Connection, message: bytes) -> Turn | None:
    """The turn that has this id."""
    found = _turns(conn, select(*_TURN).where(turns.c.id == message))
    return found[0] if found else None


def turns_among(conn: Connection, messages: Sequence[bytes]) -> set[bytes]:
    """Which of these messages are turns."""
    query = select(turns.c.id).where(turns.c.id.in_(list(messages)))
    return {bytes(number) for (number,) in bulk.fetch(conn, query)}


def answered_since(conn: Connection, number: bytes, after: int) -> list[Turn]:
    """What operators have said after the turn `after`, in order."""
    t = turns.c
    said = (t.conversation == number) & (t.seq > after) & (t.author == int(Author.OPERATOR))
    return _turns(conn, select(*_TURN).where(said).order_by(t.seq))


def of_people(conn: Connection, pids: Sequence[int]) -> list[tuple[Conversation, list[Turn]]]:
    """All conversations of these people with all that was said, the older first."""
    c = conversations.c
    query = select(*_CONVERSATION).where(c.pid.in_([int(pid) for pid in pids]))
    found = [Conversation(*row) for row in bulk.fetch(conn, query.order_by(c.opened_us, c.id))]
    everything = select(*_TURN).order_by(turns.c.seq)
    return [(one, _turns(conn, everything.where(turns.c.conversation == one.id))) for one in found]


def counts(conn: Connection) -> dict[TalkState, int]:
    """How many conversations are in each state."""
    query = select(conversations.c.state, func.count()).group_by(conversations.c.state)
    return {TalkState(state): int(n) for state, n in bulk.fetch(conn, query)}


def _turns(conn: Connection, query: Select[Any]) -> list[Turn]:
    return [Turn(*row) for row in bulk.fetch(conn, query)]


# ---------------------------------------------------------------- by operators


def add_turn(conn: Connection, talk: Conversation, turn: Turn) -> None:
    """Add what an operator says to a conversation that is locked; `talk` is as it stands then."""
    conn.execute(bulk.insert(conn, turns).values(turn._asdict()))
    change(conn, talk.id, **talk._asdict())


def change(conn: Connection, number: bytes, **values: Any) -> None:
    """Change these columns of a conversation."""
    kept = {name: value for name, value in values.items() if name != "id"}
    conn.execute(update(conversations).where(conversations.c.id == number).values(kept))
    live.tell(conn, live.Kind.CONVERSATION, [number.hex()])


def words_after(conn: Connection, number: bytes, seq: int) -> int:
    """How many words of the person stand after this turn; pressed buttons do not count."""
    t = turns.c
    theirs = (t.conversation == number) & (t.seq > seq) & (t.author == int(Author.PERSON))
    query = select(func.count()).where(theirs, t.tapped == "")
    return int(conn.execute(query).scalar_one())


# ---------------------------------------------------------------- the life of it


def move(conn: Connection, losers: Sequence[int], winners: Sequence[int]) -> None:
    """Give the conversations of merged people to those whom they have become."""
    pair = bulk.given(conn, "pair", pid=(BigInteger(), losers), to=(BigInteger(), winners))
    conn.execute(
        update(conversations).where(conversations.c.pid == pair.c.pid).values(pid=pair.c.to)
    )


def forget(conn: Connection, pids: Sequence[int]) -> Mapping[str, int]:
    """Delete all conversations of an erased person; rows by table."""
    theirs = conversations.c.pid.in_([int(pid) for pid in pids])
    said = turns.c.conversation.in_(select(conversations.c.id).where(theirs))
    return {
        "turns": conn.execute(delete(turns).where(said)).rowcount,
        "conversations": conn.execute(delete(conversations).where(theirs)).rowcount,
    }


def close_quiet(conn: Connection, before_us: int) -> int:
    """Close those in which the person was answered and nothing was said since; how many."""
    c = conversations.c
    quiet = (c.state == int(TalkState.WAITING)) & (c.last_us < before_us)
    some = select(c.id).where(quiet).limit(SWEPT_MAX)
    closed = {"state": int(TalkState.CLOSED), "unread": 0}
    return conn.execute(update(conversations).where(c.id.in_(some)).values(closed)).rowcount


def delete_before(conn: Connection, before_us: int) -> int:
    """Delete those whose last turn is older, whatever their state; how many."""
    c = conversations.c
    old = [
        row[0] for row in bulk.fetch(conn, select(c.id).where(c.last_us < before_us).limit(500))
    ]
    conn.execute(delete(turns).where(turns.c.conversation.in_(old)))
    return conn.execute(delete(conversations).where(c.id.in_(old))).rowcount


def oldest_us(conn: Connection, state: TalkState | None = None) -> int | None:
    """The earliest last turn of those in a state, or of all; None where there are none."""
    query = select(func.min(conversations.c.last_us))
    if state is not None:
        query = query.where(conversations.c.state == int(state))
    found = conn.execute(query).scalar()
    return None if found is None else int(found)

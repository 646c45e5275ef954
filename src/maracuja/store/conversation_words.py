"""What people say joins their conversations, and what became of answers joins the turns.

Both come in sets, inside of the caller's transaction; a word that stands is not kept again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, Integer, LargeBinary, Text, select, update

from maracuja.model import Status
from maracuja.rng import make_id
from maracuja.store import bulk, live
from maracuja.store.conversations import Author, Conversation, TalkState, Turn
from maracuja.store.schema import conversations, turns

# How far a message has come: what is told late never takes a turn back.
_RANKS: Final[dict[Status, int]] = {
    Status.QUEUED: 0,
    Status.DEFERRED: 1,
    Status.ACCEPTED: 1,
    Status.UNKNOWN: 2,
    Status.SENT: 2,
    Status.FAILED: 3,
    Status.BOUNCED: 3,
    Status.REJECTED: 3,
    Status.EXPIRED: 3,
    Status.DELIVERED: 4,
    Status.READ: 5,
    Status.CLICKED: 6,
    Status.REPLIED: 6,
}
RESTORED: Final = "restored"  # code of what a restore held back
FAILING: Final = frozenset({Status.FAILED, Status.BOUNCED, Status.REJECTED, Status.EXPIRED})


class Word(NamedTuple):
    """What a person said or pressed; `id` is that of its event, `media` a JSON list.

    `asks`: an answer is expected; False where only a button was pressed.
    """

    id: bytes
    pid: int
    channel: str
    account: str
    address: str
    at_us: int
    text: str = ""
    media: bytes = b"[]"
    tapped: str = ""
    vendor_id: str = ""
    about: bytes = b""
    language: str = ""
    code: str = ""
    asks: bool = True
    subject: str = ""


class Moved(NamedTuple):
    """An address on a channel's account that has become another."""

    channel: str
    account: str
    before: str
    after: str


class Became(NamedTuple):
    """What became of a message of ours; `code` says why."""

    message: bytes
    status: Status
    code: str = ""


_Place = tuple[int, str, str, str]
_COLUMNS: Final = tuple(conversations.c[name] for name in Conversation._fields)


def hear(conn: Connection, words: Sequence[Word], quiet_us: int) -> int:
    """Put words, in order, into their conversations; how many were new.

    One that is open goes on, and any other within `quiet_us` of its last turn; after that a new
    one begins. A word makes it the shop's turn, a pressed button changes nothing about that.
    """
    fresh = _unheard(conn, words)
    if not fresh:
        return 0
    standing = _latest(conn, sorted({word.pid for word in fresh}))
    changed: dict[bytes, Conversation] = {}
    said: list[Turn] = []
    for word in fresh:
        place = (word.pid, word.channel, word.account, word.address)
        talk = standing.get(place)
        if talk is None or not _goes_on(talk, word, quiet_us):
            talk = _opened(word)
        talk = _with(talk, word)
        standing[place] = changed[talk.id] = talk
        said.append(_turn(talk, word))
    _write(conn, list(changed.values()), said)
    return len(said)


def _unheard(conn: Connection, words: Sequence[Word]) -> list[Word]:
    """Each word once, without those that stand."""
    distinct = {word.id: word for word in words}
    known = bulk.rows_where_in(conn, select(turns.c.id), turns.c.id, sorted(distinct))
    standing = {bytes(number) for (number,) in known}
    return [word for word in distinct.values() if word.id not in standing]


def _latest(conn: Connection, pids: Sequence[int]) -> dict[_Place, Conversation]:
    """The last conversation of these people at each place, locked until the end."""
    found: dict[_Place, Conversation] = {}
    c = conversations.c
    for part in bulk.slices(pids):
        wanted = bulk.given_ids(conn, part)
        query = select(*_COLUMNS).join_from(conversations, wanted, c.pid == wanted.c.id)
        ordered = query.order_by(c.last_us, c.id).with_for_update(of=conversations)
        for row in bulk.fetch(conn, ordered):
            talk = Conversation(*row)
            found[talk.pid, talk.channel, talk.account, talk.address] = talk
    return found


def _goes_on(talk: Conversation, word: Word, quiet_us: int) -> bool:
    return talk.state == TalkState.OPEN or word.at_us - talk.last_us <= quiet_us


def _opened(word: Word) -> Conversation:
    """A new one, as it is before its first turn."""
    return Conversation(
        id=make_id("conversation", word.id),
        pid=word.pid,
        channel=word.channel,
        account=word.account,
        address=word.address,
        state=int(TalkState.WAITING),
        opened_us=word.at_us,
        last_us=word.at_us,
        word_us=word.at_us,
        seq=0,
        unread=0,
        assignee="",
        language="",
    )


def _with(talk: Conversation, word: Word) -> Conversation:
    """The conversation after the word."""
    return talk._replace(
        seq=talk.seq + 1,
        state=int(TalkState.OPEN) if word.asks else talk.state,
        last_us=max(talk.last_us, word.at_us),
        word_us=max(talk.word_us, word.at_us),
        unread=talk.unread + word.asks,
        language=word.language or talk.language,
    )


def _turn(talk: Conversation, word: Word) -> Turn:
    return Turn(
        conversation=talk.id,
        seq=talk.seq,
        id=word.id,
        at_us=word.at_us,
        author=int(Author.PERSON),
        text=word.text,
        media=word.media,
        tapped=word.tapped,
        vendor_id=word.vendor_id,
        about=word.about,
        code=word.code,
        subject=word.subject,
    )


def _write(conn: Connection, talks: Sequence[Conversation], said: Sequence[Turn]) -> None:
    """One statement for the conversations and one for the turns."""
    columns = dict(zip(Conversation._fields, map(list, zip(*talks, strict=True)), strict=True))
    bulk.insert_columns(conn, conversations, columns, on_conflict="replace")
    columns = dict(zip(Turn._fields, map(list, zip(*said, strict=True)), strict=True))
    bulk.insert_columns(conn, turns, columns)
    live.tell(conn, live.Kind.CONVERSATION, [talk.id.hex() for talk in talks])


def move_addresses(conn: Connection, moved: Sequence[Moved]) -> None:
    """Let conversations go on where a person writes from now."""
    if not moved:
        return
    texts = {name: (Text(), [getattr(one, name) for one in moved]) for name in Moved._fields}
    pair = bulk.given(conn, "moved", **texts)
    c = conversations.c
    there = (c.channel == pair.c.channel) & (c.account == pair.c.account)
    conn.execute(
        update(conversations).where(there, c.address == pair.c.before).values(address=pair.c.after)
    )


def note(conn: Connection, told: Sequence[Became]) -> None:
    """Keep how far operators' words have come; messages that are none of theirs are passed over.

    Where the last word of a conversation did not arrive, it is the shop's turn again.
    """
    best: dict[bytes, Became] = {}
    for one in told:
        if one.status in _RANKS and _rank(one) >= _rank(best.get(one.message)):
            best[one.message] = one
    t = turns.c
    query = select(t.id, t.conversation, t.seq, t.status)
    rows = bulk.rows_where_in(conn, query, t.id, sorted(best)) if best else []
    news = {
        bytes(number): (best[bytes(number)], bytes(talk), seq)
        for number, talk, seq, status in rows
        if status and _rank(best[bytes(number)]) > _RANKS[Status(status)]
    }
    if not news:
        return
    came = bulk.given(
        conn,
        "came",
        id=(LargeBinary(), list(news)),
        status=(Text(), [one.status.value for one, _, _ in news.values()]),
        code=(Text(), [one.code.replace("\0", "")[:200] for one, _, _ in news.values()]),
    )
    values = {"status": came.c.status, "code": came.c.code}
    conn.execute(update(turns).where(t.id == came.c.id).values(values))
    live.tell(conn, live.Kind.CONVERSATION, [talk.hex() for _, talk, _ in news.values()])
    _reopen(conn, [(talk, seq) for one, talk, seq in news.values() if one.status in FAILING])


def withdraw(conn: Connection) -> None:
    """Say of all answers that have not gone out that they never will: after a restore."""
    waiting = select(turns.c.id).where(turns.c.status == Status.QUEUED.value)
    note(conn, [Became(bytes(i), Status.FAILED, RESTORED) for (i,) in bulk.fetch(conn, waiting)])


def _reopen(conn: Connection, failed: Sequence[tuple[bytes, int]]) -> None:
    if not failed:
        return
    lost = bulk.given(
        conn,
        "lost",
        talk=(LargeBinary(), [talk for talk, _ in failed]),
        seq=(Integer(), [seq for _, seq in failed]),
    )
    c = conversations.c
    last = (c.id == lost.c.talk) & (c.seq == lost.c.seq) & (c.state == int(TalkState.WAITING))
    conn.execute(update(conversations).where(last).values(state=int(TalkState.OPEN)))


def _rank(one: Became | None) -> int:
    return -1 if one is None else _RANKS[one.status]

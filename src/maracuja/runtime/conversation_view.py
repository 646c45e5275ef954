"""Conversations as an operator sees them: lists in pages, threads, and whose turn it is.

What campaigns sent to the person is another question: see `conversation_context`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from maracuja.channels import channel_of
from maracuja.channels.base import Channel
from maracuja.errors import BadInput, NotFound
from maracuja.model import micros, moment
from maracuja.runtime import people_view
from maracuja.runtime.conversation_hearing import MediaShown
from maracuja.store import audit, conversations
from maracuja.store.conversations import Author, Conversation, Cursor, TalkState, Turn

STATES: Final = tuple(state.name.lower() for state in TalkState)
SNIPPET_CHARS: Final = 200
NAME_CHARS_MAX: Final = 100
Channels = Mapping[str, Channel[Any]]


@dataclass(frozen=True)
class ButtonShown:
    """A button below an operator's words."""

    text: str
    url: str = ""
    reply: str = ""
    copy: str = ""


@dataclass(frozen=True)
class TurnShown:
    """One thing said; `status` is how far an operator's words have come, `code` why not further.

    `tapped` is what a pressed button brought back, `about` the message of ours that is answered,
    `subject` that of a mail.
    """

    seq: int
    id: str
    at: datetime
    author: str  # person, operator
    operator: str
    text: str
    media: tuple[MediaShown, ...]
    buttons: tuple[ButtonShown, ...]
    tapped: str
    about: str
    status: str
    code: str
    subject: str


@dataclass(frozen=True)
class ConversationShown:
    """A person on a channel; `state` says whose turn it is: open, ours; waiting, theirs; closed.

    `snippet` is the beginning of the last turn. `answer_until`: when the channel takes no more
    free answers; None where it always does.
    """

    id: str
    pid: int
    name: str
    channel: str
    account: str
    address: str
    state: str
    opened: datetime
    last: datetime
    last_word: datetime
    seq: int
    unread: int
    assignee: str
    language: str
    snippet: str
    answer_until: datetime | None


@dataclass(frozen=True)
class Listed:
    """A page of conversations; `next` asks for the page after it, '' where there is none."""

    conversations: tuple[ConversationShown, ...]
    next: str


@dataclass(frozen=True)
class Thread:
    """A conversation with a part of what was said.

    `more`: there are later turns; where those before a turn were asked for, earlier ones.
    """

    conversation: ConversationShown
    turns: tuple[TurnShown, ...]
    more: bool


def listed(
    conn: Connection,
    channels: Channels,
    *,
    states: Sequence[str] = (),
    channel: str = "",
    pid: int | None = None,
    assignee: str | None = None,
    cursor: str = "",
    rows_max: int = 50,
) -> Listed:
    """A page of those that fit, the latest turn first. Raises BadInput.

    A `channel` stands for all its accounts, `telegram/promo` for one. `assignee` '' are those of
    nobody, None of anybody.
    """
    accounts = [name for name in channels if channel_of(name) == channel]
    found = conversations.listed(
        conn,
        states=[state_of(name) for name in states],
        channels=sorted({channel, *accounts}) if channel else [],
        pids=[] if pid is None else [pid],
        assignee=assignee,
        after=_cursor(cursor),
        rows_max=rows_max + 1,
    )
    page = found[:rows_max]
    after = f"{page[-1].last_us}.{page[-1].id.hex()}" if len(found) > rows_max else ""
    return Listed(tuple(_shown(conn, page, channels)), after)


def thread(
    conn: Connection,
    channels: Channels,
    number: str,
    *,
    after: int = 0,
    before: int | None = None,
    rows_max: int = 50,
) -> Thread:
    """A conversation with what was said after the turn `after`. Raises NotFound.

    With `before` the last turns between the two.
    """
    talk = find(conn, number)
    said = conversations.turns_of(conn, talk.id, after=after, before=before, rows_max=rows_max)
    (shown,) = _shown(conn, [talk], channels)
    more = bool(said) and (said[-1].seq < talk.seq if before is None else said[0].seq > after + 1)
    return Thread(shown, tuple(turn_shown(turn) for turn in said), more)


def everything(conn: Connection, pid: int) -> list[Thread]:
    """All conversations of a person with every turn, the older first."""
    found = conversations.of_people(conn, [pid])
    shown = _shown(conn, [talk for talk, _ in found], {})
    return [
        Thread(one, tuple(turn_shown(turn) for turn in said), more=False)
        for one, (_, said) in zip(shown, found, strict=True)
    ]


def find(conn: Connection, number: str, *, lock: bool = False) -> Conversation:
    """The conversation of this id (hexadecimal). Raises NotFound."""
    try:
        found = conversations.get(conn, bytes.fromhex(number), lock=lock)
    except ValueError:
        found = None
    if found is None:
        raise NotFound(
            "There is no conversation of this id.",
            where="conversation",
            fix="See `maracuja conversation list`.",
        )
    return found


def named(conn: Connection, beginning: str) -> str:
    """The whole id of the only conversation whose id begins so. Raises NotFound, BadInput."""
    if not re.fullmatch(r"[0-9a-f]{4,32}", beginning):
        raise BadInput(
            f"`{beginning}` is no id of a conversation.",
            where="conversation",
            fix="Give its first letters, four or more; see `maracuja conversation list`.",
        )
    low, high = (bytes.fromhex(beginning.ljust(32, end)) for end in "0f")
    found = conversations.between(conn, low, high)
    if len(found) > 1:
        raise BadInput(
            f"Several conversations begin with `{beginning}`.",
            where="conversation",
            fix="Give more letters of the id.",
        )
    return found[0].hex() if found else find(conn, beginning).id.hex()


def change(
    conn: Connection,
    channels: Channels,
    number: str,
    *,
    state: str | None = None,
    assignee: str | None = None,
    read: int | None = None,
    actor: str,
    now: datetime,
) -> ConversationShown:
    """Say whose turn it is, who takes care of it, or up to which turn it has been read.

    Raises NotFound, BadInput. What is said of its state or assignee goes on the record.
    """
    talk = find(conn, number, lock=True)
    values: dict[str, Any] = {}
    if read is not None:
        values["unread"] = conversations.words_after(conn, talk.id, read)
    if state is not None:
        values["state"] = int(state_of(state))
        if values["state"] == TalkState.CLOSED:
            values["unread"] = 0
    if assignee is not None:
        if len(assignee) > NAME_CHARS_MAX:
            raise BadInput(f"A name has at most {NAME_CHARS_MAX} letters.", where="assignee")
        values["assignee"] = assignee.strip()
    kept = talk._replace(**values)
    if kept != talk:
        conversations.change(conn, talk.id, **values)
    subject = f"conversation:{talk.id.hex()}"
    if kept.state != talk.state:
        audit.add(conn, micros(now), actor, "conversation.state", subject, {"state": state})
    if kept.assignee != talk.assignee:
        detail = {"assignee": kept.assignee}
        audit.add(conn, micros(now), actor, "conversation.assign", subject, detail)
    (shown,) = _shown(conn, [kept], channels)
    return shown


def state_of(name: str) -> TalkState:
    """The state of this name. Raises BadInput."""
    if name not in STATES:
        raise BadInput(
            f"`{name}` is no state.", where="state", fix=f"There are {', '.join(STATES)}."
        )
    return TalkState[name.upper()]


def turn_shown(turn: Turn) -> TurnShown:
    """A turn for people and programs."""
    return TurnShown(
        seq=turn.seq,
        id=turn.id.hex(),
        at=moment(turn.at_us),
        author=Author(turn.author).name.lower(),
        operator=turn.operator,
        text=turn.text,
        media=msgspec.json.decode(turn.media, type=tuple[MediaShown, ...]),
        buttons=msgspec.json.decode(turn.buttons, type=tuple[ButtonShown, ...]),
        tapped=turn.tapped,
        about=turn.about.hex(),
        status=turn.status,
        code=turn.code,
        subject=turn.subject,
    )


def _cursor(text: str) -> Cursor | None:
    """Where the last page ended. Raises BadInput."""
    if not text:
        return None
    last_us, _, number = text.partition(".")
    try:
        return Cursor(int(last_us), bytes.fromhex(number))
    except ValueError:
        raise BadInput(
            "The cursor is none of ours.", where="after", fix="Give `next` of the page before."
        ) from None


def _shown(
    conn: Connection, talks: Sequence[Conversation], channels: Channels
) -> list[ConversationShown]:
    """Conversations with the names of their people and what was said last."""
    names = {one.pid: one.name for one in people_view.briefs(conn, [t.pid for t in talks])}
    last = conversations.last_turns(conn, [talk.id for talk in talks])
    return [
        ConversationShown(
            id=talk.id.hex(),
            pid=talk.pid,
            name=names.get(talk.pid, ""),
            channel=talk.channel,
            account=talk.account,
            address=talk.address,
            state=TalkState(talk.state).name.lower(),
            opened=moment(talk.opened_us),
            last=moment(talk.last_us),
            last_word=moment(talk.word_us),
            seq=talk.seq,
            unread=talk.unread,
            assignee=talk.assignee,
            language=talk.language,
            snippet=_snippet(last.get(talk.id)),
            answer_until=_answer_until(talk, channels.get(talk.channel)),
        )
        for talk in talks
    ]


def _snippet(turn: Turn | None) -> str:
    """The beginning of a turn; where it has no words, what it is."""
    if turn is None:
        return ""
    if turn.text or turn.tapped:
        return (turn.text or turn.tapped)[:SNIPPET_CHARS]
    media = msgspec.json.decode(turn.media, type=tuple[MediaShown, ...])
    return f"[{', '.join(one.kind for one in media)}]" if media else ""


def _answer_until(talk: Conversation, channel: Channel[Any] | None) -> datetime | None:
    if channel is None or not channel.answerable_s:
        return None
    return moment(talk.word_us + channel.answerable_s * 1_000_000)

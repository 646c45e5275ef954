"""Where an answer by mail belongs: its subject, and the mails that it stands below.

A mail program shows mails as one thread by what they name (RFC 5322, 3.6.4), not by the subject.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from maracuja.channels.base import Channel
from maracuja.channels.email_replies import SUBJECT_CHARS_MAX, is_message_id
from maracuja.store import conversations
from maracuja.store.conversations import Author, Conversation, Turn

TURNS_NAMED: Final = 10

# What programs put before the subject of an answer, in any number.
_AGAIN: Final = re.compile(r"^\s*((re|aw|отв|ответ|відп|відповідь|ха)(\[\d+\])?\s?:\s*)+", re.I)


class MailThread(NamedTuple):
    """The subject of the next mail, and what it answers, the latest last; of mail alone."""

    subject: str = ""
    mails: tuple[str, ...] = ()


def follow(conn: Connection, talk: Conversation, channel: Channel[Any] | None) -> MailThread:
    """Where the next answer in a conversation belongs; nowhere on channels without subjects.

    A mail of ours is named by its id in hexadecimal, the person's by their Message-ID.
    """
    if channel is None or not channel.can.subject_chars_max:
        return MailThread()
    last = conversations.turns_of(conn, talk.id, after=max(talk.seq - TURNS_NAMED, 0))
    subject = next((turn.subject for turn in reversed(last) if turn.subject), "")
    return MailThread(answered(subject), tuple(_mails(last)))


def answered(subject: str) -> str:
    """The subject of an answer: one `Re:`, however many there were."""
    return f"Re: {_AGAIN.sub('', subject)}".strip()[:SUBJECT_CHARS_MAX]


def _mails(turns: Sequence[Turn]) -> list[str]:
    """The mails of these turns, and those of ours that they answer, each once."""
    found: dict[str, None] = {}
    for turn in turns:
        if turn.about:
            found.setdefault(turn.about.hex())
        if turn.author == Author.OPERATOR:
            found.setdefault(turn.id.hex())
        elif is_message_id(turn.vendor_id):
            found.setdefault(turn.vendor_id)
    return list(found)

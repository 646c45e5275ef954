"""An operator answers a person where they wrote: checked at once, then sent before all campaigns.

Nothing is sent from here: the answer is a single service message, which the worker takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Connection

from maracuja.channels import identity_kind
from maracuja.channels.base import Channel
from maracuja.content import Button, Content, Media
from maracuja.decisions.reasons import Outcome, Reason
from maracuja.errors import BadInput, Conflict, NotFound
from maracuja.model import Address, Message, Record, Status, micros
from maracuja.rng import make_id
from maracuja.runtime import conversation_threads
from maracuja.runtime.conversation_hearing import MediaShown
from maracuja.runtime.conversation_threads import MailThread
from maracuja.runtime.delivery_checks import Questions, Rules, check, windows_closed
from maracuja.runtime.posted_texts import ID, facts_on, run_of
from maracuja.runtime.posting import Asked
from maracuja.store import audit, conversations, posted
from maracuja.store.conversations import Author, Conversation, TalkState, Turn
from maracuja.store.posted import Posted
from maracuja.templates.placeholders import PRIVATE

EXPIRY: Final = timedelta(days=1)  # an answer that comes later than that is none
_REFUSALS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.SUPPRESSED: (
        "Nothing may be sent to this person on {channel}: the address is suppressed.",
        "See why with `maracuja profile show`; reach them on another channel.",
    ),
    Reason.OPTED_OUT: (
        "The person has opted out of everything on {channel}, service messages too.",
        "Reach them on another channel, or wait until they come back.",
    ),
    Reason.GONE: ("There is no such person any more.", ""),
}


class Answer(Record, frozen=True):
    """What an operator says: words, with pictures, files or buttons where the channel has them."""

    text: str = ""
    media: tuple[Media, ...] = ()
    buttons: tuple[Button, ...] = ()

    @property
    def content(self) -> Content:
        """The answer as channels take it."""
        return Content(text=self.text, media=self.media, buttons=self.buttons)


class Counter(NamedTuple):
    """Where answers are taken: the channels that are set up, by name, and the workspace's salt."""

    channels: Mapping[str, Channel[Any]]
    salt: str


class Speaker(NamedTuple):
    """Who answers: the operator's name, and by whose key, for the audit log."""

    operator: str
    actor: str


def answer(
    conn: Connection,
    counter: Counter,
    number: bytes,
    said: Answer,
    by: Speaker,
    now: datetime,
    *,
    key: str,
    after: int | None = None,
) -> Turn:
    """Keep an answer, to be sent at once; under a key that was used, the turn that stands.

    `after` is the last turn that the operator has seen; None where it does not matter. Raises
    NotFound, Conflict where another operator has answered since, where the same key had said
    something else, or where nothing may be sent; UnsupportedFeature for what the channel cannot
    carry now.
    """
    talk = conversations.get(conn, number, lock=True)
    if talk is None:
        raise NotFound("There is no conversation of this id.", where="conversation")
    message = make_id("answer", number, key)
    standing = conversations.turn_of(conn, message)
    if standing is not None:
        return _same(standing, said)
    if after is not None:
        _collide(conversations.answered_since(conn, number, after), by)
    thread = conversation_threads.follow(conn, talk, counter.channels.get(talk.channel))
    _check(conn, counter, talk, message, said, thread, now)
    turn = Turn(
        conversation=talk.id,
        seq=talk.seq + 1,
        id=message,
        at_us=micros(now),
        author=int(Author.OPERATOR),
        operator=by.operator,
        text=said.text,
        media=_media(said.media),
        buttons=msgspec.json.encode(said.buttons),
        status=Status.QUEUED.value,
        subject=thread.subject,
    )
    answered = talk._replace(
        seq=turn.seq,
        state=int(TalkState.WAITING),
        unread=0,
        last_us=max(turn.at_us, talk.last_us),
    )
    conversations.add_turn(conn, answered, turn)
    _post(conn, talk, message, said, thread, now)
    detail = {"operator": by.operator, "seq": turn.seq}
    audit.add(
        conn, micros(now), by.actor, "conversation.answer", f"conversation:{number.hex()}", detail
    )
    return turn


def _same(standing: Turn, said: Answer) -> Turn:
    """The turn that stands, if it says the same. Raises Conflict."""
    told = (said.text, _media(said.media), msgspec.json.encode(said.buttons))
    if told != (standing.text, bytes(standing.media), bytes(standing.buttons)):
        raise Conflict(
            "The same id has said something else.",
            where="id",
            fix="Take a new id for a new answer; repeat a call with the same body.",
        )
    return standing


def _collide(since: Sequence[Turn], by: Speaker) -> None:
    """Raise Conflict where another operator has answered since."""
    others = [turn for turn in since if turn.operator != by.operator]
    if others:
        last = others[-1]
        raise Conflict(
            f"{last.operator} has answered since (turn {last.seq}): “{_short(last.text)}”",
            where="after",
            fix="Read it first; to send yours all the same, say `force`.",
        )


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _check(
    conn: Connection,
    counter: Counter,
    talk: Conversation,
    message: bytes,
    said: Answer,
    thread: MailThread,
    now: datetime,
) -> None:
    """Raise what stands against sending it: the same looks that delivery takes again."""
    if not (said.text.strip() or said.media):
        raise BadInput("An answer needs words, or something to show.", where="text")
    if PRIVATE.search(said.text):
        raise BadInput("The text holds characters that nobody can read.", where="text")
    channel = counter.channels.get(talk.channel)
    if channel is None:
        raise Conflict(
            f"The channel `{talk.channel}` is not set up any more.",
            where="channel",
            fix="Set it up again, or reach the person on another channel.",
        )
    rules = Rules(quiet=None, zone="UTC", salt=counter.salt)
    asked = Questions([talk.pid], [talk.address])
    (seen,) = check(conn, asked, facts_on(talk.channel), rules, now)
    if seen.outcome is not Outcome.SEND:
        words, fix = _REFUSALS.get(
            Reason(seen.reason), (f"It may not be sent: {seen.reason}.", "")
        )
        raise Conflict(words.format(channel=talk.channel), where="channel", fix=fix)
    (closed,) = windows_closed(conn, talk.channel, asked.address, counter.salt, now, [True])
    if closed:
        hours = channel.answerable_s // 3600
        raise Conflict(
            f"On {talk.channel} a person may be answered for {hours} hours after their last word; "
            "that time is over.",
            where="channel",
            fix="Reach them on another channel, or by a template that the vendor has approved.",
        )
    channel.encode(_message(talk, message, said, thread, channel), now)


def _message(
    talk: Conversation, message: bytes, said: Answer, thread: MailThread, channel: Channel[Any]
) -> Message:
    """The message as it would go out now."""
    return Message(
        id=message,
        pid=talk.pid,
        channel=talk.channel,
        to=Address(kind=channel.can.address_kind, value=talk.address),
        content=msgspec.structs.replace(said.content, subject=thread.subject),
        campaign=ID,
        topic=ID,
        marketing=False,
        language=talk.language,
        run=run_of(talk.channel),
        human=True,
        last_word_us=talk.word_us,
        thread=thread.mails,
    )


def _post(
    conn: Connection,
    talk: Conversation,
    message: bytes,
    said: Answer,
    thread: MailThread,
    now: datetime,
) -> None:
    """Have the worker send it, to the very place where the person wrote."""
    asked = Asked(
        address=talk.address,
        channel=talk.channel,
        text=said.text,
        media=said.media,
        buttons=said.buttons,
        human=True,
        last_word_us=talk.word_us,
        subject=thread.subject,
        thread=thread.mails,
    )
    row = Posted(
        message=message,
        digest=b"",
        at_us=micros(now),
        due_us=micros(now),
        expires_us=micros(now + EXPIRY),
        kind=identity_kind(talk.channel),
        value=talk.address,
        channel=talk.channel,
        body=msgspec.json.encode(asked),
    )
    posted.add(conn, row)


def _media(media: Sequence[Media]) -> bytes:
    """Media as turns keep them."""
    shown = [MediaShown(kind=m.kind.value, url=m.url, name=m.name, size=m.size) for m in media]
    return msgspec.json.encode(shown)

"""Conversations over HTTP: who writes where, what was said, and operators' answers.

An answer is answered for with 202 only once it cannot be lost; the worker sends it.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Annotated, Any, Final, Literal

from fastapi import Body, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from maracuja.api.answers import Listing, Part, Word
from maracuja.api.here import Here, Long, Now, Sender, messaging
from maracuja.content import Button, Media, MediaKind
from maracuja.errors import BadInput
from maracuja.runtime import (
    conversation_answers,
    conversation_context,
    conversation_view,
    people_view,
)
from maracuja.runtime.conversation_answers import Answer, Counter, Speaker
from maracuja.runtime.conversation_context import MessageSeen
from maracuja.runtime.conversation_view import ConversationShown, Thread, TurnShown

router = messaging("/v1/conversations", "conversations")
_READABLE: Final = r"^[^\x00\ue000-\ue00f]*$"
_NAME: Final = r"^[^\x00-\x1f]*$"
Number = Annotated[str, Path(pattern="^[0-9a-f]{32}$", description="The id of the conversation.")]
Operator = Annotated[str, Field(max_length=conversation_view.NAME_CHARS_MAX, pattern=_NAME)]
State = Literal["open", "waiting", "closed"]
Seq = Annotated[int, Field(ge=0, le=2**31 - 1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MediaGiven(_Strict):
    """A picture, video or file at an address on the web."""

    kind: MediaKind
    url: Annotated[str, Field(max_length=2000, pattern=r"^https://[^\s\x00]+$")]
    name: Annotated[str, Field(max_length=200, pattern=_READABLE)] = ""
    alt: Annotated[str, Field(max_length=300, pattern=_READABLE)] = ""


class ButtonGiven(_Strict):
    """A button: exactly one of an address to open, a reply to bring back, a code to copy."""

    text: Annotated[str, Field(min_length=1, max_length=100, pattern=_READABLE)]
    url: Annotated[str, Field(max_length=2000, pattern=r"^(https?://[^\s\x00]+)?$")] = ""
    reply: Annotated[str, Field(max_length=300, pattern=_READABLE)] = ""
    copy_: Annotated[str, Field(alias="copy", max_length=300, pattern=_READABLE)] = ""


class AnswerGiven(_Strict):
    """What an operator says; `id` is yours, `after` the last turn that the operator has seen."""

    id: Annotated[str, Field(min_length=1, max_length=200, pattern=_READABLE)]
    after: Seq
    text: Annotated[str, Field(max_length=20_000, pattern=_READABLE)] = ""
    media: Annotated[list[MediaGiven], Field(default_factory=list, max_length=10)]
    buttons: Annotated[list[ButtonGiven], Field(default_factory=list, max_length=20)]
    operator: Operator = ""
    force: bool = False


class Changes(_Strict):
    """What changes; what is left out stays. An empty `assignee` is nobody."""

    state: State | None = None
    assignee: Operator | None = None
    read: Seq | None = None


EXAMPLE: Final[dict[str, Any]] = {
    "answer": {
        "summary": "Anna answers, having seen everything up to turn 3",
        "value": {
            "id": "anna-0017",
            "after": 3,
            "operator": "Anna",
            "text": "It left our shop this morning and arrives tomorrow by noon.",
        },
    },
}


@router.get("")
def list_conversations(
    here: Here,
    part: Part,
    state: Annotated[list[State] | None, Query(description="Whose turn it is.")] = None,
    channel: Annotated[
        str, Query(pattern="^([a-z_]{1,30}(/[a-z0-9_-]{1,40})?)?$", description="Or an account.")
    ] = "",
    person: Annotated[Word, Query(description="An identity, or pid:<number>.")] = "",
    assignee: Annotated[Operator | None, Query(description="Empty: of nobody.")] = None,
) -> Listing[ConversationShown]:
    """Conversations that fit, the latest turn first, in pages."""
    with here.store.read() as conn:
        pid = people_view.find(conn, person, here.config.shop.country) if person else None
        found = conversation_view.listed(
            conn,
            here.vendors.talking(),
            states=state or (),
            channel=channel,
            pid=pid,
            assignee=assignee,
            cursor=part.after,
            rows_max=part.limit,
        )
    return Listing(items=list(found.conversations), next=found.next or None)


@router.get("/{number}")
def show_conversation(
    here: Here,
    number: Number,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Later turns only.")] = 0,
    before: Annotated[
        int | None, Query(ge=1, le=2**31 - 1, description="The last of the turns before this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Thread:
    """What was said, in order. Ask again with the last `seq` that you have: nothing is lost."""
    with here.store.read() as conn:
        return conversation_view.thread(
            conn, here.vendors.talking(), number, after=after, before=before, rows_max=limit
        )


@router.get("/{number}/messages")
def messages_around(
    here: Here,
    now: Now,
    turns: Long,
    number: Number,
    part: Part,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Listing[MessageSeen]:
    """What campaigns and programs sent to this person on this channel, the latest first."""
    with turns.long():
        return part.of(
            conversation_context.messages(here.ground, number, now, rows_max=part.reach),
            attrgetter("id"),
        )


@router.post("/{number}/answers", status_code=202)
def answer_conversation(
    here: Here,
    now: Now,
    actor: Sender,
    number: Number,
    given: Annotated[AnswerGiven, Body(openapi_examples=EXAMPLE)],
) -> TurnShown:
    """Answer the person where they wrote. The same id twice is one answer.

    409 where another operator has answered since `after`, or nothing may be sent there now.
    """
    by = Speaker(given.operator.strip() or actor.partition(":")[2], actor)
    said = _read(given)
    with here.store.write() as conn:
        turn = conversation_answers.answer(
            conn,
            Counter(here.vendors.talking(), here.secrets.suppression_salt),
            bytes.fromhex(number),
            said,
            by,
            now,
            key=given.id,
            after=None if given.force else given.after,
        )
    return conversation_view.turn_shown(turn)


@router.patch("/{number}")
def change_conversation(
    here: Here, now: Now, actor: Sender, number: Number, changes: Changes
) -> ConversationShown:
    """Close it or open it again, give it to an operator, or say up to which turn it was read."""
    with here.store.write() as conn:
        return conversation_view.change(
            conn,
            here.vendors.talking(),
            number,
            state=changes.state,
            assignee=changes.assignee,
            read=changes.read,
            actor=actor,
            now=now,
        )


def _read(given: AnswerGiven) -> Answer:
    """What an operator says, as channels take it. Raises BadInput."""
    try:
        given.text.encode()
        return Answer(
            text=given.text,
            media=tuple(Media(**one.model_dump()) for one in given.media),
            buttons=tuple(
                Button(text=one.text, url=one.url, reply=one.reply, copy=one.copy_)
                for one in given.buttons
            ),
        )
    except UnicodeEncodeError as fault:
        raise BadInput("A text holds half a character.", where="text") from fault
    except ValueError as fault:
        raise BadInput(f"{fault}.", where="buttons") from fault

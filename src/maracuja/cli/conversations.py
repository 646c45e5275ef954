"""Commands about what people write: conversation list, show, answer, close, assign."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json, table, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.conversation_context import MessageSeen
    from maracuja.runtime.conversation_view import ConversationShown, TurnShown

PANEL = "People"
ACTOR = "command line"
ID_SHOWN = 8  # letters of an id: as many as tell conversations apart
Talk = Annotated[str, typer.Argument(metavar="ID", help="Of the conversation, or its beginning.")]
Name = Annotated[str, typer.Option("--as", help="Your name, as it stands beside your words.")]


class State(StrEnum):
    """Whose turn it is."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="What people write, and the answers.")
    group.command("list")(every)
    group.command()(show)
    group.command()(answer)
    group.command()(close)
    group.command()(assign)
    cli.add_typer(group, name="conversation", rich_help_panel=PANEL)


def every(
    state: Annotated[
        list[State] | None, typer.Option(help="Open: ours to answer. Several may be named.")
    ] = None,
    channel: Annotated[str, typer.Option(help="Only there.")] = "",
    person: Annotated[str, typer.Option(help="Only theirs; see `profile show`.")] = "",
    assignee: Annotated[str | None, typer.Option(help="Only of this operator; '' nobody.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 20,
    cursor: Annotated[str, typer.Option(help="Go on after a page: its `next`.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List conversations, the latest first, with whose turn it is."""
    from maracuja import app
    from maracuja.runtime import conversation_view, mail_replies, people_view

    with app.opened(workspace) as here, here.store.read() as conn:
        passed_over = mail_replies.counts(conn)
        zone = here.config.shop.time_zone
        page = conversation_view.listed(
            conn,
            here.vendors.talking(),
            states=[one.value for one in state or ()],
            channel=channel,
            pid=people_view.find(conn, person, here.config.shop.country) if person else None,
            assignee=assignee,
            cursor=cursor,
            rows_max=limit,
        )
    if json:
        say_json(page)
        return
    if any(passed_over.values()):
        told = ", ".join(f"{number(n)} {words}" for words, n in passed_over.items() if n)
        say(f"[dim]Answers by mail that were passed over: {told}[/]")
    if not page.conversations:
        say("Nobody has written.")
        return
    columns = ["id", "who", "channel", "turn", "new", "last", "operator", "said"]
    rows = [_row(one, zone) for one in page.conversations]
    say(table("", columns, rows, cut="said"))
    if page.next:
        say(f"[dim]There are more: --cursor {page.next}[/]")


def _row(one: ConversationShown, zone: str) -> tuple[str, ...]:
    return (
        one.id[:ID_SHOWN],
        one.name or f"pid {one.pid}",
        one.channel,
        one.state,
        number(one.unread) if one.unread else "",
        when(one.last, zone),
        one.assignee,
        " ".join(one.snippet.split()),
    )


def show(
    conversation: Talk,
    after: Annotated[int, typer.Option(min=0, help="Only turns after this one.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 50,
    around: Annotated[
        bool, typer.Option("--around/--alone", help="With what campaigns sent there.")
    ] = True,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show what was said, and between it what campaigns and programs had sent."""
    from maracuja import app
    from maracuja.runtime import conversation_context, conversation_view

    with app.opened(workspace) as here:
        zone = here.config.shop.time_zone
        with here.store.read() as conn:
            whole = conversation_view.named(conn, conversation)
            found = conversation_view.thread(
                conn, here.vendors.talking(), whole, after=after, rows_max=limit
            )
        sent = (
            conversation_context.messages(here.ground, whole, here.clock.now()) if around else []
        )
    if json:
        say_json({"thread": found, "messages": sent})
        return
    _say_head(found.conversation, zone)
    _say_thread(found.turns, sent, zone)
    if found.more:
        say(f"[dim]There are more: --after {found.turns[-1].seq}[/]")


def _say_head(talk: ConversationShown, zone: str) -> None:
    from rich.markup import escape

    who = f"{talk.name} (pid {talk.pid})" if talk.name else f"pid {talk.pid}"
    of = f", with {talk.assignee}" if talk.assignee else ""
    say(
        f"[bold]{escape(who)}[/] on {talk.channel} as {escape(talk.address)}: "
        f"{talk.state}{escape(of)}"
    )
    if talk.answer_until is not None and talk.state == State.OPEN:
        say(f"[dim]The channel takes answers until {when(talk.answer_until, zone)}.[/]")
    say()


def _say_thread(turns: Sequence[TurnShown], sent: Sequence[MessageSeen], zone: str) -> None:
    """Turns and messages in the order of time; turns have their numbers."""
    lines = [(one.at, f"{one.seq:>4}", *_turn_words(one)) for one in turns]
    lines += [
        (one.at, "", one.campaign or "message", one.text or "(not kept)", one.became)
        for one in sent
    ]
    rows = [
        (seq, when(at, zone), who, words, note)
        for at, seq, who, words, note in sorted(lines, key=lambda line: line[0])
    ]
    say(table("", ["", "when", "who", "said", ""], rows))


def _turn_words(turn: TurnShown) -> tuple[str, str, str]:
    """Who, what, and what became of it."""
    shown = [turn.text] if turn.text else []
    shown += [f"[pressed: {turn.tapped}]"] if turn.tapped else []
    shown += [
        " ".join(filter(None, [f"[{one.kind}]", one.name, one.url or one.reference]))
        for one in turn.media
    ]
    shown += [f"[{one.text}]" for one in turn.buttons]
    note = f"{turn.status}: {turn.code}" if turn.code and turn.status else turn.status
    return turn.operator or "they", "\n".join(shown) or "(nothing to show)", note


def answer(
    conversation: Talk,
    text: Annotated[str, typer.Argument(help="What to say.", show_default=False)],
    picture: Annotated[
        list[str] | None, typer.Option(help="The https address of a picture to show.")
    ] = None,
    name: Name = ACTOR,
    after: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="The last turn you have seen: refused if another operator has answered since.",
            show_default=False,
        ),
    ] = None,
    key: Annotated[str, typer.Option(help="The same key twice is one answer.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Answer a person where they wrote, ahead of every campaign."""
    from maracuja import app
    from maracuja.content import Media, MediaKind
    from maracuja.runtime import conversation_answers, conversation_view
    from maracuja.runtime.conversation_answers import Answer, Counter, Speaker

    media = tuple(Media(kind=MediaKind.PICTURE, url=url) for url in picture or ())
    with app.opened(workspace) as here, here.store.write() as conn:
        talk = conversation_view.find(conn, conversation_view.named(conn, conversation))
        turn = conversation_answers.answer(
            conn,
            Counter(here.vendors.talking(), here.secrets.suppression_salt),
            talk.id,
            Answer(text=text, media=media),
            Speaker(name, ACTOR),
            here.clock.now(),
            key=key or f"{talk.seq} {text} {' '.join(picture or ())}",
            after=after,
        )
    if json:
        say_json(conversation_view.turn_shown(turn))
    else:
        say(f"Turn {turn.seq}, to {talk.channel}: the worker sends it at once.")


def close(conversation: Talk, workspace: Workspace = HERE, json: Json = False) -> None:
    """Say that a conversation is over; a new word of the person opens it again."""
    _change(conversation, workspace, json, state="closed")


def assign(
    conversation: Talk,
    operator: Annotated[str, typer.Argument(help="A name; '' gives it back to all.")],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say who takes care of a conversation."""
    _change(conversation, workspace, json, assignee=operator)


def _change(conversation: str, workspace: Workspace, json: bool, **changes: str) -> None:
    from maracuja import app
    from maracuja.runtime import conversation_view

    with app.opened(workspace) as here, here.store.write() as conn:
        shown = conversation_view.change(
            conn,
            here.vendors.talking(),
            conversation_view.named(conn, conversation),
            actor=ACTOR,
            now=here.clock.now(),
            state=changes.get("state"),
            assignee=changes.get("assignee"),
        )
    if json:
        say_json(shown)
    else:
        of = f", with {shown.assignee}" if shown.assignee else ", with nobody"
        say(f"The conversation {shown.id[:ID_SHOWN]} is {shown.state}{of}.")

"""Commands about what may be sent to one person: consent show, set; suppress add, lift, list."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer

from maracuja.cli import suppression_lists
from maracuja.cli.output import HERE, Json, Workspace, say, say_json, table, when
from maracuja.cli.profiles import Who

PANEL = "People"
ACTOR = "command line"
Channel = Annotated[str, typer.Option(help="On which channel.")]


class State(StrEnum):
    """What a person can say about a topic on a channel."""

    OPTED_IN = "opted_in"
    OPTED_OUT = "opted_out"
    PENDING = "pending"
    SOFT = "soft"


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    consent = typer.Typer(no_args_is_help=True, help="What people agreed to.")
    consent.command("show")(show)
    consent.command("set")(say_)
    cli.add_typer(consent, name="consent", rich_help_panel=PANEL)
    suppress = typer.Typer(no_args_is_help=True, help="Addresses that are not written to.")
    suppress.command("add")(add)
    suppress.command("lift")(lift)
    suppress.command("list")(every)
    suppression_lists.add_commands(suppress)
    cli.add_typer(suppress, name="suppress", rich_help_panel=PANEL)


def show(who: Who, workspace: Workspace = HERE, json: Json = False) -> None:
    """List everything that a person ever said about topics; ● is in force."""
    from maracuja import app
    from maracuja.runtime import people_view

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        pid = people_view.find(conn, who, here.config.shop.country)
        words = people_view.said(conn, pid)
    if json:
        say_json(words)
        return
    if not words:
        say("They never said anything: marketing may not be sent to them.")
        return
    rows = [
        (
            "●" if one.in_force else "",
            one.topic,
            one.channel,
            one.state,
            when(one.at, zone),
            one.source,
            " ".join(filter(None, [one.text_version, one.language])),
        )
        for one in words
    ]
    say(table("", ["", "topic", "channel", "state", "when", "source", "text shown"], rows))


def say_(
    who: Who,
    topic: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    state: Annotated[State, typer.Argument(help="What they said.", show_default=False)],
    channel: Channel = "email",
    source: Annotated[str, typer.Option(help="Where they said so; an opt-in needs it.")] = "",
    at: Annotated[str, typer.Option(help="When, as 2026-05-01 or with a time; now.")] = "",
    text_version: Annotated[str, typer.Option(help="Of the text that they were shown.")] = "",
    language: Annotated[str, typer.Option(help="Of that text.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Add a word of a person to the ledger; it counts before the next message."""
    from maracuja import app
    from maracuja.errors import NotFound
    from maracuja.model import ConsentState
    from maracuja.runtime import people_by_hand, people_view
    from maracuja.runtime.launch_ground import definitions_in_force

    with app.opened(workspace) as here, here.store.write() as conn:
        zone = here.config.shop.time_zone
        topics = [name for kind, name in definitions_in_force(conn) if kind == "topic"]
        if topic not in topics:
            raise NotFound(
                f"There is no topic `{topic}`.",
                fix=f"It is one of {', '.join(topics)}." if topics else "Apply its definition.",
            )
        word = people_by_hand.say_consent(
            conn,
            people_view.find(conn, who, here.config.shop.country),
            topic,
            channel,
            ConsentState[state.name],
            source=source,
            actor=ACTOR,
            now=here.clock.now(),
            at=_moment(at),
            text_version=text_version,
            language=language,
        )
    if json:
        say_json(word)
    else:
        say(f"[bold]{word.topic}[/] on {word.channel}: {word.state} since {when(word.at, zone)}")


def _moment(text: str) -> datetime | None:
    """A date or a time as a person writes it; without a zone, in UTC. Raises BadInput."""
    from maracuja.errors import BadInput

    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(
            f"`{text}` is no time.", where="--at", fix="Write it as 2026-05-01T10:30."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def add(
    who: Who,
    channel: Channel = "email",
    reason: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
    marketing_only: Annotated[
        bool, typer.Option("--marketing-only", help="Service messages may still be sent.")
    ] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Stop writing to a person's address, whatever they agreed to, until it is lifted."""
    from maracuja import app
    from maracuja.runtime import people_by_hand, people_view

    with app.opened(workspace) as here, here.store.write() as conn:
        pid = people_view.find(conn, who, here.config.shop.country)
        people_by_hand.suppress(
            conn,
            pid,
            channel,
            salt=here.secrets.suppression_salt,
            reason=reason,
            actor=ACTOR,
            now=here.clock.now(),
            marketing_only=marketing_only,
        )
    what = "marketing" if marketing_only else "all"
    if json:
        say_json({"pid": pid, "channel": channel, "scope": what})
    else:
        nothing = "No marketing" if marketing_only else "Nothing"
        say(f"{nothing} is sent to the {channel} address of person {pid} until it is lifted.")


def lift(
    who: Who, channel: Channel = "email", workspace: Workspace = HERE, json: Json = False
) -> None:
    """Let a person's address be written to again."""
    from maracuja import app
    from maracuja.runtime import people_by_hand, people_view

    with app.opened(workspace) as here, here.store.write() as conn:
        pid = people_view.find(conn, who, here.config.shop.country)
        gone = people_by_hand.lift(
            conn,
            pid,
            channel,
            salt=here.secrets.suppression_salt,
            actor=ACTOR,
            now=here.clock.now(),
        )
    if json:
        say_json({"pid": pid, "channel": channel, "lifted": gone})
    else:
        say(f"The {channel} address of person {pid} may be written to again.")


def every(
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List the addresses that are not written to, newest first; only their hashes are kept."""
    from maracuja import app
    from maracuja.model import micros, moment
    from maracuja.store import suppressions

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = suppressions.current(conn, micros(here.clock.now()), rows_max=limit)
    if json:
        say_json(
            [
                {
                    "pid": one.pid,
                    "channel": one.channel,
                    "scope": one.scope,
                    "reason": one.reason,
                    "code": one.code,
                    "words": one.raw,
                    "at": moment(one.at_us),
                    "until": None if one.until_us is None else moment(one.until_us),
                    "digest": one.digest.hex(),
                }
                for one in found
            ]
        )
        return
    if not found:
        say("No address is suppressed.")
        return
    rows = [
        (
            "–" if one.pid is None else f"pid:{one.pid}",
            one.channel,
            one.scope,
            one.reason,
            one.raw,
            when(moment(one.at_us), zone),
            "–" if one.until_us is None else when(moment(one.until_us), zone),
        )
        for one in found
    ]
    say(table("", ["person", "channel", "what", "reason", "words", "since", "until"], rows))

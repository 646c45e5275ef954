"""Commands that keep campaigns in order: list, clone, archive, label, note, calendar, growth."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json, share, table, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.calendar_work import Calendar, Entry
    from maracuja.runtime.growth import Growth
    from maracuja.runtime.send_to_me import SentToMe

PANEL = "Messages"
RESULTS_PANEL = "People"
ACTOR = "command line"
OVERLAPS_SHOWN = 20
Name = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id.", show_default=False)]


class Step(StrEnum):
    """How long the periods of a report are."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def add_commands(group: typer.Typer) -> None:
    """Add the commands about single campaigns to theirs."""
    group.command("list")(every)
    group.command()(clone)
    group.command()(archive)
    group.command()(label)
    group.command()(note)
    group.command("send-to-me")(send_to_me)


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module that are about all of them."""
    cli.command(rich_help_panel=PANEL)(calendar)
    cli.command(rich_help_panel=RESULTS_PANEL)(growth)


# ---------------------------------------------------------------- one campaign


def every(
    label: Annotated[str, typer.Option(help="Only those with this label.")] = "",
    words: Annotated[str, typer.Option(help="Only those with this in id or name.")] = "",
    archived: Annotated[bool, typer.Option("--archived", help="Those in the archive.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List the campaigns, the latest changed first, with their labels."""
    from maracuja import app
    from maracuja.runtime import marking

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = marking.campaigns(conn, label=label, archived=archived, words=words)
    if json:
        say_json(found)
        return
    if not found:
        say("The archive is empty." if archived else "There are no such campaigns.")
        return
    rows = [
        (
            one.id,
            one.name,
            one.state,
            ", ".join(one.channels),
            ", ".join(one.labels) or "–",
            when(one.last, zone) if one.last else "–",
            when(one.next, zone) if one.next else "–",
            one.notes or "–",
        )
        for one in found
    ]
    heads = ["campaign", "name", "state", "channels", "labels", "last", "next", "notes"]
    say(table("", heads, rows))


def clone(
    name: Name,
    new: Annotated[str, typer.Argument(metavar="NEW", help="The id of the copy.")],
    title: Annotated[str, typer.Option("--name", help="What the copy is called.")] = "",
    texts: Annotated[
        bool, typer.Option("--with-texts", help="Copy its templates too, to change them apart.")
    ] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Copy a campaign under a new id, and print it to be changed; the copy is not launched."""
    from maracuja import app
    from maracuja.campaigns.decoding import plain, to_yaml
    from maracuja.runtime import marking

    with app.opened(workspace) as here, here.store.write() as conn:
        now = here.clock.now()
        made = marking.clone(conn, name, new, now, ACTOR, title=title, texts=texts)
    if json:
        say_json([plain(one) for one in made])
        return
    typer.echo("---\n".join(to_yaml(one) for one in made), nl=False)


def archive(
    name: Name,
    undo: Annotated[bool, typer.Option("--undo", help="Take it out of the archive.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Put a campaign away: it is listed no more and cannot be launched; its report stays."""
    from maracuja import app
    from maracuja.runtime import marking

    with app.opened(workspace) as here, here.store.write() as conn:
        change = marking.fetch_back if undo else marking.archive
        change(conn, name, ACTOR, here.clock.now())
    if json:
        say_json({"id": name, "archived": not undo})
    else:
        say(f"[bold]{name}[/] is {'back on the list' if undo else 'in the archive'}.")


def label(
    name: Name,
    add: Annotated[list[str] | None, typer.Argument(metavar="[LABEL...]", help="To add.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", help="To take off.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Put labels on a campaign, or take them off; prints those it has."""
    from rich.markup import escape

    from maracuja import app
    from maracuja.runtime import marking

    with app.opened(workspace) as here, here.store.write() as conn:
        now = here.clock.now()
        found = marking.label(conn, name, add or [], remove or [], now, ACTOR)
    if json:
        say_json({"id": name, "labels": found})
    else:
        say(f"[bold]{name}[/]: {escape(', '.join(found)) or 'no labels'}")


def note(
    name: Name,
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="What to keep in mind.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Write a note about a campaign for the others; without a text, print its notes."""
    from rich.markup import escape

    from maracuja import app
    from maracuja.runtime import marking

    with app.opened(workspace) as here:
        zone = here.config.shop.time_zone
        if text:
            with here.store.write() as conn:
                found = [marking.note(conn, name, text, ACTOR, here.clock.now())]
        else:
            with here.store.read() as conn:
                found = marking.notes(conn, name)
    if json:
        say_json(found)
        return
    for one in found:
        say(f"[dim]{when(one.at, zone)}, {escape(one.actor)}[/]\n{escape(one.text)}")
    if not found:
        say(f"Nothing was noted about [bold]{name}[/].")


def send_to_me(
    name: Name,
    to: Annotated[
        list[str],
        typer.Option(
            "--to",
            help="Your address; channel:address where the campaign has several channels.",
            show_default=False,
        ),
    ],
    reader: Annotated[str, typer.Option("--for", help="As this person would read it.")] = "",
    variant: Annotated[str, typer.Option(help="Only this one; all.")] = "",
    language: Annotated[str, typer.Option(help="Instead of the person's own.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Send yourself every text of a campaign at once; code 1 where one was not taken."""
    from maracuja import app
    from maracuja.runtime import send_to_me as trial

    with app.opened(workspace) as here:
        found = trial.send(
            here.ground, here.vendors, name, to, here.clock.now(),
            reader=reader, variant=variant, language=language,
        )  # fmt: skip
    if json:
        say_json(found)
    else:
        _say_sent(found)
    if not all(one.sent for one in found):
        raise typer.Exit(1)


def _say_sent(found: Sequence[SentToMe]) -> None:
    from rich.markup import escape

    for one in found:
        sign = "[green]✓[/]" if one.sent else "[bold red]✗[/]"
        about = f"{one.variant}, {one.channel}, {one.language}, as read by {one.reader}"
        say(f"{sign} {escape(about)}: {escape(one.says) or 'sent'}")


# ---------------------------------------------------------------- all of them


def calendar(
    days: Annotated[int, typer.Option(min=1, max=370, help="So many days.")] = 28,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; a week ago."),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Without counting people and overlaps.")
    ] = False,
    ics: Annotated[
        Path | None, typer.Option("--ics", help="Write it for another calendar to this file.")
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show all sendings by day: sent, under way, to come; and who is due several."""
    from maracuja import app, zones
    from maracuja.runtime import calendar_work

    with app.opened(workspace) as here:
        now, shop = here.clock.now(), here.config.shop
        zone = zones.zone(shop.time_zone)
        day = since.date() if since else now.astimezone(zone).date() - timedelta(days=7)
        start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
        until = start + timedelta(days=days)
        found = calendar_work.calendar(here.ground, start, until, now, overlaps=not quick)
        if ics is not None:
            ics.write_text(
                calendar_work.as_ics(found, shop.name, now), encoding="utf-8", newline=""
            )
    if json:
        say_json(found)
        return
    _say_calendar(found, shop.time_zone)
    if ics is not None:
        say(f"Written: [bold]{ics}[/]")


def _say_calendar(found: Calendar, zone: str) -> None:
    if found.entries:
        rows = [
            (
                when(one.from_, zone),
                one.name,
                one.state,
                ", ".join(one.channels),
                ", ".join(one.labels) or "–",
                _people(one),
            )
            for one in found.entries
        ]
        say(table("", ["due", "campaign", "state", "channels", "labels", "people"], rows))
    else:
        say("Nothing was or is due in these days.")
    if found.always:
        say(f"Waiting for events all the time: {', '.join(found.always)}")
    if found.overlaps:
        say()
        pairs = [
            (str(one.day), f"{one.first} + {one.second}", number(one.people), f"{one.share:.0%}")
            for one in found.overlaps[:OVERLAPS_SHOWN]
        ]
        heads = ["day", "campaigns", "people in both", "of the smaller"]
        say(table("Two on one day", heads, pairs))
        if len(found.overlaps) > OVERLAPS_SHOWN:
            say(f"[dim]… and {len(found.overlaps) - OVERLAPS_SHOWN} more (--json has them).[/]")
    if found.crowded:
        say(
            f"[yellow]{number(found.crowded)} people are due more than the cap of {found.cap}[/]:"
            " what is too much will wait, or not be sent."
        )


def _people(one: Entry) -> str:
    if one.fault:
        return "cannot be counted"
    return "–" if one.people is None else number(one.people)


def growth(
    topic: Annotated[str, typer.Argument(metavar="TOPIC", help="What people agreed to hear.")],
    channel: Annotated[str, typer.Option(help="Where.")] = "email",
    days: Annotated[int, typer.Option(min=1, max=3650, help="So many days back.")] = 90,
    step: Annotated[Step, typer.Option(help="How long a row is.")] = Step.WEEK,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show how many may be written to, whence they came, what that cost, and why others went."""
    from maracuja import app
    from maracuja.runtime import growth as counted

    with app.opened(workspace) as here:
        now, zone = here.clock.now(), here.config.shop.time_zone
        since = now - timedelta(days=days)
        found = counted.growth(here.ground, topic, channel, since, now, step=step.value)
    if json:
        say_json(found)
    else:
        _say_growth(found, zone)


def _say_growth(found: Growth, zone: str) -> None:
    from rich.markup import escape

    periods = [
        (when(one.start, zone)[:10], f"+{one.gained}", f"−{one.lost}", number(one.reachable))
        for one in found.periods
    ]
    title = f"{found.topic} by {found.channel}"
    say(table(title, ["from", "came", "went", "reachable at its end"], periods))
    if found.sources:
        say()
        came = [
            (
                escape(one.source),
                one.gained,
                one.stays,
                share(one.stays, one.gained),
                "–" if one.cost is None else f"{one.cost:,.2f}",
                "–" if one.cost_each is None else f"{one.cost_each:,.2f}",
            )
            for one in found.sources
        ]
        heads = ["source", "came", "stayed", "share", "spent", "each who stayed"]
        say(table(f"Where they came from (money in {found.currency})", heads, came))
    if found.losses:
        say()
        went = [(escape(one.why), one.lost) for one in found.losses]
        say(table("Why others went", ["why", "people"], went))

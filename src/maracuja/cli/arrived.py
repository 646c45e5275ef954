"""Commands about what arrived: events that were put aside, names that were discovered."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json, table, when

PANEL = "Data"
ACTOR = "command line"


class Sensitivity(StrEnum):
    """How careful to be with what is in a trait."""

    PUBLIC = "public"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


class Scope(StrEnum):
    """Where a name was discovered."""

    TRAIT = "trait"
    PROPERTY = "property"
    CONTEXT = "context"


TITLES = {
    Scope.TRAIT: "Traits of people",
    Scope.PROPERTY: "Properties of events",
    Scope.CONTEXT: "Context of events",
}


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    events = typer.Typer(no_args_is_help=True, help="Events that were put aside.")
    events.command()(refused)
    events.command()(replay)
    cli.add_typer(events, name="events", rich_help_panel=PANEL)
    traits = typer.Typer(help="Names that people's data have shown: traits and properties.")
    traits.callback(invoke_without_command=True)(traits_)
    traits.command()(privacy)
    cli.add_typer(traits, name="traits", rich_help_panel=PANEL)


# ---------------------------------------------------------------- events


def refused(
    every: Annotated[bool, typer.Option("--all", help="Those replayed too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List the events that were put aside, newest first, with the reason of each."""
    from maracuja import app
    from maracuja.model import moment
    from maracuja.store import refused as store

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = store.newest(conn, waiting=not every, rows_max=limit)
        counts = store.counts(conn)
    if json:
        events = [
            {
                **one._asdict(),
                "at": moment(one.at_us),
                "replayed": None if one.replayed_us is None else moment(one.replayed_us),
                "body": one.body.decode("utf-8", "replace"),
            }
            for one in found
        ]
        for event in events:
            del event["at_us"], event["replayed_us"]
        say_json({"waiting": counts, "events": events})
        return
    if not found:
        say("No event was put aside." if every else "No event waits that was put aside.")
        return
    rows = [(o.id, when(moment(o.at_us), zone), o.call, o.reason, o.place) for o in found]
    say(table("", ["number", "arrived", "call", "reason", "where"], rows))
    waiting = ", ".join(f"{number(n)} {code}" for code, n in counts.items())
    say(f"Waiting: {waiting or 'none'}. Put right what was wrong, then [bold]events replay[/].")


def replay(
    numbers: Annotated[
        list[int] | None, typer.Argument(help="Which; all that wait.", show_default=False)
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Let events that were put aside come in once more; what is wrong still is put aside again."""
    from maracuja import app
    from maracuja.runtime.projection import Projection

    with app.opened(workspace) as here:
        projection = Projection(here.store, here.lake_root, country=here.config.shop.country)
        count = projection.replay(here.clock.now(), numbers or None)
    if json:
        say_json({"replayed": count})
    else:
        say(f"{number(count)} events came in again; `maracuja work` takes them.")


# ---------------------------------------------------------------- traits


def traits_(
    ctx: typer.Context,
    scope: Annotated[Scope | None, typer.Option(help="Only of this scope.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List the names that people's data have shown, with type, samples and privacy class."""
    if ctx.invoked_subcommand is not None:
        return
    from maracuja import app
    from maracuja.model import moment
    from maracuja.store import discovered

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = discovered.every(conn, scope.value if scope else None, others=True)
    if json:
        say_json(
            [
                {
                    "scope": one.scope,
                    "event": one.event,
                    "name": one.name,
                    "type": one.type,
                    "seen": one.seen,
                    "first_seen": moment(one.first_seen_us),
                    "last_seen": moment(one.last_seen_us),
                    "samples": one.samples,
                    "privacy": one.privacy.name.lower(),
                }
                for one in found
            ]
        )
        return
    columns = ["name", "type", "privacy", "seen", "first seen", "samples"]
    for kind in Scope if scope is None else (scope,):
        rows = [
            (
                f"{one.event}: {one.name}" if one.event else one.name,
                one.type.value,
                one.privacy.name.lower(),
                one.seen,
                when(moment(one.first_seen_us), zone, minutes=False),
                one.samples,
            )
            for one in found
            if one.scope == kind
        ]
        if rows:
            say(table(TITLES[kind], columns, rows, cut="samples"))
            say()
    if not found:
        say("No data came in yet.")
    if any(discovered.OTHERS in (one.event, one.name) for one in found):
        say(
            f"[dim]{discovered.OTHERS}: all further names together, once there are "
            f"{number(discovered.NAMES_MAX)} of them or of events. They are kept with people and "
            "events, but segments and templates cannot use them.[/]"
        )


def privacy(
    name: Annotated[str, typer.Argument(help="Of the trait.", show_default=False)],
    to: Annotated[Sensitivity, typer.Argument(metavar="CLASS", show_default=False)],
    scope: Annotated[Scope, typer.Option(help="Where the name was discovered.")] = Scope.TRAIT,
    event: Annotated[str, typer.Option(help="Of a property: which event's.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say how careful to be with a name: public, personal or sensitive."""
    from maracuja import app
    from maracuja.model import Privacy, micros
    from maracuja.store import audit, discovered

    with app.opened(workspace) as here, here.store.write() as conn:
        now_us = micros(here.clock.now())
        discovered.set_privacy(conn, scope.value, event, name, Privacy[to.name])
        subject = ":".join(filter(None, [scope.value, event, name]))
        audit.add(conn, now_us, ACTOR, "set_privacy", subject, to.value)
    if json:
        say_json({"scope": scope.value, "event": event, "name": name, "privacy": to.value})
    else:
        say(f"[bold]{name}[/] is {to.value} from now on.")

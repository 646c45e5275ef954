"""Commands about breaches of data: breach open, list, show, count, told, close, text."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.law_words import ACTOR, PANEL, Number, moment_of
from maracuja.cli.output import HERE, Json, Workspace, pairs, say, say_json, table
from maracuja.cli.output import when as shown_when

if TYPE_CHECKING:
    from maracuja.runtime.breach_work import BreachShown


class To(StrEnum):
    """Who is told of a breach."""

    AUTHORITY = "authority"
    PEOPLE = "people"


Told = Annotated[To, typer.Argument(help="Who.", show_default=False)]
Measures = Annotated[str, typer.Option(help="What was done about it.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Leaks and losses of data, with their clock.")
    group.command("open")(open_)
    group.command("list")(list_)
    for command in (show, count, told, close, text):
        group.command()(command)
    cli.add_typer(group, name="breach", rich_help_panel=PANEL)


def open_(
    what: Annotated[str, typer.Argument(help="What happened, in a sentence.")],
    noticed: Annotated[str, typer.Option(help="When it was noticed; now.")] = "",
    since: Annotated[str, typer.Option(help="When it began, as 2026-05-01T10:30.")] = "",
    until: Annotated[str, typer.Option(help="When it ended.")] = "",
    data: Annotated[str, typer.Option(help="Kinds of data, as: names, addresses.")] = "",
    segment: Annotated[str, typer.Option(help="Whom it is about, as a segment.")] = "",
    measures: Measures = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Note a breach: its clock runs from the moment at which it was noticed."""
    from maracuja import app
    from maracuja.runtime import breach_work

    with app.opened(workspace) as here, here.store.write() as conn:
        made = breach_work.note(
            conn,
            what,
            actor=ACTOR,
            now=here.clock.now(),
            noticed=moment_of(noticed, "--noticed"),
            since=moment_of(since, "--since"),
            until=moment_of(until, "--until"),
            data=data,
            scope=segment,
            measures=measures,
        )
    _tell(made, here.config.shop.time_zone, json=json)


def list_(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the breaches, the newest first."""
    from maracuja import app
    from maracuja.runtime import breach_work

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = breach_work.listed(conn, here.clock.now())
    if json:
        say_json(found)
        return
    if not found:
        say("No breach was noted.")
        return
    rows = [
        (
            str(one.id),
            shown_when(one.noticed, zone),
            one.what,
            "–" if one.people is None else f"{one.people:,}",
            f"{shown_when(one.due, zone)}{' late!' if one.late else ''}",
            _state(one),
        )
        for one in found
    ]
    say(table("", ["no", "noticed", "what", "people", "report by", "state"], rows))


def show(number: Number, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show a breach: its clock, its people, and who did what."""
    from maracuja import app
    from maracuja.runtime import breach_work

    with app.opened(workspace) as here, here.store.read() as conn:
        found = breach_work.show(conn, number, here.clock.now())
    _tell(found, here.config.shop.time_zone, json=json)


def count(number: Number, workspace: Workspace = HERE, json: Json = False) -> None:
    """Count the people of a breach by its segment or its time; the clock becomes their law's."""
    from maracuja import app
    from maracuja.runtime import breach_work

    with app.opened(workspace) as here:
        found = breach_work.count(here.ground, number, actor=ACTOR, now=here.clock.now())
    _tell(found, here.config.shop.time_zone, json=json)


def told(number: Number, who: Told, workspace: Workspace = HERE, json: Json = False) -> None:
    """Note that the authority, or the people, have been told."""
    from maracuja import app
    from maracuja.runtime import breach_work

    with app.opened(workspace) as here, here.store.write() as conn:
        now = here.clock.now()
        found = breach_work.report(conn, number, to=who.value, actor=ACTOR, now=now)
    _tell(found, here.config.shop.time_zone, json=json)


def close(
    number: Number, measures: Measures = "", workspace: Workspace = HERE, json: Json = False
) -> None:
    """Close a breach, with what was done about it."""
    from maracuja import app
    from maracuja.runtime import breach_work

    with app.opened(workspace) as here, here.store.write() as conn:
        found = breach_work.close(conn, number, measures, actor=ACTOR, now=here.clock.now())
    _tell(found, here.config.shop.time_zone, json=json)


def text(
    number: Number,
    who: Told,
    law: Annotated[str, typer.Option(help="Of which law's authority; the first of it.")] = "",
    language: Annotated[str, typer.Option(help="en, ru, uk or mn.")] = "en",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Print a draft of what the authority, or the people, are told; nothing is sent."""
    from maracuja import app
    from maracuja.runtime import breach_words, breach_work
    from maracuja.runtime.law_in_force import declaration

    with app.opened(workspace) as here, here.store.read() as conn:
        leak = breach_work.show(conn, number, here.clock.now())
        controller = declaration(conn).controller
        named = law or next(iter(leak.laws), "")
        shop = here.config.shop.name
    draft = breach_words.text(leak, who.value, named, controller, shop, language)
    if json:
        say_json({"text": draft})
    else:
        say(draft.replace("[", "\\["))


def _state(one: BreachShown) -> str:
    if one.closed is not None:
        return "closed"
    return "reported" if one.reported is not None else "open"


def _tell(one: BreachShown, zone: str, *, json: bool) -> None:
    """A breach in words, or as JSON."""
    if json:
        say_json(one)
        return
    known = {
        "breach": f"{one.id}: {one.what}",
        "noticed": shown_when(one.noticed, zone),
        "data": one.data,
        "people": "not counted yet" if one.people is None else f"{one.people:,}",
        "laws": ", ".join(one.laws),
        "authorities": "; ".join(one.authorities),
        "report by": f"{shown_when(one.due, zone)}{' late!' * one.late}",
        "measures": one.measures,
        "state": _state(one),
    }
    say(pairs({name: value for name, value in known.items() if value}))
    rows = [
        (shown_when(s.at, zone), s.actor, s.action.removeprefix("breach_").replace("_", " "))
        for s in one.steps
    ]
    if rows:
        say(table("", ["when", "who", "did"], rows))

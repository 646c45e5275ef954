"""Commands about segments: check, count, sample, explain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Language,
    Words,
    Workspace,
    number,
    progress,
    say,
    say_json,
    share,
    table,
)
from maracuja.cli.profiles import Who, say_conditions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.people_view import Brief
    from maracuja.runtime.segment_work import Fault

PANEL = "Messages"
Name = Annotated[
    str,
    typer.Argument(
        metavar="SEGMENT", help="Its id, or a file not yet applied.", show_default=False
    ),
]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Segments: who is meant.")
    group.command()(check)
    group.command()(count)
    group.command()(sample)
    group.command()(explain)
    cli.add_typer(group, name="segment", rich_help_panel=PANEL)


def check(
    name: Name, language: Language = Words.EN, workspace: Workspace = HERE, json: Json = False
) -> None:
    """Say a segment in words and hold it against the data; code 2 where something is wrong."""
    from maracuja import app
    from maracuja.cli.definitions import given
    from maracuja.runtime import segment_work
    from maracuja.segments.definition import Segment

    with app.opened(workspace) as here, here.store.read() as conn:
        spoken = language.value
        checked = segment_work.check(conn, given(conn, name, Segment, segment_work.get))
    if json:
        say_json(checked)
    else:
        from rich.markup import escape

        say(escape(checked.says[spoken]))
        say_faults(checked.faults)
    if checked.faults:
        raise typer.Exit(2)


def say_faults(faults: Sequence[Fault]) -> None:
    """Print what is wrong, where, and what to do; or that nothing is."""
    from rich.markup import escape

    for fault in faults:
        say(f"[bold red]✗ {escape(fault.message)}[/]")
        if fault.where:
            say(f"  where: {escape(fault.where)}")
        if fault.fix:
            say(f"  what to do: {escape(fault.fix)}")
    if not faults:
        say("[green]✓[/] Nothing is wrong with it.")


def count(
    name: Name,
    exact: Annotated[
        bool | None,
        typer.Option("--exact/--estimate", help="As the number of people suggests."),
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Count the people of a segment: exactly, or an estimate with its margin."""
    from maracuja import app
    from maracuja.cli.definitions import given
    from maracuja.runtime import segment_work
    from maracuja.segments.definition import Segment

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            segment = given(conn, name, Segment, segment_work.get)
        with progress("counting", quiet=json):
            found = segment_work.count(here.ground, segment.where, here.clock.now(), exact=exact)
    if json:
        say_json(found)
        return
    whole = f"of {number(found.of)} people"
    if found.exact:
        say(f"[bold]{number(found.people)}[/] {whole} ({share(found.people, found.of)}).")
        return
    margin = number(found.margin)
    say(f"About [bold]{number(found.people)}[/] ± {margin} {whole}; --exact counts them all.")
    if found.rare:
        say(f"[yellow]Only {found.met} of {found.asked} people are in: the margin is rough.[/]")


def sample(
    name: Name,
    size: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 10,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show some people of a segment, the same ones each time."""
    from maracuja import app
    from maracuja.cli.definitions import given
    from maracuja.runtime import segment_work
    from maracuja.segments.definition import Segment

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            segment = given(conn, name, Segment, segment_work.get)
        with progress("looking for people", quiet=json):
            found = segment_work.sample(here.ground, segment.where, here.clock.now(), size)
    if json:
        say_json(found)
    elif found:
        say(people_table(found))
    else:
        say("Nobody is in this segment.")


def people_table(people: Sequence[Brief]) -> object:
    """People in a list."""
    rows = [(f"pid:{one.pid}", one.name, one.email, one.language) for one in people]
    return table("", ["person", "name", "e-mail", "language"], rows)


def explain(
    name: Name,
    who: Who,
    language: Language = Words.EN,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say for one person which condition held, and on what evidence."""
    from maracuja import app
    from maracuja.cli.definitions import given
    from maracuja.runtime import people_view, segment_work
    from maracuja.segments.definition import Segment

    with app.opened(workspace) as here:
        shop = here.config.shop
        with here.store.read() as conn:
            segment = given(conn, name, Segment, segment_work.get)
            pid = people_view.find(conn, who, shop.country)
        now, ground = here.clock.now(), here.ground
        with progress("looking at the evidence", quiet=json):
            found = segment_work.explain(ground, segment.where, pid, now, language=language.value)
    if json:
        say_json(found)
        return
    inside = "[green]is in[/]" if found.held else "[red]is not in[/]"
    say(f"Person {found.pid} {inside} [bold]{segment.id}[/].")
    say_conditions(found.conditions)

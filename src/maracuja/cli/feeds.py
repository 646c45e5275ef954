"""Commands about product feeds: what became of each, take one now, allow one that is held."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json, table, when

PANEL = "Shop"
ACTOR = "command line"
Feed = Annotated[str, typer.Argument(metavar="FEED", help="Its id.", show_default=False)]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Where the catalogue comes from.")
    group.command("list")(every)
    group.command()(take)
    group.command()(allow)
    cli.add_typer(group, name="feeds", rich_help_panel=PANEL)


def every(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the feeds: when each was read, what it held, what is wrong with it."""
    from maracuja import app
    from maracuja.runtime import feed_work

    with app.opened(workspace) as here, here.store.read() as conn:
        found, zone = feed_work.show(conn), here.config.shop.time_zone
    if json:
        say_json(found)
        return
    if not found:
        say("There are no feeds. A feed is a definition: see docs/shop.md.")
        return
    columns = ["feed", "state", "products", "read", "next", "says"]
    rows = [
        (one.feed, one.state or "not yet", one.products, when(one.asked, zone),
         when(one.due, zone), one.says)
        for one in found
    ]  # fmt: skip
    say(table("", columns, rows))


def take(
    feed: Feed,
    file: Annotated[
        Path | None, typer.Argument(help="In its place; else it is asked for.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what it holds.")] = False,
    allow_: Annotated[bool, typer.Option("--allow", help="Whatever it has lost.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Read a feed now, from its address or from a file, and say what was taken and refused."""
    from maracuja import app
    from maracuja.runtime import feed_work
    from maracuja.runtime.feed_fetching import fetch

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            wanted = feed_work.get(conn, feed)
        if file is not None:
            body = file.read_bytes()
        elif wanted.is_file:
            body = feed_work.read_file(here.ground, wanted)
        else:
            private = here.config.messages.private_receivers
            body = fetch(wanted.source, "", "", private=private).body or b""
        now = here.clock.now()
        found = feed_work.take(here.ground, wanted, body, now, allow=allow_, dry=dry_run)
    if json:
        say_json(found)
        return
    from rich.markup import escape

    from maracuja.store.feeds import HELD

    say(f"[bold]{escape(found.feed)}[/]: {escape(found.says)}")
    if not dry_run and found.state != HELD:
        say(f"{number(found.changed)} changed, {number(found.gone)} are gone.")
    for one in found.refused:
        say(f"  [yellow]{escape(f'line {one.line}: {one.id} {one.reason}')}[/]")


def allow(feed: Feed, workspace: Workspace = HERE, json: Json = False) -> None:
    """Let the worker take a feed that is held, the next time whatever it has lost."""
    from maracuja import app
    from maracuja.runtime import feed_work

    with app.opened(workspace) as here, here.store.write() as conn:
        feed_work.allow(conn, feed, here.clock.now(), actor=ACTOR)
    if json:
        say_json({"feed": feed, "allowed": True})
    else:
        say(f"[bold]{feed}[/] is taken when the worker looks next.")

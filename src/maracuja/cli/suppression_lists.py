"""Commands about lists of addresses that are not written to: import them, export ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json

Channel = Annotated[str, typer.Option(help="On which channel.")]


def add_commands(group: typer.Typer) -> None:
    """Add the commands of this module to those of suppressions."""
    group.command("import")(take)
    group.command("export")(give)


def take(
    file: Annotated[
        Path,
        typer.Argument(help="Addresses, one a line, or CSV.", show_default=False),
    ],
    channel: Channel = "email",
    reason: Annotated[str, typer.Option(help="Why, where a row says nothing.")] = "",
    marketing_only: Annotated[
        bool, typer.Option("--marketing-only", help="Service messages may still be sent.")
    ] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Stop writing to every address of a list, as of another system; code 2 if a line is none."""
    from maracuja import app
    from maracuja.cli.consents import ACTOR
    from maracuja.runtime import suppression_lists

    with (
        app.opened(workspace) as here,
        file.open(encoding="utf-8-sig", errors="replace", newline="") as lines,
    ):
        found = suppression_lists.take(
            here.store,
            suppression_lists.read_list(lines),
            channel=channel,
            salt=here.secrets.suppression_salt,
            country=here.config.shop.country,
            actor=ACTOR,
            now=here.clock.now(),
            reason=reason,
            marketing_only=marketing_only,
        )
    if json:
        say_json(found._asdict())
    else:
        say(f"{number(found.added)} addresses are not written to from now on.")
        say(f"{number(found.known)} stood on the list already.")
        for words in found.refused:
            say(f"[yellow]{words}[/]")
    if found.refused:
        raise typer.Exit(2)


def give(
    file: Annotated[
        Path | None,
        typer.Argument(help="Where to; standard output.", show_default=False),
    ] = None,
    workspace: Workspace = HERE,
) -> None:
    """Write the addresses that are not written to as CSV; of whom is gone, the hash alone."""
    from maracuja import app
    from maracuja.runtime import suppression_lists

    with app.opened(workspace) as here, here.store.read() as conn:
        salt = here.secrets.suppression_salt
        text = "".join(suppression_lists.written(conn, here.clock.now(), salt=salt))
    if file is None:
        typer.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")

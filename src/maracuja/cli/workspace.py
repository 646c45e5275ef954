"""Commands about the workspace itself: init, check."""

from __future__ import annotations

from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, pairs, say, say_json


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    cli.command()(init)
    cli.command()(check)


def init(
    workspace: Workspace = HERE,
    name: Annotated[str, typer.Option(help="The shop's name.")] = "My shop",
    language: Annotated[str, typer.Option(help="Its main language.")] = "en",
    time_zone: Annotated[str, typer.Option(help="Its time zone, as Europe/Kyiv.")] = "UTC",
    currency: Annotated[str, typer.Option(help="Its currency, as UAH.")] = "USD",
    json: Json = False,
) -> None:
    """Make a workspace: its settings, its databases and a first server key."""
    from maracuja import app

    made = app.create(
        workspace,
        {
            "shop": {
                "name": name,
                "language": language,
                "languages": [language],
                "time_zone": time_zone,
                "currency": currency,
            }
        },
    )
    if json:
        say_json(made)
        return
    if not made:
        say(f"The workspace in [bold]{workspace}[/] is up to date.")
        return
    say(f"The workspace is ready in [bold]{workspace}[/]. These keys are shown only now:")
    say(pairs(made))
    say("Next: [bold]maracuja import[/] your people, then [bold]maracuja serve[/].")


def check(workspace: Workspace = HERE, json: Json = False) -> None:
    """Print the effective configuration and what is wrong with it; dials nothing."""
    from maracuja import app
    from maracuja.config import load_config, shown

    config = load_config(workspace)
    values = {
        **{
            f"{s}.{n}": v
            for s, part in shown(config).items()
            if s != "root"
            for n, v in part.items()
        },
        **app.inspect(config),
    }
    if json:
        say_json(values)
    else:
        say(pairs(values))

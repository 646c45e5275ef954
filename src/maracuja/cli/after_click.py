"""The command `after-click`: who bought after a click, which is no proof of anything."""

from __future__ import annotations

from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Language, Words, Workspace, progress, say, say_json

PANEL = "Messages"


def add_to(cli: typer.Typer) -> None:
    """Register the command of this module."""
    cli.command("after-click", rich_help_panel=PANEL)(after_click)


def after_click(
    campaign: Annotated[str, typer.Option(help="Only this campaign.")] = "",
    language: Language = Words.EN,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Count purchases after a click, by campaign and channel; what changed is in the reports."""
    from rich.console import Group

    from maracuja import app
    from maracuja.runtime import measure_clicks
    from maracuja.ui.report_clicks import terminal

    with app.opened(workspace) as here, progress("counting", quiet=json):
        currency = here.config.shop.currency
        found = measure_clicks.report(here.ground, here.clock.now(), campaign=campaign)
    if json:
        say_json(found)
    else:
        say(Group(*terminal(found, currency, language.value, campaigns=True)))

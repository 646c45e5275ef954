"""The command `wear-out`: what a text or a tactic still does when people get it again."""

from __future__ import annotations

from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Language, Words, Workspace, progress, say, say_json

PANEL = "Messages"


def add_to(cli: typer.Typer) -> None:
    """Register the command of this module."""
    cli.command("wear-out", rich_help_panel=PANEL)(wear_out)


def wear_out(
    template: Annotated[str, typer.Option(help="Only this text.")] = "",
    tactic: Annotated[str, typer.Option(help="Only this tactic of campaigns.")] = "",
    language: Language = Words.EN,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say whether texts and tactics wear off: their effect by how often people had got them."""
    from rich.console import Group

    from maracuja import app
    from maracuja.runtime import measure_wear
    from maracuja.ui.report_wear import wear_out_terminal

    with app.opened(workspace) as here, progress("measuring", quiet=json):
        found = measure_wear.report(
            here.ground, here.clock.now(), template=template, tactic=tactic
        )
    if json:
        say_json(found)
    else:
        say(Group(*wear_out_terminal(found, language.value)))

"""The command line: thin, every command calls the app or the running server."""

from __future__ import annotations

import typer

from maracuja.cli import (
    after_click,
    arrived,
    breaches,
    campaigns,
    channels,
    claims,
    consents,
    conversations,
    coupons,
    data,
    demo,
    demo_beside,
    email,
    facts,
    feeds,
    forms,
    holds,
    hooks,
    keeping,
    law,
    offers,
    profiles,
    rights,
    segments,
    serving,
    shelf,
    spend,
    team,
    templates,
    wear_out,
    workspace,
)
from maracuja.cli.output import Sentences

cli = typer.Typer(
    cls=Sentences,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Speak to each customer of a shop personally, and prove what it was worth.",
)
for room in (
    workspace,
    team,
    serving,
    demo,
    demo_beside,
    data,
    arrived,
    hooks,
    profiles,
    facts,
    holds,
    consents,
    rights,
    law,
    breaches,
    conversations,
    segments,
    templates,
    forms,
    campaigns,
    shelf,
    claims,
    wear_out,
    after_click,
    channels,
    email,
    keeping,
    coupons,
    feeds,
    offers,
    spend,
):
    room.add_to(cli)


def main() -> None:
    """Run the command line; an error that we raise on purpose becomes a sentence and a code."""
    cli()

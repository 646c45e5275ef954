"""The command line: thin, every command calls the app or the running server."""

from __future__ import annotations

import sys

import typer

from maracuja.cli import demo, workspace
from maracuja.cli.output import refuse
from maracuja.errors import MaracujaError

cli = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    help="Speak to each customer of a shop personally, and prove what it was worth.",
)
workspace.add_to(cli)
demo.add_to(cli)


def main() -> None:
    """Run the command line; an error that we raise on purpose becomes a sentence and a code."""
    try:
        cli()
    except MaracujaError as error:
        sys.exit(refuse(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)

"""The command line: thin, every command calls the app or the running server."""

from __future__ import annotations

import typer

cli = typer.Typer(no_args_is_help=True, add_completion=False)


def main() -> None:
    """Run the command line."""
    cli()

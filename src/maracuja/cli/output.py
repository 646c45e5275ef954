"""How the command line speaks: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Protocol

import typer

from maracuja.errors import MaracujaError

Workspace = Annotated[
    Path,
    typer.Option("--workspace", "-w", help="The workspace's directory.", show_default="."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
HERE = Path()


class Advance(Protocol):
    """What work calls as it goes on."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """`done` of `total` units; None: the total is not known."""
        ...


def say(text: object = "") -> None:
    """Print to standard output with rich's markup; a sentence may be longer than the line."""
    from rich.console import Console

    Console().print(text, soft_wrap=isinstance(text, str))


def say_json(value: Any) -> None:
    """Print a value as JSON, in UTF-8, one document."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> object:
    """A table to `say`; numbers stand to the right."""
    from rich.markup import escape
    from rich.table import Table

    body = [list(row) for row in rows]
    made = Table(title=title or None, title_justify="left", header_style="bold")
    for index, column in enumerate(columns):
        numbers = bool(body) and all(isinstance(row[index], int | float) for row in body)
        made.add_column(column, justify="right" if numbers else "left")
    for row in body:
        made.add_row(*(escape(_cell(value)) for value in row))
    return made


def pairs(values: Mapping[str, object]) -> object:
    """Names beside values, to `say`; long values fold instead of being cut."""
    from rich.markup import escape
    from rich.table import Table

    made = Table.grid(padding=(0, 3))
    made.add_column(style="dim", no_wrap=True)
    made.add_column(overflow="fold")
    for name, value in values.items():
        made.add_row(escape(name), escape(_cell(value)))
    return made


def _cell(value: object) -> str:
    """A value as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) >= 10_000:
        return f"{value:,}".replace(",", "\u202f")
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value)) or "–"
    return str(value)


@contextmanager
def progress(label: str, *, quiet: bool) -> Iterator[Advance]:
    """A bar on standard error for anything that takes longer than a moment; none when quiet."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total=None: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def refuse(error: MaracujaError) -> int:
    """Say what is wrong, where and what to do, on standard error; return the exit code."""
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True, soft_wrap=True)
    console.print(f"[bold red]{escape(error.message)}[/]")
    if error.where:
        console.print(f"  where: {escape(error.where)}")
    if error.fix:
        console.print(f"  what to do: {escape(error.fix)}")
    return error.exit_code

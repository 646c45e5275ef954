"""How the command line speaks: tables and sentences for people, JSON for programs."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import typer
from typer.core import TyperGroup

from maracuja.errors import BadInput, MaracujaError

if TYPE_CHECKING:
    from rich.console import Console

Workspace = Annotated[
    Path,
    typer.Option(
        "--workspace", "-w", help="The workspace's directory; this one.", show_default=False
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of words.")]
Page = Annotated[Path | None, typer.Option("--html", help="Write the page to this file.")]
Figures = Annotated[Path | None, typer.Option("--csv", help="Write the figures to this file.")]
HERE = Path()
WHOLE_UP_TO = 20  # letters of a column that is never broken into lines
CUT_MIN = 8
REFUSED_SHOWN = 10  # rows of a file that were left out, in words


class Words(StrEnum):
    """The languages in which reasons and reports are said."""

    EN = "en"
    RU = "ru"
    UK = "uk"
    MN = "mn"


Language = Annotated[Words, typer.Option(help="Of the reasons.")]


class Sentences(TyperGroup):
    """The commands; an error that we raise on purpose ends them with a sentence and its code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command that was asked for; with `--json` the sentence is JSON too."""
        as_json = "--json" in ctx.args
        try:
            return super().invoke(ctx)
        except MaracujaError as error:
            raise typer.Exit(refuse(error, as_json=as_json)) from None
        except BrokenPipeError:
            raise
        except OSError as fault:
            if fault.filename is None:
                raise
            what = f"{fault.strerror or 'Cannot be used'}: {fault.filename}"
            raise typer.Exit(refuse(BadInput(what), as_json=as_json)) from None


class Advance(Protocol):
    """What work calls as it goes on."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """`done` of `total` units; None: the total is not known."""
        ...


def _console() -> Console:
    from rich.console import Console

    return Console(highlight=False)


def say(text: object = "") -> None:
    """Print to standard output with rich's markup; a sentence may be longer than the line."""
    _console().print(text, soft_wrap=isinstance(text, str))


def say_json(value: Any) -> None:
    """Print a value as JSON, in UTF-8, one document."""
    import msgspec

    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, cut: str = ""
) -> object:
    """A table to `say`; numbers stand to the right, ids and dates stay whole.

    Of the column `cut` each cell is one line: what does not fit is left out.
    """
    from rich.cells import cell_len
    from rich.markup import escape
    from rich.table import Table

    body = [list(row) for row in rows]
    texts = [[_cell(value) for value in row] for row in body]
    widths = [
        max(map(cell_len, [name, *column])) for name, *column in zip(columns, *texts, strict=True)
    ]
    made = Table(
        title=title or None,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    for index, column in enumerate(columns):
        numbers = bool(body) and all(isinstance(row[index], int | float) for row in body)
        made.add_column(
            column,
            justify="right" if numbers else "left",
            no_wrap=widths[index] <= WHOLE_UP_TO,
            overflow="fold",
        )
    room = _console().width - sum(
        width + 2 for name, width in zip(columns, widths, strict=True) if name != cut
    )
    for row in texts:
        shown = (
            _cut(text, room) if name == cut else text
            for name, text in zip(columns, row, strict=True)
        )
        made.add_row(*map(escape, shown))
    return made


def _cut(text: str, room: int) -> str:
    """As much of a text as fits into `room` cells of the terminal, at least a few letters."""
    from rich.text import Text

    line = Text(" ".join(text.split()))
    line.truncate(max(room, CUT_MIN), overflow="ellipsis")
    return line.plain


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


def when(at: datetime | None, zone: str, *, minutes: bool = True) -> str:
    """A moment on the clock of an IANA zone, to the minute or the day; "–" for none."""
    from zoneinfo import ZoneInfo

    if at is None:
        return "–"
    return f"{at.astimezone(ZoneInfo(zone)):{'%Y-%m-%d %H:%M' if minutes else '%Y-%m-%d'}}"


def number(value: int) -> str:
    """A whole number with its thousands apart."""
    return f"{value:,}".replace(",", "\u202f")


def money(minor: float | None, currency: str) -> str | None:
    """Minor units as an amount with the digits of its currency; None of none."""
    from maracuja.currencies import minor_digits, minor_units

    if minor is None:
        return None
    return f"{minor / minor_units(currency):,.{minor_digits(currency)}f}"


def share(part: int, whole: int) -> str:
    """A part in percent of the whole; "–" of nothing."""
    return f"{100 * part / whole:.1f} %" if whole else "–"


def _cell(value: object) -> str:
    """A value as a person reads it."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int) and abs(value) >= 10_000:
        return number(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(_cell, value)) or "–"
    return str(value)


class Refused(Protocol):
    """A row of a file that was left out: where it stood, and why."""

    @property
    def line(self) -> int:
        """Its line, from 1."""
        ...

    @property
    def reason(self) -> str:
        """What is wrong with it."""
        ...


def say_refused(refused: Sequence[Refused]) -> None:
    """Print the first rows that were left out, and how many they are; nothing where none was."""
    from rich.markup import escape

    for one in refused[:REFUSED_SHOWN]:
        say(f"  [yellow]{escape(f'line {one.line}: {one.reason}')}[/]")
    if refused:
        say(f"{number(len(refused))} rows were refused.")


@contextmanager
def progress(label: str, *, quiet: bool) -> Iterator[Advance]:
    """A bar on standard error for anything that takes longer than a moment; none when quiet."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total=None: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, total: int | None = None) -> None:
            bar.update(task, completed=done, total=total)

        yield advance


def refuse(error: MaracujaError, *, as_json: bool = False) -> int:
    """Say what is wrong, where and what to do, on standard error; return the exit code."""
    if as_json:
        import msgspec

        parts = {"code": error.code, "message": error.message}
        parts |= {"where": error.where, "fix": error.fix}
        sys.stderr.write(msgspec.json.encode({"error": parts}).decode() + "\n")
        return error.exit_code
    from rich.console import Console
    from rich.markup import escape

    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"[bold red]{escape(error.message)}[/]")
    if error.where:
        console.print(f"  where: {escape(error.where)}")
    if error.fix:
        console.print(f"  what to do: {escape(error.fix)}")
    return error.exit_code

"""Commands about templates: check, preview."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maracuja.cli.output import HERE, Json, Workspace, pairs, progress, say, say_json, table

if TYPE_CHECKING:
    from rich.console import RenderableType

    from maracuja.runtime.template_work import (
        FindingShown,
        Preview,
        Seen,
        SideBySide,
        TemplateChecked,
    )
    from maracuja.templates.definition import Template

PANEL = "Messages"
PAIR = 2  # chats that stand side by side
SIGNS = {"error": "[bold red]✗[/]", "warning": "[yellow]![/]", "note": "[dim]·[/]"}
Name = Annotated[
    str,
    typer.Argument(
        metavar="TEMPLATE", help="Its id, or a file not yet applied.", show_default=False
    ),
]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Templates: what is said.")
    group.command()(check)
    group.command()(preview)
    cli.add_typer(group, name="template", rich_help_panel=PANEL)


def check(
    name: Name,
    service: Annotated[
        bool, typer.Option("--service", help="It needs no way to unsubscribe.")
    ] = False,
    channel: Annotated[
        str, typer.Option(help="What it shows; without, each variant on its own channel.")
    ] = "",
    texts: Annotated[bool, typer.Option("--texts", help="Print the worst cases whole.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List what a template needs, its worst cases and what it says too much; code 2 on errors."""
    from maracuja import app
    from maracuja.cli.definitions import given
    from maracuja.runtime import template_work
    from maracuja.templates.definition import Template

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            template = given(conn, name, Template, template_work.get)
        with progress("reading", quiet=json):
            checked = template_work.check(
                here.ground,
                template,
                here.clock.now(),
                marketing=not service,
                channel=channel,
            )
    if json:
        say_json(checked)
    else:
        _say_checked(checked, texts=texts)
    if not checked.ok:
        raise typer.Exit(2)


def _say_checked(checked: TemplateChecked, *, texts: bool) -> None:
    from rich.markup import escape

    needs = [
        (one.path, "has a fallback" if one.fallback else "required", one.where)
        for one in checked.needs
    ]
    if needs:
        say(table("What it needs", ["path", "", "where"], needs))
        say()
    rows = [
        (
            t.language,
            t.channel or "any",
            t.profile,
            f"nothing: {t.refused}" if t.refused else t.subject,
        )
        for t in checked.trials
    ]
    if rows:
        say(table("What the worst cases read", ["language", "channel", "who", "subject"], rows))
        say()
    if texts:
        for trial in checked.trials:
            if not trial.refused:
                say(f"[bold]{escape(trial.profile)}, {trial.language}: {escape(trial.subject)}[/]")
                say(escape(trial.text))
                say()
    for finding in checked.findings:
        say_finding(finding)
    if checked.ok:
        how = ", ".join(sorted(set(checked.rungs)))
        say(f"[green]✓[/] [bold]{escape(checked.id)}[/] may be used; rendered by: {how}.")


def say_finding(finding: FindingShown) -> None:
    """Print one finding: what, where, why it matters and what to do."""
    from rich.markup import escape

    place = f"  [dim]{escape(finding.where)}[/]" if finding.where else ""
    say(f"{SIGNS[finding.level]} {escape(finding.message)}{place}")
    if finding.why:
        say(f"  why: {escape(finding.why)}")
    if finding.fix:
        say(f"  what to do: {escape(finding.fix)}")


def preview(
    name: Name,
    who: Annotated[
        str, typer.Option("--for", help="The person; without, four invented ones side by side.")
    ] = "",
    language: Annotated[str, typer.Option(help="Instead of the person's own.")] = "",
    channel: Annotated[str, typer.Option(help="Where they read it.")] = "email",
    data: Annotated[
        Path | None,
        typer.Option(help="A file (YAML or JSON) of what a program sends with it: name: value."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="Write the letter's HTML, or a picture of the chat, here."),
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show what people would read now; code 2 where none of them could be written to."""
    from maracuja import app
    from maracuja.cli.definitions import given
    from maracuja.runtime import people_view, template_work
    from maracuja.templates.definition import Template

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            template = given(conn, name, Template, template_work.get)
            pid = people_view.find(conn, who, here.config.shop.country) if who else None
        now = here.clock.now()
        told: dict[str, Any] = {"language": language, "channel": channel, "data": _data(data)}
        if pid is None:
            several = template_work.side_by_side(here.ground, template, now, **told)
            shown = [one.preview for one in several.people]
        else:
            found = template_work.preview(here.ground, template, now, pid=pid, **told)
            shown = [found]
        shop = here.config.shop.name
    if json:
        say_json(several if pid is None else found)
    elif pid is None:
        say_side_by_side(several)
    else:
        say_preview(found)
    written = next((one for one in shown if not one.error), None)
    if written is None:
        raise typer.Exit(2)
    if html is not None:
        names = [f"pid:{pid}"] if pid is not None else [_name(one) for one in several.people]
        page = written.html if written.channel == "email" else _page(template, shop, names, shown)
        html.write_text(page, encoding="utf-8")
        if not json:
            say(f"The HTML: [bold]{html}[/]")


def _data(file: Path | None) -> dict[str, Any]:
    """What the file says. Raises BadInput where it is no list of names with their values."""
    import yaml

    from maracuja.errors import BadInput

    if file is None:
        return {}
    try:
        found = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as fault:
        raise BadInput(f"{file} cannot be read: {fault}.", where="--data") from None
    plain = (str, int, float, bool)
    if not isinstance(found, dict) or not all(isinstance(v, plain) for v in found.values()):
        raise BadInput(
            f"{file} holds something else than names with texts, numbers, true or false.",
            where="--data",
            fix="Write a line `name: value` for each; put dates in quotes.",
        )
    return found


def _name(one: Seen) -> str:
    return f"{one.who} · {one.name}" if one.name else one.who


def _page(template: Template, shop: str, names: Sequence[str], shown: Sequence[Preview]) -> str:
    """A page with a telephone for each reader."""
    from maracuja.ui.message_html import Phone, page

    phones = [Phone(name, one.content, one.error) for name, one in zip(names, shown, strict=True)]
    title = template.name or template.id
    return page(title, shown[0].channel, shop or "Shop", phones, shown[0].language)


def say_side_by_side(found: SideBySide) -> None:
    """Print one text for several people, a column each; messages of a chat two in a row."""
    chats = found.people[0].preview.channel != "email"
    step = PAIR if chats else len(found.people)
    for at in range(0, len(found.people), step):
        say(_columns(found, found.people[at : at + step], titled=at == 0))


def _columns(found: SideBySide, people: Sequence[Seen], *, titled: bool) -> object:
    from rich.markup import escape
    from rich.table import Table

    title = escape(f"{found.template}, {found.language}") if titled else None
    shown = Table(title=title, title_justify="left")
    for one in people:
        name = f"\n[dim]{escape(one.name)}[/]" if one.name else ""
        shown.add_column(f"{one.who}{name}", ratio=1, overflow="fold")
    previews = [one.preview for one in people]
    if previews[0].channel != "email":
        shown.add_row(*(_told(one) for one in previews))
        return shown
    subjects = [escape(one.subject) for one in previews]
    if any(subjects):
        shown.add_row(*subjects, end_section=True)
    shown.add_row(
        *(
            f"[red]nothing: {escape(one.error)}[/]" if one.error else escape(one.text.strip())
            for one in previews
        )
    )
    return shown


def _told(one: Preview) -> RenderableType:
    """The message as its channel shows it, or why there is none."""
    from rich.text import Text

    from maracuja.ui.message_terminal import message

    if one.content is None:
        return Text(f"nothing: {one.error}", style="red")
    return message(one.content, one.channel)


def say_preview(found: Preview) -> None:
    """Print what one person would read, in a frame."""
    from rich.markup import escape
    from rich.panel import Panel

    who = "somebody unknown" if found.pid is None else f"pid:{found.pid}"
    if found.error:
        say(f"[bold red]✗ {who} could not be written to:[/] {escape(found.error)}")
        return
    if found.channel != "email":
        say(pairs({"to": f"{who}, {found.language}"}))
        say(_told(found))
        return
    head = {"subject": found.subject, "preheader": found.preheader}
    say(pairs({"to": f"{who}, {found.language}", **{k: v for k, v in head.items() if v}}))
    say(Panel(escape(found.text.strip()), expand=False))

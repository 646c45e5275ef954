"""Commands about advertising: what it cost, and what came back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Workspace,
    money,
    number,
    say,
    say_json,
    say_refused,
    table,
)

if TYPE_CHECKING:
    from maracuja.runtime.spend_work import MessageReturn, SpendReport

PANEL = "Shop"


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="What advertising cost, and what came back.")
    group.command("add")(add)
    group.command("report")(report)
    cli.add_typer(group, name="spend", rich_help_panel=PANEL)


def add(
    file: Annotated[
        Path, typer.Argument(help="CSV: day, source, campaign, cost ...", show_default=False)
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Take what was spent from a file; a day that comes again is replaced."""
    from maracuja import app
    from maracuja.runtime import spend_work

    with app.opened(workspace) as here:
        found = spend_work.add_file(here.ground, file, dry=dry_run)
    if json:
        say_json(found)
        return
    say(f"[bold]{number(found.taken)}[/] days {'would be taken' if dry_run else 'taken'}.")
    say_refused(found.refused)


def report(
    first: Annotated[str, typer.Option("--from", help="A day, as 2026-11-01; a month ago.")] = "",
    last: Annotated[str, typer.Option("--until", help="The last day, included; today.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show what each campaign cost and brought back, beside the messages' own worth."""
    from datetime import timedelta

    from maracuja import app, zones
    from maracuja.runtime import spend_work

    with app.opened(workspace) as here:
        now = here.clock.now()
        today = now.astimezone(zones.zone(here.config.shop.time_zone)).date()
        until = _day(last) or today
        since = _day(first) or until - timedelta(days=30)
        found = spend_work.report(here.ground, since, until, now)
    if json:
        say_json(found)
    else:
        say(f"[bold]{found.first} – {found.last}[/]")
        tell(found)


def _day(text: str) -> date | None:
    from maracuja.errors import BadInput

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"`{text}` is no day.", fix="Write it as 2026-11-01.") from None


def tell(found: SpendReport) -> None:
    """Print the two tables of a report."""
    columns = ["source", "campaign", "", "cost", "clicks", "people", "orders", "revenue", "return"]
    rows = [
        (o.source, o.campaign or None, o.currency, money(o.cost, o.currency), o.clicks, o.people,
         o.orders, money(o.revenue, o.currency),
         f"{o.returns:.2f}" if o.returns is not None else None)
        for o in found.ads
    ]  # fmt: skip
    say(table("Advertising", columns, rows) if rows else "Nothing was spent.")
    if found.messages:
        say()
        columns = ["campaign", "messages", "cost", "brought", "95 %"]
        mine = found.currency
        shown = [
            (o.campaign, o.messages, money(o.cost, mine), money(o.extra, mine), _span(o, mine))
            for o in found.messages
        ]
        say(table(f"Messages, beyond the control group ({mine})", columns, shown))


def _span(one: MessageReturn, currency: str) -> str | None:
    if one.low is None or one.high is None:
        return None
    return f"{money(one.low, currency)} to {money(one.high, currency)}"

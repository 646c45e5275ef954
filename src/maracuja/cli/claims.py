"""The command `claims`: what the trade claims beside what the shop's own campaigns show."""

from __future__ import annotations

import typer

from maracuja.cli.output import (
    HERE,
    Figures,
    Json,
    Language,
    Page,
    Words,
    Workspace,
    progress,
    say,
    say_json,
)

PANEL = "Messages"


def add_to(cli: typer.Typer) -> None:
    """Register the command of this module."""
    cli.command(rich_help_panel=PANEL)(claims)


def claims(
    html: Page = None,
    csv: Figures = None,
    language: Language = Words.EN,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Set each claim of the trade beside what this shop's own campaigns show, with a verdict."""
    import msgspec

    from maracuja import app
    from maracuja.runtime import claims_work
    from maracuja.stats.claims import forms

    with app.opened(workspace) as here, progress("counting", quiet=json):
        found = claims_work.report(here.ground, here.clock.now())
    if html is not None:
        from maracuja.ui.claims_html import html as page

        html.write_text(page(found, language.value), encoding="utf-8")
    if csv is not None:
        csv.write_text(forms.to_csv(found), encoding="utf-8")
    if json:
        say_json(msgspec.Raw(forms.to_json(found)))
        return
    from maracuja.ui.claims_terminal import terminal

    say(terminal(found, language.value))
    for path in filter(None, (html, csv)):
        say(f"Written: [bold]{path}[/]")

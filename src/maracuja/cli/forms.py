"""Commands about sign-up forms: list, show, preview."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json, share, table

PANEL = "Messages"
Name = Annotated[str, typer.Argument(metavar="FORM", help="Its id.", show_default=False)]
Days = Annotated[int, typer.Option(min=1, max=3650, help="Count the last days.")]


class Spoken(StrEnum):
    """A language of the pages."""

    EN = "en"
    RU = "ru"
    UK = "uk"
    MN = "mn"


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Sign-up forms.")
    group.command("list")(every)
    group.command()(show)
    group.command()(preview)
    cli.add_typer(group, name="form", rich_help_panel=PANEL)


def every(days: Days = 30, workspace: Workspace = HERE, json: Json = False) -> None:
    """List the forms: how many people saw, began, sent and confirmed each."""
    from maracuja import app
    from maracuja.runtime import form_view

    with app.opened(workspace) as here, here.store.read() as conn:
        found = form_view.listed(conn, here.clock.now(), days)
        url = here.config.public_url
    if json:
        say_json(found)
        return
    if not found:
        say("There is no form yet: docs/subscribing.md shows how one is written.")
        return
    rows = [
        (
            one.id,
            f"{url}{one.path}",
            ", ".join(one.topics),
            "asked" if one.double_opt_in else "not asked",
            *map(number, (one.shown, one.begun, one.submitted, one.confirmed)),
        )
        for one in found
    ]
    heads = ["form", "page", "topics", "address", "shown", "begun", "submitted", "confirmed"]
    say(table(f"Forms, last {days} days", heads, rows))


def show(name: Name, days: Days = 30, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show how far people came on a form, by where they came from."""
    from maracuja import app
    from maracuja.runtime import form_view

    with app.opened(workspace) as here, here.store.read() as conn:
        found = form_view.report(conn, name, here.clock.now(), days)
    if json:
        say_json(found)
        return
    rows = [
        (
            one.source or "(unknown)" if one is not found.total else "all",
            *map(number, (one.shown, one.begun, one.submitted, one.confirmed)),
            share(one.confirmed, one.shown) if one.shown else "–",
        )
        for one in (*found.sources, found.total)
    ]
    heads = ["source", "shown", "begun", "submitted", "confirmed", "of those shown"]
    say(table(f"{found.form}, last {days} days", heads, rows))


def preview(
    name: Name,
    language: Annotated[Spoken, typer.Option(help="Of the page.")] = Spoken.EN,
    country: Annotated[str, typer.Option(help="Of whoever sees it, such as DE.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write the page into this file.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say what people agree to on a form, and how it is put into a page; write the page."""
    from maracuja import app
    from maracuja.api.form_embed import plain_tag, script_tag
    from maracuja.api.form_pages import Shown, form_page
    from maracuja.api.form_wiring import form_desk
    from maracuja.runtime import form_view

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            form_view.get(conn, name)
        found = form_desk(here).find(name)
        url, home = here.config.public_url, here.config.shop.country
    assert found is not None
    form, where = found.form, country.upper() or home
    consent = form.consent_in(language.value, where)
    told: dict[str, str] = {
        "page": f"{url}/f/{form.id}?lang={language.value}",
        "country": where,
        "consent": consent.text,
        "consent_version": consent.version,
        "script": script_tag(form, url),
        "plain": plain_tag(form, url, language.value),
    }
    if out is not None:
        shown = Shown(form, found.topics, language.value, where, stamp="")
        out.write_text(form_page(shown, {}, {}), encoding="utf-8")
        told["file"] = str(out)
    if json:
        say_json({**told, "address_confirms": form.confirms(where)})
        return
    from rich.markup import escape

    say(f"[bold]{escape(told['page'])}[/]")
    asked = "their address confirms it" if form.confirms(where) else "it holds at once"
    say(f"In {where} people agree to: “{escape(consent.text)}” ({consent.version}); {asked}.")
    say("\nOn a page of your own, as a script:\n")
    say(escape(told["script"]))
    say("\nor as plain HTML:\n")
    say(escape(told["plain"]))
    if out is not None:
        say(f"\nThe page is in {escape(str(out))}.")

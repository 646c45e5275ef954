"""The command `demo`: a simulated shop, a real campaign, its worth beside the truth, a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.demo_rest import say_rest
from maracuja.cli.output import Json, say, say_json

if TYPE_CHECKING:
    from maracuja.app import App
    from maracuja.simulate.week import Asgi

REPORT = "report.html"
CLAIMS = "claims.html"
OWNER = "owner@maracuja.example"


def add_to(cli: typer.Typer) -> None:
    """Register the command of this module."""
    cli.command()(demo)


def demo(
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", help="The demo's own directory.")
    ] = Path("demo-data"),
    people: Annotated[
        int, typer.Option(min=100, help="How many customers the shop has.")
    ] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed gives the same shop.")] = 1,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where the server listens.")] = 8080,
    language: Annotated[str, typer.Option(help="Of the report: en, ru, uk or mn.")] = "en",
    once: Annotated[bool, typer.Option("--once", help="Stop after the report.")] = False,
    json: Json = False,
) -> None:
    """Play a shop's story: ninety days of visits, a campaign, a week of reactions, its worth."""
    import msgspec

    from maracuja.clock import SystemClock, monotonic_s
    from maracuja.simulate.course import Course
    from maracuja.simulate.demo import run_demo
    from maracuja.stats.forms import to_json
    from maracuja.ui.report_html import html
    from maracuja.ui.report_terminal import terminal

    began = monotonic_s()

    def tell(text: str) -> None:
        if not json:
            say(f"[dim]{monotonic_s() - began:5.0f} s[/]  {text}")

    now = SystemClock().now()
    outcome = run_demo(
        workspace,
        now=now,
        port=port,
        pages=story_pages,
        count=people,
        seed=seed,
        course=Course(tell),
    )
    (workspace / REPORT).write_text(html(outcome.report, language), encoding="utf-8")
    if json:
        say_json(msgspec.Raw(to_json(outcome.report)))
    else:
        tell(f"Done: {outcome.events:,} events, {outcome.messages:,} messages over three channels")
        say()
        say(terminal(outcome.report, language))
        say(f"The report as a page: [bold]{workspace / REPORT}[/]")
        say()
        _say_tried(workspace, language)
        _say_triggered(workspace, language)
        _say_claims(workspace, language)
        say()
        say_rest(workspace)
    if not once:
        from maracuja.cli.serving import serve

        _say_way_in(workspace)
        serve(workspace=workspace)


def _say_way_in(workspace: Path) -> None:
    """The demo's owner: a link that opens the web app at one press, and a password for later."""
    import secrets

    from maracuja.app import opened
    from maracuja.runtime.access import Role

    password = secrets.token_urlsafe(12)
    with opened(workspace) as here:
        now = here.clock.now()
        token = here.team.invite(OWNER, Role.OWNER, now, "demo", name="Demo")
        here.team.join(token, password, now)
        entry = here.team.entry(OWNER, now)
        url = here.config.public_url
    say()
    say("[bold]Look at the shop in your browser[/] (good once, on this machine):")
    say(f"{url}/enter?token={entry}")
    say(f"Later log in as {OWNER} with the password {password}")
    say()


def _say_tried(workspace: Path, language: str) -> None:
    """What was tried on a few before it went to the rest."""
    from maracuja.app import opened
    from maracuja.runtime import campaign_status, campaign_work
    from maracuja.simulate.demo import TESTED
    from maracuja.ui.report_terminal import tried

    with opened(workspace) as here:
        with here.store.read() as conn:
            if not campaign_status.status(conn, TESTED):
                return
        found = campaign_work.report(here.ground, TESTED, here.clock.now())
    say(tried(found, language))
    say(f"[dim]maracuja campaign report {TESTED}[/]")
    say()


def _say_triggered(workspace: Path, language: str) -> None:
    """What the messages were worth that events have set off."""
    from maracuja.app import opened
    from maracuja.runtime import campaign_work
    from maracuja.simulate.demo import TRIGGERED
    from maracuja.ui.report_terminal import brief

    with opened(workspace) as here:
        for campaign in TRIGGERED:
            found = campaign_work.report(here.ground, campaign, here.clock.now())
            say(brief(found, language))
            say()


def _say_claims(workspace: Path, language: str) -> None:
    """The claims of the trade beside what the campaign has shown."""
    from maracuja.app import opened
    from maracuja.runtime import claims_work
    from maracuja.ui.claims_html import html
    from maracuja.ui.claims_terminal import brief

    with opened(workspace) as here:
        found = claims_work.report(here.ground, here.clock.now())
    (workspace / CLAIMS).write_text(html(found, language), encoding="utf-8")
    say(brief(found, language))
    say(f"Why, and what to run: [bold]{workspace / CLAIMS}[/], or `maracuja claims`")


def story_pages(app: App) -> Asgi:
    """The pages behind the links of messages, in this process."""
    from fastapi import FastAPI

    from maracuja.api.cart_links import cart_links, cart_router
    from maracuja.api.form_wiring import form_routers
    from maracuja.api.links import links_router
    from maracuja.api.routers import take_in
    from maracuja.app import key_ring, make_links
    from maracuja.runtime.link_actions import LinkActions
    from maracuja.store import inbox

    async def put(request: inbox.Request) -> None:
        with app.store.write_inbox() as conn:
            inbox.append(conn, [request])

    actions = LinkActions(app.store, app.lake_root, key_ring(app), make_links(app))
    pages = FastAPI(openapi_url=None)
    take_in(
        pages,
        links_router(actions, put, app.clock),
        cart_router(cart_links(app), actions, put, app.clock),
        *form_routers(app),
    )
    return pages

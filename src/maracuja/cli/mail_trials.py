"""Commands about a campaign's mails before it is launched: links, score, seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, say, say_json
from maracuja.cli.templates import say_finding

Name = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id.", show_default=False)]


def add_commands(group: typer.Typer) -> None:
    """Add the commands of this module to those of campaigns."""
    group.command("check-links")(check_links)


def check_links(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Follow the links of its mails on the internet: which are broken, or lead on and on."""
    from maracuja import app
    from maracuja.runtime import campaign_work, mail_advice
    from maracuja.runtime.template_work import FindingShown

    with app.opened(workspace) as here, here.store.read() as conn:
        campaign = campaign_work.get(conn, name)
        told = mail_advice.link_advice(conn, here.ground, campaign, here.clock.now())
    if json:
        say_json({"id": name, "findings": [FindingShown(*one) for one in told]})
        return
    for finding in told:
        say_finding(FindingShown(*finding))
    if not told:
        say("Every link leads where it says.")


def say_advice(workspace: Path, name: str) -> None:
    """What makes a campaign's mails look like spam, and the score that a filter gives them."""
    from maracuja import app
    from maracuja.runtime import campaign_work, mail_advice
    from maracuja.runtime.template_work import FindingShown

    with app.opened(workspace) as here, here.store.read() as conn:
        campaign = campaign_work.get(conn, name)
        told = mail_advice.advice(conn, here.ground, campaign, here.clock.now())
    for finding in told:
        say_finding(FindingShown(*finding))

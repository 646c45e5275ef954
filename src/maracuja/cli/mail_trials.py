"""Commands about a campaign's mails before it is launched: links, score, seeds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, progress, say, say_json, table
from maracuja.cli.templates import say_finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.seed_test import Placed

Name = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id.", show_default=False)]


def add_commands(group: typer.Typer) -> None:
    """Add the commands of this module to those of campaigns."""
    group.command("check-links")(check_links)
    group.command("seed-test")(seed_test)


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


def seed_test(
    name: Name,
    wait: Annotated[float, typer.Option(min=0, max=3600, help="For so many seconds.")] = 180,
    seed: Annotated[list[str] | None, typer.Option(help="Only these seeds; all.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Send its mails to your seed mailboxes, and say whether they come to the inbox or to spam."""
    from maracuja import app
    from maracuja.runtime import campaign_work
    from maracuja.runtime import seed_test as seeds
    from maracuja.runtime.mail_trial import on_mail

    with app.opened(workspace) as here, progress("waiting for the mails", quiet=json):
        with here.store.read() as conn:
            campaign = campaign_work.get(conn, name)
        channel, transport = here.vendors.sending(on_mail(campaign) or "email")
        found = seeds.run(
            here.ground,
            campaign,
            channel,
            transport,
            app.make_links(here),
            here.clock,
            wait_s=wait,
            only=seed or [],
        )
    if json:
        say_json({"id": name, "seeds": found})
    else:
        _say_seeds(found)
    if any(one.place != seeds.INBOX for one in found):
        raise typer.Exit(1)


def _say_seeds(found: Sequence[Placed]) -> None:
    rows = [
        (one.seed, one.text, one.place, one.spf or "–", one.dkim or "–", one.dmarc or "–")
        for one in found
    ]
    say(table("Where they arrived", ["seed", "text", "place", "SPF", "DKIM", "DMARC"], rows))
    for one in found:
        if one.words:
            say(f"{one.seed}: {one.words}")
    if any("fail" in (one.spf, one.dkim, one.dmarc) for one in found):
        say("What fails is in DNS or in the signature: see `maracuja email dns`.")
    if any(one.place == "spam" for one in found):
        say("What lies in spam: look at `maracuja campaign check`, and warm the domain up.")


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

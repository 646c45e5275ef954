"""Commands about mail: reports that came back, a new domain's warm-up, what DNS says."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json, table

PANEL = "Messages"
TRY_LATER = 75  # what Postfix's pipe(8) reads as: keep it and try again (sysexits.h)
NOT_OURS = 67
Account = Annotated[str, typer.Option(help="Which account of mail, such as email/club.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(
        no_args_is_help=True, help="E-mail: what comes back, and how well it does."
    )
    group.command("read-reports")(read_reports)
    group.command("take-report")(take_report)
    group.command("warm-up")(warm_up)
    group.command()(dns)
    cli.add_typer(group, name="email", rich_help_panel=PANEL)


def read_reports(workspace: Workspace = HERE, json: Json = False) -> None:
    """Read what is new in the mailbox and in the log of Postfix; the worker does so by itself."""
    from maracuja import app
    from maracuja.errors import ConfigError

    with app.opened(workspace) as here:
        heard = app.mail_listening(here)
        mails = [box.read_once() for box in heard.mailboxes()]
        logs = [log.read_once() for log in heard.logs()]
    if not mails and not logs:
        raise ConfigError(
            "No mailbox is set up for reports, and no log of Postfix.",
            where="email.mailbox",
            fix="Set mailbox or postfix_log in [email] of maracuja.toml; see docs/email.md.",
        )
    if json:
        counted = [*(box._asdict() for box in mails), *(log._asdict() for log in logs)]
        say_json({key: n for found in counted for key, n in found.items()})
        return
    for box in mails:
        say(f"{box.seen} mails looked at, {box.taken} of them told something.")
    for log in logs:
        say(f"{log.lines} lines of the log looked at, {log.told} of them told something.")


def take_report(
    recipient: Annotated[str, typer.Option(help="Whom it came to: ${recipient} of Postfix.")] = "",
    sender: Annotated[str, typer.Option(help="Of the envelope: ${sender} of Postfix.")] = "",
    workspace: Workspace = HERE,
) -> None:
    """Take one mail from standard input, for the pipe of a mail server; exits as sysexits.h says.

    0: taken, or it says nothing; 67: no mail of ours; 75: keep it and try again.
    """
    from maracuja import app
    from maracuja.channels.base import Inbound
    from maracuja.channels.email_mailbox import as_inbound
    from maracuja.errors import WebhookRejected

    body = sys.stdin.buffer.read()
    inbound = as_inbound(body)
    if recipient:
        inbound = Inbound(body=body, recipient=recipient, sender=sender)
    try:
        with app.opened(workspace) as here:
            app.mail_listening(here).taking.take(inbound)
    except WebhookRejected:
        raise typer.Exit(NOT_OURS) from None
    except Exception as fault:  # the mail server must keep what we could not
        typer.echo(str(fault), err=True)
        raise typer.Exit(TRY_LATER) from None


def warm_up(account: Account = "email", workspace: Workspace = HERE, json: Json = False) -> None:
    """Show how much a new domain sends on each day, and where each mailbox provider stands."""
    from maracuja import app
    from maracuja.runtime import warm_up_view

    with app.opened(workspace) as here, here.store.read() as conn:
        found = warm_up_view.show(conn, here.config, account, here.clock.now())
    if json:
        say_json(found)
        return
    days = [(one.n, one.day, number(one.messages)) for one in found.plan]
    say(table("Where all goes well", ["day", "date", "to each provider"], days))
    if not found.standing:
        say("Nothing has gone out yet." if found.begun else f"It begins on {found.begins}.")
        return
    rows = [
        (
            one.provider,
            one.day,
            number(one.given),
            "any" if one.allowed is None else number(one.allowed),
            "any" if one.next is None else number(one.next),
            one.held or "well",
        )
        for one in found.standing
    ]
    columns = ["provider", "last day", "sent", "allowed", "next day", "how it goes"]
    say(table("Where each provider stands", columns, rows))


def dns(
    account: Account = "email",
    server: Annotated[
        list[str] | None, typer.Option(help="An IP address that sends for you, as others see it.")
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Look up SPF, DKIM, DMARC, MX and reverse DNS, and say what to put (code 1 if it lacks)."""
    from maracuja import app
    from maracuja.channels.email_dns import LACKING, WRONG
    from maracuja.errors import NotFound
    from maracuja.runtime.dns_check import Dns, check_dns

    with app.opened(workspace) as here:
        if account not in {"email", *here.config.mails}:
            raise NotFound(f"There is no account of mail `{account}`.", where="--account")
        key = here.config.dkim_key(account)
        found = check_dns(here.config.mail(account), key, Dns(), server or [])
    if json:
        say_json([one._asdict() for one in found])
    else:
        rows = [(one.what, one.name, one.state, one.found or "–") for one in found]
        say(table("What DNS says", ["what", "of", "is", "found"], rows))
        for one in found:
            if one.put:
                say(f"{one.what}:")
                typer.echo(f"  {one.put}")
    if any(one.state in (LACKING, WRONG) for one in found):
        raise typer.Exit(1)

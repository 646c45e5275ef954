"""Commands about campaigns, from check and dry-run to report; and `stop`, `go-on` for all."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli import experiments, mail_trials, rehearsals, shelf
from maracuja.cli.output import (
    HERE,
    Figures,
    Json,
    Language,
    Page,
    Words,
    Workspace,
    number,
    progress,
    say,
    say_json,
    share,
    table,
    when,
)
from maracuja.cli.segments import say_faults
from maracuja.cli.templates import say_finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.runtime.campaign_status import RunShown, Sending

PANEL = "Messages"
STOP_PANEL = "Sending"
Name = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Its id.", show_default=False)]
NameOrFile = Annotated[
    str,
    typer.Argument(
        metavar="CAMPAIGN", help="Its id, or a file not yet applied.", show_default=False
    ),
]
Channel = Annotated[str, typer.Option(help="Only this one; all.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Campaigns: to whom what is said, and when.")
    group.command()(check)
    group.command("dry-run")(rehearsals.dry_run)
    group.command()(launch)
    group.command()(pause)
    group.command()(resume)
    group.command()(cancel)
    group.command()(status)
    group.command()(report)
    experiments.add_commands(group)
    mail_trials.add_commands(group)
    shelf.add_commands(group)
    cli.add_typer(group, name="campaign", rich_help_panel=PANEL)
    cli.command(rich_help_panel=STOP_PANEL)(stop)
    cli.command("go-on", rich_help_panel=STOP_PANEL)(go_on)


# ---------------------------------------------------------------- before


def check(name: NameOrFile, workspace: Workspace = HERE, json: Json = False) -> None:
    """Say what keeps a campaign from being launched (code 2), and what is unwise in its words."""
    from maracuja import app
    from maracuja.campaigns.definitions import Campaign
    from maracuja.cli.definitions import given
    from maracuja.runtime import campaign_work

    with app.opened(workspace) as here, here.store.read() as conn:
        campaign = given(conn, name, Campaign, campaign_work.get)
        now = here.clock.now()
        faults = campaign_work.check(conn, here.ground, campaign, now)
        advice = campaign_work.advice(conn, here.ground, campaign, now)
    if json:
        say_json({"id": campaign.id, "faults": faults, "advice": advice})
    else:
        say_faults(faults)
        for finding in advice:
            say_finding(finding)
    if faults:
        raise typer.Exit(2)


# ---------------------------------------------------------------- orders


def launch(
    name: Name,
    neutral_too: Annotated[
        bool,
        typer.Option("--neutral-too", help="Also where most would read neutral words."),
    ] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Plan a campaign; the worker freezes its audience, decides and sends when it is due."""
    from maracuja import app
    from maracuja.runtime import campaign_rehearsal, campaign_status, campaign_work

    with app.opened(workspace) as here:
        zone, now = here.config.shop.time_zone, here.clock.now()
        if not neutral_too:
            campaign_rehearsal.check_words(here.ground, name, now)
        experiments.check_size(here, name)
        with here.store.write() as conn:
            runs = campaign_work.launch(conn, here.ground, name, now, neutral_too=neutral_too)
            sending = campaign_status.sending(conn)
    if json:
        say_json(runs)
        return
    (run,) = runs
    say(f"[bold]{name}[/] is launched: run {run.run}, due {when(run.planned, zone)}.")
    say("[dim]`maracuja work` sends it; `maracuja campaign status` shows how far it is.[/]")
    if sending.stopped:
        say("[yellow]All sending is stopped: nothing goes out before `maracuja go-on`.[/]")


def pause(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Hold a campaign: nothing more is decided or sent until it is resumed."""
    _order("pause", name, workspace, json=json)


def resume(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Let a paused campaign go on where it was."""
    _order("resume", name, workspace, json=json)


def cancel(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """End a campaign for good: what is queued is withdrawn."""
    _order("cancel", name, workspace, json=json)


def _order(what: str, name: str, workspace: Path, *, json: bool) -> None:
    """Pause, resume or cancel; says which runs it concerned."""
    from maracuja import app
    from maracuja.runtime import campaign_work

    orders = {
        "pause": campaign_work.pause,
        "resume": campaign_work.resume,
        "cancel": campaign_work.cancel,
    }
    with app.opened(workspace) as here, here.store.write() as conn:
        zone = here.config.shop.time_zone
        runs = orders[what](conn, name, here.clock.now())
    if json:
        say_json(runs)
    elif runs:
        _say_runs(runs, zone)
    else:
        say(f"No run of [bold]{name}[/] was there to {what}.")


# ---------------------------------------------------------------- after


def status(
    name: Annotated[
        str | None, typer.Argument(metavar="CAMPAIGN", help="Only this one.", show_default=False)
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show where campaigns are: decided, waiting, queued, sent; and whether sending is stopped."""
    from maracuja import app
    from maracuja.runtime import campaign_status

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        runs = campaign_status.status(conn, name)
        sending = campaign_status.sending(conn)
    if json:
        say_json({"runs": runs, "sending": sending})
        return
    if runs:
        _say_runs(runs, zone)
    else:
        say("Nothing was launched yet.")
    _say_sending(sending, zone)


def _say_runs(runs: Sequence[RunShown], zone: str) -> None:
    from rich.markup import escape

    rows = [
        (
            run.run,
            run.campaign,
            _state(run),
            when(run.planned, zone),
            run.audience,
            ", ".join(f"{number(n)} {state}" for state, n in _messages(run).items()) or "–",
        )
        for run in runs
    ]
    say(table("", ["run", "campaign", "state", "planned", "audience", "messages"], rows))
    for run in runs:
        if run.held:
            say(f"[bold yellow]{run.campaign} is paused[/]: {escape(run.held)}")
            say(f"[dim]Mend it, then `maracuja campaign resume {run.campaign}`.[/]")


def _state(run: RunShown) -> str:
    """Its state, and of a launch under way the share of the audience that is decided."""
    under_way = run.parts_decided < run.parts
    return f"{run.state}, {share(run.parts_decided, run.parts)}" if under_way else run.state


def _messages(run: RunShown) -> dict[str, int]:
    """Messages by state, with the people who wait for their moment."""
    return {**run.messages, **({"waiting": run.waiting} if run.waiting else {})}


def _say_sending(sending: Sending, zone: str) -> None:
    if sending.stopped:
        since = when(sending.since, zone)
        reason = f": {sending.reason}" if sending.reason else ""
        say(f"[bold yellow]All sending is stopped[/] since {since}{reason}.")
    for channel, reason in sending.channels.items():
        say(f"[bold yellow]{channel} is stopped[/]{f': {reason}' if reason else ''}.")


def report(
    name: Name,
    goal: Annotated[str, typer.Option(help="Measure by this goal; the primary one.")] = "",
    html: Page = None,
    csv: Figures = None,
    language: Language = Words.EN,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Say what a campaign changed, against those who were held out; in words, page, CSV, JSON."""
    import msgspec

    from maracuja import app
    from maracuja.runtime import campaign_work
    from maracuja.stats import forms

    with app.opened(workspace) as here:
        spoken = language.value
        with progress("measuring", quiet=json):
            found = campaign_work.report(here.ground, name, here.clock.now(), goal=goal)
    if html is not None:
        from maracuja.ui.report_html import html as page

        html.write_text(page(found, spoken), encoding="utf-8")
    if csv is not None:
        csv.write_text(forms.to_csv(found), encoding="utf-8")
    if json:
        say_json(msgspec.Raw(forms.to_json(found)))
        return
    from maracuja.ui.report_terminal import terminal

    say(terminal(found, spoken))
    for path in filter(None, (html, csv)):
        say(f"Written: [bold]{path}[/]")


def stop(
    reason: Annotated[str, typer.Option(help="Why, for the others.")] = "",
    channel: Channel = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Stop all sending within a second, until `go-on`."""
    _let(workspace, channel, reason, stopping=True, json=json)


def go_on(channel: Channel = "", workspace: Workspace = HERE, json: Json = False) -> None:
    """Let sending go on after `stop`, or a channel after its vendor refused us."""
    _let(workspace, channel, "", stopping=False, json=json)


def _let(workspace: Path, channel: str, reason: str, *, stopping: bool, json: bool) -> None:
    """Stop or start all sending or a channel; says how things stand."""
    from maracuja import app
    from maracuja.runtime import campaign_work

    with app.opened(workspace) as here, here.store.write() as conn:
        now, zone = here.clock.now(), here.config.shop.time_zone
        if channel:
            found = campaign_work.let_channel(conn, channel, now, paused=stopping, reason=reason)
        elif stopping:
            found = campaign_work.stop_all(conn, now, reason=reason)
        else:
            found = campaign_work.go_on(conn, now)
    if json:
        say_json(found)
        return
    _say_sending(found, zone)
    if not found.stopped and not found.channels:
        say("Nothing is stopped.")

"""Commands about webhooks: inbound (what CRMs tell us) and outbound (what others are told)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from maracuja.cli.output import HERE, Json, Workspace, number, say, say_json, table, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from maracuja.campaigns.inbound_mapping import Read
    from maracuja.runtime.hooks_view import ToldShown

PANEL = "Data"
Name = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id.", show_default=False)]
File = Annotated[
    Path, typer.Argument(metavar="FILE", help="Something that was sent, as JSON or YAML.")
]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="What CRMs and others tell us in their words.")
    group.command("list")(every_inbound)
    group.command()(suggest)
    group.command("try")(try_mapping)
    group.command("secret")(inbound_secret)
    group.command()(calls)
    group.command()(replay)
    cli.add_typer(group, name="inbound", rich_help_panel=PANEL)
    group = typer.Typer(no_args_is_help=True, help="Programs that are told of events.")
    group.command("list")(every_outbound)
    group.command("secret")(outbound_secret)
    group.command("test")(test)
    group.command()(retry)
    cli.add_typer(group, name="outbound", rich_help_panel=PANEL)


# ---------------------------------------------------------------- inbound


def every_inbound(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the inbound webhooks: where they are called, and what became of what they told."""
    from maracuja import app
    from maracuja.runtime import hooks_view

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = hooks_view.inbound_shown(conn, here.config.public_url)
    if json:
        say_json(found)
        return
    if not found:
        say("There are no inbound webhooks. `maracuja inbound suggest FILE` writes a first one.")
        return
    rows = [
        (
            one.id + (" (held)" if one.paused else ""),
            one.url,
            one.told,
            one.taken,
            one.partly,
            one.refused,
            one.skipped,
            when(one.last, zone) if one.last else "–",
        )
        for one in found
    ]
    heads = ["webhook", "called at", "told", "taken", "partly", "refused", "skipped", "last"]
    say(table("", heads, rows))


def suggest(
    file: File,
    name: Annotated[str, typer.Option("--id", help="What it is called.")] = "crm",
    json: Json = False,
) -> None:
    """Print a definition to begin with, guessed from something that was sent."""
    import yaml

    from maracuja.runtime import hooks_view

    found = hooks_view.suggest(name, _payload(file))
    if json:
        say_json(found)
    else:
        typer.echo(yaml.safe_dump(found, allow_unicode=True, sort_keys=False, width=96), nl=False)


def try_mapping(
    name: Annotated[
        str,
        typer.Argument(
            metavar="WEBHOOK", help="Its id, or a file not yet applied.", show_default=False
        ),
    ],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="What was sent; its own example.")
    ] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show the calls that a mapping makes of an example; code 2 where something is not read."""
    from maracuja import app
    from maracuja.campaigns.inbound import Inbound
    from maracuja.cli.definitions import given
    from maracuja.runtime import inbound_work

    with app.opened(workspace) as here, here.store.read() as conn:
        hook = given(conn, name, Inbound, inbound_work.hook_in_force)
    found = inbound_work.tried(hook, _payload(file) if file else None)
    if json:
        say_json({"calls": found.calls, "faults": found.faults})
    else:
        _say_read(found)
    if found.faults or not found.calls:
        raise typer.Exit(2)


def _say_read(found: Read) -> None:
    import yaml
    from rich.markup import escape

    for call in found.calls:
        said = yaml.safe_dump(call, allow_unicode=True, sort_keys=False, width=88)
        say(f"[bold]{call['type']}[/]")
        say(escape("\n".join(f"  {line}" for line in said.splitlines())))
    for fault in found.faults:
        say(f"[bold red]✗[/] {escape(fault)}")
    if not found.calls and not found.faults:
        say("Its mapping makes nothing of this: no `when` holds.")


def inbound_secret(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Print the secret that proves the calls of an inbound webhook, and its address."""
    from maracuja import app
    from maracuja.runtime import inbound_work

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            hook = inbound_work.hook_in_force(conn, name)
        secret = inbound_work.secret_of(hook, here.secrets.key_secret, here.config.secrets)
        url = f"{here.config.public_url}/h/{name}"
    if json:
        say_json({"url": url, "secret": secret})
        return
    say(f"address  [bold]{url}[/]")
    say(f"secret   [bold]{secret}[/]")


def calls(
    name: Annotated[str, typer.Argument(metavar="WEBHOOK", help="Only of this one; all.")] = "",
    failed: Annotated[bool, typer.Option("--failed", help="Only what could not be read.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 20,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List what was told, newest first, and what became of it; `--json` has it as it came."""
    from maracuja import app
    from maracuja.runtime import hooks_view

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = hooks_view.told(conn, name, failed=failed, rows_max=limit)
    if json:
        say_json(found)
    elif found:
        _say_told(found, zone)
    else:
        say("Nothing was told.")


def _say_told(found: Sequence[ToldShown], zone: str) -> None:
    rows = [
        (one.id, one.webhook, when(one.at, zone), one.state, one.calls, one.fault or "–")
        for one in found
    ]
    say(table("", ["number", "webhook", "at", "became", "calls", "not read"], rows))


def replay(
    name: Name,
    whole: Annotated[bool, typer.Option("--all", help="Also what was read well.")] = False,
    days: Annotated[int, typer.Option(min=0, help="Of so many days back; 0: all.")] = 0,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Read again what could not be read, once the mapping is mended; nothing counts twice."""
    from maracuja import app
    from maracuja.runtime import inbound_work

    with app.opened(workspace) as here:
        since = here.clock.now() - timedelta(days=days) if days else None
        count = inbound_work.replay(here.store, name, since=since, whole=whole)
    if json:
        say_json({"count": count})
    else:
        say(f"{number(count)} will be read again by the worker.")


# ---------------------------------------------------------------- outbound


def every_outbound(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the outbound webhooks, and how each receiver fares."""
    from rich.markup import escape

    from maracuja import app
    from maracuja.runtime import hooks_view

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = hooks_view.outbound_shown(conn)
    if json:
        say_json(found)
        return
    if not found:
        say("There are no outbound webhooks. docs/working_day.md shows one.")
        return
    rows = [
        (
            one.id + (" (held)" if one.paused else " (gone)" if one.gone else ""),
            ", ".join(one.events),
            one.taken,
            one.waiting,
            one.given_up,
            when(one.taken_at, zone) if one.taken_at else "–",
        )
        for one in found
    ]
    say(table("", ["webhook", "events", "taken", "waiting", "given up", "last"], rows))
    for one in found:
        if one.failing_since and one.answer:
            since = when(one.failing_since, zone)
            say(f"[yellow]{one.id}[/] fails since {since}: {escape(one.answer)}")


def outbound_secret(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Print the secret that signs the calls of an outbound webhook."""
    from maracuja import app
    from maracuja.runtime import hooks_view, outbound_work

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            hook = hooks_view.outbound_hook(conn, name)
        secrets = outbound_work.secrets_of(hook, here.secrets.key_secret)
    if json:
        say_json({"secrets": secrets})
        return
    say(f"secret   [bold]{secrets[0]}[/]")
    for old in secrets[1:]:
        say(f"[dim]still signed by  {old}[/]")


def test(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Send an example to the receiver now, and print its answer; code 1 where it is refused."""
    from rich.markup import escape

    from maracuja import app
    from maracuja.runtime import hooks_view

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            hook = hooks_view.outbound_hook(conn, name)
        settings, now = here.config.messages, here.clock.now()
        found = hooks_view.try_outbound(hook, settings, here.secrets.key_secret, now)
    if json:
        say_json(found)
    elif found.ok:
        say(f"[green]✓[/] taken: {found.code}")
    else:
        say(f"[bold red]✗[/] not taken: {found.code or 'no answer'} {escape(found.answer)}")
    if not found.ok:
        raise typer.Exit(1)


def retry(name: Name, workspace: Workspace = HERE, json: Json = False) -> None:
    """Tell a receiver once more of what was given up."""
    from maracuja import app
    from maracuja.model import micros
    from maracuja.runtime import hooks_view
    from maracuja.store import outbound

    with app.opened(workspace) as here, here.store.write() as conn:
        hooks_view.outbound_hook(conn, name)
        count = outbound.again(conn, name, micros(here.clock.now()))
    if json:
        say_json({"count": count})
    else:
        say(f"{number(count)} will be told again by the worker.")


def _payload(file: Path) -> Any:
    """What the file holds. Raises BadInput."""
    import yaml

    from maracuja.errors import BadInput

    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, yaml.YAMLError) as fault:
        raise BadInput(f"{file} is neither JSON nor YAML: {fault}.") from None

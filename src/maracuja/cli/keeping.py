"""Commands that keep a workspace: key create, revoke, list; migrate, backup, restore."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Workspace,
    number,
    pairs,
    progress,
    say,
    say_json,
    table,
    when,
)

if TYPE_CHECKING:
    from maracuja.cli.output import Advance
    from maracuja.store.copying import Progress

PANEL = "Workspace"
ACTOR = "command line"
SQLITE = "sqlite"


class Kind(StrEnum):
    """server: all of ingest; browser: ingest without trust; admin: the management API too."""

    SERVER = "server"
    BROWSER = "browser"
    ADMIN = "admin"


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Keys: who may send data, who may manage.")
    group.command()(create)
    group.command()(revoke)
    group.command("list")(every)
    cli.add_typer(group, name="key", rich_help_panel=PANEL)
    cli.command(rich_help_panel=PANEL)(migrate)
    cli.command(rich_help_panel=PANEL)(backup)
    cli.command(rich_help_panel=PANEL)(restore)


# ---------------------------------------------------------------- keys


def create(
    kind: Annotated[Kind, typer.Argument(help="What it may do.", show_default=False)],
    name: Annotated[str, typer.Option(help="What it is for.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Make a key and show it, this once; only its hash is kept."""
    from maracuja import app
    from maracuja.model import micros
    from maracuja.store import audit, keys

    with app.opened(workspace) as here, here.store.write() as conn:
        now_us = micros(here.clock.now())
        made = keys.create(
            conn, keys.KeyKind(kind.value), name, now_us, key_secret=here.secrets.key_secret
        )
        detail = {"kind": kind.value, "name": name}
        audit.add(conn, now_us, ACTOR, "create_key", f"key:{made.key.id}", detail)
    shown = {"id": made.key.id, "key": made.secret}
    if made.signing_secret:
        shown["signing secret"] = made.signing_secret
    if json:
        say_json({name.replace(" ", "_"): value for name, value in shown.items()})
    else:
        say("This key is shown only now:")
        for title, value in shown.items():
            say(f"[dim]{title:<16}[/]{value}")  # on one line, however long: it is copied


def revoke(
    key: Annotated[str, typer.Argument(metavar="ID", help="Of the key.", show_default=False)],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Let a key open nothing from now on."""
    from maracuja import app
    from maracuja.model import micros
    from maracuja.store import audit, keys

    with app.opened(workspace) as here, here.store.write() as conn:
        now_us = micros(here.clock.now())
        keys.revoke(conn, key, now_us)
        audit.add(conn, now_us, ACTOR, "revoke_key", f"key:{key}")
    if json:
        say_json({"id": key, "revoked": True})
    else:
        say(f"The key [bold]{key}[/] opens nothing from now on.")


def every(workspace: Workspace = HERE, json: Json = False) -> None:
    """List all keys, revoked ones too; never their secrets."""
    from maracuja import app
    from maracuja.model import moment
    from maracuja.store import keys

    with app.opened(workspace) as here, here.store.read() as conn:
        zone = here.config.shop.time_zone
        found = keys.every(conn)
    if json:
        say_json(
            [
                {
                    "id": key.id,
                    "kind": key.kind.value,
                    "name": key.name,
                    "created": moment(key.created_us),
                    "revoked": None if key.revoked_us is None else moment(key.revoked_us),
                }
                for key in found
            ]
        )
        return
    rows = [
        (
            key.id,
            key.kind.value,
            key.name,
            when(moment(key.created_us), zone),
            "–" if key.revoked_us is None else when(moment(key.revoked_us), zone),
        )
        for key in found
    ]
    say(table("", ["id", "kind", "name", "created", "revoked"], rows))


# ---------------------------------------------------------------- the whole


def migrate(
    database: Annotated[
        str,
        typer.Argument(help="A URL as postgresql+psycopg://…, or sqlite.", show_default=False),
    ],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Move the workspace to another, empty database; counts are compared, the old one is left."""
    from maracuja.clock import SystemClock
    from maracuja.config import shown
    from maracuja.runtime.moving import migrate_workspace

    target = "" if database == SQLITE else database
    with progress("copying", quiet=json) as advance:
        config, counts = migrate_workspace(
            workspace, target, SystemClock().now(), progress=_tables(advance)
        )
    url = shown(config)["store"]["url"] or SQLITE
    if json:
        say_json({"database": url, "rows": counts})
        return
    say(pairs({name: n for name, n in counts.items() if n}))
    say(f"{number(sum(counts.values()))} rows are in [bold]{url}[/] now, as many as before.")
    say("The old database is left as it is: delete it once you are content.")


def _tables(advance: Advance) -> Progress:
    """Progress over the rows of all tables; how many there are is not known beforehand."""
    done: dict[str, int] = {}

    def told(table: str, rows: int) -> None:
        done[table] = rows
        advance(sum(done.values()))

    return told


def backup(
    target: Annotated[Path, typer.Argument(help="A new directory.", show_default=False)],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Copy the whole workspace into a directory, while it works."""
    from maracuja import app
    from maracuja.runtime import backup as keeping

    with app.opened(workspace) as here, progress("backup", quiet=json):
        made = keeping.backup(here.store, here.config, target, here.clock.now())
    size = sum(part.size for part in made.parts)
    if json:
        say_json(
            {"path": str(target), "bytes": size, "files": len(made.parts), "rows": made.counts}
        )
        return
    say(pairs({name: n for name, n in made.counts.items() if n}))
    megabytes = f"{size / 1e6:.1f} MB"
    say(
        f"[bold]{target}[/] holds {number(len(made.parts))} files, {megabytes}, each with its sum."
    )
    say("[dim]It holds the signing secrets: keep it where only you can read it.[/]")
    say("[dim]Keep the log of erasures (erasures.jsonl) elsewhere: a restore asks for it.[/]")


def restore(
    source: Annotated[
        Path, typer.Argument(metavar="BACKUP", help="Its directory.", show_default=False)
    ],
    erasure_log: Annotated[
        Path | None,
        typer.Option(help="erasures.jsonl of the lost workspace, as it was last."),
    ] = None,
    no_erasure_log: Annotated[
        bool, typer.Option("--no-erasure-log", help="Nobody was ever erased.")
    ] = False,
    database: Annotated[str, typer.Option(help="URL of an empty PostgreSQL; SQLite.")] = "",
    workspace: Annotated[
        Path,
        typer.Option("--workspace", "-w", help="A new directory; this one.", show_default=False),
    ] = HERE,
    json: Json = False,
) -> None:
    """Make a workspace out of a backup; whoever was erased since is erased again."""
    from maracuja.clock import SystemClock
    from maracuja.errors import BadInput
    from maracuja.runtime import backup as keeping

    if (erasure_log is None) != no_erasure_log:
        raise BadInput(
            "A restore needs the log of erasures, or the word that there is none.",
            where="--erasure-log",
            fix="Give --erasure-log FILE, or --no-erasure-log where nobody was ever erased.",
        )
    with progress("restoring", quiet=json) as advance:
        done = keeping.restore(
            source,
            workspace,
            erasure_log_path=erasure_log,
            now=SystemClock().now(),
            database=database,
            progress=_tables(advance),
        )
    if json:
        say_json({"rows": done.counts, "erasures": done.erasures, "erased": done.erased})
        return
    say(pairs({name: n for name, n in done.counts.items() if n}))
    if done.erasures:
        say(f"{number(done.erasures)} people who were erased since are erased here too.")
    say(f"The workspace in [bold]{workspace}[/] is restored, with all sending stopped.")
    say("What was queued may have been sent since the backup: look, then [bold]go-on[/].")

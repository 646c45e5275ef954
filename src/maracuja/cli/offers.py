"""Commands about outlets and bonuses: what there is, files in, one person's balance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Workspace,
    number,
    pairs,
    say,
    say_json,
    say_refused,
    table,
    when,
)

if TYPE_CHECKING:
    from maracuja.runtime.bonus_work import BalanceShown

PANEL = "Shop"
Person = Annotated[str, typer.Argument(help="An id, e-mail or phone.", show_default=False)]
File = Annotated[Path, typer.Argument(help="CSV; see docs/shop.md.", show_default=False)]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only check the file.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    places = typer.Typer(no_args_is_help=True, help="Where the shop sells.")
    places.command("list")(outlets)
    places.command("add")(add_outlets)
    places.command("near")(near)
    places.command("close")(close)
    cli.add_typer(places, name="outlets", rich_help_panel=PANEL)
    ledger = typer.Typer(no_args_is_help=True, help="What people have earned and may spend.")
    ledger.command("show")(show)
    ledger.command("add")(add_entries)
    ledger.command("spend")(spend)
    cli.add_typer(ledger, name="bonus", rich_help_panel=PANEL)


# ---------------------------------------------------------------- outlets


def outlets(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the outlets, with their hours today and whether they are open now."""
    from maracuja import app
    from maracuja.runtime import outlet_work
    from maracuja.store import outlets as kept

    with app.opened(workspace) as here, here.store.read() as conn:
        now, zone = here.clock.now(), here.config.shop.time_zone
        found = [outlet_work.shown(one, now, zone) for one in kept.every(conn)]
    if json:
        say_json(found)
        return
    columns = ["id", "name", "city", "address", "today", "open"]
    rows = [(o.id, o.name, o.city, o.address, o.hours_today, o.open_now) for o in found]
    say(table("", columns, rows) if rows else "There are no outlets.")


def add_outlets(
    file: File, dry_run: Dry = False, workspace: Workspace = HERE, json: Json = False
) -> None:
    """Take outlets from a file; one with the same id is replaced."""
    from maracuja import app
    from maracuja.runtime import outlet_work

    with app.opened(workspace) as here:
        found = outlet_work.add_file(here.ground, file, dry=dry_run)
    if json:
        say_json(found)
        return
    say(f"[bold]{number(found.taken)}[/] outlets {'would be taken' if dry_run else 'taken'}.")
    say_refused(found.refused)


def near(person: Person, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show the outlet that a message would name to a person."""
    from maracuja import app
    from maracuja.runtime import outlet_work, people_view

    with app.opened(workspace) as here, here.store.read() as conn:
        pid = people_view.find(conn, person, here.config.shop.country)
        known = {t.name: t.value for t in people_view.show(conn, pid, here.clock.now()).traits}
        where = {n: known.get(n) for n in ("latitude", "longitude")}
        found = outlet_work.near(
            conn,
            here.clock.now(),
            here.config.shop.time_zone,
            city=str(known.get("city") or ""),
            **where,
        )
    if json:
        say_json(found)
        return
    shown: dict[str, object] = {
        "outlet": f"{found.name} ({found.id})",
        "address": ", ".join(filter(None, [found.city, found.address])),
        "today": found.hours_today,
        "open now": found.open_now,
        "distance": f"{found.distance_km} km" if found.distance_km is not None else None,
    }
    say(pairs(shown))


def close(
    outlet: Annotated[str, typer.Argument(help="Its id.", show_default=False)],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Name an outlet to nobody any more: it is closed for good."""
    from maracuja import app
    from maracuja.errors import NotFound
    from maracuja.store import outlets as kept

    with app.opened(workspace) as here, here.store.write() as conn:
        if not kept.close(conn, outlet):
            raise NotFound(f"There is no outlet `{outlet}`.", fix="See `maracuja outlets list`.")
    if json:
        say_json({"outlet": outlet, "closed": True})
    else:
        say(f"[bold]{outlet}[/] is closed.")


# ---------------------------------------------------------------- bonuses


def show(person: Person, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show a person's balance, what of it ends next, and the ledger."""
    from maracuja import app
    from maracuja.runtime import bonus_work, people_view

    with app.opened(workspace) as here, here.store.read() as conn:
        pid = people_view.find(conn, person, here.config.shop.country)
        found, zone = bonus_work.show(conn, pid, here.clock.now()), here.config.shop.time_zone
    _balance(found, zone, as_json=json)


def _balance(found: BalanceShown, zone: str, *, as_json: bool) -> None:
    if as_json:
        say_json(found)
        return
    ends = f"{found.expiring} on {when(found.expires_at, zone)}" if found.expires_at else None
    say(pairs({"balance": found.balance, "ends": ends}))
    columns = ["at", "source", "key", "amount", "ends", "note"]
    rows = [
        (when(e.at, zone), e.source, e.key, e.amount, when(e.expires_at, zone), e.note)
        for e in found.entries
    ]
    if rows:
        say(table("", columns, rows))


def add_entries(
    file: File, dry_run: Dry = False, workspace: Workspace = HERE, json: Json = False
) -> None:
    """Enter credits and spending from a file; what was entered before is passed over."""
    from maracuja import app
    from maracuja.runtime import bonus_work

    with app.opened(workspace) as here:
        found = bonus_work.add_file(here.ground, file, here.clock.now(), dry=dry_run)
    if json:
        say_json(found)
        return
    verb = "would be entered" if dry_run else "entered"
    say(f"[bold]{number(found.taken)}[/] {verb}, {number(found.there_already)} were before.")
    say_refused(found.refused)


def spend(
    person: Person,
    amount: Annotated[int, typer.Argument(min=1, help="Whole.", show_default=False)],
    source: Annotated[str, typer.Option(help="What keeps the key, as till-3.")],
    key: Annotated[str, typer.Option(help="The same one again takes nothing more.")],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Take from a person's balance, once; refused where it does not suffice."""
    from maracuja import app
    from maracuja.runtime import bonus_work, people_view

    with app.opened(workspace) as here, here.store.write() as conn:
        pid = people_view.find(conn, person, here.config.shop.country)
        found = bonus_work.spend(conn, pid, amount, source, key, here.clock.now())
        zone = here.config.shop.time_zone
    _balance(found, zone, as_json=json)

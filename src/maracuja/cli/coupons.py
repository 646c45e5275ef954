"""Commands about coupons: what there is, codes in, codes out, codes used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from maracuja.cli.output import (
    HERE,
    Json,
    Workspace,
    money,
    number,
    pairs,
    say,
    say_json,
    say_refused,
    table,
    when,
)

if TYPE_CHECKING:
    from maracuja.runtime.coupon_work import Added, CouponShown, PoolShown

PANEL = "Shop"
ACTOR = "command line"
Pool = Annotated[str, typer.Argument(metavar="POOL", help="Its id.", show_default=False)]
Person = Annotated[str, typer.Option(help="An id, e-mail or phone; see `profile show`.")]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="Codes that are given one to each person.")
    group.command("list")(every)
    group.command()(show)
    group.command()(add)
    group.command()(make)
    group.command()(give)
    group.command()(find)
    group.command()(redeem)
    cli.add_typer(group, name="coupons", rich_help_panel=PANEL)


def every(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the pools: how many codes are free, given and used."""
    from maracuja import app
    from maracuja.runtime import coupon_work

    with app.opened(workspace) as here, here.store.read() as conn:
        now, currency = here.clock.now(), here.config.shop.currency
        found = [coupon_work.show(conn, p.id, now, currency) for p in coupon_work.pools(conn)]
    if json:
        say_json(found)
        return
    if not found:
        say("There are no coupons. A pool is a definition: see docs/shop.md.")
        return
    columns = ["pool", "free", "given", "used", "ends", ""]
    rows = [
        (one.pool, one.free, one.given, one.redeemed, one.ends, "low" if one.low else "")
        for one in found
    ]
    say(table("", columns, rows))


def show(pool: Pool, workspace: Workspace = HERE, json: Json = False) -> None:
    """Show a pool: what each campaign gave, what was used, and what that brought."""
    from maracuja import app
    from maracuja.runtime import coupon_work

    with app.opened(workspace) as here, here.store.read() as conn:
        found = coupon_work.show(conn, pool, here.clock.now(), here.config.shop.currency)
    if json:
        say_json(found)
    else:
        _tell(found)


def _tell(found: PoolShown) -> None:
    figures: dict[str, object] = {
        "codes": found.codes,
        "free": f"{number(found.free)}{' (low)' if found.low else ''}",
        "given": found.given,
        "used": found.redeemed,
        "ends": found.ends,
    }
    say(pairs(figures))
    earned: dict[str, list[str]] = {}
    for one in found.revenue:
        earned.setdefault(one.campaign, []).append(
            f"{money(one.revenue, one.currency)} {one.currency}".strip()
        )
    if found.campaigns:
        rows = [
            (one.campaign or "(by hand)", one.given, one.redeemed,
             ", ".join(earned.get(one.campaign, [])) or None)
            for one in found.campaigns
        ]  # fmt: skip
        say(table("", ["campaign", "given", "used", "orders brought"], rows))


def add(
    pool: Pool,
    file: Annotated[Path, typer.Argument(help="CSV: code, expires.", show_default=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only check the file.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Put the codes of a file into a pool; one that is there already stays as it is."""
    from maracuja import app
    from maracuja.runtime import coupon_work

    with app.opened(workspace) as here:
        now = here.clock.now()
        found = coupon_work.add(here.ground, pool, file, now, actor=ACTOR, dry=dry_run)
    _added(found, as_json=json, verb="would be taken" if dry_run else "taken")


def make(
    pool: Pool,
    count: Annotated[int, typer.Argument(min=1, help="How many.", show_default=False)],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Make codes by the pattern of the pool; nobody can guess them."""
    from maracuja import app
    from maracuja.runtime import coupon_work

    with app.opened(workspace) as here:
        found = coupon_work.generate(here.ground, pool, count, here.clock.now(), actor=ACTOR)
    _added(found, as_json=json, verb="made")


def _added(found: Added, *, as_json: bool, verb: str) -> None:
    if as_json:
        say_json(found)
        return
    say(f"[bold]{number(found.taken)}[/] codes {verb}.")
    if found.there_already and verb == "taken":
        say(f"{number(found.there_already)} were there already.")
    say_refused(found.refused)


def give(
    pool: Pool,
    person: Annotated[str, typer.Argument(help="An id, e-mail or phone.", show_default=False)],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Give a person a code by hand; who has one that still works keeps it."""
    from maracuja import app
    from maracuja.runtime import coupon_work, people_view

    with app.opened(workspace) as here:
        with here.store.read() as conn:
            pid = people_view.find(conn, person, here.config.shop.country)
        found = coupon_work.give(here.ground, pool, pid, here.clock.now())
        zone = here.config.shop.time_zone
    _one(found, zone, as_json=json)


def find(
    code: Annotated[str, typer.Argument(help="As it was typed.", show_default=False)],
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Show a code: whose it is, until when it works, what it was used for."""
    from maracuja import app
    from maracuja.runtime import coupon_work

    with app.opened(workspace) as here, here.store.read() as conn:
        found = coupon_work.look(conn, code, here.clock.now())
        zone = here.config.shop.time_zone
    _one(found, zone, as_json=json)


def redeem(
    code: Annotated[str, typer.Argument(help="As it was typed.", show_default=False)],
    person: Person = "",
    order: Annotated[str, typer.Option(help="Of the shop: the same one again is no fault.")] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Use a code, once; a personal one only for the person whom it was given to."""
    from maracuja import app
    from maracuja.runtime import coupon_work, people_view

    with app.opened(workspace) as here, here.store.write() as conn:
        country, zone = here.config.shop.country, here.config.shop.time_zone
        pid = people_view.find(conn, person, country) if person else None
        found = coupon_work.redeem(conn, code, here.clock.now(), pid=pid, order_id=order)
    _one(found, zone, as_json=json)


def _one(found: CouponShown, zone: str, *, as_json: bool) -> None:
    if as_json:
        say_json(found)
        return
    shown: dict[str, object] = {
        "code": found.code,
        "pool": found.pool,
        "state": found.state,
        "person": f"pid:{found.person}" if found.person else None,
        "given": when(found.given_at, zone),
        "works until": when(found.expires_at, zone),
        "used": when(found.redeemed_at, zone),
        "order": found.order_id or None,
    }
    say(pairs(shown))

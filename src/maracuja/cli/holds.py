"""Commands about what keeps marketing back: what is open, and what people want no more of."""

from __future__ import annotations

from typing import Annotated

import typer

from maracuja.cli.output import HERE, Json, Workspace, say, say_json, table, when
from maracuja.cli.profiles import ACTOR, Who

PANEL = "People"
Category = Annotated[str, typer.Argument(help="Such as “fishing > rods”.", show_default=False)]


def add_to(cli: typer.Typer) -> None:
    """Register the commands of this module."""
    group = typer.Typer(no_args_is_help=True, help="What holds marketing to people for a while.")
    group.command("rules")(list_rules)
    group.command("list")(list_held)
    group.command()(release)
    cli.add_typer(group, name="hold", rich_help_panel=PANEL)
    cli.command("not-about", rich_help_panel=PANEL)(not_about)


def list_rules(workspace: Workspace = HERE, json: Json = False) -> None:
    """List the rules in force: your own, and the built-in ones that you have not replaced."""
    from maracuja import app
    from maracuja.runtime import holds_view

    with app.opened(workspace) as here, here.store.read() as conn:
        found = holds_view.rules(conn)
    if json:
        say_json(found)
        return
    rows = [
        (one.id, ", ".join(one.opens), ", ".join(one.closes), one.key, one.due, one.lasts)
        for one in found
    ]
    say(table("", ["rule", "opened by", "closed by", "which one", "due by", "lasts"], rows))


def list_held(
    who: Annotated[
        str, typer.Option(help="Only this person, also what is over.", show_default=False)
    ] = "",
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """List whom marketing is held to now, and by what."""
    from maracuja import app
    from maracuja.runtime import holds_view, people_view

    with app.opened(workspace) as here, here.store.read() as conn:
        now, shop = here.clock.now(), here.config.shop
        if who:
            pid = people_view.find(conn, who, shop.country)
            found = holds_view.of_person(conn, pid, now)
        else:
            found = holds_view.now_held(conn, now)
    if json:
        say_json(found)
        return
    rows = [
        (
            f"pid:{one.pid}",
            one.hold,
            one.key,
            when(one.begins, shop.time_zone),
            when(one.until, shop.time_zone),
            one.holds,
        )
        for one in found
    ]
    columns = ["person", "rule", "which one", "since", "until at most", "holds now"]
    say(table("", columns, rows) if rows else "Nothing is open.")


def release(
    who: Who,
    rule: Annotated[str, typer.Argument(help="Such as complaint.", show_default=False)],
    key: Annotated[str | None, typer.Option(help="Only this one, such as its order's id.")] = None,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Let go of a person whose matter is settled, although no event has said so."""
    from maracuja import app
    from maracuja.runtime import holds_view, people_view

    with app.opened(workspace) as here, here.store.write() as conn:
        pid = people_view.find(conn, who, here.config.shop.country)
        done = holds_view.release(conn, pid, rule, key=key, actor=ACTOR, now=here.clock.now())
    if json:
        say_json({"pid": pid, "released": done})
    else:
        say(f"Released {done} of person {pid}.")


def not_about(
    who: Who,
    category: Category = "",
    lift: Annotated[bool, typer.Option("--lift", help="They may hear about it again.")] = False,
    workspace: Workspace = HERE,
    json: Json = False,
) -> None:
    """Write a person nothing more about a category; without one, show which there are."""
    from maracuja import app
    from maracuja.runtime import holds_view, people_view, silencing

    with app.opened(workspace) as here:
        now, zone = here.clock.now(), here.config.shop.time_zone
        with here.store.write() as conn:
            pid = people_view.find(conn, who, here.config.shop.country)
            if category and lift:
                silencing.lift(conn, pid, category, actor=ACTOR, now=now)
            elif category:
                silencing.silence(conn, pid, category, source="by_hand", actor=ACTOR, now=now)
            found = holds_view.silenced_by(conn, pid)
    if json:
        say_json(found)
        return
    rows = [(one.category, when(one.at, zone), one.source) for one in found]
    say(table("", ["nothing about", "since", "said"], rows) if rows else "They hear about all.")
